"""Whole frames: blank lines, constants, wide lists, sample files, and what holds for any input."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from consents.enums import Channel, RecipientType, Source, Status
from consents.normalise import Reading, normalise
from consents.normalise.reading import CHANGES_SCHEMA, LONG_FIELDS, PROBLEMS_SCHEMA, ROWS_SCHEMA
from consents.problems import BY_NUMBER

Read = Callable[..., Any]
Sample = Callable[..., pl.DataFrame]
Rows = list[dict[str, str | None]]
OFFICIAL = ("recipient", "type", "status", "source", "recipient_type", "consent_date")
LATER = {"H155", "H156", "H162", "H408", "H467", "H178"}  # judged against the registry, not here


def columns(*fields: str) -> dict[str, str]:
    return {field: f"c{index}" for index, field in enumerate(fields) if field}


def test_rows_problems_and_changes_have_their_schemas(read: Read, good: dict[str, str]) -> None:
    for rows in (
        [good],
        [good | {"status": "?"}],
        [good, good | {"status": "?", "recipient": " A@b.example"}],
        [],
    ):
        result = read(rows, columns={} if not rows else {name: name for name in good})
        assert dict(result.rows.schema) == ROWS_SCHEMA
        assert dict(result.problems.schema) == PROBLEMS_SCHEMA
        assert dict(result.changes.schema) == CHANGES_SCHEMA


def test_blank_lines_are_skipped_and_counted(read: Read, good: dict[str, str]) -> None:
    blank = dict.fromkeys(good, "")
    result = read([blank, good, dict.fromkeys(good, None), blank | {"status": " \u00a0"}, good])
    assert result.rows["line"].to_list() == [3, 6]
    assert result.problems.is_empty()
    assert result.counts == {"read": 2, "skipped_empty": 3}


def test_blank_lines_stay_blank_beside_constants(read: Read, good: dict[str, str]) -> None:
    fields = ("recipient", "status")
    rows = [{field: good[field] for field in fields}, dict.fromkeys(fields, "")]
    constants = {"type": "EPOSTA", "source": "HS_WEB", "consent_date": "2026-11-20"}
    result = read(rows, constants=constants)
    assert (result.rows.height, result.counts["skipped_empty"]) == (1, 1)


def test_a_line_with_text_in_another_column_is_not_blank(read: Read, good: dict[str, str]) -> None:
    blank = dict.fromkeys(good, "") | {"note": "Toplam: 1"}
    result = read([good, blank], columns={name: name for name in good})
    assert result.problems.rows() == [(3, 114, "recipient", None)]


def test_r_c19_other_columns_are_not_read(read: Read, good: dict[str, str]) -> None:
    result = read([good | {"name": "Ayşe Yılmaz"}], columns={name: name for name in good})
    assert dict(result.rows.schema) == ROWS_SCHEMA
    assert not any("Yılmaz" in str(cell) for row in result.rows.rows() for cell in row)


def test_a_constant_stands_for_a_missing_column(read: Read, good: dict[str, str]) -> None:
    rows = [
        {"recipient": good["recipient"], "status": "ONAY"},
        {"recipient": "0532 123 45 67", "status": "ONAY"},
    ]
    constants = {
        "type": "E-posta", "source": "Web", "consent_date": "20.11.2026", "recipient_type": "Tacir",
        "retailer_code": " 7 ",
    }  # fmt: skip
    result = read(rows, constants=constants)
    row = result.rows.row(0, named=True)
    assert (row["channel"], row["source"], row["recipient_type"]) == (
        Channel.EPOSTA,
        Source.HS_WEB,
        RecipientType.TACIR,
    )
    assert row["retailer_code"] == "7"
    assert result.problems.rows() == [(3, 464, "recipient", "0532 123 45 67")]


def test_a_mapped_column_goes_before_a_constant(read: Read, good: dict[str, str]) -> None:
    assert read([good | {"source": ""}], constants={"source": "HS_WEB"}).problems["number"].to_list() == [113]


@pytest.mark.parametrize(
    "options",
    [
        {"columns": {}, "constants": {"status": "ONAY"}},
        {"columns": {}, "constants": {"allow_sms": "E"}, "shape": "wide"},
        {"columns": {"name": "c0"}},
        {"columns": {"phone": "c0"}},
        {"columns": {"recipient": "c0"}, "shape": "wide"},
        {"columns": {}, "moment": datetime(2026, 11, 23)},
        {"columns": {}, "shape": "wide", "api": True},
    ],
)
def test_readings_that_are_refused(moment: datetime, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Reading(**({"moment": moment} | options))


def test_a_column_that_the_frame_does_not_have(frame: Callable[..., pl.DataFrame], moment: datetime) -> None:
    with pytest.raises(ValueError, match="c7"):
        normalise(frame([{"c0": "x"}]), Reading(columns={"recipient": "c7"}, moment=moment))


def test_dealer_and_evidence_are_trimmed(read: Read, good: dict[str, str]) -> None:
    result = read([good | {"retailer_code": " 11 ", "evidence": "\u00a0form-001.pdf"}, good | {"retailer_code": " "}])
    assert result.rows.select("retailer_code", "evidence").rows() == [("11", "form-001.pdf"), (None, None)]


def test_a_problems_value_is_the_raw_cell_cut_to_200_characters(read: Read, good: dict[str, str]) -> None:
    result = read([good | {"recipient": " ş" * 300}])
    assert result.problems["value"].to_list() == [(" ş" * 300)[:200]]


PERSON = {
    "phone": "0532 123 45 67", "email": "Ayse@firma.example", "allow_sms": "E", "allow_call": "H",
    "allow_email": "Evet",
    "consent_date": "20.11.2026", "source": "Web",
}  # fmt: skip


def consents(result: Any) -> list[tuple[int, str, str, str]]:
    return [
        (row["line"], Channel(row["channel"]).name, row["recipient"], Status(row["status"]).name)
        for row in result.rows.iter_rows(named=True)
    ]


def test_wide_a_person_becomes_up_to_three_consents(read: Read) -> None:
    result = read([PERSON, PERSON | {"email": "ali@firma.example"}], shape="wide")
    assert consents(result) == [
        (2, "MESAJ", "+905321234567", "ONAY"),
        (2, "ARAMA", "+905321234567", "RET"),
        (2, "EPOSTA", "ayse@firma.example", "ONAY"),
        (3, "MESAJ", "+905321234567", "ONAY"),
        (3, "ARAMA", "+905321234567", "RET"),
        (3, "EPOSTA", "ali@firma.example", "ONAY"),
    ]
    assert result.counts == {
        "read": 2, "skipped_empty": 0, "yes_answers": 4, "no_answers": 2, "unanswered": 0, "no_address": 0,
    }  # fmt: skip
    assert result.changes["field"].to_list() == ["phone", "phone", "email", "phone", "phone"]


def test_wide_a_no_may_be_nothing_and_is_still_counted(read: Read) -> None:
    result = read([PERSON], shape="wide", wide_no="ignore")
    assert [channel for _line, channel, _to, _status in consents(result)] == ["MESAJ", "EPOSTA"]
    assert (result.counts["yes_answers"], result.counts["no_answers"]) == (2, 1)


def test_wide_r_c5_a_no_without_a_time_is_the_end_of_the_day(read: Read) -> None:
    result = read([PERSON], shape="wide")
    local = result.rows["consent_date"].dt.convert_time_zone("Europe/Istanbul").dt.strftime("%H:%M:%S")
    assert local.to_list() == ["00:00:00", "23:59:59", "00:00:00"]


@pytest.mark.parametrize("yes, no", [("E", "H"), ("Evet", "Hayır"), ("1", "0"), ("Var", "Yok"), ("TRUE", "FALSE")])
def test_wide_words_for_yes_and_no(read: Read, yes: str, no: str) -> None:
    result = read([PERSON | {"allow_sms": yes, "allow_call": no, "allow_email": yes}], shape="wide")
    assert [status for *_, status in consents(result)] == ["ONAY", "RET", "ONAY"]


def test_wide_missing_addresses_and_answers_are_counted_not_problems(read: Read) -> None:
    result = read([PERSON | {"phone": " "}, PERSON | {"email": None, "allow_call": ""}], shape="wide")
    assert consents(result) == [
        (2, "EPOSTA", "ayse@firma.example", "ONAY"),
        (3, "MESAJ", "+905321234567", "ONAY"),
    ]
    assert result.problems.is_empty()
    assert (result.counts["no_address"], result.counts["unanswered"]) == (3, 1)


def test_wide_without_a_column_of_addresses_or_answers(read: Read) -> None:
    person = {name: PERSON[name] for name in ("phone", "allow_sms", "allow_email", "consent_date", "source")}
    assert [channel for _line, channel, *_ in consents(read([person], shape="wide"))] == ["MESAJ"]
    assert read([{"phone": "0532 123 45 67"}], shape="wide").rows.is_empty()


def test_wide_problems_name_the_lists_own_columns(read: Read) -> None:
    bad = PERSON | {"phone": "0532", "email": "bozuk", "allow_sms": "belki"}
    result = read([bad, PERSON | {"consent_date": "dün", "allow_call": "", "email": ""}], shape="wide")
    assert result.problems.rows() == [
        (2, 115, "allow_sms", "belki"),
        (2, 121, "phone", "0532"),
        (2, 120, "email", "bozuk"),
        (3, 158, "consent_date", "dün"),
    ]


def test_wide_blank_lines_are_skipped(read: Read) -> None:
    result = read([dict.fromkeys(PERSON, ""), PERSON], shape="wide")
    assert (result.counts["read"], result.counts["skipped_empty"], result.rows.height) == (1, 1, 3)


def verdicts(result: Any) -> dict[int, str]:
    return {line: BY_NUMBER[number].code for line, number in result.problems.select("line", "number").rows()}


@pytest.mark.parametrize("name", ["errors", "scientific"])
def test_r_c1_to_r_c5_sample_files_of_errors(sample: Sample, samples: Path, moment: datetime, name: str) -> None:
    result = normalise(sample(f"{name}.csv"), Reading(columns=columns(*OFFICIAL), moment=moment))
    with (samples / f"{name}.expected.csv").open(newline="") as file:
        expected = {int(row["line"]): row["expected"] for row in csv.DictReader(file)}
    ours = {line: code for line, code in expected.items() if code.startswith("H") and code not in LATER}
    assert verdicts(result) == ours
    assert set(result.rows["line"]) == set(expected) - set(ours)


def test_r_c3_one_phone_in_two_spellings_is_one_recipient(sample: Sample, moment: datetime) -> None:
    result = normalise(sample("errors.csv"), Reading(columns=columns(*OFFICIAL), moment=moment))
    spelled = dict(result.rows.select("line", "recipient").rows())
    assert spelled[31] == spelled[32]
    assert result.changes["line"].to_list() == [31]


@pytest.mark.parametrize(
    "name, fields, options",
    [
        ("canonical.csv", OFFICIAL, {}),
        ("crm-full.csv", OFFICIAL, {}),
        ("physical.csv", (*OFFICIAL, "evidence"), {}),
        ("portal.csv", ("type", "recipient", "status", "source", "consent_date", "retailer_code"), {}),
        ("headerless.csv", ("type", "source", "recipient", "status", "consent_date", "recipient_type"),
        {"heading": False}),
        (
            "excel-tr.csv",
            ("recipient", "type", "status", "source", "recipient_type", "consent_date"),
            {"encoding": "cp1254", "delimiter": ";"},
        ),
    ],
)  # fmt: skip
def test_sample_files_are_read_whole(
    sample: Sample, moment: datetime, name: str, fields: tuple[str, ...], options: dict[str, Any]
) -> None:
    raw = sample(name, **options)
    result = normalise(raw, Reading(columns=columns(*fields), moment=moment))
    assert verdicts(result) == {}
    assert result.rows["line"].to_list() == raw["line"].to_list()
    assert result.rows["consent_date"].null_count() == 0


def test_sample_file_of_people(sample: Sample, moment: datetime) -> None:
    fields = ("", "", "phone", "email", "allow_sms", "allow_call", "allow_email", "consent_date")
    raw = sample("wide.csv", encoding="cp1254", delimiter=";")
    reading = Reading(columns=columns(*fields), constants={"source": "HS_WEB"}, shape="wide", moment=moment)
    result = normalise(raw, reading)
    assert verdicts(result) == {}
    assert result.rows.height == result.counts["yes_answers"] + result.counts["no_answers"] > raw.height


CELLS = {
    "recipient": ["ayse@firma.example", " AYSE@firma.example ", "+905321234567", "0532 123 45 67", "5,32E+09",
                  "5.321234567E+09", "+442079460958", "+4402079460958", "0212 345 67 89", "bozuk",
                  "+90532123", "", None],
    "type": ["EPOSTA", "MESAJ", "ARAMA", "E-posta", "sms", "FAKS", "", None],
    "status": ["ONAY", "RET", "Evet", "0", "BELKI", "", None],
    "source": ["HS_WEB", "Web sitesi", "IYS_WEB", "?", "", None],
    "recipient_type": ["BIREYSEL", "TACIR", "Esnaf", "KURUMSAL", "", None],
    "consent_date": ["2026-11-23 10:00:00", "20.11.2026", "20.11.2026 14:05", "2016-03-27 03:30:00",
                     "45993.5",
                     "2026-11-20T14:05:09Z", "2026-02-31 10:00:00", "dün", "", None],
    "retailer_code": ["11", " ", None],
    "evidence": ["form.pdf", None],
}  # fmt: skip
ANY_CELL = st.text(max_size=20)
ANY_ROW = st.fixed_dictionaries(
    {name: st.one_of(st.sampled_from(cells), st.sampled_from(cells), ANY_CELL) for name, cells in CELLS.items()}
)
ANY_ROWS = st.lists(ANY_ROW, min_size=1, max_size=8)
PROPERTY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def together(parts: list[Any], name: str) -> pl.DataFrame:
    return pl.concat([getattr(part, name) for part in parts])


@PROPERTY
@given(rows=ANY_ROWS, data=st.data(), api=st.booleans())
def test_a_frame_may_be_split_anywhere(
    frame: Callable[..., pl.DataFrame], moment: datetime, rows: Rows, data: st.DataObject, api: bool
) -> None:
    raw = frame(rows)
    reading = Reading(columns={name: name for name in CELLS}, moment=moment, api=api)
    whole = normalise(raw, reading)
    cut = data.draw(st.integers(0, len(rows)))
    for parts in ([raw[:cut], raw[cut:]], [raw[index : index + 1] for index in range(len(rows))]):
        read = [normalise(part, reading) for part in parts]
        for name in ("rows", "problems", "changes"):
            assert_frame_equal(together(read, name), getattr(whole, name))
        assert sum(part.counts["skipped_empty"] for part in read) == whole.counts["skipped_empty"]


@PROPERTY
@given(rows=ANY_ROWS)
def test_every_line_is_a_row_or_a_problem_and_order_is_kept(read: Read, rows: Rows) -> None:
    result = read(rows)
    good, bad = result.rows["line"].to_list(), result.problems["line"].to_list()
    assert good == sorted(good)
    assert bad == sorted(bad)
    assert set(good).isdisjoint(bad)
    assert len(good) + len(bad) == result.counts["read"] == len(rows) - result.counts["skipped_empty"]
    assert set(result.changes["line"]) <= set(good)


@PROPERTY
@given(rows=ANY_ROWS)
def test_reading_what_was_read_changes_nothing(read: Read, rows: Rows) -> None:
    once = read(rows).rows
    if once.is_empty():
        return
    texts = [
        {
            "recipient": row["recipient"],
            "type": Channel(row["channel"]).name,
            "status": Status(row["status"]).name,
            "source": Source(row["source"]).name if row["source"] else None,
            "recipient_type": RecipientType(row["recipient_type"]).name,
            "consent_date": row["consent_date"].strftime("%Y-%m-%dT%H:%M:%SZ") if row["consent_date"] else None,
            "retailer_code": row["retailer_code"],
            "evidence": row["evidence"],
        }
        for row in once.iter_rows(named=True)
    ]
    twice = read(texts)
    assert twice.problems.is_empty()
    assert twice.changes.is_empty()
    assert_frame_equal(twice.rows.drop("line"), once.drop("line"))


@PROPERTY
@given(rows=ANY_ROWS)
def test_what_the_api_takes_every_way_in_reads_the_same(read: Read, rows: Rows) -> None:
    strict, free = read(rows, api=True).rows, read(rows).rows
    assert_frame_equal(strict, free.join(strict.select("line"), on="line", how="semi", maintain_order="left"))


def test_many_rows_are_read_as_few(frame: Callable[..., pl.DataFrame], moment: datetime) -> None:
    rows: Rows = [
        {name: cells[index * (place + 3) % len(cells)] for place, (name, cells) in enumerate(CELLS.items())}
        for index in range(2_500)
    ]
    raw = frame(rows)
    reading = Reading(columns={name: name for name in CELLS}, moment=moment)
    whole = normalise(raw, reading)
    slices = [normalise(raw[start : start + 500], reading) for start in range(0, 2_500, 500)]
    assert min(whole.rows.height, whole.problems.height, whole.changes.height) > 10
    for name in ("rows", "problems", "changes"):
        assert_frame_equal(together(slices, name), getattr(whole, name))


def test_fields_of_a_long_frame_are_those_of_the_problems() -> None:
    assert {problem.column for problem in BY_NUMBER.values()} <= set(LONG_FIELDS)


def test_moments_are_stored_in_utc(read: Read, good: dict[str, str]) -> None:
    stored = read([good]).rows["consent_date"][0]
    assert stored.utcoffset().total_seconds() == 0
    assert stored == datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Europe/Istanbul"))
