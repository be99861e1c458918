"""Record one consent or refusal by hand, refuse a standing one, and say how an address will be stored.

What a form did is shown on the page that follows. It travels there as an encrypted token (`opaque`), so that reading
the page changes nothing and reloading it shows the same.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from consents.enums import Channel, RecipientType
from consents.forms.record import RecordForm
from consents.forms.refuse import RefuseForm
from consents.opaque import seal, unseal
from consents.results import results_of, shown
from consents.selectors import history
from consents.selectors.search import stored_address
from consents.services.evidence import record_with_file
from consents.services.records import Entry, Outcome, record_consents
from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import DomainError, Invalid
from providers.models import Brand

from .base import ActorView


class RecordView(ActorView):
    permission = Permission.CONSENT_RECORD

    def form(self, *args: Any, **kwargs: Any) -> RecordForm:
        brands = Brand.objects.writable_by(self.actor).select_related("provider")
        return RecordForm(*args, brands=brands.order_by("-is_main", "name"), **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        last = unseal("recorded", request.GET.get("sonuc", ""), actor=self.actor) or {}
        form = self.form(initial=last.get("kept"))
        context = {"form": form, "results": shown(last.get("results", []), actor=self.actor)}
        return render(request, "consents/record.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST, request.FILES)
        outcomes = self.record(form) if form.is_valid() else []
        results = results_of(form.cleaned_data.get("channels", []), outcomes)
        if form.errors:
            done = [result for result in results if result["accepted"]]
            context = {"form": form, "results": shown(done, actor=self.actor)}
            return render(request, "consents/record.html", context, status=422)
        token = seal("recorded", {"results": results, "kept": form.carried}, actor=self.actor)
        return redirect(f"{request.path}?sonuc={token}")

    def record(self, form: RecordForm) -> list[Outcome]:
        """Hand the form's rows to the engine; what it refuses comes back at the fields."""
        about: dict[str, Any] = {
            "actor": self.actor,
            "brand": form.cleaned_data["brand"],
            "entries": form.entries(),
            "text_version_id": form.text_version_id,
        }
        scan = form.cleaned_data["scan"]
        try:
            outcomes = record_with_file(**about, file=scan, name=scan.name) if scan else record_consents(**about)
        except DomainError as error:
            form.add_error("scan" if isinstance(error, Invalid) and error.field == "file" else None, str(error))
            return []
        for outcome in outcomes:
            if outcome.problem is not None:
                form.add_problem(outcome.problem, outcome.values)
        return outcomes


class RefuseView(ActorView):
    """Record a refusal for a consent that stands; a second click finds it refused already."""

    permission = Permission.CONSENT_RECORD

    def post(self, request: HttpRequest, event_id: int) -> HttpResponse:
        consent = history.consent_of(self.actor, event_id)
        if consent is None:
            raise Http404
        form = RefuseForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Say how the refusal reached you, and when."))
            return redirect("consents:detail", event_id)
        entry = Entry(
            recipient=consent.recipient,
            type=Channel(consent.channel).name,
            recipient_type=RecipientType(consent.recipient_type).name,
            status="RET",
            **form.cleaned_data,
        )
        outcome = record_consents(actor=self.actor, brand=history.brand_of(consent), entries=[entry])[0]
        return _after_refusal(request, outcome, event_id)


def _after_refusal(request: HttpRequest, outcome: Outcome, event_id: int) -> HttpResponse:
    if outcome.problem is not None:
        sentence = f"{outcome.problem.sentence(**outcome.values)} {outcome.problem.advice}"
        messages.error(request, f"{outcome.problem.code}: {sentence}")
    elif outcome.verdict.written:
        messages.success(request, _("The refusal is recorded. It is in force now."))
    else:
        messages.info(request, _("The refusal was recorded already; nothing changed."))
    return redirect("consents:detail", outcome.event_id or event_id)


class HintView(ActorView):
    """How the address will be stored; asked while somebody types. Writes nothing and logs nothing."""

    permission = Permission.CONSENT_RECORD

    def post(self, request: HttpRequest) -> HttpResponse:
        text = request.POST.get("recipient", "").strip()[:265]
        address = stored_address(text) if text else None
        context = {"text": text, "address": address, "is_phone": bool(address and address.startswith("+"))}
        return render(request, "consents/hint.html", context)
