"""What an application says, as texts that can be kept and compared; and the differences of two rounds in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from iys_portal.core.encryption import masked

from .enums import ApplicationDocumentKind as D
from .enums import ProviderKind
from .models import Application, ApplicationBrand, Signatory

FIELDS = (
    "kind", "title", "mersis", "tax_office", "tax_number", "address", "province", "district", "declared_consents",
    "email", "manager_name", "manager_email",
)  # fmt: skip
PERSON = ("first_name", "last_name", "phone", "email", "tckn", "birth_date")
FLAGS = ("joint_authority", "papers_in_one")


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was; an empty text is where nothing stood."""

    label: str | Promise
    before: str
    now: str


def content_of(application: Application) -> dict[str, str]:
    """Everything that a reviewer judges, by key; papers by their hash. `application` comes from `missing.whole`."""
    values = {name: str(getattr(application, name) or "") for name in FIELDS}
    values |= {name: "1" if getattr(application, name) else "" for name in FLAGS}
    for person in application.signatories.all():
        values |= {f"person_{person.place}_{name}": str(getattr(person, name) or "") for name in PERSON}
    for brand in application.brands.all():
        values[f"brand_{brand.name}"] = "1" if brand.has_certificate else "0"
    for paper in application.papers:  # type: ignore[attr-defined]
        values[f"paper_{paper.kind}_{paper.brand.name if paper.brand else ''}"] = paper.sha256
    return values


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[Difference]:
    """What changed from one round to the next, in the order of the form; TCKN and birth dates masked (R-P9)."""
    keys = dict.fromkeys((*now, *before))
    return [
        Difference(_label(key), _shown(key, before.get(key, "")), _shown(key, now.get(key, "")))
        for key in keys
        if before.get(key, "") != now.get(key, "")
    ]


def _label(key: str) -> str | Promise:
    part, _sep, rest = key.partition("_")
    if part == "person":
        place, _sep, name = rest.partition("_")
        label = _name_of(Signatory, name)
        return _("Signatory %(place)s, %(label)s") % {"place": place, "label": label}
    if part == "brand":
        return _("Sub-brand %(brand)s") % {"brand": rest}
    if part == "paper":
        kind, brand = _paper(rest)
        return f"{kind.label}: {brand}" if brand else kind.label
    return _name_of(Application, key)


def _name_of(model: type[models.Model], name: str) -> str | Promise:
    field: Any = model._meta.get_field(name)
    return field.verbose_name  # type: ignore[no-any-return]


def _paper(rest: str) -> tuple[D, str]:
    kind = next(kind for kind in sorted(D, key=lambda one: -len(one.value)) if rest.startswith(f"{kind.value}_"))
    return kind, rest[len(kind.value) + 1 :]


def _shown(key: str, value: str) -> str:
    if not value:
        return ""
    return next(_words(key, value), value)


def _words(key: str, value: str) -> Iterator[str]:
    if key in FLAGS:
        yield _("yes")
    elif key == "kind":
        yield str(ProviderKind(value).label)
    elif key.endswith("_tckn") or (key == "tax_number" and len(value) == 11):
        yield masked(value)
    elif key.endswith("_birth_date"):
        yield f"**.**.{value[:4]}"
    elif key.startswith("paper_"):
        yield f"SHA-256 {value[:16]}…"
    elif key.startswith("brand_"):
        yield str(_name_of(ApplicationBrand, "has_certificate")) if value == "1" else _("not registered")
