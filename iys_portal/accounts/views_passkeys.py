"""Citizens' passkeys: add, name, remove, and sign in with one (R-Z1). A member's stays beside the password (R-A2)."""

import json
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import View

from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from iys_portal.core.forms import show_refusal
from iys_portal.core.middleware import current_request_id

from . import services
from .forms import CitizenPasskeyEntryForm, CitizenPasskeyForm, PasskeyNameForm
from .selectors import passkeys_of
from .views_account import CitizenPage
from .views_citizen import open_session

NOT_KNOWN = gettext_lazy(
    "This passkey does not open a citizen's account here. Sign in by a code, then add it on your account page."
)


def plain_options(options: dict[str, Any]) -> dict[str, Any]:
    """What the browser's dialog is asked with, as JSON has it."""
    plain: dict[str, Any] = json.loads(json.dumps(options, cls=DjangoJSONEncoder))
    return plain


class AddOwnPasskeyView(CitizenPage):
    """A key that is kept in the device and asks for fingerprint, face or PIN: it opens the account by itself."""

    template = "accounts/citizen/passkey_add.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, CitizenPasskeyForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CitizenPasskeyForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=422)
        credential, name = form.cleaned_data["credential"], form.cleaned_data["name"]
        try:
            auth.complete_registration(credential)
            services.add_passkey(name=name or self.next_name(), credential=credential, actor=self.actor)
        except (ValidationError, WrongMoment) as error:
            show_refusal(form, error if isinstance(error, WrongMoment) else Invalid(" ".join(error.messages)))
            return self.page(request, form, status=422)
        messages.success(request, _("Next time you can sign in with this passkey, without a code."))
        return redirect("accounts:own-account")

    def page(self, request: HttpRequest, form: CitizenPasskeyForm, status: int = 200) -> HttpResponse:
        options = plain_options(auth.begin_registration(request.user, passwordless=True))
        return render(request, self.template, {"form": form, "options": options}, status=status)

    def next_name(self) -> str:
        return _("Passkey %(number)d") % {"number": len(passkeys_of(self.actor.id)) + 1}


class OwnPasskeyView(CitizenPage):
    """One passkey: its name, and its removal."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, passkey_id: int) -> HttpResponse:
        form = PasskeyNameForm(request.POST)
        if form.is_valid():
            name = form.cleaned_data["name"]
            services.rename_passkey(passkey_id=passkey_id, name=name, actor=self.actor)
            messages.success(request, _("Saved."))
        return redirect("accounts:own-account")


class RemoveOwnPasskeyView(CitizenPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, passkey_id: int) -> HttpResponse:
        services.remove_passkey(passkey_id=passkey_id, actor=self.actor)
        messages.success(request, _("The passkey no longer opens your account."))
        return redirect("accounts:own-account")


@method_decorator([login_not_required, never_cache], name="dispatch")
class PasskeySignInView(View):
    """Whoever has a citizen's passkey comes in; the browser says which, so no address is asked for.

    A member's passkey opens nothing here, and is answered like an unknown one.
    """

    template = "accounts/citizen/passkey.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, CitizenPasskeyEntryForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CitizenPasskeyEntryForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=422)
        try:
            limit = settings.REGISTRY["PASSKEYS_PER_NETWORK_HOUR"]
            services.count_network(get_client_ip(request) or "", what="passkeys", limit=limit)
            passkey = _signed(form.cleaned_data["credential"])
            user = services.enter_by_passkey(passkey=passkey, request_id=current_request_id())
        except (ValidationError, NotFound, services.TooMany) as error:
            refusal = error if isinstance(error, services.TooMany) else Invalid(NOT_KNOWN)
            show_refusal(form, refusal)
            return self.page(request, form, status=refusal.status)
        return open_session(request, user, by="passkey", goes_on="")

    def page(self, request: HttpRequest, form: CitizenPasskeyEntryForm, status: int = 200) -> HttpResponse:
        options = plain_options(auth.begin_authentication())
        return render(request, self.template, {"form": form, "options": options}, status=status)


def _signed(credential: dict[str, Any]) -> Authenticator:
    """The passkey that signed the browser's answer. Raises `ValidationError` where none did."""
    return auth.complete_authentication(auth.extract_user_from_response(credential), credential)
