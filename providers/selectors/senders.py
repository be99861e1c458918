"""Whether a sender is registered: what everybody may know of it, and nothing else."""

from dataclasses import dataclass
from datetime import date

from iys_portal.core.calendar import ISTANBUL
from providers.enums import ProviderState

from .brand_search import brands_named


@dataclass(frozen=True)
class Sender:
    """A registered brand, whose it is, and since when its provider is registered."""

    brand: str
    provider: str
    since: date


def registered_senders(name: str) -> list[Sender]:
    """Brands of that name or one like it, the best first; none of a provider that has left."""
    return [
        Sender(brand.name, brand.provider.title, brand.provider.created_at.astimezone(ISTANBUL).date())
        for brand in brands_named(name.replace("\0", ""))
        if brand.provider.state != ProviderState.CLOSED
    ]
