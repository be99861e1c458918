"""A real, small time stamp authority: `openssl ts` behind HTTP, with a certificate authority made for the test."""

import subprocess
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
serial = {folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
Answer = Callable[[bytes], tuple[int, bytes]]


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


class Authority:
    """Root and signer in a folder. `usage` and `until` make certificates that must not be believed."""

    def __init__(self, folder: Path, *, usage: Any = ExtendedKeyUsageOID.TIME_STAMPING, until: int = 30) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        now = datetime.now(UTC)
        root_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        base = x509.CertificateBuilder().issuer_name(_name("Deneme Kökü")).not_valid_before(now - timedelta(days=60))
        root = (
            base.subject_name(_name("Deneme Kökü")).public_key(root_key.public_key()).serial_number(1)
            .not_valid_after(now + timedelta(days=60))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(root_key, hashes.SHA256())
        )  # fmt: skip
        signer = (
            base.subject_name(_name("Deneme Zaman Damgası")).public_key(key.public_key()).serial_number(2)
            .not_valid_after(now + timedelta(days=until))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(True, *[False] * 8), critical=True)
        )  # fmt: skip
        # openssl stamps only with a certificate for time stamping; another use of the same length takes its place.
        certificate, shown = (
            signer.add_extension(x509.ExtendedKeyUsage([one]), critical=True).sign(root_key, hashes.SHA256())
            for one in (ExtendedKeyUsageOID.TIME_STAMPING, usage)
        )
        self.swapped = certificate.public_bytes(Encoding.DER), shown.public_bytes(Encoding.DER)
        assert len(set(map(len, self.swapped))) == 1
        self.roots = folder / "root.pem"
        self.roots.write_bytes(root.public_bytes(Encoding.PEM))
        (folder / "signer.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (folder / "key.pem").write_bytes(_pem(key))
        (folder / "serial").write_text("01")
        (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder))

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query.tsq").write_bytes(query)
        subprocess.run(
            [
                *("openssl", "ts", "-reply", "-section", "tsa", "-config", "tsa.cnf", "-queryfile", "query.tsq"),
                *("-signer", "signer.pem", "-inkey", "key.pem", "-out", "reply.tsr"),
            ],
            cwd=self.folder,
            check=True,
            capture_output=True,
        )
        return (self.folder / "reply.tsr").read_bytes().replace(*self.swapped)


class Server:
    """Answers over HTTP with whatever `answer` makes of a query."""

    def __init__(self, authority: Authority) -> None:
        self.authority = authority
        self.answer: Answer = self.good
        self.asked: list[bytes] = []
        self.authorization: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                query = self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.append(query)
                outer.authorization.append(self.headers["Authorization"])
                status, body = outer.answer(query)
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except ConnectionError:
                    return  # the client has seen enough

            def log_message(self, *_arguments: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/tsa"

    def good(self, query: bytes) -> tuple[int, bytes]:
        return 200, self.authority.reply(query)

    def slow(self, query: bytes) -> tuple[int, bytes]:
        time.sleep(1)
        return self.good(query)

    def __enter__(self) -> "Server":
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self.server.shutdown()
        self.server.server_close()
