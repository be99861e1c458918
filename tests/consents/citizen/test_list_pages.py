"""R-Z3: the list is searched, narrowed and sorted on the server; acts are answered in place; strangers get nothing."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from consents.effective import Reason, judge
from consents.enums import Channel, Status
from consents.models import Consent, ConsentEvent, RefusalAlert
from consents.selectors.own_list import PAGE
from iys_portal.accounts.models import User
from providers.models import BrandProfile
from tests.factories import BrandFactory, ProviderFactory, RetailerFactory

from .conftest import MAIL, OTHERS, PHONE, citizen_with

pytestmark = pytest.mark.django_db
OWN = "/izinlerim/"
HTMX = {"HX-Request": "true"}


def names(page: Client, **asked: str) -> list[str]:
    text = page.get(OWN, asked).content.decode()
    return re.findall(r'<h2 id="brand-\d+"[^>]*>([^<]+)</h2>', text)


@pytest.fixture
def three(record, citizen: User) -> dict[str, int]:
    """Çay reaches by mail, Ilık is refused by text, Zeytin waits for its evidence."""
    tea = BrandFactory(name="Çay Deneme", provider=ProviderFactory(title="İnce Belli A.Ş."))
    warm, olive = BrandFactory(name="Ilık Deneme"), BrandFactory(name="Zeytin Deneme")
    BrandProfile.objects.create(brand=tea, sector="food")
    return {
        "tea": record(tea),
        "warm": record(warm, PHONE, "MESAJ", status="RET"),
        "olive": record(olive, source="HS_ISLAK_IMZA"),
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "Çay Ilık Zeytin"),
        ({"q": "CAY"}, "Çay"),
        ({"q": "ince belli"}, "Çay"),
        ({"q": "ilik"}, "Ilık"),
        ({"durum": "ulasabilir"}, "Çay"),
        ({"durum": "ret"}, "Ilık"),
        ({"durum": "bekleyen"}, "Zeytin"),
        ({"kanal": "MESAJ"}, "Ilık"),
        ({"sektor": "food"}, "Çay"),
        ({"sira": "ulasan"}, "Çay Ilık Zeytin"),
        ({"durum": "bilinmeyen", "kanal": "FAKS", "adres": "999999", "sayfa": "-1"}, "Çay Ilık Zeytin"),
        ({"q": "hiçbiri"}, ""),
    ],
)
def test_r_z3_the_list_is_narrowed(page: Client, three, asked: dict[str, str], found: str) -> None:
    assert [name.split()[0] for name in names(page, **asked)] == found.split()


def test_r_z3_by_address_and_newest_first(page: Client, citizen: User, three, record, as_of) -> None:
    phone = citizen.addresses.get(address=PHONE)
    assert names(page, adres=str(phone.pk)) == ["Ilık Deneme"]
    record(BrandFactory(name="Yeni Deneme"), consent_date=as_of.strftime("%Y-%m-%d %H:%M:%S"))
    assert names(page, sira="yeni")[0] == "Yeni Deneme"


def test_r_z3_how_and_by_whom_in_plain_words(page: Client, record) -> None:
    brand = BrandFactory()
    RetailerFactory(brand=brand, code="B0001", name="Kadıköy Deneme Bayii")
    record(brand, retailer_code="B0001")
    text = page.get(OWN).content.decode()
    assert "Kadıköy Deneme Bayii" in text and "şirketin internet sitesinde" in text


def test_a_long_list_comes_page_by_page(page: Client, record) -> None:
    brands = [BrandFactory(name=f"Deneme {number:03d}") for number in range(PAGE + 3)]
    for brand in brands:
        record(brand)
    assert len(names(page)) == PAGE
    assert names(page, sayfa="2") == [f"Deneme {number:03d}" for number in range(PAGE, PAGE + 3)]
    assert names(page, sayfa="99") == names(page, sayfa="2")


def test_three_hundred_brands_in_ten_queries(page: Client, django_assert_max_num_queries) -> None:
    provider = ProviderFactory()
    for number in range(300):
        brand = BrandFactory(provider=provider, name=f"Deneme {number:03d}")
        event = {"recipient": MAIL, "brand_id": brand.pk, "channel": 3, "recipient_type": 1, "version": 1, "status": 1}
        now = "2026-11-20T10:00:00+03:00"
        Consent.objects.create(**event, source=5, consent_date=now, registered_at=now, event_id=900_000 + number)
    page.get(OWN)
    with django_assert_max_num_queries(10):
        assert page.get(OWN).status_code == 200


class TestInPlace:
    """What htmx gets after an act; without it everything works by pages."""

    def test_r_z3_a_switch_brings_the_brands_new_look_and_the_way_back(self, page: Client, three, as_of) -> None:
        answer = page.post(reverse("consents:own-channel", args=[three["tea"]]), headers=HTMX)
        text = answer.content.decode()
        brand = Consent.objects.get(
            event_id=Consent.objects.filter(status=Status.RET).order_by("-event_id")[0].event_id
        )
        assert answer.status_code == 200 and f'id="brand-card-{brand.brand_id}"' in text
        assert 'hx-swap-oob="true"' in text and "15:15" in text
        token = re.search(r'name="what" value="([^"]+)"', text)[1]
        back = page.post(reverse("consents:own-take-back"), {"what": token}, headers=HTMX)
        assert "size ulaşabilir" in back.content.decode()
        assert judge([(MAIL, brand.brand_id, 3, 1)], now=as_of) == [Reason.SENDABLE]

    def test_many_brands_at_once_load_the_page_anew(self, page: Client, record) -> None:
        for _number in range(6):
            record(BrandFactory())
        answer = page.post(reverse("consents:own-everything"), headers=HTMX)
        assert answer["HX-Redirect"] == OWN

    def test_without_it_the_list_comes_back_as_it_was_narrowed(self, page: Client, three) -> None:
        url = reverse("consents:own-channel", args=[three["tea"]])
        asked = {"liste": "durum=ulasabilir&q=çay&next=//evil.example"}
        answer = page.post(url, asked)
        assert answer.status_code == 302
        assert answer.url.startswith(OWN + "?") and "evil" not in answer.url and "durum=ulasabilir" in answer.url


def test_r_m3_i_did_not_give_this_consent(page: Client, three) -> None:
    page.post(reverse("consents:own-denied", args=[three["tea"]]))
    assert RefusalAlert.objects.get().denied
    assert Consent.objects.filter(recipient=MAIL, status=Status.RET).count() == 2


def test_r_r1_a_channel_everywhere(page: Client, record, as_of) -> None:
    first, second = BrandFactory(), BrandFactory()
    for brand in (first, second):
        record(brand, PHONE, "ARAMA")
        record(brand, PHONE, "MESAJ")
    stranger = BrandFactory()
    record(stranger, OTHERS)
    page.post(reverse("consents:own-everywhere", args=["ARAMA"]))
    now = [judge([(PHONE, b.pk, c, 1)], now=as_of)[0] for b in (first, second) for c in (Channel.ARAMA, Channel.MESAJ)]
    assert now == [Reason.REFUSED_BY_RECIPIENT, Reason.SENDABLE] * 2
    assert page.post("/izinlerim/kanal/FAKS/ret/").status_code == 404
    assert page.post("/izinlerim/kanal/EPOSTA/ret/").status_code == 302


def test_r_z2_an_earlier_holders_past_stays_out_of_sight(page: Client, citizen: User, record, as_of) -> None:
    reaching, refused = BrandFactory(name="Ulaşan Deneme"), BrandFactory(name="Reddedilen Deneme")
    record(reaching)
    record(refused, status="RET")
    citizen.addresses.filter(address=MAIL).update(history_from=as_of + timedelta(hours=1))
    text = page.get(OWN).content.decode()
    assert names(page) == ["Ulaşan Deneme"]
    assert "23 Kasım" not in text and "internet sitesinde" not in text
    number = Consent.objects.get(brand_id=reaching.pk).event_id
    assert page.post(reverse("consents:own-channel", args=[number])).status_code == 302
    assert judge([(MAIL, reaching.pk, 3, 1)], now=as_of) == [Reason.REFUSED_BY_RECIPIENT]


class TestOneBrand:
    def test_r_z5_found_allowed_and_refused_for_good(self, page: Client, as_of) -> None:
        brand = BrandFactory(name="Şeker Deneme", provider=ProviderFactory(title="Şeker Ticaret A.Ş."))
        found = page.get(reverse("consents:own-find"), {"q": "seker"}).content.decode()
        one = reverse("consents:own-one", args=[brand.pk])
        assert one in found and "Şeker Ticaret A.Ş." in found
        text = page.get(one).content.decode()
        assert "checked" not in text
        give = reverse("consents:own-give", args=[brand.pk])
        place = re.search(r'name="places" value="(\d+-3)"', text)[1]
        asked = page.post(give, {"places": place}).content.decode()
        assert all(word in asked for word in ("Şeker Deneme", MAIL, "E-posta"))
        assert not ConsentEvent.objects.exists(), "asking gives nothing"
        assert page.post(give, {"places": place, "onay": "1"}).url == one
        assert judge([(MAIL, brand.pk, 3, 1)], now=as_of) == [Reason.SENDABLE]
        assert page.post(reverse("consents:own-never", args=[brand.pk])).url == one
        assert judge([(MAIL, brand.pk, 3, 1)], now=as_of) == [Reason.REFUSED_BY_RECIPIENT]
        assert "Kapat" in page.get(one).content.decode()

    def test_r_p7_a_closed_company_is_named_and_nothing_offered(self, page: Client) -> None:
        brand = BrandFactory(provider__state="closed")
        text = page.get(reverse("consents:own-one", args=[brand.pk])).content.decode()
        assert 'name="places"' not in text
        mail = ConsentEvent.objects.count()
        citizen = User.objects.get(addresses__address=MAIL)
        place = f"{citizen.addresses.get(address=MAIL).pk}-3"
        url = reverse("consents:own-give", args=[brand.pk])
        assert page.post(url, {"places": place, "onay": "1"}).status_code == 409
        assert ConsentEvent.objects.count() == mail

    def test_r_a1_places_of_others_and_nothing_ticked(self, page: Client) -> None:
        brand, theirs = BrandFactory(), citizen_with(OTHERS).addresses.get()
        url = reverse("consents:own-give", args=[brand.pk])
        for places in ([], [f"{theirs.pk}-3"], ["x"], ["1-9"]):
            assert page.post(url, {"places": places, "onay": "1"}).status_code == 422, places
        assert not ConsentEvent.objects.exists()

    def test_no_such_brand_is_not_found(self, page: Client) -> None:
        for name in ("own-one", "own-logo"):
            assert page.get(reverse(f"consents:{name}", args=[10**6])).status_code == 404
        for name in ("own-give", "own-never", "own-brand"):
            assert page.post(reverse(f"consents:{name}", args=[10**6])).status_code == 404


class TestWishes:
    URL = "/izinlerim/dilekler/"

    def test_r_z8_shown_before_switched_on_and_off_with_undo(self, page: Client, record, as_of) -> None:
        brand = BrandFactory(name="Arayan Deneme")
        record(brand, PHONE, "ARAMA")
        key = [(PHONE, brand.pk, 1, 1)]
        shown = page.get(self.URL, {"wish": "CHANNEL-ARAMA"}).content.decode()
        assert "Arayan Deneme" in shown and "1 marka" in shown
        assert judge(key, now=as_of) == [Reason.SENDABLE], "looking switches nothing on"
        assert page.post(self.URL, {"wish": "CHANNEL-ARAMA"}).status_code == 302
        assert judge(key, now=as_of) == [Reason.STANDING_WISH]
        text = page.get(self.URL).content.decode()
        off = re.search(r'action="(/izinlerim/dilekler/[^"]+/kapat/)"', text)[1]
        page.post(off)
        assert judge(key, now=as_of) == [Reason.SENDABLE]
        again = re.search(r'action="(/izinlerim/dilekler/[^"]+/ac/)"', page.get(self.URL).content.decode())[1]
        page.post(again)
        assert judge(key, now=as_of) == [Reason.STANDING_WISH]

    def test_r_a1_another_citizens_wish_is_not_found(self, page: Client, record) -> None:
        page.post(self.URL, {"wish": "PAUSE-7"})
        off = re.search(r'action="([^"]+/kapat/)"', page.get(self.URL).content.decode())[1]
        stranger = Client()
        stranger.force_login(
            citizen_with(OTHERS, "+905329999999"), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        assert stranger.post(off).status_code == 404
        assert stranger.post(off.replace("kapat", "ac")).status_code == 404
        theirs = User.objects.get(addresses__address=MAIL).addresses.first()
        assert stranger.post(self.URL, {"wish": "PAUSE-7", "address": str(theirs.pk)}).status_code == 422

    @pytest.mark.parametrize("wish", ["", "SECTOR", "PAUSE-9000", "BRAND", "CHANNEL-FAKS"])
    def test_an_unknown_wish_is_refused(self, page: Client, wish: str) -> None:
        assert page.post(self.URL, {"wish": wish}).status_code == 422


@pytest.mark.parametrize("number", ["", "x", "9" * 30, "9" * 5000])
def test_an_act_that_names_no_brand_leads_back_to_the_list(page: Client, number: str) -> None:
    answer = page.post(reverse("consents:own-everything"), {"marka": number})
    assert (answer.status_code, answer.url) == (302, OWN)
