"""A provider's dealers (R-C20) in the hands of its managers; the rows themselves are written by `reference`."""

from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound
from iys_portal.core.import_storage import PrivateTmpStorage
from providers.models import Brand, Retailer
from providers.policies import require_may_change_settings

from . import reference
from .company import own_provider


def keeper_of_dealers(actor: Actor) -> Actor:
    """The manager as keeper of the own provider's dealers.

    Raises `NotAllowed`, `NotFound` outside a provider, `WrongMoment` where it is suspended or closed (R-P7).
    """
    require_may_change_settings(own_provider(actor, lock=False), actor)
    return actor.with_permission(Permission.REFERENCE_CHANGE)


def add_dealer(*, actor: Actor, brand: Brand, code: str, name: str, city: str = "") -> Retailer:
    """Add a dealer of an own brand. Raises as `keeper_of_dealers`, and `FieldsInvalid`."""
    keeper = keeper_of_dealers(actor)
    own = Brand.objects.visible_to(actor).filter(pk=brand.pk).select_related("provider").first()
    if own is None:
        raise NotFound(code="brand")
    return reference.create_retailer(
        actor=keeper, brand=own, code=" ".join(code.split()), name=" ".join(name.split()), city=city
    )


def change_dealer(*, actor: Actor, retailer: Retailer, name: str, city: str) -> Retailer:
    """Correct a dealer's name and province; its code stands in the ledger and stays. Raises as `add_dealer`."""
    keeper = keeper_of_dealers(actor)
    changes = {"name": " ".join(name.split()), "city": city}
    return reference.update_retailer(actor=keeper, retailer=_own(retailer, actor), changes=changes)


def close_dealer(*, actor: Actor, retailer: Retailer) -> Retailer:
    """Consents that name the dealer are refused from now on. Raises as `add_dealer`; `WrongMoment` when closed."""
    keeper = keeper_of_dealers(actor)
    return reference.deactivate_retailer(actor=keeper, retailer=_own(retailer, actor))


def reopen_dealer(*, actor: Actor, retailer: Retailer) -> Retailer:
    """Consents may name the dealer again. Raises as `close_dealer`."""
    keeper = keeper_of_dealers(actor)
    return reference.reactivate_retailer(actor=keeper, retailer=_own(retailer, actor))


def _own(retailer: Retailer, actor: Actor) -> Retailer:
    found = Retailer.objects.visible_to(actor).filter(pk=retailer.pk).first()
    if found is None:
        raise NotFound(code="retailer")
    return found


def keep_file(data: bytes) -> str:
    """Let a previewed file wait for its confirmation; its random name."""
    storage = PrivateTmpStorage()
    storage.save(data)
    return storage.name or ""
