"""Integrators: what a provider opens to them and closes again, and the register that staff keep (R-P12)."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from iys_portal.accounts import services as accounts
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.selectors import is_expired, open_invitations
from iys_portal.core.actors import Actor
from iys_portal.core.errors import FieldsInvalid, Invalid, NotFound, WrongMoment
from providers import services
from providers.enums import IntegratorState
from providers.forms.integrators import GrantForm, IntegratorForm, InvitePersonForm
from providers.models import Brand, Integrator
from providers.selectors import integrators as selectors
from providers.transitions import INTEGRATOR


class GrantingView(View):
    """For managers of the provider in which they act; elsewhere these pages do not exist (R-A1)."""

    actor: Actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = request.actor  # type: ignore[attr-defined]
        self.actor.require(Permission.PROVIDER_SETTINGS)
        if self.actor.provider_id is None:
            raise NotFound
        return super().dispatch(request, *args, **kwargs)


class GrantsView(GrantingView):
    """What is open to whom; an integrator is searched and chosen by address, a POST grants."""

    def get(self, request: HttpRequest) -> HttpResponse:
        chosen = selectors.chosen(request.GET.get("entegrator", ""), today=timezone.localdate())
        form = self.form(initial={"integrator": chosen.public_id}) if chosen else None
        return self.page(request, chosen, form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        chosen = selectors.chosen(request.POST.get("integrator", ""), today=timezone.localdate())
        if chosen is None:
            raise WrongMoment(_("This integrator is not active."), code="integrator-state")
        if not form.is_valid():
            return self.page(request, chosen, form, status=422)
        given = services.grant(actor=self.actor, **form.cleaned_data | {"integrator": chosen})
        if given:
            text = ngettext("%(count)s channel was opened.", "%(count)s channels were opened.", len(given))
            messages.success(request, text % {"count": len(given)})
        else:
            messages.info(request, _("This was open already; nothing changed."))
        return redirect("providers:integrators")

    def form(self, *args: Any, **kwargs: Any) -> GrantForm:
        brands = Brand.objects.visible_to(self.actor).filter(is_active=True).order_by("-is_main", "name")
        return GrantForm(*args, brands=brands, **kwargs)

    def page(
        self, request: HttpRequest, chosen: Integrator | None, form: GrantForm | None, *, status: int = 200
    ) -> HttpResponse:
        search, today = request.GET.get("ara", ""), timezone.localdate()
        context = {
            "opened": selectors.opened(self.actor, today=today),
            "closed": selectors.closed(self.actor),
            "search": search,
            "found": [] if chosen else selectors.choosable(search, today=today),
            "chosen": chosen,
            "form": form,
        }
        return render(request, "providers/integrators/grants.html", context, status=status)


class RevokeGrantView(GrantingView):
    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        services.revoke_grant(public_id=public_id, actor=self.actor)
        messages.success(request, _("The access is closed."))
        return redirect("providers:integrators")


class RevokeAllView(GrantingView):
    """Everything at once that one integrator has open; a second click finds nothing open."""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        integrator = selectors.integrator_of(self.actor, public_id)
        if integrator is None:
            raise Http404
        services.revoke_all(integrator=integrator, actor=self.actor)
        messages.success(request, _("The access is closed."))
        return redirect("providers:integrators")


class RegisterView(View):
    """The register of integrators: staff read it, registry admins keep it."""

    actor: Actor
    permission: ClassVar[Permission] = Permission.REFERENCE_VIEW

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = request.actor  # type: ignore[attr-defined]
        self.actor.require(self.permission)
        return super().dispatch(request, *args, **kwargs)

    def integrator(self, public_id: UUID) -> Integrator:
        found = Integrator.objects.filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found


class RegisterListView(RegisterView):
    """All integrators; a POST opens one."""

    def get(self, request: HttpRequest, form: IntegratorForm | None = None) -> HttpResponse:
        state = request.GET.get("durum", "")
        may_change = self.actor.may(Permission.REFERENCE_CHANGE)
        context = {
            "rows": [
                (row, selectors.has_access(row, today=timezone.localdate())) for row in selectors.register(state=state)
            ],
            "state": state,
            "states": IntegratorState.choices,
            "form": (form or IntegratorForm()) if may_change else None,
        }
        return render(request, "providers/integrators/register.html", context, status=422 if form else 200)

    def post(self, request: HttpRequest) -> HttpResponse:
        self.actor.require(Permission.REFERENCE_CHANGE)
        form = IntegratorForm(request.POST)
        if not form.is_valid():
            return self.get(request, form)
        try:
            integrator = services.open_integrator(actor=self.actor, **form.cleaned_data)
        except FieldsInvalid as error:
            form.add_error(None, error.as_validation_error())
            return self.get(request, form)
        messages.success(request, _("The integrator is registered. Invite its people now."))
        return redirect("providers:integrator", integrator.public_id)


class RegisterOneView(RegisterView):
    """One integrator with its people and all grants; a POST corrects its data."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.page(request, self.integrator(public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        self.actor.require(Permission.REFERENCE_CHANGE)
        integrator = self.integrator(public_id)
        form = IntegratorForm(request.POST, instance=self.integrator(public_id))
        if form.is_valid():
            try:
                services.update_integrator(integrator=integrator, changes=form.cleaned_data, actor=self.actor)
            except FieldsInvalid as error:
                form.add_error(None, error.as_validation_error())
            else:
                messages.success(request, _("Saved."))
                return redirect("providers:integrator", integrator.public_id)
        return self.page(request, integrator, form=form, status=422)

    def page(self, request: HttpRequest, integrator: Integrator, *, status: int = 200, **forms: Any) -> HttpResponse:
        may_change, may_invite = (
            self.actor.may(Permission.REFERENCE_CHANGE),
            self.actor.may(Permission.STAFF_USERS),
        )
        invitations = list(open_invitations(self.actor).filter(integrator_id=integrator.pk)) if may_invite else []
        for invitation in invitations:
            invitation.expired = is_expired(invitation)  # type: ignore[attr-defined]
        context = {
            "integrator": integrator,
            "access": selectors.has_access(integrator, today=timezone.localdate()),
            "people": selectors.people_of(integrator),
            "grants": selectors.grants_of(self.actor, integrator),
            "invitations": invitations,
            "moves": INTEGRATOR.available(integrator, self.actor),
            "form": IntegratorForm(instance=integrator) if may_change else None,
            "invite": InvitePersonForm() if may_invite and integrator.state != IntegratorState.CLOSED else None,
            "may_invite": may_invite,
        }
        return render(request, "providers/integrators/one.html", context | forms, status=status)


class MoveView(RegisterView):
    permission = Permission.REFERENCE_CHANGE

    def post(self, request: HttpRequest, public_id: UUID, move: str) -> HttpResponse:
        reason = request.POST.get("reason", "")
        services.move_integrator(integrator=self.integrator(public_id), move=move, reason=reason, actor=self.actor)
        messages.success(request, _("Done."))
        return redirect("providers:integrator", public_id)


class InviteView(RegisterOneView):
    permission = Permission.STAFF_USERS

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return redirect("providers:integrator", public_id)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        integrator, form = self.integrator(public_id), InvitePersonForm(request.POST)
        if form.is_valid():
            try:
                services.invite_person(integrator=integrator, **form.cleaned_data, actor=self.actor)
            except Invalid as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(request, _("The invitation is on its way."))
                return redirect("providers:integrator", public_id)
        return self.page(request, integrator, invite=form, status=422)


class InvitationView(RegisterView):
    """Withdraw an open invitation to the integrator, or send it again."""

    permission = Permission.STAFF_USERS
    act: ClassVar[str] = ""

    def post(self, request: HttpRequest, public_id: UUID, invitation_id: UUID) -> HttpResponse:
        integrator = self.integrator(public_id)
        if not open_invitations(self.actor).filter(integrator_id=integrator.pk, public_id=invitation_id).exists():
            raise Http404
        if self.act == "revoke":
            accounts.revoke_invitation(public_id=invitation_id, actor=self.actor)
            messages.success(request, _("The invitation was withdrawn."))
        else:
            accounts.resend_invitation(public_id=invitation_id, actor=self.actor)
            messages.success(request, _("A new invitation is on its way; the former link no longer works."))
        return redirect("providers:integrator", public_id)


class EndPersonView(RegisterView):
    permission = Permission.STAFF_USERS

    def post(self, request: HttpRequest, public_id: UUID, person_id: int) -> HttpResponse:
        services.end_person(person_id=person_id, integrator=self.integrator(public_id), actor=self.actor)
        messages.success(request, _("The person no longer works for the integrator here."))
        return redirect("providers:integrator", public_id)
