"""R-A2: who needs a second factor gives it in every session; lost factors are reset by staff."""

import time

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from iys_portal.accounts import services
from iys_portal.accounts.selectors import needs_second_factor, totp_code
from iys_portal.core.errors import Invalid, NotAllowed, WrongMoment
from iys_portal.core.models import AuditEntry, OutboxMessage
from tests.factories import MembershipFactory, UserFactory, actor_of, staff

pytestmark = pytest.mark.django_db
SETUP, CHALLENGE = "/accounts/2fa/totp/activate/", "/accounts/2fa/authenticate/"


def manager():
    return MembershipFactory(role="manager").user


@pytest.mark.parametrize("role", ["reviewer", "complaint_officer", "admin", "auditor"])
def test_r_a2_all_staff_need_it(role):
    assert needs_second_factor(UserFactory(staff_roles=[role]))


@pytest.mark.parametrize(
    ("role", "needed"), [("manager", True), ("officer", True), ("viewer", False), ("integrator", True)]
)
def test_r_a2_managers_and_whoever_imports_or_exports_need_it(role, needed):
    assert needs_second_factor(MembershipFactory(role=role).user) is needed


def test_r_a2_one_of_several_memberships_is_enough():
    user = MembershipFactory(role="viewer").user
    MembershipFactory(user=user, role="manager")
    assert needs_second_factor(user)


def test_r_a2_set_up_comes_before_anything_else(client, password_step):
    user = manager()
    password_step(client, user)
    for path in ("/", "/kisiler/", "/accounts/sessions/", "/accounts/password/change/"):
        assert client.get(path).url == SETUP
    assert client.post("/kisiler/", {"email": "a@deneme.example"}).url == SETUP
    assert client.get("/accounts/logout/").status_code == 200
    assert client.post("/dil/", {"language": "en", "next": SETUP}).url == SETUP
    page = client.get(SETUP)
    assert b"data:image/svg+xml;base64," in page.content
    assert b"style=" not in page.content


def test_r_a2_the_challenge_comes_at_every_sign_in(client, password_step, code_step):
    user = manager()
    secret = services.enrol_totp(user)
    assert password_step(client, user).url == CHALLENGE
    assert client.get("/kisiler/").url.startswith("/accounts/login/")
    assert client.post(CHALLENGE, {"code": "000000"}).status_code == 200
    assert "_auth_user_id" not in client.session
    code_step(client, secret)
    assert client.get("/kisiler/").status_code == 200


def test_r_a2_a_code_works_once(password_step, code_step):
    user = manager()
    secret = services.enrol_totp(user)
    first, second = Client(), Client()
    password_step(first, user)
    password_step(second, user)
    code = totp_code(secret, time.time())
    assert first.post(CHALLENGE, {"code": code}).status_code == 302
    assert second.post(CHALLENGE, {"code": code}).status_code == 200


def test_r_a2_guessing_codes_is_limited(client, password_step):
    user = manager()
    secret = services.enrol_totp(user)
    password_step(client, user)
    for _ in range(5):
        client.post(CHALLENGE, {"code": "000000"})
    client.post(CHALLENGE, {"code": totp_code(secret, time.time())})
    assert "_auth_user_id" not in client.session


def test_r_a2_a_recovery_code_stands_in_once(password_step):
    user = manager()
    services.enrol_totp(user)
    code = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
    first, second = Client(), Client()
    password_step(first, user)
    assert first.post(CHALLENGE, {"code": code}).status_code == 302
    assert first.get("/kisiler/").status_code == 200
    assert AuditEntry.objects.filter(verb="user.recovery_code_used").exists()
    password_step(second, user)
    assert second.post(CHALLENGE, {"code": code}).status_code == 200


def test_r_a2_a_session_from_before_the_factor_gives_it_too(password_step, code_step):
    """Somebody signs in as viewer, becomes manager and enrols elsewhere: the old session is asked."""
    user = MembershipFactory(role="viewer").user
    old = Client()
    password_step(old, user)
    user.memberships.update(role="manager")
    secret = services.enrol_totp(user)
    answer = old.get("/kisiler/")
    assert answer.url == "/accounts/2fa/reauthenticate/?next=/kisiler/"
    given = old.post(answer.url, {"code": totp_code(secret, time.time()), "next": "/kisiler/"})
    assert given.url == "/kisiler/"
    assert old.get("/kisiler/").status_code == 200


def test_r_a2_the_last_factor_of_whoever_needs_one_stays(client, password_step, code_step):
    user = manager()
    secret = services.enrol_totp(user)
    password_step(client, user)
    code_step(client, secret)
    entries, mails = AuditEntry.objects.count(), OutboxMessage.objects.count()
    assert "/accounts/2fa/totp/deactivate/" not in client.get("/accounts/2fa/").content.decode()
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 200
    assert Authenticator.objects.count() == 2
    assert (AuditEntry.objects.count(), OutboxMessage.objects.count()) == (entries, mails)
    assert client.get("/kisiler/").status_code == 200


def test_removing_a_device_that_nobody_asks_for_ends_other_sessions(password_step, code_step):
    user = MembershipFactory(role="viewer").user
    secret = services.enrol_totp(user)
    here, there = Client(), Client()
    password_step(there, user)
    there.post(CHALLENGE, {"code": Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]})
    password_step(here, user)
    code_step(here, secret)
    assert here.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not Authenticator.objects.exists()
    assert here.get("/").status_code == 200
    assert there.get("/").url.startswith("/accounts/login/")


def test_the_secret_does_not_lie_open_in_the_database():
    secret = services.enrol_totp(manager())
    assert secret not in str(Authenticator.objects.get(type="totp").data)


class TestReset:
    """R-A2: lost factor: staff resets after a check, audited."""

    def test_r_a2_reset_ends_sessions_and_tells_the_person(self, client, password_step, code_step):
        user, admin = manager(), staff("admin")
        secret = services.enrol_totp(user)
        password_step(client, user)
        code_step(client, secret)
        services.reset_second_factor(user=user, reason="Kimliği görüntülü görüşmede doğrulandı", actor=admin)
        assert client.get("/kisiler/").url.startswith("/accounts/login/")
        again = Client()
        assert password_step(again, user).url == "/"
        assert again.get("/kisiler/").url == SETUP
        entry = AuditEntry.objects.get(verb="user.second_factor_reset")
        assert (entry.actor_id, entry.target_id) == (admin.id, str(user.pk))
        assert entry.new["reason"] == "Kimliği görüntülü görüşmede doğrulandı"
        assert OutboxMessage.objects.filter(to=user.email, cause__startswith="second_factor_reset:").exists()

    @pytest.mark.parametrize("role", ["reviewer", "complaint_officer", "auditor"])
    def test_r_a2_only_user_admins_reset(self, role):
        user = manager()
        services.enrol_totp(user)
        with pytest.raises(NotAllowed):
            services.reset_second_factor(user=user, reason="x", actor=staff(role))
        assert Authenticator.objects.count() == 2
        assert not AuditEntry.objects.exists()
        assert not OutboxMessage.objects.exists()

    @pytest.mark.parametrize("reason", ["", "  ", "evet", " " * 20 + "sordum"])
    def test_r_a2_what_was_checked_is_compulsory(self, reason):
        user = manager()
        services.enrol_totp(user)
        with pytest.raises(Invalid):
            services.reset_second_factor(user=user, reason=reason, actor=staff("admin"))
        assert Authenticator.objects.count() == 2
        assert not AuditEntry.objects.exists()
        assert not OutboxMessage.objects.exists()

    def test_r_a2_nobody_resets_their_own(self):
        user = UserFactory(staff_roles=["admin"])
        services.enrol_totp(user)
        with pytest.raises(WrongMoment):
            services.reset_second_factor(user=user, reason="Kendim gördüm", actor=actor_of(user))

    def test_without_a_factor_there_is_nothing_to_reset(self):
        with pytest.raises(WrongMoment):
            services.reset_second_factor(user=manager(), reason="Kimliği görüldü", actor=staff("admin"))
