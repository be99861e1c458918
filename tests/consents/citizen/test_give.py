"""R-Z5: a citizen says yes to a brand, or no to one that never wrote."""

import pytest

from consents.effective import Reason, judge
from consents.enums import Channel, RecipientType, Source, Status, WayIn, WishKind
from consents.models import Consent, ConsentEvent, Notice, RefusalAlert, StandingWish
from consents.selectors.wishes import Wanted
from consents.services.citizens import give_consent, refuse_brand, withdraw_brand
from consents.services.wishes import begin_wish
from iys_portal.accounts.models import User
from iys_portal.core.actors import ActorKind
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry
from providers.enums import ProviderState
from tests.factories import BrandFactory, actor_of

from .conftest import MAIL, OTHERS, PHONE, citizen_with

pytestmark = pytest.mark.django_db
YES, NO = Reason.SENDABLE, Reason.REFUSED_BY_RECIPIENT


def reason(brand, as_of, to: str = MAIL, channel: Channel = Channel.EPOSTA, kind: int = 1) -> Reason:
    return judge([(to, brand.pk, channel, kind)], now=as_of)[0]


def say_yes(user: User, brand, to: str = MAIL, *channels: Channel):
    number = user.addresses.get(address=to).pk
    places = [(number, channel) for channel in channels or (Channel.EPOSTA,)]
    return give_consent(actor=actor_of(user), brand_id=brand.pk, places=places)


def test_r_z5_yes_to_a_brand_that_the_citizen_adds(citizen: User, as_of) -> None:
    brand = BrandFactory(double_opt_in=True)
    (given,) = say_yes(citizen, brand, PHONE, Channel.MESAJ)
    event = ConsentEvent.objects.get()
    assert (event.recipient, event.channel, event.recipient_type) == (PHONE, Channel.MESAJ, RecipientType.BIREYSEL)
    assert (event.status, event.source, event.way) == (Status.ONAY, Source.IYS_WEB_YENI, WayIn.CITIZEN)
    assert (event.actor_kind, event.actor_id) == (ActorKind.RECIPIENT, citizen.pk)
    assert given.reason is YES, "the person has confirmed it by giving it"
    assert reason(brand, as_of, PHONE, Channel.ARAMA) is Reason.NO_RECORD, "R-C17"
    assert not Notice.objects.exists()
    assert AuditEntry.objects.filter(verb="consent.given_by_recipient").count() == 1


def test_r_z5_yes_again_after_the_own_no_never_as_a_merchant(citizen: User, record, as_of) -> None:
    brand = BrandFactory()
    record(brand)
    withdraw_brand(actor=actor_of(citizen), brand_id=brand.pk)
    (given,) = say_yes(citizen, brand)
    assert given.reason is YES
    assert Consent.objects.get(recipient_type=1).source == Source.IYS_WEB, "the brand is known"
    assert [reason(brand, as_of, kind=kind) for kind in (1, 2)] == [YES, NO], "the merchant's no stays"
    withdraw_brand(actor=actor_of(citizen), brand_id=brand.pk)
    assert [reason(brand, as_of, kind=kind) for kind in (1, 2)] == [NO, NO]


def test_a_second_yes_changes_nothing(citizen: User) -> None:
    brand = BrandFactory()
    say_yes(citizen, brand)
    (given,) = say_yes(citizen, brand)
    assert given.already
    assert ConsentEvent.objects.count() == 1


@pytest.mark.parametrize("state", [ProviderState.SUSPENDED, ProviderState.CLOSED])
def test_r_p7_no_yes_to_a_company_that_may_not_record(citizen: User, state: str) -> None:
    brand = BrandFactory(provider__state=state)
    with pytest.raises(WrongMoment):
        say_yes(citizen, brand)
    assert not ConsentEvent.objects.exists()


def test_r_a1_only_for_own_addresses_and_fitting_channels(citizen: User) -> None:
    brand, actor = BrandFactory(), actor_of(citizen)
    theirs = citizen_with(OTHERS).addresses.get().pk
    mail = citizen.addresses.get(address=MAIL).pk
    for places in ([(theirs, Channel.EPOSTA)], [(mail, Channel.ARAMA)], [(mail, Channel.EPOSTA), (10**9, 3)]):
        with pytest.raises(NotFound):
            give_consent(actor=actor, brand_id=brand.pk, places=places)
    with pytest.raises(NotFound):
        give_consent(actor=actor, brand_id=10**6, places=[(mail, Channel.EPOSTA)])
    with pytest.raises(Invalid):
        give_consent(actor=actor, brand_id=brand.pk, places=[])
    assert not ConsentEvent.objects.exists()


def test_r_z5_no_to_a_brand_that_never_wrote_tells_it_nothing(citizen: User, record, as_of) -> None:
    brand = BrandFactory()
    withdrawn, wishes = refuse_brand(actor=actor_of(citizen), brand_id=brand.pk)
    assert not withdrawn and {wish.recipient for wish in wishes} == {MAIL, PHONE}
    assert not Consent.objects.exists() and not RefusalAlert.objects.exists()
    assert reason(brand, as_of) is Reason.NO_RECORD
    record(brand)  # it brings the address itself
    assert reason(brand, as_of) is Reason.STANDING_WISH


def test_r_z5_no_is_a_refusal_where_the_brand_holds_the_address(citizen: User, record, as_of) -> None:
    brand = BrandFactory()
    record(brand, PHONE, "MESAJ")
    withdrawn, wishes = refuse_brand(actor=actor_of(citizen), brand_id=brand.pk)
    assert {one.channel for one in withdrawn} == {Channel.ARAMA, Channel.MESAJ}
    assert [wish.recipient for wish in wishes] == [MAIL]
    assert reason(brand, as_of, PHONE, Channel.MESAJ) is NO


def test_r_z5_yes_ends_the_no_to_this_brand_and_no_other_wish(citizen: User, as_of) -> None:
    brand, actor = BrandFactory(), actor_of(citizen)
    refuse_brand(actor=actor, brand_id=brand.pk)
    assert say_yes(citizen, brand)[0].reason is YES
    begin_wish(actor=actor, wanted=Wanted(WishKind.CHANNEL, channel=Channel.EPOSTA))
    other = BrandFactory()
    assert say_yes(citizen, other)[0].reason is Reason.STANDING_WISH
    standing = [wish for wish in StandingWish.objects.all() if wish.holds_at(as_of)]
    assert {(wish.recipient, wish.kind) for wish in standing} == {(PHONE, WishKind.BRAND), (MAIL, WishKind.CHANNEL)}
