"""The consent vocabulary: what is stored as a small number, its official code and its label.

A member's `name` is the official code of the national registry (`EPOSTA`, `HS_WEB`), its value is what
the big tables store. Numbers are part of the ledger's form v1 and are never reused.
"""

from enum import IntEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.IntegerChoices):
    """Kind of message that a consent allows (izin tipi, R-C1)."""

    ARAMA = 1, _("Call")
    MESAJ = 2, _("Text message")
    EPOSTA = 3, _("E-mail")

    @property
    def takes_phone(self) -> bool:
        """R-C2: calls and texts go to a phone, e-mails to an e-mail address."""
        return self is not Channel.EPOSTA


class RecipientType(models.IntegerChoices):
    """Consumer, or merchant and tradesman (alıcı tipi, R-C1)."""

    BIREYSEL = 1, _("Individual")
    TACIR = 2, _("Merchant or tradesman")


class Status(models.IntegerChoices):
    """What stands for a consent. Only ONAY and RET can be recorded; IPTAL is what an undo leaves (R-L6)."""

    ONAY = 1, _("Consent")
    RET = 2, _("Refusal")
    IPTAL = 3, _("Cancelled")

    @property
    def badge(self) -> str:
        return {Status.ONAY: "success", Status.RET: "danger", Status.IPTAL: "secondary"}[self]


class Hold(models.IntegerChoices):
    """Bits of `Consent.holds`: why an ONAY may not be used yet."""

    AWAITING_CONFIRMATION = 1, _("Awaiting confirmation")
    EVIDENCE_MISSING = 2, _("Evidence missing")


class SourceGroup(models.TextChoices):
    """How a source obtains a consent; decides about signature and notice (domain 5)."""

    PHYSICAL = "physical", _("On paper")
    ELECTRONIC = "electronic", _("Electronic")
    DECLARATION = "declaration", _("Declaration")
    REGISTRY = "registry", _("Registry")


class Source(models.IntegerChoices):
    """How a consent or refusal was obtained (izin kaynağı)."""

    HS_FIZIKSEL_ORTAM = 1, _("Physical medium")
    HS_ISLAK_IMZA = 2, _("Wet signature")
    HS_ETKINLIK = 3, _("Event")
    HS_ATM = 4, _("ATM")
    HS_WEB = 5, _("Web site")
    HS_MOBIL = 6, _("Mobile application")
    HS_EORTAM = 7, _("Electronic medium")
    HS_EPOSTA = 8, _("E-mail from the recipient")
    HS_MESAJ = 9, _("Text message from the recipient")
    HS_CAGRI_MERKEZI = 10, _("Call centre")
    HS_SOSYAL_MEDYA = 11, _("Social media")
    HS_2015 = 12, _("Before 1 May 2015")
    HS_KARAR = 13, _("Provider's decision")
    IYS_WEB = 20, _("Citizen portal")
    IYS_WEB_YENI = 21, _("Citizen portal, brand added by the citizen")
    IYS_EPOSTA = 22, _("Link in the registry's e-mail")
    IYS_KISAMESAJ = 23, _("Text message to the registry")
    IYS_CM = 24, _("Registry's call centre")
    IYS_MOBIL = 25, _("Registry's mobile application")
    IYS_AHS_HAT_KAPATMA = 26, _("Line closed by the operator")
    IYS_FRAME_EPOSTA = 27, _("Registry's frame, e-mail")
    IYS_FRAME_SMS = 28, _("Registry's frame, text message")

    @property
    def group(self) -> SourceGroup:
        if self >= Source.IYS_WEB:
            return SourceGroup.REGISTRY
        if self in (Source.HS_FIZIKSEL_ORTAM, Source.HS_ISLAK_IMZA, Source.HS_ETKINLIK):
            return SourceGroup.PHYSICAL
        if self in (Source.HS_2015, Source.HS_KARAR):
            return SourceGroup.DECLARATION
        return SourceGroup.ELECTRONIC

    @property
    def is_registry(self) -> bool:
        """Written by the registry on the recipient's own act; a provider may not send it (H119)."""
        return self.group is SourceGroup.REGISTRY

    @classmethod
    def of_providers(cls) -> list["Source"]:
        """Sources that a provider may record, in official order."""
        return [source for source in cls if not source.is_registry]


class Verdict(models.IntegerChoices):
    """Outcome of one row. The first four are accepted, the others refused (design 3)."""

    NEW = 1, _("New")
    CHANGED = 2, _("Changed")
    RENEWED = 3, _("Renewed")
    UNCHANGED = 4, _("Unchanged")
    CONFLICTING = 5, _("Conflicting")
    LATE = 6, _("Late")
    MALFORMED = 7, _("Malformed")

    @property
    def accepted(self) -> bool:
        return self <= Verdict.UNCHANGED

    @property
    def written(self) -> bool:
        """True where the row appended an event to the ledger."""
        return self <= Verdict.RENEWED

    @property
    def badge(self) -> str:
        return {
            Verdict.NEW: "success",
            Verdict.CHANGED: "primary",
            Verdict.RENEWED: "info",
            Verdict.UNCHANGED: "secondary",
            Verdict.CONFLICTING: "warning",
            Verdict.LATE: "warning",
            Verdict.MALFORMED: "danger",
        }[self]


class EventKind(models.IntegerChoices):
    """What an event of the ledger is. Every event carries the whole state that it leaves."""

    RECORD = 1, _("Recorded")
    UNDO = 2, _("Undone")
    CONFIRM = 3, _("Confirmed by the recipient")
    EVIDENCE = 4, _("Evidence completed")
    ERASURE = 5, _("Personal data erased")


class WayIn(models.IntegerChoices):
    """The door by which an event came to the engine."""

    FORM = 1, _("Form")
    IMPORT = 2, _("Import")
    API = 3, _("API")
    CITIZEN = 4, _("Citizen portal")
    MAIL_LINK = 5, _("Link in an e-mail")
    SMS = 6, _("Text message")
    TASK = 7, _("Registry's own task")
    CONSENT_PAGE = 8, _("Consent page")  # the recipient, after proving the address by a code (R-M7)


class EvidenceKind(models.IntegerChoices):
    """What proves a signed consent: a scan, or a reference to where the original is kept (R-C16)."""

    NONE = 0, _("None")
    REFERENCE = 1, _("Archive reference")
    FILE = 2, _("Scan")


class Lane(models.IntegerChoices):
    """Single notices never wait for bulk ones (R-M6)."""

    SINGLE = 1, _("Single")
    BULK = 2, _("Bulk")


class NoticeKind(models.IntegerChoices):
    """What a notice says."""

    CONFIRMATION = 1, _("Same-day confirmation")
    INITIAL_LOAD = 2, _("Initial load")
    CORRECTION = 3, _("Correction")


class NoticeState(models.IntegerChoices):
    """Where a notice stands. States from ON_TIME to REGISTERED_LATER are sent ones, told by when (R-M1)."""

    WAITING = 1, _("Waiting")
    CLAIMED = 2, _("Being sent")
    ON_TIME = 3, _("On time")
    LATE = 4, _("Late")
    REGISTERED_LATER = 5, _("Registered later")
    UNDELIVERED = 6, _("Undelivered")
    UNTELLABLE = 7, _("Cannot be told by text")
    CANCELLED = 8, _("Not sent: no longer true")

    @property
    def badge(self) -> str:
        return {1: "info", 2: "info", 3: "success", 4: "warning", 5: "warning", 6: "danger", 7: "secondary"}.get(
            self.value, "secondary"
        )

    @property
    def sent(self) -> bool:
        return NoticeState.ON_TIME <= self <= NoticeState.REGISTERED_LATER


class QueryWay(models.TextChoices):
    """How the addresses of a query came (R-S1)."""

    ONE = "one", _("One address")
    LIST = "list", _("Pasted list")
    FILE = "file", _("File")
    COMMAND = "command", _("Command")
    API = "api", _("Program")


class InboundOutcome(models.IntegerChoices):
    """What came of a text message to the registry (R-R4)."""

    REFUSED = 1, _("Refused")
    ALREADY_REFUSED = 2, _("Was refused already")
    UNKNOWN_BRAND = 3, _("No such brand")
    AMBIGUOUS = 4, _("Several brands of this name")
    NOT_UNDERSTOOD = 5, _("Not understood")
    NO_PHONE = 6, _("No phone number to answer")


class WishKind(models.IntegerChoices):
    """What a standing wish is about (R-Z5, R-Z8)."""

    CHANNEL = 1, _("Nobody by this channel")
    SECTOR = 2, _("Nobody of this sector")
    PAUSE = 3, _("Pause for some days")
    BRAND = 4, _("Never this brand")


class Sealed(models.IntegerChoices):
    """What a tree of a seal holds (R-L2)."""

    EVENTS = 1, _("Ledger")
    ENTRIES = 2, _("Audit log")


class StampProblem(models.IntegerChoices):
    """Why a seal got no time stamp at the last attempt."""

    UNREACHABLE = 1, _("The authority does not answer")
    REFUSED = 2, _("The authority refused")
    UNREADABLE = 3, _("The answer is no time stamp")
    UNTRUSTED = 4, _("The time stamp does not hold, or leads to no trusted root")
    CLOCK = 5, _("The authority's clock and ours differ")


class MessagePurpose(models.TextChoices):
    """Why a message is sent; only a commercial one needs the recipient's consent (R-S2)."""

    COMMERCIAL = "commercial", _("Commercial: it advertises, offers or congratulates")
    DELIVERY = "delivery", _("Delivery, change, use or maintenance of what was bought")
    DEBT = "debt", _("Collection, debt reminder, subscription or membership")
    WARRANTY = "warranty", _("Warranty, recall, safety")
    LEGAL = "legal", _("Information that the law obliges to give")
    OTHER = "other", _("Other information without advertising")

    @property
    def needs_consent(self) -> bool:
        return self is MessagePurpose.COMMERCIAL


class RecipientsFrom(models.TextChoices):
    """Where a message's recipients come from."""

    FILE = "file", _("File or pasted list")
    ALL = "all", _("Everybody with a consent of this brand and channel")
    AGAIN = "again", _("The same recipients as before")


class ExportKind(models.TextChoices):
    """What an export lists."""

    CONSENTS = "consents", _("Consents as they stand")
    HISTORY = "history", _("Consents with their whole history")
    REFUSALS = "refusals", _("Refusals in force")
    QUERIES = "queries", _("List of queries")
    QUERY = "query", _("Result of a query")
    MESSAGES = "messages", _("List of messages")
    RECIPIENTS = "recipients", _("Recipients of a message")

    @property
    def slug(self) -> str:
        """Its part of a file's name, as companies' people read it."""
        return {
            "consents": "izinler",
            "history": "izin-gecmisi",
            "refusals": "retler",
            "queries": "sorgular",
            "query": "sorgu",
            "messages": "iletiler",
            "recipients": "ileti-alicilari",
        }[self.value]


class ExportFormat(models.TextChoices):
    """The kind of file."""

    CSV = "csv", _("CSV, for other systems")
    XLSX = "xlsx", _("Excel workbook")


class ExportStage(models.TextChoices):
    """Where an export stands for its owner; it follows from its job and its dates."""

    MAKING = "making", _("Being made")
    READY = "ready", _("Ready")
    EXPIRED = "expired", _("Expired")
    STOPPED = "stopped", _("Stopped")
    FAILED = "failed", _("Could not be made")

    @property
    def badge(self) -> str:
        return {"making": "info", "ready": "success", "failed": "danger"}.get(self.value, "secondary")


class PushState(models.TextChoices):
    """How a push connection stands, as the status call tells it."""

    CONNECTED = "connected", _("Connection made")
    FAILED = "failed", _("Connection could not be made")
    REMOVED = "removed", _("Connection removed")


class WebhookKind(models.IntegerChoices):
    """Which of two forms the calls have: Standard Webhooks, or the national interface's push."""

    WEBHOOK = 1, _("Webhook")
    PUSH = 2, _("Push connection")


class WebhookState(models.TextChoices):
    ON = "on", _("Sends")
    OFF = "off", _("Switched off")
    STOPPED = "stopped", _("Stopped after failures")
    REMOVED = "removed", _("Removed")

    @property
    def badge(self) -> str:
        return {"on": "success", "off": "secondary", "stopped": "danger", "removed": "secondary"}[self.value]


class WebhookMessageState(models.TextChoices):
    WAITING = "waiting", _("Waits")
    SENT = "sent", _("Taken")
    FAILED = "failed", _("Not taken")
    EMPTY = "empty", _("Nothing left to tell")  # the records were erased meanwhile (R-L5)

    @property
    def badge(self) -> str:
        return {"waiting": "info", "sent": "success", "failed": "danger", "empty": "secondary"}[self.value]


class WebhookEvent(models.TextChoices):
    """What a webhook tells (docs/webhooks.md). The first three follow the ledger, the others their own acts."""

    RECORDED = "consent.recorded", _("Consents and refusals that you record")
    REFUSED = "consent.refused", _("Refusals by recipients, with the day by which you stop")
    GIVEN = "consent.given", _("Consents that recipients give themselves, and refusals taken back")
    WISH = "refusal.wish", _("Standing wishes that overrule a consent")
    IMPORT = "import.finished", _("Imports that are finished or undone")
    COMPLAINT_ASKED = "complaint.asked", _("Complaints that wait for your answer")
    COMPLAINT_DECIDED = "complaint.decided", _("Complaints that are decided or withdrawn")
    TEST = "test", _("Test")


class UndoOutcome(IntEnum):
    """What an undo did with a consent (R-L6); what it left alone is the problem of that number."""

    DONE = 0
    CHANGED_SINCE = 601
    REFUSAL_STAYS = 602
    WOULD_APPROVE = 603
