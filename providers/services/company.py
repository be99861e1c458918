"""The company behind a provider: what was approved, what changes at once, the corporate e-mail (R-P3)."""

from datetime import datetime
from typing import NoReturn

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts import services as accounts
from iys_portal.accounts.models import OneTimeCode
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from iys_portal.core.provinces import is_place
from providers.enums import CompanyField, RequestKind
from providers.models import Application, Company, CompanySignatory, Provider, ProviderRequest
from providers.notices import post_provider_mail
from providers.numbers import judge_email, judge_phone
from providers.policies import require_may_change_settings

from . import reference
from .judging import refuse_fields
from .requests import open_request


def keep_approved(application: Application, provider: Provider) -> Company:
    """R-P7: at approval, the company as its application says; called by the approval, which is audited."""
    company = Company.objects.create(
        provider=provider,
        tax_office=application.tax_office,
        tax_number=application.tax_number,
        address=application.address,
        district=application.district,
    )
    names = ("place", "first_name", "last_name", "phone", "email", "tckn", "tckn_hash")
    CompanySignatory.objects.bulk_create(
        CompanySignatory(provider=provider, **{name: getattr(person, name) for name in names})
        for person in application.signatories.all()
    )
    return company


def own_provider(actor: Actor, *, lock: bool = True) -> Provider:
    """The provider in which the actor acts, under lock. Raises `NotFound` outside a provider (R-A1)."""
    rows = Provider.objects.visible_to(actor).filter(pk=actor.provider_id or 0)
    found = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()
    if found is None:
        raise NotFound(code="provider")
    return found


@transaction.atomic
def change_contact(*, actor: Actor, address: str, province: str, district: str, phone: str) -> Company:
    """Invoice address and phone: nobody has to approve them, so they hold at once; audited without their values.

    Locks the provider. Raises `NotAllowed`, `WrongMoment` (suspended), `FieldsInvalid`.
    """
    provider = own_provider(actor)
    require_may_change_settings(provider, actor)
    number = judge_phone(phone) if phone.strip() else None
    place_known = is_place(province, district)
    refuse_fields(
        {
            "address": "" if address.strip() else _("This is needed."),
            "district": "" if place_known else _("Choose a district of the province."),
            "phone": number.error if number else "",
        }
    )
    company, _created = Company.objects.get_or_create(provider=provider)
    values = {"address": address.strip()[:500], "district": district, "phone": number.value if number else ""}
    changed = [name for name, value in values.items() if getattr(company, name) != value]
    for name in changed:
        setattr(company, name, values[name])
    company.save(update_fields=changed)
    if provider.city != province:
        changed.append("province")
        provider.city = province
        provider.save(update_fields=["city"])
    if changed:
        audit.record("company.changed", provider, actor=actor, new={"fields": changed}, provider_id=provider.pk)
    return company


def _code_name(provider_id: int, email: str) -> str:
    """A code confirms one new address of one provider, and nothing else."""
    return f"provider-email:{provider_id}:{email}"


@transaction.atomic
def enter_email(*, actor: Actor, email: str, ip: str, language: str, now: datetime) -> OneTimeCode:
    """A new corporate e-mail, to which a code goes; nothing changes before it is confirmed (R-P3).

    Raises `NotAllowed`, `WrongMoment`, `FieldsInvalid`, `TooSoon`, `TooMany`.
    """
    provider = own_provider(actor)
    require_may_change_settings(provider, actor)
    judged = judge_email(email, kind=provider.kind)
    same = judged.value == provider.email
    refuse_fields({"email": judged.error or (_("This is the address that is in use.") if same else "")})
    company, _created = Company.objects.get_or_create(provider=provider)
    company.next_email = judged.value
    company.save(update_fields=["next_email"])

    def deliver(code: OneTimeCode, digits: str) -> None:
        context = {"code": digits, "until": code.expires_at}
        cause = f"code:{code.public_id}"
        post_provider_mail(provider, "new_email_code", cause=cause, to=judged.value, language=language, context=context)

    return accounts.send_code(name=_code_name(provider.pk, judged.value), ip=ip, deliver=deliver, moment=now)


def confirm_new_email(*, actor: Actor, code: str, language: str, now: datetime) -> Provider | ProviderRequest:
    """Take the code. In the same domain the new address holds at once and both are told; another domain is asked for.

    Raises `CodeWrong`, `CodeOver`, `TooMany`; `Invalid` where a request about the e-mail waits already.
    """
    provider = own_provider(actor, lock=False)
    require_may_change_settings(provider, actor)
    company = Company.objects.filter(provider=provider).first()
    email = company.next_email if company else ""
    if not email:
        raise WrongMoment(code="no-new-email")
    accounts.take_code(name=_code_name(provider.pk, email), code=code, moment=now)
    with transaction.atomic():
        provider = own_provider(actor)
        require_may_change_settings(provider, actor)
        taken = Company.objects.filter(provider=provider, next_email=email).update(next_email="")
        if not taken:
            raise WrongMoment(code="email-changed")
        if _domain(email) != _domain(provider.email):
            return open_request(
                provider, RequestKind.EMAIL, actor=actor, now=now, values={CompanyField.EMAIL: (provider.email, email)}
            )
        former = provider.email
        provider = reference.update_provider(
            actor=actor.with_permission(Permission.REFERENCE_CHANGE), provider=provider, changes={"email": email}
        )
        for place, to in enumerate((former, email)):
            cause = f"email:{provider.pk}:{now.timestamp()}:{place}"
            post_provider_mail(provider, "email_changed", cause=cause, to=to, language=language)
    return provider


def _domain(email: str) -> str:
    return email.rpartition("@")[2].lower()  # an e-mail's domain is ASCII


def refuse_unchanged() -> NoReturn:
    raise Invalid(_("Nothing differs from what is registered."), code="unchanged")
