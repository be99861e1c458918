"""R-Z4: what happened to a citizen's consents, newest first, in plain words, and never an earlier holder's."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from consents.enums import Channel, Source, WayIn
from consents.models import ConsentEvent, RefusalAlert
from consents.selectors.own_history import Asked, history_page
from consents.services import citizens
from consents.services.recipients import refuse, take_back
from consents.services.refusals import acknowledge
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import citizen_actor
from iys_portal.accounts.selectors import addresses_of
from iys_portal.core.models import AuditEntry
from tests.factories import BrandFactory, RetailerFactory, officer_of

from .conftest import MAIL, OTHERS, PHONE

pytestmark = pytest.mark.django_db
HISTORY = "/izinlerim/gecmis/"


def shown(citizen: User, **asked):
    actor = citizen_actor(citizen.pk)
    return history_page(actor, addresses_of(citizen.pk), Asked(**asked), now=timezone.now())


def titles(citizen: User, **asked) -> list[str]:
    with translation.override("en-us"):
        return [str(line.words.title) for line in shown(citizen, **asked).lines]


def withdraw(citizen: User, event_id: int):
    return citizens.withdraw_channel(actor=citizen_actor(citizen.pk), event_id=event_id)


def test_r_z4_what_happened_is_told_newest_first(citizen: User, record, clock) -> None:
    brand = BrandFactory(name="Deneme Moda")
    number = record(brand)
    clock.shift(60)
    withdraw(citizen, number)
    clock.shift(60)
    take_back(
        actor=citizen_actor(citizen.pk),
        recipient=MAIL,
        refusals=[(brand.pk, Channel.EPOSTA)],
        way=WayIn.CITIZEN,
    )
    assert titles(citizen) == [
        "You took your refusal back",
        "You took your consent back",
        "The company recorded that you agreed",
    ]
    assert ConsentEvent.objects.count() == 5, "R-R1: the refusal covers both recipient types, and is told once"


def test_the_page_says_when_how_by_whom_and_in_which_words(page: Client, record) -> None:
    brand = BrandFactory(name="Deneme Moda", provider__title="Deneme Ticaret A.Ş.")
    dealer = RetailerFactory(brand=brand, name="Deneme Bayi Kadıköy")
    record(brand, retailer_code=dealer.code)
    html = page.get(HISTORY).content.decode()
    for part in ("Deneme Moda", "Deneme Ticaret A.Ş.", "Deneme Bayi Kadıköy", MAIL, "23 Kasım 2026"):
        assert part in html
    assert "Şirket, onay verdiğinizi kaydetti" in html
    assert AuditEntry.objects.get(verb="history.read_own")


def test_every_own_address_counts_and_nobody_elses(citizen: User, record) -> None:
    brand = BrandFactory()
    record(brand, MAIL)
    record(brand, PHONE, "MESAJ")
    record(brand, OTHERS)
    assert {line.event.recipient for line in shown(citizen).lines} == {MAIL, PHONE}


def test_r_z2_an_earlier_holders_history_does_not_exist(citizen: User, record, clock, as_of) -> None:
    brand = BrandFactory()
    record(brand, MAIL)
    clock.shift(3600)
    ProvenAddress.objects.filter(address=MAIL).update(history_from=timezone.now())
    assert not shown(citizen).lines
    clock.shift(3600)
    record(brand, MAIL, consent_date=timezone.localtime().strftime("%Y-%m-%d %H:%M:%S"))
    (line,) = shown(citizen).lines
    assert line.event.version == 2
    assert titles(citizen) == ["The company recorded that you agreed"], "not renewed: that would tell of the one before"


def test_it_can_be_narrowed_to_brand_channel_address_and_kind(citizen: User, record) -> None:
    one, other = BrandFactory(), BrandFactory()
    record(one, MAIL)
    record(one, PHONE, "MESAJ")
    withdraw(citizen, record(other, MAIL))
    phone = ProvenAddress.objects.get(address=PHONE)
    assert {line.brand.pk for line in shown(citizen, brand_id=one.pk).lines} == {one.pk}
    assert {line.channel for line in shown(citizen, channel=2).lines} == {Channel.MESAJ}
    assert {line.event.recipient for line in shown(citizen, address_id=phone.pk).lines} == {PHONE}
    assert {line.event.status for line in shown(citizen, kind="ret").lines} == {2}
    assert {line.event.status for line in shown(citizen, kind="onay").lines} == {1}
    assert not shown(citizen, kind="iptal").lines
    assert not shown(citizen, kind="bekleyen").lines


def test_another_persons_address_narrows_to_nothing(citizen: User, record) -> None:
    record(BrandFactory(), MAIL)
    assert not shown(citizen, address_id=999_999).lines


def test_r_c16_a_missing_signature_is_said(citizen: User, record) -> None:
    record(BrandFactory(), source="HS_FIZIKSEL_ORTAM")
    (line,) = shown(citizen, kind="bekleyen").lines
    with translation.override("en-us"):
        assert [str(note) for note in line.words.notes] == ["Your signature has not been shown yet."]


def test_pages_go_on_where_the_last_one_ended(citizen: User, record, page: Client) -> None:
    brand = BrandFactory()
    numbers = [record(BrandFactory(), MAIL) for _n in range(5)]
    record(brand, OTHERS)
    first = history_page(citizen_actor(citizen.pk), addresses_of(citizen.pk), Asked(), now=timezone.now(), size=2)
    second = history_page(
        citizen_actor(citizen.pk), addresses_of(citizen.pk), Asked(before=first.after), now=timezone.now(), size=2
    )
    assert [line.event.event_id for line in (*first.lines, *second.lines)] == numbers[:0:-1]
    assert page.get(HISTORY, {"once": "0"}).status_code == 200
    assert page.get(HISTORY, {"once": "x", "marka": "yok", "tur": "yok"}).status_code == 200


def test_the_number_of_queries_does_not_grow(
    citizen: User, record, page: Client, django_assert_max_num_queries
) -> None:
    for _n in range(6):
        brand = BrandFactory(double_opt_in=True)
        record(brand, MAIL)
        withdraw(citizen, record(brand, PHONE, "MESAJ"))
    with django_assert_max_num_queries(22):
        page.get(HISTORY)


class TestWhenDidTheyStop:
    """R-R2, as its person sees it."""

    @pytest.fixture
    def alert(self, citizen: User, record) -> RefusalAlert:
        withdraw(citizen, record(BrandFactory()))
        return RefusalAlert.objects.get()

    def said(self, citizen: User) -> str:
        with translation.override("en-us"):
            lines = [line for line in shown(citizen, kind="ret").lines if line.stopping]
            return str(lines[0].stopping.words)

    def test_r_r2_there_is_still_time(self, citizen: User, alert: RefusalAlert) -> None:
        assert self.said(citizen).startswith("The company still has time to stop")
        (line,) = [line for line in shown(citizen).lines if line.stopping]
        assert (line.stopping.told_at, line.stopping.due_on) == (alert.refused_at, alert.due_on)

    def test_r_r2_overdue_is_said_in_business_days(self, citizen: User, alert: RefusalAlert, clock) -> None:
        clock.shift(timedelta(days=7).total_seconds())
        assert re.search(r"it is \d+ business days late", self.said(citizen))

    def test_r_r2_what_the_company_says_is_told(self, citizen: User, alert: RefusalAlert, page: Client) -> None:
        acknowledge(actor=officer_of(alert.brand), alerts=[alert.pk])
        assert self.said(citizen) == "The company says that it has stopped."
        html = page.get(HISTORY).content.decode()
        assert "Ne zaman durdular?" in html
        assert officer_names(html) == [], "nobody's name"

    def test_r_m3_i_did_not_give_this_consent_is_its_own_line(self, citizen: User, record) -> None:
        brand = BrandFactory()
        record(brand)
        refuse(
            actor=citizen_actor(citizen.pk),
            recipient=MAIL,
            wanted={brand.pk: [Channel.EPOSTA]},
            source=Source.IYS_WEB,
            way=WayIn.CITIZEN,
            denied=True,
        )
        assert "You said: I did not give this consent" in titles(citizen)


def officer_names(html: str) -> list[str]:
    return [name for name in User.objects.exclude(full_name="").values_list("full_name", flat=True) if name in html]


def test_r_m1_the_notice_and_its_fate_stand_beside_the_event(citizen: User, record) -> None:
    record(BrandFactory())
    (line,) = shown(citizen).lines
    (told,) = line.told
    assert told.waiting


def test_a_visitor_signs_in_first(client: Client) -> None:
    assert "/vatandas/giris/" in client.get(HISTORY).url
    assert ConsentEvent.objects.count() == 0
