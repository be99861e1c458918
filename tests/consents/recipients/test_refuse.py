"""A recipient's own refusal (R-R1, R-R2, R-C11, R-C15): at once, for both types, told to the provider."""

from datetime import date, datetime, timedelta

import pytest

from consents.effective import Reason, judge
from consents.enums import Channel, EventKind, RecipientType, Source, Status, Verdict, WayIn
from consents.models import Consent, ConsentEvent, Notice, RefusalAlert, RefusalCounter
from consents.services.recipients import ANYBODY, refuse, take_back
from consents.services.records import Entry, record_consents
from iys_portal.accounts.services.codes import request_code
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.enums import ProviderState
from providers.models import Brand
from tests.factories import BrandFactory, officer_of

ADDRESS = "ayse@firma.example"
PHONE = "+905321234567"
pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return BrandFactory()


def consent(brand: Brand, moment: datetime, *, to: str = ADDRESS, channel: str = "EPOSTA", **more: str) -> None:
    at = more.pop("at", (moment - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S"))
    values = {"status": "ONAY", "source": "HS_WEB", "recipient_type": "BIREYSEL"} | more
    entry = Entry(to, channel, consent_date=at, **values)
    outcome = record_consents(actor=officer_of(brand), brand=brand, entries=[entry], moment=moment)[0]
    assert outcome.accepted, outcome.problem


def say_no(brand: Brand, moment: datetime, *channels: Channel, to: str = ADDRESS, **more: object) -> list:
    return refuse(
        actor=ANYBODY, recipient=to, wanted={brand.pk: channels or (Channel.EPOSTA,)}, source=Source.IYS_EPOSTA,
        way=WayIn.MAIL_LINK, moment=moment, **more,
    )  # fmt: skip


def reason(brand: Brand, kind: RecipientType, moment: datetime, to: str = ADDRESS, channel: int = 3) -> Reason:
    return judge([(to, brand.pk, channel, kind)], now=moment)[0]


@pytest.mark.parametrize("kind", ["BIREYSEL", "TACIR"])
def test_r_r1_a_refusal_covers_both_recipient_types(brand: Brand, as_of: datetime, kind: str) -> None:
    consent(brand, as_of, recipient_type=kind)
    (refusal,) = say_no(brand, as_of)
    assert not refusal.already
    for each in RecipientType:
        assert reason(brand, each, as_of) is Reason.REFUSED_BY_RECIPIENT


def test_r_r1_a_refusal_of_a_brand_that_never_wrote_stands(brand: Brand, as_of: datetime) -> None:
    say_no(brand, as_of)
    assert {c.recipient_type for c in Consent.objects.filter(status=Status.RET)} == {1, 2}
    assert RefusalAlert.objects.count() == 1


def test_r_r1_other_channels_brands_and_addresses_stay(brand: Brand, as_of: datetime) -> None:
    other = BrandFactory()
    consent(brand, as_of)
    consent(other, as_of)
    consent(brand, as_of, to=PHONE, channel="MESAJ")
    say_no(brand, as_of)
    assert reason(other, RecipientType.BIREYSEL, as_of) is Reason.SENDABLE
    assert reason(brand, RecipientType.BIREYSEL, as_of, PHONE, 2) is Reason.SENDABLE


def test_r_c11_the_recipients_own_no_is_written_over_the_providers(brand: Brand, as_of: datetime) -> None:
    consent(brand, as_of, status="RET")
    (refusal,) = say_no(brand, as_of)
    assert not refusal.already
    stands = Consent.objects.get(recipient_type=RecipientType.BIREYSEL)
    assert stands.source == Source.IYS_EPOSTA
    assert not RefusalAlert.objects.exists(), "the provider stopped already"


def test_a_second_no_changes_nothing(brand: Brand, as_of: datetime) -> None:
    consent(brand, as_of)
    (first,) = say_no(brand, as_of)
    events, audits = ConsentEvent.objects.count(), AuditEntry.objects.count()
    (second,) = say_no(brand, as_of + timedelta(hours=1))
    assert second.already
    assert (second.event_id, second.refused_at) == (first.event_id, first.refused_at)
    assert (ConsentEvent.objects.count(), AuditEntry.objects.count()) == (events, audits)
    assert RefusalAlert.objects.count() == 1


@pytest.mark.parametrize("kind", ["BIREYSEL", "TACIR"])
def test_r_c15_after_it_the_provider_needs_evidence_for_either_type(brand: Brand, as_of: datetime, kind: str) -> None:
    consent(brand, as_of, recipient_type="BIREYSEL")
    say_no(brand, as_of)
    later = as_of + timedelta(hours=3)
    entry = Entry(ADDRESS, "EPOSTA", "ONAY", "HS_WEB", kind, later.strftime("%Y-%m-%d %H:%M:%S"))
    before = ConsentEvent.objects.count()
    outcome = record_consents(actor=officer_of(brand), brand=brand, entries=[entry], moment=later)[0]
    assert outcome.problem is not None
    assert outcome.problem.code == "R-C15"
    assert ConsentEvent.objects.count() == before


def test_r_r2_the_provider_is_told_and_has_three_business_days(brand: Brand, as_of: datetime) -> None:
    consent(brand, as_of)
    say_no(brand, as_of, denied=True)
    alert = RefusalAlert.objects.get()
    assert as_of.date() == date(2026, 11, 24)
    assert (alert.provider_id, alert.due_on, alert.denied) == (brand.provider_id, date(2026, 11, 27), True)
    assert [(c.due_on, c.total) for c in RefusalCounter.objects.all()] == [(date(2026, 11, 27), 1)]
    assert AuditEntry.objects.filter(verb="consent.denied", provider_id=brand.provider_id).exists()


@pytest.mark.parametrize("state", [ProviderState.SUSPENDED, ProviderState.CLOSED])
def test_r_r1_a_no_is_recorded_whatever_became_of_the_provider(brand: Brand, as_of: datetime, state: str) -> None:
    consent(brand, as_of)
    brand.provider.state = state
    brand.provider.save()
    (refusal,) = say_no(brand, as_of)
    assert not refusal.already


def test_nobody_is_told_of_the_own_act(brand: Brand, as_of: datetime) -> None:
    say_no(brand, as_of)
    assert not Notice.objects.exists()


def test_r_r3_the_registrys_own_service_mails_do_not_depend_on_consents(brand: Brand, as_of: datetime) -> None:
    say_no(brand, as_of)
    request_code(address=ADDRESS, language="tr", ip="192.0.2.1")
    assert OutboxMessage.objects.get().to == ADDRESS


class TestTakingBack:
    def back(self, brand: Brand, moment: datetime) -> int:
        return take_back(
            actor=ANYBODY, recipient=ADDRESS, refusals=[(brand.pk, Channel.EPOSTA)], way=WayIn.CITIZEN, moment=moment
        )

    def test_r_z3_what_stood_before_returns(self, brand: Brand, as_of: datetime) -> None:
        consent(brand, as_of)
        say_no(brand, as_of)
        assert self.back(brand, as_of + timedelta(minutes=5)) == 1
        assert reason(brand, RecipientType.BIREYSEL, as_of) is Reason.SENDABLE
        assert reason(brand, RecipientType.TACIR, as_of) is Reason.CANCELLED
        stands = Consent.objects.get(recipient_type=RecipientType.BIREYSEL)
        assert (stands.status, stands.source) == (Status.ONAY, Source.HS_WEB)
        last = ConsentEvent.objects.order_by("-event_id").first()
        assert last.kind == EventKind.UNDO
        alert = RefusalAlert.objects.get()
        assert not alert.open
        assert RefusalCounter.objects.get().total == 0

    def test_too_late_nothing_returns(self, brand: Brand, as_of: datetime) -> None:
        consent(brand, as_of)
        say_no(brand, as_of)
        events = ConsentEvent.objects.count()
        assert self.back(brand, as_of + timedelta(minutes=16)) == 0
        assert ConsentEvent.objects.count() == events
        assert RefusalAlert.objects.get().open

    def test_the_providers_refusal_is_not_taken_back(self, brand: Brand, as_of: datetime) -> None:
        consent(brand, as_of, status="RET")
        assert self.back(brand, as_of) == 0

    def test_after_an_undo_the_former_consent_repeats_unchanged(self, brand: Brand, as_of: datetime) -> None:
        at = (as_of - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
        consent(brand, as_of, at=at)
        say_no(brand, as_of)
        self.back(brand, as_of)
        entry = Entry(ADDRESS, "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at)
        outcome = record_consents(actor=officer_of(brand), brand=brand, entries=[entry], moment=as_of)[0]
        assert outcome.verdict is Verdict.UNCHANGED
