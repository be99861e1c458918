"""Figures of messages: the check of a list, what its recipients take on disk, and messages found by an address."""

import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection
from django.utils import timezone

from consents.message_buckets import buckets_of
from consents.models import Consent, Message
from consents.selectors.messages import messages_of
from consents.services import message_recipients, message_wash, message_watch, messages
from iys_portal.core.actors import Actor
from providers.models import Brand

TEXT = (
    "Kampanya: seçili ürünlerde indirim.\n{title} MERSİS {mersis}\nTel: 0212 000 00 00\n"
    "Almak istemiyorsanız: https://kampanya.example/ret"
)
STORED, NAMING, SOUGHT = 1_000, 20, 200

# As many messages as are wanted, each with a million recipients, in the buckets that are read: what a bucket holds of
# one message is what the first one holds there. The sought addresses stand in some of them only.
_COPIES = """
    INSERT INTO consents_messagerecipients (bucket, message_id, recipients, reasons)
    SELECT stored.bucket, other.pk, CASE WHEN other.place > %(naming)s
        THEN (SELECT array_agg('x' || one) FROM unnest(stored.recipients) one) ELSE stored.recipients END,
        stored.reasons
    FROM unnest(%(others)s::bigint[]) WITH ORDINALITY AS other(pk, place)
    CROSS JOIN consents_messagerecipients stored
    WHERE stored.message_id = %(first)s AND stored.bucket = ANY(%(buckets)s)
    ORDER BY other.pk, stored.bucket
"""


def measure(brand: Brand, actor: Actor, folder: Path, rows: int) -> Iterator[tuple[str, float, str]]:
    """Yields (name, value, unit). Half of the list or more are strangers to the registry."""
    path, known = _write_list(brand, folder, rows)
    provider = brand.provider
    text = TEXT.format(title=provider.title, mersis=provider.mersis)
    planned = timezone.now() + timedelta(days=1)
    message = messages.create_message(
        actor=actor, brand=brand, channel=3, subject="Kampanya", text=text, planned_at=planned
    )
    before = _size()
    began = time.monotonic()
    with path.open("rb") as file:
        message = message_recipients.wash_file(
            actor=actor, public_id=message.public_id, file=file, name=path.name, publish=False
        )
    assert message.wash_job_id is not None
    message_wash.wash(message.wash_job_id)
    seconds = time.monotonic() - began
    message.refresh_from_db()
    assert message.asked == rows, message.counts
    yield "message.wash.rows_per_s", rows / seconds, "rows/s"
    yield "message.storage.bytes_per_recipient", (_size() - before) / rows, "bytes"
    messages.release(actor=actor, public_id=message.public_id)
    began = time.monotonic()
    message = message_watch.take_list(actor=actor, public_id=message.public_id)
    given = sum(len(part) for part in message_watch.allowed_now(message, now=timezone.now()))
    assert given == message.allowed
    yield "message.list.rows_per_s", rows / (time.monotonic() - began), "rows/s"
    yield "message.find.median_ms", median(_finds(message, known[:SOUGHT])) * 1000, "ms"


def _write_list(brand: Brand, folder: Path, rows: int) -> tuple[Path, list[str]]:
    found = Consent.objects.filter(brand_id=brand.pk, channel=3).order_by("registered_at", "event_id")
    known = sorted(set(found.values_list("recipient", flat=True)[: rows // 2]))
    strangers = (f"kimse.{number * 7919 % rows}.{number}@ornek-posta.example" for number in range(rows - len(known)))
    path = folder / "recipients.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("e-posta\n")
        file.writelines(f"{address}\n" for address in (*known, *strangers))
    return path, known


def _size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('consents_messagerecipients')")
        return int(cursor.fetchone()[0])


def _finds(first: Message, sought: list[str]) -> Iterator[float]:
    others = [_copy_of(first) for _ in range(STORED - 1)]
    Message.objects.bulk_create(others)
    values: dict[str, Any] = {
        "others": [other.pk for other in others], "naming": NAMING, "first": first.pk,
        "buckets": sorted(set(buckets_of(sought))),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_COPIES, values)
        cursor.execute("ANALYZE consents_messagerecipients")
    for address in sought:
        began = time.monotonic()
        found = messages_of([address])
        yield time.monotonic() - began
        assert len(found) == NAMING + 1


def _copy_of(first: Message) -> Message:
    names = [field.attname for field in Message._meta.concrete_fields if field.attname not in ("id", "public_id")]
    copy = Message(**{name: getattr(first, name) for name in names})
    copy.series = uuid.uuid4()
    return copy
