"""Real servers for what leaves the portal, in a thread of the test: SMTP (aiosmtpd) and an SMS gateway over HTTP.

They are reached by address and port, so processes that a test starts (workers, a portal) use them too. They record
what they took and answer as they are told:

    with MailServer() as mails, SmsGateway() as texts:
        env = environment(database, private, **mails.environment(), **texts.environment())
        mails.refuse["kimse@deneme.example"] = "550 5.1.1 No such user"
        mails.answers.extend(["451 4.3.0 Later", HANG_UP])   # to the next messages, in this order; then 250
        texts.answers.append((429, {"message": "slowly"}))
"""

import asyncio
import email
import email.policy
import json
import logging
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd repeats every command

HANG_UP = ""
"""As an answer: close the connection after the message came, and say nothing."""


@dataclass(frozen=True)
class TakenMail:
    """A mail as it came over the wire; also one that was answered with an error or with silence."""

    sender: str
    to: str
    content: bytes
    answer: str

    @property
    def taken(self) -> bool:
        return self.answer.startswith("2")

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        return body.get_content() if body else ""


class MailServer:
    """An SMTP server on 127.0.0.1. `sign_in` is (user, password), without which it takes nothing."""

    host = "127.0.0.1"

    def __init__(self, *, sign_in: tuple[str, str] | None = None) -> None:
        self.sign_in = sign_in
        self.port = 0
        self.mails: list[TakenMail] = []
        self.refuse: dict[str, str] = {}  # address → answer to RCPT
        self.answers: deque[str] = deque()  # to the next messages; HANG_UP closes instead
        self.sender_answers: deque[str] = deque()  # to the next MAIL commands
        self.connections = 0
        self.before_answer: Callable[[], None] = lambda: None  # called in the server's thread, may block it
        self._open: list[SMTP] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail-server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._call(self._loop.create_server(self._protocol, self.host, 0))
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    @property
    def taken(self) -> list[TakenMail]:
        """Mails that were answered with 250."""
        return [mail for mail in self.mails if mail.taken]

    @property
    def url(self) -> str:
        """For EMAIL_URL."""
        who = f"{self.sign_in[0]}:{self.sign_in[1]}@" if self.sign_in else ""
        return f"smtp://{who}{self.host}:{self.port}"

    def environment(self) -> dict[str, str]:
        """For a process that shall send its mails here."""
        return {"EMAIL_URL": self.url}

    def use(self, settings: Any) -> None:
        """Let the test's own process send its mails here (`settings` is pytest-django's fixture)."""
        settings.EMAIL_BACKEND = "iys_portal.core.delivery.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = self.host, self.port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = self.sign_in or ("", "")
        settings.EMAIL_TIMEOUT = 5

    def hang_up(self, last_words: str = "") -> None:
        """Close every connection, as a server does with idle ones; Postfix says 421 before, others nothing."""

        async def close() -> None:
            for protocol in self._open:
                if protocol.transport is not None:
                    if last_words:
                        protocol.transport.write(last_words.encode() + b"\r\n")
                    protocol.transport.close()
            self._open.clear()

        self._call(close())

    def stop(self) -> None:
        """Listen no more and close every connection; the port is free."""

        async def close() -> None:
            self._server.close()

        self.hang_up()
        self._call(close())

    def _call(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=10)

    def _protocol(self) -> SMTP:
        self.connections += 1
        options: dict[str, Any] = {}
        if self.sign_in:
            # AUTH without TLS is fine between two threads of one test; `handle_MAIL` asks for it, because the
            # library warns about its own `auth_required` without TLS.
            options = {"authenticator": self._authenticate, "auth_require_tls": False}
        protocol = SMTP(_Handler(self), hostname="posta.example", loop=self._loop, **options)
        self._open.append(protocol)
        return protocol

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        given = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self.sign_in, handled=False)


class _Handler:
    """aiosmtpd's hooks."""

    def __init__(self, server: MailServer) -> None:
        self.server = server

    async def handle_MAIL(
        self, _protocol: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.server.sign_in and not session.authenticated:
            return "530 5.7.0 Authentication required"
        answer = self.server.sender_answers.popleft() if self.server.sender_answers else "250 2.1.0 Ok"
        if answer.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer

    async def handle_RCPT(
        self, protocol: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.server.refuse.get(address, "250 2.1.5 Ok")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, protocol: SMTP, _session: Session, envelope: Envelope) -> str:
        server = self.server
        server.before_answer()
        number = len(server.mails) + 1
        answer = server.answers.popleft() if server.answers else f"250 2.0.0 Ok: queued as A{number:04d}"
        to, content = envelope.rcpt_tos[0], envelope.original_content or b""
        server.mails.append(TakenMail(envelope.mail_from or "", to, content, answer))
        if answer == HANG_UP:
            assert protocol.transport is not None
            protocol.transport.close()
            raise asyncio.CancelledError
        return answer


@dataclass(frozen=True)
class TakenText:
    """A request that the gateway got, whatever it answered."""

    path: str
    token: str
    body: dict[str, str]
    status: int

    @property
    def taken(self) -> bool:
        return self.status < 300


Answer = tuple[int, dict[str, str] | str]
"""Status and body: JSON, or text as it is."""


class SmsGateway:
    """A gateway as `core.sms.HttpBackend` speaks to it: POST JSON with a bearer token.

    A repeat of an id that was taken is answered 200 and not taken again, as real gateways do.
    """

    host = "127.0.0.1"

    def __init__(self, *, token: str = "deneme-jetonu") -> None:
        self.token = token
        self.requests: list[TakenText] = []
        self.refuse: dict[str, Answer] = {}  # phone → answer
        self.answers: deque[Answer] = deque()  # to the next requests
        self.headers: dict[str, str] = {}  # added to each answer
        self.connections = 0
        self.before_answer: Callable[[], None] = lambda: None  # called in the request's thread, may block it
        self._ids: set[str] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                gateway.connections += 1
                super().setup()

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status, said = gateway._take(self.path, self.headers.get("Authorization", ""), json.loads(content))
                gateway.before_answer()
                answer = (said if isinstance(said, str) else json.dumps(said)).encode()
                self.send_response(status)
                for name, value in gateway.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST  # a client that followed a redirect comes back with GET

            def log_message(self, *_arguments: Any) -> None:
                """Quiet."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_arguments: Any) -> None:
                """A client that went away is no error here."""

        self._server = Server((self.host, 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def texts(self) -> list[TakenText]:
        """Text messages that were taken, each once."""
        seen: dict[str, TakenText] = {}
        for request in self.requests:
            if request.taken:
                seen.setdefault(request.body["id"], request)
        return list(seen.values())

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}/mesaj"

    def environment(self) -> dict[str, str]:
        """For a process that shall send its text messages here."""
        return {"SMS_GATEWAY_URL": self.url, "SMS_GATEWAY_TOKEN": self.token}

    def use(self, settings: Any) -> None:
        """Let the test's own process send its text messages here (`settings` is pytest-django's fixture)."""
        settings.SMS_BACKEND = "iys_portal.core.sms.HttpBackend"
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_TOKEN = self.url, self.token

    def _take(self, path: str, authorization: str, body: dict[str, str]) -> Answer:
        token = authorization.removeprefix("Bearer ")
        with self._lock:
            said: dict[str, str] | str
            if token != self.token:
                status, said = 401, {"message": "wrong token"}
            elif self.answers:
                status, said = self.answers.popleft()
            elif body["to"] in self.refuse:
                status, said = self.refuse[body["to"]]
            elif body["id"] in self._ids:
                status, said = 200, {"id": "again"}
            else:
                status, said = 202, {"id": f"G{len(self._ids) + 1:04d}"}
            if status < 300:
                self._ids.add(body["id"])
            self.requests.append(TakenText(path, token, body, status))
        return status, said
