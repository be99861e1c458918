"""Calls to addresses that somebody else named: webhooks and push. The one way out (Build 5 of the API).

https on the ports of the setting, to public addresses only. A name is resolved once for a call, every address that it
leads to is judged, and the connection goes to one of those that were judged, with the name in Host and SNI and the
certificate checked for it: what the name leads to a moment later changes nothing. No redirect is followed, no proxy
used; a call takes `SECONDS` in whole, however slowly name server, handshake or answer come; `MOST` bytes of an answer
are read, and neither body is kept or logged. For developers and tests one port of the own machine may be open, with or
without TLS (`LOCAL_TARGET_PORT`).

urllib3 makes the connection (requests brings it): it lets one connect to an address and check the certificate for a
name. Libraries that promise all of this at once do not bound the whole time nor the answer.
"""

import functools
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import certifi
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_ import create_urllib3_context

from .enums import CallFailure
from .errors import Invalid

LONGEST = 500
SECONDS = 5.0
MOST = 16 * 1024
RESOLVERS = max(64, 8 * settings.REGISTRY["WEBHOOK_WORKERS"])  # each slow name server keeps one for a while
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_resolving = ThreadPoolExecutor(RESOLVERS, thread_name_prefix="resolve")
_looking: dict[str, "_LookUp"] = {}
_looking_lock = threading.Lock()


class NotSent(Exception):
    """No answer came; `failure` says why, in one of few words."""

    def __init__(self, failure: CallFailure) -> None:
        self.failure = failure
        super().__init__(failure.value)


@dataclass(frozen=True)
class Target:
    """An address taken apart."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def local(self) -> bool:
        """Whether it names the one port of the own machine that a developer opened."""
        return bool(settings.LOCAL_TARGET_PORT) and self.port == settings.LOCAL_TARGET_PORT

    @property
    def shown_host(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.scheme == "https" else 80) else f"{host}:{self.port}"


def check_target(url: str) -> str:
    """The address, when the registry may send to it now. Raises `Invalid` (codes `scheme`, `target`)."""
    target = target_of(url)
    addresses_of(target.host, target.port)
    return url


def target_of(url: str) -> Target:
    """The parts of an address whose form is allowed. Raises `Invalid` (codes `scheme`, `target`)."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
    except (ValueError, UnicodeError):
        raise Invalid(_("This is no address to send to."), code="target", field="url") from None
    target = Target(
        parts.scheme, host, port or (443 if parts.scheme == "https" else 80), _path(parts.path, parts.query)
    )
    if parts.scheme != "https" and not (parts.scheme == "http" and target.local):
        raise Invalid(_("The address has to begin with https."), code="scheme", field="url")
    odd = any(c.isspace() or not c.isprintable() for c in url) or not target.path.isascii()
    if not host or "@" in parts.netloc or len(url) > LONGEST or odd:
        raise Invalid(_("This is no address to send to."), code="target", field="url")
    if target.port not in settings.OUTGOING_PORTS and not target.local:
        raise Invalid(_("The registry does not send to this port."), code="target", field="url")
    return target


def addresses_of(host: str, port: int, *, seconds: float = SECONDS) -> list[str]:
    """What a name leads to now, when all of it may be sent to. Raises `Invalid` (code `target`).

    One private answer among several is enough to refuse: which one a connection takes is not ours to choose.
    """
    try:
        found = _look_up(host, port, seconds)
    except (OSError, UnicodeError, TooSlow):
        found = []
    local = bool(settings.LOCAL_TARGET_PORT) and port == settings.LOCAL_TARGET_PORT
    judged = [_is_public(address) or (local and _is_loopback(address)) for address in found]
    if not found or not all(judged):
        raise Invalid(_("The registry cannot send to this address."), code="target", field="url")
    return found


@dataclass
class _LookUp:
    """A name that is being looked up, and how many calls wait for it."""

    rows: Future[list[Any]]
    waiting: int = 0


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """The addresses of a name. Raises `TooSlow`, `OSError`, `UnicodeError`.

    Calls at the same time share one look-up, because one that began cannot be ended: a name whose server never answers
    keeps one thread, however often it is asked for. One that has not begun is given up with its last call.
    """
    with _looking_lock:
        one = _looking.get(host)
        if one is None:
            one = _LookUp(_resolving.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM))
            _looking[host] = one
            one.rows.add_done_callback(lambda _rows: _looking.pop(host, None))
        one.waiting += 1
    try:
        return sorted({str(row[4][0]) for row in one.rows.result(seconds)})
    finally:
        with _looking_lock:
            one.waiting -= 1
            if not one.waiting:
                one.rows.cancel()


@dataclass(frozen=True)
class Answer:
    """What came back: the status, and after how many milliseconds."""

    status: int
    ms: int


def post(url: str, *, body: bytes, headers: Mapping[str, str], seconds: float = SECONDS) -> Answer:
    """Send one body; the answer's status, whatever it is. Raises `NotSent`."""
    began = time.monotonic()
    try:
        target = target_of(url)
        address = addresses_of(target.host, target.port, seconds=seconds)[0]
    except Invalid:
        late = time.monotonic() - began >= seconds
        raise NotSent(CallFailure.TIMEOUT if late else CallFailure.ADDRESS) from None
    line = _line(target, address, seconds - (time.monotonic() - began))
    timer = threading.Timer(max(0.0, seconds - (time.monotonic() - began)), line.cut)
    timer.daemon = True
    timer.start()
    try:
        full = {"Host": target.shown_host, "User-Agent": "iys-portal", "Connection": "close", **headers}
        line.request("POST", target.path, body=body, headers=full, preload_content=False, decode_content=False)
        answer = line.getresponse()
        status = answer.status
        answer.read(MOST, decode_content=False)
    except Exception as error:  # what a stranger's server may answer is without end
        raise NotSent(_why(error, cut=line.was_cut)) from error
    finally:
        timer.cancel()
        line.close()
        line.forget()
    if line.was_cut:
        raise NotSent(CallFailure.TIMEOUT)
    return Answer(status, round((time.monotonic() - began) * 1000))


class _Pinned:
    """A connection to an address that was judged, whose end can be brought about from another thread at any time."""

    host: str
    port: int
    timeout: Any
    was_cut = False
    _handle: socket.socket | None = None

    def _new_conn(self) -> socket.socket:
        """Connect to the address as it is; nothing is looked up again."""
        made = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET, socket.SOCK_STREAM)
        self._handle = made.dup()  # the same line by another handle: TLS takes the first one over
        try:
            made.settimeout(self.timeout)
            made.connect((self.host, self.port))
        except BaseException:
            made.close()
            raise
        if self.was_cut:
            self.cut()
        return made

    def cut(self) -> None:
        """End the line whatever it is at: a handshake or an answer byte by byte is under no time-out of a read."""
        self.was_cut = True
        if self._handle is not None:
            try:
                self._handle.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it had ended

    def forget(self) -> None:
        if self._handle is not None:
            self._handle.close()


class _Plain(_Pinned, HTTPConnection):
    pass


class _Tls(_Pinned, HTTPSConnection):
    pass


def _line(target: Target, address: str, seconds: float) -> _Plain | _Tls:
    wait = max(0.01, seconds)
    if target.scheme == "http":
        return _Plain(address, target.port, timeout=wait)
    return _Tls(
        address,
        target.port,
        timeout=wait,
        ssl_context=_context(),
        server_hostname=target.host,
    )


@functools.lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    context = create_urllib3_context(ssl_minimum_version=ssl.TLSVersion.TLSv1_2)
    context.verify_mode, context.check_hostname = ssl.CERT_REQUIRED, True
    context.load_default_certs()
    context.load_verify_locations(certifi.where())
    return context


def _why(error: Exception, *, cut: bool) -> CallFailure:
    said: BaseException | None = error
    kinds: list[type[BaseException]] = []
    while said is not None and len(kinds) < 10:
        kinds.append(type(said))
        said = said.__cause__ or said.__context__
    if cut or any(issubclass(kind, TimeoutError) or "Timeout" in kind.__name__ for kind in kinds):
        return CallFailure.TIMEOUT
    if any(issubclass(kind, ssl.SSLError) or "SSL" in kind.__name__ for kind in kinds):
        return CallFailure.TLS
    return CallFailure.CONNECTION


def _path(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def _is_public(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = _inside(address)
    return _global(address) and (inner is None or _global(inner))


def _inside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that an IPv6 one stands for: mapped, 6to4, or through a translator (NAT64)."""
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    site = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    none = address.is_multicast or address.is_unspecified or address.is_loopback or address.is_link_local or site
    # A mapped address and a translator's are judged by what is inside; both count as reserved.
    outer = isinstance(address, ipaddress.IPv6Address) and _inside(address) is not None
    return not none and (outer or (address.is_global and not address.is_reserved))


def _is_loopback(text: str) -> bool:
    return ipaddress.ip_address(text.partition("%")[0]).is_loopback
