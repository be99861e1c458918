"""Text messages leave by a backend, in the manner of Django's e-mail backends (design 5): setting `SMS_BACKEND`.

A backend has `open()`, `close()` and `send(message)`, which returns the gateway's answer or raises `Refused`,
`TryLater` or `ServerDown`.
"""

import json
from typing import Any

import requests
from django.conf import settings
from urllib3.exceptions import HTTPError

from .delivery import Refused, ServerDown, TextMessage, TryLater

TIMEOUT = (5, 15)  # seconds to connect, seconds to answer
LONGEST_ANSWER = 4096  # bytes that are read of it
NOT_THIS_NUMBER = frozenset({400, 422})
NOT_US = frozenset({401, 402, 403})
NOT_THERE = frozenset({404, 405, 410})  # and every redirect: SMS_GATEWAY_URL is wrong


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


class _Bearer(requests.auth.AuthBase):
    """As `auth`, because a machine's .netrc would overwrite a plain header."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {settings.SMS_GATEWAY_TOKEN}"
        return request


class HttpBackend:
    """Posts `{"id", "to", "from", "text"}` to the gateway at SMS_GATEWAY_URL with a bearer token.

    `id` stays the same for every try of one message: a gateway that has it already takes it once. Answers: 2xx taken;
    400 and 422 this number never; 401, 402, 403 our account, and redirects, 404, 405, 410 our address of the gateway,
    so nothing at all; any other later.
    """

    def __init__(self) -> None:
        self.session: requests.Session | None = None

    def open(self) -> None:
        self.session = requests.Session()
        self.session.auth = _Bearer()

    def close(self) -> None:
        if self.session is not None:
            self.session.close()

    def send(self, message: TextMessage) -> str:
        assert self.session is not None
        body = {"id": message.message_id, "to": message.to, "from": settings.SMS_SENDER, "text": message.text}
        try:
            with self.session.post(
                settings.SMS_GATEWAY_URL, json=body, timeout=TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                status = answer.status_code
                said = f"{status} {_reason(answer)}"
        except requests.RequestException as error:
            raise ServerDown(type(error).__name__) from error
        if 200 <= status < 300:
            return said
        if status in NOT_THIS_NUMBER:
            raise Refused(said)
        if status in NOT_US or status in NOT_THERE or 300 <= status < 400:
            raise ServerDown(said)
        raise TryLater(said)


def _reason(answer: requests.Response) -> str:
    """The gateway's own words, from JSON where it speaks JSON; only a beginning, because nothing bounds an answer."""
    try:
        text = answer.raw.read(LONGEST_ANSWER, decode_content=True).decode(errors="replace")
    except HTTPError:  # the line broke after the status, which is what counts
        return ""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return text[:200]
    if isinstance(found, dict):
        return str(found.get("message") or found.get("id") or "")[:200]
    return ""
