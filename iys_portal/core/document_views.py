"""The page of one document: being made, ready to be downloaded, or failed."""

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.generic import View

from . import audit, documents
from .enums import DocumentState
from .models import Document


class DocumentBase(View):
    """A document that the actor may read: in the scope (R-A1), and with the permission that its kind names."""

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        document = documents.readable(request.actor, str(kwargs["public_id"]))  # type: ignore[attr-defined]
        if document is None:
            raise Http404
        self.document = document
        return super().dispatch(request, *args, **kwargs)


class DocumentView(DocumentBase):
    """Asks itself every second while the document is being made."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        document = self.document
        context = {
            "document": document,
            "kind": documents.kind_of(document),
            "waiting": document.state == DocumentState.WAITING,
            "newer": Document.objects.filter(replaces=document).first(),
        }
        part = "core/document_state.html" if request.headers.get("HX-Request") else "core/document.html"
        return render(request, part, context)


class DownloadView(DocumentBase):
    """The file, by POST, because every export is logged (R-G3)."""

    def post(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        document = self.document
        if document.state != DocumentState.READY:
            raise Http404
        audit.record("document.downloaded", document, actor=request.actor)  # type: ignore[attr-defined]
        return FileResponse(document.file.open("rb"), as_attachment=True, filename=f"{document.number}.pdf")


class AgainView(DocumentBase):
    """Have a failed document drawn again."""

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        documents.draw_again(self.document)
        return redirect("documents:document", public_id)
