"""Pages for requests that cannot be answered."""

import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from iys_portal.core.middleware import current_request_id
from iys_portal.core.outages import is_outage


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from elsewhere."""
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Our own fault. The number leads from the person's letter to the log; nothing is asked of the database here.

    While a server is away or a disk is full it is 503, and programs (gateways, browsers) are told to come again.
    """
    number = current_request_id()
    away = is_outage(sys.exc_info()[1])
    context = {"request_id": "" if number == "-" else number}
    answer = HttpResponse(render_to_string("503.html" if away else "500.html", context), status=503 if away else 500)
    if away:
        answer["Retry-After"] = "30"
    return answer
