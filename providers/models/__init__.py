"""Rows of providers: who may send, and who asks to be registered."""

from .applications import (
    Application,
    ApplicationBrand,
    ApplicationDocument,
    ApplicationFile,
    ApplicationMove,
    Signatory,
)
from .integrators import Integrator, IntegratorGrant, IntegratorPerson
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
from .rounds import ApplicationRound

__all__ = [
    "LARGE_FROM",
    "Application",
    "ApplicationBrand",
    "ApplicationDocument",
    "ApplicationFile",
    "ApplicationMove",
    "ApplicationReview",
    "ApplicationRound",
    "Brand",
    "Integrator",
    "IntegratorGrant",
    "IntegratorPerson",
    "Membership",
    "OfBrandQuerySet",
    "OfProviderQuerySet",
    "Provider",
    "ProviderQuerySet",
    "Retailer",
    "Signatory",
]
