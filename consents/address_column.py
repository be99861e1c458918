"""Which column of a list holds the addresses of a channel: found, or left to its reader where it is not plain."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from django.utils.translation import gettext as _

from .engine.asked import read
from .enums import Channel
from .files.layout import Layout
from .files.words import heading_key

SURE = 0.5
"""The part of a column's first cells that are addresses, from which it may be the one."""
CELLS = 3  # that stand beside a column's name


@dataclass(frozen=True)
class Choice:
    """A column that may hold the addresses, with some of its cells."""

    index: int
    label: str
    cells: list[str]


@dataclass(frozen=True)
class AddressColumn:
    """The column that is probably meant, None where several may be or none is; `remembered`: chosen the last time.

    `plain`: there is nothing to choose from.
    """

    index: int | None
    remembered: bool = False
    plain: bool = False


def find_address_column(layout: Layout, channel: Channel, remembered: Sequence[str] = ()) -> AddressColumn:
    """By what was chosen for such a heading before (the latest first), else by heading and content; never by guess."""
    keys = [heading_key(column.heading) for column in layout.columns]
    for heading in remembered:
        if heading in keys:
            return AddressColumn(keys.index(heading), remembered=True)
    shares = [_share(layout, column.index, channel) for column in layout.columns]
    fields = layout.fields
    named = fields.get("phone" if channel.takes_phone else "email", fields.get("recipient"))
    if named is None or shares[named] == 0:
        return AddressColumn(None)
    rivals = [index for index, share in enumerate(shares) if index != named and share is not None and share >= SURE]
    return AddressColumn(None if rivals else named, plain=len(keys) == 1)


def holds_addresses(layout: Layout, channel: Channel) -> bool:
    """Whether any of its columns may hold addresses of the channel, as far as the first rows tell."""
    shares = [_share(layout, column.index, channel) for column in layout.columns]
    return any(share is None or share > 0 for share in shares)


def _share(layout: Layout, index: int, channel: Channel) -> float | None:
    """The part of a column's first filled cells that are addresses of the channel; None where none is filled."""
    cells = _filled(layout, index)
    if not cells:
        return None
    return float((read(pl.Series(cells, dtype=pl.String), channel)["number"] == 0).mean() or 0.0)  # type: ignore[arg-type]


def _filled(layout: Layout, index: int) -> list[str]:
    return [row[index] for row in layout.sample if index < len(row) and row[index].strip()]


def choices_of(layout: Layout) -> list[Choice]:
    """Every column by its heading or its place, with some of its cells."""
    return [
        Choice(column.index, name_of(layout, column.index), _filled(layout, column.index)[:CELLS])
        for column in layout.columns
    ]


def name_of(layout: Layout, index: int) -> str:
    return layout.columns[index].heading or _("Column %(number)s") % {"number": index + 1}
