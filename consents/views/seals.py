"""Seals and proofs (R-L3): public pages, and the proof of one consent as a file."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.generic import View

from consents.models import LedgerSeal, SealStamp
from consents.proof_words import verify_words
from consents.selectors.seals import late_stamps, published, published_keys, seal_page
from consents.services.proofs import issue_evidence, take_proof
from iys_portal.accounts.permissions import Permission
from iys_portal.core import documents
from iys_portal.core.numbers import number_in

from .base import ActorView


@method_decorator(login_not_required, name="dispatch")
class SealsView(View):
    """The chain, newest first, and the keys that sign it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        before = request.GET.get("once", "")
        page = seal_page(before=number_in(before))
        context = {"page": page, "keys": published_keys(), "moved": bool(before)}
        actor = getattr(request, "actor", None)
        if actor is not None and actor.may(Permission.LEDGER_VERIFY):
            context["late"] = late_stamps(timezone.now())
        return render(request, "consents/seals/list.html", context)


@method_decorator(login_not_required, name="dispatch")
class SealView(View):
    """One seal as a file, to be kept elsewhere: `verify_ledger --against` takes it."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        seal = get_object_or_404(LedgerSeal, number=number)
        response = JsonResponse(published(seal), json_dumps_params={"indent": 2})
        response["Content-Disposition"] = f'attachment; filename="muhur-{number}.json"'
        return response


@method_decorator(login_not_required, name="dispatch")
class StampView(View):
    """The authority's answer about one seal (RFC 3161), as `openssl ts -verify` takes it."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        stamp = get_object_or_404(SealStamp, seal_number=number)
        response = HttpResponse(bytes(stamp.answer), content_type="application/timestamp-reply")
        response["Content-Disposition"] = f'attachment; filename="muhur-{number}.tsr"'
        return response


@method_decorator(login_not_required, name="dispatch")
class VerifyView(View):
    """Checks a proof in the reader's browser (R-L3): the server sees nothing of it.

    With a document's number it also tells what the registry issued under it: nothing about a person.
    """

    def get(self, request: HttpRequest) -> HttpResponse:
        number = request.GET.get("kod", "")[:60]
        context = {
            "words": verify_words(),
            "keys": dict(published_keys()),
            "number": number,
            "issued": documents.issued(number) if number else None,
        }
        return render(request, "consents/seals/verify.html", context)


class EvidenceView(ActorView):
    """Have the evidence PDF made (R-L3): of this consent, or of everything at its address within the actor's scope."""

    permission = Permission.CONSENT_VIEW
    whole = False

    def post(self, request: HttpRequest, event_id: int) -> HttpResponse:
        document = issue_evidence(actor=self.actor, event_id=event_id, whole=self.whole, now=timezone.now())
        return redirect("documents:document", document.public_id)


class ProofView(ActorView):
    """The proof of one consent as a file. By POST, because every export is logged (R-G3)."""

    permission = Permission.CONSENT_VIEW

    def post(self, request: HttpRequest, event_id: int) -> HttpResponse:
        values = take_proof(actor=self.actor, event_id=event_id, now=timezone.now())
        response = JsonResponse(values, json_dumps_params={"indent": 1, "ensure_ascii": False})
        response["Content-Disposition"] = f'attachment; filename="kanit-{event_id}.json"'
        return response
