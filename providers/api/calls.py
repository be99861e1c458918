"""The one layer between Django and the calls of the API: who asks, how often, in which words, and how it is refused.

No session, no cookie, no CSRF: a bearer token says who asks. Whatever goes wrong, the answer is JSON with at least one
entry in `errors`.
"""

import json
import logging
import re
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import UnreadablePostError
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from iys_portal.core import limits
from iys_portal.core.actors import Actor
from iys_portal.core.errors import DomainError, NotAllowed
from iys_portal.core.middleware import current_request_id
from providers.enums import KeyScope, ProviderState
from providers.models import Brand, Provider
from providers.policies import network_allows
from providers.selectors import keys
from providers.selectors.keys import Holder, Rider
from providers.services.keys import note_use

from . import calls_log
from .errors import Fault, Refused, fault, refuse

log = logging.getLogger(__name__)
METHODS = ("get", "post", "put", "delete")
OF_PROVIDER = {"provider-suspended": "H520", "provider-closed": "H521"}
"""What a service says of a provider that may not act (R-P7), as the document has it."""
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True)
class Ask:
    """One authenticated call."""

    request: HttpRequest
    holder: Holder
    actor: Actor
    now: datetime
    path: Mapping[str, str]

    @property
    def provider(self) -> Provider:
        assert self.holder.provider is not None
        return self.holder.provider

    @property
    def brand(self) -> Brand:
        """The brand of the path, with its provider at hand."""
        assert self.holder.brand is not None
        self.holder.brand.provider = self.provider
        return self.holder.brand

    @cached_property
    def body(self) -> Any:
        return read_json(self.request)

    def values(self, code: str) -> dict[str, Any]:
        """See `values_in`."""
        return values_in(self.body, code)

    def query(self, name: str) -> str:
        """A value of the query string; an empty one counts as absent."""
        return self.request.GET.get(name, "").strip()

    def count(self, amount: int) -> None:
        """Take look-ups out of the key's limit. Raises the 429."""
        take(f"key:{self.holder.key_id}", "lookups", amount=amount)


def take(who: str, *kinds: str, amount: int = 1) -> limits.Taken:
    """Count against limits of the settings, each by `who` and its kind; what is left of the first.

    Raises the 429 that says when to come back.
    """
    asked = [limits.Limit(f"{who}:{kind}", *settings.API_LIMITS[kind]) for kind in kinds]
    found = limits.take_each(asked, amount=amount)
    for taken in found:
        if taken.wait:
            raise Refused(429, [fault("H124" if taken.window == 1 else "H084")], taken=taken)
    return found[0]


def holder_by(
    request: HttpRequest, token: str, now: datetime, *, iys: int | None, brand: int | None, rider: Rider | None = None
) -> Holder:
    """The key behind a token, with the provider and brand that are named. Notes its use; raises the 401 or 403."""
    holder = keys.holder_of(token, iys_code=iys, brand_code=brand, now=now, rider=rider) if token else None
    if holder is None:
        raise refuse(401, "H351")
    calls_log.of_key(request, holder.public_id)
    if holder.networks and not network_allows(holder.networks, get_client_ip(request) or ""):
        raise refuse(403, "NETWORK")
    if holder.unused_since(now):
        note_use(holder.key_id, now=now)
    return holder


def read_json(request: HttpRequest) -> Any:
    """The body as JSON, whatever the content type says; halves of characters that no text can hold become `?`."""
    try:
        body = request.body
        value = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError, RequestDataTooBig, UnreadablePostError):
        raise refuse(400, "H014") from None
    return _whole(value) if _SURROGATE.search(body) else value


def values_in(body: Any, code: str) -> dict[str, Any]:
    """A body's object without keys that are null: these count as absent. `code` refuses whatever else it is."""
    if not isinstance(body, dict):
        raise refuse(400, code)
    return {name: value for name, value in body.items() if value is not None}


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole(one) for one in value]
    if isinstance(value, dict):
        return {_whole(name): _whole(one) for name, one in value.items()}
    return value


def in_its_language(request: HttpRequest, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Answer a program in English where it asks for that, else in Turkish; nothing on the way keeps what it is told."""
    language = "en" if request.headers.get("Accept-Language", "").strip().lower().startswith("en") else "tr"
    if getattr(request, "LANGUAGE_CODE", "") == language:  # the middleware set it
        found = answer()
    else:
        with translation.override(language):
            found = answer()
    found.headers["Content-Language"] = language
    found.headers.setdefault("Cache-Control", "no-store")
    return found


class OpenCall(View, ABC):
    """A call of the API without a token: only the way in itself, and what there is not."""

    http_method_names = [*METHODS, "head", "options"]

    @classmethod
    def as_view(cls, **initial: Any) -> Callable[..., HttpResponseBase]:
        view: Callable[..., HttpResponseBase] = super().as_view(**initial)
        return csrf_exempt(login_not_required(view))

    def dispatch(self, request: HttpRequest, *args: Any, **path: str) -> HttpResponseBase:
        started = time.perf_counter()
        answer = in_its_language(request, lambda: self._answer(request, path))
        calls_log.keep(request, answer, started=started)
        return answer

    def _answer(self, request: HttpRequest, path: Mapping[str, str]) -> HttpResponseBase:
        try:
            return self.answer(request, path)
        except DomainError as error:
            return self.refusal(as_refused(error))
        except Exception as error:
            log_failure(type(self).__name__, error)
            return self.refusal(refuse(500, "H015"))

    @abstractmethod
    def answer(self, request: HttpRequest, path: Mapping[str, str]) -> HttpResponseBase: ...

    def refusal(self, refused: Refused) -> HttpResponse:
        answer = JsonResponse({"errors": [one.as_json() for one in refused.faults]}, status=refused.status)
        if refused.retry_after:
            answer.headers["Retry-After"] = str(refused.retry_after)
        if refused.status == 401:
            answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    def allowed(self) -> list[str]:
        return [method.upper() for method in METHODS if hasattr(self, method)]

    def method_refused(self) -> HttpResponse:
        answer = self.refusal(refuse(405, "METHOD"))
        answer.headers["Allow"] = ", ".join(self.allowed())
        return answer


class Call(OpenCall):
    """A call with a token. Subclasses have methods `get`, `post`, … that take the `Ask` and return what is answered.

    `scope` is what the key must be made for (by method where they differ; None: any key); a path with a provider or
    brand that is not the key's is refused with H353, whether it exists or not. `counted`: the limit that each call
    takes one out of, beside that of all calls.
    """

    scope: ClassVar[KeyScope | Mapping[str, KeyScope] | None] = None
    counted: ClassVar[str] = ""

    def answer(self, request: HttpRequest, path: Mapping[str, str]) -> HttpResponseBase:
        method = (request.method or "").lower()
        now = timezone.now()
        rider, wrong = self._rider(request)
        holder = self._holder(request, path, now, rider)
        take(f"key:{holder.key_id}", "calls", *filter(None, [self.counted]))
        if method not in METHODS or not hasattr(self, method):
            return self.method_refused()
        scope = self.scope.get(method) if isinstance(self.scope, Mapping) else self.scope
        if scope is not None and scope.value not in holder.scopes:
            raise refuse(403, "H363")
        actor = self._actor(holder, path, now)
        if wrong:
            raise wrong
        ask = Ask(request, holder, actor, now, path)
        found = getattr(self, method)(ask)
        return found if isinstance(found, HttpResponseBase) else JsonResponse(found, safe=False)

    def rider(self, request: HttpRequest) -> Rider | None:
        """What the call asks of its brand, answered with its key (`Holder.ridden`). Raises what is wrong with it."""
        return None

    def _rider(self, request: HttpRequest) -> tuple[Rider | None, Refused | None]:
        """What is wrong with a call is told when it is known who asks."""
        try:
            return self.rider(request), None
        except Refused as wrong:
            return None, wrong

    def _holder(self, request: HttpRequest, path: Mapping[str, str], now: datetime, rider: Rider | None) -> Holder:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise refuse(401, "H351")
        iys, brand = number(path.get("iys")), number(path.get("brand"))
        return holder_by(request, token.strip(), now, iys=iys, brand=brand, rider=rider)

    def _actor(self, holder: Holder, path: Mapping[str, str], now: datetime) -> Actor:
        named = "iys" in path
        actor = None
        if not named or holder.provider is not None:
            provider = holder.provider if named else None
            if provider is None and holder.provider_id:
                provider = Provider.objects.get(pk=holder.provider_id)
            actor = keys.actor_of(holder, provider, request_id=current_request_id(), now=now)
        if actor is None:
            raise refuse(403, "H353", name="iysCode")
        if "brand" in path:
            brand = holder.brand
            mine = brand is not None and brand.is_active and (actor.bound is None or brand.pk in actor.bound.brands)
            if not mine:
                raise refuse(403, "H353", name="brandCode")
        if named and not self.open_when_closed and holder.provider and holder.provider.state == ProviderState.CLOSED:
            raise refuse(403, "H521")
        return actor

    open_when_closed: ClassVar[bool] = False


class NotOffered(OpenCall):
    """ViA, ViA PASS, ViA Frame and every other path under the API's: 404 with the usual body."""

    def answer(self, request: HttpRequest, path: Mapping[str, str]) -> HttpResponseBase:
        raise refuse(404, "NOT_FOUND")


def as_refused(error: DomainError) -> Refused:
    """Any refusal of a service as the API's; codes of the document where there is one."""
    if isinstance(error, Refused):
        return error
    if error.code in OF_PROVIDER:
        return refuse(403, OF_PROVIDER[error.code])
    if isinstance(error, NotAllowed):
        return refuse(403, "H363")
    return Refused(error.status, [Fault(error.code or type(error).__name__, str(error))])


def log_failure(call: str, error: Exception) -> None:
    """Where it broke, without the words of the error: they may hold a row of the table (R-G4)."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    place = f"{last.tb_frame.f_code.co_filename}:{last.tb_lineno}" if last else "?"
    log.error("api_failed call=%s reason=%s at=%s", call, type(error).__name__, place)


def number(text: str | None) -> int | None:
    """A public number of a path, where it is one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
