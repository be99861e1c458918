"""One brand as a citizen sees it: what stands, saying yes, saying no for good; and how it is found (R-Z5)."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control

from consents.effective import Reason
from consents.enums import Channel, Status, WishKind
from consents.forms.citizen import PlacesForm
from consents.hooks import complaint_link
from consents.selectors.own import OwnBrand, channels_for, own_brands, own_since
from consents.selectors.texts import agreed_texts
from consents.selectors.wishes import OwnWish, own_wishes
from consents.services import citizens
from iys_portal.accounts.models import ProvenAddress
from iys_portal.core import audit
from iys_portal.core.errors import DomainError
from providers.models import Brand, BrandProfile
from providers.policies import may_record
from providers.selectors.brand_search import brands_named

from .citizen import CitizenView, remember, undo_of


class OfBrandView(CitizenView):
    """Something about one brand, whoever's it is: brands are no secret; what is shown beside is one's own."""

    def brand(self, brand_id: int) -> Brand:
        found = Brand.objects.select_related("provider", "profile").filter(pk=brand_id).first()
        if found is None:
            raise Http404
        return found

    def choices(self, addresses: list[ProvenAddress]) -> list[tuple[str, str]]:
        """Every way by which a brand could reach the person."""
        return [
            (f"{row.pk}-{channel.value}", f"{channel.label}: {row.address}")
            for row in addresses
            for channel in channels_for(row.address)
        ]

    def page(self, request: HttpRequest, brand: Brand, *, problem: str = "", status: int = 200) -> HttpResponse:
        now, addresses = timezone.now(), self.addresses()
        own_addresses = [row.address for row in addresses]
        found = own_brands(own_addresses, now=now, brands=[brand.pk], since=own_since(addresses))
        own = found[0] if found else None
        wishes = own_wishes(self.actor.id, own_addresses, now=now)
        context: dict[str, Any] = {
            "brand": brand,
            "own": own,
            "addresses": addresses,
            "texts": _texts(own),
            "places": _open_places(self.choices(addresses), addresses, own),
            "active": brand.is_active and may_record(brand.provider, Status.ONAY),
            "never": [wish for wish in wishes if wish.kind is WishKind.BRAND and wish.brand_id == brand.pk],
            "others": [wish for wish in wishes if wish.kind is not WishKind.BRAND],
            "undo": undo_of(request, self.actor, now),
            "complaint": complaint_link(brand_id=brand.pk),
            "problem": problem,
        }
        return render(request, "consents/citizen/one.html", context, status=status)


def _texts(own: OwnBrand | None) -> list[Any]:
    rows = own.rows if own else []
    return list(agreed_texts(row.text_id for row in rows if row.given).values())


def _open_places(
    choices: list[tuple[str, str]], addresses: list[ProvenAddress], own: OwnBrand | None
) -> list[tuple[str, str]]:
    """The ways by which the brand may not reach the person now, and so could be allowed to."""
    numbers = {row.address: row.pk for row in addresses}
    reached = {f"{numbers[row.address]}-{row.channel.value}" for row in own.rows if row.state.reaches} if own else set()
    return [choice for choice in choices if choice[0] not in reached]


class OneBrandView(OfBrandView):
    """What stands between the citizen and one brand."""

    def get(self, request: HttpRequest, brand_id: int) -> HttpResponse:
        brand = self.brand(brand_id)
        audit.record("consent.read_own", ("accounts.user", str(self.actor.id)), actor=self.actor)
        return self.page(request, brand)


class GiveView(OfBrandView):
    """Yes to a brand: first a page that names brand, channels and addresses, and by its button the consent."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, brand_id: int) -> HttpResponse:
        brand, addresses = self.brand(brand_id), self.addresses()
        form = PlacesForm(request.POST, choices=self.choices(addresses))
        if not form.is_valid():
            return self.page(request, brand, problem=_("Tick at least one way."), status=422)
        if request.POST.get("onay") != "1":
            wishes = own_wishes(self.actor.id, [row.address for row in addresses], now=timezone.now())
            context = {"brand": brand, "places": _named(form.chosen, addresses), "wishes": _against(wishes, brand)}
            return render(request, "consents/citizen/give.html", context)
        try:
            given = citizens.give_consent(actor=self.actor, brand_id=brand.pk, places=form.chosen)
        except DomainError as error:
            return self.page(request, brand, problem=str(error), status=error.status)
        _tell_given(request, brand, given)
        return redirect("consents:own-one", brand.pk)


def _named(places: list[tuple[int, Channel]], addresses: list[ProvenAddress]) -> list[tuple[str, Channel, str]]:
    own = {row.pk: row.address for row in addresses}
    return [(f"{number}-{channel.value}", channel, own[number]) for number, channel in places]


def _against(wishes: list[OwnWish], brand: Brand) -> list[OwnWish]:
    """Wishes that may overrule the consent: this brand's own one ends with it."""
    return [wish for wish in wishes if wish.kind is not WishKind.BRAND and wish.concerns(brand)]


def _tell_given(request: HttpRequest, brand: Brand, given: list[citizens.Given]) -> None:
    held = sum(one.reason is Reason.STANDING_WISH for one in given)
    if held:
        messages.warning(
            request,
            _("Your consent is recorded, but one of your wishes still holds %(brand)s off.") % {"brand": brand.name},
        )
    else:
        sentence = ngettext(
            "Your consent is recorded: %(brand)s may reach you in %(count)s way. You can withdraw it at any time.",
            "Your consent is recorded: %(brand)s may reach you in %(count)s ways. You can withdraw it at any time.",
            len(given),
        )
        messages.success(request, sentence % {"brand": brand.name, "count": len(given)})


class NeverView(OfBrandView):
    """No to a brand for good, also where it never wrote; it learns no address by that (docs/adr/0016)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, brand_id: int) -> HttpResponse:
        brand, at = self.brand(brand_id), timezone.now()
        withdrawn, wishes = citizens.refuse_brand(actor=self.actor, brand_id=brand.pk)
        if withdrawn or not wishes:
            remember(request, withdrawn, at)
        if wishes:
            messages.success(
                request, _("%(brand)s may not reach you from now on, not even later.") % {"brand": brand.name}
            )
        return redirect("consents:own-one", brand.pk)


class FindView(CitizenView):
    """Brands by name. What is searched for is a brand, and so may stand in the address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        search = request.GET.get("q", "")[:100].strip()
        found = brands_named(search) if search else []
        return render(request, "consents/citizen/find.html", {"search": search, "found": found})


@method_decorator(cache_control(private=True, max_age=3600), name="dispatch")
class LogoView(CitizenView):
    """A brand's logo, for whoever is signed in as a citizen."""

    def get(self, request: HttpRequest, brand_id: int) -> HttpResponseBase:
        profile = BrandProfile.objects.filter(brand_id=brand_id).exclude(logo="").first()
        if profile is None:
            raise Http404
        return FileResponse(profile.logo.open("rb"), content_type="image/png")
