"""Dealers as programs keep them (R-C20): with the data that the national interface asks for, and a number we give."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.encryption import keyed_hash
from iys_portal.core.errors import NotFound, WrongMoment
from providers.enums import RetailerState
from providers.models import Brand, Provider, Retailer, RetailerDetails
from providers.policies import require_active
from providers.selectors import api as selectors

from . import reference

FIRST, LAST = 10_000_000, 99_999_999
TRIES = 20
TCKN, MERSIS = "retailer-tckn", "retailer-mersis"


@dataclass(frozen=True)
class RetailerValues:
    """A dealer as a call brings it; what is empty was not given."""

    title: str
    person: str
    tckn: str
    tax_number: str
    city: str
    city_code: str
    town: str
    town_code: str
    alias: str = ""
    mersis: str = ""
    mobile: str = ""
    state: RetailerState = RetailerState.ACTIVE


@transaction.atomic
def add_retailer(*, actor: Actor, brand: Brand, values: RetailerValues) -> Retailer:
    """Add a dealer with a free number of eight digits.

    Locks the provider, so that a number is not taken twice. Raises `NotAllowed`, `WrongMoment` (codes `mersis`, `tckn`,
    with `-passive` where the other dealer is passive; `provider-suspended`, `provider-closed`; `codes` without a free
    number), `FieldsInvalid`.
    """
    actor.require(Permission.RETAILER_KEEP)
    provider = _locked(brand.provider_id)
    tckn_hash = keyed_hash(values.tckn, purpose=TCKN) if values.tckn else ""
    mersis_hash = keyed_hash(values.mersis, purpose=MERSIS) if values.mersis else ""
    for other in selectors.same_number(provider, tckn_hash=tckn_hash, mersis_hash=mersis_hash):
        kind = "mersis" if mersis_hash and other.mersis_hash == mersis_hash else "tckn"
        raise WrongMoment(code=f"{kind}-passive" if selectors.is_passive(other) else kind)
    keeper = actor.with_permission(Permission.REFERENCE_CHANGE)
    retailer = reference.create_retailer(
        actor=keeper, brand=brand, code=_free_code(brand), name=values.title, city=values.city
    )
    if values.state != RetailerState.ACTIVE:
        retailer = reference.deactivate_retailer(actor=keeper, retailer=retailer)
    RetailerDetails.objects.create(
        retailer=retailer,
        state=values.state,
        alias=values.alias,
        person=values.person,
        tckn=values.tckn,
        tckn_hash=tckn_hash,
        tax_number=values.tax_number,
        mersis=values.mersis,
        mersis_hash=mersis_hash,
        mobile=values.mobile,
        city_code=values.city_code,
        town_code=values.town_code,
        town=values.town,
    )
    return retailer


@transaction.atomic
def remove_retailer(*, actor: Actor, retailer: Retailer, used: Callable[[Retailer], bool]) -> None:
    """Delete a dealer that no consent names and that has no access to any; `used` says so, for consents lie above.

    Raises `NotAllowed`, `NotFound`, `WrongMoment` (code `used`). Locks the dealer.
    """
    actor.require(Permission.RETAILER_KEEP)
    _locked(retailer.brand.provider_id)
    found = Retailer.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=retailer.pk).first()
    if found is None:
        raise NotFound(code="retailer")
    if used(found):
        raise WrongMoment(code="used")
    old = {"code": found.code, "name": found.name}
    audit.record("retailer.removed", found, actor=actor, old=old, provider_id=retailer.brand.provider_id)
    found.delete()


def note_read(*, actor: Actor, brand: Brand, retailers: Sequence[Retailer]) -> None:
    """R-A3: somebody was told the numbers of these dealers, which may be persons."""
    codes = [retailer.code for retailer in retailers]
    audit.record("retailer.read", brand, actor=actor, provider_id=brand.provider_id, new={"codes": codes})


def _locked(provider_id: int) -> Provider:
    provider = Provider.objects.select_for_update(of=("self",), no_key=True).get(pk=provider_id)
    require_active(provider)
    return provider


def _free_code(brand: Brand) -> str:
    for _try in range(TRIES):
        code = str(FIRST + secrets.randbelow(LAST - FIRST + 1))
        if not Retailer.objects.filter(code=code).exists():
            return code
    raise WrongMoment(code="codes")
