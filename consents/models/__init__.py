"""What a recipient allowed: state and ledger, the imports that fill them, notices, and refusals to act upon."""

from .api import ApiBatch, DayAgreement, DayStamp, KeyUndo, PushConnection, RetailerAccess
from .consent_pages import ConsentPage, ConsentPageAnswer
from .day_files import ClosedDay, DayFile
from .evidence import ImportEvidence
from .exports import ExportFile
from .freezes import KeyFreeze
from .imports import (
    ConsentImport,
    DeadlineExtension,
    ImportChunk,
    ImportProblem,
    RememberedAddress,
    RememberedColumn,
    StagedRow,
)
from .ledger import (
    BrandCounter,
    BrandDay,
    Consent,
    ConsentEvent,
    ConsentState,
    Evidence,
)
from .messages import Message, MessageProblem, MessageQuerySet, MessageRecipients, MessageRemoval
from .news import NewsMark
from .notices import Notice, NoticeBatch, NoticeCounter, NoticeLink, NoticePace
from .queries import QueryDay, RecipientQuery
from .refusals import InboundText, RefusalAlert, RefusalCounter
from .reports import NoticeReportDay, ReportDay, ReportMark
from .retention import ErasedRefusal, LegalHold, RetentionRun, Tombstone
from .scopes import ConsentQuerySet
from .seals import LedgerSeal, SealLeaves, SealMark
from .stamps import SealStamp, StampPace
from .texts import ConsentText
from .webhooks import Webhook, WebhookMark, WebhookMessage, WebhookQuerySet, WebhookTry
from .wishes import StandingWish

__all__ = [
    "ApiBatch",
    "BrandCounter",
    "BrandDay",
    "ClosedDay",
    "Consent",
    "ConsentEvent",
    "ConsentImport",
    "ConsentPage",
    "ConsentPageAnswer",
    "ConsentQuerySet",
    "ConsentState",
    "ConsentText",
    "DayAgreement",
    "DayFile",
    "DayStamp",
    "DeadlineExtension",
    "ErasedRefusal",
    "Evidence",
    "ExportFile",
    "ImportChunk",
    "ImportEvidence",
    "ImportProblem",
    "InboundText",
    "KeyFreeze",
    "KeyUndo",
    "LedgerSeal",
    "LegalHold",
    "Message",
    "MessageProblem",
    "MessageQuerySet",
    "MessageRecipients",
    "MessageRemoval",
    "NewsMark",
    "Notice",
    "NoticeBatch",
    "NoticeCounter",
    "NoticeLink",
    "NoticePace",
    "NoticeReportDay",
    "PushConnection",
    "QueryDay",
    "RecipientQuery",
    "RefusalAlert",
    "RefusalCounter",
    "RememberedAddress",
    "RememberedColumn",
    "ReportDay",
    "ReportMark",
    "RetailerAccess",
    "RetentionRun",
    "SealLeaves",
    "SealMark",
    "SealStamp",
    "StagedRow",
    "StampPace",
    "StandingWish",
    "Tombstone",
    "Webhook",
    "WebhookMark",
    "WebhookMessage",
    "WebhookQuerySet",
    "WebhookTry",
]
