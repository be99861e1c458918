"""R-C2, R-C3 and R-C4: an address that its channel can use, in the form that is stored."""

import re
from collections.abc import Callable
from typing import Any

import phonenumbers
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from consents.enums import Channel
from consents.normalise.addresses import IS_CANONICAL_ADDRESS, is_canonical_address, read_addresses
from consents.normalise.emails import CANONICAL_EMAIL
from consents.normalise.phones import CANONICAL_MOBILE

ReadOne = Callable[..., Any]
MOBILE = "+905321234567"


def phone(text: str) -> dict[str, str]:
    return {"type": "MESAJ", "recipient": text}


@pytest.mark.parametrize("channel", ["ARAMA", "MESAJ"])
@pytest.mark.parametrize("text", ["ayse@firma.example", "ayse.yilmaz+x@firma.example", "bozuk@adres", " A@B.EXAMPLE "])
def test_r_c2_h464_calls_and_texts_take_a_phone(read_one: ReadOne, channel: str, text: str) -> None:
    outcome = read_one({"type": channel, "recipient": text})
    assert (outcome.code, outcome.column, outcome.value) == ("H464", "recipient", text)


@pytest.mark.parametrize(
    "text",
    [
        MOBILE,
        "0532 123 45 67",
        "5321234567",
        "5.32E+09",
        "5321234567.0",
        "+905321234567890123",
        "tel:05321234567",
    ],
)
def test_r_c2_h464_emails_take_an_email(read_one: ReadOne, text: str) -> None:
    assert read_one({"recipient": text}).code == "H464"


@pytest.mark.parametrize("channel", ["ARAMA", "MESAJ"])
@pytest.mark.parametrize("text", ["bozuk", "bozuk.adres@", "@", "-", "?", "+", "bilinmiyor", "yok", "1"])
def test_r_c2_garbage_is_h121_for_phones(read_one: ReadOne, channel: str, text: str) -> None:
    assert read_one({"type": channel, "recipient": text}).code == "H121"


@pytest.mark.parametrize("text", ["bozuk", "bozuk.adres@", "@", "-", "1", '=HYPERLINK("http://a.example")'])
def test_r_c2_garbage_is_h120_for_emails(read_one: ReadOne, text: str) -> None:
    assert read_one({"recipient": text}).code == "H120"


SPELLINGS = [
    "0532 123 45 67", "05321234567", "5321234567", "532 123 45 67", "905321234567", "90 532 123 45 67",
    "00905321234567", "0090 532 123 45 67", "+9005321234567", "+90 0532 123 45 67", "9005321234567",
    "009005321234567",
    "+90 (0) 532 123 45 67", "(0532) 123-4567", "(0532) 123 45 67", "0 (532) 123 45 67",
    "+90 (532) 123-45-67",
    "0532-123-45-67", "0532.123.45.67", "532.123.45.67", "0532/1234567", "5321234567.0", "5321234567,0",
    "905321234567.0", "05321234567.00", "5.321234567E+09", "5,321234567E+09", "5.321234567e+09",
    "5.321234567E9",
    "9.05321234567E+11", "9,05321234567e11", "5.3212345670E+09", " +905321234567 ",
    "\u00a0+90\u00a0532\u00a0123\u00a045\u00a067",
    "0532\u2009123\u202f45 67", "0532\u2013123\u201345\u201367", "0532\u2011123\u221245\u201467",
    "\u200e+905321234567\u200f",
    "\ufeff05321234567", "'05321234567", "tel:+905321234567", "TEL: 0532 123 45 67", "0532\t123 45 67",
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("channel", ["ARAMA", "MESAJ"])
def test_r_c3_common_spellings_become_e164_and_are_reported(read_one: ReadOne, channel: str, spelling: str) -> None:
    outcome = read_one({"type": channel, "recipient": spelling})
    assert outcome.recipient == MOBILE
    assert outcome.change == (spelling, MOBILE)


def test_r_c3_e164_is_no_change(read_one: ReadOne) -> None:
    outcome = read_one(phone(MOBILE))
    assert (outcome.recipient, outcome.change) == (MOBILE, None)


@pytest.mark.parametrize(
    "text",
    ["5,32E+09", "9.05321E+11", "5.32e9", "5.32E+09", "5.3212345E+09", "9.0532123456E+11", "5.321234567E+10",
     "5.3212345671E+09", "5E+09", "5.321234567E-09", "5.321234567E", "532.1234567E"],
)  # fmt: skip
def test_r_c3_h121_a_number_that_a_spreadsheet_cut_is_never_guessed(read_one: ReadOne, text: str) -> None:
    assert read_one(phone(text)).code == "H121"


@pytest.mark.parametrize(
    "text",
    ["+90532123", "532123", "0532123456", "53212345678", "+90 532 123 45 6x", "O5321234567", "+0905321234567",
     "5321234567,5337654321", "05321234567;05337654321", "++905321234567", "+", "00", "0", "٠٥٣٢١٢٣٤٥٦٧",
     "+905991234567", "+904991234567", "+15551234", "+999123456789", "5321234567.5", "0532 123 45.0"],
)  # fmt: skip
def test_r_c3_h121_no_number_in_use(read_one: ReadOne, text: str) -> None:
    outcome = read_one(phone(text))
    assert (outcome.code, outcome.column, outcome.value) == ("H121", "recipient", text)


@pytest.mark.parametrize(
    "text",
    ["+905321234567890123", "905321234567890123", "05321234567890123", "+905321234567890",
     "+4420794609581234567",
     "05321234567 / 05337654321"],
)  # fmt: skip
def test_r_c3_h160_longer_than_15_characters_comes_first(read_one: ReadOne, text: str) -> None:
    outcome = read_one(phone(text))
    assert (outcome.code, outcome.column) == ("H160", "recipient")


def test_r_c3_h160_begins_at_16_characters(read_one: ReadOne) -> None:
    assert read_one(phone("+" + "1" * 14)).code == "H121"
    assert read_one(phone("+" + "1" * 15)).code == "H160"


@pytest.mark.parametrize(
    "text, stored",
    [
        ("+902123456789", "+902123456789"),
        ("0212 345 67 89", "+902123456789"),
        ("(0312) 345 67 89", "+903123456789"),
        ("444 1 444", "+904441444"),
        ("0850 123 45 67", "+908501234567"),
        ("+44 20 7946 0958", "+442079460958"),
        ("0044 20 7946 0958", "+442079460958"),
        ("+44 (0)20 7946 0958", "+442079460958"),
        ("+49 30 901820", "+4930901820"),
        ("+1 212 555 2368", "+12125552368"),
    ],
)
@pytest.mark.parametrize("channel", ["ARAMA", "MESAJ"])
def test_r_c3_landlines_and_foreign_numbers(read_one: ReadOne, channel: str, text: str, stored: str) -> None:
    assert read_one({"type": channel, "recipient": text}).recipient == stored


@pytest.mark.parametrize("text", [spelling for spelling in SPELLINGS if spelling != MOBILE])
def test_r_c3_the_api_takes_e164_only(read_one: ReadOne, text: str) -> None:
    assert read_one(phone(text), api=True).code == "H121"


@pytest.mark.parametrize(
    "text, code",
    [
        (MOBILE, None),
        ("+902123456789", None),
        ("+442079460958", None),
        ("+4402079460958", "H121"),
        ("+90532123", "H121"),
        ("+905321234567890123", "H160"),
        ("ayse@firma.example", "H464"),
    ],
)
def test_r_c3_the_api_judges_e164(read_one: ReadOne, text: str, code: str | None) -> None:
    outcome = read_one(phone(text), api=True)
    assert (outcome.code, outcome.change) == (code, None)


def test_r_c3_mobile_prefix_table_is_what_phonenumbers_knows() -> None:
    table = {p for p in range(500, 600) if re.fullmatch(CANONICAL_MOBILE.strip("^$"), f"+90{p}1234567")}
    in_use = {
        p
        for p in range(500, 600)
        if all(
            phonenumbers.number_type(phonenumbers.parse(f"+90{p}{number:07d}")) == phonenumbers.PhoneNumberType.MOBILE
            for number in (0, 1, 110_000, 1_234_567, 2_000_000, 4_610_000, 5_551_234, 9_999_999)
        )
    }
    assert table == in_use
    assert {532, 533, 542, 543, 505, 506, 551, 553, 535, 544} <= table


@given(
    number=st.from_regex(r"[2-9][0-9]{6,11}", fullmatch=True)
    | st.from_regex(r"(5|850|212|444|561)[0-9]{4,9}", fullmatch=True)
)
def test_r_c3_turkish_numbers_are_judged_as_phonenumbers_does(read_one: ReadOne, number: str) -> None:
    text = f"+90{number}"
    valid = len(text) <= 15 and phonenumbers.is_valid_number(phonenumbers.parse(text))
    assert read_one(phone(text)).recipient == (text if valid else None)


@given(
    prefix=st.sampled_from([505, 506, 532, 533, 535, 542, 543, 544, 551, 553]),
    number=st.integers(0, 9_999_999),
    lead=st.sampled_from(["", "0", "90", "+90", "0090", "+900"]),
    gap=st.sampled_from(["", " ", "-", ".", "\u00a0", "\u2013"]),
)
def test_r_c3_every_subscriber_number_in_every_spelling(
    read_one: ReadOne, prefix: int, number: int, lead: str, gap: str
) -> None:
    digits = f"{number:07d}"
    spelled = lead + gap.join([str(prefix), digits[:3], digits[3:5], digits[5:]])
    assert read_one(phone(spelled)).recipient == f"+90{prefix}{digits}"


@pytest.mark.parametrize(
    "text",
    ["ayse@firma.example", "a@b.co", "a+b@firma.example", "ayse.yilmaz+kampanya@alt.firma.com.tr",
     "o'brien@firma.example",
     "_a-b_@x-y.example", "1234567@firma.example", "a@xn--rnek-5qa.example", "=a@firma.example",
     "a" * 250 + "@b.example"],
)  # fmt: skip
def test_r_c4_addresses_that_are_taken_as_they_are(read_one: ReadOne, text: str) -> None:
    outcome = read_one({"recipient": text})
    assert (outcome.recipient, outcome.change) == (text, None)


@pytest.mark.parametrize(
    "text, stored",
    [
        ("AYSE@Firma.Example", "ayse@firma.example"),
        ("IZIN@FIRMA.EXAMPLE", "izin@firma.example"),
        (" ayse@firma.example ", "ayse@firma.example"),
        ("\u00a0ayse@firma.example\ufeff\t", "ayse@firma.example"),
        ("mailto:ayse@firma.example", "ayse@firma.example"),
        ("MAILTO:Ayse@firma.example", "ayse@firma.example"),
    ],
)
def test_r_c4_lower_case_and_trimmed_and_reported(read_one: ReadOne, text: str, stored: str) -> None:
    outcome = read_one({"recipient": text})
    assert (outcome.recipient, outcome.change) == (stored, (text, stored))


@pytest.mark.parametrize(
    "text",
    ["bozuk.adres@", "@firma.example", "ayse", "a@b", "a@b.c", "ayse@firma", "ayse yilmaz@firma.example",
     "ayse@firma .example", "ayse@@firma.example", "a@b@firma.example", ".ayse@firma.example",
     "ayse.@firma.example",
     "ay..se@firma.example", "ayse@firma..example", "ayse@.firma.example", "ayse@-firma.example",
     "ayse@firma-.example",
     "ayse@firma.example.", "ayse@1.2.3.4", "çağrı@örnek.example", "ayşe@firma.example", "İZİN@FIRMA.EXAMPLE",
     "ızın@firma.example", "\u212aemal@firma.example", "ayse@firma.example;ali@firma.example",
     "<ayse@firma.example>",
     '"ayse"@firma.example', "ayse@firma.example\nX", "a" * 260 + "@b.example", "http://firma.example",
     "ay\x00se@firma.example"],
)  # fmt: skip
def test_r_c4_h120_no_email_address(read_one: ReadOne, text: str) -> None:
    outcome = read_one({"recipient": text})
    assert (outcome.code, outcome.column, outcome.value) == ("H120", "recipient", text[:200])


def test_r_c4_six_to_265_characters(read_one: ReadOne) -> None:
    tail = "@b.example"
    assert read_one({"recipient": "a@b.co"}).code is None
    assert read_one({"recipient": "a" * (265 - len(tail)) + tail}).code is None
    assert read_one({"recipient": "a" * (266 - len(tail)) + tail}).code == "H120"


@pytest.mark.parametrize("text", [" ayse@firma.example", "mailto:ayse@firma.example"])
def test_r_c4_the_api_takes_no_other_spelling(read_one: ReadOne, text: str) -> None:
    assert read_one({"recipient": text}, api=True).code == "H120"


def test_r_c4_the_api_stores_lower_case_too(read_one: ReadOne) -> None:
    assert read_one({"recipient": "AYSE@firma.example"}, api=True).recipient == "ayse@firma.example"


@given(st.one_of(st.from_regex(CANONICAL_EMAIL), st.from_regex(CANONICAL_MOBILE), st.emails(), st.text(max_size=40)))
def test_r_c3_r_c4_one_text_is_judged_as_a_column_is(text: str) -> None:
    for channel in (Channel.EPOSTA, Channel.MESAJ):
        frame = pl.DataFrame({"text": [text], "channel": [channel.value]}, schema_overrides={"channel": pl.Int16})
        column = bool(frame.select(IS_CANONICAL_ADDRESS.fill_null(value=False))[:, 0][0])
        assert is_canonical_address(text, channel) is column
        if column:
            assert read_addresses(frame, strict=True).rows() == [(text, 0)]
