"""POST /oauth2/token: a key's user name and secret, or a refresh token, for tokens (RFC 6749)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from allauth.core.internal.httpkit import get_client_ip
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone

from iys_portal.core.errors import NotAllowed, NotFound
from iys_portal.core.limits import network_of
from providers.services import tokens

from . import calls_log
from .calls import OpenCall, read_json, take
from .errors import Fault, Refused, refuse
from .words import TOKEN_MESSAGES

LONGEST = 500


class TokenRefused(Refused):
    """As RFC 6749 wants it, and with the API's own list of errors beside it."""

    def __init__(self, name: str) -> None:
        self.error, sentence = TOKEN_MESSAGES[name]
        self.sentence = str(sentence)
        super().__init__(400, [Fault("H251" if name in ("credentials", "refresh_invalid") else "H250", self.sentence)])


class TokenCall(OpenCall):
    """JSON and form bodies, told apart by what they are, not by the content type. Other keys are ignored."""

    def answer(self, request: HttpRequest, path: Mapping[str, str]) -> HttpResponseBase:
        if request.method != "POST":
            return self.method_refused()
        address = get_client_ip(request) or ""
        take(f"network:{network_of(address)}", "tokens")
        values = _values(request)
        grant = _value(values, "grant_type", "grant")
        if grant == "password":
            found = self._password(values, address)
        elif grant == "refresh_token":
            found = self._refresh(values, address)
        else:
            raise TokenRefused("grant_unknown")
        calls_log.of_key(request, found.key)
        answer = JsonResponse(
            {
                "access_token": found.access,
                "expires_in": found.seconds,
                "refresh_token": found.refresh,
                "refresh_expires_in": found.refresh_seconds,
                "token_type": "bearer",
            }
        )
        answer.headers["Pragma"] = "no-cache"
        return answer

    def _password(self, values: Mapping[str, Any], address: str) -> tokens.Issued:
        username, password = _value(values, "username", "username"), _value(values, "password", "password")
        try:
            return tokens.sign_in(username=username, password=password, address=address, now=timezone.now())
        except NotFound:
            raise TokenRefused("credentials") from None
        except NotAllowed:
            raise refuse(403, "NETWORK") from None

    def _refresh(self, values: Mapping[str, Any], address: str) -> tokens.Issued:
        token = _value(values, "refresh_token", "refresh")
        try:
            return tokens.refresh(token=token, address=address, now=timezone.now())
        except NotFound:
            raise TokenRefused("refresh_invalid") from None
        except NotAllowed:
            raise refuse(403, "NETWORK") from None

    def refusal(self, refused: Refused) -> HttpResponse:
        answer = super().refusal(refused)
        if not isinstance(refused, TokenRefused):
            return answer
        errors = [one.as_json() for one in refused.faults]
        return JsonResponse(
            {"error": refused.error, "error_description": refused.sentence, "errors": errors}, status=refused.status
        )

    post = answer


def _values(request: HttpRequest) -> Mapping[str, Any]:
    try:
        body = request.body
    except RequestDataTooBig:
        raise refuse(400, "H014") from None
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") or "json" in (request.content_type or "").lower():
        found = read_json(request)
        if not isinstance(found, dict):
            raise refuse(400, "H014")
        return found
    if len(body) > 10_000:
        raise refuse(400, "H014")
    return {
        name: texts[-1] for name, texts in parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True).items()
    }


def _value(values: Mapping[str, Any], name: str, said: str) -> str:
    found = values.get(name)
    if found is None:
        raise TokenRefused(f"{said}_missing")
    if not isinstance(found, str) or len(found) > LONGEST:
        raise TokenRefused(f"{said}_kind")
    if not found.strip():
        raise TokenRefused(f"{said}_empty")
    return found.strip()
