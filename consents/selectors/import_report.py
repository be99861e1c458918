"""What the page of one import says: counts, what changed between dry run and apply, progress, history."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consents.enums import Verdict
from consents.models import ConsentImport, ImportProblem
from consents.states import ImportState
from iys_portal.core.actors import Actor
from iys_portal.core.enums import JobState
from iys_portal.core.models import Job

from .import_rows import Group, Line, Reader
from .imports import present_job

QUEUED_LONG = timedelta(seconds=30)


@dataclass(frozen=True)
class Count:
    """Rows with one verdict; `dry` is what the dry run had foretold, where that was another number."""

    verdict: Verdict
    total: int
    dry: int | None = None

    @property
    def hint(self) -> str | Promise:
        if self.dry is not None:
            return _("the check said %(number)s") % {"number": intcomma(self.dry)}
        return HINTS[self.verdict]()


HINTS: Mapping[Verdict, Any] = {
    Verdict.NEW: lambda: _("no record stood before"),
    Verdict.CHANGED: lambda: _("the other answer stood before"),
    Verdict.RENEWED: lambda: _("a newer date for the same answer"),
    Verdict.UNCHANGED: lambda: _("stands in the registry already"),
    Verdict.CONFLICTING: lambda: _("a newer record says otherwise"),
    Verdict.LATE: lambda: _("consents past their time"),
    Verdict.MALFORMED: lambda: _("something is missing or wrong"),
}


@dataclass(frozen=True)
class Report:
    """The verdicts over a file, before or after apply."""

    total: int = 0
    counts: list[Count] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def number(self, *verdicts: Verdict) -> int:
        return sum(count.total for count in self.counts if count.verdict in verdicts)

    @property
    def written(self) -> int:
        return sum(count.total for count in self.counts if count.verdict.written)

    @property
    def unchanged(self) -> int:
        return self.number(Verdict.UNCHANGED)

    @property
    def refused(self) -> int:
        return sum(count.total for count in self.counts if not count.verdict.accepted)

    @property
    def differences(self) -> list[Count]:
        return [count for count in self.counts if count.dry is not None]


def report_of(item: ConsentImport, reader: Reader) -> Report | None:
    """The report of the last judging; None before the first one has ended."""
    found = item.counts or item.dry_counts
    if "verdicts" not in found:
        return None
    return Report(
        total=found["total"],
        counts=[_count(verdict, item) for verdict in Verdict],
        groups=reader.groups(found["codes"]),
        notes=_notes(item, found),
    )


def _count(verdict: Verdict, item: ConsentImport) -> Count:
    name = verdict.name.lower()
    dry = item.dry_counts.get("verdicts", {}).get(name)
    if not item.counts:
        return Count(verdict, dry)
    total = item.counts["verdicts"][name]
    # Without a judged dry run (the command line) there is nothing to compare with.
    judged = sum(item.dry_counts.get("verdicts", {}).values()) == sum(item.counts["verdicts"].values())
    return Count(verdict, total, dry if judged and dry != total else None)


def _notes(item: ConsentImport, found: Mapping[str, Any]) -> list[str]:
    """What reading did besides: spellings, blank lines, and the answers of a wide file."""
    reading = found.get("reading", {})
    notes = []
    if respelled := found.get("respelled", 0):
        text = ngettext(
            "%(number)s address is stored in the official spelling (0532 123 45 67 becomes +905321234567).",
            "%(number)s addresses are stored in the official spelling (0532 123 45 67 becomes +905321234567).",
            respelled,
        )
        notes.append(text % {"number": intcomma(respelled)})
    if "no_answers" in reading:
        noes = reading["no_answers"]
        meaning = (
            _("A “no” is recorded as a refusal.") if item.wide_no == "refusal" else _("A “no” is not recorded at all.")
        )
        answers = _("The file answers %(yes)s times “yes” and %(no)s times “no”.")
        numbers = {"yes": intcomma(reading.get("yes_answers", 0)), "no": intcomma(noes)}
        notes.append(f"{answers % numbers} {meaning}")
    if alone := reading.get("no_address", 0):
        text = ngettext(
            "%(number)s answer has no address beside it and is nothing.",
            "%(number)s answers have no address beside them and are nothing.",
            alone,
        )
        notes.append(text % {"number": intcomma(alone)})
    if silent := reading.get("unanswered", 0):
        text = ngettext(
            "%(number)s address has no answer beside it and is nothing.",
            "%(number)s addresses have no answer beside them and are nothing.",
            silent,
        )
        notes.append(text % {"number": intcomma(silent)})
    return notes


@dataclass(frozen=True)
class UndoReport:
    """What an undo did, and what it left alone and why (601 to 603)."""

    undone: int
    left: int
    groups: list[Group]


def undo_of(item: ConsentImport, reader: Reader) -> UndoReport | None:
    if not item.undo_counts:
        return None
    left = item.undo_counts.get("left", {})
    groups = reader.groups(left, phases=[ImportProblem.Phase.UNDO])
    return UndoReport(undone=item.undo_counts.get("undone", 0), left=sum(left.values()), groups=groups)


@dataclass(frozen=True)
class Progress:
    """A running job as its page shows it; `done` and `total` are rows, without a total the bar only moves."""

    state: str
    state_label: str | Promise
    title: str
    done: int
    total: int | None
    percent: int | None
    in_rows: bool
    message: str
    lines: list[Line] = field(default_factory=list)


_TONES = {JobState.FAILED: "danger", JobState.CANCELLED: "secondary"}


def progress_of(item: ConsentImport, reader: Reader, *, now: datetime) -> Progress | None:
    """How far the import's job is; None when none works on it."""
    job = present_job(item)
    if job is None or not ImportState(item.state).running:
        return None
    reading = _is_reading(item, job)
    checking = item.state == ImportState.CHECKING
    return Progress(
        state=job.state,
        state_label=job.get_state_display(),
        title=_title(item, reading=reading),
        done=job.done,
        total=job.total if job.percent is not None else None,
        percent=job.percent,
        in_rows=not reading,
        message=_message(item, job, now),
        lines=reader.first() if checking else [],
    )


def _is_reading(item: ConsentImport, job: Job) -> bool:
    """While the file is read, progress counts its bytes."""
    if item.state == ImportState.UNDOING:
        return False
    return item.staged_rows is None or (job.total == item.file_size and job.total != item.staged_rows)


def _title(item: ConsentImport, *, reading: bool) -> str:
    if reading:
        return _("Reading the file")
    return {
        ImportState.CHECKING: _("Checking the rules; nothing is written yet"),
        ImportState.APPLYING: _("Writing"),
        ImportState.UNDOING: _("Undoing"),
    }[ImportState(item.state)]


def _message(item: ConsentImport, job: Job, now: datetime) -> str:
    """What a person needs to know beyond the bar: why nothing moves, and what to do."""
    if job.state in (JobState.FAILED, JobState.CANCELLED):
        return {
            ImportState.CHECKING: _("The check broke down. Nothing was written. Go on with it, or give it up."),
            ImportState.APPLYING: _(
                "Writing was interrupted. What is written stays; going on writes only the rest, nothing twice."
            ),
            ImportState.UNDOING: _("The undo was interrupted. Going on undoes only the rest."),
        }[ImportState(item.state)]
    if job.cancel_requested:
        return _("It stops at its next step.")
    if job.state == JobState.QUEUED:
        return _("It waits for a free worker and starts by itself.") if now - job.created_at > QUEUED_LONG else ""
    if job.lease_until is not None and job.lease_until < now:
        return _("The worker does not answer. Another one takes over within a minute; there is nothing to do.")
    if job.attempts > 1:
        return _("It was interrupted and goes on where it stood.")
    return _("You may leave this page; the work goes on.")


def history_of(item: ConsentImport, actor: Actor) -> list[dict[str, Any]]:
    """Who did what with the import and when, newest first."""
    steps: list[dict[str, Any]] = [
        _step(item, actor, _("Uploaded"), item.created_at, item.actor_name, "upload", "secondary")
    ]
    for job, title, icon, tone in (
        (item.check_job, _("Checked"), "check", "info"),
        (item.apply_job, _("Applied"), "check-circle", "success"),
        (item.undo_job, _("Undone"), "undo", "warning"),
    ):
        if job is None:
            continue
        if job.state == JobState.DONE:
            steps.append(_step(item, actor, title, job.finished_at, job.actor_name, icon, tone))
        elif not job.active:
            label = f"{title}: {job.get_state_display()}"
            tone = "danger" if job.state == JobState.FAILED else "secondary"
            steps.append(_step(item, actor, label, job.finished_at, job.actor_name, "warning", tone))
    if item.undo_reason:
        steps[-1]["text"] = item.undo_reason
    return steps[::-1]


def _step(
    item: ConsentImport, actor: Actor, title: str, at: datetime | None, who: str, icon: str, tone: str
) -> dict[str, Any]:
    """The registry's own people are named to the registry only."""
    if item.by_registry and not actor.all_providers:
        who = _("the registry")
    return {"title": title, "at": timezone.localtime(at) if at else None, "meta": who, "icon": icon, "tone": tone}
