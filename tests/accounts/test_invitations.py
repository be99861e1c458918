"""Invitations: sent, taken up, withdrawn; links that no longer work say so."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from iys_portal.accounts import services
from iys_portal.accounts.models import Invitation, User
from iys_portal.core import mailbox, outbox
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry, OutboxMessage
from tests.factories import PASSWORD, MembershipFactory, ProviderFactory, UserFactory, actor_of, staff

pytestmark = pytest.mark.django_db
OPEN, ACCEPT = "/kullanici/davet/", "/kullanici/davet/kabul/"
NEW = "ikinci-uydurma-parola-2"


@pytest.fixture
def manager():
    return MembershipFactory(role="manager")


@pytest.fixture
def actor(manager):
    return actor_of(manager.user, manager.provider)


def invite(actor, **values):
    defaults = {
        "email": "yeni@deneme.example",
        "full_name": "Yeni Kişi",
        "provider_id": actor.provider_id,
        "provider_name": "Deneme",
        "provider_role": "viewer",
    }
    return services.invite(actor=actor, **defaults | values)


def token_of_last_mail() -> str:
    outbox.send_due()
    return re.search(r"/kullanici/davet/#(\S+)", mailbox.letters()[0].text)[1]


def test_a_new_person_opens_an_account(client, actor, manager):
    invite(actor)
    token = token_of_last_mail()
    offer = client.post(OPEN, {"token": token})
    assert "Yeni Kişi" in offer.content.decode()
    assert not User.objects.filter(email="yeni@deneme.example").exists(), "opening accepts nothing"
    answer = client.post(ACCEPT, {"token": token, "full_name": "Yeni Kişi", "password": NEW})
    assert answer.url == "/"
    person = User.objects.get(email="yeni@deneme.example")
    assert client.session["_auth_user_id"] == str(person.pk)
    assert person.memberships.get().role == "viewer"
    entry = AuditEntry.objects.get(verb="invitation.accepted")
    assert (entry.actor_id, entry.provider_id) == (person.pk, manager.provider_id)


def test_r_a2_a_new_manager_sets_up_the_second_factor_first(client, actor):
    invite(actor, provider_role="manager")
    client.post(ACCEPT, {"token": token_of_last_mail(), "full_name": "Yeni Kişi", "password": NEW})
    assert client.get("/kisiler/").url == "/accounts/2fa/totp/activate/"


def test_an_existing_person_signs_in_and_confirms(client, actor, password_step):
    known = UserFactory(email="yeni@deneme.example")
    invite(actor)
    offer = client.post(OPEN, {"token": token_of_last_mail()})
    assert b'name="password"' not in offer.content
    answer = client.post(f"/accounts/login/?next={OPEN}", {"login": known.email, "password": PASSWORD})
    assert answer.url == OPEN
    confirm = client.get(OPEN)
    token = re.search(r'name="token" value="([^"]+)"', confirm.content.decode())[1]
    assert not known.memberships.exists()
    client.post(ACCEPT, {"token": token})
    assert known.memberships.get().provider_id == actor.provider_id


def test_an_existing_account_gets_no_new_password_by_an_invitation(client, actor):
    known = UserFactory(email="yeni@deneme.example")
    invite(actor)
    client.post(ACCEPT, {"token": token_of_last_mail(), "full_name": "X", "password": NEW})
    known.refresh_from_db()
    assert known.check_password(PASSWORD)
    assert not known.memberships.exists()
    assert "_auth_user_id" not in client.session


def test_somebody_else_cannot_take_it_up(actor, sign_in):
    invite(actor)
    token = token_of_last_mail()
    stranger = MembershipFactory(role="viewer").user
    client = sign_in(stranger)
    assert b'name="password"' not in client.post(OPEN, {"token": token}).content
    assert client.post(ACCEPT, {"token": token}).status_code == 403
    assert stranger.memberships.count() == 1
    assert Invitation.objects.get().accepted_at is None


def test_staff_roles_are_added_to_those_that_a_person_has():
    person = UserFactory(staff_roles=["auditor"], email="yeni@deneme.example")
    admin = staff("admin")
    invite(admin, provider_id=None, provider_name="", provider_role="", staff_roles=["reviewer"])
    services.accept_as(token=token_of_last_mail(), user=person)
    person.refresh_from_db()
    assert person.staff_roles == ["auditor", "reviewer"]


class TestDeadLinks:
    def assert_dead(self, token: str, status: int, words: str) -> None:
        people = User.objects.count()
        for path in (OPEN, ACCEPT):
            answer = Client(headers={"accept-language": "en"}).post(
                path, {"token": token, "full_name": "X", "password": NEW}
            )
            assert answer.status_code == status
            assert b'name="password"' not in answer.content
        with pytest.raises((services.InvitationOver, services.InvitationUnknown), match=words):
            services.find_invitation(token)
        assert User.objects.count() == people

    @pytest.fixture(autouse=True)
    def english(self, settings):
        settings.LANGUAGE_CODE = "en"

    def test_a_used_link(self, actor):
        invite(actor)
        token = token_of_last_mail()
        services.accept_as_new_person(token=token, full_name="Yeni Kişi", password=NEW)
        self.assert_dead(token, 410, "already been used")

    def test_an_expired_link(self, actor):
        invite(actor)
        token = token_of_last_mail()
        with time_machine.travel(timezone.now() + timedelta(days=7, seconds=1)):
            self.assert_dead(token, 410, "expired")

    def test_a_withdrawn_link(self, actor):
        invitation = invite(actor)
        token = token_of_last_mail()
        services.revoke_invitation(public_id=invitation.public_id, actor=actor)
        self.assert_dead(token, 410, "withdrawn")

    def test_a_forged_link(self, actor):
        invite(actor)
        self.assert_dead("x" * 43, 404, "not valid")

    def test_a_link_replaced_by_a_newer_one(self, actor):
        invitation = invite(actor)
        token = token_of_last_mail()
        services.resend_invitation(public_id=invitation.public_id, actor=actor)
        self.assert_dead(token, 404, "not valid")
        services.accept_as_new_person(token=token_of_last_mail(), full_name="Y", password=NEW)

    def test_a_link_of_somebody_who_may_no_longer_invite(self, actor, manager):
        invite(actor)
        token = token_of_last_mail()
        manager.delete()
        self.assert_dead(token, 410, "no longer invite")


def test_the_token_is_stored_as_a_hash_and_leaves_with_the_mail(actor, caplog):
    caplog.set_level("DEBUG")
    invitation = invite(actor)
    token = token_of_last_mail()
    assert len(token) >= 43, "256 bits"
    for table in (Invitation, OutboxMessage, AuditEntry):
        assert all(token not in str(row) for row in table.objects.values())
    client = Client()
    client.post(OPEN, {"token": token})
    client.post(OPEN, {"token": token + "x"})
    assert token not in caplog.text
    assert invitation.token_hash not in caplog.text


def test_opening_by_get_shows_a_form_and_writes_nothing(client, actor, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(OPEN).status_code == 200
    assert "sessionid" not in client.cookies


def test_a_weak_password_opens_no_account(client, actor):
    invite(actor)
    answer = client.post(ACCEPT, {"token": token_of_last_mail(), "full_name": "Yeni", "password": "kisa"})
    assert b"invalid-feedback" in answer.content
    assert not User.objects.filter(email="yeni@deneme.example").exists()
    assert Invitation.objects.get().accepted_at is None


class TestWhoInvites:
    def test_r_a1_a_manager_invites_to_the_own_provider_only(self, actor):
        with pytest.raises(NotFound):
            invite(actor, provider_id=ProviderFactory().pk)
        assert not Invitation.objects.exists()
        assert not OutboxMessage.objects.exists()

    def test_a_manager_gives_no_staff_roles(self, actor):
        with pytest.raises(NotAllowed):
            invite(actor, provider_id=None, provider_role="", staff_roles=["admin"])
        assert not Invitation.objects.exists()

    @pytest.mark.parametrize("role", ["officer", "viewer", "integrator"])
    def test_other_members_do_not_invite(self, role):
        member = MembershipFactory(role=role)
        with pytest.raises(NotAllowed):
            invite(actor_of(member.user, member.provider))

    @pytest.mark.parametrize("role", ["reviewer", "complaint_officer", "auditor"])
    def test_other_staff_do_not_invite(self, role):
        with pytest.raises(NotAllowed):
            invite(staff(role), provider_id=None, provider_role="", staff_roles=["admin"])
        assert not AuditEntry.objects.exists()

    def test_a_user_admin_invites_a_provider_its_first_manager(self):
        provider = ProviderFactory()
        invite(staff("admin"), provider_id=provider.pk, provider_role="manager")
        services.accept_as_new_person(token=token_of_last_mail(), full_name="İlk", password=NEW)
        assert provider.memberships.get().role == "manager"

    def test_one_open_invitation_for_one_place(self, actor):
        invite(actor)
        with pytest.raises(Invalid):
            invite(actor, email="YENI@deneme.example")
        assert OutboxMessage.objects.count() == 1

    def test_neither_no_role_nor_both_kinds_nor_an_unknown_one(self, actor):
        for values in (
            {"provider_role": ""},
            {"provider_role": "patron"},
        ):
            with pytest.raises(Invalid):
                invite(actor, **values)

    def test_r_a1_another_providers_invitation_is_not_found(self, actor):
        invitation = invite(actor)
        other = MembershipFactory(role="manager")
        for service in (services.revoke_invitation, services.resend_invitation):
            with pytest.raises(NotFound):
                service(public_id=invitation.public_id, actor=actor_of(other.user, other.provider))

    def test_a_used_invitation_cannot_be_withdrawn(self, actor):
        invitation = invite(actor)
        services.accept_as_new_person(token=token_of_last_mail(), full_name="Y", password=NEW)
        with pytest.raises(WrongMoment):
            services.revoke_invitation(public_id=invitation.public_id, actor=actor)
