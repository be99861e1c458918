"""Figures of proof: the state of an address at a moment, on both clocks (R-L4)."""

import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from django.utils import timezone

from consents.models import Consent
from consents.selectors.moments import of_address
from iys_portal.core.actors import SYSTEM
from providers.models import Brand

ADDRESSES = 200


def measure(brand: Brand) -> Iterator[tuple[str, float, str]]:
    """Yields (name, value, unit)."""
    first = Consent.objects.filter(brand_id=brand.pk).order_by("recipient").values_list("recipient", flat=True)
    at, times = timezone.now() - timedelta(hours=1), []
    for recipient in list(first[:ADDRESSES]):
        began = time.monotonic()
        assert of_address(SYSTEM, recipient, at)
        times.append(time.monotonic() - began)
    yield "proof.moment_ms", median(times) * 1000, "ms"
