"""Admin pages of people and invitations; every change goes through a service."""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from iys_portal.core.admin_pages import ReadOnlyAdmin, actor_of
from iys_portal.core.errors import Invalid
from iys_portal.core.forms import PortalForm
from iys_portal.core.provinces import provinces

from . import services
from .backends import register_admin_model
from .enums import ProviderRole, StaffRole, UserKind
from .hooks import memberships
from .models import Invitation, User
from .permissions import Permission
from .selectors import FACTORS, is_expired

register_admin_model("accounts.user", view=Permission.AUDIT_VIEW, change=Permission.STAFF_USERS)
register_admin_model("accounts.invitation", view=Permission.AUDIT_VIEW, change=Permission.STAFF_USERS)
register_admin_model("core.auditentry", view=Permission.AUDIT_VIEW)
register_admin_model("core.job", view=Permission.AUDIT_VIEW)
register_admin_model("core.holiday", view=Permission.REFERENCE_VIEW, change=Permission.REFERENCE_CHANGE)


class ReasonForm(PortalForm):
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str | Promise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = str(label)


class RolesForm(forms.ModelForm):
    staff_roles = forms.MultipleChoiceField(
        label=_("Staff roles"), choices=StaffRole, required=False, widget=forms.CheckboxSelectMultiple
    )

    province = forms.ChoiceField(
        label=_("Province of complaints"),
        required=False,
        choices=lambda: [("", _("None")), *((name, name) for name in provinces())],
        help_text=_("A complaint officer sees and decides the complaints of this province only."),
    )

    class Meta:
        model = User
        fields = ["staff_roles", "province"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if StaffRole.COMPLAINT_OFFICER in given.get("staff_roles", []) and not given.get("province"):
            self.add_error("province", _("A complaint officer needs a province: without one no complaint is seen."))
        return given


@dataclass(frozen=True)
class Act:
    """Something done to a person from their page, with a reason."""

    name: str
    label: str | Promise
    text: str | Promise
    service: Any
    asks: str | Promise


ACTS = {
    act.name: act
    for act in (
        Act(
            "reset-factor",
            _("Reset the second factor"),
            _("Only after checking who asks. All sessions end; the person is told by mail and sets up a new one."),
            services.reset_second_factor,
            _("What you checked, and how (no number of an identity document)"),
        ),
        Act(
            "deactivate",
            _("Close the account"),
            _("The person can no longer sign in, and all sessions end. What they recorded stays."),
            services.deactivate_user,
            _("Reason"),
        ),
        Act(
            "reactivate",
            _("Open the account again"),
            _("The person can sign in again."),
            services.reactivate_user,
            _("Reason"),
        ),
    )
}


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """People who sign in: staff roles by form, closing and second factors by acts with a reason."""

    form = RolesForm
    list_display = ["full_name", "email", "roles", "is_active", "factor", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["full_name", "email"]
    ordering = ["full_name"]
    readonly_fields = ["full_name", "email", "language", "is_active", "factor", "last_login", "created_at"]
    fields = [*readonly_fields, "staff_roles", "province"]
    change_form_template = "accounts/admin_user.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Members only: a citizen is nobody's to list."""
        people = super().get_queryset(request).filter(kind=UserKind.MEMBER)
        return people.annotate(has_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(Permission.STAFF_USERS)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who may only look sees the roles in words."""
        return self.fields if self.has_change_permission(request, obj) else [*self.readonly_fields, "roles", "province"]

    @admin.display(description=_("staff roles"))
    def roles(self, user: User) -> str:
        return ", ".join(str(StaffRole(role).label) for role in user.staff_roles) or "–"

    @admin.display(description=_("second factor"), boolean=True)
    def factor(self, user: Any) -> bool:
        return bool(user.has_factor)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        actor, given = actor_of(request), form.cleaned_data
        services.change_staff_roles(user=obj, roles=given["staff_roles"], actor=actor)
        services.place_officer(user=obj, province=given["province"], actor=actor)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        acts = list(ACTS.values()) if self.has_change_permission(request) else []
        return super().change_view(request, object_id, form_url, (extra_context or {}) | {"acts": acts})

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.act_view)
        return [path("<int:user_id>/act/<slug:name>/", view, name="accounts_user_act"), *super().get_urls()]

    def act_view(self, request: HttpRequest, user_id: int, name: str) -> HttpResponse:
        """A page that asks for the reason; its POST acts."""
        actor_of(request).require(Permission.STAFF_USERS)
        person, act = get_object_or_404(User, pk=user_id, kind=UserKind.MEMBER), ACTS.get(name)
        if act is None:
            return redirect("admin:accounts_user_changelist")
        form = ReasonForm(request.POST or None, label=act.asks)
        if form.is_valid():
            try:
                act.service(user=person, reason=form.cleaned_data["reason"], actor=actor_of(request))
            except Invalid as refused:
                form.add_error("reason", str(refused))
            else:
                messages.success(request, _("Done."))
                return redirect("admin:accounts_user_change", person.pk)
        context = self.admin_site.each_context(request) | {"person": person, "act": act, "form": form}
        return render(request, "accounts/admin_act.html", context | {"title": act.label, "opts": User._meta})


class InvitationForm(forms.ModelForm):
    """Either staff roles, or a role for one provider named by its İYS number."""

    staff_roles = forms.MultipleChoiceField(
        label=_("Staff roles"), choices=StaffRole, required=False, widget=forms.CheckboxSelectMultiple
    )
    iys_code = forms.IntegerField(label=_("İYS number of the provider"), required=False)
    provider_role = forms.ChoiceField(
        label=_("Role for the provider"), choices=[("", "–"), *ProviderRole.choices], required=False
    )

    class Meta:
        model = Invitation
        fields = ["email", "full_name", "staff_roles", "iys_code", "provider_role"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        code, role, staff = data.get("iys_code"), data.get("provider_role"), data.get("staff_roles")
        if bool(staff) == bool(role) or bool(role) != bool(code):
            raise forms.ValidationError(_("Choose staff roles, or a provider and a role for it."))
        data["provider"] = memberships().provider_of_code(code) if code else None
        if code and data["provider"] is None:
            raise forms.ValidationError({"iys_code": _("No provider has this number.")})
        return data

    def _post_clean(self) -> None:
        """The service writes and checks; there is no half-filled row to validate."""


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    form = InvitationForm
    list_display = ["full_name", "email", "roles", "provider_name", "created_at", "state"]
    search_fields = ["full_name", "email", "provider_name"]
    ordering = ["-created_at"]
    exclude = ["token_hash"]
    actions = ["resend", "revoke"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The form's to invite somebody; of one that was sent, what the list says in words."""
        return self.list_display if obj else InvitationForm.Meta.fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.STAFF_USERS)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(Permission.STAFF_USERS)

    @admin.display(description=_("roles"))
    def roles(self, invitation: Invitation) -> str:
        return invitation.role_labels

    @admin.display(description=_("state"))
    def state(self, invitation: Invitation) -> str | Promise:
        if invitation.accepted_at:
            return _("Accepted")
        if invitation.revoked_at:
            return _("Withdrawn")
        return _("Expired") if is_expired(invitation) else _("Open")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        data = form.cleaned_data
        provider_id, provider_name = data["provider"] or (None, "")
        sent = services.invite(
            email=data["email"],
            full_name=data["full_name"],
            staff_roles=data["staff_roles"],
            provider_id=provider_id,
            provider_name=provider_name,
            provider_role=data["provider_role"],
            actor=actor_of(request),
        )
        obj.pk, obj.email, obj.full_name = sent.pk, sent.email, sent.full_name

    @admin.action(description=_("Send again"), permissions=["manage"])
    def resend(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        actor = actor_of(request)
        self.each(request, queryset, lambda row: services.resend_invitation(public_id=row.public_id, actor=actor))

    @admin.action(description=_("Withdraw"), permissions=["manage"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[Invitation]) -> None:
        actor = actor_of(request)
        self.each(request, queryset, lambda row: services.revoke_invitation(public_id=row.public_id, actor=actor))
