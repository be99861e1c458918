"""Times of pages through the whole of Django, as a provider's manager sees them."""

import re
import time
from collections.abc import Iterator
from statistics import median
from typing import Any
from urllib.parse import urljoin

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from consents.models import Consent
from iys_portal.accounts.enums import StaffRole
from iys_portal.accounts.middleware import FACTOR_GIVEN
from providers.models import Brand, Membership

TIMES = 15
EMAIL, EMAIL_OF_STAFF = "olcum@kisi.example", "denetci@kisi.example"
HUNDREDTH = 99


def measure(brand: Brand) -> Iterator[tuple[str, float]]:
    """Yields (name, median milliseconds)."""
    client = viewer(brand)
    yield "page.overview.median_ms", median_of(client, reverse("dashboard:overview"))
    first = reverse("consents:list")
    yield "page.list.median_ms", median_of(client, first)
    yield "page.list_refused.median_ms", median_of(client, f"{first}?state=RET&channel=EPOSTA")
    yield "page.search.median_ms", median_of(client, _search(client, brand))
    url = first
    for _ in range(HUNDREDTH):
        found = re.search(r'rel="next" href="([^"]+)"', client.get(url).content.decode())
        if found is None:
            return
        url = urljoin(first, found[1].replace("&amp;", "&"))
    yield "page.list_hundredth.median_ms", median_of(client, url)


def staff() -> Iterator[tuple[str, float]]:
    """The same over every provider, as staff see it."""
    client = signed_in(EMAIL_OF_STAFF, staff_roles=[StaffRole.AUDITOR])
    first = reverse("consents:list")
    yield "page.staff_overview.median_ms", median_of(client, reverse("dashboard:overview"))
    yield "page.staff_list.median_ms", median_of(client, first)
    yield "page.staff_list_refused.median_ms", median_of(client, f"{first}?state=RET")
    yield "page.staff_search.median_ms", median_of(client, _search(client, None))


def _search(client: Client, brand: Brand | None) -> str:
    """Where the search for a whole address of the middle of the list leads to."""
    found = Consent.objects.filter(channel=3) if brand is None else Consent.objects.filter(channel=3, brand_id=brand.pk)
    address = found.filter(recipient__gte="m").order_by("recipient").values_list("recipient", flat=True).first()
    response = client.post(reverse("consents:list"), {"q": address})
    assert response.status_code == 302, response.status_code
    return response.headers["Location"]


def reports(brand: Brand) -> Iterator[tuple[str, float]]:
    """The reports of the last twelve months; yields (name, median milliseconds)."""
    yield "page.reports.median_ms", median_of(viewer(brand), reverse("consents:reports"))


def viewer(brand: Brand) -> Client:
    """Somebody of the brand's company, signed in."""
    client = signed_in(EMAIL)
    Membership.objects.get_or_create(
        user=get_user_model().objects.get(email=EMAIL), provider=brand.provider, defaults={"role": "viewer"}
    )
    return client


def signed_in(email: str, **values: Any) -> Client:
    """A browser of this person, who is made where there is none; staff have given their factor."""
    user = get_user_model().objects.filter(email=email).first()
    if user is None:
        user = get_user_model().objects.create_user(email, full_name="Ölçüm", **values)
    client = Client(headers={"accept-language": "tr"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    if user.is_staff:
        session = client.session
        session[FACTOR_GIVEN] = True
        session.save()
    return client


def median_of(client: Client, url: str) -> float:
    """Milliseconds of a page that was there once before."""
    client.get(url)
    times = []
    for _ in range(TIMES):
        began = time.monotonic()
        response = client.get(url)
        times.append(time.monotonic() - began)
        assert response.status_code == 200, (url, response.status_code)
    return median(times) * 1000
