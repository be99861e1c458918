"""Which column is for what: headings, what was remembered, content."""

import pytest

from consents.files.errors import FileRefused
from consents.files.inspect import inspect_file
from consents.files.layout import Layout, remap, to_remember
from consents.files.words import fields_of, heading_key

MAIL = "ayse@firma.example"
PHONE = "0532 123 45 67"


HEADINGS = {
    "recipient": "recipient, ALICI, alıcı, Alıcı, Telefon / E-posta, İLETİŞİM ADRESİ",
    "type": "type, İzin Tipi, IZIN TURU, izin_türü, Kanal, KANAL TİPİ, channel",
    "status": "status, Onay/Ret, ONAY(1)-RET(0), İzin Durumu, Durum, DURUM",
    "source": "source, İzin Kaynağı, IZIN KAYNAGI, kaynak",
    "recipient_type": "recipientType, Alıcı Tipi, RECIPIENT_TYPE, alici türü",
    "consent_date": "consentDate, İzin Tarihi, TARİH, İzin Tarihi ve Saati, IZIN TARIHI",
    "retailer_code": "retailerCode, IZNIN ALINDIGI BAYI KODU, Bayi Kodu",
    "evidence": "evidence, Kanıt, KANIT",
    "own_notice_at": "ownNoticeDate, Bildirim Tarihi, BİLDİRİM TARİHİ, Bilgilendirme Tarihi, Kendi Bildirimi,"
    " Bildirim Tarihi ve Saati, Own notice: when, Kendi bildiriminiz: zaman",
    "own_notice_means": "ownNoticeChannel, Bildirim Kanalı, Bilgilendirme Kanalı, Bildirim Yöntemi, Own notice: how,"
    " Kendi bildiriminiz: kanal",
    "phone": "Cep Telefonu, GSM No, Telefon, Müşteri Cep Telefonu, Mobile phone",
    "email": "E-posta, E-Mail, Mail Adresi, Yetkili E-posta, e‑posta adresi",
    "allow_sms": "SMS İzni, Mesaj Onayı, allow_sms, SMS, Kısa Mesaj İzni",
    "allow_call": "Arama İzni, Telefon İzni, Call permission, ARAMA İZNİ",
    "allow_email": "E-posta İzni, E-Posta Onayı (E/H), Email opt-in",
    "": "Ad Soyad, Müşteri No, TCKN, Doğum Tarihi, Şehir, Alıcı Adı, SMS İzin Tarihi, Kayıt Tarihi, Açıklama,"
    " Satır, Kod, Ne yapmalı, Line, Code, Explanation, What to do",
}


@pytest.mark.parametrize("field", HEADINGS)
def test_heading_words(field: str) -> None:
    """Those that name nothing are ignored (R-C19)."""
    for heading in HEADINGS[field].split(","):
        assert next(iter(fields_of(heading_key(heading))), "") == field, heading


def test_r_m1_the_own_notice_stands_beside_the_consent_and_takes_nothing_from_it(write, fields) -> None:
    cells = f"{MAIL};EPOSTA;ONAY;HS_WEB;23.11.2026 10:00;23.11.2026 11:00;SMS"
    path = write(f"Alıcı;Kanal;Durum;Kaynak;İzin Tarihi;Bildirim Tarihi;Bildirim Kanalı\n{cells}\n")
    assert fields(inspect_file(path)) == [
        *("recipient", "type", "status", "source", "consent_date"),
        *("own_notice_at", "own_notice_means"),
    ]


def test_r_m1_the_own_notice_of_a_wide_file(write, fields) -> None:
    path = write(f"E-posta;Telefon;SMS İzni;İzin Tarihi;Bildirim Tarihi\n{MAIL};{PHONE};E;23.11.2026;23.11.2026\n")
    assert fields(inspect_file(path)) == ["email", "phone", "allow_sms", "consent_date", "own_notice_at"]


def test_r_m1_a_column_bildirim_of_yes_and_no_is_no_time(write, fields) -> None:
    path = write(f"Alıcı;Kanal;Durum;Bildirim\n{MAIL};EPOSTA;ONAY;Evet\n")
    assert fields(inspect_file(path)) == ["recipient", "type", "status", None]


def test_tip_beside_kanal_is_the_recipient_type(write, fields) -> None:
    path = write(f"Tip,Kanal,Durum,E-posta\nTACIR,EPOSTA,ONAY,{MAIL}\n")
    assert fields(inspect_file(path)) == ["recipient_type", "type", "status", "recipient"]


@pytest.mark.parametrize("value, field", [("EPOSTA", "type"), ("Bireysel", "recipient_type")])
def test_tip_alone_is_told_by_its_content(write, fields, value: str, field: str) -> None:
    path = write(f"Alıcı;Tip;Durum\n{MAIL};{value};ONAY\n")
    assert fields(inspect_file(path)) == ["recipient", field, "status"]


def test_two_columns_tip_are_told_apart_by_content(write, fields) -> None:
    path = write(f"Alıcı;Tip;Tip;Durum\n{MAIL};TACIR;EPOSTA;ONAY\n")
    assert fields(inspect_file(path)) == ["recipient", "recipient_type", "type", "status"]


def test_address_and_answer_of_the_same_name(write, fields) -> None:
    path = write(f"Ad,E-posta,Telefon,E-posta,Telefon\nAyşe,{MAIL},{PHONE},Evet,Hayır\n")
    layout = inspect_file(path)
    assert fields(layout) == [None, "email", "phone", "allow_email", "allow_call"]
    assert layout.shape == "wide"


def test_lone_phone_column_of_a_long_file_is_the_recipient(write, fields) -> None:
    path = write(f"Telefon,Kanal,Onay\n{PHONE},SMS,Onay\n")
    assert fields(inspect_file(path)) == ["recipient", "type", "status"]


def test_better_word_wins_and_the_other_is_ignored(write, fields) -> None:
    path = write(f"Ev Telefonu,Cep Telefonu,SMS İzni,Tarih,İzin Tarihi\n{PHONE},{PHONE},E,1.1.2026,2.1.2026\n")
    assert fields(inspect_file(path)) == [None, "phone", "allow_sms", None, "consent_date"]


def test_title_and_blank_rows_above_the_headings(write, fields) -> None:
    path = write(f"Örnek A.Ş. izin listesi;;\n;;\n\nAlıcı;Kanal;Durum\n\n{MAIL};EPOSTA;ONAY\n")
    layout = inspect_file(path)
    assert (layout.header_line, layout.first_line) == (4, 6)
    assert fields(layout) == ["recipient", "type", "status"]


def test_headerless_with_another_order(write, fields) -> None:
    path = write(f"1.2.2026 10:00;{MAIL};Bireysel;E-posta;İnternet sitesi;Onay\n")
    layout = inspect_file(path)
    assert layout.header_line is None
    assert fields(layout) == ["consent_date", "recipient", "recipient_type", "type", "source", "status"]


def test_unknown_headings_are_settled_by_content(write, fields) -> None:
    path = write(f"Kime,Ne,Doğum Tarihi,Cevap\n{MAIL},EPOSTA,1.1.1980,ONAY\n")
    layout = inspect_file(path)
    assert layout.header_line == 1
    assert fields(layout) == ["recipient", "type", None, "status"]


def test_status_is_never_guessed_from_yes_and_no(write, fields) -> None:
    path = write(f"Kime,Ne,Bülten\n{MAIL},EPOSTA,Evet\n")
    assert fields(inspect_file(path)) == ["recipient", "type", None]


def test_list_of_addresses_alone(write, fields) -> None:
    for text in (f"{MAIL}\nbora@firma.example\n", f"E-posta\n{MAIL}\n"):
        assert fields(inspect_file(write(text))) == ["recipient"]


def test_remembered_mapping_wins(write, fields) -> None:
    path = write(f"Durum,Tercih,E-posta,Kanal\nAktif,ONAY,{MAIL},EPOSTA\n")
    remembered = {"durum": None, "tercih": "status"}
    assert fields(inspect_file(path, remembered=remembered)) == [None, "status", "recipient", "type"]


def test_mapping_is_remembered_by_heading(write, fields) -> None:
    layout = remap(inspect_file(write(f"A1,B1,Durum\n{MAIL},x,ONAY\n")), {1: "source", 2: None})
    again = write(f"Durum,B 1,A-1\nONAY,x,{MAIL}\n")
    assert fields(inspect_file(again, remembered=to_remember(layout))) == [None, "source", "recipient"]


def test_two_columns_for_the_same_field_are_refused(write, refused) -> None:
    refusal = refused(write(f"Alıcı,Alıcı,Durum\n{MAIL},{MAIL},ONAY\n"))
    assert refusal.code == "two-columns"
    assert refusal.params["headings"] == "Alıcı (1), Alıcı (2)"


def test_second_column_that_is_empty_is_no_twin(write, fields) -> None:
    path = write(f"Alıcı,Alıcı,Durum\n{MAIL},,ONAY\n")
    assert fields(inspect_file(path)) == ["recipient", None, "status"]


def test_remap_refuses_two_columns_and_unknown_fields(write) -> None:
    layout = inspect_file(write(f"Alıcı,Kanal,Durum\n{MAIL},EPOSTA,ONAY\n"))
    with pytest.raises(FileRefused, match="two-columns"):
        remap(layout, {1: "status"})
    assert remap(layout, {1: "status", 2: None}).fields == {"recipient": 0, "status": 1}
    with pytest.raises(ValueError):
        remap(layout, {1: "name"})
    with pytest.raises(ValueError):
        remap(layout, {3: "status"})


def test_remap_can_make_a_file_wide(write) -> None:
    layout = inspect_file(write(f"E-posta,Bülten\n{MAIL},Evet\n"))
    assert remap(layout, {0: "email", 1: "allow_email"}).shape == "wide"


def test_layout_survives_json(write) -> None:
    layout = inspect_file(write(f"Alıcı;Kanal;Durum;Ad\n{MAIL};EPOSTA;ONAY;Ayşe\n"))
    assert Layout.from_json(layout.to_json()) == layout


def test_too_many_columns(write, refused) -> None:
    assert refused(write("recipient," + ",".join(f"x{i}" for i in range(400)) + f"\n{MAIL}\n")).params["count"] == 401


def test_no_recognisable_columns(write, refused) -> None:
    assert refused(write("Şehir,Nüfus\nAnkara,5\nİzmir,4\n")).code == "no-recognisable-columns"


def test_blank_headings_at_the_end_are_no_columns(write, refused, fields) -> None:
    """Spreadsheets write a delimiter behind the last column; unknown headings are settled by content then, too."""
    assert refused(write("ad;soyad;\nAyşe;Örnek;\n")).code == "no-recognisable-columns"
    assert fields(inspect_file(write("ad;nereye;;\nAyşe;ayse@firma.example;;\n"))) == [None, "recipient"]


def test_users_choice_of_delimiter_and_sheet(write, workbook) -> None:
    path = write(f"Alıcı;Durum,Kanal\n{MAIL};ONAY,EPOSTA\n")
    assert inspect_file(path, delimiter=",").delimiter == ","
    book = workbook({"A": [["Alıcı", "Durum"], [MAIL, "ONAY"]], "B": [["Alıcı"], [MAIL]]})
    assert inspect_file(book).sheet == "A"
    assert inspect_file(book, sheet="B").sheet == "B"
    with pytest.raises(FileRefused, match="unknown-sheet"):
        inspect_file(book, sheet="C")
