"""Day files (docs/day-files.md): a brand's events of a day as CSV, made once nothing of the day can be missing.

A day is closed for all brands in one pass over its events. Files are written beside and published with their rows in
one transaction, so that a crash leaves nothing half.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import DateTimeField, F, Min, Q
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone

from consents.models import ApiBatch, BrandDay, ClosedDay, ConsentImport, DayFile, LedgerSeal, SealMark
from consents.selectors.day_rows import HEADING, day_rows, day_rows_of
from iys_portal.core import audit
from iys_portal.core.actors import SYSTEM, Actor
from iys_portal.core.calendar import ISTANBUL, ONE_DAY, start_of_day
from iys_portal.core.enums import JobState
from iys_portal.core.errors import WrongMoment
from iys_portal.core.storage import Drop, only_if_written
from providers.models import Brand

LOCK = 7_300_109
BLOCK = 1 << 18
LOOK_BACK = timedelta(days=30)
LATE = "rows came in after the day was closed"


@dataclass
class Written:
    """One file as it lies beside, not yet published."""

    brand_id: int
    path: Path
    rows: int = 0
    size: int = 0
    sha384: str = ""
    first_event: int = 0
    last_event: int = 0


def close_days(*, now: datetime) -> int:
    """Close every day that is over and final, oldest first; returns how many. May run twice, and at once."""
    closed = 0
    while (day := _next_day()) is not None and _is_final(day, now):
        closed += _close(day)
    _add_late_rows()
    return closed


def remake_day_file(*, brand: Brand, day: date, reason: str, actor: Actor = SYSTEM) -> DayFile:
    """Make a closed day's file again from what the ledger holds now, after rows were erased (R-L5) or came in late.

    Keeps the first hash and says how many rows are gone since. Raises `WrongMoment` before the day is closed, and
    `DayFile.DoesNotExist` where the brand had no events on it. Locks the file's row.
    """
    if not ClosedDay.objects.filter(day=day).exists():
        raise WrongMoment
    item = DayFile.objects.get(brand=brand, day=day)
    rows = day_rows_of(brand.pk, *bounds(day), item.first_event - 1, item.last_event)
    with tempfile.TemporaryDirectory() as folder, only_if_written() as drops:
        return _replace(brand, day, next(write_files(rows, Path(folder), brand.pk)), reason, actor, drops)


def remake_if_closed(brand_id: int, day: date, *, reason: str) -> None:
    """Make a day's file again where there is one, after rows expired (R-L5); a file without rows goes."""
    if not DayFile.objects.filter(brand=brand_id, day=day).exists():
        return
    item = remake_day_file(brand=Brand.objects.get(pk=brand_id), day=day, reason=reason)
    if not item.rows:
        default_storage.delete(str(item.file.name))
        item.delete()


def _replace(brand: Brand, day: date, written: Written, reason: str, actor: Actor, drops: list[Drop]) -> DayFile:
    item = DayFile.objects.select_for_update(of=("self",)).get(brand=brand, day=day)
    former, before = str(item.file.name), {"sha384": item.sha384, "rows": item.rows}
    item.expired_rows += max(item.rows - written.rows, 0)
    item.replaced_at, item.replaced_reason = timezone.now(), reason[:200]
    _fill(item, written, drops)
    item.save()
    new = {"sha384": item.sha384, "rows": item.rows, "reason": reason[:200]}
    audit.record("day_file.remade", item, actor=actor, old=before, new=new, provider_id=brand.provider_id)
    transaction.on_commit(lambda: default_storage.delete(former))
    return item


def bounds(day: date) -> tuple[datetime, datetime]:
    """From the day's first moment to the next day's, in Istanbul."""
    return start_of_day(day), start_of_day(day + ONE_DAY)


def _next_day() -> date | None:
    last = ClosedDay.objects.order_by("-day").values_list("day", flat=True).first()
    return last + ONE_DAY if last else BrandDay.objects.aggregate(first=Min("day"))["first"]


def _is_final(day: date, now: datetime) -> bool:
    """The day is over by every machine's clock, all writers of it have ended, and no import or batch of it is open."""
    end = bounds(day)[1]
    over = end + settings.REGISTRY["CLOCK_DIFFERENCE"]
    if now < over or not SealMark.objects.filter(sealed_until__gte=over).exists():
        return False
    under_way = [JobState.QUEUED, JobState.RUNNING]
    applies = Q(apply_job__state__in=under_way, apply_moment__lt=end)
    undoes = Q(undo_job__state__in=under_way, undo_job__payload__moment__lt=end.astimezone(UTC).isoformat())
    if ApiBatch.objects.filter(worked_at=None, accepted_at__lt=end).exists():
        return False
    return not ConsentImport.objects.filter(applies | undoes).exists()


def _close(day: date) -> bool:
    """Write all brands' files of the day and publish them together; False where another worker did."""
    start, end = bounds(day)
    with tempfile.TemporaryDirectory() as folder:
        written = list(write_files(day_rows(start, end, _before(start)), Path(folder)))
        with only_if_written() as drops:
            _wait_for_others()
            if ClosedDay.objects.filter(day=day).exists():
                return False
            for one in written:
                _publish(day, one, drops)
            rows = sum(one.rows for one in written)
            ClosedDay.objects.create(day=day, made_at=timezone.now(), files=len(written), rows=rows)
    return True


def _wait_for_others() -> None:
    """One worker publishes at a time, to its transaction's end; what it looks at then, the one before it has left."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _publish(day: date, written: Written, drops: list[Drop]) -> None:
    """A new row with its file in the storage."""
    item = DayFile(brand_id=written.brand_id, day=day, first_sha384=written.sha384, first_event=0, last_event=0)
    _fill(item, written, drops)
    item.save()


def _before(start: datetime) -> int:
    """A number below every event of the day: what was sealed an hour before it began was registered before it."""
    seal = LedgerSeal.objects.filter(sealed_at__lt=start - timedelta(hours=1)).order_by("-number").first()
    return seal.last_event if seal else 0


def _fill(item: DayFile, written: Written, drops: list[Drop]) -> None:
    item.rows, item.size, item.sha384 = written.rows, written.size, written.sha384
    if written.rows:  # a file whose every row is gone keeps its place in the ledger
        item.first_event = min(item.first_event or written.first_event, written.first_event)
        item.last_event = max(item.last_event or 0, written.last_event)
    item.made_at = item.made_at or timezone.now()
    with written.path.open("rb") as file:
        item.file.save("day.csv", File(file), save=False)
    drops.append(partial(default_storage.delete, str(item.file.name)))


def write_files(rows: Iterator[tuple[int, int, bytes]], folder: Path, only: int | None = None) -> Iterator[Written]:
    """Files of (brand, event, line), in the order of brands. With `only` that brand's, even without rows."""
    now: Written | None = None
    sink: _Sink | None = None
    if only is not None:
        now = Written(only, folder / str(only))
        sink = _Sink(now)
    for brand_id, event_id, line in rows:
        if now is None or brand_id != now.brand_id:
            if sink is not None and now is not None:
                sink.close()
                yield now
            now = Written(brand_id, folder / str(brand_id))
            sink = _Sink(now)
        assert sink is not None
        sink.add(event_id, line)
    if sink is not None and now is not None:
        sink.close()
        yield now


class _Sink:
    """Writes and hashes in blocks."""

    def __init__(self, written: Written) -> None:
        self.written, self.digest = written, hashlib.sha384()
        self.file: IO[bytes] = written.path.open("wb")
        self.lines, self.waiting = [HEADING], 0

    def add(self, event_id: int, line: bytes) -> None:
        one = self.written
        one.rows += 1
        one.first_event = min(one.first_event or event_id, event_id)
        one.last_event = max(one.last_event, event_id)
        self.lines.append(line)
        self.waiting += len(line)
        if self.waiting > BLOCK:
            self.flush()

    def flush(self) -> None:
        block = b"".join(self.lines)
        self.file.write(block)
        self.digest.update(block)
        self.written.size += len(block)
        self.lines, self.waiting = [], 0

    def close(self) -> None:
        self.flush()
        self.file.close()
        self.written.sha384 = self.digest.hexdigest()


def _add_late_rows() -> None:
    """An import that failed and was taken up again writes with its former moment, perhaps into a closed day."""
    since = timezone.now() - LOOK_BACK
    moments: dict[str, Combinable] = {
        "apply_job": F("apply_moment"),
        "undo_job": Cast(KeyTextTransform("moment", "undo_job__payload"), DateTimeField()),
    }
    for name, moment in moments.items():
        ended = ConsentImport.objects.filter(**{f"{name}__state": JobState.DONE, f"{name}__finished_at__gt": since})
        ended = ended.annotate(
            day=TruncDate(moment, tzinfo=ISTANBUL), ended_on=TruncDate(f"{name}__finished_at", tzinfo=ISTANBUL)
        )
        for item in ended.filter(ended_on__gt=F("day")).select_related("brand", name):
            _add_late(item.brand, item.day, getattr(item, name).finished_at)


def _add_late(brand: Brand, day: date, finished: datetime) -> None:
    if not ClosedDay.objects.filter(day=day, made_at__lt=finished).exists():
        return
    start, end = bounds(day)
    with tempfile.TemporaryDirectory() as folder, only_if_written() as drops:
        _wait_for_others()
        item = DayFile.objects.filter(brand=brand, day=day).first()
        if item is not None and (item.replaced_at or item.made_at) >= finished:
            return
        written = next(write_files(day_rows_of(brand.pk, start, end, _before(start), None), Path(folder), brand.pk))
        if item is not None:
            _replace(brand, day, written, LATE, SYSTEM, drops)
        elif written.rows:
            _publish(day, written, drops)
