"""The list of consents, one consent with its history, and showing a masked address.

A consent's address (URL) is the number of one of its events, because the consent itself is known by somebody's
address. An event's number is short, can be read out on the phone, says nothing about the person, and leads to the same
consent for ever, whichever event it is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils import timezone

from consents.effective import effective_status
from consents.filters import ConsentFilterForm, ListAddress, read_filters, read_place
from consents.forms.evidence import ScanForm
from consents.forms.moment import MomentForm
from consents.forms.refuse import RefuseForm
from consents.models import Consent
from consents.opaque import fingerprint, unseal
from consents.selectors import history, moments, pages, totals
from consents.selectors.erased import forgotten
from consents.selectors.evidence import is_missing, papers_of
from consents.tables import rows_for
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.errors import Invalid
from iys_portal.core.masking import mask
from providers.models import Brand

from .base import ActorView


class ListView(ActorView):
    """Consents by address. A search comes by POST and goes on as an encrypted token (`consents.filters`)."""

    permission = Permission.CONSENT_VIEW

    def form(self, data: Any) -> ConsentFilterForm:
        return ConsentFilterForm(data, actor=self.actor)

    def get(self, request: HttpRequest) -> HttpResponse:
        search = unseal("search", request.GET.get("q", ""), actor=self.actor) or ""
        form = self.form({**request.GET.dict(), "q": search})
        filters = read_filters(self.actor, form, search)
        backwards = "before" in request.GET
        place = read_place(self.actor, request.GET.get("before" if backwards else "after", ""))
        base = pages.everything(self.actor).annotate(effective=effective_status(timezone.now()))
        narrowed, total = totals.narrowed(self.actor, filters)
        page = pages.page_of(narrowed, base=base, cursor=place, backwards=backwards)
        address = ListAddress(self.actor, request.path, form.chosen, search)
        context = {
            "form": form,
            "search": search,
            "rows": rows_for(self.actor, page.rows, form.choice.brands),
            "several": form.choice.several,
            "forgotten": forgotten(self.actor, filters.search.low) if filters.search.exact else [],
            "total": total,
        }
        return render(request, "consents/list.html", context | self.rights() | _links(address, page, place))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        search = request.POST.get("q", "").strip()
        try:
            filters = read_filters(self.actor, form, search)
        except Invalid as error:
            form.add_error("q", str(error))
            return render(request, "consents/list.html", {"form": form, "search": search, "rows": None}, status=422)
        if search and self.actor.all_providers:
            target = ("consents.search", fingerprint(filters.search.low))
            audit.record("consent.searched", target, actor=self.actor, new=form.chosen)
        return redirect(ListAddress(self.actor, request.path, form.chosen, search).at())


def _links(address: ListAddress, page: pages.Page, place: pages.Key | None) -> dict[str, str]:
    return {
        "first_url": address.at() if place else "",
        "previous_url": address.before(page.before),
        "next_url": address.after(page.after),
        "export_query": address.at().partition("?")[2],
    }


class DetailView(ActorView):
    """One consent: what stands, whether it may be used, and everything that ever happened to it."""

    permission = Permission.CONSENT_VIEW
    verb = "consent.read"

    def get(self, request: HttpRequest, event_id: int) -> HttpResponse:
        consent, brand = self.find(event_id)
        return self.page(request, consent, brand, masked=self.actor.all_providers)

    def find(self, event_id: int) -> tuple[Consent, Brand]:
        """The consent, with the note that it was read (R-A3)."""
        consent = history.consent_of(self.actor, event_id)
        if consent is None:
            raise Http404
        brand = history.brand_of(consent)
        target = ("consents.consent", str(event_id))
        audit.record(self.verb, target, actor=self.actor, provider_id=brand.provider_id)
        return consent, brand

    def page(
        self,
        request: HttpRequest,
        consent: Consent,
        brand: Brand,
        *,
        masked: bool,
        scan: ScanForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        record = history.record_of(self.actor, consent, brand, now=timezone.now())
        asked = MomentForm(request.GET if "at" in request.GET else None)
        context = {
            "record": record,
            "asked": asked,
            "answers": _answers(record, asked.cleaned_data["at"]) if asked.is_valid() else None,
            "event_id": str(consent.event_id),
            "address": mask(consent.recipient) if masked else consent.recipient,
            "masked": masked,
            "refuse": RefuseForm(),
            "papers": papers_of(record),
            "missing": is_missing(consent),
            "scan": scan or ScanForm(),
            "may_see_scans": self.may_see_scans,
        }
        return render(request, "consents/detail.html", context | self.rights_on(consent), status=status)

    @property
    def may_see_scans(self) -> bool:
        """A scan names no channel, so nobody from outside sees one (R-P12)."""
        return self.actor.bound is None and (not self.actor.all_providers or self.actor.may(Permission.PERSON_SHOW))

    def rights_on(self, consent: Consent) -> dict[str, bool]:
        """What the page may offer here: an integrator may read a channel that it may not write."""
        rights, bound = self.rights(), self.actor.bound
        if bound is not None and (consent.brand_id, consent.channel) not in bound.writes:
            rights["may_record"] = False
        return rights


@dataclass(frozen=True)
class _Told:
    """One clock's answer as the page tells it (R-L4)."""

    answer: moments.Answer
    line: history.Line | None
    completed_by: list[history.Line]


def _answers(record: history.Record, at: datetime) -> dict[str, Any]:
    """Both answers for a moment, each with the lines of the history that decided it."""
    moment = moments.at_moment(record.consent, at)
    lines = {line.event.version: line for line in record.lines}

    def told(answer: moments.Answer) -> _Told:
        state = answer.state
        completed = [lines[event.version] for event in state.completed_by] if state else []
        return _Told(answer, lines[state.event.version] if state else None, completed)

    return {"moment": moment, "known": told(moment.known), "now_known": told(moment.now_known)}


class ShowView(DetailView):
    """Show a masked address in full to staff; the audit log keeps who looked (R-G2)."""

    permission = Permission.PERSON_SHOW
    verb = "person.shown"

    def get(self, request: HttpRequest, event_id: int) -> HttpResponse:
        return HttpResponseNotAllowed(["POST"])

    def post(self, request: HttpRequest, event_id: int) -> HttpResponse:
        consent, brand = self.find(event_id)
        if request.headers.get("HX-Request"):
            return render(request, "consents/shown.html", {"recipient": consent.recipient})
        return self.page(request, consent, brand, masked=False)
