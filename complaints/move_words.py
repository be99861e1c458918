"""Each move in words: its line on the time line, and the sentence that is mailed to each side (R-K5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .enums import Outcome, Side


@dataclass(frozen=True)
class Words:
    """Title, look, and what each side is mailed; a side without a sentence gets no mail."""

    title: str | Promise
    icon: str = "dot"
    tone: str = "secondary"
    mail: Mapping[Side, str | Promise] = field(default_factory=dict)


_C, _P = Side.COMPLAINANT, Side.PROVIDER
_DECIDED = {
    _C: _("Your complaint has been decided. Outcome and reason stand on its page."),
    _P: _("The complaint has been decided. Outcome and reason stand on its page."),
}
_STANDS = Words(
    _("The decision stands"),
    "check-circle",
    "secondary",
    {
        _C: _("What was raised against the decision has ended: the decision stands."),
        _P: _("What was raised against the decision has ended: the decision stands."),
    },
)

WORDS: dict[str, Words] = {
    "file": Words(
        _("Complaint filed"),
        "send",
        "primary",
        {_C: _("Your complaint has arrived. Its receipt stands on its page; a mail brings it along.")},
    ),
    "withdraw": Words(
        _("Complaint withdrawn"),
        "x",
        "secondary",
        {
            _C: _("You have withdrawn your complaint."),
            _P: _("The complaint has been withdrawn. Nothing more is to be done."),
        },
    ),
    "ask_information": Words(
        _("Something is missing"),
        "question-circle",
        "warning",
        {_C: _("We need something more from you. What it is, and until when, stands on the complaint's page.")},
    ),
    "give_information": Words(_("Missing information sent"), "check-circle", "success"),
    "go_on_without": Words(
        _("Goes on without the missing information"),
        "arrow-right",
        "primary",
        {_C: _("Your complaint goes on; nothing more is asked of you now.")},
    ),
    "close_incomplete": Words(
        _("Closed as incomplete"),
        "x",
        "danger",
        {_C: _("Your complaint was closed, because what was missing did not come in time. You can file it anew.")},
    ),
    "ask_defence": Words(
        _("The sender was asked for an answer"),
        "send",
        "info",
        {
            _C: _("We have asked the sender for an answer. It sees the address and the message, never your identity."),
            _P: _("A complaint about a message of yours waits for your answer. Until when stands on its page."),
        },
    ),
    "answer": Words(
        _("The sender has answered"),
        "chat-text",
        "info",
        {_C: _("The sender has answered your complaint."), _P: _("Your answer has arrived.")},
    ),
    "ask_time": Words(_("More time asked for"), "clock-history", "warning"),
    "grant_time": Words(
        _("The sender was given more time"),
        "clock-history",
        "info",
        {_P: _("You were given more time. Until when stands on the complaint's page.")},
    ),
    "refuse_time": Words(
        _("No more time was given"),
        "clock-history",
        "warning",
        {_P: _("You were given no more time for your answer.")},
    ),
    "run_out": Words(
        _("The sender did not answer in time"),
        "warning",
        "danger",
        {
            _C: _("The sender did not answer in time. It is decided without the answer, unless one still comes."),
            _P: _("The time for your answer is over. Until it is being decided you can still answer."),
        },
    ),
    "move_clock": Words(_("The last day was moved because of a holiday"), "calendar-event", "info"),
    "take": Words(_("Case taken"), "person", "secondary"),
    "hand_over": Words(_("Case handed over"), "person", "secondary"),
    "send_on": Words(
        _("Sent on to another province"),
        "arrow-right",
        "primary",
        {_C: _("Your complaint was sent on to the province that decides it.")},
    ),
    "find_sender": Words(_("The sender was found in the registry"), "search", "info"),
    "join": Words(_("Joined to another complaint about the same message"), "people", "info"),
    "part": Words(_("Parted from the other complaints"), "people", "secondary"),
    "ask_more": Words(
        _("The sender was asked a question"),
        "question-circle",
        "info",
        {_P: _("The registry asks you something more about a complaint. The question stands on its page.")},
    ),
    "add_answer": Words(_("The sender answered the question"), "check-circle", "info"),
    "propose": Words(_("Decision proposed"), "clipboard-check", "secondary"),
    "begin_decision": Words(_("The decision has begun"), "clipboard-check", "primary"),
    "decide_violation": Words(_("Decided: violation"), "check-circle", "danger", _DECIDED),
    "decide_no_violation": Words(_("Decided: no violation"), "check-circle", "success", _DECIDED),
    "decide_out_of_scope": Words(_("Decided: out of scope"), "check-circle", "secondary", _DECIDED),
    "decide_too_late": Words(_("Decided: too late"), "check-circle", "secondary", _DECIDED),
    "correct": Words(
        _("The decision was corrected"),
        "journal-check",
        "warning",
        {
            _C: _("The decision on your complaint was corrected; the new one stands on its page."),
            _P: _("The decision was corrected; the new one stands on the complaint's page."),
        },
    ),
    "object": Words(
        _("An objection was raised"),
        "warning",
        "warning",
        {
            _C: _("An objection was raised against the decision."),
            _P: _("An objection was raised against the decision."),
        },
    ),
    "go_to_court": Words(
        _("The decision is in court"),
        "building",
        "warning",
        {_C: _("The decision on your complaint is in court."), _P: _("The decision is in court.")},
    ),
    "contest_anew": Words(
        _("To be decided anew"),
        "journal-check",
        "warning",
        {
            _C: _("After what was raised against it, your complaint is decided anew."),
            _P: _("After what was raised against it, the complaint is decided anew."),
        },
    ),
    **{f"stands_{outcome}": _STANDS for outcome in Outcome.values},
}


def words_of(name: str) -> Words:
    return WORDS[name]
