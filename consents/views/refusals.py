"""Refusals that a provider has to act upon (R-R2): the page, acknowledging, and the open ones as a file."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consents.exports import CSV
from consents.forms.lists import BrandFilterForm
from consents.refusal_export import as_csv
from consents.selectors import refusals as selectors
from consents.services import refusals as services
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.errors import Invalid
from iys_portal.core.numbers import number_in

from .base import ActorView

DONE = "done"


class RefusalView(ActorView):
    """What the views share: the brand filter, and the list's addresses."""

    def form(self, data: Any) -> BrandFilterForm:
        return BrandFilterForm(data, actor=self.actor)


class RefusalsView(RefusalView):
    """Open refusals by urgency; those that were acknowledged or taken back under a second tab."""

    permission = Permission.PROVIDER_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        form, now = self.form(request.GET), timezone.now()
        done = request.GET.get("tab") == DONE
        place = {name: request.GET.get(name, "") for name in ("after", "before")}
        pages = selectors.done_page if done else selectors.open_page
        page = None
        if form.chosen_brand or not self.actor.all_providers:
            page = pages(self.actor, brand=form.chosen_brand, now=now, **place)
        context = {
            "form": form,
            "page": page,
            "waiting": selectors.waiting(self.actor, today=timezone.localdate(now)),
            "stop_days": settings.REGISTRY["STOP_BUSINESS_DAYS"],
        }
        links = _links(form, page, done=done, moved=any(place.values()))
        return render(request, "consents/refusals/list.html", context | self.rights() | links)


class AcknowledgeView(RefusalView):
    """The provider stopped: for the ticked refusals, or for all that the page knew of."""

    permission = Permission.CONSENT_RECORD

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.GET)
        if upto := _numbers([request.POST.get("all", "")]):
            brand = form.chosen_brand
            total = services.acknowledge_all(actor=self.actor, upto=upto[0], brand_id=brand.pk if brand else None)
        else:
            total = services.acknowledge(actor=self.actor, alerts=_numbers(request.POST.getlist("alert")))
        _say(request, total)
        return redirect(_address(form.chosen))


class RefusalExportView(RefusalView):
    """The open refusals as CSV. By POST, because every export is logged (R-G3)."""

    permission = Permission.CONSENT_EXPORT

    def post(self, request: HttpRequest) -> StreamingHttpResponse:
        form = self.form(request.GET)
        if self.actor.all_providers and form.chosen_brand is None:
            raise Invalid(_("Choose a brand first."), field="brand")
        target = ("consents.refusalalert", "open")
        audit.record("refusal.exported", target, actor=self.actor, new={"kind": "csv", "filters": form.chosen})
        name = f"retler-{timezone.now().astimezone(ISTANBUL):%Y-%m-%d-%H%M}.csv"
        response = StreamingHttpResponse(as_csv(self.actor, form.chosen_brand), content_type=CSV)
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response


def _numbers(texts: list[str]) -> list[int]:
    return [number for text in texts if (number := number_in(text)) is not None]


def _say(request: HttpRequest, total: int) -> None:
    if total:
        text = ngettext("%(count)s refusal was acknowledged.", "%(count)s refusals were acknowledged.", total)
        messages.success(request, text % {"count": total})
    else:
        messages.info(request, _("Nothing was open there any more, or nothing was ticked."))


def _address(query: dict[str, str]) -> str:
    address = reverse("consents:refusals")
    return f"{address}?{urlencode(query)}" if query else address


def _links(form: BrandFilterForm, page: selectors.RefusalPage | None, *, done: bool, moved: bool) -> dict[str, Any]:
    """Addresses of the tabs and of the neighbouring pages, with the same filter."""
    kept = form.chosen | ({"tab": DONE} if done else {})
    return {
        "done": done,
        "moved": moved,
        "query": urlencode(form.chosen),
        "open_url": _address(form.chosen),
        "done_url": _address({**form.chosen, "tab": DONE}),
        "first_url": _address(kept) if moved else "",
        "previous_url": _address({**kept, "before": page.before}) if page and page.before else "",
        "next_url": _address({**kept, "after": page.after}) if page and page.after else "",
    }
