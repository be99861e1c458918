"""Acts on complaints; the only writers of their rows."""

from .answers import (
    add_to_answer,
    answer_with_papers,
    forget_answer_drafts,
    give_information_with_papers,
    save_answer_draft,
)
from .appeals import end_contest, open_contest
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
from .joining import join_complaints, part_complaint
from .officers import ask_defence, begin_decision, find_sender, send_on, take_case
from .providers import answer_complaint, answer_time_request, ask_sender, ask_time
from .reasons import change_reason, create_reason

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
    "change_reason",
    "confirm_decision",
    "create_reason",
    "discard_draft",
    "end_contest",
    "file_complaint",
    "find_sender",
    "forget_answer_drafts",
    "forget_bundles",
    "forget_drafts",
    "give_information",
    "give_information_with_papers",
    "go_on_without",
    "hand_over",
    "join_complaints",
    "make_bundle",
    "open_contest",
    "part_complaint",
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
