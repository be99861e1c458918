"""Standing wishes (R-Z8): shown with what they change before they are switched on, and off again with one button."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.forms.citizen import WishForm
from consents.selectors.wishes import affected, brands_of, own_wishes, words_of
from consents.services import wishes as services
from iys_portal.core.errors import DomainError, Invalid
from iys_portal.core.forms import show_refusal

from .citizen import CitizenView

ENDED = "wish_ended"  # in the session: the wish that was switched off last, offered to be switched on again


class WishesView(CitizenView):
    """The wishes that hold, and a new one. By GET with a choice it shows what that one would change."""

    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = request.GET if "wish" in request.GET else None
        return self.page(request, WishForm(chosen, addresses=self.addresses()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WishForm(request.POST, addresses=self.addresses())
        if form.is_valid():
            try:
                begun = services.begin_wish(actor=self.actor, wanted=form.wanted, address_ids=form.address_ids)
            except DomainError as error:
                show_refusal(form, error)
            else:
                request.session.pop(ENDED, None)
                said = _("Your wish holds from now on.") if begun else _("This wish holds already; nothing changed.")
                messages.success(request, said)
                return redirect("consents:own-wishes")
        return self.page(request, form, status=422)

    def page(self, request: HttpRequest, form: WishForm, *, status: int = 200) -> HttpResponse:
        now = timezone.now()
        own = [row.address for row in self.addresses()]
        context = {"form": form, "wishes": own_wishes(self.actor.id, own, now=now), "ended": request.session.get(ENDED)}
        if form.is_bound and form.is_valid():
            found = affected(form.chosen_addresses, form.wanted, now=now)
            context |= {"preview": words_of(form.wanted), "brands": brands_of(found)}
        return render(request, "consents/citizen/wishes.html", context, status=status)


class EndWishView(CitizenView):
    """Switches a wish off; the page that follows offers to switch it on again."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, number: UUID) -> HttpResponse:
        if services.end_wish(actor=self.actor, made_together=number):
            request.session[ENDED] = str(number)
        return redirect("consents:own-wishes")


class BeginAgainView(CitizenView):
    """Takes back that a wish was switched off."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, number: UUID) -> HttpResponse:
        request.session.pop(ENDED, None)
        try:
            services.begin_again(actor=self.actor, made_together=number)
            messages.success(request, _("Your wish holds again."))
        except Invalid as error:  # a pause whose time has passed
            messages.warning(request, str(error))
        return redirect("consents:own-wishes")
