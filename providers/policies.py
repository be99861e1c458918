"""What a provider may do in which state (R-P7): pure predicates."""

from django.utils.translation import gettext_lazy as _

from iys_portal.core.errors import WrongMoment

from .enums import ProviderState
from .models import Provider

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
