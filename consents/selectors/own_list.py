"""The citizen's list page by page: searched, filtered and sorted on the server (R-Z3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from consents.effective import Reason
from consents.enums import Channel
from iys_portal.accounts.models import ProvenAddress
from iys_portal.core.turkish import comparable, sort_key
from providers.models import Brand

from .own import STATES, OwnBrand, Place, Stored, own_since, places_of, shown_brands, since_of

PAGE = 25


@dataclass(frozen=True)
class Asked:
    """What the reader asked the list for; "" and None: everything."""

    search: str = ""
    group: str = ""
    channel: Channel | None = None
    address: str = ""
    sector: str = ""
    order: str = "ad"
    page: int = 1


@dataclass(frozen=True)
class OwnPage:
    """One page of the list, and what stands over all of it."""

    brands: list[OwnBrand]
    found: int
    page: int
    pages: int
    total: int
    reaching: int
    refusable: bool
    channels: list[Channel] = field(default_factory=list)  # those by which somebody may reach the person
    sectors: list[str] = field(default_factory=list)


class _Name(NamedTuple):
    pk: int
    name: str
    brand_code: int
    short_name: str
    title: str
    sector: str | None


def own_page(addresses: Sequence[ProvenAddress], wanted: Asked, *, now: datetime) -> OwnPage:
    """The page of the list. Four queries, however long the list and whatever is asked."""
    since = own_since(addresses)
    places = places_of([row.address for row in addresses], now=now, since=since)
    names = _names({place[0] for place in places})
    chosen = _chosen(places, names, wanted)
    order = _ordered(chosen, names, wanted.order)
    pages = max(1, -(-len(order) // PAGE))
    page = min(max(wanted.page, 1), pages)
    on_page = order[(page - 1) * PAGE : page * PAGE]
    shown = shown_brands({place: rows for key in on_page for place, rows in chosen[key].items()}, since=since)
    states = {place: STATES[Reason(rows[0].effective)] for place, rows in places.items()}
    return OwnPage(
        brands=shown,
        found=len(order),
        page=page,
        pages=pages,
        total=len(names),
        reaching=len({place[0] for place, state in states.items() if state.reaches}),
        refusable=any(state.refusable for state in states.values()),
        channels=sorted({Channel(place[2]) for place, state in states.items() if state.refusable}),
        sectors=sorted({name.sector for name in names.values() if name.sector}),
    )


def _names(ids: set[int]) -> dict[int, _Name]:
    columns = ("pk", "name", "brand_code", "short_name", "provider__title", "profile__sector")
    rows = Brand.objects.filter(pk__in=ids).order_by().values_list(*columns)
    return {row[0]: _Name._make(row) for row in rows}


Chosen = dict[int, dict[Place, list[Stored]]]


def _chosen(places: Mapping[Place, list[Stored]], names: Mapping[int, _Name], wanted: Asked) -> Chosen:
    """The places that were asked for, brand by brand."""
    search = comparable(wanted.search)
    brands = {
        key
        for key, name in names.items()
        if (not wanted.sector or name.sector == wanted.sector) and (not search or _found(search, name))
    }
    chosen: Chosen = {}
    for place, rows in places.items():
        brand_id, recipient, channel = place
        if (
            brand_id in brands
            and (not wanted.address or recipient == wanted.address)
            and (wanted.channel is None or channel == wanted.channel)
            and (not wanted.group or STATES[Reason(rows[0].effective)].group == wanted.group)
        ):
            chosen.setdefault(brand_id, {})[place] = rows
    return chosen


def _found(search: str, name: _Name) -> bool:
    return any(search in comparable(text) for text in (name.name, name.short_name, name.title))


def _ordered(chosen: Chosen, names: Mapping[int, _Name], order: str) -> list[int]:
    def by_name(key: int) -> tuple[Any, ...]:
        return _sort_key(names[key].name), names[key].brand_code

    if order == "yeni":
        newest = {key: max(since_of(row) for rows in found.values() for row in rows) for key, found in chosen.items()}
        return sorted(sorted(chosen, key=by_name), key=newest.__getitem__, reverse=True)
    if order == "ulasan":
        return sorted(chosen, key=lambda key: (not _reaches(chosen[key]), *by_name(key)))
    return sorted(chosen, key=by_name)


def _reaches(found: Mapping[Place, Sequence[Stored]]) -> bool:
    return any(STATES[Reason(rows[0].effective)].reaches for rows in found.values())


@lru_cache(maxsize=20_000)
def _sort_key(name: str) -> tuple[tuple[int, ...], str]:
    """Names of brands come again with every page."""
    return sort_key(name)


def reaching(addresses: Sequence[ProvenAddress], *, now: datetime) -> int:
    """How many brands may reach these addresses at `now`."""
    places = places_of([row.address for row in addresses], now=now)
    return len({place[0] for place, rows in places.items() if STATES[Reason(rows[0].effective)].reaches})
