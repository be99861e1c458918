"""R-S2: what is wanted of a message's text, by channel, against the sender's own data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consents.enums import Channel, MessagePurpose
from consents.message_length import length_of
from consents.message_rules import CHECKS, Sender, Wording, answers_for, missing_in, sentence_of, text_of_html
from tests.consents.messages.conftest import CALL, MAIL, MERSIS, TEXT, TITLE

SENDER = Sender(TITLE, MERSIS, ("Kumaş",), ("https://kumas.example/ret",), ("3232", "+902129999999"))
BARE = Sender(TITLE, MERSIS, ("Kumaş",))
GOOD = {Channel.EPOSTA: MAIL, Channel.MESAJ: TEXT, Channel.ARAMA: CALL}


def missing(channel: Channel, text: str, *, sender: Sender = SENDER, html: str = "", subject: str = "") -> set[str]:
    words = Wording.of(channel, sender, text=text, html=html, subject=subject)
    return {check.name for check in missing_in(words, MessagePurpose.COMMERCIAL)}


@pytest.mark.parametrize("channel", Channel)
def test_r_s2_a_complete_text_passes(channel: Channel) -> None:
    assert missing(channel, GOOD[channel]) == set()


@pytest.mark.parametrize("channel", Channel)
def test_r_s2_an_empty_text_has_nothing(channel: Channel) -> None:
    wanted = {check.name for check in CHECKS if channel in check.channels}
    assert missing(channel, "  \n") == wanted
    assert wanted >= {"sender", "refusal", "commercial"}


def test_r_s2_a_mail_names_the_title_in_full_a_text_message_the_brand() -> None:
    assert missing(Channel.EPOSTA, MAIL.replace(TITLE, "Kumaş")) == {"sender"}
    assert missing(Channel.EPOSTA, MAIL.replace(TITLE, "UYDURMA KUMAŞ TİCARET A.Ş")) == set()
    assert missing(Channel.MESAJ, TEXT.replace("Kumas", "Mağaza")) == {"sender"}


@pytest.mark.parametrize("channel", [Channel.EPOSTA, Channel.MESAJ])
def test_r_s2_the_mersis_number_is_the_senders_own(channel: Channel) -> None:
    assert missing(channel, GOOD[channel].replace(MERSIS, "0734567890400016")) == {"mersis"}
    assert missing(channel, GOOD[channel].replace(MERSIS, "0734 5678 9040 0015")) == set()
    assert missing(channel, GOOD[channel].replace(MERSIS, MERSIS + "7")) == {"mersis"}


def test_r_s2_the_mersis_number_is_no_contact_and_the_refusal_link_none_either() -> None:
    assert missing(Channel.EPOSTA, MAIL.replace("Tel: 0212 000 00 00", "")) == {"contact"}
    assert missing(Channel.EPOSTA, MAIL.replace("Tel: 0212 000 00 00", "bilgi@kumas.example")) == set()
    assert missing(Channel.MESAJ, TEXT.replace("0850 000 00 00", "www.kumas.example")) == set()


def test_r_s2_the_refusal_goes_to_a_channel_of_the_brands_profile() -> None:
    assert missing(Channel.EPOSTA, MAIL.replace("kumas.example/ret", "baska.example/ret")) == {"refusal"}
    assert missing(Channel.MESAJ, TEXT.replace("3232", "4343")) == {"refusal"}
    assert missing(Channel.MESAJ, TEXT.replace("3232'ye", "0212 999 99 99 numarasına")) == set()
    assert missing(Channel.EPOSTA, MAIL.replace("almak istemiyorsanız", "bakmak için")) == {"refusal"}


def test_r_s2_without_a_profile_any_way_to_refuse_will_do() -> None:
    assert missing(Channel.EPOSTA, MAIL.replace("kumas.example/ret", "baska.example/ret"), sender=BARE) == set()
    assert missing(Channel.MESAJ, TEXT.replace("3232", "4343"), sender=BARE) == set()
    assert missing(Channel.MESAJ, f"Kumaş kampanya www.kumas.example Mersis {MERSIS}", sender=BARE) == {"refusal"}


def test_r_s2_a_word_shows_that_it_is_commercial_the_subject_counts_for_a_mail() -> None:
    plain = MAIL.replace("Kış kampanyası başladı: seçili ürünlerde indirim.", "Kış geldi.")
    assert missing(Channel.EPOSTA, plain) == {"commercial"}
    assert missing(Channel.EPOSTA, plain, subject="İNDİRİM günleri") == set()
    assert missing(Channel.MESAJ, TEXT.replace("kampanya", "merhaba"), subject="indirim") == {"commercial"}


def test_r_s2_both_parts_of_a_mail_hold_by_themselves() -> None:
    html = f"<style>.indirim{{}}</style><p>Kampanya</p><p>{TITLE} {MERSIS}<br>0212 000 00 00</p>"
    assert missing(Channel.EPOSTA, MAIL, html=html) == {"refusal"}
    html += '<a href="https://kumas.example/ret?x=1">Listeden çık</a>'
    assert missing(Channel.EPOSTA, MAIL, html=html) == set()
    assert missing(Channel.EPOSTA, "Merhaba", html=html) == {"sender", "mersis", "contact", "refusal", "commercial"}


def test_styles_and_scripts_say_nothing() -> None:
    assert "kampanya" not in text_of_html("<script>kampanya</script><style>kampanya</style>x")
    assert "a@b.example" in text_of_html('<a href="mailto:a@b.example">yaz</a>')


@pytest.mark.parametrize(
    "odd", ["<![if !mso]>", "<![foo]>", "<![ ", f"&#{'1' * 5000};", f"<p title='&#{'1' * 5000};'>"]
)
def test_html_that_no_mail_program_writes_is_checked_like_any_other(odd: str) -> None:
    assert missing(Channel.EPOSTA, MAIL, html=f"<p>{MAIL}</p>{odd}") == set()


def test_r_s2_a_message_that_needs_no_consent_advertises_nothing() -> None:
    words = Wording.of(Channel.MESAJ, SENDER, text="Siparişiniz yarın teslim edilecek.")
    assert [answer.passed for answer in answers_for(words, MessagePurpose.DELIVERY)] == [True]
    words = Wording.of(Channel.MESAJ, SENDER, text="Siparişiniz yolda. Yeni kampanyamıza da bakın.")
    assert [check.name for check in missing_in(words, MessagePurpose.DELIVERY)] == ["no_advertising"]


def test_what_is_missing_is_said_with_the_senders_own_data() -> None:
    said = {check.name: sentence_of(check, SENDER) for check in CHECKS}
    assert TITLE in said["sender"]
    assert MERSIS in said["mersis"]


@pytest.mark.parametrize(
    ("text", "alphabet", "places", "parts", "left"),
    [
        ("", "GSM-7", 0, 0, 160),
        ("a" * 160, "GSM-7", 160, 1, 0),
        ("a" * 161, "GSM-7", 161, 2, 145),
        ("€" * 80, "GSM-7", 160, 1, 0),
        ("€" * 77 + "a" * 10, "GSM-7", 164, 2, 141),  # 76 of two places fill 152 of 153; the 77th begins a part
        ("ş" * 70, "UCS-2", 70, 1, 0),
        ("ş" * 71, "UCS-2", 71, 2, 63),
        ("😀" * 35, "UCS-2", 70, 1, 0),
        ("öüÖÜÇ", "GSM-7", 5, 1, 155),
    ],
)
def test_the_length_of_a_text_message(text: str, alphabet: str, places: int, parts: int, left: int) -> None:
    found = length_of(text)
    assert (found.alphabet, found.places, found.parts, found.left) == (alphabet, places, parts, left)


@given(st.text(max_size=700))
def test_parts_hold_what_the_text_needs(text: str) -> None:
    found = length_of(text)
    room = {"GSM-7": (160, 153), "UCS-2": (70, 67)}[found.alphabet]
    whole = room[0] if found.parts <= 1 else room[1] * found.parts
    assert found.places <= whole
    assert found.left >= 0
