"""A passkey without a browser: makes and signs what WebAuthn answers with, by its own rules."""

import hashlib
import json
import re
import secrets
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

ADD = "/accounts/2fa/webauthn/add/"
PRESENT_AND_VERIFIED = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


class Passkey:
    """One key of one device, used at `origin`."""

    def __init__(self, origin: str = "http://localhost:8000", rp_id: str = "localhost") -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.origin = origin
        self.rp = hashlib.sha256(rp_id.encode()).digest()

    def create(self, options: dict[str, Any]) -> str:
        """What the browser gives when a passkey is made for the server's creation options."""
        public = AttestedCredentialData.create(Aaguid.NONE, self.id, ES256.from_cryptography_key(self.key.public_key()))
        flags = PRESENT_AND_VERIFIED | AuthenticatorData.FLAG.AT
        data = AuthenticatorData.create(self.rp, flags, 0, public)
        return self._credential(
            clientDataJSON=self._client_data("webauthn.create", options),
            attestationObject=bytes(AttestationObject.create("none", data, {})),
        )

    def get(self, options: dict[str, Any]) -> str:
        """What the browser gives when the passkey is used for the server's request options."""
        client = self._client_data("webauthn.get", options)
        data = bytes(AuthenticatorData.create(self.rp, PRESENT_AND_VERIFIED, 0))
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._credential(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _client_data(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["publicKey"]["challenge"], "origin": self.origin}
        return json.dumps(told).encode()

    def _credential(self, **response: bytes) -> str:
        name = websafe_encode(self.id)
        answers = {field: websafe_encode(value) for field, value in response.items()}
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": answers, "clientExtensionResults": {}}
        )


def options_of(client: Client, path: str) -> dict[str, Any]:
    page = client.get(path).content.decode()
    return json.loads(re.search(r'id="passkey-options" type="application/json">(.*?)</script>', page)[1])


def add(client: Client, key: Passkey, name: str = "Ofis") -> Any:
    return client.post(ADD, {"name": name, "credential": key.create(options_of(client, ADD))})
