"""Rows of complaints."""

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
from .statistics import ComplaintCell, ComplaintChange, ComplaintDays, ComplaintFact, ComplaintSignal

__all__ = [
    "Complaint",
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
    "RememberedIdentity",
]
