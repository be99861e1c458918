"""What each page of the form saves. Whatever is typed is judged here again; a refusal writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.encryption import keyed_hash
from iys_portal.core.provinces import is_place
from iys_portal.core.turkish import fold
from providers.enums import ApplicationDocumentKind, ProviderKind
from providers.models import Application, ApplicationBrand, Signatory
from providers.numbers import judge_email, judge_mersis, judge_tax_number

from .agreements import void_where_outdated
from .judging import NEEDED, SAME_PERSON, TOO_LONG, Errors, email_error, judge_person, one_line, refuse_fields
from .moves import locked, require_changeable, require_open_for_papers

MAX_BRANDS = 50
MAX_CONSENTS = 2_000_000_000
ADULT = 18


@dataclass(frozen=True)
class SignatoryValues:
    """A signatory as the form gives it; an empty TCKN or birth date keeps the one that is stored."""

    first_name: str
    last_name: str
    phone: str
    email: str
    tckn: str = ""
    birth_date: date | None = None


def _open(application: Application, actor: Actor) -> Application:
    row = locked(application, actor=actor)
    actor.require(Permission.APPLICATION_OWN)
    require_changeable(row)
    return row


def _write(row: Application, values: Mapping[str, Any], *, actor: Actor, now: datetime) -> Application:
    """Save what changed and say in the audit log which fields; never their values (R-G4)."""
    fields = {name: row._meta.get_field(name) for name in values}
    refuse_fields(
        {
            name: TOO_LONG
            for name, value in values.items()
            if isinstance(value, str) and len(value) > (getattr(fields[name], "max_length", None) or len(value))
        }
    )
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    row.changed_at = now
    row.save(update_fields=[*changed, "changed_at"])
    audit.record("application.changed", row, actor=actor, new={"fields": changed})
    void_where_outdated(row, actor=actor, now=now)
    return row


def _touch(row: Application, what: str, *, actor: Actor, now: datetime) -> None:
    row.changed_at = now
    row.save(update_fields=["changed_at"])
    audit.record("application.changed", row, actor=actor, new={"fields": [what]})
    void_where_outdated(row, actor=actor, now=now)


@transaction.atomic
def save_kind(*, application: Application, actor: Actor, kind: str, now: datetime | None = None) -> Application:
    """What the applicant is. Raises `FieldsInvalid`, `WrongMoment`, `NotFound`."""
    row = _open(application, actor)
    if kind not in ProviderKind.values:
        refuse_fields({"kind": _("Choose what you are.")})
    return _write(row, {"kind": kind}, actor=actor, now=now or timezone.now())


@transaction.atomic
def save_company(
    *,
    application: Application,
    actor: Actor,
    title: str,
    mersis: str,
    tax_office: str,
    tax_number: str,
    address: str,
    province: str,
    district: str,
    declared_consents: int | None,
    now: datetime | None = None,
) -> Application:
    """Company, MERSİS, tax and address; an empty tax number keeps the one that is stored. Raises `FieldsInvalid`."""
    row = _open(application, actor)
    tax = judge_tax_number(tax_number.strip() or row.tax_number, kind=row.kind)
    number = judge_mersis(mersis, kind=row.kind, tax_number=tax.value)
    errors: Errors = {"mersis": number.error, "tax_number": tax.error}
    for name, value in {"title": title, "tax_office": tax_office, "address": address}.items():
        if not value.strip():
            errors[name] = NEEDED
    if not is_place(province, district):
        errors["district"] = _("Choose a district of the province.")
    if declared_consents is None or not 0 <= declared_consents <= MAX_CONSENTS:
        errors["declared_consents"] = _("Enter a number; an estimate is enough.")
    refuse_fields(errors)
    values = {
        "title": one_line(title),
        "mersis": number.value,
        "tax_office": one_line(tax_office),
        "tax_number": tax.value,
        "address": address.strip(),
        "province": province,
        "district": district,
        "declared_consents": declared_consents,
    }
    return _write(row, values, actor=actor, now=now or timezone.now())


@transaction.atomic
def save_signatories(
    *,
    application: Application,
    actor: Actor,
    first: SignatoryValues,
    second: SignatoryValues | None,
    manager: tuple[str, str] | None,
    now: datetime | None = None,
) -> Application:
    """Who signs (a second one means joint authority) and who manages the account: (name, e-mail), or the signatory.

    Raises `FieldsInvalid`; fields of the signatories end in `_1` and `_2`.
    """
    now = now or timezone.now()
    row = _open(application, actor)
    stored = {person.place: person for person in row.signatories.all()}
    errors: Errors = {}
    people = [
        _judged(row, place, values, stored.get(place), errors, now.date()) for place, values in _given(first, second)
    ]
    if len(people) == 2 and people[0]["tckn"] == people[1]["tckn"]:
        errors.setdefault("tckn_2", SAME_PERSON)
    name, email = manager or ("", "")
    if manager is not None:
        errors |= _manager_errors(name, email)
    refuse_fields(errors)
    if _write_people(row, people, stored):
        _touch(row, "signatories", actor=actor, now=now)
    values = {
        "joint_authority": second is not None,
        "manager_is_signatory": manager is None,
        "manager_name": one_line(name),
        "manager_email": email.strip().lower(),
    }
    return _write(row, values, actor=actor, now=now)


def _given(first: SignatoryValues, second: SignatoryValues | None) -> list[tuple[int, SignatoryValues]]:
    return [(1, first), *([(2, second)] if second else [])]


def _judged(
    row: Application,
    place: int,
    values: SignatoryValues,
    stored: Signatory | None,
    errors: Errors,
    today: date,
) -> dict[str, Any]:
    """The signatory's columns; what is wrong goes into `errors`."""
    birth = values.birth_date or (stored.birth_date if stored else None)
    person, found = judge_person(
        first_name=values.first_name,
        last_name=values.last_name,
        phone=values.phone,
        email=values.email,
        tckn=values.tckn.strip() or (stored.tckn if stored else ""),
    )
    errors |= {f"{field}_{place}": error for field, error in found.items()}
    if not row.is_legal and not _is_adult(birth, today):
        errors[f"birth_date_{place}"] = _("Enter the birth date of an adult.")
    return {
        "place": place,
        **asdict(person),
        "birth_date": birth if not row.is_legal else None,  # R-G1: a legal entity's signatory is not asked for it
    }


def _is_adult(birth: Any, today: date) -> bool:
    if birth is None:
        return False
    age = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    return ADULT <= age <= 120


def _manager_errors(name: str, email: str) -> Errors:
    return {"manager_name": "" if name.strip() else NEEDED, "manager_email": email_error(email)}


def _write_people(row: Application, people: Sequence[dict[str, Any]], stored: Mapping[int, Signatory]) -> bool:
    """Write the signatories anew where they differ; True where something changed."""
    columns = ("place", "first_name", "last_name", "phone", "email", "tckn", "birth_date")
    before = [{name: getattr(stored[place], name) for name in columns} for place in sorted(stored)]
    if before == list(people):
        return False
    row.signatories.all().delete()
    Signatory.objects.bulk_create(
        Signatory(application=row, tckn_hash=keyed_hash(values["tckn"], purpose="tckn"), **values) for values in people
    )
    return True


@transaction.atomic
def save_email(*, application: Application, actor: Actor, email: str, now: datetime | None = None) -> Application:
    """Another corporate e-mail; it is to be confirmed anew (R-P3). Raises `FieldsInvalid`."""
    row = _open(application, actor)
    judged = judge_email(email, kind=row.kind)
    refuse_fields({"email": judged.error})
    if judged.value == row.email:
        return row
    values = {"email": judged.value, "email_confirmed_at": None}
    return _write(row, values, actor=actor, now=now or timezone.now())


@transaction.atomic
def save_brands(
    *, application: Application, actor: Actor, brands: Sequence[tuple[str, bool]], now: datetime | None = None
) -> Application:
    """The sub-brands, each (name, whether it has a registration certificate); ones that stay keep their papers.

    Raises `FieldsInvalid` (field "brands") for too many, too long or repeated names.
    """
    row = _open(application, actor)
    wanted = {fold(name): (one_line(name), registered) for name, registered in brands if name.strip()}
    if len(wanted) < len([name for name, _registered in brands if name.strip()]):
        refuse_fields({"brands": _("A brand is in the list twice.")})
    if len(wanted) > MAX_BRANDS or any(len(name) > 150 for name, _registered in wanted.values()):
        refuse_fields({"brands": _("At most 50 brands, each of at most 150 letters.")})
    present = {fold(brand.name): brand for brand in row.brands.all()}
    before = {key: (brand.name, brand.has_certificate) for key, brand in present.items()}
    if before == wanted:
        return row
    moment = now or timezone.now()
    for key in present.keys() - wanted.keys():
        present[key].documents.filter(current=True).update(current=False, replaced_at=moment)
        present[key].delete()
    for key, (name, registered) in wanted.items():
        brand = present.get(key) or ApplicationBrand(application=row)
        brand.name, brand.has_certificate = name, registered
        brand.save()
    _touch(row, "brands", actor=actor, now=moment)
    return row


@transaction.atomic
def save_papers(*, application: Application, actor: Actor, in_one: bool, now: datetime | None = None) -> Application:
    """Whether one paper is both commitment and agreement, where the setting lets it."""
    row = locked(application, actor=actor)
    actor.require(Permission.APPLICATION_OWN)
    require_open_for_papers(row, ApplicationDocumentKind.COMMITMENT)
    allowed = in_one and settings.REGISTRY["ONE_PAPER_FOR_BOTH"]
    return _write(row, {"papers_in_one": allowed}, actor=actor, now=now or timezone.now())
