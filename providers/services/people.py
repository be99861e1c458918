"""The people of a provider: who belongs to it, as what (R-A2)."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts import services as accounts
from iys_portal.accounts.enums import ProviderRole
from iys_portal.accounts.models import Invitation, User
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from providers import selectors
from providers.models import Membership, Provider

from .integrators import add_person
from .sandbox import leave_sandbox

ROLES = tuple(role for role in ProviderRole if role is not ProviderRole.INTEGRATOR)
"""What a member can be; integrators act from outside, by grants (R-P12)."""
LAST_MANAGER = _("This is the only manager: make somebody else manager first.")


class MembershipDesk:
    """What accounts may ask of memberships (`accounts.hooks.MembershipPort`)."""

    def provider_of_code(self, iys_code: int) -> tuple[int, str] | None:
        return selectors.provider_of_code(iys_code)

    @transaction.atomic
    def add_member(self, *, user: User, provider_id: int, role: str, actor: Actor) -> None:
        """Called when an invitation was taken up; who already belongs to the provider keeps their role.

        Raises `NotAllowed` for a citizen: a code never opens a provider's panel (design 8).
        """
        if user.is_citizen:
            raise NotAllowed(code="citizen")
        membership, created = Membership.objects.get_or_create(
            user=user, provider_id=provider_id, defaults={"role": ProviderRole(role)}
        )
        if created:
            audit.record("membership.added", membership, actor=actor, new={"role": role, "user": user.pk})

    def add_to_integrator(self, *, user: User, integrator_id: int, actor: Actor) -> None:
        """Called when an invitation to an integrator was taken up (R-P12)."""
        add_person(integrator_id=integrator_id, user=user, actor=actor)


def invite_member(*, email: str, full_name: str, role: str, actor: Actor) -> Invitation:
    """Invite somebody to the actor's own provider.

    Raises `NotAllowed`, `NotFound` outside a provider, `Invalid` where the person already belongs to it.
    """
    actor.require(Permission.PROVIDER_USERS)
    if role not in ROLES:
        raise Invalid(_("Choose a role."), field="role")
    provider = Provider.objects.visible_to(actor).filter(pk=actor.provider_id or 0).first()
    if provider is None:
        raise NotFound(code="provider")
    if Membership.objects.filter(provider=provider, user__email=email.strip().lower()).exists():
        raise Invalid(_("This person already belongs to this provider."), field="email")
    return accounts.invite(
        email=email,
        full_name=full_name,
        provider_id=provider.pk,
        provider_name=provider.title,
        provider_role=role,
        actor=actor,
    )


def _locked(membership_id: int, actor: Actor) -> tuple[Membership, list[Membership]]:
    """The membership and its provider's other memberships, locked in key order.

    All are locked, so that two managers cannot remove each other at the same moment.
    """
    found = Membership.objects.visible_to(actor).filter(pk=membership_id).values_list("provider_id", flat=True).first()
    if found is None:
        raise NotFound(code="membership")
    rows = Membership.objects.filter(provider_id=found).select_for_update(of=("self",)).order_by("pk")
    locked = {row.pk: row for row in rows}
    if membership_id not in locked:
        raise NotFound(code="membership")
    return locked.pop(membership_id), list(locked.values())


def _refuse_last_manager(membership: Membership, others: list[Membership]) -> None:
    active = set(
        User.objects.filter(pk__in=[other.user_id for other in others], is_active=True).values_list("pk", flat=True)
    )
    if membership.role == ProviderRole.MANAGER and not any(
        other.role == ProviderRole.MANAGER and other.user_id in active for other in others
    ):
        raise WrongMoment(LAST_MANAGER, code="last_manager")


@transaction.atomic
def change_role(*, membership_id: int, role: str, actor: Actor) -> Membership:
    """Give a member another role. Raises `NotFound`, `NotAllowed`, `Invalid`, `WrongMoment` for the last manager."""
    membership, others = _locked(membership_id, actor)
    actor.require(Permission.PROVIDER_USERS)
    if role not in ROLES:
        raise Invalid(_("Choose a role."), field="role")
    before = membership.role
    if role == before:
        return membership
    if role != ProviderRole.MANAGER:
        _refuse_last_manager(membership, others)
    membership.role = ProviderRole(role)
    membership.save(update_fields=["role"])
    if role != ProviderRole.MANAGER:
        leave_sandbox(user_id=membership.user_id, provider_id=membership.provider_id)
    audit.record("membership.role_changed", membership, actor=actor, old={"role": before}, new={"role": role})
    return membership


@transaction.atomic
def remove_member(*, membership_id: int, actor: Actor) -> None:
    """End a membership: the person loses the provider at once. The last manager cannot be removed."""
    membership, others = _locked(membership_id, actor)
    actor.require(Permission.PROVIDER_USERS)
    _refuse_last_manager(membership, others)
    old = {"role": membership.role, "user": membership.user_id}
    audit.record("membership.removed", membership, actor=actor, old=old)
    leave_sandbox(user_id=membership.user_id, provider_id=membership.provider_id)
    membership.delete()
