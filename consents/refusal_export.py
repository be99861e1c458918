"""Open refusals as a file, for the system that sends: its columns are those of the official list, and the last day."""

import csv
import io
from collections.abc import Iterator

from iys_portal.core.actors import Actor
from iys_portal.core.calendar import written
from providers.models import Brand

from .enums import Channel, Source
from .files.annotate import guard
from .models import RefusalAlert
from .selectors.refusals import open_slices

COLUMNS = ("recipient", "type", "status", "source", "brandCode", "refusedAt", "stopBy", "neverGiven")


def as_csv(actor: Actor, brand: Brand | None) -> Iterator[str]:
    """The file in parts, the most urgent first."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for alerts in open_slices(actor, brand=brand):
        writer.writerows(_cells(alert) for alert in alerts)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cells(alert: RefusalAlert) -> tuple[str, ...]:
    return (
        guard(alert.recipient),
        Channel(alert.channel).name,
        "RET",
        Source(alert.source).name,
        str(alert.brand.brand_code),
        written(alert.refused_at),
        alert.due_on.isoformat(),
        "1" if alert.denied else "0",
    )
