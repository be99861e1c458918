"""A real OpenID Connect provider over http on loopback: discovery, authorise, token with PKCE, keys, userinfo."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "iys-portal", "gizli"


class Provider:
    """Says of everybody who comes that they are `person`. `change` spoils the claims, `sign` the signature."""

    def __init__(self) -> None:
        self.person = "10000000146"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signs_with: Any = self.key
        self.algorithm = "RS256"
        self.change: dict[str, Any] = {}
        self.issued: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.asked: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, urlsplit(self.path).path, parse_qs(urlsplit(self.path).query))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                provider.answer(self, self.path, parse_qs(body))

            def log_message(self, *_unused: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, handler: BaseHTTPRequestHandler, path: str, values: dict[str, list[str]]) -> None:
        self.asked.append(path)
        asked = {name: found[0] for name, found in values.items()}
        if path == "/authorize":
            self._redirect(handler, asked)
            return
        status, body = {
            "/.well-known/openid-configuration": self._discovery,
            "/keys": self._keys,
            "/token": self._token,
            "/userinfo": self._userinfo,
        }[path](handler, asked)
        content = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def _discovery(self, _handler: Any, _asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        return 200, {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def _keys(self, _handler: Any, _asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return 200, {"keys": [public | {"kid": "1", "use": "sig", "alg": "RS256"}]}

    def _redirect(self, handler: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        code = secrets.token_urlsafe(8)
        self.issued[code] = asked
        handler.send_response(302)
        handler.send_header("Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")
        handler.end_headers()

    def _token(self, _handler: Any, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        first = self.issued.pop(asked.get("code", ""), None)
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        known = (asked.get("client_id"), asked.get("client_secret")) == (CLIENT, SECRET)
        if first is None or not known or first.get("code_challenge") != challenge:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": self.person, "iat": now, "exp": now + 300}
        claims |= {"nonce": first.get("nonce")} | self.change
        token = jwt.encode(claims, self.signs_with, algorithm=self.algorithm, headers={"kid": "1"})
        access = secrets.token_urlsafe(8)
        self.tokens[access] = self.person
        return 200, {"access_token": access, "token_type": "Bearer", "id_token": token}

    def _userinfo(self, handler: Any, _asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        person = self.tokens[handler.headers["Authorization"].removeprefix("Bearer ")]
        return 200, {"sub": person, "kimlik": f"k-{person}"}
