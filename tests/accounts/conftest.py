"""Steps of signing in, as a person takes them."""

import time
from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from iys_portal.accounts.models import User
from iys_portal.accounts.selectors import totp_code
from tests.factories import PASSWORD

LOGIN, CHALLENGE = "/accounts/login/", "/accounts/2fa/authenticate/"


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """Rate limits and used codes of one test do not reach the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def to_the_mailbox(settings: pytest.FixtureRequest) -> None:
    """pytest-django would keep mails in memory; the portal's own way is what is tested."""
    settings.EMAIL_BACKEND = "iys_portal.core.mailbox.MailboxBackend"


@pytest.fixture
def password_step() -> Callable[..., object]:
    def step(client: Client, user: User | str, password: str = PASSWORD) -> object:
        email = user if isinstance(user, str) else user.email
        return client.post(LOGIN, {"login": email, "password": password})

    return step


@pytest.fixture
def code_step() -> Callable[..., object]:
    def step(client: Client, secret: str) -> object:
        return client.post(CHALLENGE, {"code": totp_code(secret, time.time())})

    return step
