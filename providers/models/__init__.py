"""Rows of providers: who may send, who asks to be registered, and what changes afterwards."""

from .agreements import Agreement, AgreementFile
from .answers import ApiAnswer
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
from .dealers import RetailerDetails
from .integrators import Integrator, IntegratorGrant, IntegratorPerson
from .keys import ApiKey, ApiToken
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
    "ApiAnswer",
    "ApiKey",
    "ApiToken",
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
    "RetailerDetails",
    "Signatory",
]
