"""An e-mail as its reader meets it: a page with frames, and the document in them, which may do nothing at all."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from .messages import MessageView

NOTHING = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none';"
    " frame-ancestors 'self'"
)
"""The document is somebody's own HTML: no script runs in it, nothing is loaded, nothing is sent, nothing is read."""


class PreviewView(MessageView):
    """The HTML at the width of a phone and of a desk, and the text version beside it."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        message = self.message(public_id)
        if not message.html:
            raise Http404
        return render(request, "consents/messages/preview.html", {"message": message})


class DocumentView(MessageView):
    """The HTML alone, for the frames."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        message = self.message(public_id)
        if not message.html:
            raise Http404
        response = HttpResponse(message.html, content_type="text/html; charset=utf-8")
        response["Content-Security-Policy"] = NOTHING
        response["X-Frame-Options"] = "SAMEORIGIN"
        response["X-Content-Type-Options"] = "nosniff"
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "private, no-store"
        return response
