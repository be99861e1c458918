"""What a provider's own settings show: company, requests, brands, dealers."""

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from iys_portal.core.actors import Actor
from iys_portal.core.encryption import masked
from iys_portal.core.turkish import sort_key
from iys_portal.core.turkish_db import TurkishOrder, spelling_blind
from providers.enums import BrandValueKind, CompanyField, ProviderKind, RequestKind, RequestState
from providers.models import (
    Brand,
    BrandProfile,
    Company,
    CompanySignatory,
    Provider,
    ProviderRequest,
    RequestPaper,
    Retailer,
)
from providers.numbers import judge_email, judge_mersis, judge_tax_number, judge_tckn

LISTED = 100


@dataclass(frozen=True)
class CompanyData:
    """A provider with what the registry knows of its company now."""

    provider: Provider
    company: Company
    signatories: list[CompanySignatory] = field(default_factory=list)

    @property
    def mersis_shown(self) -> str:
        """R-P9: a natural person's number usually begins with the TCKN."""
        number = self.provider.mersis
        return masked(number) if self.provider.kind == ProviderKind.NATURAL_PERSON else number

    @property
    def may_name_second(self) -> bool:
        """A natural person signs alone."""
        legal = self.provider.kind == ProviderKind.LEGAL_ENTITY
        return legal and [person.place for person in self.signatories] == [1]

    @property
    def place_shown(self) -> str:
        district, province = self.company.district, self.provider.city
        return f"{district} / {province}" if district else province


def company_data(actor: Actor) -> CompanyData | None:
    """The provider in which the actor acts; None outside one."""
    provider = Provider.objects.visible_to(actor).filter(pk=actor.provider_id or 0).first()
    if provider is None:
        return None
    company = Company.objects.filter(provider=provider).first() or Company(provider=provider)
    return CompanyData(provider, company, list(CompanySignatory.objects.filter(provider=provider)))


def requests_of(actor: Actor, *, brands: bool) -> QuerySet[ProviderRequest]:
    """The own requests about sub-brands, or all others, newest first."""
    found = ProviderRequest.objects.visible_to(actor).select_related("provider", "asker", "closed_by", "brand", "paper")
    about_brand = Q(kind=RequestKind.SUB_BRAND)
    return found.filter(about_brand if brands else ~about_brand).prefetch_related("values")[:LISTED]


def requests_listed(actor: Actor, *, state: str) -> QuerySet[ProviderRequest]:
    """The reviewers' list: of one state, or what waits, oldest first."""
    found = ProviderRequest.objects.visible_to(actor).select_related("provider", "asker").prefetch_related("values")
    wanted = state if state in RequestState.values else RequestState.ASKED
    return found.filter(state=wanted).order_by("asked_at", "pk")[: 2 * LISTED]


def waiting_requests(actor: Actor) -> int:
    """How many requests wait for a reviewer."""
    return ProviderRequest.objects.visible_to(actor).filter(state=RequestState.ASKED).count()


def request_of(actor: Actor, public_id: UUID) -> ProviderRequest | None:
    """One request with all its parts; None where there is none or it is not the actor's."""
    found = ProviderRequest.objects.visible_to(actor).filter(public_id=public_id)
    found = found.select_related("provider", "asker", "closed_by", "brand", "paper")
    return found.prefetch_related("values").first()


def paper_of(actor: Actor, public_id: UUID) -> RequestPaper | None:
    found = RequestPaper.objects.visible_to(actor).filter(request__public_id=public_id)
    return found.select_related("request").first()


def remarks_on(request: ProviderRequest) -> list[str]:
    """What a reviewer should look at (R-P1 … R-P3): warnings on the new values, and a number that is taken."""
    new = {value.field: value.new for value in request.values.all()}
    provider = request.provider
    company = Company.objects.filter(provider=provider).first() or Company(provider=provider)
    tax_number = new.get(CompanyField.TAX_NUMBER, company.tax_number)
    judged = []
    if CompanyField.MERSIS in new or CompanyField.TAX_NUMBER in new:
        mersis = new.get(CompanyField.MERSIS, provider.mersis)
        judged.append(judge_mersis(mersis, kind=provider.kind, tax_number=tax_number))
    if CompanyField.TAX_NUMBER in new:
        judged.append(judge_tax_number(tax_number, kind=provider.kind))
    if CompanyField.EMAIL in new:
        judged.append(judge_email(new[CompanyField.EMAIL], kind=provider.kind))
    if CompanyField.TCKN in new:
        judged.append(judge_tckn(new[CompanyField.TCKN]))
    return [str(text) for result in judged for text in result.warnings]


def own_brands(actor: Actor) -> list[Brand]:
    """The own brands with profile and number of dealers, main brand first."""
    found = Brand.objects.visible_to(actor).select_related("profile")
    found = found.annotate(dealers=Count("retailers", filter=Q(retailers__is_active=True)))
    return sorted(found.order_by(), key=lambda brand: (not brand.is_main, sort_key(brand.name)))


def brand_of(actor: Actor, brand_code: int) -> Brand | None:
    """One own brand with its profile's values."""
    found = Brand.objects.visible_to(actor).filter(brand_code=brand_code).select_related("provider", "profile")
    return found.prefetch_related("values").first()


def values_of(brand: Brand) -> dict[str, list[str]]:
    """The profile's values by kind; the first short name is the brand's own. `brand` comes from `brand_of`."""
    found: dict[str, list[str]] = {kind: [] for kind in BrandValueKind.values}
    if brand.short_name:
        found[BrandValueKind.SHORT_NAME].append(brand.short_name)
    for value in brand.values.all():
        found[value.kind].append(value.value)
    return found


def profile_of(brand: Brand) -> BrandProfile:
    """The brand's profile; an empty one where nothing was kept yet."""
    return getattr(brand, "profile", None) or BrandProfile(brand=brand)


def dealers_of(
    actor: Actor, *, brand: Brand | None = None, search: str = "", closed: bool = False
) -> QuerySet[Retailer]:
    """The own dealers by name in Turkish order; `search` finds parts of name and province, and whole codes."""
    found = Retailer.objects.visible_to(actor).filter(is_active=not closed).select_related("brand")
    if brand is not None:
        found = found.filter(brand=brand)
    for word in search.split():
        pattern = spelling_blind(word)
        found = found.filter(Q(name__iregex=pattern) | Q(city__iregex=pattern) | Q(code__iexact=word))
    return found.order_by(TurkishOrder("name"), "pk")


def dealer_of(actor: Actor, pk: int) -> Retailer | None:
    return Retailer.objects.visible_to(actor).filter(pk=pk).select_related("brand").first()
