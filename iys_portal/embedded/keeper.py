"""Who uses the servers, and who stops them: locks, and the keeper that watches for killed users."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator

from iys_portal.embedded import postgres, valkey
from iys_portal.embedded.places import Place

INTERVAL = 1.0


def _open(place: Place, name: str, *, create: bool = True) -> int:
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | (os.O_CREAT if create else 0)
    return os.open(place.state / name, flags, 0o600)


def _try_exclusive(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def start_lock(place: Place, *, create: bool = True) -> Iterator[None]:
    """One process at a time starts or stops this place's servers.

    Who only stops them passes no `create`: a place that is being removed must not get its files back.
    """
    descriptor = _open(place, "start", create=create)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def hold_users(place: Place) -> int:
    """Count as a user until the descriptor is closed. The caller holds the start lock."""
    descriptor = _open(place, "users")
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    return descriptor


def leave(place: Place, users: int) -> None:
    """Stop counting as a user, and stop the servers when nobody else uses them."""
    try:
        with start_lock(place, create=False):
            release(place, users)
    except FileNotFoundError:  # somebody removed the whole place meanwhile
        os.close(users)


def release(place: Place, users: int) -> None:
    """As `leave`, for a caller that holds the start lock."""
    try:
        if _try_exclusive(users):
            stop_servers(place)
    finally:
        os.close(users)


def stop_servers(place: Place) -> None:
    """End both servers, whoever uses them. The caller holds the start lock."""
    valkey.stop(place)
    postgres.stop(place)


def is_kept(place: Place) -> bool:
    """Is a keeper at work? The caller holds the start lock."""
    descriptor = _open(place, "keeper")
    try:
        return not _try_exclusive(descriptor)
    finally:
        os.close(descriptor)


def keep(place: Place) -> None:
    """Watch until the last user is gone, by whatever end, stop the servers, and end."""
    kept = _open(place, "keeper")
    if not _try_exclusive(kept):
        return
    while True:
        time.sleep(INTERVAL)
        try:
            with start_lock(place, create=False):
                users = _open(place, "users", create=False)
                try:
                    if _try_exclusive(users):
                        stop_servers(place)
                        # Let go of this before the start lock: whoever starts next must see no keeper.
                        os.close(kept)
                        return
                finally:
                    os.close(users)
        except FileNotFoundError:
            return  # the place was removed, and its servers with it
