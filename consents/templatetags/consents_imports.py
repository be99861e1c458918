"""Words of the import pages."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django import template
from django.utils.translation import gettext as _

from consents.enums import Channel, RecipientType, Source
from consents.files.encoding import LABELS
from consents.files.layout import FIELD_LABELS, Layout
from consents.models import ConsentImport
from consents.problems import BY_NUMBER
from consents.selectors.imports import ImportPage
from consents.states import ImportState

register = template.Library()

_NAMED = {"type": Channel, "source": Source, "recipient_type": RecipientType}


@register.inclusion_tag("components/badge.html")
def import_state(item: ConsentImport) -> dict[str, Any]:
    """The state of an import as a badge."""
    state = ImportState(item.state)
    return {"label": state.label, "tone": state.badge}


@register.simple_tag
def import_numbers(item: ConsentImport) -> dict[str, int | None]:
    """Rows of an import and how many of them were refused, by the last judging."""
    found = item.counts or item.dry_counts
    if "verdicts" not in found:
        return {"total": None, "refused": None}
    return {"total": found["total"], "refused": sum(found["codes"].values())}


@register.simple_tag
def import_links(query: str, page: ImportPage, moved: str) -> dict[str, str]:
    """Addresses of the pages before and after this one, with the same filters."""
    kept = dict(parse_qsl(query))

    def at(**place: str) -> str:
        return "?" + urlencode(kept | place)

    return {
        "first": at() if moved else "",
        "previous": at(before=page.before) if page.before else "",
        "next": at(after=page.after) if page.after else "",
    }


@register.simple_tag
def layout_words(layout: Layout) -> str:
    """How a file was read, in one sentence."""
    parts = [{"csv": _("Text"), "xlsx": _("Excel workbook"), "ods": _("ODS workbook")}[layout.kind]]
    if layout.sheet:
        parts.append(_("sheet “%(name)s”") % {"name": layout.sheet})
    if layout.encoding:
        parts.append(LABELS.get(layout.encoding, layout.encoding))
    if layout.delimiter:
        names = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("vertical bar")}
        parts.append(_("divided by %(sign)s") % {"sign": names.get(layout.delimiter, layout.delimiter)})
    if layout.header_line:
        parts.append(_("headings in line %(line)s") % {"line": layout.header_line})
    else:
        parts.append(_("without headings"))
    parts.append(_("one person a row") if layout.shape == "wide" else _("one consent a row"))
    return " · ".join(parts)


@register.simple_tag
def ignored_names(layout: Layout) -> str:
    """Headings of the columns that are not stored (R-C19)."""
    return ", ".join(column.heading or str(column.index + 1) for column in layout.ignored)


@register.simple_tag
def constants_words(item: ConsentImport) -> list[tuple[str, str]]:
    """The values that stand for missing columns, with their labels."""
    words = []
    for name, value in item.constants.items():
        members: Any = _NAMED[name].__members__ if name in _NAMED else {}
        words.append((str(FIELD_LABELS[name]), str(members[value].label) if value in members else value))
    return words


@register.simple_tag
def reason_code(number: str) -> str:
    """The code of a problem's number."""
    return BY_NUMBER[int(number)].code


@register.filter
def beside(row: list[str], columns: list[tuple[Any, Any]]) -> list[tuple[str, Any]]:
    """The cells of a sample row, each with the field of its column."""
    return [(cell, field) for cell, (_column, field) in zip(row, columns, strict=False)]
