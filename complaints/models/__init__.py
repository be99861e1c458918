"""Rows of complaints."""

from .answers import ComplaintAnswerDraft
from .bundles import ComplaintBundle
from .case import (
    ComplaintContest,
    ComplaintDecision,
    ComplaintDefence,
    ComplaintMove,
    ComplaintNote,
    ComplaintPaper,
    ComplaintQuestion,
)
from .clock import ComplaintDeadline, ComplaintExtension
from .complaints import Complaint
from .people import ComplaintIdentity, RememberedIdentity
from .proposals import ComplaintProposal
from .reasons import ReasonTemplate, ReasonTemplateVersion

__all__ = [
    "Complaint",
    "ComplaintAnswerDraft",
    "ComplaintBundle",
    "ComplaintContest",
    "ComplaintDeadline",
    "ComplaintDecision",
    "ComplaintDefence",
    "ComplaintExtension",
    "ComplaintIdentity",
    "ComplaintMove",
    "ComplaintNote",
    "ComplaintPaper",
    "ComplaintProposal",
    "ComplaintQuestion",
    "ReasonTemplate",
    "ReasonTemplateVersion",
    "RememberedIdentity",
]
