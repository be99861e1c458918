"""Limits in Valkey: what is refused counts nowhere."""

import uuid

from iys_portal.core import valkey
from iys_portal.core.limits import Limit, take_each


def test_several_limits_are_taken_all_or_nothing() -> None:
    name = uuid.uuid4().hex
    wide, narrow = Limit(f"{name}:wide", 10, 3_600), Limit(f"{name}:narrow", 2, 3_600)
    for left in (1, 0):
        assert [taken.left for taken in take_each([wide, narrow])] == [8 + left, left]
    for _ in range(3):
        first, second = take_each([wide, narrow])
        assert (first.left, first.wait, second.left) == (8, 0, 0)
        assert 0 < second.wait <= 3_600
    assert take_each([wide], amount=8)[0].wait == 0
    assert take_each([wide])[0].wait


def test_counts_are_forgotten_after_their_window() -> None:
    names = [uuid.uuid4().hex for _ in range(3)]
    take_each([Limit(names[0], 5, 3_600)])
    take_each([Limit(name, 5, 60) for name in names[1:]], amount=2)
    for name, most in zip(names, (3_601, 61, 61), strict=True):
        (key,) = valkey.client().keys(f"limit:*{name}*")
        assert 0 < valkey.client().ttl(key) <= most


def test_a_line_that_was_closed_is_taken_up_again() -> None:
    limit = Limit(uuid.uuid4().hex, 5, 3_600)
    assert take_each([limit])[0].left == 4
    valkey.client().client_kill_filter(_id=valkey.ask("CLIENT", "ID"), skipme=False)
    assert take_each([limit])[0].left == 3


def test_a_server_that_lost_the_script_learns_it_again() -> None:
    limit = Limit(uuid.uuid4().hex, 5, 3_600)
    take_each([limit])
    valkey.client().script_flush()
    assert [take_each([limit])[0].left for _ in range(2)] == [3, 2]
