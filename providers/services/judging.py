"""How company and signatory are judged, whether an applicant or a provider's manager writes them (R-P1 to R-P3)."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from iys_portal.core.errors import FieldsInvalid
from providers.numbers import judge_phone, judge_tckn

MAX_TITLE, MAX_TAX_OFFICE, MAX_NAME, MAX_BRAND = 300, 100, 100, 150
MAX_EMAIL = 254
TOO_LONG = _("This is too long.")
NEEDED = _("This is needed.")
NO_EMAIL = _("Enter a whole e-mail address.")
SAME_PERSON = _("The two signatories are two different persons.")
Errors = dict[str, str | Promise]


@dataclass(frozen=True)
class Person:
    """A signatory's words as they are stored."""

    first_name: str
    last_name: str
    phone: str
    email: str
    tckn: str


def refuse_fields(errors: Errors) -> None:
    """Raise `FieldsInvalid` for what is wrong, if anything is."""
    if found := {field: [str(error)] for field, error in errors.items() if error}:
        raise FieldsInvalid(ValidationError(found))


def free_text(text: str, longest: int) -> str:
    """A reason or note as it is kept: without blanks around it, cut."""
    return text.strip()[:longest]


def one_line(text: str) -> str:
    return " ".join(text.split())


def length_error(text: str, longest: int) -> str | Promise:
    """What is wrong with a text that is needed and must fit; "" where nothing is."""
    if not text.strip():
        return NEEDED
    return TOO_LONG if len(text) > longest else ""


def email_error(email: str) -> str | Promise:
    try:
        validate_email(email.strip())
    except ValidationError:
        return NO_EMAIL
    return "" if len(email.strip()) <= MAX_EMAIL else NO_EMAIL


def judge_person(*, first_name: str, last_name: str, phone: str, email: str, tckn: str) -> tuple[Person, Errors]:
    """A signatory as typed: what is stored, and what is wrong, by field."""
    number, identity = judge_phone(phone), judge_tckn(tckn)
    person = Person(one_line(first_name), one_line(last_name), number.value, email.strip().lower(), identity.value)
    errors: Errors = {
        "first_name": length_error(person.first_name, MAX_NAME),
        "last_name": length_error(person.last_name, MAX_NAME),
        "phone": number.error,
        "email": email_error(email),
        "tckn": identity.error,
    }
    return person, {field: error for field, error in errors.items() if error}
