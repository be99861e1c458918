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
from .fines import FineAmount
from .people import ComplaintIdentity, RememberedIdentity
from .proposals import ComplaintProposal
from .reasons import ReasonTemplate, ReasonTemplateVersion
from .statistics import (
    ComplaintBrandCell,
    ComplaintCell,
    ComplaintChange,
    ComplaintDays,
    ComplaintFact,
    ComplaintSignal,
)

__all__ = [
    "Complaint",
    "ComplaintAnswerDraft",
    "ComplaintBrandCell",
    "ComplaintBundle",
    "ComplaintCell",
    "ComplaintChange",
    "ComplaintContest",
    "ComplaintDays",
    "ComplaintDeadline",
    "ComplaintDecision",
    "ComplaintDefence",
    "ComplaintExtension",
    "ComplaintFact",
    "ComplaintIdentity",
    "ComplaintMove",
    "ComplaintNote",
    "ComplaintPaper",
    "ComplaintProposal",
    "ComplaintQuestion",
    "ComplaintSignal",
    "FineAmount",
    "ReasonTemplate",
    "ReasonTemplateVersion",
    "RememberedIdentity",
]
