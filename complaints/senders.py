"""Who sent a message, as its recipient saw it: a name, a number or an e-mail, in the form in which brands are compared.

Brands keep the same keys (`BrandValue.key`, R-P11), so that a sender that registers later is found again by it. It is
found at read time and named by an officer, never joined by itself: what somebody read on a screen proves nothing, and a
complaint must not be told to a company that only shares a name with its sender.
"""

from dataclasses import dataclass

from iys_portal.core.turkish import comparable
from providers.brand_values import judge_value
from providers.enums import BrandValueKind as K

NAMES = (K.SHORT_NAME, K.SENDER_NAME)


@dataclass(frozen=True)
class Sender:
    """What was given, and the keys by which a brand would hold it; the first one is kept."""

    given: str
    keys: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.keys[0] if self.keys else ""


def sender_of(text: str) -> Sender:
    """Read a typed sender. An e-mail is known by its domain and the domains above it, a number in E.164."""
    given = " ".join(text.split())[:300]
    if "@" in given:
        domain = judge_value(K.DOMAIN, given.rstrip(">")).value
        parts = domain.split(".")
        return Sender(given, tuple(".".join(parts[at:]) for at in range(len(parts) - 1)))
    number = judge_value(K.NUMBER, given)
    if number.value and not number.error:
        return Sender(given, (number.value,))
    name = comparable(given)
    return Sender(given, (name[:300],) if name else ())
