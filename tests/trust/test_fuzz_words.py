"""Texts of any kind in the columns of an import and in people's words: one answer each, never a crash (R-C3, R-C4)."""

from typing import Any

import polars as pl
from hypothesis import strategies as st

from consents.normalise import Reading, normalise
from consents.normalise.reading import LONG_FIELDS, PROBLEMS_SCHEMA, ROWS_SCHEMA, WIDE_FIELDS
from consents.text_commands import read_command
from iys_portal.core import turkish
from tests.providers.signatures.authority import NOW
from tests.trust.fuzz import both, run

KNOWN = st.sampled_from([
    "ayse@firma.example", "0532 123 45 67", "+905321234567", "5.321234567E+09", "5,32E+09", "EPOSTA", "MESAJ", "ARAMA",
    "ONAY", "RET", "evet", "hayır", "HS_WEB", "TACIR", "2026-11-24 10:00:00", "24.11.2026", "29.02.2027", "31/12/9999",
    "0001-01-01", "2026-11-24T10:00:00+99:99", "45620.5", "-1", "1e308", "nan", "\u202e", "İ", "\x00", " ", "",
])  # fmt: skip
TEXT = st.one_of(KNOWN, st.text(max_size=40), st.text(alphabet="0123456789+-.,:/ TZ()eE٣۵", max_size=30), st.none())


def rows_of(fields: tuple[str, ...]) -> st.SearchStrategy[list[list[str | None]]]:
    return st.lists(st.lists(TEXT, min_size=len(fields), max_size=len(fields)), min_size=1, max_size=6)


@both(60, 5_000)
def test_rows_of_any_text_have_a_reading_or_a_problem(examples: int) -> None:
    for shape, fields in (("long", LONG_FIELDS), ("wide", WIDE_FIELDS)):

        def check(rows: list[list[str | None]], shape: Any = shape, fields: tuple[str, ...] = fields) -> None:
            names = [f"c{place}" for place in range(len(fields))]
            columns = [pl.Series(name, [row[n] for row in rows], dtype=pl.String) for n, name in enumerate(names)]
            lines = pl.Series("line", range(2, 2 + len(rows)), dtype=pl.UInt32)
            reading = Reading(columns=dict(zip(fields, names, strict=True)), moment=NOW, shape=shape)
            found = normalise(pl.DataFrame([lines, *columns]), reading)
            assert dict(found.rows.schema) == ROWS_SCHEMA and dict(found.problems.schema) == PROBLEMS_SCHEMA
            assert found.rows["recipient"].null_count() == 0

        run(examples, rows_of(fields), check)


@both(100, 20_000)
def test_r_r4_any_text_message_is_a_command_or_none(examples: int) -> None:
    words = st.one_of(
        st.text(max_size=200), st.builds("{} {}".format, st.sampled_from(["RET", "ret", "İPTAL", "Rét"]), TEXT)
    )

    def check(text: str) -> None:
        command = read_command(text)
        assert command is None or command == read_command(f"  {text} "), "blanks around it say nothing"
        assert turkish.fold(turkish.fold(text)) == turkish.fold(text)
        turkish.sort_key(text)

    run(examples, words, check)
