"""Text messages leave by a backend, in the manner of Django's e-mail backends (design 5): setting `SMS_BACKEND`.

A backend has `open()`, `close()` and `send(message)`, which returns the gateway's answer or raises `Refused`,
`TryLater` or `ServerDown`.
"""

import json
from typing import Any

import requests
from django.conf import settings

from .delivery import Refused, ServerDown, TextMessage, TryLater

TIMEOUT = (5, 15)  # seconds to connect, seconds to answer
NOT_THIS_NUMBER = frozenset({400, 404, 410, 422})
NOT_US = frozenset({401, 402, 403})


class MailboxBackend:
    """Puts each text message into the development mailbox."""

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def send(self, message: TextMessage) -> str:
        from .mailbox import keep_text

        keep_text(message)
        return "200 mailbox"


class HttpBackend:
    """Posts `{"id", "to", "from", "text"}` to the gateway at SMS_GATEWAY_URL with a bearer token.

    `id` stays the same for every try of one message: a gateway that has it already takes it once. Answers: 2xx taken;
    400, 404, 410, 422 this number never; 401, 402, 403 our account, so nothing at all; any other later.
    """

    def __init__(self) -> None:
        self.session: requests.Session | None = None

    def open(self) -> None:
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {settings.SMS_GATEWAY_TOKEN}"

    def close(self) -> None:
        if self.session is not None:
            self.session.close()

    def send(self, message: TextMessage) -> str:
        assert self.session is not None
        body = {"id": message.message_id, "to": message.to, "from": settings.SMS_SENDER, "text": message.text}
        try:
            answer = self.session.post(settings.SMS_GATEWAY_URL, json=body, timeout=TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            raise ServerDown(type(error).__name__) from error
        said = f"{answer.status_code} {_reason(answer)}"
        if answer.ok and answer.status_code < 300:
            return said[:500]
        if answer.status_code in NOT_THIS_NUMBER:
            raise Refused(said)
        if answer.status_code in NOT_US:
            raise ServerDown(said)
        raise TryLater(said)


def _reason(answer: requests.Response) -> str:
    """The gateway's own words, from JSON where it speaks JSON."""
    try:
        found: Any = answer.json()
    except (requests.JSONDecodeError, json.JSONDecodeError, UnicodeDecodeError):
        return answer.text[:200]
    if isinstance(found, dict):
        return str(found.get("message") or found.get("id") or "")[:200]
    return ""
