"""Demonstration accounts: one for each role, usable at once, never outside the demonstration."""

import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from iys_portal.accounts import demo, services
from iys_portal.accounts.enums import ProviderRole, StaffRole
from iys_portal.accounts.models import User
from iys_portal.accounts.selectors import demo_codes, has_second_factor, needs_second_factor, totp_code
from iys_portal.core import mailbox
from iys_portal.core.errors import NotAllowed
from tests.factories import MembershipFactory, ProviderFactory

pytestmark = pytest.mark.django_db
MAILBOX = "/dev/mailbox/"


@pytest.fixture
def demonstration(settings):
    settings.DEMO = True
    for code in (demo.STORE, demo.AIRLINE, demo.BOOKSHOP):
        ProviderFactory(iys_code=code)


def test_there_is_one_for_every_role():
    staff = {role for account in demo.ACCOUNTS for role in account.staff_roles}
    members = {role for account in demo.ACCOUNTS for _code, role in account.memberships}
    members |= {ProviderRole.INTEGRATOR for account in demo.ACCOUNTS if account.integrator}
    assert (staff, members) == (set(StaffRole), set(ProviderRole))
    assert any(len(account.memberships) > 1 for account in demo.ACCOUNTS)
    assert all(account.email.endswith("@iys-demo.example") for account in demo.ACCOUNTS)


def test_loading_twice_changes_nothing(demonstration):
    demo.load_accounts()
    before = list(User.objects.order_by("pk").values_list("pk", "password"))
    codes = {(code.email, code.code) for code in demo_codes()}
    demo.load_accounts()
    assert list(User.objects.order_by("pk").values_list("pk", "password")) == before
    assert {code.email for code in demo_codes()} == {email for email, _code in codes}


def test_whoever_needs_a_second_factor_has_one(demonstration):
    for user in demo.load_accounts():
        assert has_second_factor(user) is needs_second_factor(user)


def test_a_newcomer_signs_in_with_the_code_of_the_mailbox_page(demonstration, client, password_step):
    demo.load_accounts()
    password_step(client, "yonetici@iys-demo.example", demo.PASSWORD)
    code = next(code for code in mailbox.codes() if code.email == "yonetici@iys-demo.example")
    assert code.code in client.get(MAILBOX).content.decode()
    client.post("/accounts/2fa/authenticate/", {"code": code.code})
    assert client.get("/kisiler/").status_code == 200


def test_outside_the_demonstration_nothing_is_loaded_or_shown(settings):
    settings.DEMO = False
    with pytest.raises(NotAllowed):
        demo.load_accounts()
    assert not User.objects.exists()
    with pytest.raises(CommandError):
        call_command("demo_accounts", stdout=StringIO())
    assert mailbox.codes() == []


def test_codes_are_shown_for_demonstration_accounts_only(demonstration, client):
    demo.load_accounts()
    real = MembershipFactory(role="manager").user
    secret = services.enrol_totp(real)
    page = client.get(MAILBOX).content.decode()
    assert real.email not in page
    assert totp_code(secret, time.time()) not in page


def test_codes_vanish_with_the_demonstration(demonstration, client, settings):
    demo.load_accounts()
    settings.DEMO = False
    assert "iys-demo.example" not in client.get(MAILBOX).content.decode()


def test_without_the_setting_there_is_no_mailbox_page(demonstration, client, settings):
    demo.load_accounts()
    settings.MAILBOX_PAGE = False
    assert client.get(MAILBOX).status_code == 404
    assert mailbox.codes() == []


def test_the_command_prints_address_password_and_role(settings):
    settings.DEMO = True
    out = StringIO()
    call_command("demo_accounts", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == len(demo.ACCOUNTS) + 1, "and a citizen"
    assert all(demo.PASSWORD in line and "@iys-demo.example" in line for line in lines[:-1])
