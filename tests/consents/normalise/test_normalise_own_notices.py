"""The provider's own notice (R-M1): read like a consent date, said when it cannot be, never in a refusal's way."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from consents.normalise import Reading, normalise
from consents.problems import BY_NUMBER
from iys_portal.core.calendar import ISTANBUL

Read = Callable[..., Any]
UNREADABLE, IN_FUTURE, TOO_EARLY, UNKNOWN_MEANS = 516, 517, 518, 519
MAIL, TEXT = 1, 2


def at(row: dict[str, Any]) -> str | None:
    found = row["own_notice_at"]
    return found.astimezone(ISTANBUL).strftime("%Y-%m-%d %H:%M:%S") if found else None


@pytest.fixture
def own(read: Read, good: dict[str, str]) -> Callable[..., Any]:
    """Read the good row (of 10:00, at 15:00) with an own notice; its moment and means, or (number, column, value)."""

    def judge(notice: str | None, means: str | None = None, *, api: bool = False, **cells: str) -> Any:
        result = read([good | cells | {"own_notice_at": notice, "own_notice_means": means}], api=api)
        if result.rows.is_empty():
            return result.problems.row(0)[1:]
        row = result.rows.row(0, named=True)
        return at(row), row["own_notice_means"]

    return judge


@pytest.mark.parametrize(
    "text",
    ["2026-11-23 11:30:00", "23.11.2026 11:30", "23/11/2026 11:30:00", "2026-11-23T08:30:00Z", "46349.479166666664"],
)
def test_r_m1_every_spelling_of_a_consent_date_is_read(own: Read, text: str) -> None:
    assert own(text) == ("2026-11-23 11:30:00", MAIL)


@pytest.mark.parametrize(
    ("word", "means"),
    [
        ("EPOSTA", MAIL),
        ("e-posta", MAIL),
        ("E-Mail", MAIL),
        ("MESAJ", TEXT),
        ("SMS", TEXT),
        ("Kısa Mesaj", TEXT),
        (" kisa mesaj ", TEXT),
    ],
)
def test_r_m1_words_for_the_means(own: Read, word: str, means: int) -> None:
    assert own("2026-11-23 11:30:00", word) == ("2026-11-23 11:30:00", means)


@pytest.mark.parametrize(
    ("channel", "address", "means"),
    [
        ("EPOSTA", "ayse@firma.example", MAIL),
        ("MESAJ", "+905321234567", TEXT),
        ("ARAMA", "+905321234567", TEXT),
    ],
)
def test_r_m1_without_a_word_it_is_the_channels_own_means(own: Read, channel: str, address: str, means: int) -> None:
    assert own("2026-11-23 11:30:00", type=channel, recipient=address)[1] == means


@pytest.mark.parametrize("notice", [None, "", "  "])
@pytest.mark.parametrize("means", [None, "", "SMS"])
def test_r_m1_without_a_time_there_is_no_own_notice(own: Read, notice: str | None, means: str | None) -> None:
    assert own(notice, means) == (None, None)


def test_r_m1_a_day_is_its_end_or_now(own: Read) -> None:
    assert own("23.11.2026")[0] == "2026-11-23 15:00:00"
    assert own("22.11.2026", consent_date="2026-11-22 10:00:00")[0] == "2026-11-22 23:59:59"
    assert own("46349")[0] == "2026-11-23 15:00:00"


@pytest.mark.parametrize("text", ["dün", "2026-11-31 10:00:00", "32.01.2026", "Evet", "7"])
def test_r_m1_what_is_no_moment_is_said(own: Read, text: str) -> None:
    assert own(text) == (UNREADABLE, "own_notice_at", text)


@pytest.mark.parametrize("word", ["posta güvercini", "ARAMA", "Evet", "2"])
def test_r_m1_an_unknown_word_for_the_means_is_said(own: Read, word: str) -> None:
    assert own("2026-11-23 11:30:00", word) == (UNKNOWN_MEANS, "own_notice_means", word)


def test_r_m1_the_future_is_refused_but_for_two_minutes_of_the_clock(own: Read) -> None:
    assert own("2026-11-23 15:02:00") == ("2026-11-23 15:02:00", MAIL)
    assert own("2026-11-23 15:02:01") == (IN_FUTURE, "own_notice_at", "2026-11-23 15:02:01")
    assert own("24.11.2026") == (IN_FUTURE, "own_notice_at", "24.11.2026")


def test_r_m1_a_notice_before_its_consent_is_refused_but_for_two_minutes_of_the_clock(own: Read) -> None:
    assert own("2026-11-23 09:58:00") == ("2026-11-23 09:58:00", MAIL)
    assert own("2026-11-23 09:57:59") == (TOO_EARLY, "own_notice_at", "2026-11-23 09:57:59")
    assert own("22.11.2026") == (TOO_EARLY, "own_notice_at", "22.11.2026")


@pytest.mark.parametrize("notice", ["dün", "2031-01-01 10:00:00", "2020-01-01"])
@pytest.mark.parametrize("means", ["SMS", "posta güvercini"])
def test_r_m1_nothing_beside_a_refusal_keeps_it_out(own: Read, notice: str, means: str) -> None:
    assert own(notice, means, status="RET") == (None, None)


@pytest.mark.parametrize(
    ("cells", "number"),
    [
        ({"recipient": ""}, 114),
        ({"type": "?"}, 117),
        ({"status": ""}, 110),
        ({"source": "?"}, 119),
        ({"recipient": "a@b"}, 120),
        ({"consent_date": "?"}, 158),
        ({"consent_date": "2026-02-30"}, 157),
    ],
)
def test_r_m1_comes_last_of_what_reading_finds(own: Read, cells: dict[str, str], number: int) -> None:
    assert own("dün", "posta güvercini", **cells)[0] == number


def test_r_m1_a_consent_in_the_future_is_left_to_r_c6(own: Read) -> None:
    assert own("2027-01-01 10:00:00", consent_date="2027-01-01 10:00:00") == ("2027-01-01 10:00:00", MAIL)


def test_r_m1_the_strict_reading_takes_the_official_forms_only(own: Read) -> None:
    assert own("2026-11-23 11:30:00", "MESAJ", api=True) == ("2026-11-23 11:30:00", TEXT)
    assert own("2026-11-23 11:30:00", api=True) == ("2026-11-23 11:30:00", MAIL)
    assert own("23.11.2026 11:30", api=True)[0] == UNREADABLE
    assert own("2026-11-23 11:30:00", "SMS", api=True)[0] == UNKNOWN_MEANS


def test_r_m1_a_means_without_its_column_of_times_is_not_read(read: Read, good: dict[str, str]) -> None:
    result = read([good | {"own_notice_means": "posta güvercini"}])
    assert result.rows.select("own_notice_at", "own_notice_means").rows() == [(None, None)]


def test_r_m1_a_wide_row_tells_of_each_of_its_consents(read: Read) -> None:
    person = {
        "phone": "0532 123 45 67",
        "email": "ayse@firma.example",
        "allow_sms": "evet",
        "allow_email": "evet",
        "allow_call": "hayır",
        "source": "HS_WEB",
        "consent_date": "2026-11-23 10:00:00",
        "own_notice_at": "23.11.2026 11:30",
    }
    result = read([person, person | {"own_notice_at": "dün"}], shape="wide")
    rows = {(row["line"], row["channel"]): row["own_notice_means"] for row in result.rows.iter_rows(named=True)}
    assert rows == {(2, 2): TEXT, (2, 1): None, (2, 3): MAIL, (3, 1): None}
    assert result.problems.rows() == [(3, UNREADABLE, "own_notice_at", "dün")] * 2


def test_r_m1_each_problem_has_a_sentence_and_an_advice_of_its_own() -> None:
    found = [BY_NUMBER[number] for number in (UNREADABLE, IN_FUTURE, TOO_EARLY, UNKNOWN_MEANS)]
    assert {problem.code for problem in found} == {"R-M1"}
    assert len({problem.sentence(value="x") for problem in found}) == 4
    assert all("x" in problem.sentence(value="x") and problem.advice for problem in found)


CELLS: dict[str, list[str | None]] = {
    "recipient": ["ayse@firma.example", " Ayse@Firma.example", "a@b", ""],
    "type": ["EPOSTA", "e-posta", "?"],
    "status": ["ONAY", "RET", "evet", "?"],
    "source": ["HS_WEB", "web", "?"],
    "recipient_type": ["BIREYSEL", "TACIR", None],
    "consent_date": ["2026-11-23 10:00:00", "23.11.2026", "2026-11-24 10:00:00", "", "?"],
    "own_notice_at": ["2026-11-23 11:00:00", "23.11.2026", "22.11.2026", "2027-01-01", "?", "", None],
    "own_notice_means": ["SMS", "EPOSTA", "?", "", None],
}
ROWS = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()}), min_size=1, max_size=8
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS, data=st.data(), api=st.booleans())
def test_r_m1_a_frame_may_be_split_anywhere(
    frame: Callable[..., pl.DataFrame], moment: datetime, rows: Any, data: st.DataObject, api: bool
) -> None:
    raw = frame(rows)
    reading = Reading(columns={name: name for name in CELLS}, moment=moment, api=api)
    whole, cut = normalise(raw, reading), data.draw(st.integers(0, len(rows)))
    parts = [normalise(part, reading) for part in (raw[:cut], raw[cut:])]
    for name in ("rows", "problems", "changes"):
        assert_frame_equal(pl.concat([getattr(part, name) for part in parts]), getattr(whole, name))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=ROWS)
def test_r_m1_the_columns_change_nothing_else_and_lose_no_refusal(read: Read, rows: Any) -> None:
    without = read([{name: row[name] for name in list(CELLS)[:6]} for row in rows])
    found = read(rows)
    plain = [name for name in found.rows.columns if not name.startswith("own_")]
    kept = without.rows.join(found.rows.select("line"), on="line", how="semi", maintain_order="left")
    assert_frame_equal(found.rows.select(plain), kept.select(plain))
    lost = without.rows.join(found.rows.select("line"), on="line", how="anti")
    assert set(lost["status"]) <= {1}
    assert all(
        number >= UNREADABLE for number in found.problems.filter(pl.col("line").is_in(list(lost["line"])))["number"]
    )


def test_r_m1_many_rows_are_read_as_few(frame: Callable[..., pl.DataFrame], moment: datetime) -> None:
    rows = [
        {name: cells[index * (place + 3) % len(cells)] for place, (name, cells) in enumerate(CELLS.items())}
        for index in range(2_500)
    ]
    raw, reading = frame(rows), Reading(columns={name: name for name in CELLS}, moment=moment)
    whole = normalise(raw, reading)
    parts = [normalise(raw[start : start + 500], reading) for start in range(0, 2_500, 500)]
    assert whole.rows["own_notice_at"].drop_nulls().len() > 10
    assert whole.problems.filter(pl.col("number") >= UNREADABLE).height > 10
    for name in ("rows", "problems", "changes"):
        assert_frame_equal(pl.concat([getattr(part, name) for part in parts]), getattr(whole, name))
