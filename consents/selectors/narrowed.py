"""Lists of queries and messages as their filters narrow them; the same for the page and for the exported file."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db.models import QuerySet

from providers.selectors.companies import find_companies

Rows = TypeVar("Rows", bound="QuerySet[Any]")


def narrowed(found: Rows, chosen: Mapping[str, str]) -> Rows:
    """Rows of a brand, a channel, a state, a company; `chosen` holds words of the list's address that a form checked.

    `found` is within the actor's scope, so that another's brand gives nothing (R-A1).
    """
    if "marka" in chosen:
        found = found.filter(brand__brand_code=int(chosen["marka"]))
    if "kanal" in chosen:
        found = found.filter(channel=int(chosen["kanal"]))
    if "durum" in chosen:
        found = found.filter(state=chosen["durum"])
    if "firma" in chosen:
        found = found.filter(brand__provider__in=find_companies(chosen["firma"]))
    return found
