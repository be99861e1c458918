"""R-R4: what people write when they mean `RET ‹short name or brand number›`."""

import pytest

from consents.enums import InboundOutcome
from consents.text_commands import read_command
from tests.factories import BrandFactory, ProviderFactory


@pytest.mark.parametrize(
    "words",
    [
        "RET ORNEKMODA",
        "ret ornekmoda",
        "Ret örnekmoda",
        "RET ÖRNEK MODA",
        "rEt  Örnek \n Moda ",
        "RET: “Örnek Moda”",
        '"RET ORNEKMODA"',
        "'ret' ornek-moda!",
        "RET, ORNEKMODA.",
        "RET ORNEKMODA lütfen",
        "RET ORNEKMODA artık bana mesaj atmayın",
        "Lütfen RET ÖRNEKMODA",
        "RED ORNEKMODA",
        "RET 710011",
        "Ret 710011.",
        "RET710011",
        "RET 710 011",
        "RET 710011 05321234567",
        "RET <710011>",
        "RET ‹ORNEKMODA›",
        "RET O\u0308RNEKMODA",
        "\u200bRET\u00a0ORNEKMODA",
        "ＲＥＴ ＯＲＮＥＫＭＯＤＡ",
        "RET Deneme Örnek Moda",
        "ret deneme örnek moda lütfen, teşekkürler",
    ],
)
def test_r_r4_a_refusal_is_understood_however_it_is_written(brand, text, words):
    row = text(words)
    assert (row.outcome, row.brand) == (InboundOutcome.REFUSED, brand)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        "...",
        "RET",
        "ret!",
        "ORNEKMODA",
        "ONAY ORNEKMODA",
        "Retro",
        "RETORNEKMODA",
        "Merhaba",
    ],
)
def test_r_r4_what_is_no_command_refuses_nothing(brand, text, words):
    row = text(words)
    assert (row.outcome, row.brand) == (InboundOutcome.NOT_UNDERSTOOD, None)


@pytest.mark.parametrize(
    "words", ["RET 710012", "RET BASKAMODA", "RET Deneme Örnek Moda Evi", "RET 99999999999999999999", "RET lütfen"]
)
def test_r_r4_a_brand_that_is_not_there_refuses_nothing(brand, text, words):
    row = text(words)
    assert (row.outcome, row.brand) == (InboundOutcome.UNKNOWN_BRAND, None)


def test_r_r4_turkish_i_is_one_letter(text, db):
    brand = BrandFactory(short_name="KIŞLIK")
    for words in ("RET KIŞLIK", "ret kışlık", "ret kislik", "RET KİSLİK"):
        assert text(words).brand == brand


def test_r_r4_the_number_goes_before_a_name_of_digits(brand, text):
    BrandFactory(short_name="710011")
    assert text("RET 710011").brand == brand


def test_r_r4_the_longest_name_that_fits_is_meant(brand, text):
    long = BrandFactory(name="Örnek Moda Ev")
    assert text("RET ÖRNEK MODA EV").brand == long
    assert text("RET ÖRNEK MODA").brand == brand


def test_r_r4_a_short_name_goes_before_another_brands_whole_name(text, db):
    named = BrandFactory(short_name="DENIZ")
    BrandFactory(name="Deniz")
    assert text("RET DENİZ").brand == named


def test_r_r4_several_brands_of_one_name_are_asked_about(text, db):
    brands = [BrandFactory(short_name="YILDIZ", provider=ProviderFactory()) for _ in range(2)]
    row = text("RET YILDIZ")
    assert (row.outcome, row.brand) == (InboundOutcome.AMBIGUOUS, None)
    assert text(f"RET {brands[1].brand_code}").brand == brands[1]


def test_a_wish_is_read_without_any_brand():
    command = read_command("Ret 710 011 lütfen")
    assert command is not None
    assert (command.words, command.numbers) == (("710", "011", "lutfen"), [710011, 710])
    assert read_command("onay 710011") is None
