"""“Why did I get this?”: from a message to its brand and to the consent behind it; nothing is kept."""

import re
from email.message import EmailMessage

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from complaints.links import prefill_of
from consents import hooks
from consents.models import ConsentEvent
from consents.views import citizen_why
from consents.why import clues_of, read_mail
from iys_portal.core.models import AuditEntry
from iys_portal.core.refused_files import FileRefused
from iys_portal.core.turkish import comparable
from providers.brand_values import key_of
from providers.models import Brand, BrandValue
from providers.selectors.brand_search import Sign, brands_by, brands_named
from tests.factories import BrandFactory, ProviderFactory

from .conftest import OTHERS, PHONE, citizen_with

pytestmark = pytest.mark.django_db
WHY = "/izinlerim/neden/"


def known_by(brand: Brand, **values: str) -> Brand:
    for kind, value in values.items():
        BrandValue.objects.create(brand=brand, kind=kind, value=value, key=key_of(kind, value))
    return brand


@pytest.fixture
def shop(db: None) -> Brand:
    brand = BrandFactory(name="Örnek Çarşı", short_name="Çarşı", provider=ProviderFactory(mersis="0999900000000017"))
    return known_by(brand, sender_name="ORNEKCARSI", domain="carsi.example", number="+908500000000")


@pytest.fixture
def others(db: None) -> list[Brand]:
    return [BrandFactory(name=name) for name in ("Moda Evi Deneme", "Kitap Deneme", "Başka Marka")]


@pytest.mark.parametrize(
    ("text", "sender", "sign"),
    [
        ("İndirim başladı! Ret için 0850 000 00 00", "", Sign.NUMBER),
        ("Bizi arayın: +90 (850) 000-00-00.", "", Sign.NUMBER),
        ("Ayrıntı: https://kampanya.carsi.example/yaz?k=1", "", Sign.DOMAIN),
        ("bilgi@posta.carsi.example", "", Sign.DOMAIN),
        ("Mersis No: 0999 9000 0000 0017", "", Sign.MERSIS),
        ("Sepette %20 indirim.", "ORNEKCARSI", Sign.SENDER_NAME),
        ("RET ÇARŞI yazıp gönderin", "", Sign.SHORT_NAME),
        (
            "Değerli üyemiz, ÖRNEK ÇARŞI ailesi olarak bayramınızı kutlarız. Bütün şubelerimizde görüşmek üzere.",
            "",
            Sign.NAME,
        ),
        ("örnek carsi", "", Sign.NAME),
        ("ornekcars", "", Sign.LIKE),
    ],
)
def test_a_message_leads_to_its_brand(shop: Brand, others, text: str, sender: str, sign: Sign) -> None:
    found = brands_by(clues_of(text, sender=sender))
    assert found[0].brand == shop
    assert sign in [told for told, _value in found[0].signs]
    assert not {one.brand for one in found} & set(others)


@pytest.mark.parametrize(
    "text", ["Merhaba, nasılsın?", "0555 111 22 33", "www.baska.example", "%%%", "a", "carsi.example.kotu.com"]
)
def test_an_unknown_sender_leads_nowhere(shop: Brand, others, text: str) -> None:
    assert brands_by(clues_of(text)) == []


def test_numbers_and_domains_go_before_names(shop: Brand) -> None:
    named = BrandFactory(name="Kampanya Deneme")
    found = brands_by(clues_of("Kampanya Deneme günleri: https://carsi.example/k"))
    assert [one.brand for one in found] == [shop, named]


def test_brands_are_found_by_name_however_it_is_written(shop: Brand, others) -> None:
    for text in ("ornek carsi", "ÇARŞI", "örnek", "Ornekcarsı", "örnekk çarşı"):
        assert brands_named(text)[:1] == [shop], text
    assert brands_named("%") == brands_named("x") == []


def test_the_database_compares_names_as_we_do() -> None:
    names = ["Örnek & Moda", "IĞDIR Çay-Evi", "İnci’nin Şeyi", "Café Âlâ", "ŞÖLEN 1919", "D&R — Kitap", "Zoë Ünlü"]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT turkish_comparable(name) FROM unnest(%s::text[]) WITH ORDINALITY AS n(name, p) ORDER BY p", [names]
        )
        assert [row[0] for row in cursor.fetchall()] == [comparable(name) for name in names]


def mail_of(sender: str = "Çarşı <haber@posta.carsi.example>", html: str = "", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "ayse@deneme.example", "Yaz indirimi"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Merhaba, indirim başladı.")
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


class TestMailFile:
    def test_sender_links_and_the_way_to_refuse_are_read(self, shop: Brand) -> None:
        plain = read_mail(mail_of())
        linked = read_mail(
            mail_of(
                "x@bilinmez.example", '<p>Gel</p><a href="https://a.carsi.example/x">tıkla</a><script>0850</script>'
            )
        )
        refused = read_mail(mail_of("x@bilinmez.example", List_Unsubscribe="<https://ret.carsi.example/u/1>"))
        for mail in (plain, linked, refused):
            found = brands_by(clues_of(mail.clues_text, sender=mail.sender, hosts=mail.hosts))
            assert found[0].brand == shop
        assert "0850" not in linked.text

    @pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"PK\x03\x04\0\0", b"Merhaba", b"\0" * 50])
    def test_other_files_are_refused(self, data: bytes) -> None:
        with pytest.raises(FileRefused):
            read_mail(data)

    def test_broken_mails_are_read_as_far_as_they_go(self) -> None:
        broken = b'From: a@b.example\r\nContent-Type: text/plain; charset="yok-boyle"\r\n\r\n\xff\xfe\xfd'
        assert read_mail(broken).hosts == ("b.example",)
        assert read_mail(b"From: \xff\xfe <\r\nSubject: =?x?q?=\r\n\r\n").text is not None

    def test_by_the_page(self, page: Client, shop: Brand, record) -> None:
        record(shop)
        file = SimpleUploadedFile("ileti.eml", mail_of(), content_type="message/rfc822")
        text = page.post(WHY, {"file": file}).content.decode()
        assert "Örnek Çarşı" in text and "size ulaşabilir" in text
        wrong = page.post(WHY, {"file": SimpleUploadedFile("ileti.eml", b"PK\x03\x04")})
        assert wrong.status_code == 422 and "e-posta dosyası değil" in wrong.content.decode()


class TestPage:
    def test_the_consent_behind_it_and_the_withdrawal(self, page: Client, shop: Brand, record) -> None:
        number = record(shop, PHONE, "MESAJ")
        text = page.post(WHY, {"text": "İndirim! RET ÇARŞI"}).content.decode()
        assert "Kısa mesaj" in text and f"/izinlerim/{number}/ret/" in text
        assert "şirketin internet sitesinde" in text

    def test_that_there_is_none_and_nothing_of_others(self, page: Client, shop: Brand, record) -> None:
        number = record(shop, OTHERS)
        text = page.post(WHY, {"sender": "ORNEKCARSI"}).content.decode()
        assert "izni yok" in text
        assert OTHERS not in text and f"/{number}/" not in text

    def test_an_unknown_sender_is_said_with_what_can_be_done(self, page: Client, shop: Brand) -> None:
        text = page.post(WHY, {"text": "Tebrikler, hediye kazandınız"}).content.decode()
        assert "Bu göndereni tanımıyoruz" in text and "Örnek Çarşı" not in text

    def test_nothing_at_all_is_asked_again(self, page: Client) -> None:
        assert page.post(WHY, {"text": "  "}).status_code == 422

    def test_asking_keeps_nothing_of_the_message(self, page: Client, shop: Brand, caplog) -> None:
        before, entries = ConsentEvent.objects.count(), AuditEntry.objects.count()
        page.post(WHY, {"text": "Gizli Sözcük çarşı", "sender": "+905559998877"})
        fresh = AuditEntry.objects.order_by("pk")[entries:]
        assert [(entry.verb, entry.new) for entry in fresh] == [("consent.read_own", None)]
        assert ConsentEvent.objects.count() == before
        assert "Gizli" not in caplog.text and "9998877" not in caplog.text

    def test_too_many_questions_are_refused(self, page: Client, shop: Brand, monkeypatch) -> None:
        monkeypatch.setattr(citizen_why, "PER_HOUR", 2)
        answers = [page.post(WHY, {"sender": "ORNEKCARSI"}) for _try in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert "Örnek Çarşı" not in answers[2].content.decode()
        other = Client()
        other.force_login(citizen_with(OTHERS), backend="allauth.account.auth_backends.AuthenticationBackend")
        assert other.post(WHY, {"sender": "ORNEKCARSI"}).status_code == 200, "each citizen has questions of their own"

    def test_complaining_begins_with_what_is_known(self, page: Client, shop: Brand) -> None:
        text = page.post(WHY, {"text": "Çarşı'da <b>indirim</b>", "sender": "ORNEKCARSI"}).content.decode()
        tokens = re.findall(r'href="/sikayetlerim/yeni/([^/"]+)/"', text)
        known = prefill_of(tokens[0])
        assert (known.brand_id, known.sender, known.text) == (shop.pk, "ORNEKCARSI", "Çarşı'da <b>indirim</b>")
        assert "indirim" not in tokens[0]

    def test_without_anybody_who_takes_complaints_none_is_offered(self, page: Client, shop: Brand, monkeypatch) -> None:
        monkeypatch.setattr(hooks, "_complaint_links", [])
        assert "Şikâyet et" not in page.post(WHY, {"sender": "ORNEKCARSI"}).content.decode()


def test_long_words_and_hosts_cost_no_more_than_their_length() -> None:
    """Each of these took seconds or gigabytes with the first expressions."""
    for text in ("a" * 20_000, "a." * 10_000, "@" * 20_000, "a-" * 10_000):
        assert not clues_of(text).domains
    assert not clues_of("", hosts=["a." * 200_000 + "example"]).domains


def test_queries_do_not_grow_with_the_message(page: Client, shop: Brand, django_assert_max_num_queries) -> None:
    page.get(WHY)
    with django_assert_max_num_queries(14):
        page.post(WHY, {"text": "kelime " * 2000 + "çarşı 0850 000 00 00"})
