"""Times of pages through the whole of Django, as a provider's manager sees them."""

import re
import time
from collections.abc import Iterator
from statistics import median
from urllib.parse import urljoin

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from providers.models import Brand, Membership

TIMES = 15
EMAIL = "olcum@kisi.example"
HUNDREDTH = 99


def measure(brand: Brand) -> Iterator[tuple[str, float]]:
    """Yields (name, median milliseconds)."""
    client = _viewer(brand)
    yield "page.overview.median_ms", _median(client, reverse("dashboard:overview"))
    first = reverse("consents:list")
    yield "page.list.median_ms", _median(client, first)
    url = first
    for _ in range(HUNDREDTH):
        found = re.search(r'rel="next" href="([^"]+)"', client.get(url).content.decode())
        if found is None:
            return
        url = urljoin(first, found[1].replace("&amp;", "&"))
    yield "page.list_hundredth.median_ms", _median(client, url)


def reports(brand: Brand) -> Iterator[tuple[str, float]]:
    """The reports of the last twelve months; yields (name, median milliseconds)."""
    yield "page.reports.median_ms", _median(_viewer(brand), reverse("consents:reports"))


def _viewer(brand: Brand) -> Client:
    user = get_user_model().objects.filter(email=EMAIL).first()
    if user is None:
        user = get_user_model().objects.create_user(EMAIL, full_name="Ölçüm")
        Membership.objects.create(user=user, provider=brand.provider, role="viewer")
    client = Client(headers={"accept-language": "tr"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def _median(client: Client, url: str) -> float:
    times = []
    for _ in range(TIMES):
        began = time.monotonic()
        response = client.get(url)
        times.append(time.monotonic() - began)
        assert response.status_code == 200, (url, response.status_code)
    return median(times) * 1000
