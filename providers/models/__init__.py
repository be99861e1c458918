"""Rows of providers: who may send, who asks to be registered, and what changes afterwards."""

from .agreements import Agreement, AgreementFile
from .applications import (
    Application,
    ApplicationBrand,
    ApplicationDocument,
    ApplicationFile,
    ApplicationMove,
    Signatory,
)
from .companies import (
    Company,
    CompanySignatory,
    ProviderRequest,
    RequestPaper,
    RequestValue,
)
from .integrators import Integrator, IntegratorGrant, IntegratorPerson
from .profiles import BrandProfile, BrandValue
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
    "Agreement",
    "AgreementFile",
    "Application",
    "ApplicationBrand",
    "ApplicationDocument",
    "ApplicationFile",
    "ApplicationMove",
    "ApplicationReview",
    "ApplicationRound",
    "Brand",
    "BrandProfile",
    "BrandValue",
    "Company",
    "CompanySignatory",
    "Integrator",
    "IntegratorGrant",
    "IntegratorPerson",
    "Membership",
    "OfBrandQuerySet",
    "OfProviderQuerySet",
    "Provider",
    "ProviderQuerySet",
    "ProviderRequest",
    "RequestPaper",
    "RequestValue",
    "Retailer",
    "Signatory",
]
