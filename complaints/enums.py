"""Words of complaints: states, kinds, topics, sides; with label and badge where a screen shows them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ComplaintState(models.TextChoices):
    """R-K5. `transitions` says how one becomes another."""

    DRAFT = "draft", _("Draft")
    FILED = "filed", _("Filed")
    MISSING_INFORMATION = "missing_information", _("Information is missing")
    INCOMPLETE = "incomplete", _("Closed as incomplete")
    DEFENCE_ASKED = "defence_asked", _("The sender is asked")
    DEFENCE_RECEIVED = "defence_received", _("The sender has answered")
    DEFENCE_OVERDUE = "defence_overdue", _("The sender has not answered in time")
    UNDER_DECISION = "under_decision", _("Being decided")
    VIOLATION = "violation", _("Decided: violation")
    NO_VIOLATION = "no_violation", _("Decided: no violation")
    OUT_OF_SCOPE = "out_of_scope", _("Decided: out of scope")
    TOO_LATE = "too_late", _("Decided: too late")
    OBJECTED = "objected", _("Objected to")
    IN_COURT = "in_court", _("In court")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    @property
    def badge(self) -> str:
        return _BADGES.get(self, "secondary")


_BADGES = {
    ComplaintState.FILED: "primary",
    ComplaintState.MISSING_INFORMATION: "warning",
    ComplaintState.DEFENCE_ASKED: "info",
    ComplaintState.DEFENCE_RECEIVED: "info",
    ComplaintState.DEFENCE_OVERDUE: "danger",
    ComplaintState.UNDER_DECISION: "primary",
    ComplaintState.VIOLATION: "danger",
    ComplaintState.NO_VIOLATION: "success",
    ComplaintState.OBJECTED: "warning",
    ComplaintState.IN_COURT: "warning",
}


class PersonKind(models.TextChoices):
    """As what somebody complains (R-K2)."""

    CONSUMER = "consumer", _("As a person (consumer)")
    LEGAL = "legal", _("For a company or another legal person")
    MERCHANT = "merchant", _("As a merchant (tacir)")
    TRADESMAN = "tradesman", _("As a tradesman (esnaf)")


class Topic(models.TextChoices):
    NO_CONSENT = "no_consent", _("I never agreed to messages of this sender")
    AFTER_REFUSAL = "after_refusal", _("The message came although I had refused")
    NO_REFUSAL_WAY = "no_refusal_way", _("The message gave no easy way to refuse, or it did not work")
    SENDER_HIDDEN = "sender_hidden", _("The message does not show who sent it")
    NOT_MINE = "not_mine", _("A consent is recorded that I did not give")
    NIGHT = "night", _("The call or message came at an unreasonable hour")
    OTHER = "other", _("Something else")


class Operator(models.TextChoices):
    """Of the phone at which the message came (R-K2)."""

    TURKCELL = "turkcell", "Turkcell"
    VODAFONE = "vodafone", "Vodafone"
    TURK_TELEKOM = "turk_telekom", "Türk Telekom"
    OTHER = "other", _("Another operator")


class Side(models.TextChoices):
    """Who takes part in a case."""

    COMPLAINANT = "complainant", _("Complainant")
    PROVIDER = "provider", _("Sender")
    REGISTRY = "registry", _("Registry")


class PaperKind(models.TextChoices):
    """A file of a case (R-K2, R-K6)."""

    PICTURE = "picture", _("Picture")
    CALL_LIST = "call_list", _("Picture of the list of calls")
    RECORDING = "recording", _("Recording")
    MAIL = "mail", _("E-mail file")
    PAPER = "paper", _("Document")


class DeadlineKind(models.TextChoices):
    DEFENCE = "defence", _("Answer of the sender")
    INFORMATION = "information", _("Missing information")


class Outcome(models.TextChoices):
    """Of a decision; the state that it leads to has the same value."""

    VIOLATION = "violation", _("Violation")
    NO_VIOLATION = "no_violation", _("No violation")
    OUT_OF_SCOPE = "out_of_scope", _("Out of scope")
    TOO_LATE = "too_late", _("Too late")


class ContestKind(models.TextChoices):
    """What was raised against a decision."""

    OBJECTION = "objection", _("Objection")
    COURT = "court", _("Court case")


class ContestOutcome(models.TextChoices):
    """How an objection or a court case ended."""

    STANDS = "stands", _("The decision stands")
    ANEW = "anew", _("It is decided anew")
    COURT = "court", _("It went to court")


class RefusalCause(models.TextChoices):
    """Why a decision withdraws a consent too: never without the complainant's own word (ADR 20)."""

    ASKED = "asked", _("The complainant asked for it when filing")
    NEVER_GIVEN = "never_given", _("The complainant declares that no consent was given, and the decision confirms it")


class BundleKind(models.TextChoices):
    """What is gathered about a case: for its sender what it may see, for the registry everything."""

    EVIDENCE = "evidence", _("Evidence file")
    CASE = "case", _("Whole case")


class ExtensionState(models.TextChoices):
    ASKED = "asked", _("Asked for")
    GRANTED = "granted", _("Granted")
    REFUSED = "refused", _("Turned down")


class TimeKind(models.TextChoices):
    """What is measured in days (R-K10)."""

    ANSWER = "answer", _("Days until the answer")
    DECISION = "decision", _("Days until the decision")


class BrandSignal(models.TextChoices):
    """What stands out about a brand (R-K10)."""

    UNUSUAL = "unusual", _("Unusually many complaints")
    SILENT = "silent", _("Never answers in time")


class Breach(models.TextChoices):
    """What an administrative fine is for (R-K9)."""

    NO_CONSENT = "no_consent", _("Message without consent")
    SENDER_HIDDEN = "sender_hidden", _("Sender not shown in the message")
    NOT_STOPPED = "not_stopped", _("Not stopping after a refusal")


class Step(models.TextChoices):
    """The pages of a filing, in their order; the value stands in the address."""

    MESSAGE = "ileti", _("Address and sender")
    HELD = "kayitlar", _("What the registry holds")
    IDENTITY = "kimlik", _("About you")
    EVIDENCE = "kanit", _("Topics and evidence")
    REVIEW = "onizleme", _("Check and file")
