"""Each call of a key, kept for the developer's corner: what was called and how it went, never what was said.

No body, address, number of a path or query string: of a path its template stands there.
"""

import json
import re
import time
from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from providers.selectors.calls import LoggedCall
from providers.services.calls import note_call

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MOST_CODES = 5
_CODE = re.compile(r"[A-Za-z][\w.-]{0,39}", re.ASCII)
_NAMED = re.compile(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>")


def of_key(request: HttpRequest, key: UUID) -> None:
    """Say whose call this is. Calls with no token that holds are nobody's and are not kept."""
    request.api_key = key  # type: ignore[attr-defined]


def keep(request: HttpRequest, answer: HttpResponseBase, *, started: float) -> None:
    """Keep a call that was answered; `started` by `time.perf_counter`."""
    key = getattr(request, "api_key", None)
    if key is None:
        return
    call = LoggedCall(
        at=timezone.now(),
        method=request.method if request.method in METHODS else "?",
        path=path_of(request),
        status=answer.status_code,
        ms=round((time.perf_counter() - started) * 1000),
        codes=tuple(codes_of(answer)),
    )
    note_call(key=key, call=call)


def path_of(request: HttpRequest) -> str:
    """The call's path as the document writes it: `/sps/{iys}/brands`."""
    match = request.resolver_match
    if match is None:
        return "/"
    return ("/v2" if request.path_info.startswith("/v2/") else "") + template_of(match.route)


@lru_cache(maxsize=512)
def template_of(route: str) -> str:
    """A route of Django's as a template: `^(?:v2/)?info/city/(?P<code>[^/]+)/?$` is `/info/city/{code}`."""
    plain = route.replace("^", "").replace("(?:v2/)?", "").removesuffix("$").removesuffix("/?").removeprefix("v2/")
    return "/" + _NAMED.sub(lambda found: "{" + (found[1] or found[2]) + "}", plain)


def codes_of(answer: HttpResponseBase) -> Iterable[str]:
    """The codes of a refusal, each once, a few at most."""
    if answer.status_code < 400 or not isinstance(answer, HttpResponse):
        return ()
    try:
        errors = json.loads(answer.content)["errors"]
        codes = [str(error["code"]) for error in errors]
    except (ValueError, KeyError, TypeError):
        return ()
    return [code for code in dict.fromkeys(codes) if _CODE.fullmatch(code)][:MOST_CODES]
