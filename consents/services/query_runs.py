"""The job behind a query of a list (R-S1). It may run twice and may die in the middle: a second run begins anew.

The result grows in a part of its own for each run and takes its place in the transaction that writes the answer, so
that there is never more than one, and never half of one.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

import polars as pl
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consents.engine.ahead import one_ahead
from consents.engine.asked import Question
from consents.files.errors import FileRefused
from consents.files.layout import Layout
from consents.files.read import read_slices
from consents.models import RecipientQuery
from consents.query_results import ResultFile, write_xlsx
from iys_portal.core.enums import JobState
from iys_portal.core.jobs import Run, claimed, starter_of
from iys_portal.core.refused_files import invalid
from iys_portal.core.storage import private_path

from .queries import note_answer, settle

SLICE = 50_000
PART, BOOK = ".part-", ".xlsx"
FORGET_AFTER = timedelta(days=2)
PORTION = 1_000


def run(job_id: int) -> None:
    """Answer a list, row by row in its order."""
    with claimed(job_id) as hold:
        if hold is None:
            return
        query = RecipientQuery.objects.select_related("brand__provider", "provider").get(job_id=job_id)
        if query.answered or not query.file:
            return
        with translation.override(hold.job.payload["language"]):
            try:
                _answer(query, hold, timezone.now())
            except FileRefused as refusal:
                raise invalid(refusal, field=None) from refusal


def _answer(query: RecipientQuery, hold: Run, moment: datetime) -> None:
    hold.progress(done=0, total=query.total, step=_("Asking the registry"))
    question = Question(query.brand, query.channel, query.recipient_type, moment)
    with _part_of(query.result, hold) as (file, path):
        assert query.column is not None
        out = ResultFile(file, Layout.from_json(query.layout), query.column)
        for frame, rows in one_ahead(_read(query, out)):
            out.add(frame, rows, question)
            if out.answered.rows == frame.height:
                RecipientQuery.objects.filter(pk=query.pk).update(first_rows=out.answered.first_rows)
            hold.progress(done=out.answered.rows)
        file.flush()
        _finish(query, hold, out, path, moment)


def _read(query: RecipientQuery, out: ResultFile) -> Generator[tuple[pl.DataFrame, pl.DataFrame], None, None]:
    for part in read_slices(private_path(query.file.name), out.layout, rows=SLICE):
        yield out.read(part.frame, query.channel)


def _finish(query: RecipientQuery, hold: Run, out: ResultFile, path: Path, moment: datetime) -> None:
    upload = str(query.file.name)
    with transaction.atomic():
        hold.hold()
        settle(query, out.finish(), moment)
        query.file = ""
        query.layout = Layout.from_json(query.layout).to_json(with_sample=False)
        query.save()
        note_answer(query, starter_of(hold.job))
        path.replace(private_path(query.result.name))
        transaction.on_commit(lambda: default_storage.delete(upload))


@contextmanager
def _part_of(whole: FieldFile, hold: Run) -> Iterator[tuple[IO[bytes], Path]]:
    """This run's own part of a file; parts of runs that died are removed."""
    place = private_path(whole.name)
    for left in place.parent.glob(f"{place.name}{PART}*"):
        left.unlink(missing_ok=True)
    path = place.with_name(f"{place.name}{PART}{hold.job.token}")
    try:
        with path.open("wb") as file:
            path.chmod(0o600)
            yield file, path
    finally:
        path.unlink(missing_ok=True)


def make_book(job_id: int) -> None:
    """Write the result as a workbook, for who waits for a large one. May run twice."""
    with claimed(job_id) as hold:
        if hold is None:
            return
        query = RecipientQuery.objects.get(book_job_id=job_id)
        if query.book or not query.result:
            return
        query.book.name = f"{query.result.name}{BOOK}"
        hold.progress(done=0, total=query.total, step=_("Writing the workbook"))
        with _part_of(query.book, hold) as (_file, path):
            layout = Layout.from_json(query.layout)
            write_xlsx(private_path(query.result.name), layout, path, progress=lambda done: hold.progress(done=done))
            with transaction.atomic():
                hold.hold()
                query.save(update_fields=["book"])
                path.replace(private_path(query.book.name))


def forget_uploads(now: datetime) -> int:
    """Delete files whose query nobody went on with: broken down, stopped, or without a chosen column for two days."""
    ended = Q(job=None) | Q(job__state__in=(JobState.FAILED, JobState.CANCELLED))
    waiting = RecipientQuery.objects.filter(ended, moment=None, created_at__lt=now - FORGET_AFTER).exclude(file="")
    found = list(waiting[:200])
    for query in found:
        name = str(query.file.name)
        layout = Layout.from_json(query.layout).to_json(with_sample=False)
        if RecipientQuery.objects.filter(pk=query.pk, file=name).update(file="", layout=layout, first_rows=[]):
            with suppress(FileNotFoundError):
                default_storage.delete(name)
    return len(found)


def forget_orphans(now: datetime) -> int:
    """Delete files that no query names: what a process left that died between writing a file and its row."""
    _folders, names = default_storage.listdir("queries") if default_storage.exists("queries") else ([], [])
    old = [
        name for name in (f"queries/{name}" for name in names)
        if default_storage.get_modified_time(name) < now - FORGET_AFTER
    ]  # fmt: skip
    gone = 0
    for start in range(0, len(old), PORTION):
        part = old[start : start + PORTION]
        named = RecipientQuery.objects.filter(Q(file__in=part) | Q(result__in=part) | Q(book__in=part))
        known = {name for files in named.values_list("file", "result", "book") for name in files}
        for name in part:
            if name not in known:
                default_storage.delete(name)
                gone += 1
    return gone
