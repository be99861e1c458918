"""R-Z2: of two who take an address over at once, one holds it in the end. Shown with the lock off, then with it."""

import threading
from datetime import datetime

import pytest
from django.db import IntegrityError

from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.services import addresses
from tests.threads import at_once

from .steps import PHONE, citizen_of, citizen_with

pytestmark = pytest.mark.usefixtures("committed_db")


def take(user: User, as_of: datetime) -> None:
    """What follows the code: two codes for two accounts can be right within the same second."""
    addresses._take(PHONE, actor=citizen_of(user), moment=as_of)


@pytest.fixture
def lock_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked who holds the address before either writes."""
    both, real = threading.Barrier(2), ProvenAddress.objects.select_for_update

    def unlocked(**_more):
        found = ProvenAddress.objects.get_queryset()
        rows = found.filter(address=PHONE)

        class Looked:
            def filter(self, **_where):
                return self

            def first(self):
                row = rows.first()
                both.wait(timeout=20)
                return row

        return Looked()

    assert callable(real)
    monkeypatch.setattr(addresses, "lock_address", lambda address: None)
    monkeypatch.setattr(addresses.ProvenAddress.objects, "select_for_update", unlocked)


def test_without_the_lock_one_of_two_who_prove_a_new_address_at_once_fails(lock_off: None, as_of: datetime) -> None:
    users = [citizen_with(), citizen_with()]
    failures = at_once(*[lambda user=user: take(user, as_of) for user in users])
    assert [type(failure) for failure in failures] == [IntegrityError]


def test_r_z2_of_two_who_prove_a_new_address_at_once_the_second_takes_it_over(as_of: datetime) -> None:
    users = [citizen_with(), citizen_with()]
    assert not at_once(*[lambda user=user: take(user, as_of) for user in users])
    row = ProvenAddress.objects.get()
    assert row.user in users and row.history_from == as_of


def test_r_z2_two_take_overs_at_once_leave_one_holder(as_of: datetime) -> None:
    earlier, users = citizen_with(PHONE), [citizen_with(), citizen_with()]
    assert not at_once(*[lambda user=user: take(user, as_of) for user in users])
    row = ProvenAddress.objects.get()
    assert row.user in users and row.history_from == as_of
    loser = next(user for user in users if user != row.user)
    assert (earlier.lost_addresses.count(), loser.lost_addresses.count(), row.user.lost_addresses.count()) == (1, 1, 0)
