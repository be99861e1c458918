"""Figures of the ledger's seals: sealing, verifying, one inclusion proof."""

import random
import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from django.conf import settings

from consents.models import ConsentEvent
from consents.selectors.proofs import inclusion_of
from consents.services.seals import seal_ledger
from consents.services.verification import verify_ledger

PROOFS = 50
TRIES, PAUSE = 300, 0.2  # a minute


def measure() -> Iterator[tuple[str, float, str]]:
    """Seals everything that stands and yields (name, value, unit)."""
    settings.REGISTRY = {**settings.REGISTRY, "SEAL_SETTLE": timedelta(0)}
    seal_ledger()
    yield "ledger.seal.events_per_s", seal_everything(), "events/s"
    began = time.monotonic()
    result = verify_ledger()
    assert result.whole, result.flaws
    yield "ledger.verify.events_per_s", result.events / (time.monotonic() - began), "events/s"
    numbers = list(ConsentEvent.objects.order_by("event_id").values_list("event_id", flat=True)[: 10 * PROOFS])
    times = []
    for number in random.Random(1).sample(numbers, min(PROOFS, len(numbers))):  # noqa: S311
        began = time.monotonic()
        proof = inclusion_of(number)
        assert proof is not None
        assert proof.holds
        times.append(time.monotonic() - began)
    yield "proof.inclusion_ms", median(times) * 1000, "ms"


def seal_everything() -> float:
    """Seal everything; events a second. Whoever else writes on the same server is waited for first."""
    for _try in range(TRIES):
        began = time.monotonic()
        done = seal_ledger()
        if not done.waits:
            return done.events / (time.monotonic() - began)
        time.sleep(PAUSE)
    raise AssertionError(done)
