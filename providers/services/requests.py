"""Requests of providers: what a manager asks for and the registry decides (company, e-mail, signatory, sub-brand)."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.encryption import keyed_hash
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from iys_portal.core.refused_files import FileRefused
from iys_portal.core.storage import Drop
from iys_portal.core.uploads import MAX_BYTES, Joined, joined
from providers.enums import CompanyField, ProviderState, RequestKind, RequestState
from providers.models import (
    Company,
    CompanySignatory,
    Provider,
    ProviderRequest,
    RequestPaper,
    RequestValue,
)
from providers.notices import post_request_mail
from providers.policies import require_may_change_settings
from providers.transitions import REQUEST

from . import reference
from .judging import free_text
from .public_numbers import next_number

NOTE_LENGTH = 2000
F = CompanyField
Files = Sequence[tuple[str, IO[bytes]]]
PROVIDER_COLUMNS = {F.TITLE: "title", F.MERSIS: "mersis", F.EMAIL: "email"}
COMPANY_COLUMNS = {F.TAX_NUMBER: "tax_number", F.TAX_OFFICE: "tax_office"}
PERSON_COLUMNS = {
    F.FIRST_NAME: "first_name",
    F.LAST_NAME: "last_name",
    F.TCKN: "tckn",
    F.PHONE: "phone",
    F.PERSON_EMAIL: "email",
}


def read_files(files: Files) -> Joined | None:
    """The uploaded files judged and joined, None without any; large ones take seconds, so before any lock.

    Raises `Invalid` (field "files").
    """
    if not files:
        return None
    try:
        return joined([(name, file.read(MAX_BYTES + 1)) for name, file in files])
    except FileRefused as refusal:
        raise Invalid(f"{refusal.message} {refusal.advice}", code=refusal.code, field="files") from refusal


def open_request(
    provider: Provider,
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    values: Mapping[CompanyField, tuple[str, str]],
    place: int | None = None,
    note: str = "",
    paper: Joined | None = None,
    drops: list[Drop] | None = None,
) -> ProviderRequest:
    """Keep a request of a locked provider with its values (old, new), audit it, and confirm it by mail.

    Raises `Invalid` where one about the same waits already; sub-brands may be several.
    """
    waiting = ProviderRequest.objects.filter(provider=provider, kind=kind, place=place, state=RequestState.ASKED)
    if kind != RequestKind.SUB_BRAND and waiting.exists():
        raise Invalid(_("A request about this waits already; withdraw it first."), code="waiting")
    request = ProviderRequest.objects.create(
        provider=provider,
        kind=kind,
        place=place,
        note=free_text(note, NOTE_LENGTH),
        asked_at=now,
        asker_id=actor.id,
    )
    RequestValue.objects.bulk_create(
        RequestValue(request=request, field=field, old=old, new=new) for field, (old, new) in values.items()
    )
    if paper is not None:
        _keep_paper(request, paper, drops if drops is not None else [], now)
    new = {"kind": kind, "fields": [str(field.value) for field in values], "paper": paper is not None}
    audit.record("request.asked", request, actor=actor, new=new)
    post_request_mail(request, "asked")
    return request


def _keep_paper(request: ProviderRequest, paper: Joined, drops: list[Drop], now: datetime) -> None:
    row = RequestPaper(request=request, sha256=paper.sha256, size=len(paper.data), pages=paper.pages, uploaded_at=now)
    row.file.save("paper", ContentFile(paper.data), save=False)
    stored, storage = str(row.file.name), row.file.storage
    drops.append(lambda: storage.delete(stored))
    row.save(force_insert=True)


@transaction.atomic
def withdraw_request(*, request: ProviderRequest, actor: Actor, now: datetime) -> ProviderRequest:
    """Take a request back before it is decided. Raises `NotFound`, `NotAllowed`, `WrongMoment`."""
    row = _locked(request, actor)
    require_may_change_settings(row.provider, actor)
    return _close(row, "withdraw", actor=actor, now=now)


@transaction.atomic
def refuse_request(*, request: ProviderRequest, actor: Actor, now: datetime, reason: str) -> ProviderRequest:
    """Say no, with a reason that the provider reads. Raises `NotAllowed`, `WrongMoment`, `Invalid` (field "reason")."""
    row = _locked(request, actor)
    REQUEST.check(row, "refuse", actor)
    row.reason = free_text(reason, NOTE_LENGTH)
    if not row.reason:
        raise Invalid(_("Give the reason; the provider reads it."), field="reason")
    return _close(row, "refuse", actor=actor, now=now)


@transaction.atomic
def accept_request(*, request: ProviderRequest, actor: Actor, now: datetime) -> ProviderRequest:
    """Make the change that was asked for; a sub-brand gets its number. Locks the request, then the provider.

    Raises `NotAllowed`, `WrongMoment` (decided, or the provider is closed), `FieldsInvalid` where the change cannot be
    made any more: another provider took the MERSİS number, the brand's name is taken.
    """
    row = _locked(request, actor)
    REQUEST.check(row, "accept", actor)
    if row.provider.state == ProviderState.CLOSED:
        raise WrongMoment(_("The provider is closed: nothing of it changes any more."), code="provider-closed")
    former = row.provider.email
    values = {F(value.field): value.new for value in row.values.all()}
    _MAKE[RequestKind(row.kind)](row, values, actor.with_permission(Permission.REFERENCE_CHANGE))
    closed = _close(row, "accept", actor=actor, now=now)
    if F.EMAIL in values:
        post_request_mail(closed, "accepted", to=former)
    return closed


def _locked(request: ProviderRequest, actor: Actor) -> ProviderRequest:
    rows = ProviderRequest.objects.visible_to(actor).select_for_update(of=("self",))
    found = rows.select_related("provider", "asker").filter(pk=request.pk).first()
    if found is None:
        raise NotFound(code="request")
    return found


def _close(row: ProviderRequest, name: str, *, actor: Actor, now: datetime) -> ProviderRequest:
    before = row.state
    move = REQUEST.move(row, name, actor)
    row.closed_at, row.closed_by_id = now, actor.id
    row.save(update_fields=["state", "closed_at", "closed_by", "reason", "brand"])
    new = {"state": row.state} | ({"reason": row.reason} if row.reason else {})
    audit.record(move.verb, row, actor=actor, old={"state": before}, new=new)
    post_request_mail(row, str(row.state))
    return row


Values = Mapping[CompanyField, str]


def _change_company(row: ProviderRequest, values: Values, actor: Actor) -> None:
    if changes := {PROVIDER_COLUMNS[field]: value for field, value in values.items() if field in PROVIDER_COLUMNS}:
        row.provider = reference.update_provider(actor=actor, provider=row.provider, changes=changes)
    if own := {COMPANY_COLUMNS[field]: value for field, value in values.items() if field in COMPANY_COLUMNS}:
        Company.objects.update_or_create(provider=row.provider, defaults=own)
        fields = {"fields": sorted(own)}
        audit.record("company.changed", row.provider, actor=actor, new=fields, provider_id=row.provider_id)


def _change_signatory(row: ProviderRequest, values: Values, actor: Actor) -> None:
    columns = {PERSON_COLUMNS[field]: value for field, value in values.items()}
    place = row.place or 1  # a constraint has it set
    if "tckn" in columns:
        columns["tckn_hash"] = keyed_hash(columns["tckn"], purpose="tckn")
        others = CompanySignatory.objects.filter(provider=row.provider, tckn_hash=columns["tckn_hash"])
        if others.exclude(place=place).exists():
            raise Invalid(_("The two signatories are two different persons."), code="signatory")
    CompanySignatory.objects.update_or_create(provider=row.provider, place=place, defaults=columns)
    fields = {"fields": ["signatory"]}
    audit.record("company.changed", row.provider, actor=actor, new=fields, provider_id=row.provider_id)


def _open_brand(row: ProviderRequest, values: Values, actor: Actor) -> None:
    row.brand = reference.create_brand(
        actor=actor, provider=row.provider, brand_code=next_number(), name=values[F.BRAND]
    )


_MAKE: dict[RequestKind, Callable[[ProviderRequest, Values, Actor], None]] = {
    RequestKind.COMPANY: _change_company,
    RequestKind.EMAIL: _change_company,
    RequestKind.SIGNATORY: _change_signatory,
    RequestKind.SUB_BRAND: _open_brand,
}


@transaction.atomic
def note_paper_opened(*, paper: RequestPaper, actor: Actor) -> None:
    """R-P5: each opening of a paper is on record."""
    audit.record("request.paper_read", paper.request, actor=actor, new={"sha256": paper.sha256})
