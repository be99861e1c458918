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
