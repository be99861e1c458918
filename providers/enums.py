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


class IntegratorState(models.TextChoices):
    """Where an integrator stands; only an active one has access (R-P12)."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    CLOSED = "closed", _("Closed")

    @property
    def badge(self) -> str:
        return {"active": "success", "suspended": "warning", "closed": "secondary"}[self.value]


class GrantChannel(models.IntegerChoices):
    """The channels of `consents.enums.Channel`, by the same numbers: this app lies below consents."""

    ARAMA = 1, _("Call")
    MESAJ = 2, _("Text message")
    EPOSTA = 3, _("E-mail")


class GrantLevel(models.TextChoices):
    """How far an integrator reaches in a channel of a brand (R-P12)."""

    READ = "read", _("Read")
    WRITE = "write", _("Read and write")


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


class RequestKind(models.TextChoices):
    """What a provider asks the registry to change after its approval."""

    COMPANY = "company", _("Company data")
    EMAIL = "email", _("Corporate e-mail")
    SIGNATORY = "signatory", _("Signatory")
    SUB_BRAND = "sub_brand", _("Sub-brand")


class RequestState(models.TextChoices):
    """Where a provider's request stands."""

    ASKED = "asked", _("Waiting for the registry")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Turned down")
    WITHDRAWN = "withdrawn", _("Withdrawn")

    @property
    def badge(self) -> str:
        return {"asked": "info", "accepted": "success", "refused": "danger", "withdrawn": "secondary"}[self.value]


class CompanyField(models.TextChoices):
    """Something that a request changes, in the order in which it is shown."""

    TITLE = "title", _("Company or trade name")
    MERSIS = "mersis", _("MERSİS number")
    TAX_NUMBER = "tax_number", _("Tax number")
    TAX_OFFICE = "tax_office", _("Tax office")
    EMAIL = "email", _("Corporate e-mail")
    FIRST_NAME = "first_name", _("First name")
    LAST_NAME = "last_name", _("Last name")
    TCKN = "tckn", _("T.C. identity number")
    PHONE = "phone", _("Phone")
    PERSON_EMAIL = "person_email", _("Signatory's e-mail")
    BRAND = "brand", _("Brand")


class Sector(models.TextChoices):
    """What a brand deals in (R-P11)."""

    BANKING = "banking", _("Banking and finance")
    INSURANCE = "insurance", _("Insurance")
    TELECOM = "telecom", _("Telecommunications and internet")
    RETAIL = "retail", _("Shops and e-commerce")
    FASHION = "fashion", _("Clothing and shoes")
    FOOD = "food", _("Food and restaurants")
    TRAVEL = "travel", _("Travel and hotels")
    TRANSPORT = "transport", _("Transport and cargo")
    VEHICLES = "vehicles", _("Vehicles")
    HEALTH = "health", _("Health and beauty")
    EDUCATION = "education", _("Education")
    MEDIA = "media", _("Media and entertainment")
    REAL_ESTATE = "real_estate", _("Building and real estate")
    ENERGY = "energy", _("Energy")
    TECHNOLOGY = "technology", _("Technology and software")
    NON_PROFIT = "non_profit", _("Associations and foundations")
    OTHER = "other", _("Other")


class BrandValueKind(models.TextChoices):
    """What a brand is known by, and where its messages can be refused (R-P11)."""

    SHORT_NAME = "short_name", _("Short name")
    SENDER_NAME = "sender_name", _("Sender name")
    DOMAIN = "domain", _("Sending domain")
    NUMBER = "number", _("Calling number")
    REFUSAL_URL = "refusal_url", _("Refusal page")
    REFUSAL_PHONE = "refusal_phone", _("Refusal by phone")
    REFUSAL_SMS = "refusal_sms", _("Refusal by text message")


class KeyScope(models.TextChoices):
    """What an API key may be used for."""

    RECORD = "record", _("Record consents and refusals")
    QUERY = "query", _("Ask for consents, their history and changes")
    RETAILERS = "retailers", _("Keep dealers and their access to consents")
    RECONCILE = "reconcile", _("Day files and reconciliation")
    MESSAGES = "messages", _("Register messages and take their lists")
    COMPLAINTS = "complaints", _("Read and answer complaints")
    WEBHOOKS = "webhooks", _("Set up where changes are sent")


class RetailerState(models.TextChoices):
    """How a dealer stands, as the national interface names it; consents may name an active one only."""

    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    PASSIVE = "passive", _("Passive")
