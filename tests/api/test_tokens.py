"""Tokens: how a key gets them, how they end, and that a stolen refresh token ends its family."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from iys_portal.core.models import AuditEntry, OutboxMessage
from providers.models import ApiKey, ApiToken
from providers.services.keys import revoke_key, warn_keys
from providers.services.tokens import forget_tokens
from tests.api.conftest import Program, codes
from tests.factories import officer_of


def body(made, **more):
    return {"grant_type": "password", "username": made.key.username, "password": made.secret, **more}


def test_the_secret_is_kept_nowhere(make):
    made = make()
    assert made.secret not in json.dumps([str(value) for value in ApiKey.objects.values_list()])
    assert made.secret not in json.dumps([entry.new for entry in AuditEntry.objects.all()])
    assert AuditEntry.objects.get().verb == "api_key.made"


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=UTF8", 'application/json;charset="utf_8"', "text/plain", ""]
)
def test_json_bodies_however_they_are_called(brand, make, kind):
    made = make()
    answer = Program(brand).client.generic(
        "POST", "/oauth2/token", json.dumps(body(made, scope="x")), content_type=kind
    )
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["token_type"], told["expires_in"], told["refresh_expires_in"]) == ("bearer", 7200, 14400)
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "charset", ["", ";charset=UTF-8", "; charset=utf8", "; charset=ISO-8859-9", "; charset=nonsense"]
)
def test_form_bodies_in_any_spelling_of_the_charset(brand, make, charset):
    made = make()
    text = "&".join(f"{name}={value}" for name, value in body(made, other="1").items())
    kind = "application/x-www-form-urlencoded" + charset
    answer = Program(brand).client.generic("POST", "/v2/oauth2/token", text, content_type=kind)
    assert answer.status_code == 200, answer.content


@pytest.mark.parametrize(
    "sent, error, said",
    [
        ({}, "invalid_request", "Giriş yöntemi belirtilmemiş."),
        ({"grant_type": "magic"}, "invalid_request", "Bilinmeyen giriş yöntemi."),
        ({"grant_type": ""}, "invalid_grant", "Giriş yöntemi boş olamaz."),
        ({"grant_type": 1}, "invalid_grant", "Desteklenmeyen giriş yöntemi."),
        ({"grant_type": "refresh_token"}, "invalid_request", "Yenileme jetonu verilmemiş."),
        (
            {"grant_type": "refresh_token", "refresh_token": ["x"]},
            "invalid_request",
            "Desteklenmeyen yenileme jetonu türü.",
        ),
        ({"grant_type": "refresh_token", "refresh_token": " "}, "invalid_grant", "Yenileme jetonu boş olamaz."),
        ({"grant_type": "password"}, "invalid_request", "Kullanıcı adı verilmemiş."),
        ({"grant_type": "password", "username": {}}, "invalid_request", "Desteklenmeyen kullanıcı adı türü."),
        ({"grant_type": "password", "username": ""}, "invalid_grant", "Kullanıcı adı boş bırakılamaz."),
        ({"grant_type": "password", "username": "a"}, "invalid_request", "Şifre verilmemiş."),
        ({"grant_type": "password", "username": "a", "password": 5}, "invalid_request", "Desteklenmeyen şifre türü."),
        ({"grant_type": "password", "username": "a", "password": ""}, "invalid_grant", "Şifre boş bırakılamaz."),
        (
            {"grant_type": "password", "username": "a", "password": "b"},
            "invalid_request",
            "Kullanıcı kimlik bilgileri geçersiz.",
        ),
    ],
)
def test_what_is_wrong_is_said_as_the_document_says_it(brand, sent, error, said):
    answer = Program(brand).post("/oauth2/token", sent)
    found = answer.json()
    assert (answer.status_code, found["error"], found["error_description"]) == (400, error, said)
    assert found["errors"][0]["code"] in ("H250", "H251")


def test_an_access_token_holds_two_hours(brand, make):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        program = Program(brand).sign_in(make())
        assert program.get("/info/city/34").json() == {"code": 34, "name": "İstanbul"}
        clock.shift(timedelta(hours=2) - timedelta(seconds=1))
        assert program.get("/info/city").status_code == 200
        clock.shift(timedelta(seconds=1))
        assert (program.get("/info/city").status_code, codes(program.get("/info/city"))) == (401, ["H351"])


def test_a_refresh_token_works_once_and_twice_ends_the_family(brand, make):
    program = Program(brand)
    first = program.post("/oauth2/token", body(make())).json()
    renew = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = program.post("/oauth2/token", renew).json()
    program.token = first["access_token"]
    assert program.get("/info/city").status_code == 401
    program.token = second["access_token"]
    assert program.get("/info/city").status_code == 200
    program.token = ""
    assert program.post("/oauth2/token", renew).status_code == 400
    program.token = second["access_token"]
    assert program.get("/info/city").status_code == 401
    again = {"grant_type": "refresh_token", "refresh_token": second["refresh_token"]}
    assert program.post("/oauth2/token", again).status_code == 400
    assert AuditEntry.objects.filter(verb="api_key.family_ended").count() == 1


def test_a_revoked_key_stops_with_the_next_call(brand, make):
    made = make()
    program = Program(brand).sign_in(made)
    revoke_key(public_id=made.key.public_id, actor=officer_of(brand, role="manager"))
    assert program.get("/info/city").status_code == 401
    program.token = ""
    assert program.post("/oauth2/token", body(made)).json()["error"] == "invalid_request"


def test_a_key_ends_with_its_day_and_its_tokens_with_it(brand, make):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        made = make(expires_at=timezone.now() + timedelta(minutes=30))
        answer = Program(brand).post("/oauth2/token", body(made)).json()
        assert (answer["expires_in"], answer["refresh_expires_in"]) == (1800, 1800)
        program = Program(brand, answer["access_token"])
        clock.shift(timedelta(minutes=31))
        assert program.get("/info/city").status_code == 401
        assert program.post("/oauth2/token", body(made)).status_code == 400


def test_keepers_are_told_14_and_3_days_before_once_each(brand, make):
    now = timezone.now()
    make(expires_at=now + timedelta(days=20))
    assert warn_keys(now=now) == 0
    for days in (7, 7.5, 18, 18.5):
        warn_keys(now=now + timedelta(days=days))
    mails = OutboxMessage.objects.filter(cause__startswith="api-key:")
    assert mails.filter(to=brand.provider.email).count() == 2
    assert mails.count() == 4  # and who made it
    assert "Deneme" in mails[0].subject


def test_networks_are_held_at_both_doors(brand, make):
    made = make(networks=["203.0.113.7", "2001:db8::/32"])
    program = Program(brand)
    assert (program.post("/oauth2/token", body(made)).status_code) == 403
    token = program.client.post("/oauth2/token", body(made), content_type="application/json", REMOTE_ADDR="203.0.113.7")
    program.token = token.json()["access_token"]
    assert codes(program.get("/info/city")) == ["H363"]
    headers = {"authorization": f"Bearer {program.token}"}
    assert program.client.get("/info/city", headers=headers, REMOTE_ADDR="203.0.113.7").status_code == 200


def test_tokens_are_forgotten_a_day_after_they_ended(brand, make):
    Program(brand).sign_in(make())
    assert forget_tokens(now=timezone.now() + timedelta(hours=20)) == 0
    assert forget_tokens(now=timezone.now() + timedelta(hours=29)) == 1
    assert not ApiToken.objects.exists()


def test_no_session_and_no_cookie(program):
    answer = program.get("/info/city")
    assert not answer.cookies
