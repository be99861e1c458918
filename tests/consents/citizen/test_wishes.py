"""R-Z8: standing wishes overrule consents that stand, tell nobody anything else, and can be taken back."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from consents.effective import Effective, Reason, Standing, effective_status, judge, judge_states
from consents.engine.answers import answers
from consents.enums import Channel, WishKind
from consents.models import Consent, ConsentEvent, RefusalAlert, StandingWish
from consents.selectors.wishes import Wanted, affected
from consents.services.wishes import begin_again, begin_wish, end_wish
from iys_portal.accounts.models import User
from iys_portal.accounts.services import close_account, remove_address, request_code, to_close_account
from iys_portal.core.errors import Invalid, NotAllowed, NotFound
from iys_portal.core.models import AuditEntry
from providers.models import BrandProfile
from tests.accounts.steps import sent_code
from tests.accounts.test_citizen_addresses import add_by_service
from tests.factories import BrandFactory, actor_of, officer_of

from .conftest import MAIL, OTHERS, PHONE, citizen_with

pytestmark = pytest.mark.django_db
WISH, YES, NO_RECORD = Reason.STANDING_WISH, Reason.SENDABLE, Reason.NO_RECORD
NO_CALLS = Wanted(WishKind.CHANNEL, channel=Channel.ARAMA)
NO_MAIL = Wanted(WishKind.CHANNEL, channel=Channel.EPOSTA)
PAUSE = Wanted(WishKind.PAUSE, days=30)


def everywhere(brand, as_of, to: str = MAIL, channel: Channel = Channel.EPOSTA, kind: int = 1) -> Reason:
    """The reason by every way that asks; they agree."""
    key = (to, brand.pk, channel, kind)
    found = {
        *judge([key], now=as_of),
        *answers([to], brand=brand, channel=channel, recipient_type=kind, now=as_of),
        *(
            Reason(consent.effective)
            for consent in Consent.objects.filter(pk=key).annotate(effective=effective_status(as_of))
        ),
    }
    consent = Consent.objects.filter(pk=key).first()
    if consent:
        state = {key: Standing(consent.status, consent.source, consent.holds, consent.hold_from)}
        found |= set(judge_states(state, owners={}, now=as_of).values())
    assert len(found) == 1, found
    return found.pop()


def test_r_z8_nobody_by_a_channel(citizen: User, record, as_of) -> None:
    brand = BrandFactory()
    record(brand, PHONE, "ARAMA")
    record(brand, PHONE, "MESAJ")
    record(brand, PHONE, "ARAMA", recipient_type="TACIR")
    (wish,) = begin_wish(actor=actor_of(citizen), wanted=NO_CALLS)
    assert wish.recipient == PHONE, "a mail address takes no calls (R-C2)"
    assert [everywhere(brand, as_of, PHONE, Channel.ARAMA, kind) for kind in (1, 2)] == [WISH, WISH]
    assert WISH.effective is Effective.REFUSED
    assert everywhere(brand, as_of, PHONE, Channel.MESAJ) is YES


def test_r_z8_nobody_of_a_sector(citizen: User, record, as_of) -> None:
    bank, shop, plain = BrandFactory(), BrandFactory(), BrandFactory()
    BrandProfile.objects.create(brand=bank, sector="banking")
    BrandProfile.objects.create(brand=shop, sector="retail")
    for brand in (bank, shop, plain):
        record(brand)
    begin_wish(actor=actor_of(citizen), wanted=Wanted(WishKind.SECTOR, sector="banking"))
    assert [everywhere(brand, as_of) for brand in (bank, shop, plain)] == [WISH, YES, YES]


def test_r_z8_a_pause_ends_by_itself(citizen: User, record, as_of) -> None:
    brand = BrandFactory()
    record(brand)
    begin_wish(actor=actor_of(citizen), wanted=PAUSE)
    assert everywhere(brand, as_of) is WISH
    assert everywhere(brand, as_of + timedelta(days=30, seconds=-1)) is WISH
    assert everywhere(brand, as_of + timedelta(days=30)) is YES


def test_r_z8_without_a_consent_the_wish_does_not_show(citizen: User, record, as_of) -> None:
    """Whoever asks without a consent learns nothing, and a refusal stays the reason."""
    stranger, refused, cancelled = BrandFactory(), BrandFactory(), BrandFactory()
    record(refused, status="RET")
    record(cancelled)
    Consent.objects.filter(brand_id=cancelled.pk).update(status=3)
    begin_wish(actor=actor_of(citizen), wanted=NO_MAIL)
    assert everywhere(stranger, as_of) is NO_RECORD
    assert everywhere(stranger, as_of, kind=2) is Reason.REGISTER_FIRST
    assert everywhere(refused, as_of) is Reason.REFUSED
    assert everywhere(cancelled, as_of) is Reason.CANCELLED
    assert not RefusalAlert.objects.exists()


def test_r_z8_a_wish_turns_nothing_into_a_consent(citizen: User, record, as_of) -> None:
    brand, waiting = BrandFactory(), BrandFactory(double_opt_in=True)
    record(brand, status="RET")
    record(waiting)
    before = ConsentEvent.objects.count()
    (wish,) = begin_wish(actor=actor_of(citizen), wanted=NO_MAIL)
    assert everywhere(waiting, as_of) is Reason.AWAITING_CONFIRMATION
    end_wish(actor=actor_of(citizen), made_together=wish.made_together)
    assert everywhere(brand, as_of) is Reason.REFUSED
    assert everywhere(waiting, as_of) is Reason.AWAITING_CONFIRMATION
    assert ConsentEvent.objects.count() == before, "a wish is no event of a consent"


def test_r_z8_r_r2_providers_concerned_are_told_once(citizen: User, record, as_of) -> None:
    brand, other = BrandFactory(), BrandFactory()
    number = record(brand)
    record(brand, recipient_type="TACIR")
    record(other, OTHERS)
    (wish,) = begin_wish(actor=actor_of(citizen), wanted=NO_MAIL)
    (alert,) = RefusalAlert.objects.all()
    assert (alert.event_id, alert.brand, alert.recipient, alert.wish, alert.open) == (number, brand, MAIL, wish, True)
    assert begin_wish(actor=actor_of(citizen), wanted=NO_MAIL) == []
    assert RefusalAlert.objects.count() == 1
    end_wish(actor=actor_of(citizen), made_together=wish.made_together)
    alert.refresh_from_db()
    assert not alert.open and everywhere(brand, as_of) is YES
    begin_again(actor=actor_of(citizen), made_together=wish.made_together)
    assert everywhere(brand, as_of) is WISH
    assert [alert.open for alert in RefusalAlert.objects.order_by("pk")] == [False, True]


def test_r_z8_what_another_wish_holds_stays_refused(citizen: User, record, as_of) -> None:
    brand = BrandFactory()
    record(brand)
    (no_mail,) = begin_wish(actor=actor_of(citizen), wanted=NO_MAIL)
    begin_wish(actor=actor_of(citizen), wanted=PAUSE)
    end_wish(actor=actor_of(citizen), made_together=no_mail.made_together)
    assert everywhere(brand, as_of) is WISH
    assert RefusalAlert.objects.get().open


def test_r_z8_a_new_pause_takes_the_place_of_the_old_one(citizen: User, clock, as_of) -> None:
    begin_wish(actor=actor_of(citizen), wanted=PAUSE)
    clock.shift(timedelta(days=1))
    begin_wish(actor=actor_of(citizen), wanted=Wanted(WishKind.PAUSE, days=7))
    (mail_pause,) = [w for w in StandingWish.objects.filter(recipient=MAIL) if w.holds_at(as_of + timedelta(days=2))]
    assert mail_pause.until == as_of + timedelta(days=8)


def test_r_l4_begin_and_end_are_kept(citizen: User, record, clock, as_of) -> None:
    brand = BrandFactory()
    record(brand)
    (wish,) = begin_wish(actor=actor_of(citizen), wanted=NO_MAIL)
    clock.shift(timedelta(hours=1))
    end_wish(actor=actor_of(citizen), made_together=wish.made_together)
    assert everywhere(brand, as_of + timedelta(minutes=30)) is WISH
    assert everywhere(brand, as_of + timedelta(hours=1)) is YES
    verbs = AuditEntry.objects.filter(verb__startswith="wish.").order_by("pk")
    assert [entry.verb for entry in verbs] == ["wish.begun", "wish.ended"]
    assert MAIL not in str([(entry.old, entry.new, entry.target_id) for entry in verbs])


def test_what_it_changes_is_known_before(citizen: User, record, as_of) -> None:
    brands = [BrandFactory() for _number in range(2)]
    for brand in brands:
        record(brand)
    record(BrandFactory(), status="RET")
    found = affected([MAIL], NO_MAIL, now=as_of)
    assert {consent.brand_id for consent in found} == {brand.pk for brand in brands}
    assert not StandingWish.objects.exists()


def test_r_a1_only_own_addresses_and_own_wishes(citizen: User, as_of) -> None:
    other = citizen_with(OTHERS)
    (theirs,) = begin_wish(actor=actor_of(other), wanted=NO_MAIL)
    for act in (end_wish, begin_again):
        for number in (theirs.made_together, uuid.uuid4()):
            with pytest.raises(NotFound):
                act(actor=actor_of(citizen), made_together=number)
    with pytest.raises(NotFound):
        begin_wish(actor=actor_of(citizen), wanted=NO_MAIL, address_ids=[other.addresses.get().pk])
    with pytest.raises(NotAllowed):
        begin_wish(actor=officer_of(BrandFactory()), wanted=NO_MAIL)
    assert list(StandingWish.objects.all()) == [theirs]
    assert theirs.holds_at(as_of)


def test_a_wish_that_says_nothing_is_refused(citizen: User) -> None:
    mail = citizen.addresses.get(address=MAIL).pk
    for wanted, chosen in (
        (NO_CALLS, [mail]),
        (Wanted(WishKind.SECTOR, sector="yok"), None),
        (Wanted(WishKind.PAUSE, days=0), None),
    ):
        with pytest.raises(Invalid):
            begin_wish(actor=actor_of(citizen), wanted=wanted, address_ids=chosen)
    with pytest.raises(NotFound):
        begin_wish(actor=actor_of(citizen), wanted=Wanted(WishKind.BRAND, brand_id=10**6))
    assert not StandingWish.objects.exists()


def test_r_z2_an_address_that_changes_hands_leaves_its_wishes(citizen: User, record) -> None:
    brand = BrandFactory()
    record(brand)
    begin_wish(actor=actor_of(citizen), wanted=NO_MAIL)
    now = timezone.now()
    assert everywhere(brand, now) is WISH
    add_by_service(citizen_with("yeni@deneme.example"), MAIL, now)
    assert everywhere(brand, now + timedelta(seconds=1)) is YES


def test_an_address_that_is_taken_out_of_an_account_leaves_its_wishes(citizen: User, record) -> None:
    brand = BrandFactory()
    record(brand)
    begin_wish(actor=actor_of(citizen), wanted=NO_MAIL)
    remove_address(address_id=citizen.addresses.get(address=MAIL).pk, actor=actor_of(citizen))
    assert everywhere(brand, timezone.now() + timedelta(seconds=1)) is YES


def test_the_end_of_an_account_ends_its_wishes(citizen: User, record) -> None:
    brand = BrandFactory()
    record(brand)
    begin_wish(actor=actor_of(citizen), wanted=NO_MAIL)
    now = timezone.now()
    request_code(address=MAIL, language="tr", ip="192.0.2.7", purpose=to_close_account(citizen.pk), moment=now)
    close_account(address=MAIL, code=sent_code(), actor=actor_of(citizen), moment=now)
    assert everywhere(brand, now + timedelta(seconds=1)) is YES
