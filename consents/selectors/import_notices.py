"""Whom an import tells (R-M6): a forecast before apply, where its notices stand after it, who was told before an undo.

No page counts a million rows: what a chunk put on the way is in its own row, and of a large import only those numbers
are shown.
"""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Count, F, Max, Min, Sum
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consents.enums import NoticeState
from consents.files.layout import FIELD_LABELS
from consents.forecast import Forecast, forecast
from consents.models import ConsentImport, ImportChunk, Notice, NoticeBatch, NoticeCounter
from consents.states import ImportState
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import Means

COUNTED = 10_000  # notices of an import up to which a page counts them
LATELY = timedelta(days=30)  # nothing waits longer
LOOKED_AT = 20_000  # notices of an import that the question before an undo looks at


@dataclass(frozen=True)
class Planned:
    """How many people the last judging of an import tells."""

    mails: int = 0
    texts: int = 0
    mails_later: int = 0  # of `mails`, those whose day was over
    texts_later: int = 0
    untellable: int = 0

    @property
    def total(self) -> int:
        return self.mails + self.texts

    @property
    def later(self) -> int:
        return self.mails_later + self.texts_later

    @property
    def what(self) -> str:
        """“12,480 e-mails and 2,100 text messages”; one of the two where the other is none."""
        mails = ngettext("%(number)s e-mail", "%(number)s e-mails", self.mails) % {"number": intcomma(self.mails)}
        texts = ngettext("%(number)s text message", "%(number)s text messages", self.texts)
        texts %= {"number": intcomma(self.texts)}
        if self.mails and self.texts:
            return _("%(mails)s and %(texts)s") % {"mails": mails, "texts": texts}
        return texts if self.texts else mails


@dataclass(frozen=True)
class Standing:
    """Notices of an import in one state."""

    label: str | Promise
    tone: str
    total: int


@dataclass(frozen=True)
class ImportNotices:
    """The notices of one import, as its page says them."""

    planned: Planned
    forecast: Forecast | None = None  # before apply
    standings: list[Standing] = field(default_factory=list)  # after it, unless there are too many to count
    now: datetime | None = None
    told: int | None = None  # R-L6: who would get a correction; None where no undo is offered
    told_at_least: bool = False

    @property
    def headline(self) -> str:
        """What will go out or went out, in one sentence."""
        if not self.planned.total:
            return _("No notices go out: no row is a new consent from an electronic source.")
        if self.forecast is None:
            return _("%(what)s were put on the way.") % {"what": self.planned.what}
        values = {"what": self.planned.what, "time": self._time(self.forecast.ends_at)}
        if self.planned.total == 1:
            return _("%(what)s will go out, at about %(time)s.") % values
        return _("%(what)s will go out; the last at about %(time)s.") % values

    @property
    def missing(self) -> str:
        """How many would be too late, or nothing."""
        if not self.forecast or not (total := self.forecast.missing):
            return ""
        return _("%(number)s would miss midnight.") % {"number": intcomma(total)}

    @property
    def details(self) -> list[str]:
        """What else there is to know, a sentence each."""
        sentences = []
        later = self.forecast.later if self.forecast else self.planned.later
        if self.missing:
            column = {"column": FIELD_LABELS["own_notice_at"]}
            sentences.append(
                _("A consent is told the same day. Load the file earlier in the day, or in smaller parts day by day.")
            )
            sentences.append(
                _("Where you told the recipients yourselves, say when in the column “%(column)s”.") % column
            )
        if later:
            state = {"number": intcomma(later), "state": NoticeState.REGISTERED_LATER.label}
            text = ngettext(
                "%(number)s is about a consent whose day is over: the panel says “%(state)s”.",
                "%(number)s are about consents whose day is over: the panel says “%(state)s”.",
                later,
            )
            sentences.append(text % state)
        if landlines := self.planned.untellable:
            text = ngettext(
                "%(number)s number cannot be told by text, for example a landline.",
                "%(number)s numbers cannot be told by text, for example landlines.",
                landlines,
            )
            sentences.append(text % {"number": intcomma(landlines)})
        return sentences

    @property
    def correction(self) -> str:
        """Before an undo: how many people get a correction."""
        if self.told is None or not (self.planned.total or self.planned.untellable):
            return ""
        if not self.told:
            return _("Nobody was told of these records yet; notices that still wait are called off.")
        values = {"number": intcomma(self.told)}
        if self.told_at_least:
            text = _("At least %(number)s people were told already and will get a correction.")
        else:
            text = ngettext(
                "%(number)s person was told already and will get a correction.",
                "%(number)s people were told already and will get a correction.",
                self.told,
            )
        return text % values

    def _time(self, moment: datetime | None) -> str:
        assert moment is not None
        assert self.now is not None
        moment, now = moment.astimezone(ISTANBUL), self.now.astimezone(ISTANBUL)
        return f"{moment:%H:%M}" if moment.date() == now.date() else f"{moment:%d.%m.%Y %H:%M}"


def notices_of(item: ConsentImport, acts: Set[str], *, now: datetime) -> ImportNotices | None:
    """What the page of an import says about notices; None before a judging has ended, and for older imports."""
    counts = item.counts or item.dry_counts
    if "notices" not in counts:
        return None
    planned = planned_of(counts["notices"])
    if not item.counts:
        if item.state != ImportState.CHECKED:
            return None
        return ImportNotices(planned, forecast=forecast_of(item, planned, now=now), now=now)
    told, more = told_already(item) if "undo" in acts else (None, False)
    standings = standings_of(item, planned) if planned.total + planned.untellable <= COUNTED else []
    return ImportNotices(planned, standings=standings, told=told, told_at_least=more)


def planned_of(notices: dict[str, int]) -> Planned:
    """Sums by means out of an import's counts."""
    found: Counter[str] = Counter(notices)
    return Planned(
        mails=found["mail"] + found["mail_later"],
        texts=found["text"] + found["text_later"],
        mails_later=found["mail_later"],
        texts_later=found["text_later"],
        untellable=found["untellable"],
    )


def forecast_of(item: ConsentImport, planned: Planned, *, now: datetime) -> Forecast:
    """When the notices of a checked import would leave if it were applied now, behind what waits over all brands."""
    waiting = dict(
        NoticeCounter.objects.filter(state=NoticeState.WAITING, day__gte=_day(now) - LATELY)
        .order_by()
        .values_list("means")
        .annotate(total=Sum("total"))
    )
    rates = settings.REGISTRY
    # A check of an earlier day: what was of that day has missed its midnight since.
    same_day = item.checked_at is None or _day(item.checked_at) == _day(now)
    return forecast(
        now=now,
        mails=planned.mails,
        texts=planned.texts,
        mails_today=planned.mails - planned.mails_later if same_day else 0,
        texts_today=planned.texts - planned.texts_later if same_day else 0,
        waiting_mails=waiting.get(Means.MAIL, 0),
        waiting_texts=waiting.get(Means.TEXT, 0),
        mails_per_second=rates["NOTICE_MAILS_PER_SECOND"],
        texts_per_second=rates["NOTICE_TEXTS_PER_SECOND"],
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(ISTANBUL).date()


def standings_of(item: ConsentImport, planned: Planned) -> list[Standing]:
    """How many of the import's notices are in which state now; those not unfolded yet are waiting."""
    if item.apply_job_id is None:
        return []
    found: Counter[int] = Counter(dict(_notices(item).values_list("state").annotate(total=Count("pk"))))
    folded = NoticeBatch.objects.filter(job_id=item.apply_job_id).aggregate(left=Sum(F("total") - F("unfolded")))
    hidden = max(planned.untellable - found[NoticeState.UNTELLABLE], 0)  # among those that are not unfolded
    found[NoticeState.WAITING] += found.pop(NoticeState.CLAIMED, 0) + max((folded["left"] or 0) - hidden, 0)
    found[NoticeState.UNTELLABLE] += hidden
    return [Standing(state.label, state.badge, found[state]) for state in NoticeState if found[state]]


def told_already(item: ConsentImport) -> tuple[int, bool]:
    """People who were told of the import's records (R-L6), and whether there may be more than were looked at."""
    states = list(_notices(item).values_list("state", flat=True)[: LOOKED_AT + 1])
    told = sum(NoticeState.CLAIMED <= state <= NoticeState.REGISTERED_LATER for state in states[:LOOKED_AT])
    return told, len(states) > LOOKED_AT


def _notices(item: ConsentImport) -> Any:
    """The import's notices, by a range of the primary key: those of its chunks' events."""
    chunks = ImportChunk.objects.filter(import_id=item.pk, phase=ImportChunk.Phase.APPLY)
    edge = chunks.aggregate(first=Min("first_event"), last=Max("last_event"))
    if edge["first"] is None or item.apply_job_id is None:
        return Notice.objects.none()
    return Notice.objects.filter(pk__range=(edge["first"], edge["last"]), job_id=item.apply_job_id).order_by()
