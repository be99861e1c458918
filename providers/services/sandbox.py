"""A company's sandbox: a provider and brand of its own kind to try programs with, apart from what counts (ADR 24)."""

from django.db import transaction

from iys_portal.accounts.enums import ProviderRole
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotAllowed
from providers.models import Membership, Provider
from providers.policies import require_active

from . import reference
from .company import own_provider
from .public_numbers import next_number

TITLE = "Deneme ortamı · {title}"
"""Turkish like all names of the registry; it stands on every page and paper of the sandbox."""


@transaction.atomic
def enter_sandbox(*, actor: Actor) -> Provider:
    """The sandbox of the actor's company, made at the first time; the actor is a manager there from now on.

    Locks the company. Raises `NotAllowed` without the right to keys, for an integrator's people and within a sandbox,
    `NotFound` outside a company, `WrongMoment` for one that is not active.
    """
    actor.require(Permission.API_KEYS)
    if actor.bound is not None:
        raise NotAllowed(code="sandbox")
    provider = own_provider(actor)
    if provider.is_sandbox:
        raise NotAllowed(code="sandbox")
    require_active(provider)
    sandbox = Provider.objects.filter(sandbox_of=provider).first() or _make(provider, actor)
    membership, created = Membership.objects.get_or_create(
        user_id=actor.id, provider=sandbox, defaults={"role": ProviderRole.MANAGER}
    )
    if created:
        audit.record("sandbox.entered", membership, actor=actor, provider_id=provider.pk)
    return sandbox


def leave_sandbox(*, user_id: int, provider_id: int) -> None:
    """Called where somebody stops being a manager of the company: its sandbox goes with that."""
    Membership.objects.filter(user_id=user_id, provider__sandbox_of=provider_id).delete()


def _make(provider: Provider, actor: Actor) -> Provider:
    number = next_number()
    return reference.create_provider(
        actor=actor.with_permission(Permission.REFERENCE_CHANGE),
        iys_code=number,
        title=TITLE.format(title=provider.title)[:300],
        mersis=f"9{number:015d}",  # a company's begins with 0: nobody else's can be this
        email=provider.email,
        kind=provider.kind,
        is_demo=provider.is_demo,
        sandbox_of=provider,
    )
