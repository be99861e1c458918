"""Pure rules of what stands out about a brand (R-K10); what stands out about one message, `policies` judges (R-K8)."""

from dataclasses import dataclass
from typing import Any

from .enums import BrandSignal


@dataclass(frozen=True)
class Limits:
    """The settings. `per_10_000`: complaints for ten thousand consents that a brand holds or messages that it sent."""

    days: int
    least: int
    per_10_000: float
    silent_least: int

    @classmethod
    def of(cls, registry: dict[str, Any]) -> "Limits":
        return cls(
            registry["SIGNAL_DAYS"],
            registry["UNUSUAL_LEAST"],
            registry["UNUSUAL_PER_10_000"],
            registry["SILENT_LEAST"],
        )


@dataclass(frozen=True)
class BrandNumbers:
    """What a brand is judged by, of the days that the limits name. `size`: consents that stand, or recipients of
    registered messages, whichever are more. `asked` and `in_time`: questions whose time is over, of its provider.
    """

    complaints: int
    size: int
    asked: int
    in_time: int


def standing(numbers: BrandNumbers, limits: Limits) -> frozenset[BrandSignal]:
    """Which signals stand with these numbers."""
    found = set()
    # Small brands are not flagged for a handful, large ones not for what their size explains.
    if numbers.complaints >= limits.least and numbers.complaints * 10_000 > limits.per_10_000 * numbers.size:
        found.add(BrandSignal.UNUSUAL)
    if numbers.asked >= limits.silent_least and not numbers.in_time:
        found.add(BrandSignal.SILENT)
    return frozenset(found)
