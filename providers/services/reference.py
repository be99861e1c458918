"""Writes of providers, brands and dealers: admin, file import and demonstration data all come through here.

Every act needs REFERENCE_CHANGE and leaves an audit entry in its transaction. Public numbers (İYS number,
brand number, dealer's code) and the owner of a row are fixed once it exists: ledger and papers name them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record, record_many
from iys_portal.core.errors import FieldsInvalid, Invalid, NotFound, WrongMoment
from providers.enums import ProviderKind
from providers.models import Brand, Provider, Retailer
from providers.transitions import ACCOUNT

Row = TypeVar("Row", Provider, Brand, Retailer)

# What can be changed later; everything else is fixed (numbers, owners) or has a service of its own (state).
PROVIDER_FIELDS = ("title", "kind", "mersis", "email", "city", "declared_consents")
BRAND_FIELDS = ("name", "short_name", "double_opt_in")
RETAILER_FIELDS = ("name", "city")
OWNERS = {"provider", "brand"}

NOT_RECORDED = frozenset({"mersis", "email"})  # R-G4: a natural person's MERSİS number holds the TCKN
HIDDEN = "…"
REASON_LENGTH = 500


@transaction.atomic
def create_provider(
    *,
    actor: Actor,
    iys_code: int,
    title: str,
    mersis: str,
    email: str,
    kind: str = ProviderKind.LEGAL_ENTITY,
    city: str = "",
    declared_consents: int = 0,
    main_brand: str = "",
    is_demo: bool = False,
    sandbox_of: Provider | None = None,
) -> Provider:
    """Register a provider and its main brand, which carries the same number (R-P7) and the title as its name.

    Raises `NotAllowed`, `FieldsInvalid`, `WrongMoment` where somebody took a number in the same moment.
    """
    actor.require(Permission.REFERENCE_CHANGE)
    provider = Provider(
        iys_code=iys_code,
        title=title,
        kind=kind,
        mersis=mersis,
        email=email,
        city=city,
        declared_consents=declared_consents,
        is_demo=is_demo,
        sandbox_of=sandbox_of,
    )
    _check(provider)
    if Brand.objects.filter(brand_code=iys_code).exists():
        raise FieldsInvalid(ValidationError({"iys_code": _("This brand number is taken.")}))
    _insert(provider, actor=actor, verb="provider.created", fields=("iys_code", *PROVIDER_FIELDS, "is_demo"))
    create_brand(actor=actor, provider=provider, brand_code=iys_code, name=(main_brand or title)[:150])
    return provider


@transaction.atomic
def update_provider(*, actor: Actor, provider: Provider, changes: Mapping[str, Any]) -> Provider:
    """Correct a provider's data. Raises `NotAllowed`, `NotFound`, `FieldsInvalid`."""
    return _update(provider, actor=actor, verb="provider.changed", changes=changes, allowed=PROVIDER_FIELDS)


def suspend_provider(*, actor: Actor, provider: Provider, reason: str) -> Provider:
    """R-P7: from now on refusals only."""
    return _move(provider, "suspend", actor=actor, reason=reason)


def reopen_provider(*, actor: Actor, provider: Provider, reason: str) -> Provider:
    """A suspended or closed provider records again."""
    return _move(provider, "reopen", actor=actor, reason=reason)


def close_provider(*, actor: Actor, provider: Provider, reason: str) -> Provider:
    """R-P7: nothing is recorded any more; open cases stay readable."""
    return _move(provider, "close", actor=actor, reason=reason)


MOVES = {"suspend": suspend_provider, "reopen": reopen_provider, "close": close_provider}


@transaction.atomic
def create_brand(
    *,
    actor: Actor,
    provider: Provider,
    brand_code: int,
    name: str,
    short_name: str = "",
    double_opt_in: bool = False,
) -> Brand:
    """Add a brand; the one with the provider's own number is its main brand. Raises as `create_provider`."""
    actor.require(Permission.REFERENCE_CHANGE)
    brand = Brand(
        provider=provider,
        brand_code=brand_code,
        name=name,
        short_name=short_name,
        double_opt_in=double_opt_in,
        is_main=brand_code == provider.iys_code,
    )
    if Provider.objects.filter(iys_code=brand_code).exclude(pk=provider.pk).exists():
        raise FieldsInvalid(ValidationError({"brand_code": _("This is the number of another provider.")}))
    _check(brand)
    _insert(brand, actor=actor, verb="brand.created", fields=("brand_code", "is_main", *BRAND_FIELDS))
    return brand


@transaction.atomic
def update_brand(*, actor: Actor, brand: Brand, changes: Mapping[str, Any]) -> Brand:
    """Correct a brand's data; double opt-in concerns consents from now on (R-M4).

    Raises as `update_provider`.
    """
    return _update(brand, actor=actor, verb="brand.changed", changes=changes, allowed=BRAND_FIELDS)


def deactivate_brand(*, actor: Actor, brand: Brand) -> Brand:
    """Take a sub-brand out of use; the main brand stands and falls with its provider (`WrongMoment`)."""
    if brand.is_main:
        raise WrongMoment(_("The main brand stays active as long as its provider."), code="main-brand")
    return _set_active(brand, False, actor=actor, verb="brand.deactivated")


def reactivate_brand(*, actor: Actor, brand: Brand) -> Brand:
    """Take a brand into use again."""
    return _set_active(brand, True, actor=actor, verb="brand.reactivated")


@transaction.atomic
def create_retailer(*, actor: Actor, brand: Brand, code: str, name: str, city: str = "") -> Retailer:
    """Add a dealer, whose code consents of the brand may name from now on (R-C20).

    Raises as `create_provider`.
    """
    actor.require(Permission.REFERENCE_CHANGE)
    retailer = Retailer(brand=brand, code=code, name=name, city=city)
    _check(retailer)
    _insert(retailer, actor=actor, verb="retailer.created", fields=("code", *RETAILER_FIELDS))
    return retailer


@transaction.atomic
def create_retailers(*, actor: Actor, retailers: Sequence[Retailer]) -> None:
    """Add many dealers of a file at once: all of them or none, each with its own audit entry.

    Raises as `create_provider`; `check_retailer` says beforehand what is wrong with a single one.
    """
    actor.require(Permission.REFERENCE_CHANGE)
    for retailer in retailers:
        check_retailer(retailer)
    try:
        Retailer.objects.bulk_create(retailers)
    except IntegrityError as error:
        raise WrongMoment from error
    fields = ("code", "is_active", *RETAILER_FIELDS)
    for provider_id in {retailer.brand.provider_id for retailer in retailers}:
        own = [retailer for retailer in retailers if retailer.brand.provider_id == provider_id]
        entries = [(retailer, _values(retailer, fields)) for retailer in own]
        record_many("retailer.created", entries, actor=actor, provider_id=provider_id)


def check_retailer(retailer: Retailer) -> None:
    """Whether a new dealer's own fields hold; asks the database nothing. Raises `FieldsInvalid`."""
    try:
        retailer.clean_fields(exclude=OWNERS)
    except ValidationError as error:
        raise FieldsInvalid(error) from error


@transaction.atomic
def update_retailer(*, actor: Actor, retailer: Retailer, changes: Mapping[str, Any]) -> Retailer:
    """Correct a dealer's data. Raises as `update_provider`."""
    return _update(retailer, actor=actor, verb="retailer.changed", changes=changes, allowed=RETAILER_FIELDS)


def deactivate_retailer(*, actor: Actor, retailer: Retailer) -> Retailer:
    """Consents that name this dealer are refused from now on (R-C20); earlier ones keep it."""
    return _set_active(retailer, False, actor=actor, verb="retailer.deactivated")


def reactivate_retailer(*, actor: Actor, retailer: Retailer) -> Retailer:
    """Consents may name this dealer again."""
    return _set_active(retailer, True, actor=actor, verb="retailer.reactivated")


def _provider_id(row: Provider | Brand | Retailer) -> int:
    if isinstance(row, Provider):
        return row.pk
    return row.provider_id if isinstance(row, Brand) else row.brand.provider_id


def _check(row: Provider | Brand | Retailer) -> None:
    try:
        row.full_clean(exclude=OWNERS, validate_constraints=False)  # no query for an owner at hand
        row.validate_constraints()
    except ValidationError as error:
        raise FieldsInvalid(error) from error


def _values(row: models.Model, fields: tuple[str, ...] | list[str]) -> dict[str, Any]:
    """What the audit log keeps of these fields."""
    return {name: HIDDEN if name in NOT_RECORDED else getattr(row, name) for name in fields}


def _insert(row: Provider | Brand | Retailer, *, actor: Actor, verb: str, fields: tuple[str, ...]) -> None:
    try:
        row.save(force_insert=True)
    except IntegrityError as error:
        raise WrongMoment from error
    record(verb, row, actor=actor, new=_values(row, fields), provider_id=_provider_id(row))


def _locked(row: Row) -> Row:
    manager: models.Manager[Any] = type(row)._default_manager
    owner = {Brand: ("provider",), Retailer: ("brand",)}.get(type(row), ())
    found = manager.select_for_update(of=("self",), no_key=True).select_related(*owner).filter(pk=row.pk).first()
    if found is None:
        raise NotFound
    return found


def _update(row: Row, *, actor: Actor, verb: str, changes: Mapping[str, Any], allowed: tuple[str, ...]) -> Row:
    """Lock, compare, check, write and record what differs; nothing at all where nothing does."""
    locked = _locked(row)
    actor.require(Permission.REFERENCE_CHANGE)
    for name, value in changes.items():
        if name not in allowed and getattr(locked, name) != value:
            raise FieldsInvalid(ValidationError({name: _("This cannot be changed any more.")}))
    changed = [name for name in allowed if name in changes and changes[name] != getattr(locked, name)]
    if not changed:
        return locked
    old = _values(locked, changed)
    for name in changed:
        setattr(locked, name, changes[name])
    _check(locked)
    try:
        locked.save(update_fields=changed)
    except IntegrityError as error:
        raise WrongMoment from error
    record(verb, locked, actor=actor, old=old, new=_values(locked, changed), provider_id=_provider_id(locked))
    return locked


@transaction.atomic
def _move(provider: Provider, name: str, *, actor: Actor, reason: str) -> Provider:
    locked = _locked(provider)
    old = locked.state
    transition = ACCOUNT.move(locked, name, actor)
    if not reason.strip():
        raise Invalid(_("Give a reason."), field="reason")
    locked.save(update_fields=["state"])
    new = {"state": locked.state, "reason": reason.strip()[:REASON_LENGTH]}
    record(transition.verb, locked, actor=actor, old={"state": old}, new=new, provider_id=locked.pk)
    return locked


@transaction.atomic
def _set_active(row: Row, active: bool, *, actor: Actor, verb: str) -> Row:
    locked = _locked(row)
    actor.require(Permission.REFERENCE_CHANGE)
    if isinstance(locked, Provider) or locked.is_active == active:
        raise WrongMoment
    locked.is_active = active
    locked.save(update_fields=["is_active"])
    record(
        verb,
        locked,
        actor=actor,
        old={"is_active": not active},
        new={"is_active": active},
        provider_id=_provider_id(locked),
    )
    return locked
