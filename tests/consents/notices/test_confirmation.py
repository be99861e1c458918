"""Who is told what (R-M1 to R-M3): the notice, its content, its links, one text per phone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.utils import translation

from consents.enums import Channel, Lane, NoticeKind, NoticeState, Source
from consents.models import DeadlineExtension, Notice, NoticeCounter, NoticeLink, NoticeReportDay
from consents.services.records import record_consents
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.core import mailbox
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import Means
from providers.models import Brand
from tests.factories import RetailerFactory

from .conftest import ADDRESS, LANDLINE, MOBILE, Teller, states, token

pytestmark = pytest.mark.django_db


def counted() -> dict[str, int]:
    return {NoticeState(c.state).name: c.total for c in NoticeCounter.objects.filter(total__gt=0)}


def test_r_m1_an_electronic_consent_is_told_at_once_at_its_address(teller: Teller) -> None:
    teller.record(teller.entry())
    notice = Notice.objects.get()
    assert (notice.lane, notice.means, notice.state) == (Lane.SINGLE, Means.MAIL, NoticeState.WAITING)
    assert counted() == {"WAITING": 1}
    assert teller.send() == 1
    (letter,) = mailbox.letters()
    assert letter.to == ADDRESS
    notice.refresh_from_db()
    assert notice.state == NoticeState.ON_TIME
    assert letter.headers["Message-ID"] == notice.message_id
    assert notice.answer
    assert counted() == {"ON_TIME": 1}
    assert teller.send() == 0, "told once"


def test_r_a4_a_notice_counts_with_its_source_and_dealer_once_it_has_ended(teller: Teller) -> None:
    dealer = RetailerFactory(brand=teller.brand, code="B-7")
    teller.record(
        replace(teller.entry(), retailer_code="B-7"), teller.entry(MOBILE, "ARAMA", source="HS_CAGRI_MERKEZI")
    )
    assert not NoticeReportDay.objects.exists()
    teller.send()
    columns = ("day", "channel", "source", "retailer_id", "state", "total")
    day = teller.moment.astimezone(ISTANBUL).date()
    assert set(NoticeReportDay.objects.values_list(*columns)) == {
        (day, Channel.EPOSTA, Source.HS_WEB, dealer.pk, NoticeState.ON_TIME, 1),
        (day, Channel.ARAMA, Source.HS_CAGRI_MERKEZI, 0, NoticeState.ON_TIME, 1),
    }


def test_r_m3_the_mail_names_brand_channel_source_and_time(teller: Teller) -> None:
    with translation.override("en"):  # a worker's own language does not matter
        teller.tell(teller.entry(at="2026-11-24 14:03:00"))
    (letter,) = mailbox.letters()
    for part in (letter.text, letter.html):
        for word in ("Deneme Moda", "Deneme Ticaret A.Ş.", "E-posta", "24.11.2026 14:03", ADDRESS, "/i/"):
            assert word in part, word
    assert "Deneme Moda" in letter.subject
    assert "<img" not in letter.html
    assert "http://" not in letter.html.replace("http://www.w3.org", "")
    unsubscribe = letter.headers["List-Unsubscribe"]
    assert unsubscribe == f"<https://portal.example/i/{token()}/tek-tik/>"
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_r_m2_one_text_per_phone_names_all_its_channels(teller: Teller, settings: pytest.FixtureRequest) -> None:
    teller.record(
        teller.entry(MOBILE, "MESAJ"), teller.entry(MOBILE, "ARAMA"), teller.entry(MOBILE, "ARAMA", kind="TACIR")
    )
    assert Notice.objects.count() == 1
    assert teller.send() == 1
    (letter,) = mailbox.letters()
    assert letter.is_text
    assert letter.to == MOBILE
    for word in (
        "Deneme Moda",
        "24.11.2026",
        "Arama",
        "Kısa mesaj",
        "https://portal.example/i/",
        "RET DENEMEMODA",
        "3500",
    ):
        assert word in letter.text, word


def test_r_m1_a_landline_cannot_be_told(teller: Teller) -> None:
    teller.record(teller.entry(LANDLINE, "ARAMA"))
    assert states() == [NoticeState.UNTELLABLE]
    assert teller.send() == 0
    assert not mailbox.letters()
    assert counted() == {"UNTELLABLE": 1}


@pytest.mark.parametrize(
    ("number", "told"), [("+4915112345678", True), ("+493012345678", False), ("+12125550123", False)]
)
def test_r_m1_other_countries_mobiles_where_a_setting_opens_them(
    teller: Teller, settings: pytest.FixtureRequest, number: str, told: bool
) -> None:
    settings.REGISTRY = {**settings.REGISTRY, "SMS_COUNTRIES": ["90", "49"]}
    teller.record(teller.entry(number, "MESAJ"))
    assert teller.send() == int(told)
    assert states() == [NoticeState.ON_TIME if told else NoticeState.UNTELLABLE]


@pytest.mark.parametrize("source", ["HS_FIZIKSEL_ORTAM", "HS_ISLAK_IMZA", "HS_ETKINLIK"])
def test_r_m1_a_consent_on_paper_is_not_told(teller: Teller, source: str) -> None:
    teller.record(teller.entry(source=source))
    assert not Notice.objects.exists()


def test_r_m2_refusals_and_repeats_are_not_told(teller: Teller) -> None:
    teller.record(teller.entry())
    teller.record(teller.entry())
    teller.record(teller.entry("fatma@firma.example", status="RET"))
    assert Notice.objects.count() == 1


def test_r_m2_renewed_only_by_a_setting(teller: Teller, settings: pytest.FixtureRequest) -> None:
    teller.record(teller.entry(hours=2))
    teller.record(teller.entry(hours=1), moment=teller.moment + timedelta(seconds=1))
    assert Notice.objects.count() == 1
    settings.REGISTRY = {**settings.REGISTRY, "NOTICE_RENEWED": True}
    teller.record(teller.entry(hours=0.5), moment=teller.moment + timedelta(seconds=2))
    assert Notice.objects.count() == 2


def test_r_m2_changed_to_a_consent_is_told_again(teller: Teller) -> None:
    teller.record(teller.entry(hours=3))
    teller.record(teller.entry(status="RET", hours=2), moment=teller.moment + timedelta(seconds=1))
    teller.record(teller.entry(hours=1), moment=teller.moment + timedelta(seconds=2))
    assert Notice.objects.count() == 2


def test_r_m2_of_several_rows_about_one_consent_the_last_word_is_told(teller: Teller) -> None:
    teller.record(teller.entry(hours=3), teller.entry(hours=2))
    assert Notice.objects.count() == 1
    other = "mehmet@firma.example"
    teller.record(teller.entry(other, hours=3), teller.entry(other, status="RET", hours=2))
    assert Notice.objects.count() == 1, "a refusal was the last word"


def test_what_is_refused_before_it_leaves_is_not_told(teller: Teller) -> None:
    teller.record(teller.entry(hours=2))
    teller.record(teller.entry(status="RET", hours=1), moment=teller.moment + timedelta(seconds=1))
    assert teller.send() == 0
    assert states() == [NoticeState.CANCELLED]
    assert counted() == {"CANCELLED": 1}


def test_no_notice_where_the_batch_was_refused(teller: Teller) -> None:
    record_consents(
        actor=teller.actor, brand=teller.brand, entries=[teller.entry(at="2026-10-01 10:00:00")], moment=teller.moment
    )
    assert not Notice.objects.exists()
    assert not NoticeCounter.objects.exists()


class TestInitialLoad:
    @pytest.fixture(autouse=True)
    def window(self, brand: Brand) -> None:
        DeadlineExtension.objects.create(
            announced_on=date(2026, 11, 1), until=date(2026, 12, 31), check_until=date(2027, 2, 15),
            reference="Deneme", provider=brand.provider,
        )  # fmt: skip

    @pytest.mark.parametrize(
        ("source", "at"),
        [
            ("HS_2015", "2015-05-01 00:00:00"),
            ("HS_WEB", "2024-03-01 10:00:00"),
            ("HS_ISLAK_IMZA", "2023-03-01 10:00:00"),
        ],
    )
    def test_r_m2_people_get_one_notice_with_the_date_to_check(self, teller: Teller, source: str, at: str) -> None:
        teller.tell(teller.entry(source=source, at=at))
        (letter,) = mailbox.letters()
        assert "15.02.2027" in letter.text
        notice = Notice.objects.get()
        assert (notice.kind, notice.state) == (NoticeKind.INITIAL_LOAD, NoticeState.ON_TIME)

    def test_r_m2_a_second_file_tells_nobody_again(self, teller: Teller) -> None:
        teller.tell(teller.entry(at="2024-03-01 10:00:00"))
        later = teller.moment + timedelta(hours=1)
        teller.record(teller.entry(at="2024-04-01 10:00:00", kind="TACIR"), moment=later)
        assert teller.send(at=later) == 0
        assert states() == [NoticeState.ON_TIME, NoticeState.CANCELLED]

    def test_r_m2_a_fresh_consent_is_told_the_same_day_all_the_same(self, teller: Teller) -> None:
        teller.record(teller.entry())
        assert Notice.objects.get().kind == NoticeKind.CONFIRMATION


def test_links_are_stored_hashed_and_with_the_consents_key(teller: Teller) -> None:
    secret = teller.tell()
    link = NoticeLink.objects.get()
    assert (link.recipient, link.brand_id) == (ADDRESS, teller.brand.pk)
    assert secret not in str(vars(link))


def test_demo_brands_never_reach_a_real_server(teller: Teller, settings: pytest.FixtureRequest) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    teller.brand.provider.is_demo = True
    teller.brand.provider.save()
    teller.record(teller.entry())
    assert teller.send() == 1
    assert len(mailbox.letters()) == 1


def test_r_m3_in_the_recipients_own_language(teller: Teller) -> None:
    citizen = User.objects.create_citizen(language="en")
    ProvenAddress.objects.create(user=citizen, address=ADDRESS, proven_at=teller.moment)
    teller.tell()
    assert mailbox.letters()[0].subject == "Deneme Moda: your consent was recorded"
