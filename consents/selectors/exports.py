"""What an export lists and for whom, and where a person's last list of refusals ended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from consents.enums import Channel, ExportKind, ExportStage, Hold, RecipientType, Source, Status
from consents.exports import Listing
from consents.models import ExportFile
from consents.selectors import totals
from consents.selectors.pages import Filters
from consents.selectors.search import read_search
from consents.states import MessageState
from iys_portal.core.actors import Actor
from iys_portal.core.enums import JobState
from providers.models import Brand

SHOWN = 50
TABLES = (ExportKind.QUERIES, ExportKind.QUERY, ExportKind.MESSAGES, ExportKind.RECIPIENTS)
"""Kinds that are read by `consents.export_tables`; the others list consents."""
_CODES: dict[str, Any] = {
    "channel": Channel,
    "status": Status,
    "recipient_type": RecipientType,
    "source": Source,
    "hold": Hold,
}


def filters_as_json(filters: Filters) -> dict[str, Any]:
    """The filters as a row keeps them, without the search, which may be somebody's address."""
    kept: dict[str, Any] = {"brands": None if filters.brands is None else list(filters.brands)}
    return kept | {name: int(code) for name in _CODES if (code := getattr(filters, name)) is not None}


def filters_of(item: ExportFile) -> Filters:
    """The filters that were kept, with the search."""
    kept = dict(item.filters)
    brands = kept.pop("brands")
    return Filters(
        brands=None if brands is None else tuple(brands),
        search=read_search(item.search, exact_only=item.provider_id is None),
        **{name: _CODES[name](number) for name, number in kept.items()},
    )


def listing_of(
    actor: Actor, kind: ExportKind, filters: Filters, *, moment: datetime | None = None, after_event: int = 0
) -> tuple[Listing, int]:
    """What the file holds, and about how many consents: those of the counters, search and source aside."""
    counted = totals.matching(actor, filters)
    brands = Brand.objects.visible_to(actor).filter(pk__in=counted).order_by("provider__title", "-is_main", "name")
    codes = dict(brands.values_list("pk", "brand_code"))
    return Listing(kind, filters, codes, moment, after_event), sum(counted.values())


def is_small(filters: Filters, count: int) -> bool:
    """Whether the file is made while its reader waits."""
    return filters.search.exact or count <= settings.REGISTRY["EXPORT_DIRECT_ROWS"]


def last_position(actor: Actor, shown: dict[str, str]) -> int:
    """Where the last list of refusals ended that this person downloaded for the same brand and channel; 0: nowhere."""
    taken = ExportFile.objects.visible_to(actor).filter(
        kind=ExportKind.REFUSALS, shown=shown, taken_at__isnull=False, upto_event__isnull=False
    )
    return taken.order_by("-upto_event").values_list("upto_event", flat=True).first() or 0


@dataclass(frozen=True)
class ExportLine:
    """One export as its owner sees it."""

    item: ExportFile
    stage: ExportStage
    what: str

    @property
    def queued(self) -> bool:
        return self.item.job.state == JobState.QUEUED


def exports_of(actor: Actor, *, now: datetime) -> list[ExportLine]:
    """The newest files that this person had made in the present scope."""
    found = ExportFile.objects.visible_to(actor).select_related("job").order_by("-pk")[:SHOWN]
    return lines_of(actor, list(found), now=now)


def lines_of(actor: Actor, items: Sequence[ExportFile], *, now: datetime) -> list[ExportLine]:
    codes = {code for item in items for name in ("brand", "marka") if (code := item.shown.get(name))}
    brands = Brand.objects.visible_to(actor).filter(brand_code__in=codes).values_list("brand_code", "name")
    names = {str(code): name for code, name in brands}
    return [ExportLine(item, item.stage(now), _words(item, names)) for item in items]


def _words(item: ExportFile, names: dict[str, str]) -> str:
    """The filters in words."""
    if item.kind in TABLES:
        return _words_of_table(item.shown, names)
    enums: dict[str, Any] = {"channel": Channel, "type": RecipientType, "source": Source}
    words = [names.get(item.shown["brand"], item.shown["brand"])] if "brand" in item.shown else []
    for name, value in item.shown.items():
        if name in enums and value in enums[name].__members__:
            words.append(str(enums[name][value].label))
        elif name == "state" and item.kind != ExportKind.REFUSALS:
            code = Status.__members__.get(value) or Hold.__members__.get(value)
            words += [str(code.label)] if code else []
    return " · ".join(words)


def _words_of_table(shown: dict[str, str], names: dict[str, str]) -> str:
    """The one that is listed, or the filters of the list."""
    words = [shown[name] for name in ("of", "firma") if name in shown]
    words += [names.get(shown["marka"], shown["marka"])] if "marka" in shown else []
    words += [str(Channel(int(shown["kanal"])).label)] if "kanal" in shown else []
    words += [str(MessageState(shown["durum"]).label)] if "durum" in shown else []
    return " · ".join(words)
