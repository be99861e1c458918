"""A portal filled with the demonstration, and a web server on it."""

import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.cache import cache
from django.test import override_settings

from iys_portal.dashboard import demo
from tests import databases
from tests.started import start
from tests.workers import environment, until

DAYS = 9
"""Of the demonstration's month: enough for refusals that were forgotten."""


@contextmanager
def filled(name: str, private: Path) -> Iterator[None]:
    """A database of its own with the demonstration in it; files stay in the folder."""
    databases.clone(name)
    with databases.default_is(name), override_settings(DEMO=True, PRIVATE_ROOT=private):
        cache.clear()
        demo.load(days=DAYS)
        yield
    databases.drop(name)


@contextmanager
def served(name: str, private: Path, log: Path) -> Iterator[str]:
    """Where one process answers from that database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://localhost:{port}"
    env = environment(name, private, PORTAL_URL=url)
    web = start("gunicorn", "iys_portal.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4", env=env, log=log)
    try:
        until(lambda: _answers(url), what="the portal's first answer")
        yield url
    finally:
        web.kill()


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(f"{url}/accounts/login/", timeout=5)
    except OSError:
        return False
    return True
