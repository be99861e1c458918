"""Several writers at once, for tests of races."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction


def at_once(*works: Callable[[], None]) -> list[BaseException]:
    """Run the works side by side, each on its own connection; returns what they raised."""
    failures: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], None]) -> None:
        try:
            start.wait()
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


@contextmanager
def held_open(work: Callable[[], None]) -> Iterator[Callable[[], None]]:
    """Do the work in a transaction of another connection that stays open; calling what is yielded commits it."""
    holds, go_on = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                work()
                holds.set()
                assert go_on.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=run)

    def commit() -> None:
        go_on.set()
        thread.join()

    thread.start()
    try:
        assert holds.wait(20)
        yield commit
    finally:
        commit()
