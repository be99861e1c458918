"""Locks of the embedded servers in a place that is being removed: nothing is put back into it."""

import pytest

from iys_portal.embedded import keeper


@pytest.fixture
def emptied(place):
    """A place whose files were just removed by somebody else."""
    place.state.mkdir(parents=True, mode=0o700)
    return place


def test_leaving_a_removed_place_puts_nothing_back(emptied):
    users = keeper.hold_users(emptied)
    (emptied.state / "users").unlink()
    keeper.leave(emptied, users)
    assert list(emptied.state.iterdir()) == []


def test_a_keeper_ends_with_its_place_and_makes_no_lock_anew(emptied, monkeypatch):
    monkeypatch.setattr(keeper, "INTERVAL", 0)
    keeper.keep(emptied)
    assert [path.name for path in emptied.state.iterdir()] == ["keeper"]


def test_the_lock_of_a_start_is_made_where_servers_start_only(emptied):
    with pytest.raises(FileNotFoundError), keeper.start_lock(emptied, create=False):
        pytest.fail("locked")
    assert list(emptied.state.iterdir()) == []
    with keeper.start_lock(emptied):
        assert [path.name for path in emptied.state.iterdir()] == ["start"]
