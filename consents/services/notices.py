"""Send notices: the lanes' work (R-M5, R-M6). Claims and records are in `notice_queue`."""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import phonenumbers
from django.conf import settings
from django.db import connection
from django.utils import timezone
from phonenumbers import PhoneNumberType

from consents.documents.notices import NoticeText, Press, text_message
from consents.engine.terms import deadline_of
from consents.engine.write import SEND_NOTICES
from consents.enums import Lane, NoticeKind, NoticeState
from consents.models import ConsentEvent, Notice
from consents.selectors.notices import Part, parts_of
from iys_portal.accounts.selectors import languages_of
from iys_portal.core.delivery import (
    SLOWEST_SEND,
    Carrier,
    Mail,
    Refused,
    ServerDown,
    TextMessage,
    TryLater,
    Undelivered,
    retry_at,
)
from iys_portal.core.enums import Means
from iys_portal.core.jobs import nudge
from providers.models import Brand

from . import notice_queue as queue
from .notice_queue import Claimed

log = logging.getLogger(__name__)
RUN_SECONDS = 20.0
LATER = timedelta(minutes=1)
MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}

# One sender of each bulk lane a process: the worker's other threads stay free for what somebody waits for.
_bulk = {means: threading.Lock() for means in Means}


@dataclass(frozen=True)
class Letter:
    """A claimed notice with all that it is written from."""

    one: Claimed
    brand: Brand
    parts: list[Part]
    language: str
    check_until: date | None


def send_lane(lane: Lane, means: Means, *, seconds: float = RUN_SECONDS) -> int:
    """Send what is due in one lane for some seconds; returns how many messages were handed over.

    Stops where the server takes nothing: the timetable tries again. Work that is left is published again.
    """
    if lane is Lane.BULK and not _bulk[means].acquire(blocking=False):
        return 0
    try:
        with Carrier() as carrier, _quick_records():
            return _run(lane, means, carrier, time.monotonic() + seconds)
    except ServerDown as error:
        log.warning("notices_wait lane=%s means=%s reason=%s", lane.name, means.name, type(error).__name__)
        return 0
    finally:
        if lane is Lane.BULK:
            _bulk[means].release()


def _run(lane: Lane, means: Means, carrier: Carrier, end: float) -> int:
    sent = 0
    while (left := end - time.monotonic()) > 0:
        claimed, pause = queue.claim(lane, means, now=timezone.now())
        if pause is not None:
            time.sleep(min(pause.total_seconds(), left))
        elif not claimed:
            return sent
        else:
            sent += _send_all(_letters(claimed), carrier)
    nudge(SEND_NOTICES, int(lane), int(means))
    return sent


@contextmanager
def _quick_records() -> Iterator[None]:
    """Do not wait for the disk after each record: one lost by a crash is sent again under the same message id."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET synchronous_commit")


def _letters(claimed: Sequence[Claimed]) -> list[Letter]:
    """Everything that the claimed notices are written from, in a handful of queries."""
    brands = Brand.objects.select_related("provider").in_bulk({one.brand_id for one in claimed})
    languages = languages_of([one.recipient for one in claimed])
    return [
        Letter(
            one=one,
            brand=brands[one.brand_id],
            parts=[part for part in parts if part.told_by(one.kind) and _still_true(one, part)],
            language=languages.get(one.recipient, settings.LANGUAGE_CODE),
            check_until=_check_until(one, brands[one.brand_id]),
        )
        for one, parts in zip(claimed, parts_of(claimed), strict=True)
    ]


def _still_true(one: Claimed, part: Part) -> bool:
    return not part.stands if one.kind is NoticeKind.CORRECTION else part.stands


def _check_until(one: Claimed, brand: Brand) -> date | None:
    """R-M2, R-D2: until when people of an initial load can check."""
    if one.kind is not NoticeKind.INITIAL_LOAD:
        return None
    deadline = deadline_of(brand, one.registered_at)
    return deadline.check_until if deadline else None


def _send_all(letters: Sequence[Letter], carrier: Carrier) -> int:
    """Send the letters of one claim. Raises `ServerDown` after the rest went back into the queue."""
    sent, press = 0, Press()
    for place, letter in enumerate(letters):
        now = timezone.now()
        if letter.one.lease - now < SLOWEST_SEND:  # a slow server: another claim goes on
            queue.put_all_back([each.one for each in letters[place:]], at=now)
            return sent
        try:
            sent += _send(letter, carrier, press)
        except ServerDown as error:
            _waits(letter.one, error, timezone.now())
            queue.put_all_back([each.one for each in letters[place + 1 :]], at=timezone.now())
            raise
    return sent


def _send(letter: Letter, carrier: Carrier, press: Press) -> int:
    one = letter.one
    if not letter.parts or _told_before(one):
        queue.settle(one, NoticeState.CANCELLED, answer="")
        return 0
    if one.kind is NoticeKind.CORRECTION and not _correctable(one):
        return 0
    if one.means is Means.TEXT and not _takes_texts(one.recipient):
        queue.settle(one, NoticeState.UNTELLABLE, answer="")
        return 0
    try:
        answer = carrier.send(_parcel(letter, press), to_mailbox=letter.brand.provider.is_demo)
    except (Refused, TryLater) as error:
        _failed(one, error, timezone.now())
        return 0
    now = timezone.now()
    return int(queue.settle(one, one.timing(now), answer=answer, sent_at=now))


def _waits(one: Claimed, error: ServerDown, now: datetime) -> None:
    """An outage costs no try. The notice at hand waits a little, so that one which breaks lines leads no lane."""
    if error.left:
        _failed(one, error, now)
    else:
        queue.put_back(one, at=now + LATER, answer=error.answer, forgiven=True)


def _failed(one: Claimed, error: Undelivered, now: datetime) -> None:
    """R-M5: tried again, after midnight too; undelivered when it is refused for ever or was tried for days."""
    if isinstance(error, Refused) or now - one.registered_at > settings.REGISTRY["NOTICE_GIVE_UP"]:
        queue.settle(one, NoticeState.UNDELIVERED, answer=error.answer)
    else:
        queue.put_back(one, at=retry_at(one.attempts, now), answer=error.answer)
    log.info("notice_failed id=%s reason=%s", one.event_id, type(error).__name__)


def _parcel(letter: Letter, press: Press) -> Mail | TextMessage:
    one = letter.one
    notice = NoticeText(
        kind=one.kind,
        brand=letter.brand,
        recipient=one.recipient,
        parts=letter.parts,
        token="" if one.kind is NoticeKind.CORRECTION else one.token,
        message_id=one.message_id,
        language=letter.language,
        check_until=letter.check_until,
    )
    return text_message(notice) if one.means is Means.TEXT else press.mail(notice)


def _takes_texts(phone: str) -> bool:
    """R-M1: mobiles only. Turkish numbers were judged when the notice was written."""
    return phone.startswith("+90") or phonenumbers.number_type(phonenumbers.parse(phone)) in MOBILE


def _told_before(one: Claimed) -> bool:
    """R-M2: people of an initial load get one notice, however many files they stand in."""
    if one.kind is not NoticeKind.INITIAL_LOAD:
        return False
    events = ConsentEvent.objects.filter(recipient=one.recipient, brand_id=one.brand_id).order_by()
    sent = [state for state in NoticeState if state.sent]
    told = Notice.objects.filter(event_id__in=list(events.values_list("event_id", flat=True)), state__in=sent)
    return told.filter(kind=NoticeKind.INITIAL_LOAD).exists()


def _correctable(one: Claimed) -> bool:
    """A correction follows its notice: not before that is known to be out, and not where it never went out."""
    state = NoticeState(Notice.objects.values_list("state", flat=True).get(event_id=one.corrects or 0))
    if state.sent:
        return True
    if state <= NoticeState.CLAIMED:
        queue.put_back(one, at=timezone.now() + LATER, forgiven=True)
    else:
        queue.settle(one, NoticeState.CANCELLED, answer="")
    return False
