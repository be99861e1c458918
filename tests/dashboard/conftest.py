import pytest
from django.core.cache import cache
from django.test import Client

from iys_portal.accounts.models import User
from tests.factories import UserFactory
from tests.urls.steps import browser_of


@pytest.fixture(autouse=True)
def no_limits_of_other_tests() -> None:
    """The demonstration's applications count as everybody's from this machine."""
    cache.clear()


@pytest.fixture
def auditor(db: None) -> User:
    return UserFactory(staff_roles=["auditor"], full_name="Deneme Denetçi")


@pytest.fixture
def desk(auditor: User) -> Client:
    """The auditor's browser."""
    return browser_of(auditor)
