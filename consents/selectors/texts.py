"""Reads of consent texts: what an actor may see, what is in use, and what a consent was given to (R-C18)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Case, F, QuerySet, Value, When

from consents.enums import Channel
from consents.models import ConsentText
from iys_portal.core.actors import Actor
from iys_portal.core.turkish_db import TurkishOrder
from providers.models import Brand

PAGE = 25


@dataclass(frozen=True)
class AgreedText:
    """The words that somebody agreed to, as a notice and a page show them."""

    id: int
    title: str
    version: int
    language: str
    text: str


@dataclass(frozen=True)
class TextPage:
    """Texts of one page of the list; numbers of the pages beside it, 0 at the ends."""

    texts: list[ConsentText] = field(default_factory=list)
    number: int = 1
    before: int = 0
    after: int = 0


def texts_page(actor: Actor, *, day: date, brand: Brand | None = None, number: int = 1) -> TextPage:
    """Texts that the actor may see (R-A1): by brand, drafts first, then the newest version first."""
    found = _texts(actor, day)
    if brand is not None:
        found = found.filter(brand=brand)
    draft_first = Case(When(published_at__isnull=True, then=Value(0)), default=Value(1))
    order = ("brand__provider_id", "-brand__is_main", TurkishOrder("brand__name"), "brand_id", draft_first)
    start = (number - 1) * PAGE
    rows = list(found.order_by(*order, F("version").desc(), "-pk")[start : start + PAGE + 1])
    return TextPage(rows[:PAGE], number, max(number - 1, 0), number + 1 if len(rows) > PAGE else 0)


def text_of(actor: Actor, text_id: int, *, day: date) -> ConsentText | None:
    """One text; None where there is none or it is not the actor's."""
    return _texts(actor, day).filter(pk=text_id).first()


def other_versions(actor: Actor, text: ConsentText, *, day: date) -> list[ConsentText]:
    """Published texts of the same brand that share a channel, newest first."""
    found = _texts(actor, day).filter(brand=text.brand_id, channels__overlap=text.channels, version__isnull=False)
    return list(found.exclude(pk=text.pk).order_by("-version", "-pk")[:20])


def _texts(actor: Actor, day: date) -> QuerySet[ConsentText]:
    return ConsentText.objects.with_replaced(day).visible_to(actor).select_related("brand__provider")


def choosable(brands: Iterable[Brand]) -> list[ConsentText]:
    """Published texts of these brands, by brand, newest first: what a record or a file can name."""
    found = ConsentText.objects.published().filter(brand__in=list(brands)).select_related("brand")
    return list(found.order_by("-brand__is_main", TurkishOrder("brand__name"), "brand_id", "-version", "-pk"))


def current_texts(brand_id: int, channels: Sequence[Channel], day: date) -> dict[Channel, ConsentText]:
    """The text in use for each channel on a day: the newest version that covers it. Channels without one are absent."""
    found: dict[Channel, ConsentText] = {}
    for text in ConsentText.objects.valid_on(day).filter(brand=brand_id).order_by("-version", "-pk"):
        for channel in channels:
            if int(channel) in text.channels:
                found.setdefault(channel, text)
    return found


def agreed_texts(ids: Iterable[int | None]) -> Mapping[int, AgreedText]:
    """Texts by their numbers, as ledger and notices hold them. No query where there is no number."""
    wanted = {number for number in ids if number}
    if not wanted:
        return {}
    rows = ConsentText.objects.filter(pk__in=wanted).values_list("pk", "title", "version", "language", "text")
    return {row[0]: AgreedText(row[0], row[1], row[2] or 0, row[3], row[4]) for row in rows}
