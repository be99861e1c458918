"""How moments are written: as numbers in the ledger's forms, as text in what is signed, for readers of documents."""

from datetime import UTC, datetime, timedelta

from iys_portal.core.calendar import ISTANBUL

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 (UTC), exact: the ledger's form v1 writes registration times so."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_microseconds(number: int) -> datetime:
    return EPOCH + timedelta(microseconds=number)


def signed_text(moment: datetime) -> str:
    """UTC with microseconds: the same text from any database and time zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def printed(moment: datetime | None) -> str:
    """By Istanbul's clock, to the second, as every document says it; empty for none."""
    return moment.astimezone(ISTANBUL).strftime("%d.%m.%Y %H:%M:%S") if moment else ""
