"""Between the check of the recipients and the planned time (R-S2): whoever refuses is taken off the list.

Two ways, and no hidden wire (docs/adr/0013-messages.md). Every minute the change feed is read, so that the panel says
how many were removed. And whoever takes the list has every address judged once more, so that no list ever leaves the
registry with an address that may not be written to at that moment.
"""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consents.effective import Reason, may_be_sent
from consents.engine.answers import answers
from consents.message_downloads import ROWS, allowed_rows, downloads_of
from consents.models import ConsentEvent, Message, MessageRemoval
from consents.selectors.feed import changes_after, last_final
from consents.selectors.messages import answers_of, found_in, removed_addresses
from consents.states import MessageState as S
from iys_portal.accounts.models import User
from iys_portal.core import outbox
from iys_portal.core.actors import PEOPLE, SYSTEM, Actor
from iys_portal.core.audit import record
from iys_portal.core.errors import Invalid, NotFound, WrongMoment

from .message_recipients import forget_old_files
from .messages import close_past, locked

EVENTS = 5_000
_WATCHED = (S.READY, S.RELEASED)
_OF_PROVIDER = (Reason.PROVIDER_SUSPENDED, Reason.PROVIDER_CLOSED, Reason.FROZEN)
"""Why nobody is written to for a time: no reason to take an address off for good."""


def watch(now: datetime) -> None:
    """Every minute: take off who refused, end what passed its time, forget lists that nobody had checked."""
    close_past(now)
    newest = last_final()
    behind = Message.objects.filter(state__in=_WATCHED, washed_at__isnull=False, seen_event__lt=newest)
    for key in list(behind.order_by("pk").values_list("pk", flat=True)):
        catch_up(key, now=now)
    forget_old_files(now)


def catch_up(message_id: int, *, now: datetime) -> int:
    """Read the feed on for one message; returns how many addresses were taken off. Locks the message."""
    total = 0
    while True:
        with transaction.atomic():
            found = Message.objects.select_for_update(of=("self",), skip_locked=True).select_related("brand__provider")
            message = found.filter(pk=message_id, state__in=_WATCHED).first()
            if message is None:
                return total
            changes = changes_after(message.seen_event, brands=[message.brand_id], limit=EVENTS)
            changed = {event.recipient for event in changes.events if event.channel == message.channel}
            total += _take_off_of(message, changed, now)
            message.seen_event = changes.cursor
            message.save(update_fields=["seen_event"])
        if not changes.more:
            return total


def catch_up_whole(message_id: int, *, now: datetime) -> None:
    """The same, and also what no seal covers yet: nothing that is written by `now` is left out. Locks the message."""
    catch_up(message_id, now=now)
    with transaction.atomic():
        message = Message.objects.select_for_update(of=("self",)).select_related("brand__provider").get(pk=message_id)
        later = ConsentEvent.objects.filter(
            event_id__gt=message.seen_event, brand_id=message.brand_id, channel=message.channel
        )
        _take_off_of(message, set(later.values_list("recipient", flat=True)), now)


def _take_off_of(message: Message, changed: set[str], now: datetime) -> int:
    """Take off whom something was written about and who may not be written to; returns how many."""
    listed = found_in([message.pk], changed)
    allowed = [address for (_id, address), reason in listed.items() if may_be_sent(reason)]
    return _take_off(message, _lasting(_gone(message, allowed, now)), now)


def take_list(*, actor: Actor, public_id: uuid.UUID) -> Message:
    """The right to the list of a registered message, and the record that it was taken (R-G3).

    Raises `NotFound`, `NotAllowed`, `WrongMoment` before it is registered or after its time. Locks the message.
    """
    with transaction.atomic():
        message = locked(actor, public_id)
        if message.state != S.RELEASED:
            raise WrongMoment(
                _("The list is given once the message is registered, and until its time has passed."),
                code=f"list:{message.state}",
            )
        if not message.has_recipients:
            raise Invalid(_("A message that needs no consent has no list of recipients."), code="no-consent")
        message.taken_at, message.taken_by, message.taken_kind = timezone.now(), actor.id, actor.kind
        message.save(update_fields=["taken_at", "taken_by", "taken_kind"])
        new = {"kind": "allowed", "rows": message.allowed, "version": message.version}
        record("message.list_taken", message, actor=actor, new=new, provider_id=message.brand.provider_id)
    return message


def take_rows(*, actor: Actor, public_id: uuid.UUID, kind: str) -> Message:
    """The right to another list of a message, and the record that it was taken (R-G3).

    Raises `NotFound` also for a list that the message does not offer, `NotAllowed`.
    """
    with transaction.atomic():
        message = locked(actor, public_id)
        offered = next((file for file in downloads_of(message) if file.kind == kind), None)
        if offered is None or kind not in ROWS:
            raise NotFound
        new = {"kind": kind, "rows": offered.rows, "version": message.version}
        record("message.list_taken", message, actor=actor, new=new, provider_id=message.brand.provider_id)
    return message


def take(*, actor: Actor, public_id: uuid.UUID, kind: str, now: datetime) -> tuple[Message, Iterator[list[str]]]:
    """The rows of whichever list of a message is asked for; who took it is recorded first. Raises as these two do."""
    if kind == "allowed":
        message = take_list(actor=actor, public_id=public_id)
        return message, allowed_rows(allowed_now(message, now=now))
    message = take_rows(actor=actor, public_id=public_id, kind=kind)
    return message, ROWS[kind](message)


def allowed_now(message: Message, *, now: datetime) -> Iterator[list[str]]:
    """The addresses that may be written to at `now`, in parts; whoever may not be any more is taken off for good."""
    gone = set(removed_addresses(message))
    for recipients, reasons in answers_of(message):
        pairs = zip(recipients, reasons, strict=True)
        allowed = sorted(a for a, reason in pairs if may_be_sent(reason) and a not in gone)
        refused = dict(_gone(message, allowed, now))
        if lasting := _lasting(refused.items()):
            with transaction.atomic():
                locked_now = Message.objects.select_for_update(of=("self",)).select_related("brand__provider")
                _take_off(locked_now.get(pk=message.pk), lasting, now, tell=False)
        yield [address for address in allowed if address not in refused]


def _gone(message: Message, addresses: Iterable[str], now: datetime) -> list[tuple[str, Reason]]:
    asked = sorted(addresses)
    found = answers(asked, brand=message.brand, channel=message.channel, recipient_type=message.recipient_type, now=now)
    pairs = zip(asked, found, strict=True)
    return [(address, reason) for address, reason in pairs if not may_be_sent(reason)]


def _lasting(gone: Iterable[tuple[str, Reason]]) -> list[tuple[str, Reason]]:
    return [(address, reason) for address, reason in gone if reason not in _OF_PROVIDER]


def _take_off(message: Message, gone: Iterable[tuple[str, Reason]], now: datetime, *, tell: bool = True) -> int:
    """Record who was taken off; each address once. The caller holds the message's lock."""
    wanted = dict(gone)
    known = MessageRemoval.objects.filter(message_id=message.pk, recipient__in=wanted)
    for address in known.values_list("recipient", flat=True):
        del wanted[address]
    if not wanted:
        return 0
    MessageRemoval.objects.bulk_create(
        [
            MessageRemoval(message_id=message.pk, recipient=address, reason=int(reason), removed_at=now)
            for address, reason in sorted(wanted.items())
        ]
    )
    message.removed_since += len(wanted)
    message.save(update_fields=["removed_since"])
    new = {"removed": len(wanted), "removed_since": message.removed_since}
    record("message.recipients_removed", message, actor=SYSTEM, new=new, provider_id=message.brand.provider_id)
    if tell:
        _tell(message)
    return len(wanted)


def _tell(message: Message) -> None:
    """Whoever took the list is mailed once that it is not good any more; before that the panel says it."""
    if message.taken_at is None:
        return
    provider = message.brand.provider
    person = message.taken_by if message.taken_kind in PEOPLE else None
    user = User.objects.filter(pk=person, is_active=True).first() if person else None
    with translation.override(user.language if user else settings.LANGUAGE_CODE):
        address = settings.PORTAL_URL + reverse("consents:message", args=[message.public_id])
        text = _(
            "Since you took the list of “%(subject)s”, recipients have refused or may not be written to for another"
            " reason. Take the list anew before you send; those removed are listed apart.\n\n%(url)s\n"
        )
        outbox.post(
            cause=f"message-removed-{message.pk}-{message.taken_at.isoformat()}",
            to=str(user.email if user and user.email else provider.email),
            subject=_("Recipients were removed from “%(subject)s”") % {"subject": message.subject},
            body=text % {"subject": message.subject, "url": address},
            to_mailbox=provider.is_demo,
        )
