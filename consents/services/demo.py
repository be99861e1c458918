"""For the demonstration only: what was loaded just now stands in lists on the day that it tells of."""

import random
import uuid
from collections import Counter
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from consents.engine import statements
from consents.engine.write import move_notice_counters
from consents.enums import NoticeState
from consents.models import ConsentImport, Notice
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import Means
from iys_portal.core.errors import NotAllowed
from iys_portal.core.models import Job
from providers.models import Brand

from .notice_queue import unfold_all

UNDELIVERED, LATE = 0.012, 0.02  # shares of past notices, the second within the rest


@transaction.atomic
def backdate_import(item: ConsentImport, *, moment: datetime) -> None:
    """Give an import and its jobs the times of `moment`, which its events carry already.

    Raises `NotAllowed` outside the demonstration. Ledger and audit log are not touched.
    """
    if not settings.DEMO or not item.provider.is_demo:
        raise NotAllowed(code="demo")
    times = {"created_at": moment - timedelta(minutes=2), "checked_at": moment - timedelta(minutes=1)}
    if item.applied_at is not None:
        times["applied_at"] = moment
    if item.undone_at is not None:
        times["undone_at"] = moment + timedelta(minutes=20)
    ConsentImport.objects.filter(pk=item.pk).update(**times)
    jobs = [key for key in (item.check_job_id, item.apply_job_id, item.undo_job_id) if key]
    Job.objects.filter(pk__in=jobs, finished_at__isnull=False).update(
        created_at=moment - timedelta(minutes=1), started_at=moment - timedelta(minutes=1), finished_at=moment
    )


_ENDED = """(
    SELECT event_id, recipient, brand_id, state, (registered_at AT TIME ZONE 'Europe/Istanbul')::date AS day
    FROM consents_notice WHERE event_id = ANY(%s) AND state > 2)"""


@transaction.atomic
def tell_in_the_past(brand: Brand, *, moment: datetime, now: datetime, job_id: int | None = None) -> int:
    """Settle the notices of an intake of then, as if they had been sent on their day; returns how many.

    Nothing is sent. Notices of an import are named by its job. The same intake always ends in the same way. Raises
    `NotAllowed` outside the demonstration.
    """
    if not settings.DEMO or not brand.provider.is_demo:
        raise NotAllowed(code="demo")
    if job_id is not None:
        unfold_all(job_id)
    waiting = Notice.objects.select_for_update(of=("self",)).filter(
        brand_id=brand.pk, job_id=job_id, registered_at=moment, state=NoticeState.WAITING
    )
    notices = list(waiting.order_by("event_id"))
    chance = random.Random(f"{brand.brand_code} {moment.isoformat()}")  # noqa: S311 (made-up data)
    moves: Counter[tuple[date, int, int]] = Counter()
    for notice in notices:
        day = notice.registered_at.astimezone(ISTANBUL).date()
        moves[day, notice.means, NoticeState.WAITING] -= 1
        _settle(notice, chance, now)
        moves[day, notice.means, notice.state] += 1
    Notice.objects.bulk_update(notices, ["state", "sent_at", "message_id", "answer", "attempts"], batch_size=500)
    with connection.cursor() as cursor:
        move_notice_counters(cursor, brand.pk, [(*key, total) for key, total in moves.items()])
        cursor.execute(statements.NOTICE_REPORT.format(told=_ENDED), [[notice.pk for notice in notices]])
    return len(notices)


def _settle(notice: Notice, chance: random.Random, now: datetime) -> None:
    """Give one notice the end that it would have had: R-M1's three times, or a server that refused it."""
    number = uuid.UUID(int=chance.getrandbits(128), version=4)
    notice.message_id, notice.attempts = f"<n.{number}@iys-portal.example>", 1
    mail = notice.means == Means.MAIL
    if chance.random() < UNDELIVERED:
        notice.state = NoticeState.UNDELIVERED
        notice.answer = "550 5.1.1 User unknown" if mail else "Number not in service"
        return
    notice.answer = f"250 2.0.0 Ok: queued as {number.hex[:10].upper()}" if mail else "accepted"
    notice.sent_at = notice.registered_at + timedelta(seconds=chance.randrange(2, 400))
    after_midnight = notice.due_at + timedelta(minutes=chance.randrange(5, 200))
    if notice.due_at <= notice.registered_at:
        notice.state = NoticeState.REGISTERED_LATER
    elif chance.random() < LATE and after_midnight < now:
        notice.state, notice.sent_at, notice.attempts = NoticeState.LATE, after_midnight, chance.randrange(4, 12)
    else:
        notice.state = NoticeState.ON_TIME
