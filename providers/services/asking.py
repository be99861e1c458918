"""What a manager may ask to have changed: each act judges what was typed and opens a request (R-P1 … R-P3, R-P11)."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import Actor
from iys_portal.core.storage import only_if_written
from iys_portal.core.turkish import fold
from iys_portal.core.uploads import Joined
from providers.enums import CompanyField as F
from providers.enums import ProviderKind, RequestKind, RequestState
from providers.models import Company, CompanySignatory, Provider, ProviderRequest, RequestValue
from providers.numbers import judge_mersis, judge_tax_number
from providers.policies import require_may_change_settings

from .company import own_provider, refuse_unchanged
from .judging import (
    MAX_BRAND,
    MAX_TAX_OFFICE,
    MAX_TITLE,
    SAME_PERSON,
    Errors,
    judge_person,
    length_error,
    one_line,
    refuse_fields,
)
from .requests import Files, open_request, read_files


def ask_company_change(
    *,
    actor: Actor,
    title: str,
    mersis: str,
    tax_number: str,
    tax_office: str,
    note: str = "",
    files: Files = (),
    now: datetime,
) -> ProviderRequest:
    """Ask for another title, MERSİS number, tax number or office; an empty number keeps the stored one.

    Only what differs becomes part of the request. Raises `NotAllowed`, `WrongMoment`, `FieldsInvalid`, `Invalid`.
    """
    paper = _judged_files(actor, files)
    with only_if_written() as drops:
        provider = own_provider(actor)
        require_may_change_settings(provider, actor)
        company = Company.objects.filter(provider=provider).first() or Company(provider=provider)
        wanted = _judge_company(provider, company, title, mersis, tax_number, tax_office)
        present = {
            F.TITLE: provider.title,
            F.MERSIS: provider.mersis,
            F.TAX_NUMBER: company.tax_number,
            F.TAX_OFFICE: company.tax_office,
        }
        values = _differing(present, wanted)
        return open_request(
            provider, RequestKind.COMPANY, actor=actor, now=now, values=values, note=note, paper=paper, drops=drops
        )


def _judged_files(actor: Actor, files: Files) -> Joined | None:
    """The files, judged before anything is locked, for whoever may change settings."""
    require_may_change_settings(own_provider(actor, lock=False), actor)
    return read_files(files)


def _judge_company(
    provider: Provider, company: Company, title: str, mersis: str, tax_number: str, tax_office: str
) -> dict[F, str]:
    kept = tax_number.strip() or company.tax_number
    tax = judge_tax_number(kept, kind=provider.kind)
    number = judge_mersis(mersis.strip() or provider.mersis, kind=provider.kind, tax_number=tax.value)
    name, office = one_line(title), one_line(tax_office)
    errors: Errors = {
        "title": length_error(name, MAX_TITLE),
        "mersis": number.error or _taken(provider, number.value),
        "tax_number": tax.error,
        "tax_office": length_error(office, MAX_TAX_OFFICE),
    }
    refuse_fields(errors)
    return {F.TITLE: name, F.MERSIS: number.value, F.TAX_NUMBER: tax.value, F.TAX_OFFICE: office}


def _taken(provider: Provider, mersis: str) -> str | Promise:
    """R-P1: one provider per MERSİS number."""
    taken = Provider.objects.filter(mersis=mersis).exclude(pk=provider.pk).exists()
    return _("A provider with this MERSİS number is already registered.") if taken else ""


def _differing(present: Mapping[F, str], wanted: Mapping[F, str]) -> dict[F, tuple[str, str]]:
    values = {field: (present[field], value) for field, value in wanted.items() if present[field] != value}
    if not values:
        refuse_unchanged()
    return values


def ask_signatory_change(
    *,
    actor: Actor,
    place: int,
    first_name: str,
    last_name: str,
    tckn: str,
    phone: str,
    email: str,
    note: str = "",
    files: Files = (),
    now: datetime,
) -> ProviderRequest:
    """Ask for another signatory at a place (1, or 2 under joint authority), or other data of the present one.

    An empty TCKN keeps the stored one. A natural person is the provider itself, so its number stays. Raises as
    `ask_company_change`.
    """
    paper = _judged_files(actor, files)
    with only_if_written() as drops:
        provider = own_provider(actor)
        require_may_change_settings(provider, actor)
        people = {person.place: person for person in CompanySignatory.objects.filter(provider=provider)}
        if place not in (1, 2) or (place == 2 and 1 not in people):
            refuse_fields({"place": _("The first signatory comes first.")})
        if place == 2 and provider.kind == ProviderKind.NATURAL_PERSON:
            refuse_fields({"place": _("A natural person signs alone.")})
        stored = people.get(place)
        wanted = _judge_person(
            provider, stored, first_name=first_name, last_name=last_name, tckn=tckn, phone=phone, email=email
        )
        if any(other.tckn == wanted[F.TCKN] for other in people.values() if other.place != place):
            refuse_fields({"tckn": SAME_PERSON})
        values = _differing(_person(stored), wanted)
        return open_request(
            provider,
            RequestKind.SIGNATORY,
            place=place,
            actor=actor,
            now=now,
            values=values,
            note=note,
            paper=paper,
            drops=drops,
        )


def _person(stored: CompanySignatory | None) -> dict[F, str]:
    names = {F.FIRST_NAME: "first_name", F.LAST_NAME: "last_name", F.TCKN: "tckn", F.PHONE: "phone"}
    names[F.PERSON_EMAIL] = "email"
    return {field: getattr(stored, name) if stored else "" for field, name in names.items()}


def _judge_person(
    provider: Provider,
    stored: CompanySignatory | None,
    *,
    first_name: str,
    last_name: str,
    tckn: str,
    phone: str,
    email: str,
) -> dict[F, str]:
    kept = tckn.strip() or (stored.tckn if stored else "")
    person, errors = judge_person(first_name=first_name, last_name=last_name, phone=phone, email=email, tckn=kept)
    another = stored is not None and stored.tckn != person.tckn
    if provider.kind == ProviderKind.NATURAL_PERSON and another:
        errors["tckn"] = _("Another person is another provider: please apply anew.")
    refuse_fields(errors)
    return {
        F.FIRST_NAME: person.first_name,
        F.LAST_NAME: person.last_name,
        F.TCKN: person.tckn,
        F.PHONE: person.phone,
        F.PERSON_EMAIL: person.email,
    }


def ask_sub_brand(*, actor: Actor, name: str, note: str = "", files: Files = (), now: datetime) -> ProviderRequest:
    """Ask for a sub-brand, with its registration certificate where there is one.

    Raises as `ask_company_change`; a name that the provider has, or asks for already, is refused at its field.
    """
    paper = _judged_files(actor, files)
    with only_if_written() as drops:
        provider = own_provider(actor)
        require_may_change_settings(provider, actor)
        name = one_line(name)
        refuse_fields({"name": length_error(name, MAX_BRAND)})
        if fold(name) in {fold(brand) for brand in provider.brands.values_list("name", flat=True)}:
            refuse_fields({"name": _("This provider already has a brand of this name.")})
        waiting = RequestValue.objects.filter(
            request__provider=provider, request__state=RequestState.ASKED, field=F.BRAND
        )
        if fold(name) in {fold(value.new) for value in waiting}:
            refuse_fields({"name": _("This brand is asked for already.")})
        return open_request(
            provider,
            RequestKind.SUB_BRAND,
            actor=actor,
            now=now,
            values={F.BRAND: ("", name)},
            note=note,
            paper=paper,
            drops=drops,
        )
