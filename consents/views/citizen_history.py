"""A citizen's history (R-Z4): the time line, and for each event the evidence PDF and a signed receipt."""

from collections.abc import Callable
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from consents.document_kinds import RECEIPT
from consents.forms.own_history import HistoryFilterForm
from consents.selectors.own_history import Asked, brands_in, history_page
from consents.services.own_proofs import issue_own_evidence, issue_receipt, own_document
from iys_portal.accounts.selectors import addresses_of
from iys_portal.core import audit, documents
from iys_portal.core.enums import DocumentState
from iys_portal.core.models import Document
from iys_portal.core.numbers import number_in

from .citizen import CitizenView


class HistoryView(CitizenView):
    """What happened, newest first. Reading leaves a note in the audit log and nothing else."""

    def get(self, request: HttpRequest) -> HttpResponse:
        addresses = addresses_of(self.actor.id)
        form = HistoryFilterForm(request.GET, brands=brands_in(addresses), addresses=addresses)
        chosen = form.chosen
        asked = asked_of(chosen, before=number_in(request.GET.get("once", "")))
        page = history_page(self.actor, addresses, asked, now=timezone.now())
        audit.record("history.read_own", ("accounts.user", str(self.actor.id)), actor=self.actor)
        context: dict[str, Any] = {"form": form, "page": page, "addresses": addresses, "filtered": bool(chosen)}
        context["first_url"] = f"?{urlencode(chosen)}" if asked.before else ""
        context["next_url"] = f"?{urlencode(chosen | {'once': str(page.after)})}" if page.after else ""
        return render(request, "consents/citizen/history.html", context)


def asked_of(chosen: dict[str, str], *, before: int | None) -> Asked:
    """The filters of an address as the selector takes them; they are valid choices."""
    numbers = {name: int(chosen[name]) if name in chosen else None for name in ("marka", "kanal", "adres")}
    return Asked(numbers["marka"], numbers["kanal"], numbers["adres"], chosen.get("tur", ""), before)


class TakeView(CitizenView):
    """Have a document about one own event made, by POST; its page waits for it."""

    http_method_names = ["post"]
    take: ClassVar[Callable[..., Document]]

    def post(self, request: HttpRequest, event_id: int) -> HttpResponse:
        document = type(self).take(actor=self.actor, event_id=event_id, now=timezone.now())
        return redirect("consents:own-document", document.public_id)


class OwnEvidenceView(TakeView):
    take = staticmethod(issue_own_evidence)


class OwnReceiptView(TakeView):
    take = staticmethod(issue_receipt)


class OwnDocumentBase(CitizenView):
    """A document that this citizen had made; any other does not exist (R-A1)."""

    def document(self, public_id: UUID) -> Document:
        found = own_document(self.actor, public_id)
        if found is None:
            raise Http404
        return found


class OwnDocumentView(OwnDocumentBase):
    """Asks itself every second while the document is being made; without scripts there is a link."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        document = self.document(public_id)
        waiting = document.state == DocumentState.WAITING
        context = {"document": document, "kind": documents.kind_of(document), "waiting": waiting}
        context["is_receipt"] = document.kind == RECEIPT
        part = (
            "consents/citizen/document_state.html"
            if request.headers.get("HX-Request")
            else "consents/citizen/document.html"
        )
        return render(request, part, context)


class OwnDownloadView(OwnDocumentBase):
    """The PDF, or a receipt's signed JSON; by POST, because every export is logged (R-G3)."""

    http_method_names = ["post"]
    signed = False

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponseBase:
        document = self.document(public_id)
        if document.kind != RECEIPT if self.signed else document.state != DocumentState.READY:
            raise Http404
        about = {"form": "json" if self.signed else "pdf"}
        audit.record("document.downloaded", document, actor=self.actor, new=about)
        if not self.signed:
            return FileResponse(document.file.open("rb"), as_attachment=True, filename=f"{document.number}.pdf")
        response = JsonResponse(document.data["signed"], json_dumps_params={"indent": 1, "ensure_ascii": False})
        response["Content-Disposition"] = f'attachment; filename="{document.number}.json"'
        return response
