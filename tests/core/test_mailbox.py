"""The development mailbox: what it keeps, and the page that shows it."""

import os
import re
import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from consents.models import Consent, InboundText
from iys_portal.core import mailbox, outbox
from iys_portal.core.delivery import Carrier, Mail, TextMessage
from iys_portal.core.errors import NotFound
from tests.factories import BrandFactory

PAGE = "/dev/mailbox/"
UNSUBSCRIBE = {
    "List-Unsubscribe": "<https://portal.example/i/abc/tek-tik/>, <mailto:ret@portal.example>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}


def keep(number: int = 1, to: str = "ayse@deneme.example", *, at: float | None = None, **more: object) -> str:
    """A mail in the mailbox; returns its file's name."""
    values = {"subject": f"Konu {number}", "text": f"Metin {number}"} | more
    with Carrier() as carrier:
        carrier.send(Mail(f"<{number}@m.example>", to, **values), to_mailbox=True)  # type: ignore[arg-type]
    return moved(f"-{number}-m-example-.eml", at)


def keep_text(number: int = 1, to: str = "+905321234567", *, at: float | None = None, text: str = "SMS") -> str:
    mailbox.keep_text(TextMessage(f"<{number}@t.example>", to, text))
    return moved(f"-{number}-t-example-.sms", at)


def moved(name: str, at: float | None) -> str:
    if at is not None:
        os.utime(mailbox.mailbox_folder() / name, (at, at))
    return name


class TestKeeping:
    def test_the_newest_come_first_whatever_they_are(self):
        keep(1, at=10), keep_text(2, at=30), keep(3, at=20)
        assert [(letter.is_text, letter.text.strip()) for letter in mailbox.letters()] == [
            (True, "SMS"), (False, "Metin 3"), (False, "Metin 1"),
        ]  # fmt: skip

    def test_sent_twice_under_one_id_is_one_letter(self):
        keep(1), keep(1)
        assert len(mailbox.letters()) == 1

    @pytest.mark.parametrize(
        "search, found",
        [
            ("ayse@deneme.example", {"Metin 1"}),
            ("AYSE", {"Metin 1"}),
            ("deneme.example", {"Metin 1", "Metin 2"}),
            ("0532 123 45 67", {"SMS"}),
            ("+90 (532) 123", {"SMS"}),
            ("905321234567", {"SMS"}),
            ("kimse", set()),
            ("metin", set()),
        ],
    )
    def test_a_search_finds_a_part_of_the_address_only(self, search, found):
        keep(1), keep(2, "veli@deneme.example"), keep_text(3)
        assert {letter.text.strip() for letter in mailbox.letters(search=search)} == found

    def test_a_search_knows_both_ends_of_a_text_and_nothing_of_its_words(self):
        mailbox.keep_text(TextMessage("<1@t>", "3500", 'x "to": "gizli" y'), sender="0532 123 45 67")
        assert len(mailbox.letters(search="532 123")) == 1
        assert len(mailbox.letters(search="05321234567")) == 1
        assert len(mailbox.letters(search="3500")) == 1
        assert not mailbox.letters(search="gizli")

    def test_pages_follow_each_other(self):
        for number in range(5):
            keep_text(number, at=100 - number, text=str(number))
        assert [letter.text for letter in mailbox.letters(2, offset=2)] == ["2", "3"]
        assert [letter.text for letter in mailbox.letters(2, offset=4)] == ["4"]

    def test_a_mail_without_a_date_is_shown_with_its_files(self):
        message = EmailMessage()
        message["To"], message["Subject"] = "a@deneme.example", "Tarihsiz"
        message.set_content("x")
        (mailbox.mailbox_folder() / "tarihsiz.eml").write_bytes(message.as_bytes())
        moved("tarihsiz.eml", 1_700_000_000)
        assert mailbox.letters()[0].at.timestamp() == 1_700_000_000

    def test_the_moment_of_a_mail_is_a_moment_everywhere(self):
        with time_machine.travel(datetime(2026, 11, 24, 12, 0, tzinfo=UTC), tick=False):
            keep(1)
        assert mailbox.letters()[0].at == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

    @pytest.mark.parametrize("name", ["../settings.eml", "yok.eml", "x.txt", "", "-1-m-example-.eml/../x"])
    def test_no_other_file_is_a_letter(self, name):
        keep(1)
        assert mailbox.letter_of(name) is None

    def test_ten_thousand_letters_stay_quick(self, monkeypatch):
        folder = mailbox.mailbox_folder()
        template = (folder / keep(1)).read_bytes()
        for number in range(10_000):
            (folder / f"cok-{number}.eml").write_bytes(template.replace(b"ayse@", f"kisi{number}@".encode()))
        parsed = []
        monkeypatch.setattr(mailbox, "letter_of", lambda name, _of=mailbox.letter_of: parsed.append(name) or _of(name))
        began = time.perf_counter()
        assert len(mailbox.letters()) == 50
        assert [letter.to for letter in mailbox.letters(search="kisi9999@")] == ["kisi9999@deneme.example"]
        assert len(parsed) == 51, "only what is shown is parsed"
        assert time.perf_counter() - began < 10  # two or three tenths of a second; parsing all takes far longer


class TestPage:
    def test_a_text_looks_like_a_text_and_a_mail_like_a_mail(self, client):
        keep(1, headers=UNSUBSCRIBE), keep_text(2, text="Bağlantı: https://portal.example/i/xyz/")
        page = client.get(PAGE).content.decode()
        assert 'class="letter-sms"' in page
        assert 'name="text"' in page
        assert '<a href="https://portal.example/i/xyz/"' in page
        assert '<a href="https://portal.example/i/abc/tek-tik/"' in page, "List-Unsubscribe can be followed"
        assert "List-Unsubscribe=One-Click" in page
        assert re.search(r"<details[^>]*>\s*<summary>", page), "headers are folded"

    def test_what_a_mail_says_is_never_markup(self, client):
        keep(1, subject="<script>1</script>", text="<img src=x onerror=1>")
        page = client.get(PAGE).content.decode()
        assert "<script>1" not in page
        assert "<img src=x" not in page

    def test_more_than_fifty_have_pages(self, client):
        for number in range(101):
            keep_text(number, at=1000 - number, text=f"metin{number}.")
        first, second, third = (client.get(f"{PAGE}?sayfa={page}").content.decode() for page in (1, 2, 3))
        assert "metin49." in first and "metin50." not in first and "sayfa=2" in first
        assert "metin50." in second and "metin99." in second and "sayfa=3" in second and "sayfa=1" in second
        assert "metin100." in third and "sayfa=4" not in third
        for odd in ("0", "-1", "x", "", "99999999999"):
            assert client.get(f"{PAGE}?sayfa={odd}").status_code == 200

    def test_a_search_keeps_its_words_from_page_to_page(self, client):
        for number in range(60):
            keep_text(number, "+905321111111")
        keep_text(61, "+905322222222", text="başkası")
        page = client.get(PAGE, {"q": "0532 111"}).content.decode()
        assert "başkası" not in page
        assert 'name="text"' not in page, "what was searched for comes first"
        assert "?q=0532+111&amp;sayfa=2" in page
        assert "başkası" in client.get(PAGE, {"q": "222 22 22"}).content.decode()

    def test_nothing_found_is_said(self, client):
        keep(1)
        assert client.get(PAGE, {"q": "yok"}).context["letters"] == []

    def test_an_empty_mailbox_has_no_search(self, client):
        assert b'name="q"' not in client.get(PAGE).content


class TestHtml:
    def test_a_mail_is_shown_in_a_frame_that_can_do_nothing(self, client):
        name = keep(1, html="<html><head></head><body style='color:red'>Merhaba ğ <script>1</script></body></html>")
        page = client.get(reverse("core:mailbox_html", args=[name]))
        content = reverse("core:mailbox_html_content", args=[name])
        frame = re.search(r"<iframe[^>]+>", page.content.decode())[0]
        assert f'src="{content}"' in frame
        assert "allow-scripts" not in frame
        assert "allow-same-origin" not in frame
        assert "unsafe-inline" not in page.headers["Content-Security-Policy"]

        shown = client.get(content)
        policy = dict(part.split(" ", 1) for part in shown.headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["style-src"] == "'unsafe-inline'"
        assert policy["frame-ancestors"] == "'self'"
        assert "allow-scripts" not in policy["sandbox"]
        assert "script-src" not in policy
        assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert shown.headers["Content-Type"] == "text/html; charset=utf-8"
        assert '<head><base target="_blank">' in shown.content.decode()
        assert "Merhaba ğ" in shown.content.decode()

    @pytest.mark.parametrize("view", ["core:mailbox_html", "core:mailbox_html_content"])
    def test_what_has_no_html_is_not_there(self, client, view):
        for name in (keep(1), keep_text(2), "yok.eml", "..", "a.txt"):
            assert client.get(reverse(view, args=[name])).status_code == 404


@pytest.mark.django_db
class TestTextToTheRegistry:
    DATA = {"sender": "0532 123 45 67", "text": "RET ORNEKMODA"}

    def test_r_r4_the_form_refuses_as_a_phone_would(self, client, monkeypatch):
        monkeypatch.setattr("iys_portal.celery.app.send_task", lambda *_a, **_k: None)
        brand = BrandFactory(short_name="ORNEKMODA")
        assert client.post(reverse("core:mailbox_text"), self.DATA).status_code == 302
        assert Consent.objects.filter(brand_id=brand.pk, recipient="+905321234567").count() == 4
        outbox.send_due()
        answer, sent = mailbox.letters()
        assert (sent.sender, sent.to, sent.text) == ("0532 123 45 67", "3500", "RET ORNEKMODA")
        assert (answer.to, answer.sender) == ("+905321234567", "")
        assert brand.name in answer.text
        assert client.get(PAGE).content.decode().count("letter-sms-in") == 1

    @pytest.mark.parametrize("data", [{"sender": "", "text": "RET X"}, {"sender": "1", "text": ""}, {}])
    def test_a_field_left_empty_is_named_and_nothing_is_sent(self, client, data):
        assert client.post(reverse("core:mailbox_text"), data).status_code == 422
        assert not InboundText.objects.exists()
        assert not mailbox.letters()

    def test_it_is_a_post_with_a_token(self, client):
        assert client.get(reverse("core:mailbox_text")).status_code == 405
        assert Client(enforce_csrf_checks=True).post(reverse("core:mailbox_text"), self.DATA).status_code == 403
        assert not InboundText.objects.exists()

    def test_outside_development_nobody_speaks_for_a_phone(self, client, settings):
        name = keep(1, html="<p>x</p>")
        settings.MAILBOX_PAGE = False
        assert client.post(reverse("core:mailbox_text"), self.DATA).status_code == 404
        assert client.get(reverse("core:mailbox_html", args=[name])).status_code == 404
        assert client.get(reverse("core:mailbox_html_content", args=[name])).status_code == 404
        with pytest.raises(NotFound):
            mailbox.send_to_registry(sender="05321234567", text="RET X")
        assert not InboundText.objects.exists()
