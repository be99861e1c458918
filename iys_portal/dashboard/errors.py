"""Pages for requests that cannot be answered."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from iys_portal.core.middleware import current_request_id


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from elsewhere."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own fault. The number leads from the person's letter to the log; nothing is asked of the database here."""
    number = current_request_id()
    return HttpResponse(render_to_string("500.html", {"request_id": "" if number == "-" else number}), status=500)
