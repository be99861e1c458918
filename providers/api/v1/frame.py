"""What every call of /api/v1 has: a bearer, limits, a language, a request id, idempotency, problems.

The rules are those of the compatible calls (`providers/api/calls.py`); django-ninja reads requests and documents them.
"""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI, Status
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer

from iys_portal.core.encryption import keyed_hash
from iys_portal.core.errors import DomainError, NotFound
from iys_portal.core.middleware import current_request_id
from providers.api import calls_log
from providers.api.calls import Ask, holder_by, in_its_language, log_failure, number, take
from providers.api.errors import Refused, refuse
from providers.enums import KeyScope, ProviderState
from providers.models import Brand, Provider
from providers.selectors import keys
from providers.selectors.keys import Holder
from providers.services.answers import KEY_FORM, Answer, answer_once

from . import problems

IDEMPOTENCY = "Idempotency-Key"


class Key(HttpBearer):
    """Who calls: a token's key, with the provider of the path's brand. Any key of the scope (none: of any)."""

    def __init__(self, scope: KeyScope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> Ask:
        now = timezone.now()
        holder = holder_by(request, token.strip(), now, iys=None, brand=None)
        count(request, f"key:{holder.key_id}", "calls")
        if self.scope is not None and self.scope.value not in holder.scopes:
            raise refuse(403, "H363")
        path = request.resolver_match.kwargs if request.resolver_match else {}
        holder = _of_brand(holder, path["brand"]) if "brand" in path else _of_key(holder)
        actor = keys.actor_of(holder, holder.provider, request_id=current_request_id(), now=now)
        if actor is None or (holder.brand and actor.bound is not None and holder.brand.pk not in actor.bound.brands):
            raise NotFound(code="brand")
        if holder.provider is not None and holder.provider.state == ProviderState.CLOSED:
            raise refuse(403, "H521")
        return Ask(request, holder, actor, now, {name: str(value) for name, value in path.items()})


def _of_brand(holder: Holder, code: Any) -> Holder:
    """The key's holder for the provider of a brand; whose it is, `actor_of` judges. Raises `NotFound`."""
    found = number(str(code))
    rows = Brand.objects.select_related("provider").filter(is_active=True)
    brand = rows.filter(brand_code=found).first() if found is not None else None
    if brand is None:
        raise NotFound(code="brand")
    return replace(holder, provider=brand.provider, brand=brand)


def _of_key(holder: Holder) -> Holder:
    if holder.provider_id is None:
        return holder
    return replace(holder, provider=Provider.objects.get(pk=holder.provider_id))


def asked(request: HttpRequest) -> Ask:
    """The authenticated call that a request is."""
    ask: Ask = request.auth  # type: ignore[attr-defined]
    return ask


def count(request: HttpRequest, who: str, kind: str) -> None:
    """Count against a limit of the settings, and keep for the answer's headers what is left. Raises the 429."""
    try:
        taken = take(who, kind)
    except Refused as error:
        request.limit_taken = (kind, error.taken)  # type: ignore[attr-defined]
        raise
    request.limit_taken = (kind, taken)  # type: ignore[attr-defined]


def count_of_key(request: HttpRequest, kind: str) -> None:
    """The same against a limit of the calling key, beside the one that every call counts against."""
    count(request, f"key:{asked(request).holder.key_id}", kind)


def once(operation: Callable[..., Any]) -> Callable[..., Any]:
    """For operations that change something and answer plain JSON: an `Idempotency-Key` makes a repeat harmless."""

    @wraps(operation)
    def run(request: HttpRequest, *args: Any, **values: Any) -> Any:
        key = request.headers.get(IDEMPOTENCY, "").strip()
        if not key:
            return operation(request, *args, **values)

        def act() -> Answer:
            found = operation(request, *args, **values)
            return Answer(found.status_code, found.value) if isinstance(found, Status) else Answer(200, found)

        ask = asked(request)
        answer = answer_once(owner=_owner(ask.holder), key=key, digest=_digest(request), now=ask.now, act=act)
        request.replayed = answer.replayed  # type: ignore[attr-defined]
        return Status(answer.status, answer.body)

    run._ninja_contribute_to_operation = [_document_key]  # type: ignore[attr-defined]
    return run


def _document_key(operation: Any) -> None:
    parameter = {
        "name": IDEMPOTENCY,
        "in": "header",
        "required": False,
        "description": "A repeat with the same key and body within 24 hours is answered like the first.",
        "schema": {"type": "string", "pattern": KEY_FORM},
    }
    operation.openapi_extra = {**(operation.openapi_extra or {}), "parameters": [parameter]}


def _owner(holder: Holder) -> str:
    """A key that reaches a part only repeats its own calls; others those of their company."""
    if holder.brands or holder.channels:
        return f"key:{holder.key_id}"
    return f"integrator:{holder.integrator_id}" if holder.integrator_id else f"provider:{holder.provider_id}"


def _digest(request: HttpRequest) -> bytes:
    """Of method, address and body; of a form its values and files, for its borders are new in each repeat.

    Keyed: a body that holds one address could be guessed from its hash (R-G1).
    """
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        digest.update(json.dumps(sorted(request.POST.lists())).encode())
        for name in sorted(request.FILES):
            for file in request.FILES.getlist(name):
                digest.update(f"\n{name}\n{file.name}\n".encode())
                for part in file.chunks():
                    digest.update(part)
                file.seek(0)
    else:
        digest.update(request.body)
    return bytes.fromhex(keyed_hash(digest.hexdigest(), purpose="api-answer"))


def handle_refusals(api: NinjaAPI) -> None:
    """Whatever goes wrong inside a call is answered as a problem."""
    handlers: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
        DomainError: lambda request, error: problems.of_refusal(error),
        ValidationError: lambda request, error: problems.of_form(error),
        HttpError: lambda request, error: problems.of_http(error),
        Http404: lambda request, error: problems.of_refusal(NotFound()),
        SuspiciousOperation: _suspicious,
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _suspicious(request: HttpRequest, error: Exception) -> HttpResponse:
    """A body that is larger than forms may be, or has too many fields."""
    if isinstance(error, RequestDataTooBig):
        return problems.problem(413, [{"code": "too-large", "detail": _("The body is too large.")}])
    return problems.problem(400, [{"code": "request", "detail": _("The body cannot be read.")}])


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    name = request.resolver_match.view_name if request.resolver_match else ""
    log_failure(name, error)
    return problems.failed(request)


def framed(patterns: list[URLPattern]) -> list[URLPattern]:
    """The calls' addresses, open to programs, each answer with what the frame adds."""
    for pattern in patterns:
        pattern.callback = _framed(pattern.callback)
    return patterns


def _framed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    @csrf_exempt
    @login_not_required
    @wraps(view)
    def call(request: HttpRequest, *args: Any, **path: Any) -> HttpResponseBase:
        started = time.perf_counter()

        def told() -> HttpResponseBase:
            found = view(request, *args, **path)
            return _method_refused(found) if found.status_code == 405 else found

        answer = in_its_language(request, told)
        _tell_limit(request, answer)
        if getattr(request, "replayed", False):
            answer.headers["Idempotency-Replayed"] = "true"
        calls_log.keep(request, answer, started=started)
        return answer

    return call


def _method_refused(former: HttpResponseBase) -> HttpResponse:
    answer = problems.of_refusal(refuse(405, "METHOD"))
    answer.headers["Allow"] = former.headers.get("Allow", "")
    return answer


def _tell_limit(request: HttpRequest, answer: HttpResponseBase) -> None:
    """`RateLimit` and `RateLimit-Policy` as the IETF's draft has them."""
    name, taken = getattr(request, "limit_taken", ("", None))
    if taken is not None:
        answer.headers["RateLimit-Policy"] = f'"{name}";q={taken.limit};w={taken.window}'
        answer.headers["RateLimit"] = f'"{name}";r={taken.left};t={taken.ends}'


@csrf_exempt
@login_not_required
def not_found(request: HttpRequest) -> HttpResponse:
    """Every address under /api/v1 that is none."""
    return problems.of_refusal(refuse(404, "NOT_FOUND"))
