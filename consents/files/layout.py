"""How a file is built: what was recognised, what the user is shown and may change."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .errors import FileRefused
from .words import heading_key

FIELD_LABELS: dict[str, Promise | str] = {
    "recipient": _("Recipient"),
    "phone": _("Phone"),
    "email": _("E-mail address"),
    "type": _("Channel"),
    "status": _("Status"),
    "allow_sms": _("Text messages allowed"),
    "allow_call": _("Calls allowed"),
    "allow_email": _("E-mails allowed"),
    "source": _("Source"),
    "consent_date": _("Consent date"),
    "recipient_type": _("Recipient type"),
    "retailer_code": _("Dealer code"),
    "evidence": _("Evidence"),
    "own_notice_at": _("Own notice: when"),
    "own_notice_means": _("Own notice: how"),
}
"""Every field that a column can be for, in the order in which screens list them."""

OFFICIAL_HEADINGS: dict[str, str] = {
    "recipient": "recipient",
    "type": "type",
    "status": "status",
    "source": "source",
    "recipient_type": "recipientType",
    "consent_date": "consentDate",
    "retailer_code": "retailerCode",
    "own_notice_at": "ownNoticeDate",
    "own_notice_means": "ownNoticeChannel",
}
"""Headings by the registry's own names, for files that we write."""

ADDRESS_FIELDS = frozenset({"recipient", "phone", "email"})
ALLOW_FIELDS = frozenset({"allow_sms", "allow_call", "allow_email"})

Shape = Literal["long", "wide"]
Kind = Literal["csv", "xlsx", "ods"]


@dataclass(frozen=True)
class Column:
    """One column; `field` is None where the column is ignored (R-C19)."""

    index: int
    heading: str
    field: str | None


@dataclass(frozen=True)
class Layout:
    """What `inspect_file` found and `read_slices` goes by.

    Lines are 1-based lines of the file, or row numbers of the sheet. `header_line` is None for a file
    without headings; rows before `first_line` are not data. `sample` holds ten rows of raw cells.
    """

    kind: Kind
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    sheets: tuple[str, ...]
    header_line: int | None
    first_line: int
    columns: tuple[Column, ...]
    shape: Shape
    sample: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def fields(self) -> dict[str, int]:
        """Index of the column of each field that the file has."""
        return {column.field: column.index for column in self.columns if column.field}

    @property
    def ignored(self) -> tuple[Column, ...]:
        """Columns that are not taken into the registry; the user is told their names (R-C19)."""
        return tuple(column for column in self.columns if column.field is None)

    def to_json(self, *, with_sample: bool = True) -> dict[str, Any]:
        """Plain values for a JSON column; without the sample nothing personal is in it."""
        data = asdict(self)
        if not with_sample:
            data["sample"] = ()
        data["sheets"] = list(data["sheets"])
        data["columns"] = list(data["columns"])
        data["sample"] = [list(row) for row in data["sample"]]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Layout":
        """The layout that `to_json` wrote."""
        values = dict(data)
        values["sheets"] = tuple(values["sheets"])
        values["columns"] = tuple(Column(**column) for column in values["columns"])
        values["sample"] = tuple(tuple(row) for row in values["sample"])
        return cls(**values)


def shape_of(fields: Iterable[str]) -> Shape:
    """Wide when a row may speak of several channels: answers by channel, or two addresses, no channel."""
    known = set(fields)
    if known & ALLOW_FIELDS or ({"phone", "email"} <= known and "type" not in known):
        return "wide"
    return "long"


def remap(layout: Layout, changes: Mapping[int, str | None]) -> Layout:
    """The layout with other fields for some columns, as the user decided.

    Raises `FileRefused('two-columns')` when two columns are for one field, ValueError for a column or
    field that does not exist.
    """
    unknown = [index for index in changes if not 0 <= index < len(layout.columns)]
    strange = [name for name in changes.values() if name is not None and name not in FIELD_LABELS]
    if unknown or strange:
        raise ValueError(f"no such column or field: {unknown + strange}")
    columns = tuple(replace(column, field=changes.get(column.index, column.field)) for column in layout.columns)
    for name in FIELD_LABELS:
        refuse_twins(name, [column for column in columns if column.field == name])
    return replace(layout, columns=columns, shape=shape_of(column.field for column in columns if column.field))


def refuse_twins(name: str, columns: list[Column]) -> None:
    """Raise `FileRefused('two-columns')` when more than one column is for the field."""
    if len(columns) < 2:
        return
    headings = ", ".join(f"{column.heading or '?'} ({column.index + 1})" for column in columns)
    raise FileRefused("two-columns", field=FIELD_LABELS[name], headings=headings)


def to_remember(layout: Layout) -> dict[str, str | None]:
    """The mapping as `inspect_file` takes it back (`remembered`), by folded heading."""
    return {key: column.field for column in layout.columns if (key := heading_key(column.heading))}
