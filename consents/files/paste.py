"""The paste box: text copied from a spreadsheet or a mail becomes a file like any other, or a list of addresses."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

from .layout import ADDRESS_FIELDS, Column, Layout
from .words import fields_of, heading_key

_BETWEEN = re.compile(r"[,;\t|]")
_LETTER = re.compile(r"[A-Za-z]")
FEWEST_DIGITS = 7  # of a phone number


def write_paste(text: str, path: Path) -> None:
    """Write pasted text as a UTF-8 file with plain line ends, for `inspect_file` to take from there.

    Lone surrogates, which a browser may send, become question marks; NULs stay, so that they are refused.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    path.write_bytes(plain.encode("utf-8", errors="replace"))


def pasted_addresses(text: str) -> list[str] | None:
    """The addresses of a plain list: one a line, or one after the other as mail programs write them.

    None where the text is a table, whose columns `inspect_file` tells apart. A heading above a list is left out.
    """
    plain = text.removeprefix("\ufeff").replace("\r", "\n")
    rows = [[cell.strip() for cell in _BETWEEN.split(line) if cell.strip()] for line in plain.split("\n")]
    rows = [row for row in rows if row]
    widths = {len(row) for row in rows}
    if widths <= {1}:
        cells = [cell for row in rows for cell in row]
        headed = bool(cells) and not ADDRESS_FIELDS.isdisjoint(fields_of(heading_key(cells[0])))
        return cells[1:] if headed and len(cells) > 1 else cells
    like_a_mail = len(rows) == 1 or len(widths) > 1
    if like_a_mail and all(_is_like_an_address(cell) for row in rows for cell in row):
        return [cell for row in rows for cell in row]
    return None


def _is_like_an_address(cell: str) -> bool:
    return "@" in cell or (not _LETTER.search(cell) and sum(map(str.isdecimal, cell)) >= FEWEST_DIGITS)


LIST_LAYOUT = Layout(
    kind="csv",
    encoding="utf-8",
    delimiter="\t",
    sheet=None,
    sheets=(),
    header_line=None,
    first_line=1,
    columns=(Column(0, "", "recipient"),),
    shape="long",
)
"""How `write_list` builds its file."""


def write_list(addresses: Sequence[str], path: Path) -> None:
    """Write addresses one a line, for `read_slices` to take from there with `LIST_LAYOUT`."""
    with path.open("w", encoding="utf-8", errors="replace", newline="") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([address] for address in addresses)
