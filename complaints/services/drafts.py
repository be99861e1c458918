"""Drafts of complaints (R-K2): started from anything, changed step by step, forgotten when nobody goes on with them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from complaints.enums import ComplaintState, PersonKind, Topic
from complaints.missing import Lack, evidence_lacks, identity_lacks, message_lacks
from complaints.models import Complaint, ComplaintIdentity, RememberedIdentity
from complaints.models.people import IDENTITY_FIELDS
from complaints.selectors.cases import brand_reached_at, remembered
from complaints.senders import sender_of
from consents.enums import Channel
from consents.models import Message
from consents.selectors.messages import found_in
from consents.selectors.own import channels_for, consent_of_event
from iys_portal.accounts.models import User
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.selectors import addresses_of
from iys_portal.core import audit
from iys_portal.core.actors import SYSTEM, Actor
from iys_portal.core.errors import FieldsInvalid, Invalid, WrongMoment
from providers.models import Brand
from providers.numbers import judge_tckn

from .moves import locked

BATCH = 200
MOST_DRAFTS = 10


@dataclass(frozen=True)
class Prefill:
    """What is known when a complaint is begun: numbers of rows, and what an e-mail said. Nothing of it is trusted."""

    brand_id: int | None = None
    channel: int | None = None
    address_id: int | None = None
    message_id: int | None = None
    event_id: int | None = None
    sender: str = ""
    subject: str = ""
    text: str = ""
    message_at: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Prefill":
        """From plain values; what has another name is left out."""
        return cls(**{name: values[name] for name in cls.__dataclass_fields__ if values.get(name) not in (None, "")})

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (None, "")}


@transaction.atomic
def start_draft(
    *, actor: Actor, language: str, prefill: Prefill | None = None, now: datetime | None = None
) -> Complaint:
    """Begin a complaint with what is known. Rows that are not the citizen's to name are left out.

    Locks the citizen's account, so that two windows cannot pass the limit. Raises `Invalid` with `MOST_DRAFTS` open.
    """
    actor.require(Permission.COMPLAINT_OWN)
    User.objects.select_for_update(of=("self",)).get(pk=actor.id)
    if Complaint.objects.filter(citizen=actor.id, state=ComplaintState.DRAFT).count() >= MOST_DRAFTS:
        words = _("You have %(most)s drafts already. File or delete one of them first.") % {"most": MOST_DRAFTS}
        raise Invalid(words, code="drafts")
    now = now or timezone.now()
    complaint = Complaint(citizen_id=actor.id, language=language, created_at=now, changed_at=now, state_at=now)
    for name, value in _known(actor, prefill or Prefill(), now).items():
        setattr(complaint, name, value)
    complaint.save(force_insert=True)
    kept = remembered(actor)
    if kept is not None:
        ComplaintIdentity.objects.create(complaint=complaint, **{name: getattr(kept, name) for name in IDENTITY_FIELDS})
    audit.record("complaint.begun", complaint, actor=actor)
    return complaint


def _known(actor: Actor, prefill: Prefill, now: datetime) -> dict[str, Any]:
    mine = {row.pk: row.address for row in addresses_of(actor.id)}
    known: dict[str, Any] = {}
    if prefill.address_id in mine:
        known["address"] = mine[prefill.address_id]
    if prefill.channel in Channel.values:
        known["channel"] = prefill.channel
    if prefill.brand_id and Brand.objects.filter(pk=prefill.brand_id).exists():
        known["brand_id"] = prefill.brand_id
    if prefill.event_id and (consent := consent_of_event(prefill.event_id, list(mine.values()))):
        known |= {"brand_id": consent.brand_id, "channel": consent.channel, "address": consent.recipient}
    if prefill.message_id:
        known |= _of_message(prefill.message_id, list(mine.values()), now)
    said = _of_mail(prefill, now)
    if known.get("brand_id"):
        said.pop("brand_id", None)  # a brand that was chosen, or whose record it is, goes before a guess by the mail
    known |= said
    return _fitting(known, list(mine.values()))


def _of_message(message_id: int, mine: list[str], now: datetime) -> dict[str, Any]:
    """A registered message, if it named one of these addresses (R-S3)."""
    found = found_in([message_id], mine)
    message = Message.objects.filter(pk=message_id, released_at__isnull=False).first() if found else None
    if message is None:
        return {}
    return {
        "message_number": message.pk,
        "brand_id": message.brand_id,
        "channel": message.channel,
        "address": next(address for _id, address in found),
        "subject": message.subject,
        "text": message.text,
        "message_at": message.planned_at if message.planned_at <= now else None,
    }


def _of_mail(prefill: Prefill, now: datetime) -> dict[str, Any]:
    known: dict[str, Any] = {"subject": prefill.subject[:300]} if prefill.subject else {}
    if prefill.text:
        known["text"] = prefill.text[:20_000]
    if prefill.message_at:
        moment = datetime.fromisoformat(prefill.message_at)
        if moment.tzinfo is not None and moment <= now:
            known["message_at"] = moment
    return known | (sender_columns(prefill.sender) if prefill.sender else {})


def sender_columns(text: str) -> dict[str, Any]:
    """A sender as it was given; where exactly one registered brand has this number or mail domain, this brand.

    A name alone names no brand: an officer does (see `senders`).
    """
    sender, brand = sender_of(text), brand_reached_at(text)
    return {"sender_given": sender.given, "sender_key": sender.key, "brand_id": brand.pk if brand else None}


def _fitting(known: dict[str, Any], mine: list[str]) -> dict[str, Any]:
    """Address and channel that go together; a person with one address that fits need not choose it."""
    channel, address = known.get("channel"), known.get("address", "")
    if channel is not None and address and channel not in channels_for(address):
        known.pop("channel")
    elif channel is not None and not address:
        fitting = [one for one in mine if channel in channels_for(one)]
        known |= {"address": fitting[0]} if len(fitting) == 1 else {}
    elif address and channel is None and len(channels_for(address)) == 1:
        known["channel"] = int(channels_for(address)[0])
    return known


@dataclass(frozen=True)
class MessageValues:
    """The step of the message, as it was typed."""

    address_id: int | None
    channel: int | None
    brand_id: int | None
    sender: str
    message_at: datetime | None
    subject: str
    text: str
    operator: str


@transaction.atomic
def save_message(
    *, complaint: Complaint, values: MessageValues, actor: Actor, now: datetime | None = None
) -> Complaint:
    """Keep address, sender and message; what cannot be complained about is told at once, at its field (R-K1).

    Raises `NotFound`, `WrongMoment`, `FieldsInvalid`.
    """
    now, row = now or timezone.now(), draft_of(complaint, actor)
    mine = {one.pk: one.address for one in addresses_of(actor.id)}
    brand = Brand.objects.filter(pk=values.brand_id).first() if values.brand_id else None
    _fill(row, values, mine.get(values.address_id or 0, ""), brand)
    _require_nothing(message_lacks(row, now))
    keep(row, now)
    return row


def _require_nothing(lacks: Iterable[Lack]) -> None:
    """Raises `FieldsInvalid` with what to do at each field that lacks something (R-K2)."""
    if errors := {lack.field: lack.sentence for lack in lacks}:
        raise FieldsInvalid(ValidationError(errors))  # type: ignore[arg-type]


def _fill(row: Complaint, values: MessageValues, address: str, brand: Brand | None) -> None:
    if values.sender.strip():
        columns = sender_columns(values.sender)
        row.sender_given, row.sender_key = columns["sender_given"], columns["sender_key"]
        row.brand_id = brand.pk if brand else columns["brand_id"]
    else:
        row.sender_given, row.sender_key, row.brand = "", "", brand
    row.address, row.channel, row.message_at = address, values.channel, values.message_at
    row.subject, row.text = values.subject.strip()[:300], values.text.strip()[:20_000]
    row.operator = values.operator if address.startswith("+") else ""


def keep(row: Complaint, now: datetime) -> None:
    row.changed_at = now
    row.save()


def draft_of(complaint: Complaint, actor: Actor) -> Complaint:
    """The draft under lock. Raises `WrongMoment` once it was filed."""
    actor.require(Permission.COMPLAINT_OWN)
    row = locked(complaint, actor=actor)
    if not row.is_draft:
        raise WrongMoment(code=f"complaint:{row.state}")
    return row


@transaction.atomic
def save_identity(
    *, complaint: Complaint, values: Mapping[str, Any], remember: bool, actor: Actor, now: datetime | None = None
) -> ComplaintIdentity:
    """Keep who complains (R-K2, R-P9), and remember it for the next time where that is wished.

    An empty TCKN keeps the one that stands. Raises `NotFound`, `WrongMoment`, `FieldsInvalid`.
    """
    now, row = now or timezone.now(), draft_of(complaint, actor)
    identity = ComplaintIdentity.objects.filter(complaint=row).first() or ComplaintIdentity(complaint=row)
    kept = {name: values[name] for name in IDENTITY_FIELDS if name in values}
    if not kept.get("tckn"):
        kept["tckn"] = identity.tckn
    kept["tckn"], kept["mersis"] = judge_tckn(kept["tckn"]).value, "".join(str(kept.get("mersis", "")).split())
    for name, value in _of_kind(kept).items():
        setattr(identity, name, value)
    _require_nothing(identity_lacks(identity))
    identity.save()
    if remember:
        same = {name: getattr(identity, name) for name in IDENTITY_FIELDS}
        RememberedIdentity.objects.update_or_create(citizen_id=actor.id, defaults={**same, "changed_at": now})
    else:
        RememberedIdentity.objects.filter(citizen_id=actor.id).delete()
    keep(row, now)
    return identity


def _of_kind(values: Mapping[str, Any]) -> dict[str, Any]:
    """Only what this kind of complainant gives (R-G1)."""
    kind = values["kind"]
    others = {
        PersonKind.LEGAL: ("full_name", "tckn", "mersis"),
        PersonKind.MERCHANT: ("title", "representative"),
        PersonKind.TRADESMAN: ("title", "representative", "mersis"),
        PersonKind.CONSUMER: ("title", "representative", "mersis"),
    }[PersonKind(kind)]
    kept = dict(values) | dict.fromkeys(others, "")
    kept["is_tradesman"] = kind == PersonKind.TRADESMAN and bool(values.get("is_tradesman"))
    return kept


@transaction.atomic
def save_topics(*, complaint: Complaint, topics: Iterable[str], actor: Actor, now: datetime | None = None) -> Complaint:
    """Keep what the complaint is about. Raises `NotFound`, `WrongMoment`, `FieldsInvalid`."""
    now, row = now or timezone.now(), draft_of(complaint, actor)
    given = set(topics)
    row.topics = [topic for topic in Topic.values if topic in given]
    _require_nothing(evidence_lacks(row))
    keep(row, now)
    return row


@transaction.atomic
def discard_draft(*, complaint: Complaint, actor: Actor) -> None:
    """Throw a draft away with everything in it. Raises `NotFound`, `WrongMoment`."""
    _forget(draft_of(complaint, actor), actor=actor, verb="complaint.discarded")


def forget_drafts(*, now: datetime | None = None) -> int:
    """Throw drafts away that nobody went on with for `COMPLAINT_DRAFT_KEEP` (R-G5); returns how many."""
    before = (now or timezone.now()) - settings.REGISTRY["COMPLAINT_DRAFT_KEEP"]
    stale = Complaint.objects.filter(state=ComplaintState.DRAFT, changed_at__lt=before).order_by("changed_at")
    total = 0
    for key in list(stale.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows = Complaint.objects.select_for_update(of=("self",), skip_locked=True)
            row = rows.filter(pk=key, state=ComplaintState.DRAFT, changed_at__lt=before).first()
            if row is not None:
                _forget(row, actor=SYSTEM, verb="complaint.draft_expired")
                total += 1
    return total


def _forget(row: Complaint, *, actor: Actor, verb: str) -> None:
    audit.record(verb, row, actor=actor)
    drop_files(row.papers.values_list("file", flat=True))
    row.delete()


def drop_files(names: Iterable[str]) -> None:
    for name in list(names):
        transaction.on_commit(partial(default_storage.delete, name))
