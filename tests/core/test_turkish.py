"""Turkish case, order and folding."""

from datetime import date

import pytest
from django.utils import translation
from django.utils.formats import date_format
from hypothesis import given
from hypothesis import strategies as st

from iys_portal.core.turkish import ALPHABET, fold, lower_tr, sort_key, upper_tr


@pytest.mark.parametrize(
    "text, expected",
    [
        ("ISPARTA İZMİR", "ısparta izmir"),
        ("I\u0307ZMI\u0307R", "izmir"),
        ("ÇĞÖŞÜ", "çğöşü"),
        ("", ""),
    ],
)
def test_lower_tr(text: str, expected: str) -> None:
    assert lower_tr(text) == expected


@pytest.mark.parametrize("text, expected", [("ısparta izmir", "ISPARTA İZMİR"), ("çğöşü", "ÇĞÖŞÜ"), ("", "")])
def test_upper_tr(text: str, expected: str) -> None:
    assert upper_tr(text) == expected


@pytest.mark.parametrize("spelling", ["IZIN", "İZİN", "izin", "ızın", "Izın", "I\u0307ZI\u0307N", "i z-i.n", "İ_Z/İN"])
def test_fold_takes_all_four_i_together(spelling: str) -> None:
    assert fold(spelling) == "izin"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("Kısa Mesaj (SMS)", "kisamesajsms"),
        ("ÇAĞRI MERKEZİ", "cagrimerkezi"),
        ("Şikâyet", "sikayet"),
        ("üöçşğ", "uocsg"),
        ("E\u2011Posta\u00a0", "eposta"),
        ("\ufeffAlıcı", "alici"),
        ("Onay?", "onay?"),
        ("ONAY(1)-RET(0)", "onay1ret0"),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


@given(st.text(max_size=30))
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=ALPHABET, max_size=20))
def test_case_round_trip(text: str) -> None:
    assert lower_tr(upper_tr(text)) == text


def test_sort_key_is_the_turkish_alphabet() -> None:
    backwards = list(ALPHABET[::-1])
    assert sorted(backwards, key=sort_key) == list(ALPHABET)


def test_sort_key_orders_words() -> None:
    words = [
        "Zara",
        "Ödemiş",
        "Ordu",
        "İzmir",
        "Isparta",
        "iğdır",
        "Iğdır",
        "Çorum",
        "Cizre",
        "Şile",
        "Siirt",
        "Ağrı",
        "Afyon",
    ]
    assert sorted(words, key=sort_key) == [
        "Afyon", "Ağrı", "Cizre", "Çorum", "Iğdır", "Isparta", "iğdır", "İzmir", "Ordu", "Ödemiş", "Siirt",
        "Şile", "Zara",
    ]  # fmt: skip


def test_sort_key_puts_digits_first_and_accents_with_their_letter() -> None:
    assert sorted(["kâr", "kas", "kap", "9", "10 a", "Ωmega"], key=sort_key) == [
        "10 a",
        "9",
        "kap",
        "kâr",
        "kas",
        "Ωmega",
    ]


@pytest.mark.parametrize(
    "language, names",
    [
        ("tr", "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık"),
        ("en", "January February March April May June July August September October November December"),
    ],
)
def test_no_word_of_ours_takes_the_place_of_a_month(language: str, names: str) -> None:
    with translation.override(language):
        assert [date_format(date(2026, month, 1), "F") for month in range(1, 13)] == names.split()
