"""The check of a message's recipients (R-S2): who may be written to, who not and why. No consent, no send.

Everything is read and judged first and then stored in one transaction, so that a worker that dies has left nothing and
the next one begins anew.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.effective import may_be_sent
from consents.engine.answers import answer_numbers
from consents.enums import RecipientsFrom, Status
from consents.files.errors import FileRefused
from consents.files.layout import Layout
from consents.files.read import read_slices
from consents.message_buckets import buckets_of
from consents.models import Consent, Message, MessageProblem, MessageRecipients, MessageRemoval
from consents.normalise.addresses import read_addresses
from consents.selectors.feed import last_final
from consents.selectors.messages import answers_of
from consents.states import MessageState as S
from consents.transitions import MESSAGE
from iys_portal.core.actors import SYSTEM
from iys_portal.core.audit import record
from iys_portal.core.jobs import JobCancelled, Run, claimed
from iys_portal.core.refused_files import invalid
from iys_portal.core.storage import private_path
from iys_portal.core.turkish import BLANKS

from .message_recipients import give_up_check
from .messages import forget_file

SLICE = 20_000  # addresses of one question
PROBLEMS_KEPT = 100_000  # lines that are listed; all of them are counted
VALUE_LENGTH = 300
_NOBODY = pl.Series("address", [], dtype=pl.String)
_NO_PROBLEMS = pl.DataFrame(schema={"line": pl.Int64, "problem": pl.Int16, "value": pl.String})


@dataclass(frozen=True)
class Listed:
    """A list as it was read: each address once, in key order; `kept` is true where an earlier reading's lines stay."""

    addresses: pl.Series
    problems: pl.DataFrame
    repeated: int = 0
    malformed: int = 0
    kept: bool = False


def wash(job_id: int) -> None:
    """Check the recipients of the job's message."""
    with claimed(job_id) as run:
        if run is None:
            return
        message = Message.objects.select_related("brand__provider", "replaces").get(pk=run.job.payload["message"])
        if message.state != S.WASHING or message.wash_job_id != job_id:
            return
        seen = last_final()  # before the first address is judged: what comes later is looked at by the watch
        try:
            listed = _list_of(message, run)
            reasons = _judge(message, listed.addresses, run)
        except FileRefused as refusal:
            _give_up(message)
            raise invalid(refusal, field=None) from refusal
        except JobCancelled:
            _give_up(message)
            raise
        run.progress(step=_("Storing"))
        _store(message, run, listed, reasons, seen)


def _give_up(message: Message) -> None:
    with transaction.atomic():
        message = Message.objects.select_for_update(of=("self",)).select_related("brand").get(pk=message.pk)
        give_up_check(message, actor=SYSTEM)
        message.save(update_fields=["state"])


def _list_of(message: Message, run: Run) -> Listed:
    if message.recipients_from == RecipientsFrom.FILE:
        return _from_file(message, run)
    run.progress(done=0, step=_("Reading the recipients"))
    if message.recipients_from == RecipientsFrom.ALL:
        return Listed(_of_brand(message), _NO_PROBLEMS)
    former = message if message.has_recipients else message.replaces
    assert former is not None
    parts = [pl.Series("address", recipients, dtype=pl.String) for recipients, _answers in answers_of(former)]
    addresses = pl.concat(parts).sort() if parts else _NOBODY
    kept = message.has_recipients
    counts = message.counts if kept else {}
    return Listed(addresses, _NO_PROBLEMS, counts.get("repeated", 0), counts.get("malformed", 0), kept=kept)


def _of_brand(message: Message) -> pl.Series:
    """Everybody who agreed, in key order; whether the consent may be used, the rule says."""
    found = Consent.objects.filter(
        brand_id=message.brand_id, channel=message.channel, recipient_type=message.recipient_type, status=Status.ONAY
    )
    rows = found.order_by("recipient").values_list("recipient", flat=True).iterator(chunk_size=SLICE)
    return pl.Series("address", list(rows), dtype=pl.String)


def _from_file(message: Message, run: Run) -> Listed:
    layout = Layout.from_json(message.layout)
    column, pasted = message.column, not message.file_name
    good: list[pl.Series] = [_NOBODY]
    bad, malformed = [_NO_PROBLEMS], 0
    path = private_path(message.file.name)
    run.progress(done=0, total=path.stat().st_size, step=_("Reading the file"))
    for part in read_slices(path, layout, limit=settings.REGISTRY["IMPORT_MAX_ROWS"]):
        frame = part.frame.select(
            (pl.col("line").cast(pl.Int64) - int(pasted)).alias("line"),
            pl.col(f"c{column}").str.strip_chars(BLANKS).alias("text"),
            pl.lit(message.channel, dtype=pl.Int16).alias("channel"),
        )
        read = read_addresses(frame, strict=False)
        good.append(read["address"].filter(read["problem"] == 0))
        wrong = frame.select("line", "text").with_columns(read["problem"]).filter(pl.col("problem") != 0)
        malformed += wrong.height
        if malformed - wrong.height < PROBLEMS_KEPT:
            value = pl.col("text").fill_null("").str.slice(0, VALUE_LENGTH).alias("value")
            bad.append(wrong.select("line", pl.col("problem").cast(pl.Int16), value))
        run.progress(done=part.bytes_read, total=part.total_bytes)
    addresses = pl.concat(good)
    once = addresses.unique().sort()
    problems = pl.concat(bad).head(PROBLEMS_KEPT)
    return Listed(once, problems, repeated=addresses.len() - once.len(), malformed=malformed)


def _judge(message: Message, addresses: pl.Series, run: Run) -> list[int]:
    """The answer for each address, in order, at the moment that was fixed when the check was begun (R-S4)."""
    assert message.wash_moment is not None
    run.progress(done=0, total=addresses.len(), step=_("Asking for the consents"))
    reasons: list[int] = []
    for start in range(0, addresses.len(), SLICE):
        part = addresses.slice(start, SLICE).to_list()
        reasons += answer_numbers(
            part,
            brand=message.brand,
            channel=message.channel,
            recipient_type=message.recipient_type,
            now=message.wash_moment,
        )
        run.progress(done=len(reasons))
    return reasons


def _store(message: Message, run: Run, listed: Listed, reasons: list[int], seen: int) -> None:
    counted = Counter(reasons)
    allowed = sum(total for number, total in counted.items() if may_be_sent(number))
    with transaction.atomic():
        run.hold()
        message = Message.objects.select_for_update(of=("self",)).select_related("brand").get(pk=message.pk)
        moved = MESSAGE.move(message, "washed", SYSTEM)
        _forget(message, lines=not listed.kept)
        _copy_recipients(message, listed.addresses, reasons)
        problems = listed.problems.with_columns(pl.lit(message.pk).alias("message_id"))
        _copy(MessageProblem._meta.db_table, ("message_id", "line", "problem", "value"), problems)
        message.counts = {
            "asked": len(reasons),
            "allowed": allowed,
            "removed": len(reasons) - allowed,
            "malformed": listed.malformed,
            "repeated": listed.repeated,
            "reasons": {str(number): total for number, total in sorted(counted.items())},
        }
        message.removed_since, message.seen_event, message.washed_at = 0, seen, timezone.now()
        forget_file(message)
        message.save()
        record(moved.verb, message, actor=SYSTEM, new=message.counts, provider_id=message.brand.provider_id)


def _forget(message: Message, *, lines: bool) -> None:
    """What an earlier check of the same version left."""
    MessageRecipients.objects.filter(message_id=message.pk).delete()
    MessageRemoval.objects.filter(message_id=message.pk).delete()
    if lines:
        MessageProblem.objects.filter(message_id=message.pk).delete()


def _copy_recipients(message: Message, addresses: pl.Series, reasons: list[int]) -> None:
    """Rows by bucket: PostgreSQL's arrays, spelled out by columns (docs/adr/0013-messages.md)."""
    quoted = pl.col("address").str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
    frame = pl.DataFrame(
        {
            "address": addresses,
            "bucket": pl.Series(buckets_of(addresses.to_list()), dtype=pl.Int32),
            "reason": pl.Series(reasons, dtype=pl.Int16),
        }
    )
    rows = (
        frame.with_columns(pl.concat_str(pl.lit('"'), quoted, pl.lit('"')).alias("address"))
        .group_by("bucket")
        .agg(pl.col("address").str.join(","), pl.col("reason").cast(pl.String).str.join(","))
        .sort("bucket")
        .select(
            "bucket",
            pl.lit(message.pk).alias("message_id"),
            pl.concat_str(pl.lit("{"), pl.col("address"), pl.lit("}")).alias("recipients"),
            pl.concat_str(pl.lit("{"), pl.col("reason"), pl.lit("}")).alias("reasons"),
        )
    )
    for part in _parts(rows):
        _copy(MessageRecipients._meta.db_table, ("bucket", "message_id", "recipients", "reasons"), part)


def _parts(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Some rows at a time, so that a long list is not spelled out twice in memory."""
    yield from rows.iter_slices(8_192)


def _copy(table: str, columns: tuple[str, ...], frame: pl.DataFrame) -> None:
    if not frame.height:
        return
    sql: Any = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        copy.write(frame.select(columns).write_csv(include_header=False, quote_style="necessary"))
