"""When the notices of an import would be out, and how many would miss midnight (R-M6). Pure: time is an argument."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from iys_portal.core.calendar import ISTANBUL, end_of_day

MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000  # microseconds


@dataclass(frozen=True)
class Wave:
    """The notices of an import by one means, behind what waits already."""

    total: int = 0
    today: int = 0  # those whose day is today; the others have no midnight left to miss
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    missing: int = 0  # of `today`, those that would leave after midnight

    @property
    def later(self) -> int:
        """Those whose day is over: whenever they leave, the panel says “registered later”."""
        return self.total - self.today


@dataclass(frozen=True)
class Forecast:
    """What would leave, and when, by means."""

    mails: Wave
    texts: Wave

    @property
    def total(self) -> int:
        return self.mails.total + self.texts.total

    @property
    def later(self) -> int:
        return self.mails.later + self.texts.later

    @property
    def missing(self) -> int:
        return self.mails.missing + self.texts.missing

    @property
    def begins_at(self) -> datetime | None:
        return min((wave.begins_at for wave in (self.mails, self.texts) if wave.begins_at), default=None)

    @property
    def ends_at(self) -> datetime | None:
        return max((wave.ends_at for wave in (self.mails, self.texts) if wave.ends_at), default=None)


def forecast(
    *,
    now: datetime,
    mails: int,
    texts: int,
    mails_today: int,
    texts_today: int,
    waiting_mails: int,
    waiting_texts: int,
    mails_per_second: float,
    texts_per_second: float,
) -> Forecast:
    """Mails and texts leave side by side, each at its own steady rate (above 0), after what waits already.

    `mails` and `texts` are all that will go, `…_today` those among them whose day (Istanbul) is today. A file mixes
    both, so what is left over at midnight is taken to hold as many of today's as the whole; rounded up.
    """
    return Forecast(
        mails=_wave(now, mails, mails_today, waiting_mails, Fraction(mails_per_second)),
        texts=_wave(now, texts, texts_today, waiting_texts, Fraction(texts_per_second)),
    )


def _wave(now: datetime, total: int, today: int, waiting: int, rate: Fraction) -> Wave:
    if not total:
        return Wave()
    midnight = end_of_day(now.astimezone(ISTANBUL).date())
    # Counted exactly, so that a wave that ends at midnight to the microsecond misses nothing.
    in_time = int(rate * ((midnight - now) // MICROSECOND) / SECOND) - waiting
    over = min(max(total - in_time, 0), total)
    return Wave(
        total=total,
        today=today,
        begins_at=_after(now, waiting, rate),
        ends_at=_after(now, waiting + total, rate),
        missing=-(-over * today // total),
    )


def _after(now: datetime, count: int, rate: Fraction) -> datetime:
    """When the last of `count` notices has left."""
    return now + MICROSECOND * -(-count * SECOND // rate)
