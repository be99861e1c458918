"""Kinds and states of providers."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProviderKind(models.TextChoices):
    LEGAL_ENTITY = "legal_entity", _("Legal entity")
    NATURAL_PERSON = "natural_person", _("Natural person")


class ProviderState(models.TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")

    @property
    def badge(self) -> str:
        return {"active": "success", "suspended": "warning", "closed": "secondary"}[self.value]


class SizeClass(models.TextChoices):
    """Size of a provider by its number of consents, for the initial upload deadlines (R-D2)."""

    LARGE = "large", _("Over 150,000 consents")
    SMALL = "small", _("Up to 150,000 consents")


class ApplicationState(models.TextChoices):
    """Where an application stands (R-P6)."""

    DRAFT = "draft", _("Draft")
    AWAITING_SIGNATURE = "awaiting_signature", _("Awaiting signature")
    AWAITING_SECOND_SIGNATURE = "awaiting_second_signature", _("Awaiting the second signature")
    SUBMITTED = "submitted", _("Submitted")
    IN_REVIEW = "in_review", _("In review")
    RETURNED = "returned", _("Returned for correction")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")

    @property
    def badge(self) -> str:
        return {
            "draft": "secondary",
            "awaiting_signature": "info",
            "awaiting_second_signature": "info",
            "submitted": "info",
            "in_review": "info",
            "returned": "warning",
            "approved": "success",
            "rejected": "danger",
            "withdrawn": "secondary",
            "expired": "secondary",
        }[self.value]


class ApplicationDocumentKind(models.TextChoices):
    """What a paper of an application is (domain 4's table)."""

    COMMITMENT = "commitment", _("Letter of commitment")
    CONTRACT = "contract", _("Wet-signed service agreement")
    SIGNATURE_CIRCULAR = "signature_circular", _("Signature circular")
    SIGNATURE_DECLARATION = "signature_declaration", _("Signature declaration")
    GAZETTE = "gazette", _("Trade registry gazette")
    BRAND_CERTIFICATE = "brand_certificate", _("Brand registration certificate")


class SigningWay(models.TextChoices):
    """How the agreement is signed (R-P4)."""

    ONLINE = "online", _("Online with an e-signature")
    WET_INK = "wet_ink", _("On paper, in wet ink")


class AgreementStage(models.TextChoices):
    """How far a signed file of an agreement came (R-P4, R-P7)."""

    PARTIAL = "partial", _("Signed by the first signatory")
    SIGNED = "signed", _("Signed")
    COUNTERSIGNED = "countersigned", _("Countersigned by the registry")


class Step(models.TextChoices):
    """A page of the application form, in their order; the value stands in its address."""

    KIND = "tur", _("Kind")
    COMPANY = "sirket", _("Company")
    SIGNATORY = "imza-yetkilisi", _("Signatory")
    EMAIL = "e-posta", _("E-mail")
    BRANDS = "markalar", _("Brands")
    DOCUMENTS = "belgeler", _("Documents")
    AGREEMENT = "sozlesme", _("Agreement")
    REVIEW = "onizleme", _("Review")
