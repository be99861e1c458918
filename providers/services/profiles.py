"""A brand's profile (R-P11): sector, names, domains, numbers, refusal channels, logo."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotFound
from iys_portal.core.refused_files import FileRefused, Words, add_words
from iys_portal.core.storage import only_if_written
from iys_portal.core.turkish import comparable
from iys_portal.core.uploads import JPEG, PNG, draw_logo, judge_scan
from providers.brand_values import MAX_SHORT_NAMES, MAX_VALUES, judge_value, key_of
from providers.enums import BrandValueKind as K
from providers.enums import Sector
from providers.models import Brand, BrandProfile, BrandValue
from providers.policies import require_may_change_settings

from . import reference
from .judging import Errors, refuse_fields

MAX_LOGO = 2 * 1024**2
NAMES = 7_300_113
RECORDED = frozenset({K.SHORT_NAME, K.SENDER_NAME, K.DOMAIN})
"""Kinds whose values the audit log keeps: who claimed a name, and when. Numbers may be a person's (R-G4)."""

add_words(
    {
        "logo-kind": Words(_("A logo is a PNG or JPEG picture."), _("Save the logo as PNG and upload that file.")),
        "logo-large": Words(_("The logo is larger than {limit} MB."), _("Make the picture smaller; 512 pixels do.")),
    }
)


@transaction.atomic
def save_profile(
    *,
    actor: Actor,
    brand: Brand,
    sector: str,
    double_opt_in: bool,
    values: Mapping[str, Sequence[str]],
) -> Brand:
    """Keep what a brand is known by; `values` gives the typed texts by kind, a kind that is not named stays.

    The first short name is the brand's own, which texts name. A short or sender name belongs to one provider in the
    whole registry. Locks the brand, and the names while they change. Raises `NotAllowed`, `NotFound`, `WrongMoment`,
    `FieldsInvalid` by kind.
    """
    row = _locked(brand, actor)
    if sector and sector not in Sector.values:
        refuse_fields({"sector": _("Choose a sector of the list.")})
    wanted = _judged(values)
    present = _present(row)
    changed = {kind: found for kind, found in wanted.items() if found != present.get(kind, [])}
    if changed.keys() & {K.SHORT_NAME, K.SENDER_NAME}:
        _require_own(row, changed, present)
    if K.SHORT_NAME in changed or double_opt_in != row.double_opt_in:
        first = wanted.get(K.SHORT_NAME, present[K.SHORT_NAME])[:1]
        row = reference.update_brand(
            actor=actor.with_permission(Permission.REFERENCE_CHANGE),
            brand=row,
            changes={"short_name": first[0] if first else "", "double_opt_in": double_opt_in},
        )
    for kind, found in changed.items():
        _write(row, kind, found[1:] if kind == K.SHORT_NAME else found)
    _write_sector(row, sector, changed, present, actor)
    return row


def _locked(brand: Brand, actor: Actor) -> Brand:
    rows = Brand.objects.visible_to(actor).select_for_update(of=("self",), no_key=True).select_related("provider")
    found = rows.filter(pk=brand.pk).first()
    if found is None:
        raise NotFound(code="brand")
    require_may_change_settings(found.provider, actor)
    return found


def _judged(values: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The values as they are stored. Raises `FieldsInvalid` with the first thing that is wrong with each kind."""
    errors: Errors = {}
    found: dict[str, list[str]] = {}
    for kind, texts in values.items():
        judged = [(text, judge_value(kind, text)) for text in texts if text.strip()]
        wrong = [f"“{text[:40]}”: {one.error}" for text, one in judged if one.error]
        found[kind] = [one.value for _text, one in judged]
        errors[kind] = wrong[0] if wrong else _too_many_or_twice(kind, found[kind])
    refuse_fields(errors)
    return found


def _too_many_or_twice(kind: str, values: Sequence[str]) -> str:
    limit = MAX_SHORT_NAMES if kind == K.SHORT_NAME else MAX_VALUES
    if len(values) > limit:
        return str(_("At most %(limit)d are kept.") % {"limit": limit})
    key, times = next(iter(Counter(key_of(kind, value) for value in values).most_common(1)), ("", 0))
    return str(_("“%(value)s” stands twice.") % {"value": key}) if times > 1 else ""


def _present(brand: Brand) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {K.SHORT_NAME: [brand.short_name] if brand.short_name else []}
    for value in brand.values.order_by("pk"):
        found.setdefault(value.kind, []).append(value.value)
    return found


def _require_own(brand: Brand, changed: Mapping[str, list[str]], present: Mapping[str, list[str]]) -> None:
    """Refuse new names that are another's: texts `RET ‹name›` and sender names must lead to one provider."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NAMES])
    errors: Errors = {}
    if fresh := _fresh(K.SHORT_NAME, changed, present):
        taken = _short_names_of_others(brand)
        if clash := [name for key, name in fresh.items() if key in taken]:
            errors[K.SHORT_NAME] = _("“%(name)s” is another brand's name.") % {"name": clash[0]}
    if fresh := _fresh(K.SENDER_NAME, changed, present):
        others = BrandValue.objects.exclude(brand__provider=brand.provider_id)
        used = set(others.filter(kind=K.SENDER_NAME, key__in=list(fresh)).values_list("key", flat=True))
        if clash := [name for key, name in fresh.items() if key in used]:
            errors[K.SENDER_NAME] = _("“%(name)s” is another provider's sender name.") % {"name": clash[0]}
    refuse_fields(errors)


def _fresh(kind: str, changed: Mapping[str, list[str]], present: Mapping[str, list[str]]) -> dict[str, str]:
    known = {key_of(kind, value) for value in present.get(kind, [])}
    return {key: value for value in changed.get(kind, []) if (key := key_of(kind, value)) not in known}


def _short_names_of_others(brand: Brand) -> set[str]:
    """Short names of all other brands, and whole names of other providers' brands, as they are compared."""
    taken = set(BrandValue.objects.filter(kind=K.SHORT_NAME).exclude(brand=brand).values_list("key", flat=True))
    rows = Brand.objects.exclude(pk=brand.pk).values_list("provider_id", "short_name", "name")
    for provider_id, short_name, name in rows.iterator():
        taken.add(comparable(short_name))
        if provider_id != brand.provider_id:
            taken.add(comparable(name))
    return taken - {""}


def _write(brand: Brand, kind: str, values: Sequence[str]) -> None:
    """The brand's values of a kind, anew and in this order."""
    BrandValue.objects.filter(brand=brand, kind=kind).delete()
    BrandValue.objects.bulk_create(
        BrandValue(brand=brand, kind=kind, value=value, key=key_of(kind, value)) for value in values
    )


def _write_sector(
    brand: Brand, sector: str, changed: Mapping[str, list[str]], present: Mapping[str, list[str]], actor: Actor
) -> None:
    """The sector, and one audit entry for all that changed."""
    profile, _created = BrandProfile.objects.get_or_create(brand=brand)
    old: dict[str, Any] = {str(K(kind).value): _recorded(kind, present.get(kind, [])) for kind in changed}
    new: dict[str, Any] = {str(K(kind).value): _recorded(kind, values) for kind, values in changed.items()}
    if profile.sector != sector:
        old["sector"], new["sector"] = profile.sector, sector
        profile.sector = sector
        profile.save(update_fields=["sector"])
    if new:
        audit.record("brand.profile_changed", brand, actor=actor, old=old, new=new)


def _recorded(kind: str, values: Sequence[str]) -> list[str] | int:
    return list(values) if kind in RECORDED else len(values)


def keep_logo(*, actor: Actor, brand: Brand, file: IO[bytes]) -> BrandProfile:
    """A logo, judged by its content and drawn anew as PNG of at most 512 pixels: nothing else of the file is kept.

    Raises `Invalid` (field "logo"), `NotAllowed`, `NotFound`, `WrongMoment`.
    """
    require_may_change_settings(brand.provider, actor)
    picture = _picture(file.read(MAX_LOGO + 1))
    with only_if_written() as drops:
        row = _locked(brand, actor)
        profile, _created = BrandProfile.objects.get_or_create(brand=row)
        _forget(profile)
        profile.logo.save("logo", ContentFile(picture), save=False)
        stored, storage = str(profile.logo.name), profile.logo.storage
        drops.append(lambda: storage.delete(stored))
        profile.logo_sha256 = hashlib.sha256(picture).hexdigest()
        profile.save(update_fields=["logo", "logo_sha256"])
        audit.record("brand.logo_changed", row, actor=actor, new={"sha256": profile.logo_sha256})
    return profile


def _picture(data: bytes) -> bytes:
    try:
        if len(data) > MAX_LOGO:
            raise FileRefused("logo-large", limit=MAX_LOGO // 1024**2)
        scan = judge_scan(data)
        if scan.content_type not in (PNG, JPEG):
            raise FileRefused("logo-kind")
        return draw_logo(data, scan.content_type)
    except FileRefused as error:
        refusal = FileRefused("logo-kind") if error.code == "scan-unknown" else error
        raise Invalid(f"{refusal.message} {refusal.advice}", code=refusal.code, field="logo") from refusal


@transaction.atomic
def remove_logo(*, actor: Actor, brand: Brand) -> BrandProfile | None:
    """Take the logo away; a second time changes nothing. Raises as `keep_logo`."""
    row = _locked(brand, actor)
    profile = BrandProfile.objects.filter(brand=row).first()
    if profile is None or not profile.logo:
        return profile
    _forget(profile)
    profile.logo, profile.logo_sha256 = "", ""
    profile.save(update_fields=["logo", "logo_sha256"])
    audit.record("brand.logo_removed", row, actor=actor)
    return profile


def _forget(profile: BrandProfile) -> None:
    """Delete the present file once the change is written."""
    if profile.logo:
        name, storage = str(profile.logo.name), profile.logo.storage
        transaction.on_commit(lambda: storage.delete(name))
