"""A citizen's account: own addresses (R-Z2), wishes for mails, and the account's end."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import Any, ClassVar

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from iys_portal.core.actors import Actor
from iys_portal.core.errors import DomainError, Invalid, WrongMoment
from iys_portal.core.forms import show_refusal

from . import edevlet, services
from .forms import MailsForm, OwnAddressForm, SignInCodeForm
from .permissions import Permission
from .policies import undo_until
from .selectors import addresses_of, devices_of, edevlet_link_of, mails_of, passkeys_of
from .views_citizen import code_context, set_waiting

ADDING = "waiting_to_add"  # in the session: the address that waits for its code
CLOSING = "waiting_to_close"
NEWLY_MINE = "newly_mine"  # what "this number is newly mine" did last, to be taken back


@method_decorator([login_required(login_url=settings.CITIZEN_LOGIN_URL), never_cache], name="dispatch")
class CitizenPage(View):
    """A page of a citizen's own account."""

    for_citizens: ClassVar[bool] = True
    actor: Actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = request.actor  # type: ignore[attr-defined]
        self.actor.require(Permission.CONSENT_OWN)
        return super().dispatch(request, *args, **kwargs)


@method_decorator(sensitive_post_parameters("address"), name="dispatch")
class AddressesView(CitizenPage):
    """Own addresses, and the form that adds one: a code goes to it, whoever holds it."""

    template = "accounts/citizen/addresses.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template, self.context(OwnAddressForm()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = OwnAddressForm(request.POST)
        if not form.is_valid():
            return render(request, self.template, self.context(form), status=422)
        try:
            address = services.code_address(form.cleaned_data["address"])
            send_code(request, address, services.to_add_address(self.actor.id), ADDING)
        except (Invalid, services.TooMany, services.TooSoon) as error:
            show_refusal(form, error)
            return render(request, self.template, self.context(form), status=error.status)
        return redirect("accounts:own-address-code")

    def context(self, form: OwnAddressForm) -> dict[str, Any]:
        undo = newly_mine_undo(self.request)
        return {"form": form, "addresses": addresses_of(self.actor.id), "undo": undo}


def newly_mine_undo(request: HttpRequest) -> dict[str, Any] | None:
    """The offer to take "newly mine" back, while it lasts."""
    last = request.session.get(NEWLY_MINE)
    if last is None:
        return None
    until = undo_until(datetime.fromisoformat(last["at"]))
    return last | {"until": until} if timezone.now() < until else None


def send_code(request: HttpRequest, address: str, purpose: services.Purpose, key: str) -> None:
    """Send a code for one purpose and remember it in the session under `key`. Raises `TooMany`, `TooSoon`."""
    ip, language = get_client_ip(request) or "", get_language() or ""
    code = services.request_code(address=address, language=language, ip=ip, purpose=purpose)
    set_waiting(request, key, {"address": address}, code)


class OwnCodeView(CitizenPage, ABC):
    """Takes the code for something that the signed-in citizen does; without one that waits it leads back."""

    key: ClassVar[str]
    back: ClassVar[str]
    template: ClassVar[str]

    def get(self, request: HttpRequest) -> HttpResponse:
        waiting = request.session.get(self.key)
        if waiting is None:
            return redirect(self.back)
        return render(request, self.template, code_context(waiting, SignInCodeForm()))

    def post(self, request: HttpRequest) -> HttpResponse:
        waiting, form = request.session.get(self.key), SignInCodeForm(request.POST)
        if waiting is None:
            return redirect(self.back)
        if not form.is_valid():
            return render(request, self.template, code_context(waiting, form), status=422)
        try:
            return self.take(request, waiting["address"], form.cleaned_data["code"])
        except (services.CodeWrong, services.CodeOver, services.TooMany) as error:
            show_refusal(form, error)
            return render(request, self.template, code_context(waiting, form), status=error.status)

    @abstractmethod
    def take(self, request: HttpRequest, address: str, code: str) -> HttpResponse: ...


@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class AddressCodeView(OwnCodeView):
    key, back, template = ADDING, "accounts:own-addresses", "accounts/citizen/address_code.html"

    def take(self, request: HttpRequest, address: str, code: str) -> HttpResponse:
        row = services.add_address(address=address, code=code, actor=self.actor)
        del request.session[ADDING]
        text = _("%(address)s is now among your addresses. You see below what is recorded for it.")
        if row.history_from:
            text = _("%(address)s is now yours here. What was recorded for its earlier holder is not shown to you.")
        messages.success(request, text % {"address": row.address})
        return redirect("accounts:own-addresses")


class RemoveAddressView(CitizenPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, address_id: int) -> HttpResponse:
        try:
            services.remove_address(address_id=address_id, actor=self.actor)
        except WrongMoment as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The address is no longer in your account. Consents and refusals stay."))
        return redirect("accounts:own-addresses")


class AccountView(CitizenPage):
    """Wishes for mails, ways to sign in, own data, and the account's end."""

    template = "accounts/citizen/account.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template, self.context(MailsForm(initial=mails_of(self.actor.id))))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = MailsForm(request.POST)
        if not form.is_valid():
            return render(request, self.template, self.context(form), status=422)
        services.set_mails(**form.cleaned_data, actor=self.actor)
        messages.success(request, _("Saved."))
        return redirect("accounts:own-account")

    def context(self, form: MailsForm) -> dict[str, Any]:
        addresses = addresses_of(self.actor.id)
        return {
            "form": form,
            "addresses": addresses,
            "has_mail": any(not row.is_phone for row in addresses),
            "passkeys": passkeys_of(self.actor.id),
            "devices": devices_of(self.actor.id),
            "edevlet": edevlet.is_on(),
            "edevlet_link": edevlet_link_of(self.actor.id),
        }


class CloseView(CitizenPage):
    """Says what goes and what stays, and sends the code that closes the account."""

    template = "accounts/citizen/close.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template, self.context())

    def post(self, request: HttpRequest) -> HttpResponse:
        addresses = addresses_of(self.actor.id)
        if not addresses:
            services.close_account_without_addresses(actor=self.actor)
            return _closed(request)
        chosen = next((row for row in addresses if str(row.pk) == request.POST.get("address")), addresses[0])
        try:
            send_code(request, chosen.address, services.to_close_account(self.actor.id), CLOSING)
        except DomainError as error:
            messages.error(request, str(error))
            return render(request, self.template, self.context(), status=error.status)
        return redirect("accounts:own-close-code")

    def context(self) -> dict[str, Any]:
        return {"addresses": addresses_of(self.actor.id), "years": settings.REGISTRY["KEEP_YEARS"]}


@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class CloseCodeView(OwnCodeView):
    key, back, template = CLOSING, "accounts:own-close", "accounts/citizen/close_code.html"

    def take(self, request: HttpRequest, address: str, code: str) -> HttpResponse:
        services.close_account(address=address, code=code, actor=self.actor)
        return _closed(request)


def _closed(request: HttpRequest) -> HttpResponse:
    logout(request)
    messages.success(request, _("Your account is deleted. Your refusals stay in force."))
    return redirect("accounts:citizen-sign-in")
