"""R-C5: consent dates in every known form, on Istanbul's clock."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

ReadOne = Callable[..., Any]
ISTANBUL = ZoneInfo("Europe/Istanbul")


@pytest.mark.parametrize(
    "text, local",
    [
        ("2026-11-20 14:05:09", "2026-11-20 14:05:09"),
        (" 2026-11-20 14:05:09 ", "2026-11-20 14:05:09"),
        ("2026-11-20T14:05:09", "2026-11-20 14:05:09"),
        ("2026-11-20 14:05:09.750", "2026-11-20 14:05:09"),
        ("2026-11-20T14:05:09.999999", "2026-11-20 14:05:09"),
        ("2026-11-20 14:05", "2026-11-20 14:05:00"),
        ("2026-11-20\u00a014:05", "2026-11-20 14:05:00"),
        ("2026-11-20 00:00:00", "2026-11-20 00:00:00"),
        ("20.11.2026 14:05", "2026-11-20 14:05:00"),
        ("20.11.2026 14:05:09", "2026-11-20 14:05:09"),
        ("20.11.2026  9:05", "2026-11-20 09:05:00"),
        ("20/11/2026 14:05", "2026-11-20 14:05:00"),
        ("20/11/2026 14:05:09", "2026-11-20 14:05:09"),
        ("5.1.2026 14:05", "2026-01-05 14:05:00"),
        ("5/1/2026 14:05", "2026-01-05 14:05:00"),
        ("2026-11-20T11:05:09Z", "2026-11-20 14:05:09"),
        ("2026-11-20T11:05Z", "2026-11-20 14:05:00"),
        ("2026-11-20T14:05:09+03:00", "2026-11-20 14:05:09"),
        ("2026-11-20T14:05:09.5+0300", "2026-11-20 14:05:09"),
        ("2026-11-20 14:05:09 +03", "2026-11-20 14:05:09"),
        ("2026-11-20T06:05:09-05:00", "2026-11-20 14:05:09"),
        ("2026-11-20T16:35:09+05:30", "2026-11-20 14:05:09"),
        ("45993.5", "2025-12-02 12:00:00"),
        ("45993,5", "2025-12-02 12:00:00"),
        ("45993.604166666664", "2025-12-02 14:30:00"),
        ("45993.99998842592", "2025-12-02 23:59:59"),
        ("2024-02-29 10:00:00", "2024-02-29 10:00:00"),
        ("2014-03-03 10:00:00", "2014-03-03 10:00:00"),
        ("9999-12-31 23:59:59", "9999-12-31 23:59:59"),
    ],
)
@pytest.mark.parametrize("status", ["ONAY", "RET"])
def test_r_c5_known_forms(read_one: ReadOne, text: str, local: str, status: str) -> None:
    assert read_one({"consent_date": text, "status": status}).local == local


@pytest.mark.parametrize("text", ["2026-11-20", "20.11.2026", "20/11/2026", "2026-11-20 ", "46346", "46346.0"])
def test_r_c5_a_date_without_a_time(read_one: ReadOne, text: str) -> None:
    assert read_one({"consent_date": text}).local == "2026-11-20 00:00:00"
    assert read_one({"consent_date": text, "status": "RET"}).local == "2026-11-20 23:59:59"


@pytest.mark.parametrize("text", ["5.1.2026", "5/1/2026", "05.01.2026", "2026-1-5"])
def test_r_c5_single_digits(read_one: ReadOne, text: str) -> None:
    assert read_one({"consent_date": text}).local == "2026-01-05 00:00:00"


@pytest.mark.parametrize("text", ["2026-11-23", "23.11.2026", "46349"])
def test_r_c5_a_refusal_of_today_is_no_later_than_now(read_one: ReadOne, text: str) -> None:
    assert read_one({"consent_date": text, "status": "RET"}).local == "2026-11-23 15:00:00"
    assert read_one({"consent_date": text}).local == "2026-11-23 00:00:00"


def test_r_c5_now_is_cut_to_the_second(read_one: ReadOne, moment: datetime) -> None:
    outcome = read_one(
        {"consent_date": "2026-11-23", "status": "RET"},
        moment=moment.replace(microsecond=987_654).astimezone(UTC),
    )
    assert outcome.local == "2026-11-23 15:00:00"


def test_r_c5_a_refusal_with_a_time_keeps_it(read_one: ReadOne) -> None:
    assert read_one({"consent_date": "2026-11-23 23:00:00", "status": "RET"}).local == "2026-11-23 23:00:00"


@pytest.mark.parametrize(
    "text",
    ["2026-02-31 10:00:00", "2026-02-30 10:00:00", "2025-02-29 10:00:00", "1900-02-29 10:00:00",
     "2026-13-01 10:00:00",
     "2026-00-10 10:00:00", "2026-01-00 10:00:00", "2026-11-31 10:00:00", "2026-11-20 25:00:00",
     "2026-11-20 24:00:00",
     "2026-11-20 10:60:00", "2026-11-20 10:00:60", "31.02.2026 10:00", "31.02.2026", "32.01.2026",
     "11/20/2026 10:00",
     "2026-02-31", "2026-11-20T10:00:00+99:00", "0000-01-01 00:00:00", "0001-01-01 00:00:00",
     "9999-12-31T23:59:59-12:00"],
)  # fmt: skip
@pytest.mark.parametrize("status", ["ONAY", "RET"])
def test_r_c5_h157_known_form_but_no_day_of_the_calendar(read_one: ReadOne, text: str, status: str) -> None:
    outcome = read_one({"consent_date": text, "status": status})
    assert (outcome.code, outcome.column, outcome.value) == ("H157", "consent_date", text)


@pytest.mark.parametrize(
    "text",
    ["dün akşam", "bugün", "20 Kasım 2026", "2026", "20.11.26", "20-11-2026", "20261120", "29999", "80001",
     "123456",
     "45993.5.1", "1e4", "-45993", "2026-11-20 10", "2026-11-20 10:00:00 ve sonrası", "10:00",
     "2026-11-20Z", "-", "?"],
)  # fmt: skip
def test_r_c5_h158_unknown_form(read_one: ReadOne, text: str) -> None:
    outcome = read_one({"consent_date": text})
    assert (outcome.code, outcome.column, outcome.value) == ("H158", "consent_date", text)


@pytest.mark.parametrize(
    "text, utc",
    [
        ("2026-07-01 12:00:00", "2026-07-01 09:00:00"),  # UTC+3 all year since September 2016
        ("2016-01-15 12:00:00", "2016-01-15 10:00:00"),  # winter time before that
        ("2015-07-01 12:00:00", "2015-07-01 09:00:00"),
        ("2015-11-08 03:30:00", "2015-11-08 00:30:00"),  # shown twice: the earlier one
        ("2016-03-27 03:30:00", "2016-03-27 01:30:00"),  # skipped: told by the old offset
        ("27.03.2016 03:30", "2016-03-27 01:30:00"),
    ],
)
@pytest.mark.parametrize("first", ["", "20.11.2026"])
def test_r_c5_istanbul_by_the_zone_database(
    read: Callable[..., Any], good: dict[str, str], text: str, utc: str, first: str
) -> None:
    rows = [good | {"consent_date": text}] + ([good | {"consent_date": first}] if first else [])
    assert read(rows).rows["consent_date"][0] == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_r_c5_the_api_reads_a_skipped_hour_the_same(read_one: ReadOne) -> None:
    cells = {"consent_date": "2016-03-27 03:30:00"}
    assert read_one(cells, api=True).row == read_one(cells).row


@pytest.mark.parametrize(
    "text, code",
    [
        ("2026-11-20 14:05:09", None),
        ("2026-11-20T14:05:09", "H158"),
        ("2026-11-20 14:05", "H158"),
        ("2026-11-20", "H158"),
        (" 2026-11-20 14:05:09", "H158"),
        ("20.11.2026 14:05", "H158"),
        ("2026-11-20T14:05:09Z", "H158"),
        ("45993.5", "H158"),
        ("2026-02-31 10:00:00", "H157"),
        ("2026-11-20 25:00:00", "H157"),
        ("", "H112"),
        ("  ", "H112"),
    ],
)
def test_r_c5_the_api_takes_one_form(read_one: ReadOne, text: str, code: str | None) -> None:
    assert read_one({"consent_date": text}, api=True).code == code


FORMS = {
    "%Y-%m-%d %H:%M:%S": 0,
    "%Y-%m-%dT%H:%M:%S": 0,
    "%d.%m.%Y %H:%M:%S": 0,
    "%d/%m/%Y %H:%M:%S": 0,
    "%Y-%m-%d %H:%M": 60,
    "%d.%m.%Y %H:%M": 60,
    "%d/%m/%Y %H:%M": 60,
}


@given(when=st.datetimes(datetime(2016, 10, 1), datetime(2090, 1, 1)), form=st.sampled_from(sorted(FORMS)))
def test_r_c5_every_moment_in_every_form(read_one: ReadOne, when: datetime, form: str) -> None:
    when = when.replace(microsecond=0, second=0 if FORMS[form] else when.second)
    stored = read_one({"consent_date": when.strftime(form)}).row["consent_date"]
    assert stored == when.replace(tzinfo=ISTANBUL)


@given(when=st.datetimes(datetime(2016, 10, 1), datetime(2090, 1, 1)), hours=st.integers(-12, 14))
def test_r_c5_every_moment_in_every_zone(read_one: ReadOne, when: datetime, hours: int) -> None:
    aware = when.replace(microsecond=0, tzinfo=ZoneInfo("UTC")).astimezone(ISTANBUL)
    text = (when.replace(microsecond=0) + timedelta(hours=hours)).isoformat() + f"{hours:+03d}:00"
    assert read_one({"consent_date": text}).row["consent_date"] == aware


@given(seconds=st.integers(30_000 * 86_400, 80_000 * 86_400))
def test_r_c5_spreadsheet_numbers_to_the_second(read_one: ReadOne, seconds: int) -> None:
    local = datetime(1899, 12, 30) + timedelta(seconds=seconds)
    stored = read_one({"consent_date": repr(seconds / 86_400)}).row["consent_date"]
    assert stored == local.replace(tzinfo=ISTANBUL) or local.year < 2017
