"""R-A2: passkeys as second factor: added, named, used at sign-in, removed; the last of whoever needs one stays."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from iys_portal.accounts import services
from iys_portal.accounts.models import User
from iys_portal.core.models import AuditEntry, OutboxMessage
from tests.factories import MembershipFactory, staff

from .passkeys import ADD, Passkey, add, options_of

pytestmark = pytest.mark.django_db
SETUP, CHALLENGE = "/accounts/2fa/totp/activate/", "/accounts/2fa/authenticate/"
FACTORS, AGAIN = "/accounts/2fa/", "/accounts/2fa/webauthn/reauthenticate/"


@pytest.fixture(autouse=True)
def at_localhost(settings: Any) -> None:
    settings.PORTAL_URL = "http://localhost:8000"


def manager() -> User:
    return MembershipFactory(role="manager").user


def remove_page(factor: Authenticator) -> str:
    return f"/accounts/2fa/webauthn/keys/{factor.pk}/remove/"


@pytest.fixture
def enrolled(client: Client, password_step: Any) -> tuple[User, Passkey]:
    """A manager signed in at `client`, whose only factor is a passkey."""
    user, key = manager(), Passkey()
    password_step(client, user)
    add(client, key)
    return user, key


def test_r_a2_the_set_up_offers_both_kinds(client, password_step):
    password_step(client, manager())
    assert ADD in client.get(client.get("/kisiler/").url).content.decode()
    assert SETUP in client.get(ADD).content.decode()


def test_r_a2_a_passkey_opens_the_portal_and_comes_with_recovery_codes(client, password_step):
    user, key = manager(), Passkey()
    password_step(client, user)
    assert add(client, key).url == "/accounts/2fa/recovery-codes/"
    assert client.get("/kisiler/").status_code == 200
    assert AuditEntry.objects.get(verb="user.second_factor_added").new == {"factor": "webauthn"}
    assert OutboxMessage.objects.filter(to=user.email, cause__startswith="webauthn_added:").count() == 1
    assert Authenticator.objects.filter(user=user, type="recovery_codes").exists()


def test_the_passkey_is_asked_for_at_the_portals_own_address(client, password_step, settings):
    settings.PORTAL_URL = "https://portal.deneme.example"
    password_step(client, manager())
    options = options_of(client, ADD)["publicKey"]
    assert options["rp"]["id"] == "portal.deneme.example"
    assert options["authenticatorSelection"]["residentKey"] == "preferred"
    assert client.get(ADD, headers={"host": "elsewhere.example"}).content.decode().count("elsewhere.example") == 0


def test_r_a2_a_passkey_is_the_second_step_of_signing_in(enrolled, password_step):
    user, key = enrolled
    client = Client()
    assert password_step(client, user).url == CHALLENGE
    assert client.get("/kisiler/").url.startswith("/accounts/login/")
    answer = client.post(CHALLENGE, {"credential": key.get(options_of(client, CHALLENGE))})
    assert answer.status_code == 302
    assert client.get("/kisiler/").status_code == 200
    assert Authenticator.objects.get(user=user, type="webauthn").last_used_at


@pytest.mark.parametrize("wrong", ["other key", "old challenge", "other address"])
def test_r_a2_another_key_or_an_old_answer_does_not_open(enrolled, password_step, wrong):
    user, key = enrolled
    client = Client()
    password_step(client, user)
    options = options_of(client, CHALLENGE)
    if wrong == "other key":
        stranger = Passkey()
        stranger.id = key.id
        answer = stranger.get(options)
    elif wrong == "old challenge":
        answer = key.get(options)
        options_of(client, CHALLENGE)
    else:
        key.origin = "http://localhost.elsewhere.example"
        answer = key.get(options)
    assert client.post(CHALLENGE, {"credential": answer}).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("nonsense", ["", "{", "5", "null", "[]", "{}", '{"id": "a", "rawId": "a", "type": "x"}'])
@pytest.mark.parametrize("response", ["{}", '{"clientDataJSON": 5}', '{"clientDataJSON": "e30", "signature": "%"}'])
def test_nonsense_in_the_hidden_field_is_an_error_of_the_form(enrolled, password_step, nonsense, response):
    user, _key = enrolled
    client = Client()
    password_step(client, user)
    shaped = json.dumps({"id": "YQ", "rawId": "YQ", "type": "public-key", "response": json.loads(response)})
    for credential in (nonsense, shaped):
        options_of(client, CHALLENGE)
        assert client.post(CHALLENGE, {"credential": credential}).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("response", ["{}", '{"clientDataJSON": 5}', '{"clientDataJSON": "e30"}', "5"])
def test_nonsense_adds_no_passkey(client, password_step, response):
    password_step(client, manager())
    shaped = json.dumps({"id": "YQ", "rawId": "YQ", "type": "public-key", "response": json.loads(response)})
    client.get(ADD)
    assert client.post(ADD, {"name": "Ofis", "credential": shaped}).status_code == 200
    assert not Authenticator.objects.exists()
    assert not AuditEntry.objects.filter(verb="user.second_factor_added").exists()


def test_r_a2_a_recovery_code_stands_in_for_a_passkey(enrolled, password_step):
    user, _key = enrolled
    client = Client()
    password_step(client, user)
    assert "Kurtarma kodu" in client.get(CHALLENGE).content.decode()
    code = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
    assert client.post(CHALLENGE, {"code": code}).status_code == 302
    assert client.get("/kisiler/").status_code == 200


def test_r_a2_a_session_from_before_gives_the_passkey_and_adds_nothing_before(enrolled, password_step):
    """Password alone must not lead past the factor by adding a second one."""
    user, key = enrolled
    user.memberships.update(role="viewer")
    old = Client()
    password_step(old, user)
    old.post(CHALLENGE, {"credential": key.get(options_of(old, CHALLENGE))})
    session = old.session
    del session["second_factor_given"]
    session.save()
    user.memberships.update(role="manager")
    for path in ("/kisiler/", ADD, SETUP):
        assert old.get(path).url == f"{AGAIN}?next={path}"
        assert old.post(path, {}).url == f"{AGAIN}?next={path}"
    refused = old.post(AGAIN, {"credential": Passkey().get(options_of(old, AGAIN)), "next": "/kisiler/"})
    assert refused.status_code == 200
    assert 'name="next" value="/kisiler/"' in refused.content.decode()
    given = old.post(AGAIN, {"credential": key.get(options_of(old, AGAIN)), "next": "/kisiler/"})
    assert given.url == "/kisiler/"
    assert old.get("/kisiler/").status_code == 200


def test_a_passkey_gets_another_name(client, enrolled):
    factor = Authenticator.objects.get(type="webauthn")
    page = f"/accounts/2fa/webauthn/keys/{factor.pk}/edit/"
    assert client.get(page).status_code == 200
    assert client.post(page, {"name": ""}).status_code == 200
    assert client.post(page, {"name": "x" * 61}).status_code == 200
    assert not AuditEntry.objects.filter(verb="user.second_factor_renamed").exists()
    assert client.post(page, {"name": "Mavi <anahtar>"}).url == FACTORS
    assert "Mavi &lt;anahtar&gt;" in client.get(FACTORS).content.decode()
    entry = AuditEntry.objects.get(verb="user.second_factor_renamed")
    assert not entry.new and not entry.old


def test_a_stranger_finds_no_passkey(enrolled, password_step):
    factor = Authenticator.objects.get(type="webauthn")
    stranger = Client()
    password_step(stranger, manager())
    add(stranger, Passkey())
    for act in ("edit", "remove"):
        page = f"/accounts/2fa/webauthn/keys/{factor.pk}/{act}/"
        assert stranger.get(page).status_code == 404
        assert stranger.post(page, {"name": "x"}).status_code == 404
    assert Authenticator.objects.filter(type="webauthn").count() == 2


def test_r_a2_the_last_passkey_of_whoever_needs_one_stays(client, enrolled):
    factor = Authenticator.objects.get(type="webauthn")
    entries, mails = AuditEntry.objects.count(), OutboxMessage.objects.count()
    assert remove_page(factor) not in client.get(FACTORS).content.decode()
    assert client.get(remove_page(factor)).status_code == 200
    assert client.post(remove_page(factor)).status_code == 200
    assert Authenticator.objects.filter(pk=factor.pk).exists()
    assert (AuditEntry.objects.count(), OutboxMessage.objects.count()) == (entries, mails)


def test_r_a2_one_of_two_passkeys_can_go_and_ends_other_sessions(client, enrolled, password_step):
    user, key = enrolled
    there = Client()
    password_step(there, user)
    there.post(CHALLENGE, {"credential": key.get(options_of(there, CHALLENGE))})
    add(client, Passkey(), "Yedek")
    first = Authenticator.objects.filter(type="webauthn").order_by("pk")[0]
    assert client.post(remove_page(first)).url == FACTORS
    assert Authenticator.objects.filter(user=user, type="webauthn").count() == 1
    assert Authenticator.objects.filter(user=user, type="recovery_codes").exists()
    assert client.get("/kisiler/").status_code == 200
    assert there.get("/kisiler/").url.startswith("/accounts/login/")
    assert OutboxMessage.objects.filter(to=user.email, cause__startswith="webauthn_removed:").count() == 1


def test_a_removed_passkey_no_longer_opens(client, enrolled, password_step):
    user, key = enrolled
    add(client, Passkey(), "Yedek")
    client.post(remove_page(Authenticator.objects.filter(type="webauthn").order_by("pk")[0]))
    again = Client()
    password_step(again, user)
    assert again.post(CHALLENGE, {"credential": key.get(options_of(again, CHALLENGE))}).status_code == 200
    assert "_auth_user_id" not in again.session


def test_r_a2_staff_reset_takes_passkeys_too(enrolled, password_step):
    user, _key = enrolled
    services.reset_second_factor(user=user, reason="Görüntülü görüşmede kimlik", actor=staff("admin"))
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.get(verb="user.second_factor_reset").old["factors"] == ["recovery_codes", "webauthn"]
