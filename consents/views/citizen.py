"""The citizen's own page (R-Z3, R-R1): who may reach me, no at once, and back within minutes."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from consents.enums import Channel
from consents.forms.citizen import OwnFilterForm
from consents.hooks import own_line
from consents.opaque import seal, unseal
from consents.selectors.own import own_brands, own_since
from consents.selectors.own_list import own_page, reaching
from consents.services import citizens
from iys_portal.accounts.models import ProvenAddress
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.policies import undo_until
from iys_portal.accounts.selectors import addresses_of
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.numbers import number_in
from providers.models import Brand

from .base import ActorView

LAST = "withdrawn"  # in the session: what the last act withdrew, offered to be taken back
UNDO = "withdrawn"
HTMX_SHOWN = 5
"""Brands of which an answer in place brings the new look; after more the page loads anew."""


@method_decorator([login_required(login_url=settings.CITIZEN_LOGIN_URL), never_cache], name="dispatch")
class CitizenView(ActorView):
    """A page for citizens; visitors are sent to the citizens' sign-in."""

    permission = Permission.CONSENT_OWN
    for_citizens: ClassVar[bool] = True

    def addresses(self) -> list[ProvenAddress]:
        return list(addresses_of(self.actor.id))


class OwnView(CitizenView):
    """Who may reach me, page by page. Reading leaves a note in the audit log and nothing else."""

    def get(self, request: HttpRequest) -> HttpResponse:
        now, addresses = timezone.now(), self.addresses()
        form = OwnFilterForm(request.GET, addresses=addresses)
        page = own_page(addresses, form.asked(request.GET.get("sayfa", "")), now=now)
        form.offer(page.sectors)
        audit.record("consent.read_own", ("accounts.user", str(self.actor.id)), actor=self.actor)
        context = {
            "addresses": addresses,
            "page": page,
            "form": form,
            "reaching": page.reaching,
            "line": own_line(self.actor.id),
            "undo": undo_of(request, self.actor, now),
            "list_query": _query(form.chosen, page.page),
            **_neighbours(form.chosen, page.page, page.pages),
        }
        return render(request, "consents/citizen/own.html", context)


def _query(chosen: dict[str, str], page: int) -> str:
    query = QueryDict(mutable=True)
    query.update(chosen)
    if page > 1:
        query["sayfa"] = str(page)
    return query.urlencode()


def _neighbours(chosen: dict[str, str], page: int, pages: int) -> dict[str, str]:
    """Addresses of the pages around this one; "" where there is none."""
    own = reverse("consents:own")
    places = {"first_url": 1, "previous_url": page - 1, "next_url": page + 1}
    there = {name: 1 <= n <= pages and n != page for name, n in places.items()}
    return {name: f"{own}?{_query(chosen, number)}" if there[name] else "" for name, number in places.items()}


def undo_of(request: HttpRequest, actor: Actor, now: datetime) -> dict[str, Any] | None:
    """The offer to take the last act back, while it lasts."""
    last = request.session.get(LAST)
    if last is None:
        return None
    until = undo_until(datetime.fromisoformat(last["at"]))
    if now >= until:
        return None
    brands = {brand_id for _address, brand_id, _channel in last["what"]}
    token = seal(UNDO, last["what"], actor=actor)
    return {"words": last["words"], "until": until, "token": token, "brand": min(brands) if len(brands) == 1 else None}


class WithdrawView(CitizenView):
    """Says no by POST, at once; the answer offers to take it back."""

    withdraw: ClassVar[Callable[..., list[citizens.Withdrawn]]]
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **chosen: Any) -> HttpResponse:
        at = timezone.now()
        withdrawn = type(self).withdraw(actor=self.actor, **chosen)
        remember(request, withdrawn, at)
        return answered(request, self.actor, self.addresses(), {one.brand_id for one in withdrawn})


def remember(request: HttpRequest, withdrawn: list[citizens.Withdrawn], at: datetime) -> None:
    """Keep what was withdrawn for the offer to take it back."""
    if withdrawn:
        what = [[one.address_id, one.brand_id, one.channel] for one in withdrawn]
        request.session[LAST] = {"at": at.isoformat(), "words": _words(withdrawn), "what": what}
    else:
        messages.info(request, _("You had refused this already; nothing changed."))


def answered(
    request: HttpRequest, actor: Actor, addresses: list[ProvenAddress], brands: Collection[int]
) -> HttpResponse:
    """To htmx the brands' new look, to everybody else the list as it was."""
    if not request.headers.get("HX-Request"):
        return redirect(_back(request, addresses))
    if not 0 < len(brands) <= HTMX_SHOWN:
        return HttpResponse(headers={"HX-Redirect": _back(request, addresses)})
    now, own = timezone.now(), [row.address for row in addresses]
    context = {
        "brands": own_brands(own, now=now, brands=brands, since=own_since(addresses)),
        "addresses": addresses,
        "reaching": reaching(addresses, now=now),
        "undo": undo_of(request, actor, now),
        "list_query": request.POST.get("liste", ""),
        "in_place": True,
    }
    return render(request, "consents/citizen/changed.html", context)


def _back(request: HttpRequest, addresses: list[ProvenAddress]) -> str:
    """Where the act came from: one brand's page, or the list as it was narrowed."""
    if came_from := number_in(request.POST.get("marka", "")):
        return reverse("consents:own-one", args=[came_from])
    asked = QueryDict(request.POST.get("liste", "")[:500])
    form = OwnFilterForm(asked, addresses=addresses)
    query = _query(form.chosen, form.asked(asked.get("sayfa") or "").page)
    return reverse("consents:own") + (f"?{query}" if query else "")


class WithdrawChannelView(WithdrawView):
    withdraw = staticmethod(citizens.withdraw_channel)


class DenyView(WithdrawView):
    """“I did not give this consent” (R-M3)."""

    withdraw = staticmethod(lambda **chosen: citizens.withdraw_channel(denied=True, **chosen))


class WithdrawBrandView(WithdrawView):
    withdraw = staticmethod(citizens.withdraw_brand)


class WithdrawEverythingView(WithdrawView):
    withdraw = staticmethod(citizens.withdraw_everything)


class WithdrawEverywhereView(WithdrawView):
    """One channel of all brands that stand."""

    withdraw = staticmethod(citizens.withdraw_everywhere)

    def post(self, request: HttpRequest, **chosen: Any) -> HttpResponse:
        if chosen["channel"] not in Channel.__members__:
            raise Http404
        return super().post(request, channel=Channel[chosen["channel"]])


class TakeBackView(CitizenView):
    """Takes back what a page of the last minutes offered; later it says kindly that the time is over."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        what = unseal(UNDO, request.POST.get("what", ""), actor=self.actor) or []
        withdrawn = [citizens.Withdrawn(*one) for one in what]
        returned = citizens.take_back_withdrawn(actor=self.actor, withdrawn=withdrawn)
        request.session.pop(LAST, None)
        _tell(request, returned, len(withdrawn))
        return answered(request, self.actor, self.addresses(), {one.brand_id for one in withdrawn})


def _tell(request: HttpRequest, returned: int, asked: int) -> None:
    if returned and returned == asked:
        messages.success(request, _("Taken back: everything is as it was before."))
    elif returned:
        messages.warning(request, _("Partly taken back: some of it had changed in the meantime or was too long ago."))
    else:
        minutes = int(settings.REGISTRY["REFUSAL_UNDO"].total_seconds() // 60)
        messages.warning(
            request,
            _(
                "This can no longer be taken back here: it works for %(minutes)s minutes. Your refusal stands. "
                "If you want messages again, say yes to the brand anew."
            )
            % {"minutes": minutes},
        )


def _words(withdrawn: list[citizens.Withdrawn]) -> str:
    """What was withdrawn, in one sentence; brands by name, no address."""
    brands = {one.brand_id for one in withdrawn}
    if len(brands) > 1:
        sentence = ngettext(
            "Your refusal of %(count)s brand is recorded and holds from now on.",
            "Your refusal of %(count)s brands is recorded and holds from now on.",
            len(brands),
        )
        return sentence % {"count": len(brands)}
    name = Brand.objects.values_list("name", flat=True).get(pk=withdrawn[0].brand_id)
    if len(withdrawn) > 1:
        return _("%(brand)s: your refusal is recorded and holds from now on.") % {"brand": name}
    channel = Channel(withdrawn[0].channel).label
    return _("%(brand)s, %(channel)s: your refusal is recorded and holds from now on.") % {
        "brand": name,
        "channel": channel,
    }
