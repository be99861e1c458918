"""Whether an address is one of those that were forgotten, but whose refusal still blocks (R-L5)."""

from consents.erased import hash_of
from consents.models import ErasedRefusal
from consents.models.scopes import granted
from iys_portal.core.actors import Actor
from providers.models import Brand


def forgotten(actor: Actor, address: str) -> list[Brand]:
    """The brands in the actor's scope at which a refusal of this address is in force by its hash alone.

    Of the brands that an integrator reads, those at which it was refused on a channel that it reads (R-P12).
    """
    refused = ErasedRefusal.objects.filter(address_hash=hash_of(address))
    if actor.bound is not None:
        refused = refused.filter(granted(ErasedRefusal, actor.bound))
    found = refused.values("brand_id")
    return list(Brand.objects.visible_to(actor).filter(pk__in=found).order_by("name"))
