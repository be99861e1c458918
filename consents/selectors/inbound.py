"""Which brand a text message means, and how often its sender was answered (R-R4)."""

from collections.abc import Iterable
from datetime import timedelta

from consents.enums import InboundOutcome
from consents.models import InboundText
from consents.text_commands import Command
from iys_portal.core.turkish import comparable
from providers.enums import BrandValueKind
from providers.models import Brand, BrandValue

# Answers that are counted: all but the first word about a new refusal, which is always given.
LIMITED = tuple(outcome for outcome in InboundOutcome if outcome is not InboundOutcome.REFUSED)


def brands_meant(command: Command) -> list[Brand]:
    """Brands that the command names, active or not: one of this number, else all of the longest name that fits.

    Whatever follows a number or a short name is ignored; behind a brand's whole name only courtesies are, because a
    longer name may be another brand's. Reads every brand's names: their folded forms stand in no column.
    """
    every = Brand.objects.of_public().select_related("provider")
    by_number = {brand.brand_code: brand for brand in every.filter(brand_code__in=command.numbers)}
    if meant := next((by_number[number] for number in command.numbers if number in by_number), None):
        return [meant]
    return list(every.filter(pk__in=_keys_of(command)).order_by("brand_code"))


def _keys_of(command: Command) -> list[int]:
    wanted = {name: rank for rank, name in enumerate(command.names)}
    best: dict[tuple[int, int], list[int]] = {}  # (shorter name, whole name instead of short) → brands
    for key, short_name, name in Brand.objects.values_list("pk", "short_name", "name").iterator():
        if short_name and (rank := wanted.get(comparable(short_name))) is not None:
            best.setdefault((rank, 0), []).append(key)
        elif (rank := wanted.get(whole := comparable(name))) is not None and command.only_courtesies_after(whole):
            best.setdefault((rank, 1), []).append(key)
    for key, short_name in _further_short_names(wanted):
        best.setdefault((wanted[short_name], 0), []).append(key)
    return best[min(best)] if best else []


def _further_short_names(wanted: Iterable[str]) -> Iterable[tuple[int, str]]:
    """Short names of brands' profiles beside the first one (R-P11); they stand folded in their table."""
    rows = BrandValue.objects.filter(kind=BrandValueKind.SHORT_NAME, key__in=list(wanted))
    return rows.values_list("brand_id", "key")


def limited_texts_before(row: InboundText) -> int:
    """How many other texts of the same sender, within the day before, were of a kind whose answers are limited."""
    day = InboundText.objects.filter(sender=row.sender, received_at__gt=row.received_at - timedelta(days=1))
    return day.filter(outcome__in=LIMITED).exclude(pk=row.pk).count()
