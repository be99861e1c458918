"""Real servers that take webhooks, in a thread of the test, over TLS or plainly; they answer as they are told.

with Receiver() as hook:
    hook.answers.extend([500, 410, raw(b"…"), slow(9)])   # to the next calls, in this order; then 204
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Act = Callable[[socket.socket, threading.Event], None]


@dataclass(frozen=True)
class Taken:
    """A call as it came."""

    path: str
    headers: dict[str, str]  # names in small letters
    body: bytes


def raw(content: bytes) -> Act:
    return lambda line, _stop: line.sendall(content)


def slow(seconds: float) -> Act:
    """Keeps quiet for so long, then says 204."""

    def act(line: socket.socket, stop: threading.Event) -> None:
        stop.wait(seconds)
        line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    return act


def dripping(line: socket.socket, stop: threading.Event) -> None:
    """An answer byte by byte: no single read waits long, and there is no end."""
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not stop.wait(0.05):
        line.sendall(b"a")


def endless(line: socket.socket, stop: threading.Event) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while not stop.is_set():
        line.sendall(b"x" * 65536)


class Receiver:
    """A server on 127.0.0.1. With `certificate` (a PEM file) it speaks TLS."""

    def __init__(self, *, certificate: Path | None = None) -> None:
        self.certificate = certificate
        self.taken: list[Taken] = []
        self.answers: deque[int | Act] = deque()
        self.always: int | Act = 204
        self.connections = 0
        self.names: list[str | None] = []  # of SNI
        self._stop = threading.Event()

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port = self._socket.getsockname()[1]
        self._context = None
        if self.certificate is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(self.certificate)
            self._context.sni_callback = lambda _line, name, _context: self.names.append(name)
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._socket.close()

    @property
    def url(self) -> str:
        return f"{'https' if self.certificate else 'http'}://127.0.0.1:{self.port}/hook"

    def _serve(self) -> None:
        while not self._stop.is_set():
            try:
                line, _peer = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(line,), daemon=True).start()

    def _one(self, line: socket.socket) -> None:
        try:
            if self._context is not None:
                line = self._context.wrap_socket(line, server_side=True)
            head, body = self._read(line)
            first, *rest = head.decode("latin-1").split("\r\n")
            headers = dict(one.split(": ", 1) for one in rest if one)
            found = Taken(first.split(" ")[1], {name.lower(): value for name, value in headers.items()}, body)
            self.taken.append(found)
            answer = self.answers.popleft() if self.answers else self.always
            if callable(answer):
                answer(line, self._stop)
            else:
                line.sendall(f"HTTP/1.1 {answer} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        except (OSError, ValueError):
            pass  # the caller went away
        finally:
            line.close()

    def _read(self, line: socket.socket) -> tuple[bytes, bytes]:
        content = b""
        while b"\r\n\r\n" not in content:
            part = line.recv(65536)
            if not part:
                raise OSError
            content += part
        head, _, body = content.partition(b"\r\n\r\n")
        length = next((int(one[15:]) for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:")), 0)
        while len(body) < length:
            body += line.recv(65536)
        return head, body


def certificate_for(folder: Path, *names: str) -> Path:
    """A PEM file with a key and a certificate that signs itself, for names and addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Deneme")])
    now = datetime.now(UTC)
    alternatives: list[x509.GeneralName] = []
    for one in names:
        try:
            alternatives.append(x509.IPAddress(ipaddress.ip_address(one)))
        except ValueError:
            alternatives.append(x509.DNSName(one))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{names[0]}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


def until(true: Callable[[], object], *, seconds: float = 5) -> None:
    """Wait until something holds; the caller asserts it afterwards."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
