"""What the calls about consents share."""

from collections.abc import Iterable

from consents.enums import Channel
from iys_portal.core.errors import NotAllowed
from providers.api.calls import Ask
from providers.api.errors import refuse


def require_channels(ask: Ask, channels: Iterable[int]) -> None:
    """R-P12: a key reads the channels that it was made for and that were granted; of others it learns nothing."""
    bound = ask.actor.bound
    if bound is None:
        return
    for channel in channels:
        if (ask.brand.pk, channel) not in bound.reads:
            raise refuse(403, "H353", name="type", location=["type"], value=Channel(channel).name)


def require_whole_brand(ask: Ask) -> None:
    """A day file holds every channel: an integrator reads it where reconciliation is granted for all (R-P12)."""
    if ask.actor.bound is not None and ask.brand.pk not in ask.actor.bound.reconciles:
        raise NotAllowed(code="reconcile")


def readable(ask: Ask) -> list[int]:
    """The channels of the brand that the key reads."""
    bound = ask.actor.bound
    return [c.value for c in Channel if bound is None or (ask.brand.pk, c.value) in bound.reads]
