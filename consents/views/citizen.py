"""The citizen's own page (R-Z3, R-R1): who may reach me, no at once, and back within minutes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from consents.enums import Channel
from consents.opaque import seal, unseal
from consents.selectors.own import own_brands
from consents.services import citizens
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.selectors import addresses_of
from iys_portal.core import audit
from providers.models import Brand

from .base import ActorView

LAST = "withdrawn"  # in the session: what the last act withdrew, offered to be taken back
UNDO = "withdrawn"


@method_decorator([login_required(login_url=settings.CITIZEN_LOGIN_URL), never_cache], name="dispatch")
class CitizenView(ActorView):
    """A page for citizens; visitors are sent to the citizens' sign-in."""

    permission = Permission.CONSENT_OWN
    for_citizens: ClassVar[bool] = True


class OwnView(CitizenView):
    """Who may reach me. Reading leaves a note in the audit log and nothing else."""

    def get(self, request: HttpRequest) -> HttpResponse:
        now = timezone.now()
        addresses = addresses_of(self.actor.id)
        brands = own_brands([row.address for row in addresses], now=now)
        audit.record("consent.read_own", ("accounts.user", str(self.actor.id)), actor=self.actor)
        context = {
            "addresses": addresses,
            "brands": brands,
            "reaching": sum(own.reaches for own in brands),
            "refusable": any(own.refusable for own in brands),
            "undo": self.undo(request, now),
        }
        return render(request, "consents/citizen/own.html", context)

    def undo(self, request: HttpRequest, now: datetime) -> dict[str, Any] | None:
        """The offer to take the last act back, while it lasts."""
        last = request.session.get(LAST)
        if last is None:
            return None
        until = datetime.fromisoformat(last["at"]) + settings.REGISTRY["REFUSAL_UNDO"]
        if now >= until:
            return None
        return {"words": last["words"], "until": until, "token": seal(UNDO, last["what"], actor=self.actor)}


class WithdrawView(CitizenView):
    """Says no by POST, at once; the page that follows offers to take it back."""

    withdraw: ClassVar[Callable[..., list[citizens.Withdrawn]]]
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **numbers: int) -> HttpResponse:
        at = timezone.now()
        withdrawn = type(self).withdraw(actor=self.actor, **numbers)
        if withdrawn:
            what = [[one.address_id, one.brand_id, one.channel] for one in withdrawn]
            request.session[LAST] = {"at": at.isoformat(), "words": _words(withdrawn), "what": what}
        else:
            messages.info(request, _("You had refused this already; nothing changed."))
        return redirect("consents:own")


class WithdrawChannelView(WithdrawView):
    withdraw = staticmethod(citizens.withdraw_channel)


class WithdrawBrandView(WithdrawView):
    withdraw = staticmethod(citizens.withdraw_brand)


class WithdrawEverythingView(WithdrawView):
    withdraw = staticmethod(citizens.withdraw_everything)


class TakeBackView(CitizenView):
    """Takes back what a page of the last minutes offered; later it says kindly that the time is over."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        what = unseal(UNDO, request.POST.get("what", ""), actor=self.actor) or []
        withdrawn = [citizens.Withdrawn(*one) for one in what]
        returned = citizens.take_back_withdrawn(actor=self.actor, withdrawn=withdrawn)
        request.session.pop(LAST, None)
        _tell(request, returned, len(withdrawn))
        return redirect("consents:own")


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
                "If you want messages again, tell the company."
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
