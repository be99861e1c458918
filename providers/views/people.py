"""The page of a provider's people: members and open invitations."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import View

from iys_portal.accounts import services as accounts
from iys_portal.accounts.enums import ProviderRole
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.selectors import is_expired, open_invitations
from iys_portal.core.errors import Invalid, NotFound
from iys_portal.core.forms import show_refusal
from providers import selectors, services
from providers.forms.people import InviteForm, RoleForm


class OfProviderView(View):
    """Pages for managers of the provider in which they act; elsewhere these pages do not exist (R-A1)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.actor = request.actor  # type: ignore[attr-defined]
        self.actor.require(Permission.PROVIDER_USERS)
        if self.actor.provider_id is None:
            raise NotFound
        return super().dispatch(request, *args, **kwargs)


class PeopleView(OfProviderView):
    """Who may act for the provider; a POST invites somebody."""

    def get(self, request: HttpRequest, form: InviteForm | None = None) -> HttpResponse:
        invitations = list(open_invitations(self.actor))
        for invitation in invitations:
            invitation.expired = is_expired(invitation)  # type: ignore[attr-defined]
        context = {
            "members": selectors.members(self.actor),
            "invitations": invitations,
            "roles": ProviderRole.choices,
            "form": form or InviteForm(),
        }
        return render(request, "providers/people.html", context, status=422 if form else 200)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = InviteForm(request.POST)
        if form.is_valid():
            try:
                services.invite_member(**form.cleaned_data, actor=self.actor)
            except Invalid as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("The invitation is on its way."))
                return redirect("providers:people")
        return self.get(request, form)


class RoleView(OfProviderView):
    def post(self, request: HttpRequest, membership_id: int) -> HttpResponse:
        form = RoleForm(request.POST)
        role = form.cleaned_data["role"] if form.is_valid() else ""
        services.change_role(membership_id=membership_id, role=role, actor=self.actor)
        messages.success(request, _("The role was changed."))
        return redirect("providers:people")


class RemoveView(OfProviderView):
    def post(self, request: HttpRequest, membership_id: int) -> HttpResponse:
        services.remove_member(membership_id=membership_id, actor=self.actor)
        messages.success(request, _("The person no longer belongs to the provider."))
        return redirect("providers:people")


class RevokeView(OfProviderView):
    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        accounts.revoke_invitation(public_id=public_id, actor=self.actor)
        messages.success(request, _("The invitation was withdrawn."))
        return redirect("providers:people")


class ResendView(OfProviderView):
    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        accounts.resend_invitation(public_id=public_id, actor=self.actor)
        messages.success(request, _("A new invitation is on its way; the former link no longer works."))
        return redirect("providers:people")
