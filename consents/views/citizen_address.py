""" "This number is newly mine" (R-Z2): refuses what was given at an own address before, and takes that back."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consents.services.citizens import Begun, Withdrawn, begin_anew, take_back_begun
from iys_portal.accounts.views_account import NEWLY_MINE
from iys_portal.core.errors import WrongMoment

from .citizen import CitizenView


class NewlyMineView(CitizenView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, address_id: int) -> HttpResponse:
        at = timezone.now()
        begun = begin_anew(actor=self.actor, address_id=address_id)
        request.session[NEWLY_MINE] = {
            "at": at.isoformat(),
            "address_id": begun.address_id,
            "former": begun.former.isoformat() if begun.former else None,
            "what": [[one.address_id, one.brand_id, one.channel] for one in begun.withdrawn],
            "words": _words(len({one.brand_id for one in begun.withdrawn})),
        }
        return redirect("accounts:own-addresses")


class NewlyMineBackView(CitizenView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        last = request.session.pop(NEWLY_MINE, None)
        if last is None:
            return redirect("accounts:own-addresses")
        former = datetime.fromisoformat(last["former"]) if last["former"] else None
        begun = Begun(last["address_id"], former, [Withdrawn(*one) for one in last["what"]])
        try:
            take_back_begun(actor=self.actor, begun=begun, at=datetime.fromisoformat(last["at"]))
        except WrongMoment as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, _("Taken back: everything is as it was before."))
        return redirect("accounts:own-addresses")


def _words(brands: int) -> str:
    if not brands:
        return _("Your history here begins now. There was no consent to refuse.")
    sentence = ngettext(
        "Your history here begins now, and the consents given to %(count)s brand before are refused.",
        "Your history here begins now, and the consents given to %(count)s brands before are refused.",
        brands,
    )
    return sentence % {"count": brands}
