"""R-R1, R-Z3: a citizen withdraws a channel, a brand or everything, at once, and takes it back within minutes."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from consents.effective import Reason, judge
from consents.enums import Channel, Source, Status, WayIn
from consents.models import Consent, ConsentEvent, RefusalAlert
from consents.services import citizens
from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import actor_for
from iys_portal.core.actors import ActorKind
from iys_portal.core.errors import NotAllowed, NotFound
from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.enums import ProviderState
from tests.factories import BrandFactory, MembershipFactory, officer_of, staff

from .conftest import MAIL, OTHERS, PHONE, citizen_with

pytestmark = pytest.mark.django_db
OWN, BACK = "/izinlerim/", "/izinlerim/geri-al/"
NO, YES = Reason.REFUSED_BY_RECIPIENT, Reason.SENDABLE


def reason(brand, as_of, to: str = MAIL, channel: Channel = Channel.EPOSTA, kind: int = 1) -> Reason:
    return judge([(to, brand.pk, channel, kind)], now=as_of)[0]


def standing() -> tuple[int, int, int, int]:
    """How much there is of what a refused act must leave alone."""
    tables = (ConsentEvent, RefusalAlert, AuditEntry, OutboxMessage)
    return tuple(table.objects.count() for table in tables)


def offered(page: Client) -> str:
    """The token of the offer to take the last act back."""
    found = re.search(r'name="what" value="([^"]+)"', page.get(OWN).content.decode())
    assert found, "no offer"
    return found[1]


def messages_of(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_r_r1_one_channel_at_once_for_both_types(page: Client, citizen: User, record, as_of) -> None:
    brand, other = BrandFactory(), BrandFactory()
    number = record(brand)
    record(other)
    record(brand, PHONE, "MESAJ")
    answer = page.post(reverse("consents:own-channel", args=[number]))
    assert answer.url == OWN
    assert [reason(brand, as_of, kind=kind) for kind in (1, 2)] == [NO, NO]
    assert reason(other, as_of) is YES
    assert reason(brand, as_of, PHONE, Channel.MESAJ) is YES
    stands = Consent.objects.get(recipient=MAIL, brand_id=brand.pk, recipient_type=1)
    event = ConsentEvent.objects.get(event_id=stands.event_id)
    assert (event.source, event.way, event.actor_kind, event.actor_id) == (
        Source.IYS_WEB,
        WayIn.CITIZEN,
        ActorKind.RECIPIENT,
        citizen.pk,
    )


def test_r_r2_the_provider_is_told(page: Client, record) -> None:
    brand = BrandFactory()
    page.post(reverse("consents:own-channel", args=[record(brand)]))
    alert = RefusalAlert.objects.get()
    assert (alert.brand, alert.recipient, alert.source, alert.open) == (brand, MAIL, Source.IYS_WEB, True)


def test_a_row_is_found_by_any_of_its_events(page: Client, record, as_of) -> None:
    """The page may be older than the newest event."""
    brand = BrandFactory()
    number = record(brand)
    record(brand, consent_date=as_of.strftime("%Y-%m-%d %H:%M:%S"), source="HS_MOBIL")
    page.post(reverse("consents:own-channel", args=[number]))
    assert reason(brand, as_of) is NO


def test_r_r1_a_whole_brand_at_the_addresses_that_it_holds(page: Client, record, as_of) -> None:
    brand = BrandFactory()
    record(brand, PHONE, "MESAJ")
    page.post(reverse("consents:own-brand", args=[brand.pk]))
    assert [reason(brand, as_of, PHONE, channel) for channel in (Channel.ARAMA, Channel.MESAJ)] == [NO, NO]
    assert reason(brand, as_of, MAIL) is Reason.NO_RECORD
    assert not RefusalAlert.objects.filter(recipient=MAIL).exists(), "a brand is not told an address that it has not"


def test_r_r1_everything_at_one_address(page: Client, citizen: User, record, as_of) -> None:
    brands = [BrandFactory() for _number in range(3)]
    for brand in brands:
        record(brand, MAIL)
    record(brands[0], PHONE, "ARAMA")
    chosen = citizen.addresses.get(address=MAIL)
    page.post(reverse("consents:own-address", args=[chosen.pk]))
    assert {reason(brand, as_of) for brand in brands} == {NO}
    assert reason(brands[0], as_of, PHONE, Channel.ARAMA) is YES


def test_r_r1_everything_at_all_addresses(page: Client, record, as_of) -> None:
    brands = [BrandFactory() for _number in range(2)]
    record(brands[0], MAIL)
    record(brands[1], PHONE, "ARAMA")
    record(brands[1], OTHERS)
    page.post(reverse("consents:own-everything"))
    assert reason(brands[0], as_of) is NO
    assert {reason(brands[1], as_of, PHONE, channel) for channel in (Channel.ARAMA, Channel.MESAJ)} == {NO}
    assert reason(brands[1], as_of, OTHERS) is YES


@pytest.mark.parametrize("state", [ProviderState.SUSPENDED, ProviderState.CLOSED])
def test_r_r1_a_no_works_whatever_became_of_the_provider(page: Client, record, as_of, state: str) -> None:
    brand, other = BrandFactory(), BrandFactory()
    record(brand)
    record(other)
    brand.provider.state = state
    brand.provider.save()
    page.post(reverse("consents:own-everything"))
    assert [reason(b, as_of) for b in (brand, other)] == [NO, NO]


def test_a_second_no_changes_nothing(page: Client, record) -> None:
    number = record(BrandFactory())
    page.post(reverse("consents:own-channel", args=[number]))
    before = standing()
    answer = page.post(reverse("consents:own-channel", args=[number]))
    assert standing() == before
    assert answer.status_code == 302


class TestSomebodyElses:
    """R-A1: another person's row, brand or address is not found, and nothing happens."""

    def test_rows_brands_and_addresses(self, page: Client, record) -> None:
        brand = BrandFactory()
        number = record(brand, OTHERS)
        stranger = citizen_with(OTHERS)
        before = standing()
        urls = [
            reverse("consents:own-channel", args=[number]),
            reverse("consents:own-channel", args=[10**12]),
            reverse("consents:own-brand", args=[brand.pk]),
            reverse("consents:own-address", args=[stranger.addresses.get().pk]),
        ]
        for url in urls:
            assert page.post(url).status_code == 404, url
        assert standing() == before

    def test_another_citizens_offer_is_worth_nothing(self, page: Client, record, as_of) -> None:
        brand = BrandFactory()
        page.post(reverse("consents:own-channel", args=[record(brand)]))
        token, before = offered(page), standing()
        stranger = Client()
        stranger.force_login(citizen_with(OTHERS), backend="allauth.account.auth_backends.AuthenticationBackend")
        stranger.post(BACK, {"what": token})
        assert reason(brand, as_of) is NO
        assert standing() == before

    def test_the_service_looks_at_the_addresses_itself(self, citizen: User, record, as_of) -> None:
        brand = BrandFactory()
        record(brand, OTHERS)
        stranger = citizen_with(OTHERS)
        citizens.withdraw_everything(actor=actor_for(stranger))
        mine = stranger.addresses.get().pk
        before = standing()
        asked = [citizens.Withdrawn(mine, brand.pk, Channel.EPOSTA)]
        assert citizens.take_back_withdrawn(actor=actor_for(citizen), withdrawn=asked) == 0
        with pytest.raises(NotFound):
            citizens.withdraw_everything(actor=actor_for(citizen), address_id=mine)
        assert standing() == before
        assert reason(brand, as_of, OTHERS) is NO

    def test_members_cannot_act_as_citizens(self, record) -> None:
        brand = BrandFactory()
        number = record(brand)
        actors = [officer_of(brand, "manager"), staff("admin")]
        before = standing()
        for actor in actors:
            with pytest.raises(NotAllowed):
                citizens.withdraw_channel(actor=actor, event_id=number)
        assert standing() == before

    def test_an_officer_with_the_same_address_has_to_prove_it_too(self, record, sign_in) -> None:
        brand = BrandFactory()
        number = record(brand)
        officer = MembershipFactory(provider=brand.provider, role="officer", user__email=MAIL)
        before = standing()
        client = sign_in(officer.user, brand.provider)
        assert client.post(reverse("consents:own-channel", args=[number])).status_code == 403
        assert standing() == before


@pytest.mark.parametrize("name", ["own-everything", "own-take-back"])
def test_changes_are_made_by_post_only(page: Client, record, name: str) -> None:
    number = record(BrandFactory())
    before = ConsentEvent.objects.count()
    for url in (reverse(f"consents:{name}"), reverse("consents:own-channel", args=[number])):
        assert page.get(url).status_code == 405
    assert ConsentEvent.objects.count() == before


class TestTakingBack:
    """R-Z3: undo at once, for `REFUSAL_UNDO`."""

    def test_r_z3_what_stood_before_returns(self, page: Client, record, as_of, clock) -> None:
        brand = BrandFactory()
        page.post(reverse("consents:own-channel", args=[record(brand)]))
        clock.shift(timedelta(minutes=14))
        answer = page.post(BACK, {"what": offered(page)}, follow=True)
        assert reason(brand, as_of) is YES
        assert not RefusalAlert.objects.get().open
        assert messages_of(answer)
        assert 'name="what"' not in answer.content.decode(), "the offer is used up"
        entry = AuditEntry.objects.filter(verb="consent.refusal_taken_back").first()
        assert entry is not None and entry.actor_kind == ActorKind.RECIPIENT

    def test_r_z3_everything_returns_too(self, page: Client, record, as_of) -> None:
        brands = [BrandFactory() for _number in range(3)]
        for brand in brands:
            record(brand)
        record(brands[0], PHONE, "MESAJ")
        refused = record(brands[1], PHONE, "MESAJ", status="RET")
        page.post(reverse("consents:own-everything"))
        page.post(BACK, {"what": offered(page)})
        assert {reason(brand, as_of) for brand in brands} == {YES}
        assert reason(brands[0], as_of, PHONE, Channel.MESAJ) is YES
        assert reason(brands[1], as_of, PHONE, Channel.MESAJ) is Reason.REFUSED, refused

    def test_too_late_it_says_so_and_leaves_the_refusal(self, page: Client, record, as_of, clock) -> None:
        brand = BrandFactory()
        page.post(reverse("consents:own-channel", args=[record(brand)]))
        token = offered(page)
        clock.shift(timedelta(minutes=15, seconds=1))
        assert 'name="what"' not in page.get(OWN).content.decode()
        events = ConsentEvent.objects.count()
        answer = page.post(BACK, {"what": token}, follow=True)
        assert ConsentEvent.objects.count() == events
        assert reason(brand, as_of) is NO
        assert any("15" in message for message in messages_of(answer))

    def test_what_changed_since_is_left_alone(self, page: Client, record, as_of, clock) -> None:
        """An older refusal than the offered act is nobody's to undo by it."""
        brand = BrandFactory()
        page.post(reverse("consents:own-channel", args=[record(brand)]))
        token = offered(page)
        page.post(BACK, {"what": token})
        events = ConsentEvent.objects.count()
        page.post(BACK, {"what": token})
        assert ConsentEvent.objects.count() == events
        assert reason(brand, as_of) is YES

    def test_a_forged_token_is_worth_nothing(self, page: Client, record, as_of) -> None:
        brand = BrandFactory()
        page.post(reverse("consents:own-channel", args=[record(brand)]))
        before = standing()
        for token in ("", "x", offered(page)[:-4]):
            assert page.post(BACK, {"what": token}).status_code == 302
        assert standing()[0] == before[0]
        assert reason(brand, as_of) is NO

    def test_an_earlier_refusal_is_not_part_of_a_later_act(self, page: Client, record, as_of, clock) -> None:
        brand, other = BrandFactory(), BrandFactory()
        page.post(reverse("consents:own-channel", args=[record(brand)]))
        record(other)
        clock.shift(timedelta(minutes=5))
        page.post(reverse("consents:own-everything"))
        page.post(BACK, {"what": offered(page)})
        assert (reason(brand, as_of), reason(other, as_of)) == (NO, YES)


def test_the_ledger_keeps_it_all(page: Client, record) -> None:
    number = record(BrandFactory())
    page.post(reverse("consents:own-channel", args=[number]))
    page.post(BACK, {"what": offered(page)})
    history = ConsentEvent.objects.filter(recipient_type=1).order_by("version").values_list("version", "status")
    assert list(history) == [(1, Status.ONAY), (2, Status.RET), (3, Status.ONAY)]
