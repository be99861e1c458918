"""R-Z2: more addresses, each proven by a code; a number changes hands; removal."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from iys_portal.accounts import services
from iys_portal.accounts.models import EdevletLink, LeftAddress, LostAddress, ProvenAddress, User
from iys_portal.accounts.selectors import addresses_of
from iys_portal.core.errors import NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, OutboxMessage

from .steps import (
    ADDRESSES,
    CODE,
    HOME,
    MAIL,
    PHONE,
    another,
    ask,
    citizen_of,
    citizen_with,
    enter,
    give_address,
    sent_code,
)

pytestmark = pytest.mark.django_db
ADD_CODE = "/hesabim/adresler/kod/"
OTHER = "veli@deneme.example"


def add(client: Client, address: str, code: str = ""):
    answer = client.post(ADDRESSES, {"address": address})
    assert answer.url == ADD_CODE
    return client.post(ADD_CODE, {"code": code or sent_code()})


def add_by_service(user: User, address: str, at: datetime) -> ProvenAddress:
    services.request_code(
        address=address, language="tr", ip="192.0.2.7", purpose=services.to_add_address(user.pk), moment=at
    )
    return services.add_address(address=address, code=sent_code(), actor=citizen_of(user), moment=at)


def own(user: User) -> list[str]:
    return [row.address for row in addresses_of(user.pk)]


def test_r_z2_an_address_is_added_by_a_code_to_it(client: Client) -> None:
    enter(client)
    user = User.objects.get()
    assert add(client, "0532 123 45 67").url == ADDRESSES
    assert own(user) == [MAIL, PHONE]
    assert ProvenAddress.objects.get(address=PHONE).history_from is None, "nobody held it before"
    assert OutboxMessage.objects.latest("pk").to == PHONE
    entry = AuditEntry.objects.get(verb="address.added")
    assert entry.actor_id == user.pk and PHONE not in str(vars(entry))
    assert PHONE in client.get(ADDRESSES).content.decode()


def test_r_z2_a_wrong_code_adds_nothing(client: Client) -> None:
    enter(client)
    client.post(ADDRESSES, {"address": PHONE})
    assert client.post(ADD_CODE, {"code": another(sent_code())}).status_code == 422
    assert own(User.objects.get()) == [MAIL]
    assert not AuditEntry.objects.filter(verb="address.added").exists()


def test_r_z2_a_sign_in_code_adds_nothing_and_a_code_for_adding_signs_nobody_in(client: Client) -> None:
    enter(client)
    stranger = Client()
    give_address(stranger, PHONE)
    for_signing_in = sent_code()
    session = client.session
    session["waiting_to_add"] = {"address": PHONE, "sent": 0, "again": 0}
    session.save()
    assert client.post(ADD_CODE, {"code": for_signing_in}).status_code == 422
    assert own(User.objects.get()) == [MAIL]
    with time_machine.travel(datetime.now().astimezone() + timedelta(minutes=2), tick=False):
        client.post(ADDRESSES, {"address": PHONE})
        assert stranger.post(CODE, {"code": sent_code()}).status_code == 422
    assert "_auth_user_id" not in stranger.session
    assert User.objects.count() == 1


def test_r_z2_a_number_changes_hands_and_the_earlier_holder_is_told(as_of: datetime, client: Client) -> None:
    earlier, new = citizen_with(MAIL, PHONE), citizen_with(OTHER)
    former = ProvenAddress.objects.get(address=PHONE).pk
    row = add_by_service(new, PHONE, as_of)
    assert (own(earlier), own(new)) == ([MAIL], [OTHER, PHONE])
    assert row.history_from == row.proven_at == as_of
    assert row.pk != former, "no page of the earlier holder names it"
    mail = OutboxMessage.objects.get(cause__startswith="address_lost:")
    assert mail.to == MAIL and PHONE not in mail.body and "+90532***67" in mail.body
    verbs = AuditEntry.objects.order_by("pk").values_list("verb", "actor_id")
    assert list(verbs) == [("address.lost", new.pk), ("address.taken_over", new.pk)]
    enter(client)
    assert "+90532***67" in client.get(HOME).content.decode()
    assert not LostAddress.objects.exists(), "told once"
    assert PHONE not in client.get(ADDRESSES).content.decode()


def test_r_z2_proving_ones_own_again_keeps_its_history(as_of: datetime) -> None:
    user = citizen_with(MAIL, PHONE)
    row = add_by_service(user, PHONE, as_of)
    assert (row.history_from, row.proven_at) == (None, as_of)
    assert not OutboxMessage.objects.filter(cause__startswith="address_lost:").exists()


def test_r_z2_removal_leaves_one_way_in(as_of: datetime) -> None:
    user = citizen_with(MAIL, PHONE)
    rows = {row.address: row.pk for row in addresses_of(user.pk)}
    services.remove_address(address_id=rows[PHONE], actor=citizen_of(user))
    assert own(user) == [MAIL]
    audits = AuditEntry.objects.count()
    with pytest.raises(WrongMoment):
        services.remove_address(address_id=rows[MAIL], actor=citizen_of(user))
    assert own(user) == [MAIL] and AuditEntry.objects.count() == audits
    EdevletLink.objects.create(user=user, subject_hash="0" * 64, linked_at=as_of)
    services.remove_address(address_id=rows[MAIL], actor=citizen_of(user))
    assert own(user) == []


def test_r_z2_what_was_recorded_before_an_address_was_given_up_is_not_the_next_holders(as_of: datetime) -> None:
    user, stranger = citizen_with(MAIL, PHONE), citizen_with(OTHER)
    row = ProvenAddress.objects.get(address=PHONE)
    with time_machine.travel(as_of, tick=False):
        services.remove_address(address_id=row.pk, actor=citizen_of(user))
    later = as_of + timedelta(hours=1)
    assert add_by_service(stranger, PHONE, later).history_from == as_of
    services.remove_address(address_id=ProvenAddress.objects.get(address=PHONE).pk, actor=citizen_of(stranger))
    assert PHONE not in str([vars(left) for left in LeftAddress.objects.all()])
    again = add_by_service(stranger, PHONE, later + timedelta(hours=1))
    assert again.history_from == as_of, "their own history, and still not the one before"


def test_r_z2_whoever_takes_the_address_of_a_closed_account_begins_anew(as_of: datetime) -> None:
    user = citizen_with(MAIL)
    services.request_code(
        address=MAIL, language="tr", ip="192.0.2.7", purpose=services.to_close_account(user.pk), moment=as_of
    )
    services.close_account(address=MAIL, code=sent_code(), actor=citizen_of(user), moment=as_of)
    later = as_of + timedelta(hours=1)
    ask(MAIL, at=later)
    services.enter_by_code(address=MAIL, code=sent_code(), language="tr", moment=later)
    assert ProvenAddress.objects.get(address=MAIL).history_from == as_of


def test_nothing_is_added_to_an_account_that_was_closed_meanwhile(as_of: datetime) -> None:
    user = citizen_with(MAIL)
    User.objects.filter(pk=user.pk).update(is_active=False)
    with pytest.raises(NotFound):
        add_by_service(user, PHONE, as_of)
    assert not ProvenAddress.objects.filter(address=PHONE).exists()


def test_r_a1_nobody_touches_somebody_elses_address(as_of: datetime) -> None:
    theirs = ProvenAddress.objects.get(user=citizen_with(MAIL))
    stranger = citizen_of(citizen_with(OTHER))
    for act in (
        lambda: services.remove_address(address_id=theirs.pk, actor=stranger),
        lambda: services.set_history_from(address_id=theirs.pk, history_from=as_of, actor=stranger),
    ):
        with pytest.raises(NotFound):
            act()
    theirs.refresh_from_db()
    assert theirs.history_from is None
    assert not AuditEntry.objects.exists()


def test_r_z1_adding_tells_nothing_of_who_holds_an_address(client: Client) -> None:
    citizen_with(PHONE)
    enter(client)
    bodies = []
    for address in (PHONE, "+905321234568"):
        answer = client.post(ADDRESSES, {"address": address})
        bodies.append(
            (answer.status_code, answer.url, OutboxMessage.objects.latest("pk").body.replace(sent_code(), ""))
        )
    assert bodies[0] == bodies[1]


def test_r_z2_a_phone_that_was_not_proven_for_long_opens_no_earlier_account(as_of: datetime) -> None:
    earlier = citizen_with(MAIL, PHONE)
    ProvenAddress.objects.filter(user=earlier).update(proven_at=as_of - settings.REGISTRY["PHONE_STALE"])
    ask(PHONE, at=as_of)
    user = services.enter_by_code(address=PHONE, code=sent_code(), language="tr", moment=as_of)
    assert user != earlier and own(earlier) == [MAIL]
    assert ProvenAddress.objects.get(address=PHONE).history_from == as_of
    assert OutboxMessage.objects.filter(cause__startswith="address_lost:", to=MAIL).exists()
    verbs = AuditEntry.objects.filter(verb__in=("address.lost", "citizen.opened")).values_list("verb", flat=True)
    assert set(verbs) >= {"address.lost", "citizen.opened"}


def test_r_z2_a_phone_proven_a_moment_sooner_and_any_e_mail_open_their_account(as_of: datetime) -> None:
    user = citizen_with(MAIL, PHONE)
    long_ago = as_of - settings.REGISTRY["PHONE_STALE"]
    ProvenAddress.objects.filter(address=PHONE).update(proven_at=long_ago + timedelta(seconds=1))
    ProvenAddress.objects.filter(address=MAIL).update(proven_at=long_ago - timedelta(days=900))
    for address in (PHONE, MAIL):
        ask(address, at=as_of)
        assert services.enter_by_code(address=address, code=sent_code(), language="tr", moment=as_of) == user
