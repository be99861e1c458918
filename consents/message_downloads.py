"""What can be taken home from a message: whom to write to, who was removed and why, lines that are no addresses."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from iys_portal.core.calendar import written

from . import problems
from .effective import Reason, may_be_sent
from .files.annotate import guard
from .models import Message
from .problem_words import sentence_values
from .selectors.messages import answers_of, problems_of, removed_addresses
from .states import MessageState as S


@dataclass(frozen=True)
class Download:
    """One file that a message offers."""

    kind: str
    label: str | Promise
    hint: str | Promise
    icon: str
    rows: int


def downloads_of(message: Message) -> list[Download]:
    """The files of a message whose recipients were checked; the allowed ones once it is registered."""
    if not message.has_recipients:
        return []
    files = [
        Download(
            "removed", gettext_lazy("Removed"), gettext_lazy("With the reason of each."), "slash", message.removed
        ),
        Download(
            "since",
            gettext_lazy("Removed since the check"),
            gettext_lazy("Refused afterwards: take them off a list that you took earlier."),
            "bell",
            message.removed_since,
        ),
        Download(
            "problems",
            gettext_lazy("No addresses"),
            gettext_lazy("Lines that could not be read, with what is wrong."),
            "warning",
            message.malformed,
        ),
    ]
    if message.state == S.RELEASED:
        hint = gettext_lazy("Judged once more at the moment of the download.")
        files.insert(
            0, Download("allowed", gettext_lazy("Whom you may write to"), hint, "check-circle", message.allowed)
        )
    return [file for file in files if file.rows or file.kind == "allowed"]


def allowed_rows(parts: Iterable[list[str]]) -> Iterator[list[str]]:
    yield ["recipient"]
    for part in parts:
        yield from ([guard(address)] for address in part)


def removed_rows(message: Message) -> Iterator[list[str]]:
    yield ["recipient", _("Answer"), _("Reason")]
    for recipients, reasons in answers_of(message):
        for address, number in zip(recipients, reasons, strict=True):
            if not may_be_sent(number):
                reason = Reason(number)
                yield [guard(address), str(reason.effective.label), str(reason.label)]


def since_rows(message: Message) -> Iterator[list[str]]:
    yield ["recipient", _("Answer"), _("Reason"), _("Removed on")]
    for row in sorted(removed_addresses(message).values(), key=lambda row: (row.removed_at, row.recipient)):
        reason = Reason(row.reason)
        yield [guard(row.recipient), str(reason.effective.label), str(reason.label), written(row.removed_at)]


def problem_rows(message: Message) -> Iterator[list[str]]:
    yield [_("Line"), _("Value"), _("Code"), _("Explanation")]
    for row in problems_of(message).iterator(chunk_size=2_000):
        problem = problems.BY_NUMBER[row.problem]
        values = sentence_values(problem=problem, value=row.value, channel=message.channel)
        yield [str(row.line), guard(row.value), problem.code, guard(problem.sentence(**values))]


ROWS = {"removed": removed_rows, "since": since_rows, "problems": problem_rows}
