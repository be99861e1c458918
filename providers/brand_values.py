"""The values of a brand's profile, judged (R-P11): names, domains, numbers, refusal channels. Pure functions."""

import re
from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from iys_portal.core.turkish import comparable

from .enums import BrandValueKind as K
from .models.profiles import SHAPES
from .numbers import Judged, judge_phone

MAX_SHORT_NAMES = 3
MAX_VALUES = 50
COMMANDS = frozenset({"ret", "red", "iptal", "evet", "hayir"})
"""What people text as an order or an answer; no brand is called so."""
_SHORT_NUMBER = re.compile(r"[1-9][0-9]{3,6}")

WRONG: dict[str, str | Promise] = {
    K.SHORT_NAME: _("A short name has 2 to 30 characters, at least one letter, and is no word of command."),
    K.SENDER_NAME: _(
        "A sender name has 3 to 11 characters: letters without Turkish signs, digits, blank, dot, &, - and _, "
        "and at least one letter."
    ),
    K.DOMAIN: _("Enter a domain alone, as firma.example: what stands behind @ in your mails."),
    K.NUMBER: _("Enter a phone number with its area code, or a service number such as 444 0 000."),
    K.REFUSAL_URL: _("Enter an address that begins with https://"),
    K.REFUSAL_PHONE: _("Enter a phone number with its area code, or a service number such as 444 0 000."),
    K.REFUSAL_SMS: _("Enter the number to which people send a text: a short number or a phone number."),
}


def judge_value(kind: str, text: str) -> Judged:
    """One typed value as it is stored, or the sentence that says what is needed."""
    value = _READ[K(kind)](" ".join(text.split()))
    fits = bool(value) and re.fullmatch(SHAPES[kind].strip("^$"), value) is not None
    if kind == K.SHORT_NAME:
        fits = fits and _is_name(value)
    return Judged(value, "" if fits else WRONG[kind])


def key_of(kind: str, value: str) -> str:
    """The form in which a stored value is compared: names folded, everything else as it stands."""
    return comparable(value) if kind in (K.SHORT_NAME, K.SENDER_NAME) else value


def _is_name(value: str) -> bool:
    key = comparable(value)
    return len(key) >= 2 and not key.isdecimal() and key not in COMMANDS


def _as_it_is(text: str) -> str:
    return text


def _sender(text: str) -> str:
    return text.upper() if text.isascii() else ""  # ASCII has no Turkish case


def _domain(text: str) -> str:
    bare = text.rpartition("@")[2].rstrip(".")
    return bare.lower() if bare.isascii() else ""  # the same


def _number(text: str) -> str:
    """E.164, service numbers (444…, 850…) as well; a short number as it is dialled."""
    judged = judge_phone(text)
    if not judged.error:
        return judged.value
    digits = re.sub(r"[\s().-]", "", text)
    return digits if _SHORT_NUMBER.fullmatch(digits) else ""


_READ: dict[K, Callable[[str], str]] = {
    K.SHORT_NAME: _as_it_is,
    K.SENDER_NAME: _sender,
    K.DOMAIN: _domain,
    K.NUMBER: _number,
    K.REFUSAL_URL: _as_it_is,
    K.REFUSAL_PHONE: _number,
    K.REFUSAL_SMS: _number,
}
