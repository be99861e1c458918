"""Several writers at once, for tests of races."""

import threading
from collections.abc import Callable

from django.db import connection


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
