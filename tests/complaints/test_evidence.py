"""R-K2: files that people send: what is taken, what is refused and in which words; nothing sent is ever run."""

import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.utils import timezone
from PIL import Image

from complaints import services
from complaints.evidence import MAX_BYTES, judge_evidence
from complaints.models import Complaint, ComplaintPaper
from complaints.policies import is_after_refusal, is_without_consent, refused_since
from complaints.recordings import judge_recording
from complaints.selectors.held import held_for, thaw
from complaints.senders import sender_of
from consents.effective import Reason
from consents.enums import Status
from iys_portal.core.calendar import BusinessCalendar
from iys_portal.core.eml import read_mail, text_of_html
from iys_portal.core.errors import Invalid
from iys_portal.core.refused_files import FileRefused
from tests.consents.evidence.papers import pdf, picture

from .conftest import MAIL, eml, upload

FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s at 44.1 kHz: 417 bytes


def mp3(frames: int = 12) -> bytes:
    return b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + FRAME * frames


def box(name: bytes, body: bytes) -> bytes:
    return (len(body) + 8).to_bytes(4) + name + body


def m4a(handler: bytes = b"soun") -> bytes:
    return box(b"ftyp", b"M4A \x00\x00\x00\x00") + box(b"moov", box(b"hdlr", handler)) + box(b"mdat", b"sound")


def refused(name: str, data: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        judge_evidence(name, data)
    assert caught.value.message
    assert caught.value.advice
    return caught.value.code


def test_r_k2_every_kind_is_judged_by_its_content() -> None:
    for name, data, kind in [
        ("a.eml", picture(), "picture"),  # whatever its name says
        ("a.mp3", mp3(), "recording"),
        ("ses", m4a(), "recording"),
        ("a.pdf", pdf(), "paper"),
        ("ileti", eml(), "mail"),
    ]:
        if kind == "picture":
            assert refused(name, data) == "eml-unknown"
        else:
            assert judge_evidence(name, data).kind == kind


@pytest.mark.parametrize(
    "name, data, code",
    [
        ("a.jpg", b"", "scan-empty"),
        ("a.eml", eml(body="x" * MAX_BYTES), "evidence-too-large"),
        ("a.exe", b"MZ" + bytes(500), "evidence-unknown"),
        ("a.html", b"<html><script>alert(1)</script></html>", "evidence-unknown"),
        ("a.mp3", b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(500), "recording-broken"),
        ("a.mp3", mp3() + b"\x01" * 5000, "recording-broken"),
        ("a.m4a", m4a()[:-3], "recording-broken"),
        ("a.m4a", m4a(b"vide"), "recording-broken"),
        ("a.mp3", b"no sound", "recording-unknown"),
        ("a.msg", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "eml-outlook"),
        ("a.eml", b"just words\n", "eml-unknown"),
        ("a.jpg", picture()[: len(picture()) // 2], "scan-broken"),
    ],
)
def test_bad_files_are_refused_in_words(name: str, data: bytes, code: str) -> None:
    assert refused(name, data) == code


def test_r_g1_where_a_picture_was_taken_is_gone() -> None:
    source, out = Image.new("RGB", (64, 48), "red"), BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Deneme Telefon"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (39.0, 55.0, 0.0)
    source.save(out, "JPEG", exif=exif)
    assert b"Deneme Telefon" in out.getvalue()
    kept = judge_evidence("a.jpg", out.getvalue())
    assert b"Deneme Telefon" not in kept.data
    assert not dict(Image.open(BytesIO(kept.data)).getexif())
    assert Image.open(BytesIO(kept.data)).size == (64, 48)


def test_a_recording_is_whole() -> None:
    assert judge_recording(mp3()) == "audio/mpeg"
    assert judge_recording(m4a()) == "audio/mp4"


def test_a_mail_is_read() -> None:
    mail = read_mail(eml(Subject="=?utf-8?b?xLBuZGlyaW0=?="))
    assert (mail.sender, mail.sender_name, mail.recipients) == ("kampanya@moda.example", "Deneme Moda", (MAIL,))
    assert mail.subject == "İndirim"
    assert mail.sent_at == datetime(2026, 11, 26, 7, tzinfo=UTC)
    assert "List-Unsubscribe" in mail.lists


def test_html_becomes_its_words_and_scripts_go() -> None:
    html = (
        "<html><head><title>x</title><style>p{}</style></head><body><p>İndirim</p><script>alert('kötü')</script>"
        "<p onclick=alert(1)>başladı <img src=x onerror=alert(2)></p></body></html>"
    )
    assert text_of_html(html) == "İndirim\nbaşladı"
    assert read_mail(eml(kind="text/html; charset=utf-8", body=html)).text == "İndirim\nbaşladı"


def test_a_mail_inside_a_mail_stays_closed() -> None:
    parts = (
        "--b\r\nContent-Type: text/plain\r\n\r\nDış\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        "From: ic@moda.example\r\nSubject: iç\r\n\r\nİç metin\r\n--b--\r\n"
    )
    mail = read_mail(eml(kind='multipart/mixed; boundary="b"', body=parts))
    assert mail.inside == ("message.eml",)
    assert "metin" not in mail.text
    assert mail.sender == "kampanya@moda.example"


def test_winmail_dat_without_a_text_is_explained() -> None:
    parts = (
        '--b\r\nContent-Type: application/ms-tnef; name="winmail.dat"\r\n'
        'Content-Disposition: attachment; filename="winmail.dat"\r\n\r\nxxxx\r\n--b--\r\n'
    )
    assert refused("a.eml", eml(kind='multipart/mixed; boundary="b"', body=parts)) == "eml-winmail"


def test_a_mail_of_countless_parts_is_refused() -> None:
    parts = "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 300 + "--b--\r\n"
    assert refused("a.eml", eml(kind='multipart/mixed; boundary="b"', body=parts)) == "eml-parts"


def nested(depth: int) -> bytes:
    """A mail whose parts hold parts."""
    lines = []
    for n in range(depth):
        lines += [f"--b{n}", f'Content-Type: multipart/mixed; boundary="b{n + 1}"', ""]
    return eml(kind='multipart/mixed; boundary="b0"', body="\r\n".join(lines))


@pytest.mark.parametrize(
    "data, code",
    [
        (eml(kind='multipart/mixed; boundary="b"', body="--b\r\n\r\nx\r\n" * 10_000), "eml-parts"),
        (nested(2_000), "eml-deep"),
        (eml(body="\n" * 5_000_000), "eml-deep"),
        (eml(Cc=", ".join(["a@b.example"] * 400_000)), "eml-headers"),  # 5 MB
        (eml(Cc="a@b.example,\r\n " * 5_000), "eml-headers"),
        (b"From: a@b.example\r\nSubject: x\r\nX-" + b"y" * 5_000_000, "eml-headers"),
        (eml(kind="text/plain; x=" + "(" * 17_000), "eml-headers"),
    ],
    ids=["parts", "deep", "lines", "header", "folded", "endless", "brackets"],
)
def test_a_hostile_mail_is_refused_before_it_costs_anything(data: bytes, code: str) -> None:
    began = time.process_time()
    assert refused("a.eml", data) == code
    assert time.process_time() - began < 2


def test_what_is_read_of_a_page_is_bounded() -> None:
    began = time.process_time()
    hidden = "<svg>" * 30_000 + "</title>" * 30_000
    assert read_mail(eml(kind="text/html", body=f"<p>İndirim</p>{hidden}")).text == "İndirim"
    assert len(text_of_html("<p>söz</p>" * 100_000)) < 200_000
    assert text_of_html("<head><title>x<body>Gövde") in ("", "Gövde")
    assert time.process_time() - began < 3


def test_html_that_no_mail_program_writes_is_read_like_any_other() -> None:
    assert text_of_html(f"<p>söz<![endif]><![foo]>&#{'1' * 5000};") == "söz\ufffd"
    assert read_mail(eml(kind="text/html", body="<p>İndirim<![foo]></p>")).text == "İndirim"
    assert text_of_html("söz<![ ").startswith("söz")


@pytest.mark.parametrize(
    "headers",
    [
        {"Date": "gibberish"},
        {"Date": "Thu, 26 Nov 2026 10:00:03681954719 +0300"},
        {"From": ""},
        {"Content_Type": "text/plain; charset=yok"},
        {"To": "<<>>,;@"},
    ],
)
def test_a_mail_with_broken_headers_is_still_read(headers: dict[str, str]) -> None:
    assert read_mail(eml(**headers)).text


def test_fifty_pictures_are_refused_at_once_and_none_is_kept(draft, me) -> None:
    complaint = draft()
    with pytest.raises(FileRefused, match="evidence-many"):
        services.add_evidence(complaint=complaint, files=[upload(f"{n}.png", b"x") for n in range(50)], actor=me)
    assert not ComplaintPaper.objects.exists()


def test_one_bad_file_leaves_the_others(draft, me) -> None:
    files = [upload("a.png", picture()), upload("b.exe", b"MZ"), upload("c.png", picture())]
    results = services.add_evidence(complaint=draft(), files=files, actor=me)
    assert [one.refused.code if one.refused else "" for one in results] == ["", "evidence-unknown", "evidence-again"]
    assert ComplaintPaper.objects.count() == 1


def test_a_mail_fills_only_what_is_empty(draft, me) -> None:
    complaint = draft()
    services.add_evidence(complaint=complaint, files=[upload("a.eml", eml())], actor=me, fill=True)
    complaint.refresh_from_db()
    assert complaint.text == "İndirim başladı"
    assert complaint.mail_facts["sender"] == "kampanya@moda.example"


def test_senders_are_known_by_the_key_of_brands() -> None:
    assert sender_of("Ad <kampanya@mail.moda.example>").keys == ("mail.moda.example", "moda.example")
    assert sender_of("0850 111 22 33").key == "+908501112233"
    assert sender_of(" ÖRNEK  & Moda ").key == "ornekmoda"
    assert sender_of("***").key == ""


def event(version: int, status: Status, days: float, source: int | None = None, late: float = 0) -> SimpleNamespace:
    moment = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(days=days)
    return SimpleNamespace(
        version=version,
        status=status,
        source=source,
        consent_date=moment,
        registered_at=moment + timedelta(days=late),
        kind=1,
        holds=0,
        hold_from=None,
        undoes_version=None,
    )


def test_r_k8_the_first_refusal_without_a_break_counts() -> None:
    end = datetime(2026, 4, 1, tzinfo=UTC)
    first, again = event(1, Status.RET, 0), event(2, Status.RET, 20)
    assert refused_since([first, again], end) == first.registered_at
    assert refused_since([first, event(2, Status.ONAY, 5), event(3, Status.RET, 9)], end).day == 11
    assert refused_since([first, event(2, Status.ONAY, 5)], end) is None
    late = event(1, Status.RET, 0, late=10)
    assert refused_since([late], end) == late.registered_at
    assert is_after_refusal(BusinessCalendar(), [first], end, business_days=3)
    assert not is_after_refusal(BusinessCalendar(), [event(1, Status.RET, 29)], end, business_days=3)


def test_without_consent_means_on_both_clocks() -> None:
    assert is_without_consent([])
    assert is_without_consent([Reason.NO_RECORD, Reason.REFUSED])
    assert not is_without_consent([Reason.SENDABLE, Reason.REFUSED])


def test_r_k3_what_is_held_is_frozen_at_filing(filed, brand, record) -> None:
    record(brand, days=9)
    complaint = filed(brand=brand)
    held = thaw(complaint.held)
    assert held == held_for(address=MAIL, channel=3, brand_id=brand.pk, at=complaint.message_at)
    assert held.may_have_been_sent
    record(brand, "RET", days=0)
    complaint.refresh_from_db()
    assert thaw(complaint.held).consents[0].known.status == Status.ONAY


def test_r_k8_a_filed_complaint_is_marked(filed, brand, record) -> None:
    record(brand, days=30)
    record(brand, "RET", days=20)
    complaint = filed(brand=brand)
    assert complaint.after_refusal
    assert complaint.without_consent
    fresh = filed()  # about a sender that is not registered: nothing can be said
    assert not (fresh.after_refusal or fresh.without_consent)


def test_r_k1_an_address_that_is_no_longer_own_is_refused(draft, citizen, me) -> None:
    complaint = draft()
    citizen.addresses.filter(address=MAIL).delete()
    with pytest.raises(Invalid):
        services.file_complaint(complaint=complaint, declared=True, actor=me)
    assert Complaint.objects.get().state == "draft"


def test_r_k1_a_draft_grows_too_old_to_be_filed(draft, me, clock) -> None:
    complaint = draft()
    clock.move_to(timezone.now() + timedelta(days=100))
    with pytest.raises(Invalid):
        services.file_complaint(complaint=complaint, declared=True, actor=me)
