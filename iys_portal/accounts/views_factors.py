"""A person's own second factors (R-A2): allauth's pages, where the portal asks for more."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_removed
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn import views as webauthn
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.generic import FormView

from iys_portal.core import audit
from iys_portal.core.middleware import current_request_id

from . import services
from .models import User
from .scopes import actor_for
from .selectors import factors_of, has_app, has_second_factor, may_remove_factor, needs_second_factor
from .views_passkeys import plain_options


class LockedPost:
    """Changes the person's factors one after the other: of two removals at once, one sees the other's (R-A2)."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user: Any = request.user
        with transaction.atomic():
            User.objects.select_for_update(of=("self",)).get(pk=user.pk)
            return super().post(request, *args, **kwargs)  # type: ignore[misc, no-any-return]


class FactorsView(IndexView):
    """What the person has; the last factor of whoever needs one stays."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        stays = needs_second_factor(user) and factors_of(user).count() == 1
        return super().get_context_data(**kwargs) | {"last_stays": stays}


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class ReplaceAppView(LockedPost, ActivateTOTPView):
    """Move the authenticator app to another device: the old one works until the new one has shown its code.

    The way for whoever has no other factor and may not be without one (R-A2).
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not has_app(request.user):  # type: ignore[arg-type]
            return redirect("mfa_activate_totp")
        return FormView.dispatch(self, request, *args, **kwargs)  # allauth's own would lead to the removal

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"replaces": True}

    def form_valid(self, form: Any) -> HttpResponse:
        former = services.take_app_away(self.request.user)  # type: ignore[arg-type]
        authenticator_removed.send(Authenticator, request=self.request, user=former.user, authenticator=former)
        return super().form_valid(form)  # type: ignore[no-any-return]


class RemoveAppView(LockedPost, DeactivateTOTPView):
    """allauth's form refuses what `MFAAdapter.can_delete_authenticator` does."""


class AddPasskeyView(LockedPost, webauthn.AddWebAuthnView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        options = plain_options(context["js_data"]["creation_options"])
        # A key that can be kept in the device is kept there; one that cannot serves as well beside a password.
        options["publicKey"]["authenticatorSelection"] |= {"residentKey": "preferred", "requireResidentKey": False}
        first = not has_second_factor(self.request.user)  # type: ignore[arg-type]
        return context | {"options": options, "first": first}


class NamePasskeyView(LockedPost, webauthn.EditWebAuthnView):
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: Any) -> HttpResponse:
        """The name is the person's own words: the audit log does not keep it (R-G4)."""
        user: Any = self.request.user
        audit.record("user.second_factor_renamed", user, actor=actor_for(user, request_id=current_request_id()))
        return super().form_valid(form)  # type: ignore[no-any-return]


class RemovePasskeyView(LockedPost, webauthn.RemoveWebAuthnView):
    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may = may_remove_factor(self.object.user, factor_id=self.object.pk)
        return super().get_context_data(**kwargs) | {"may_remove": may}

    def form_valid(self, form: Any) -> HttpResponse:
        if not may_remove_factor(self.object.user, factor_id=self.object.pk):
            return self.render_to_response(self.get_context_data(form=form))
        return super().form_valid(form)  # type: ignore[no-any-return]


class PasskeyAgainView(webauthn.ReauthenticateWebAuthnView):
    def form_invalid(self, form: Any) -> HttpResponse:
        """allauth would lead back to the sign-in page and lose where the person was going."""
        return self.render_to_response(self.get_context_data() | {"form": form})
