"""A result's rows: one by itself is read, answered and written as it is among others."""

import polars as pl
import pytest

from consents.effective import Reason
from consents.engine.asked import read
from consents.enums import Channel
from consents.query_results import _lines, _one_line

CELLS = [
    "ayse@firma.example", "  ayse@firma.example ", "Ayse@Firma.example", "+905321234567", "0532 123 45 67", "5,32E+09",
    "", " ", None, "=1+1@firma.example", "+cmd@firma.example", 'tırnak"lı; hücre', "iki\nsatır", "@firma",
    "'a@b.example",
]  # fmt: skip


@pytest.mark.parametrize("channel", [Channel.EPOSTA, Channel.MESAJ])
def test_r_s1_one_address_is_read_and_written_as_among_others(channel: Channel) -> None:
    cells = pl.Series("c0", CELLS, dtype=pl.String)
    together = read(cells, channel)
    for place, cell in enumerate(CELLS):
        alone = read(cells.slice(place, 1), channel)
        assert alone.rows() == [together.row(place)], cell
        assert alone.schema == together.schema
        frame = pl.DataFrame({"line": [1], "c0": [cell]}, schema={"line": pl.UInt32, "c0": pl.String})
        found = alone.with_columns(pl.col("number").replace(0, int(next(iter(Reason)))))
        among = _lines(frame, found)
        if cell == "":  # the writer of many tells an empty cell from none
            among = among.removeprefix(b'""')
        assert _one_line(frame, found) == among, cell
