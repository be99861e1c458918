"""R-A2: `SECOND_FACTOR_GRACE`: the second factor may be put off for a time after the first sign-in, once."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client

from iys_portal.accounts import services
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.models import AuditEntry
from tests.factories import MembershipFactory, staff

from .passkeys import Passkey, add

pytestmark = pytest.mark.django_db
SETUP = "/accounts/2fa/totp/activate/"
START = datetime(2026, 11, 23, 9, 0, tzinfo=ISTANBUL)


@pytest.fixture
def grace(settings):
    settings.REGISTRY = settings.REGISTRY | {"SECOND_FACTOR_GRACE": timedelta(days=3)}
    settings.PORTAL_URL = "http://localhost:8000"


def sign_in(password_step, user):
    client = Client()
    password_step(client, user)
    return client


def test_r_a2_without_the_setting_nothing_is_put_off(password_step):
    user = MembershipFactory(role="manager").user
    assert sign_in(password_step, user).get("/kisiler/").url == SETUP
    user.refresh_from_db()
    assert user.factor_due_at is None
    assert not AuditEntry.objects.filter(verb="user.second_factor_put_off").exists()


@pytest.mark.parametrize(("days", "left"), [(0, "3 gün kaldı"), (1.5, "2 gün kaldı"), (2.99, "1 gün kaldı")])
def test_r_a2_a_banner_says_how_many_days_are_left(grace, password_step, days, left):
    user = MembershipFactory(role="manager").user
    with time_machine.travel(START, tick=False):
        sign_in(password_step, user)
    with time_machine.travel(START + timedelta(days=days), tick=False):
        page = sign_in(password_step, user).get("/kisiler/")
    assert page.status_code == 200
    assert left in page.content.decode()
    assert "26.11.2026 09:00" in page.content.decode()
    assert AuditEntry.objects.filter(verb="user.second_factor_put_off").count() == 1


def test_r_a2_the_factor_is_due_to_the_second(grace, password_step):
    user = MembershipFactory(role="manager").user
    with time_machine.travel(START, tick=False):
        client = sign_in(password_step, user)
    with time_machine.travel(START + timedelta(days=3, seconds=-1), tick=False):
        client = sign_in(password_step, user)
        assert client.get("/kisiler/").status_code == 200
    with time_machine.travel(START + timedelta(days=3), tick=False):
        assert client.get("/kisiler/").url == SETUP
        assert sign_in(password_step, user).get("/kisiler/").url == SETUP


def test_r_a2_turning_the_setting_off_ends_what_runs(grace, password_step, settings):
    client = sign_in(password_step, MembershipFactory(role="manager").user)
    assert client.get("/kisiler/").status_code == 200
    settings.REGISTRY = settings.REGISTRY | {"SECOND_FACTOR_GRACE": timedelta(0)}
    assert client.get("/kisiler/").url == SETUP


def test_r_a2_whoever_needs_none_uses_no_time_up(grace, password_step):
    user = MembershipFactory(role="viewer").user
    assert "gün kaldı" not in sign_in(password_step, user).get("/").content.decode()
    user.refresh_from_db()
    assert user.factor_due_at is None


def test_r_a2_with_a_factor_there_is_nothing_to_put_off(grace, password_step, code_step):
    user = MembershipFactory(role="manager").user
    client = sign_in(password_step, user)
    add(client, Passkey())
    assert "gün kaldı" not in client.get("/kisiler/").content.decode()
    again = sign_in(password_step, user)
    assert again.get("/kisiler/").url.startswith("/accounts/login/")


def test_r_a2_after_a_reset_no_time_is_left(grace, password_step):
    """Else a lost factor would be a way to work with the password alone."""
    user = MembershipFactory(role="manager").user
    services.enrol_totp(user)
    services.reset_second_factor(user=user, reason="Görüntülü görüşmede kimlik", actor=staff("admin"))
    assert sign_in(password_step, user).get("/kisiler/").url == SETUP


def test_r_a2_during_the_time_the_set_up_can_be_left(grace, password_step):
    client = sign_in(password_step, MembershipFactory(role="manager").user)
    assert "Sonra: devam et" in client.get(SETUP).content.decode()
