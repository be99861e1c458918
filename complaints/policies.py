"""Pure rules of complaints: what may be complained about (R-K1), what each side sees (R-K6), marks (R-K8)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consents.effective import Reason
from consents.enums import RecipientType, Status
from consents.moments import Recorded, moment_of
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.calendar import BusinessCalendar

from .deadlines import is_too_late, refusal_ignored
from .enums import PaperKind, PersonKind, Side

BOTH = frozenset({Side.COMPLAINANT, Side.PROVIDER})
_COMPLAINANT = frozenset({Side.COMPLAINANT})
_PROVIDER = frozenset({Side.PROVIDER})
SHOWN_TO: dict[str, frozenset[Side]] = {
    "file": _COMPLAINANT,
    "withdraw": BOTH,
    "give_information": _COMPLAINANT,
    "ask_information": _COMPLAINANT,
    "go_on_without": _COMPLAINANT,
    "close_incomplete": _COMPLAINANT,
    "ask_defence": BOTH,
    "answer": BOTH,
    "ask_more": _PROVIDER,
    "add_answer": _PROVIDER,
    "ask_time": _PROVIDER,
    "grant_time": BOTH,
    "refuse_time": _PROVIDER,
    "run_out": BOTH,
    "move_clock": BOTH,
    "send_on": BOTH,
    "find_sender": _COMPLAINANT,
    "join": _COMPLAINANT,
    "begin_decision": BOTH,
    "decide_violation": BOTH,
    "decide_no_violation": BOTH,
    "decide_out_of_scope": BOTH,
    "decide_too_late": BOTH,
    "correct": BOTH,
    "object": BOTH,
    "go_to_court": BOTH,
}
"""R-K6: on whose time line a move stands. Moves that are not named are the registry's own."""
REASON_FOR: dict[str, frozenset[Side]] = {
    "ask_time": _PROVIDER,
    "grant_time": _PROVIDER,
    "refuse_time": _PROVIDER,
    "withdraw": _COMPLAINANT,
    **dict.fromkeys(("send_on", "find_sender", "join", "go_on_without", "begin_decision"), frozenset()),
}
"""Whose eyes a move's reason is for, where it is not all who see the move."""


@dataclass(frozen=True)
class MomentProblem:
    """What is wrong with a message's time, and whether it is only that it came too long ago."""

    words: str | Promise
    too_late: bool = False


def moment_problem(message_at: datetime | None, now: datetime, *, months: int) -> MomentProblem | None:
    """R-K1: a complaint needs the message's day, not in the future, and within the months that are set."""
    if message_at is None:
        return MomentProblem(_("Say when the message came: day and hour."))
    if message_at > now:
        return MomentProblem(_("This time is still to come."))
    if is_too_late(message_at, now, months):
        words = _(
            "The message is older than %(months)s months, so it can no longer be complained about. You can still "
            "refuse this sender on the page “Who may reach me”: it holds at once."
        )
        return MomentProblem(words % {"months": months}, too_late=True)
    return None


def recipient_type_of(kind: str) -> RecipientType:
    """Under which type the consent of a complainant stands."""
    return RecipientType.BIREYSEL if kind == PersonKind.CONSUMER else RecipientType.TACIR


def side_of(actor: Actor) -> Side:
    """For whom an actor acts in a case."""
    if actor.kind is ActorKind.RECIPIENT:
        return Side.COMPLAINANT
    return Side.PROVIDER if actor.provider_id is not None else Side.REGISTRY


def shown_at_first(kind: PaperKind) -> bool:
    """R-K6: a sender sees what shows its message; a document may be anything, an identity card too.

    What came as the answer to a question is never shown by itself; for the rest the officer says (`show_paper`).
    """
    return kind != PaperKind.PAPER


def refused_since(events: Iterable[Recorded], at: datetime) -> datetime | None:
    """Since when, without a break, a refusal stood at `at`; None where none did.

    Each refusal counts from the moment it speaks of, and at the earliest from when the registry had it: before that
    its sender could not know. Undone records are among the events and count as what they put back.
    """
    since = None
    for event in sorted(events, key=lambda one: one.version):
        if event.registered_at > at:
            break
        if event.status != Status.RET:
            since = None
        elif since is None:
            since = max(moment_of(event), event.registered_at)
    return since


def is_after_refusal(
    calendar: BusinessCalendar, events: Iterable[Recorded], message_at: datetime, *, business_days: int
) -> bool:
    """R-K8: the message came more business days after a refusal than a sender has to stop."""
    since = refused_since(events, message_at)
    return since is not None and refusal_ignored(calendar, since, message_at, business_days)


def is_without_consent(reasons: Sequence[int]) -> bool:
    """No consent that could be used stood on either clock: `reasons` are the answers of both."""
    return all(reason >= Reason.REFUSED_BY_RECIPIENT for reason in reasons)
