"""R-A2: factors changed at once, or after the transaction. These commit."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.test import Client

from iys_portal.accounts import services
from iys_portal.accounts.selectors import totp_code
from iys_portal.core.models import AuditEntry
from tests.factories import MembershipFactory
from tests.threads import at_once

from .passkeys import Passkey, add

pytestmark = pytest.mark.usefixtures("committed_db")
REPLACE = "/accounts/2fa/totp/replace/"


def test_r_a2_of_two_removals_at_once_one_factor_is_left(client, password_step, settings):
    settings.PORTAL_URL = "http://localhost:8000"
    password_step(client, MembershipFactory(role="manager").user)
    for name in ("Ofis", "Yedek"):
        add(client, Passkey(), name)
    works = []
    for factor in Authenticator.objects.filter(type="webauthn"):
        other = Client()
        other.cookies = client.cookies
        page = f"/accounts/2fa/webauthn/keys/{factor.pk}/remove/"
        works.append(lambda other=other, page=page: other.post(page))
    assert len(works) == 2
    assert not at_once(*works)
    assert Authenticator.objects.filter(type="webauthn").count() == 1


def test_r_a2_the_app_moves_to_another_device_without_a_moment_between(client, password_step, code_step):
    user = MembershipFactory(role="manager").user
    former = services.enrol_totp(user)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").pk
    there = Client()
    password_step(client, user)
    code_step(client, former)
    password_step(there, user)
    there.post(
        "/accounts/2fa/authenticate/",
        {"code": Authenticator.objects.get(pk=codes).wrap().get_unused_codes()[0]},
    )
    assert there.get("/kisiler/").status_code == 200

    assert client.get(REPLACE).status_code == 200
    assert client.post(REPLACE, {"code": "000000"}).status_code == 200
    assert decrypt(Authenticator.objects.get(user=user, type="totp").data["secret"]) == former
    secret = client.session["mfa.totp.secret"]
    assert client.post(REPLACE, {"code": totp_code(secret, time.time())}).url == "/accounts/2fa/"

    assert Authenticator.objects.filter(user=user, type="totp").count() == 1
    assert Authenticator.objects.filter(pk=codes).exists()
    assert client.get("/kisiler/").status_code == 200
    assert there.get("/kisiler/").url.startswith("/accounts/login/")
    verbs = list(AuditEntry.objects.filter(verb__startswith="user.second_factor").values_list("verb", flat=True))
    assert verbs.count("user.second_factor_removed") == verbs.count("user.second_factor_added") == 1


def test_without_an_app_there_is_none_to_move(client, password_step):
    password_step(client, MembershipFactory(role="viewer").user)
    assert client.get(REPLACE).url == "/accounts/2fa/totp/activate/"
