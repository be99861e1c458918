"""What a recipient allowed: state and ledger, the imports that fill them, notices, and refusals to act upon."""

from .evidence import ImportEvidence
from .imports import ConsentImport, DeadlineExtension, ImportChunk, ImportProblem, RememberedColumn, StagedRow
from .ledger import (
    BrandCounter,
    BrandDay,
    Consent,
    ConsentEvent,
    ConsentQuerySet,
    ConsentState,
    CounterQuerySet,
    Evidence,
    EvidenceQuerySet,
)
from .notices import Notice, NoticeBatch, NoticeCounter, NoticeLink, NoticePace
from .refusals import InboundText, RefusalAlert, RefusalCounter
from .seals import LedgerSeal, SealLeaves, SealMark
from .texts import ConsentText

__all__ = [
    "BrandCounter",
    "BrandDay",
    "Consent",
    "ConsentEvent",
    "ConsentImport",
    "ConsentQuerySet",
    "ConsentState",
    "ConsentText",
    "CounterQuerySet",
    "DeadlineExtension",
    "Evidence",
    "EvidenceQuerySet",
    "ImportChunk",
    "ImportEvidence",
    "ImportProblem",
    "InboundText",
    "LedgerSeal",
    "Notice",
    "NoticeBatch",
    "NoticeCounter",
    "NoticeLink",
    "NoticePace",
    "RefusalAlert",
    "RefusalCounter",
    "RememberedColumn",
    "SealLeaves",
    "SealMark",
    "StagedRow",
]
