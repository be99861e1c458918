"""Acts on complaints; the only writers of their rows."""

from .answers import (
    add_to_answer,
    answer_with_papers,
    forget_answer_drafts,
    give_information_with_papers,
    save_answer_draft,
)
from .bundles import forget_bundles, make_bundle, start_bundle, take_bundle
from .clock import remind_and_escalate, watch_clocks
from .decisions import confirm_decision, propose_decision
from .desk import add_note, hand_over, show_paper
from .drafts import (
    MessageValues,
    Prefill,
    discard_draft,
    forget_drafts,
    save_identity,
    save_message,
    save_topics,
    start_draft,
)
from .evidence import Added, add_evidence, remove_evidence
from .filing import file_complaint, withdraw_complaint
from .information import ask_information, give_information, go_on_without
from .officers import ask_defence, begin_decision, find_sender, send_on, take_case
from .providers import answer_complaint, answer_time_request, ask_sender, ask_time

__all__ = [
    "Added",
    "MessageValues",
    "Prefill",
    "add_evidence",
    "add_note",
    "add_to_answer",
    "answer_complaint",
    "answer_time_request",
    "answer_with_papers",
    "ask_defence",
    "ask_information",
    "ask_sender",
    "ask_time",
    "begin_decision",
    "confirm_decision",
    "discard_draft",
    "file_complaint",
    "find_sender",
    "forget_answer_drafts",
    "forget_bundles",
    "forget_drafts",
    "give_information",
    "give_information_with_papers",
    "go_on_without",
    "hand_over",
    "make_bundle",
    "propose_decision",
    "remind_and_escalate",
    "remove_evidence",
    "save_answer_draft",
    "save_identity",
    "save_message",
    "save_topics",
    "send_on",
    "show_paper",
    "start_bundle",
    "start_draft",
    "take_bundle",
    "take_case",
    "watch_clocks",
    "withdraw_complaint",
]
