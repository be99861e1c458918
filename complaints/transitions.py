"""Moves of a complaint (R-K5): every state, who may make the move, and what the audit log calls it.

A complaint about a registered sender is judged on its merits only after the sender was asked: from "filed" it is out of
scope or too late, or it goes to the sender. What the table cannot say of it stands in `policies.may_be_judged`.
"""

from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission as P
from iys_portal.core.workflow import Transition, Workflow

from .enums import ComplaintState as S
from .enums import Outcome
from .models.complaints import CONTESTED, DECIDED, OPEN, Complaint

_WITH_PROVIDER = frozenset({S.DEFENCE_ASKED, S.DEFENCE_OVERDUE})
_ANSWERED = frozenset({S.DEFENCE_RECEIVED, S.UNDER_DECISION})

COMPLAINT = Workflow(
    [
        Transition("file", frozenset({S.DRAFT}), S.FILED, P.COMPLAINT_OWN, "complaint.filed", _("File the complaint")),
        Transition("withdraw", OPEN, S.WITHDRAWN, P.COMPLAINT_OWN, "complaint.withdrawn", _("Withdraw the complaint")),
        Transition(
            "give_information",
            frozenset({S.MISSING_INFORMATION}),
            S.FILED,
            P.COMPLAINT_OWN,
            "complaint.information_given",
            _("Send what was missing"),
        ),
        # What the sender does.
        Transition(
            "answer",
            _WITH_PROVIDER,
            S.DEFENCE_RECEIVED,
            P.COMPLAINT_ANSWER,
            "complaint.answered",
            _("Answer the complaint"),
        ),
        Transition(
            "add_answer",
            _ANSWERED,
            None,
            P.COMPLAINT_ANSWER,
            "complaint.answer_added",
            _("Answer the registry's question"),
        ),
        Transition(
            "ask_time",
            frozenset({S.DEFENCE_ASKED}),
            None,
            P.COMPLAINT_ANSWER,
            "complaint.time_asked",
            _("Ask for more time"),
        ),
        # What the officer does.
        Transition("take", OPEN, None, P.COMPLAINT_DECIDE, "complaint.taken", _("Take the case")),
        Transition("hand_over", OPEN, None, P.COMPLAINT_DECIDE, "complaint.handed_over", _("Hand the case over")),
        Transition("send_on", OPEN, None, P.COMPLAINT_DECIDE, "complaint.sent_on", _("Send on to another province")),
        Transition("find_sender", OPEN, None, P.COMPLAINT_DECIDE, "complaint.sender_found", _("Name the sender")),
        Transition("join", OPEN, None, P.COMPLAINT_DECIDE, "complaint.joined", _("Join to another complaint")),
        Transition("part", OPEN, None, P.COMPLAINT_DECIDE, "complaint.parted", _("Part from the others")),
        Transition(
            "ask_information",
            frozenset({S.FILED}),
            S.MISSING_INFORMATION,
            P.COMPLAINT_DECIDE,
            "complaint.information_asked",
            _("Ask for missing information"),
        ),
        Transition(
            "go_on_without",
            frozenset({S.MISSING_INFORMATION}),
            S.FILED,
            P.COMPLAINT_DECIDE,
            "complaint.information_waived",
            _("Go on without it"),
        ),
        Transition(
            "close_incomplete",
            frozenset({S.MISSING_INFORMATION}),
            S.INCOMPLETE,
            None,
            "complaint.closed_incomplete",
        ),
        Transition(
            "ask_defence",
            frozenset({S.FILED, S.UNDER_DECISION}),
            S.DEFENCE_ASKED,
            P.COMPLAINT_DECIDE,
            "complaint.defence_asked",
            _("Ask the sender for an answer"),
        ),
        Transition(
            "grant_time",
            _WITH_PROVIDER,
            S.DEFENCE_ASKED,
            P.COMPLAINT_DECIDE,
            "complaint.time_granted",
            _("Give more time"),
        ),
        Transition(
            "refuse_time",
            _WITH_PROVIDER,
            None,
            P.COMPLAINT_DECIDE,
            "complaint.time_refused",
            _("Give no more time"),
        ),
        Transition(
            "move_clock",
            frozenset({S.DEFENCE_ASKED, S.MISSING_INFORMATION}),
            None,
            None,
            "complaint.clock_moved",
        ),
        Transition("run_out", frozenset({S.DEFENCE_ASKED}), S.DEFENCE_OVERDUE, None, "complaint.defence_overdue"),
        Transition(
            "begin_decision",
            frozenset({S.FILED, S.DEFENCE_RECEIVED, S.DEFENCE_OVERDUE}),
            S.UNDER_DECISION,
            P.COMPLAINT_DECIDE,
            "complaint.decision_begun",
            _("Begin to decide"),
        ),
        Transition(
            "ask_more",
            _ANSWERED,
            None,
            P.COMPLAINT_DECIDE,
            "complaint.more_asked",
            _("Ask the sender a question"),
        ),
        Transition(
            "propose",
            frozenset({S.FILED, S.UNDER_DECISION}) | DECIDED | CONTESTED,
            None,
            P.COMPLAINT_DECIDE,
            "complaint.decision_proposed",
            _("Propose a decision"),
        ),
        # The state of a decision is its outcome. After an objection or a court case it is decided anew.
        Transition(
            "decide_violation",
            frozenset({S.UNDER_DECISION}) | CONTESTED,
            S.VIOLATION,
            P.COMPLAINT_DECIDE,
            "complaint.decided",
            _("Decide: violation"),
        ),
        Transition(
            "decide_no_violation",
            frozenset({S.UNDER_DECISION}) | CONTESTED,
            S.NO_VIOLATION,
            P.COMPLAINT_DECIDE,
            "complaint.decided",
            _("Decide: no violation"),
        ),
        Transition(
            "decide_out_of_scope",
            frozenset({S.FILED, S.UNDER_DECISION}) | CONTESTED,
            S.OUT_OF_SCOPE,
            P.COMPLAINT_DECIDE,
            "complaint.decided",
            _("Decide: out of scope"),
        ),
        Transition(
            "decide_too_late",
            frozenset({S.FILED, S.UNDER_DECISION}) | CONTESTED,
            S.TOO_LATE,
            P.COMPLAINT_DECIDE,
            "complaint.decided",
            _("Decide: too late"),
        ),
        Transition(
            "correct",
            DECIDED,
            None,
            P.COMPLAINT_DECIDE,
            "complaint.decision_corrected",
            _("Correct the decision"),
        ),
        Transition("object", DECIDED, S.OBJECTED, P.COMPLAINT_DECIDE, "complaint.objected", _("Record an objection")),
        Transition(
            "go_to_court",
            DECIDED | {S.OBJECTED},
            S.IN_COURT,
            P.COMPLAINT_DECIDE,
            "complaint.in_court",
            _("Record a court case"),
        ),
        Transition(
            "contest_anew",
            CONTESTED,
            None,
            P.COMPLAINT_DECIDE,
            "complaint.contest_ended",
            _("Record that it is decided anew"),
        ),
        # The decision stands: the complaint goes back to the state that is its outcome.
        *(
            Transition(
                f"stands_{outcome}",
                CONTESTED,
                S(outcome),
                P.COMPLAINT_DECIDE,
                "complaint.contest_ended",
                _("Record that the decision stands"),
            )
            for outcome in Outcome.values
        ),
    ]
)


DECIDING = frozenset({"correct", *(f"decide_{one}" for one in Outcome.values)})
"""Moves by which a decision is made; its paper goes with the news of it."""


def deciding_move(state: str, outcome: str) -> str:
    """The move by which a proposal becomes a decision: a decided complaint is corrected, any other is decided."""
    return "correct" if state in DECIDED else f"decide_{outcome}"


def outcomes_from(state: str) -> list[Outcome]:
    """What can be proposed here; a correction keeps the outcome that it corrects."""
    if state in DECIDED:
        return [Outcome(state)]
    return [one for one in Outcome if state in COMPLAINT.transitions[f"decide_{one}"].sources]


def answering_move(complaint: Complaint) -> str:
    """How a sender speaks in the case now: by its answer, or by an addition that was asked for."""
    return "answer" if COMPLAINT.fits(complaint, "answer") else "add_answer"


def takes_evidence(complaint: Complaint) -> bool:
    """R-K2: the complainant adds files to a draft, and while more is asked of them."""
    return COMPLAINT.fits(complaint, "file") or COMPLAINT.fits(complaint, "give_information")
