"""What the pages of queries show: the list, one answer in numbers, and how far a job is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from consents.address_column import name_of
from consents.effective import Effective, Reason
from consents.enums import Channel, RecipientType, Verdict
from consents.files.layout import Layout
from consents.models import RecipientQuery
from consents.query_results import Words, by_answer, words_of
from iys_portal.core.actors import Actor
from iys_portal.core.enums import JobState
from iys_portal.core.errors import NotFound
from iys_portal.core.masking import mask
from providers.models import Brand

from .narrowed import narrowed

PAGE = 25


@dataclass(frozen=True)
class QueryPage:
    """Queries, newest first; `before` and `after` are public ids to go on from, "" at the ends."""

    items: list[RecipientQuery] = field(default_factory=list)
    before: str = ""
    after: str = ""


def queries_page(actor: Actor, *, chosen: Mapping[str, str], after: str = "", before: str = "") -> QueryPage:
    """One page of the queries that the actor may see (R-A1), as filtered, by key."""
    found: QuerySet[RecipientQuery] = narrowed(visible(actor), chosen)
    edge = _edge(found, before or after)
    backwards = bool(before and edge)
    if edge is not None:
        found = found.filter(**{"created_at__gt" if backwards else "created_at__lt": edge})
    rows = list(found.order_by("created_at" if backwards else "-created_at")[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    if not rows:
        return QueryPage()
    newer, older = (more if backwards else edge is not None), backwards or more
    return QueryPage(rows, str(rows[0].public_id) if newer else "", str(rows[-1].public_id) if older else "")


def visible(actor: Actor) -> QuerySet[RecipientQuery]:
    return RecipientQuery.objects.visible_to(actor).select_related("brand__provider", "job")


def _edge(found: QuerySet[RecipientQuery], key: str) -> datetime | None:
    try:
        return found.values_list("created_at", flat=True).get(public_id=UUID(key))
    except (ValueError, RecipientQuery.DoesNotExist):
        return None


def visible_query(actor: Actor, public_id: Any) -> RecipientQuery:
    """One query by its public id; raises `NotFound` for a stranger (R-A1)."""
    found = RecipientQuery.objects.visible_to(actor).select_related("brand__provider", "provider", "job", "book_job")
    query = found.filter(public_id=public_id).first()
    if query is None:
        raise NotFound
    return query


def askable_brands(actor: Actor) -> QuerySet[Brand]:
    """Brands in use that the actor may ask for in some channel."""
    return Brand.objects.visible_to(actor).filter(is_active=True)


def askable_channels(actor: Actor) -> list[Channel]:
    """Channels that the actor may ask for, of any brand (R-P12)."""
    if actor.bound is None:
        return list(Channel)
    return [channel for channel in Channel if any(number == channel for _brand, number in actor.bound.reads)]


@dataclass(frozen=True)
class Total:
    """How many addresses got one answer, or had one reason."""

    label: str | Promise
    total: int
    badge: str
    icon: str = ""
    answer: str | Promise = ""


@dataclass(frozen=True)
class Row:
    """One of the first rows: the cell as it was brought, and what was found."""

    line: int
    cell: str
    address: str
    words: Words


@dataclass(frozen=True)
class Answer:
    """An answered query in numbers."""

    totals: list[Total]
    reasons: list[Total]
    chart: dict[str, Any]
    sendable: int
    malformed: int

    @property
    def single(self) -> bool:
        return sum(total.total for total in self.totals) == 1


def answer_of(query: RecipientQuery) -> Answer | None:
    """The numbers of an answered query; None before."""
    if not query.answered:
        return None
    answers = by_answer(query.counts)
    malformed = sum(query.malformed.values())
    totals = [Total(answer.label, total, answer.badge, answer.icon) for answer, total in answers.items()]
    totals.append(Total(Verdict.MALFORMED.label, malformed, Verdict.MALFORMED.badge, "x"))
    return Answer(
        totals=totals,
        reasons=_reasons(query),
        chart=_chart(totals),
        sendable=answers[Effective.SENDABLE],
        malformed=malformed,
    )


def _reasons(query: RecipientQuery) -> list[Total]:
    found = []
    for numbers in (query.counts, query.malformed):
        for number, total in sorted(numbers.items(), key=lambda pair: int(pair[0])):
            words = words_of(int(number))
            found.append(Total(words.reason, total, words.badge, answer=words.answer))
    return found


def _chart(totals: list[Total]) -> dict[str, Any]:
    shown = [(str(total.label), total.total) for total in totals if total.total]
    series = [{"label": _("Addresses"), "tone": "primary", "values": [total for _label, total in shown]}]
    return {"type": "bar", "labels": [label for label, _total in shown], "series": series}


def first_rows_of(query: RecipientQuery, *, masked: bool = False) -> list[Row]:
    """The rows that are kept for the page; staff see masked addresses (R-G2)."""
    shown = mask if masked else str
    return [
        Row(row["line"], shown(row["cell"]), shown(row["address"]), words_of(row["number"])) for row in query.first_rows
    ]


@dataclass(frozen=True)
class Progress:
    """A job as its page shows it."""

    state: str
    state_label: str
    done: int
    total: int | None
    percent: int | None
    message: str

    @property
    def runs(self) -> bool:
        return self.state in (JobState.QUEUED, JobState.RUNNING)


def progress_of(query: RecipientQuery) -> Progress | None:
    """How far the job is; None where there is none, or it is done."""
    job = query.job
    if job is None or query.answered:
        return None
    return Progress(
        state=job.state,
        state_label=job.get_state_display(),
        done=job.done,
        total=job.total if job.percent is not None else None,
        percent=job.percent,
        message=_message(query, job.state, job.error),
    )


def _message(query: RecipientQuery, state: str, error: str) -> str:
    if state == JobState.FAILED:
        return error if " " in error else _("The query broke down. Nothing was changed; you can ask again.")
    if state == JobState.CANCELLED:
        return _("The query was stopped.")
    if query.job is not None and query.job.cancel_requested:
        return _("It stops at its next step.")
    return _("You may leave this page; the work goes on.")


def column_name(query: RecipientQuery) -> str:
    """The heading of the column that was asked about; "" for a plain list."""
    layout = Layout.from_json(query.layout)
    if query.column is None or len(layout.columns) < 2:
        return ""
    return name_of(layout, query.column)


def about(query: RecipientQuery) -> dict[str, Any]:
    """Labels of what was asked."""
    return {
        "channel": Channel(query.channel).label,
        "recipient_type": RecipientType(query.recipient_type).label,
        "column": column_name(query),
    }


def reasons_in_words(query: RecipientQuery) -> list[tuple[str, str, int]]:
    """(answer, reason, total), for a document."""
    return [(str(one.answer), str(one.label), one.total) for one in _reasons(query)]


def answers_by_name(query: RecipientQuery) -> dict[str, int]:
    """Every answer by its name in lower case, and the malformed, for commands and the API."""
    answers = {answer.name.lower(): total for answer, total in by_answer(query.counts).items()}
    return answers | {"malformed": sum(query.malformed.values())}


def reasons_by_name(query: RecipientQuery) -> dict[str, int]:
    """Every reason that was found by its code."""
    return {
        (Reason(int(number)).name if source is query.counts else words_of(int(number)).code): total
        for source in (query.counts, query.malformed)
        for number, total in source.items()
    }
