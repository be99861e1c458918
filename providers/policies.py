"""What a provider may do in which state (R-P7), and who may decide on an application: pure predicates."""

import ipaddress
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotAllowed, WrongMoment

from .enums import ProviderState
from .models import Application, ApplicationReview, Provider
from .transitions import APPLICATION

REFUSAL = 2  # consents.enums.Status.RET; this app lies below consents


def may_record(provider: Provider, status: int) -> bool:
    """An active provider records everything, a suspended one refusals only, a closed one nothing."""
    if provider.state == ProviderState.SUSPENDED:
        return status == REFUSAL
    return provider.state == ProviderState.ACTIVE


def require_may_record(provider: Provider, status: int) -> None:
    """Raise `WrongMoment` unless the provider may record this status now."""
    if may_record(provider, status):
        return
    if provider.state == ProviderState.SUSPENDED:
        raise WrongMoment(_("The provider is suspended: only refusals can be recorded."), code="provider-suspended")
    raise WrongMoment(_("The provider is closed: nothing can be recorded."), code="provider-closed")


def require_active(provider: Provider) -> None:
    """R-P7: a provider that is suspended or closed changes nothing of its own. Raise `WrongMoment`."""
    if provider.state == ProviderState.SUSPENDED:
        raise WrongMoment(_("The company is suspended: it changes nothing of its own now."), code="provider-suspended")
    if provider.state != ProviderState.ACTIVE:
        raise WrongMoment(_("The company is closed: it changes nothing of its own any more."), code="provider-closed")


def may_change_settings(provider: Provider, actor: Actor) -> bool:
    """Managers of an active provider (R-P7: a suspended one changes nothing of its own); nobody in a sandbox."""
    active = provider.state == ProviderState.ACTIVE and not provider.is_sandbox
    return active and actor.may(Permission.PROVIDER_SETTINGS)


def require_may_change_settings(provider: Provider, actor: Actor) -> None:
    """Raise `NotAllowed`, or `WrongMoment` for a provider that is suspended or closed, and in a sandbox."""
    actor.require(Permission.PROVIDER_SETTINGS)
    if provider.is_sandbox:
        raise WrongMoment(_("In the sandbox nothing is asked of the registry's staff."), code="sandbox")
    if provider.state != ProviderState.ACTIVE:
        raise WrongMoment(
            _("The provider is suspended or closed: its settings cannot be changed."), code="provider-state"
        )


OF_HOLDER = frozenset({"propose", "return", "reject"})
"""Acts of the reviewer who holds the application."""


def require_holder(application: Application, actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor holds the review."""
    if application.reviewer_id != actor.id:
        raise NotAllowed(_("A colleague holds this application: take it over first."), code="reviewer")


def require_second_person(proposal: ApplicationReview, actor: Actor) -> None:
    """Raise `NotAllowed` for who proposed to approve, where four eyes were asked for."""
    if proposal.four_eyes and proposal.reviewer_id == actor.id:
        raise NotAllowed(_("Somebody else than who proposed it approves."), code="four-eyes")


def review_acts(application: Application, proposal: ApplicationReview | None, actor: Actor) -> set[str]:
    """The names of the moves that a reviewer may make now: buttons come from here."""
    acts = {move.name for move in APPLICATION.available(application, actor)}
    if application.reviewer_id == actor.id:
        acts.discard("hand_over")
    else:
        acts -= OF_HOLDER
    if proposal is None or (proposal.four_eyes and proposal.reviewer_id == actor.id):
        acts.discard("approve")
    return acts


def network_allows(networks: Sequence[str], address: str) -> bool:
    """Whether a key may be used from an address; without networks from everywhere."""
    if not networks:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    found = getattr(found, "ipv4_mapped", None) or found
    return any(found in ipaddress.ip_network(network) for network in networks)
