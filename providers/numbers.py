"""What an applicant types, judged: MERSİS, VKN, TCKN, corporate e-mail, phone (R-P1, R-P2, R-P3). Pure functions.

Each takes the text as it was typed and gives a `Judged`: the value as it is stored, the sentence of a refusal, and the
sentences that a reviewer sees beside it. The page asks them while somebody types, the services before they write.
"""

import re
from dataclasses import dataclass

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum.tr import tckimlik, vkn

from iys_portal.core.turkish import BLANKS, DASHES

from .enums import ProviderKind

SUSPICIOUS = frozenset({"1234567890", "11111111110"})
"""They pass the arithmetic, and are what people type who do not want to say (R-P2)."""
_IGNORED = str.maketrans("", "", BLANKS + DASHES + "._/()")
_KEP = re.compile(r"(^|\.)(hs\d+\.)?kep\.tr$")


@dataclass(frozen=True)
class Judged:
    """A typed value: as it is stored, why it is refused (or empty), what a reviewer should look at."""

    value: str
    error: str | Promise = ""
    warnings: tuple[str | Promise, ...] = ()


def _digits(text: str) -> str:
    return text.translate(_IGNORED)


def judge_mersis(text: str, *, kind: str, tax_number: str = "") -> Judged:
    """R-P1: 16 digits; the usual shape is `0` + VKN + 5 digits, or TCKN + 5 digits, and real numbers break it."""
    number = _digits(text)
    if not re.fullmatch(r"[0-9]{16}", number):
        return Judged(number, _("A MERSİS number has 16 digits."))
    if not tax_number or _has_usual_shape(number, kind=kind, tax_number=tax_number):
        return Judged(number)
    return Judged(number, warnings=(_("The MERSİS number does not hold the tax number, as it usually does."),))


def _has_usual_shape(mersis: str, *, kind: str, tax_number: str) -> bool:
    starts = {f"0{tax_number}"} if len(tax_number) == 10 else {tax_number}
    if kind == ProviderKind.NATURAL_PERSON and len(tax_number) == 10:
        return tckimlik.is_valid(mersis[:11]) or mersis.startswith(tuple(starts))
    return mersis.startswith(tuple(starts))


def judge_tax_number(text: str, *, kind: str) -> Judged:
    """R-P2: a VKN; a natural person may give the TCKN instead."""
    number = _digits(text)
    if len(number) == 11 and kind == ProviderKind.NATURAL_PERSON:
        return judge_tckn(text)
    if not re.fullmatch(r"[0-9]{10}", number):
        if kind == ProviderKind.NATURAL_PERSON:
            return Judged(number, _("Enter a VKN of 10 digits or a T.C. identity number of 11 digits."))
        return Judged(number, _("A VKN has 10 digits."))
    if not vkn.is_valid(number):
        return Judged(number, _("This VKN cannot be right: its check digit does not fit."))
    return Judged(number, warnings=_suspicion(number))


def judge_tckn(text: str) -> Judged:
    """R-P2: 11 digits with both check digits."""
    number = _digits(text)
    if not re.fullmatch(r"[0-9]{11}", number):
        return Judged(number, _("A T.C. identity number has 11 digits."))
    if not tckimlik.is_valid(number):
        return Judged(
            number,
            _("This T.C. identity number cannot be right: its check digits do not fit."),
        )
    return Judged(number, warnings=_suspicion(number))


def _suspicion(number: str) -> tuple[str | Promise, ...]:
    if number in SUSPICIOUS:
        return (_("This number passes the arithmetic but is a well-known example: please compare it with the papers."),)
    return ()


def judge_email(text: str, *, kind: str) -> Judged:
    """R-P3: a corporate address: KEP is refused, free mail refused or pointed out, by the setting for the kind."""
    address = text.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        return Judged(address, _("Enter a whole e-mail address."))
    domain = address.rpartition("@")[2]
    if _KEP.search(domain):
        return Judged(
            address,
            _("This is a KEP address: registered mail takes no ordinary messages, so our codes would not arrive."),
        )
    if not _is_free(domain):
        return Judged(address)
    if settings.REGISTRY["FREE_MAIL"].get(kind) == "refuse":
        return Judged(address, _("Enter the company's own e-mail address: free mailboxes are not taken."))
    return Judged(address, warnings=(_("The corporate e-mail is a free mailbox."),))


def _is_free(domain: str) -> bool:
    return any(domain == free or domain.endswith(f".{free}") for free in settings.REGISTRY["FREE_MAIL_DOMAINS"])


def judge_phone(text: str) -> Judged:
    """A phone as E.164; Turkish ones in any spelling."""
    try:
        number = phonenumbers.parse(text.strip(), "TR")
    except phonenumbers.NumberParseException:
        return Judged(text.strip(), _("Enter a phone number with its area code."))
    if not phonenumbers.is_valid_number(number):
        return Judged(text.strip(), _("Enter a phone number with its area code."))
    return Judged(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
