"""Rows of providers: who may send, and who asks to be registered."""

from .agreements import Agreement, AgreementFile
from .applications import (
    Application,
    ApplicationBrand,
    ApplicationDocument,
    ApplicationFile,
    ApplicationMove,
    Signatory,
)
from .providers import (
    LARGE_FROM,
    Brand,
    Membership,
    OfBrandQuerySet,
    OfProviderQuerySet,
    Provider,
    ProviderQuerySet,
    Retailer,
)
from .reviews import ApplicationReview

__all__ = [
    "LARGE_FROM",
    "Agreement",
    "AgreementFile",
    "Application",
    "ApplicationBrand",
    "ApplicationDocument",
    "ApplicationFile",
    "ApplicationMove",
    "ApplicationReview",
    "Brand",
    "Membership",
    "OfBrandQuerySet",
    "OfProviderQuerySet",
    "Provider",
    "ProviderQuerySet",
    "Retailer",
    "Signatory",
]
