"""Request id for logs and audit, and the one place that turns a `DomainError` into an answer."""

import contextvars
import logging
import uuid
from collections.abc import Callable
from itertools import chain

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme

from .errors import DomainError

log = logging.getLogger(__name__)
_request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")


def current_request_id() -> str:
    return _request_id.get()


class RequestIdFilter(logging.Filter):
    """Puts the request's id on every log line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        return True


class RequestIdMiddleware:
    """Gives every request an id; answers carry it as `X-Request-ID`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _request_id.set(uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = _request_id.get()
            return response
        finally:
            _request_id.reset(token)


class CompressedPagesMiddleware(GZipMiddleware):
    """Pages go out compressed, with padding of random length, so that no secret is guessed by a page's size (BREACH).

    Pages only: files are packed already or streamed, and answers to programs are small.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_page = not response.streaming and response.get("Content-Type", "").startswith("text/html")
        return super().process_response(request, response) if is_page else response


class PermissionsPolicyMiddleware:
    """Pages need no camera, microphone, place or payment: the browser gives them to nobody, our scripts included."""

    HEADER = ", ".join(
        f"{name}=()"
        for name in (
            "accelerometer",
            "browsing-topics",
            "camera",
            "display-capture",
            "geolocation",
            "gyroscope",
            "hid",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "serial",
            "usb",
        )
    )

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", self.HEADER)
        return response


class BodyLimitMiddleware:
    """A body that is too large is refused by its announced length, before a byte of it is read.

    Django reads nothing beyond that length, so a body that lies about it is cut off.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponse | None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        match = request.resolver_match
        large = match is not None and match.view_name in settings.BODY_LARGE_VIEWS
        limit = max(settings.BODY_MAX_BYTES, settings.REGISTRY["IMPORT_MAX_BYTES"] if large else 0)
        if length.isdecimal() and int(length) <= limit:
            return None
        log.warning("body_refused view=%s", match.view_name if match else "")
        return HttpResponse(render_to_string("413.html"), status=413)


class StorableTextMiddleware:
    """No page's address, query or form holds the character NUL: PostgreSQL stores none, and no keyboard types it.

    Refused before the view, for many read a field without a form. What programs call reads its own words.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., object], *_arguments: object) -> None:
        if getattr(view, "csrf_exempt", False):
            return
        fields = chain(request.GET.lists(), request.POST.lists())
        texts = chain([request.path_info], *([name, *values] for name, values in fields))
        if any("\0" in text for text in texts):
            raise BadRequest("NUL")


class DomainErrorMiddleware:
    """A refusal becomes a message on the page the user came from; without one, an error page (404 stays 404)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        if exception.status == 404:
            raise Http404 from exception
        if request.headers.get("HX-Request"):
            return render(
                request,
                "components/alert.html",
                {"tone": "danger", "text": exception.message},
                status=exception.status,
            )
        back = request.headers.get("Referer", "")
        if request.method == "POST" and url_has_allowed_host_and_scheme(
            back, {request.get_host()}, require_https=request.is_secure()
        ):
            messages.error(request, str(exception.message))
            return redirect(back)
        return render(request, "error.html", {"message": exception.message}, status=exception.status)
