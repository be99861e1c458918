"""Text messages that people send to the registry (R-R4)."""

import logging
import re
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from consents.engine.terms import mobile_pattern
from consents.enums import Channel, InboundOutcome, Source, WayIn
from consents.models import InboundText
from consents.opaque import fingerprint
from consents.selectors.inbound import LIMITED, brands_meant, limited_texts_before
from consents.selectors.search import stored_address
from consents.text_answers import help_answer, refusal_answer
from consents.text_commands import read_command
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record
from iys_portal.core.outbox import post_text
from providers.models import Brand

from .recipients import ANYBODY, refuse

log = logging.getLogger(__name__)
CHANNELS = (Channel.ARAMA, Channel.MESAJ)
LONGEST_TEXT = 500
LONGEST_SENDER = 40
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL takes neither


@dataclass(frozen=True)
class _Done:
    """What came of a text: the answer is not sent yet."""

    outcome: InboundOutcome
    answer: str = ""
    brand: Brand | None = None
    to_mailbox: bool = False


def receive(
    *, actor: Actor, gateway_id: str, sender: str, text: str, moment: datetime | None = None
) -> tuple[InboundText, bool]:
    """Take one text message: refuse what it asks for, answer, and keep it; all in one transaction.

    `gateway_id` makes it unique: a repeat finds the first row and does nothing (False). A sender that is no phone, or
    is our own number, is neither obeyed nor answered. A refusal holds whatever became of brand and provider (R-R1).
    Locks as `recipients.refuse`, after the row itself.
    """
    moment = moment or timezone.now()
    phone = _phone(sender)
    text = _UNSTORABLE.sub(" ", text)[:LONGEST_TEXT]
    with transaction.atomic():
        row, created = InboundText.objects.get_or_create(
            gateway_id=gateway_id,
            defaults={
                "sender": phone or _UNSTORABLE.sub(" ", sender)[:LONGEST_SENDER],
                "text": text,
                "outcome": InboundOutcome.NOT_UNDERSTOOD,
                "received_at": moment,
            },
        )
        if not created:
            return row, False
        done = _obey(actor, phone, text, moment) if phone else _Done(InboundOutcome.NO_PHONE)
        row.outcome, row.brand = done.outcome, done.brand
        answered = bool(done.answer) and _may_answer(row)
        row.save(update_fields=["outcome", "brand"])
        if answered:
            post_text(cause=f"inbound:{row.pk}", to=phone, text=done.answer, to_mailbox=done.to_mailbox)
        _note(row, actor, answered=answered)
    log.info("text_received id=%s outcome=%s answered=%s", row.pk, row.outcome, answered)
    return row, True


def receive_from_mailbox(*, gateway_id: str, sender: str, text: str) -> InboundText:
    """A text from the development mailbox's form, taken like one from the gateway."""
    return receive(actor=ANYBODY.by_way("sms"), gateway_id=gateway_id, sender=sender, text=text)[0]


def _phone(sender: str) -> str:
    """The sender in E.164; empty for a name, a short number, a mail address, and for ourselves."""
    address = stored_address(_UNSTORABLE.sub(" ", sender)) if "@" not in sender else None
    ours = {settings.SMS_NUMBER, stored_address(settings.SMS_NUMBER) if settings.SMS_NUMBER else None}
    return "" if address is None or {sender, address} & ours else address


def _obey(actor: Actor, phone: str, text: str, moment: datetime) -> _Done:
    command = read_command(text)
    if command is None or not command.words:
        return _Done(InboundOutcome.NOT_UNDERSTOOD, help_answer(InboundOutcome.NOT_UNDERSTOOD))
    brands = brands_meant(command)
    if not brands:
        return _Done(InboundOutcome.UNKNOWN_BRAND, help_answer(InboundOutcome.UNKNOWN_BRAND))
    if len(brands) > 1:
        demo = all(brand.provider.is_demo for brand in brands)
        return _Done(InboundOutcome.AMBIGUOUS, help_answer(InboundOutcome.AMBIGUOUS, brands), to_mailbox=demo)
    return _refuse(actor, phone, brands[0], moment)


def _refuse(actor: Actor, phone: str, brand: Brand, moment: datetime) -> _Done:
    refusals = refuse(
        actor=actor,
        recipient=phone,
        wanted={brand.pk: CHANNELS},
        source=Source.IYS_KISAMESAJ,
        way=WayIn.SMS,
        moment=moment,
    )
    already = all(refusal.already for refusal in refusals)
    answer = refusal_answer(
        brand=brand,
        at=max(refusal.refused_at for refusal in refusals),
        receipts=[f"İYS-{refusal.event_id}" for refusal in refusals],
        already=already,
    )
    outcome = InboundOutcome.ALREADY_REFUSED if already else InboundOutcome.REFUSED
    return _Done(outcome, answer, brand, to_mailbox=brand.provider.is_demo)


def _may_answer(row: InboundText) -> bool:
    """Two machines must not talk to each other for ever, and texts go to open countries only (R-Z1)."""
    if not re.match(mobile_pattern(), row.sender):
        return False
    return row.outcome not in LIMITED or limited_texts_before(row) < settings.REGISTRY["INBOUND_ANSWERS_A_DAY"]


def _note(row: InboundText, actor: Actor, *, answered: bool) -> None:
    new = {"outcome": InboundOutcome(row.outcome).name, "sender": fingerprint(row.sender), "answered": answered}
    brand = row.brand
    if brand is not None:
        new["brand"] = brand.brand_code
    record("text.received", row, actor=actor, new=new, provider_id=brand.provider_id if brand else None)
