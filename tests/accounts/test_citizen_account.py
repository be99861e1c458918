"""R-Z1, R-Z2: a citizen's known browsers, wishes for mails, and the end of an account."""

from datetime import datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client

from iys_portal.accounts import services
from iys_portal.accounts.browsers import name_of
from iys_portal.accounts.models import CitizenMails, KnownDevice, ProvenAddress, User
from iys_portal.accounts.selectors import mails_of
from iys_portal.core.errors import NotFound
from iys_portal.core.models import AuditEntry, OutboxMessage

from .steps import (
    ACCOUNT,
    CODE,
    MAIL,
    PHONE,
    SIGN_IN,
    another,
    citizen_of,
    citizen_with,
    enter,
    give_address,
    sent_code,
)

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
CLOSE, CLOSE_CODE = "/hesabim/sil/", "/hesabim/sil/kod/"


def told(kind: str = "new_device:"):
    return OutboxMessage.objects.filter(cause__startswith=kind)


def browser(agent: str = FIREFOX) -> Client:
    return Client(headers={"User-Agent": agent})


def later(minutes: int):
    return time_machine.travel(datetime.now().astimezone() + timedelta(minutes=minutes), tick=False)


@pytest.mark.parametrize(("agent", "name"), [(FIREFOX, "Firefox, Windows"), (CHROME, "Chrome, Android"), ("x", "")])
def test_browsers_are_named_roughly(agent: str, name: str) -> None:
    assert name_of(agent) == name


def test_the_first_browser_and_a_known_one_are_told_to_nobody() -> None:
    client = browser()
    enter(client)
    client.post("/accounts/logout/")
    with later(5):
        enter(client)
    assert not told().exists()
    assert KnownDevice.objects.get().browser == "Firefox, Windows"


def test_a_sign_in_from_a_new_browser_is_told_without_a_network_address() -> None:
    enter(browser())
    with later(5):
        enter(browser(CHROME))
    mail = told().get()
    assert mail.to == MAIL and "Chrome, Android" in mail.body and "127.0.0.1" not in mail.body


def test_who_does_not_want_that_mail_gets_none() -> None:
    enter(browser())
    services.set_mails(consents="none", refusals=False, devices=False, actor=citizen_of(User.objects.get()))
    with later(5):
        enter(browser(CHROME))
    assert not told().exists()


def test_a_phone_that_has_just_got_the_code_is_not_texted_again() -> None:
    enter(browser(), PHONE)
    with later(5):
        enter(browser(CHROME), PHONE)
    assert not told().exists()
    assert KnownDevice.objects.count() == 2


def test_the_cookies_hash_alone_is_kept() -> None:
    client = browser()
    enter(client)
    assert client.cookies["iys_device"].value not in KnownDevice.objects.get().token_hash
    assert client.cookies["iys_device"]["httponly"]


def test_wishes_for_mails_are_kept(client: Client) -> None:
    enter(client)
    user = User.objects.get()
    assert mails_of(user.pk) == {"consents": "daily", "refusals": True, "devices": True}
    assert client.post(ACCOUNT, {"consents": "each", "devices": "on"}).url == ACCOUNT
    assert mails_of(user.pk) == {"consents": "each", "refusals": False, "devices": True}
    assert client.post(ACCOUNT, {"consents": "hourly"}).status_code == 422


class TestTheEnd:
    def test_r_z2_a_fresh_code_closes_the_account_and_empties_it(self, client: Client) -> None:
        enter(client)
        user = User.objects.get()
        assert client.post(CLOSE).url == CLOSE_CODE
        assert client.post(CLOSE_CODE, {"code": sent_code()}).url == SIGN_IN
        user.refresh_from_db()
        assert not user.is_active and "_auth_user_id" not in client.session
        for model in (ProvenAddress, KnownDevice, CitizenMails, UserSession):
            assert not model.objects.filter(user=user).exists(), model
        assert AuditEntry.objects.filter(verb="citizen.closed", actor_id=user.pk).count() == 1

    def test_signing_in_again_opens_a_new_account(self, client: Client) -> None:
        enter(client)
        first = User.objects.get()
        client.post(CLOSE)
        client.post(CLOSE_CODE, {"code": sent_code()})
        with later(5):
            enter(client)
        second = User.objects.exclude(pk=first.pk).get()
        assert client.session["_auth_user_id"] == str(second.pk)
        assert client.get(ACCOUNT).status_code == 200

    def test_other_browsers_are_signed_out(self, client: Client) -> None:
        other = Client()
        enter(other)
        with later(5):
            enter(client)
            client.post(CLOSE)
            client.post(CLOSE_CODE, {"code": sent_code()})
            assert other.get(ACCOUNT).status_code == 302

    def test_a_wrong_or_a_sign_in_code_closes_nothing(self, client: Client) -> None:
        enter(client)
        client.post(CLOSE)
        assert client.post(CLOSE_CODE, {"code": another(sent_code())}).status_code == 422
        with later(5):
            stranger = Client()
            give_address(stranger)
            assert client.post(CLOSE_CODE, {"code": sent_code()}).status_code == 422
            assert stranger.post(CODE, {"code": sent_code()}).status_code == 302
        assert User.objects.get().is_active
        assert not AuditEntry.objects.filter(verb="citizen.closed").exists()

    def test_r_a1_the_code_goes_to_an_own_address_only(self) -> None:
        user, other = citizen_with(MAIL), citizen_with(PHONE)
        with pytest.raises(NotFound):
            services.close_account(address=PHONE, code="123456", actor=citizen_of(user))
        assert other.addresses.count() == 1

    def test_the_page_says_what_stays_and_for_how_long(self, client: Client) -> None:
        enter(client)
        page = client.get(CLOSE).content.decode()
        assert "3 yıl" in page and "retleriniz: yürürlükte kalır" in page
