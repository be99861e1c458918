"""Refusals as RFC 9457 has them: `application/problem+json` with what is wrong and where."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import Field, Schema
from ninja.errors import AuthenticationError, HttpError, ValidationError

from iys_portal.core.errors import DomainError, FieldsInvalid, Invalid
from iys_portal.core.middleware import current_request_id
from providers.api.calls import OF_PROVIDER, as_refused
from providers.api.errors import Fault, Refused, refuse

from .form_words import sentence_of

CONTENT_TYPE = "application/problem+json"
REFUSALS = frozenset({400, 401, 403, 404, 405, 409, 413, 422, 429, 500})
"""What any call may be refused with."""


class ProblemError(Schema):
    code: str = Field(description="The national interface's code where it has one, else a word of ours.")
    detail: str
    pointer: str | None = Field(None, description="Where in the body, as a JSON pointer: #/recipient.")
    parameter: str | None = Field(None, description="Which part of the address, the query or the headers.")
    technical: str | None = Field(None, description="What the check of the form says itself, in English.")


class Problem(Schema):
    """RFC 9457."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[ProblemError]


def problem(status: int, errors: Sequence[Mapping[str, Any]], *, retry_after: int = 0) -> HttpResponse:
    """`errors` has at least one entry; the first one's sentence is the problem's."""
    answer = JsonResponse(
        {
            "type": "about:blank",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": errors[0]["detail"],
            "request_id": current_request_id(),
            "errors": [{"pointer": None, "parameter": None, "technical": None, **error} for error in errors],
        },
        status=status,
        content_type=CONTENT_TYPE,
    )
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def of_refusal(error: DomainError) -> HttpResponse:
    """Any refusal of a service; a provider that may not act is refused as by the national interface (R-P7)."""
    if error.code in OF_PROVIDER:
        error = as_refused(error)
    if isinstance(error, Refused):
        return problem(error.status, [of_fault(fault) for fault in error.faults], retry_after=error.retry_after)
    if isinstance(error, FieldsInvalid):
        found = [
            {"code": "invalid", "detail": text, "pointer": None if name == "__all__" else f"#/{name}"}
            for name, texts in error.errors.items()
            for text in texts
        ]
        return problem(error.status, found)
    code = (error.code or type(error).__name__).partition(":")[0]
    pointer = f"#/{error.field}" if isinstance(error, Invalid) and error.field else None
    return problem(error.status, [{"code": code, "detail": str(error), "pointer": pointer}])


NAMES = {"consentDate": "consent_date", "recipientType": "recipient_type", "retailerCode": "retailer_code",
         "type": "channel"}  # fmt: skip
"""The national interface's names as ours."""


def of_fault(fault: Fault, *, before: str = "#") -> dict[str, Any]:
    """A fault of the compatible interface, with our names of the fields."""
    pointer = None
    if fault.location:
        pointer = "/".join([before, *(NAMES.get(str(part), str(part)) for part in fault.location)])
    return {"code": fault.code, "detail": fault.message, "pointer": pointer}


def of_form(error: ValidationError) -> HttpResponse:
    """What the schema refuses. Values are not repeated: they may be addresses (R-G4)."""
    return problem(422, [_of_form(one) for one in error.errors] or [{"code": "form", "detail": _("Not valid.")}])


def _of_form(found: Mapping[str, Any]) -> dict[str, Any]:
    place, *path = found.get("loc", ("body",))
    told = {"code": found.get("type", "form"), "detail": sentence_of(found), "technical": found.get("msg")}
    if place in ("body", "form", "file"):
        return told | {"pointer": _pointer(path[1:] if place == "body" else path)}
    return told | {"parameter": str(path[-1]) if path else str(place)}


def _pointer(path: Iterable[Any]) -> str:
    return "/".join(["#", *(str(part).replace("~", "~0").replace("/", "~1") for part in path)])


def of_http(error: HttpError) -> HttpResponse:
    if isinstance(error, AuthenticationError):
        return of_refusal(refuse(401, "H351"))
    return problem(error.status_code, [{"code": "request", "detail": _("The body cannot be read as JSON.")}])


def failed(request: HttpRequest) -> HttpResponse:
    return of_refusal(refuse(500, "H015"))
