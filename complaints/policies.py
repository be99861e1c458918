"""Pure rules of complaints: what may be complained about (R-K1), what each side sees (R-K6), marks (R-K8)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consents.effective import may_be_sent
from consents.enums import RecipientType, Status
from consents.moments import Recorded, moment_of
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.calendar import BusinessCalendar

from .deadlines import is_too_late, refusal_ignored
from .enums import Outcome, PaperKind, PersonKind, RefusalCause, Side, Topic

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
    "begin_decision": BOTH,
    "decide_violation": BOTH,
    "decide_no_violation": BOTH,
    "decide_out_of_scope": BOTH,
    "decide_too_late": BOTH,
    "correct": BOTH,
    "object": BOTH,
    "go_to_court": BOTH,
    "contest_anew": BOTH,
    **dict.fromkeys((f"stands_{outcome}" for outcome in Outcome.values), BOTH),
}
"""R-K6: on whose time line a move stands. Moves that are not named are the registry's own."""
REASON_FOR: dict[str, frozenset[Side]] = {
    "ask_time": _PROVIDER,
    "grant_time": _PROVIDER,
    "refuse_time": _PROVIDER,
    "withdraw": _COMPLAINANT,
    **dict.fromkeys(("send_on", "find_sender", "go_on_without", "begin_decision"), frozenset()),
    # What an officer writes of an objection or a court case may name people: neither side reads it.
    **dict.fromkeys(("object", "go_to_court", "contest_anew"), frozenset()),
    **dict.fromkeys((f"stands_{outcome}" for outcome in Outcome.values), frozenset()),
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
    return not any(map(may_be_sent, reasons))


MERITS = frozenset({Outcome.VIOLATION, Outcome.NO_VIOLATION})
"""Outcomes that judge what the sender did."""
_NEVER_GIVEN = frozenset({Topic.NO_CONSENT.value, Topic.NOT_MINE.value})


class Judged(Protocol):
    """What these rules read of a complaint."""

    brand_id: int | None
    shown_to_provider_at: datetime | None
    topics: list[str]
    refusal_wanted: bool


def may_be_asked(case: Judged) -> bool:
    """R-K6: a registered sender that was not asked yet."""
    return case.brand_id is not None and case.shown_to_provider_at is None


def may_be_named(case: Judged) -> bool:
    """The sender of a case is named as long as nobody was asked as its sender."""
    return case.shown_to_provider_at is None


def may_be_judged(case: Judged) -> bool:
    """R-K5: the sender has answered or let its time pass, or is nobody that can be asked; the table holds the rest."""
    return not may_be_asked(case)


def refusal_cause(case: Judged, outcome: str) -> RefusalCause | None:
    """Why a decision may withdraw the consent in the same act (R-K7); None: nobody asked for it (ADR 20).

    Only where the sender was asked: a refusal names the address, and whoever never had it does not get it by this.
    """
    if case.brand_id is None or case.shown_to_provider_at is None:
        return None
    if case.refusal_wanted:
        return RefusalCause.ASKED
    if outcome == Outcome.VIOLATION and _NEVER_GIVEN & set(case.topics):
        return RefusalCause.NEVER_GIVEN
    return None
