"""Signs of life: beat sends a task to each queue, and the worker that takes it notes the moment in the cache."""

from django.core.cache import cache
from django.utils import timezone

KEPT = 24 * 3600  # seconds


def note_pulse(queue: str) -> None:
    """Called by a worker of this queue."""
    cache.set(f"pulse:{queue}", timezone.now().timestamp(), KEPT)


def pulse_age(queue: str) -> float:
    """Seconds since a worker of this queue last answered beat; infinite where nothing is known.

    A pulse of the future (a clock that went back) says as little as one that is as old.
    """
    seen = cache.get(f"pulse:{queue}")
    return abs(timezone.now().timestamp() - seen) if seen is not None else float("inf")
