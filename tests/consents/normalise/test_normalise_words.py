"""R-C1: status, channel, recipient type, source, and what must be there."""

from collections.abc import Callable
from typing import Any

import pytest

from consents.enums import Channel, RecipientType, Source, Status

ReadOne = Callable[..., Any]
PHONE = {"type": "MESAJ", "recipient": "+905321234567"}


@pytest.mark.parametrize("word", ["E-posta", "Eposta", "e-mail", "mail", "EPOSTA", "E-POSTA", " eposta ", "E‑posta"])
def test_r_c1_words_for_email(read_one: ReadOne, word: str) -> None:
    assert read_one({"type": word}).row["channel"] == Channel.EPOSTA


@pytest.mark.parametrize(
    "word",
    [
        "Mesaj",
        "SMS",
        "sms",
        "Kısa Mesaj",
        "KISA MESAJ",
        "kisa mesaj",
        "Kısa mesaj (SMS)",
        "MESAJ",
        "MESAJ\u00a0",
    ],
)
def test_r_c1_words_for_text_message(read_one: ReadOne, word: str) -> None:
    assert read_one(PHONE | {"type": word}).row["channel"] == Channel.MESAJ


@pytest.mark.parametrize("word", ["Arama", "Çağrı", "ÇAĞRI", "cagri", "Telefon", "Sesli arama", "call", "ARAMA"])
def test_r_c1_words_for_call(read_one: ReadOne, word: str) -> None:
    assert read_one(PHONE | {"type": word}).row["channel"] == Channel.ARAMA


@pytest.mark.parametrize("word", ["FAKS", "0", "1", "-", "EPOSTA,MESAJ", "E-posta?", "hepsi"])
def test_r_c1_h117_unknown_channel(read_one: ReadOne, word: str) -> None:
    outcome = read_one({"type": word})
    assert (outcome.code, outcome.column, outcome.value) == ("H117", "type", word)


@pytest.mark.parametrize(
    "word",
    ["Onay", "ONAY", "Onaylı", "ONAYLI", "onayli", "Evet", "EVET", "İzinli", "IZINLI", "1", "1.0", "1,0",
     " 1 ", "E", "e",
     "true", "TRUE", "yes", "kabul", "var", "VAR", "DOĞRU"],
)  # fmt: skip
def test_r_c1_words_for_consent(read_one: ReadOne, word: str) -> None:
    assert read_one({"status": word}).row["status"] == Status.ONAY


@pytest.mark.parametrize(
    "word",
    ["Ret", "RET", "Red", "Hayır", "HAYIR", "hayir", "0", "0.0", "0,00", "H", "h", "false", "FALSE", "no",
     "yok", "YOK",
     "izinsiz", "İZİNSİZ", "YANLIŞ"],
)  # fmt: skip
def test_r_c1_words_for_refusal(read_one: ReadOne, word: str) -> None:
    assert read_one({"status": word}).row["status"] == Status.RET


@pytest.mark.parametrize(
    "word",
    ["BELKI", "belki", "Onay?", "iptal", "iptal?", "IPTAL", "-1", "+1", "1-", ".1", "(1)", "01", "10", "2",
     "1.5", "Y",
     "N", "-", "?", "x", "onay ret", "E/H", "ONAY RET", "null"],
)  # fmt: skip
def test_r_c1_h115_unclear_status_is_never_guessed(read_one: ReadOne, word: str) -> None:
    outcome = read_one({"status": word})
    assert (outcome.code, outcome.column, outcome.value) == ("H115", "status", word)


@pytest.mark.parametrize("word", ["Bireysel", "BİREYSEL", "BIREYSEL", "birey", "Tüketici", "", None, "  "])
def test_r_c1_words_for_individual_and_its_default(read_one: ReadOne, word: str | None) -> None:
    assert read_one({"recipient_type": word}).row["recipient_type"] == RecipientType.BIREYSEL


@pytest.mark.parametrize("word", ["Tacir", "TACİR", "TACIR", "Esnaf", "Tacir-Esnaf", "Tacir/esnaf", "TACİR / ESNAF"])
def test_r_c1_words_for_merchant(read_one: ReadOne, word: str) -> None:
    assert read_one({"recipient_type": word}).row["recipient_type"] == RecipientType.TACIR


def test_r_c1_h116_unknown_recipient_type(read_one: ReadOne) -> None:
    outcome = read_one({"recipient_type": "KURUMSAL"})
    assert (outcome.code, outcome.column, outcome.value) == ("H116", "recipient_type", "KURUMSAL")


def test_r_c1_a_file_without_recipient_types_is_about_individuals(
    read: Callable[..., Any], good: dict[str, str]
) -> None:
    del good["recipient_type"]
    assert read([good]).rows["recipient_type"].to_list() == [RecipientType.BIREYSEL]


@pytest.mark.parametrize("source", Source.of_providers())
def test_r_c1_every_official_source(read_one: ReadOne, source: Source) -> None:
    assert read_one({"source": source.name}).row["source"] == source
    assert read_one({"source": source.name.lower().replace("_", " ")}).row["source"] == source


@pytest.mark.parametrize(
    "word, source",
    [
        ("İnternet sitesi", Source.HS_WEB),
        ("INTERNET SITESI", Source.HS_WEB),
        ("Web sitesi", Source.HS_WEB),
        ("web site", Source.HS_WEB),
        ("Mobil uygulama", Source.HS_MOBIL),
        ("Elektronik ortam", Source.HS_EORTAM),
        ("Çağrı merkezi", Source.HS_CAGRI_MERKEZI),
        ("CAGRI MERKEZI", Source.HS_CAGRI_MERKEZI),
        ("Call centre", Source.HS_CAGRI_MERKEZI),
        ("Sosyal medya", Source.HS_SOSYAL_MEDYA),
        ("Fiziksel ortam", Source.HS_FIZIKSEL_ORTAM),
        ("Islak imza", Source.HS_ISLAK_IMZA),
        ("ISLAK İMZA", Source.HS_ISLAK_IMZA),
        ("Etkinlik", Source.HS_ETKINLIK),
        ("ATM", Source.HS_ATM),
        ("E-posta", Source.HS_EPOSTA),
        ("Mesaj", Source.HS_MESAJ),
        ("SMS", Source.HS_MESAJ),
        ("1 Mayıs 2015 öncesi", Source.HS_2015),
        ("01.05.2015 öncesi", Source.HS_2015),
        ("Hizmet sağlayıcı kararı", Source.HS_KARAR),
        ("Provider's decision", Source.HS_KARAR),
    ],
)
def test_r_c1_words_for_sources(read_one: ReadOne, word: str, source: Source) -> None:
    assert read_one({"source": word}).row["source"] == source


@pytest.mark.parametrize("word", ["HS_UYDURMA", "IYS_WEB", "iys web", "-", "2015", "bilinmiyor"])
def test_r_c1_h119_source_that_a_provider_may_not_record(read_one: ReadOne, word: str) -> None:
    outcome = read_one({"source": word})
    assert (outcome.code, outcome.column, outcome.value) == ("H119", "source", word)


@pytest.mark.parametrize("source", [source for source in Source if source.is_registry])
def test_r_c1_registry_sources_on_the_recipients_own_act(read_one: ReadOne, source: Source) -> None:
    assert read_one({"source": source.name}).code == "H119"
    assert read_one({"source": source.name}, allow_registry_sources=True).row["source"] == source


@pytest.mark.parametrize(
    "field, code",
    [
        ("recipient", "H114"),
        ("type", "H111"),
        ("status", "H110"),
        ("source", "H113"),
        ("consent_date", "H112"),
    ],
)
@pytest.mark.parametrize("cell", [None, "", "  ", "\u00a0\t"])
def test_r_c1_each_compulsory_field(read_one: ReadOne, field: str, code: str, cell: str | None) -> None:
    outcome = read_one({field: cell})
    assert (outcome.code, outcome.column, outcome.value) == (code, field, None)


@pytest.mark.parametrize(
    "field, code",
    [
        ("recipient", "H114"),
        ("type", "H111"),
        ("status", "H110"),
        ("source", "H113"),
        ("consent_date", "H112"),
    ],
)
def test_r_c1_a_missing_column_is_a_missing_cell(
    read: Callable[..., Any], good: dict[str, str], field: str, code: str
) -> None:
    del good[field]
    assert [f"H{number}" for number in read([good]).problems["number"]] == [code]


ORDER = [
    ({"recipient": ""}, "H114"),
    ({"type": ""}, "H111"),
    ({"status": ""}, "H110"),
    ({"recipient_type": "KURUMSAL"}, "H116"),
    ({"source": ""}, "H113"),
    ({"consent_date": ""}, "H112"),
]


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_r_c1_a_row_shows_its_first_problem(read_one: ReadOne, first: int) -> None:
    cells: dict[str, str] = {}
    for change, _code in reversed(ORDER[first:]):
        cells |= change
    assert read_one(cells).code == ORDER[first][1]


@pytest.mark.parametrize(
    "cells, code",
    [
        ({"type": "FAKS", "status": ""}, "H117"),
        ({"status": "BELKI", "recipient_type": "KURUMSAL"}, "H115"),
        ({"consent_date": "", "source": "HS_UYDURMA"}, "H112"),
        ({"source": "HS_UYDURMA", "recipient": "bozuk"}, "H119"),
        ({"recipient": "+905321234567", "consent_date": "dün"}, "H464"),
        ({"recipient": "bozuk", "consent_date": "dün"}, "H120"),
        (PHONE | {"recipient": "+905321234567890123", "consent_date": "2026-02-31 10:00:00"}, "H160"),
        (PHONE | {"recipient": "+90532123", "consent_date": "2026-02-31 10:00:00"}, "H121"),
    ],
)
def test_r_c1_to_r_c5_order_of_checks(read_one: ReadOne, cells: dict[str, str], code: str) -> None:
    assert read_one(cells).code == code


def test_r_c13_a_merchant_may_omit_source_and_date(read_one: ReadOne) -> None:
    row = read_one({"recipient_type": "TACIR", "source": "", "consent_date": None}).row
    assert (row["source"], row["consent_date"]) == (None, None)


@pytest.mark.parametrize("cells, code", [({"source": "HS_UYDURMA"}, "H119"), ({"consent_date": "dün"}, "H158")])
def test_r_c13_what_a_merchants_record_does_carry_is_checked(
    read_one: ReadOne, cells: dict[str, str], code: str
) -> None:
    assert read_one({"recipient_type": "TACIR"} | cells).code == code


@pytest.mark.parametrize(
    "cells, code",
    [
        ({"type": "E-posta"}, "H117"),
        ({"type": "eposta"}, "H117"),
        ({"type": " EPOSTA"}, "H117"),
        ({"status": "Onay"}, "H115"),
        ({"status": "1"}, "H115"),
        ({"status": ""}, "H110"),
        ({"recipient_type": "Tacir"}, "H116"),
        ({"source": "hs_web"}, "H119"),
        ({"source": "IYS_WEB"}, "H119"),
        ({"source": " "}, "H113"),
    ],
)
def test_r_c1_the_api_takes_official_words_only(read_one: ReadOne, cells: dict[str, str], code: str) -> None:
    assert read_one(cells, api=True).code == code


def test_r_c1_the_api_takes_the_official_form(read_one: ReadOne) -> None:
    assert read_one(api=True).row == read_one().row
