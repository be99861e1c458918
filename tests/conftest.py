"""Fixtures for all tests: databases, actors, a frozen moment, sample files."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import hypothesis
import pytest
from django.test import Client

from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import SESSION_KEY
from iys_portal.celery import app
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.collector import leave_loaded
from tests import databases

# No timed assertions: a busy machine is no fault of the code.
hypothesis.settings.register_profile("portal", deadline=None)
hypothesis.settings.load_profile("portal")

SAMPLES = databases.ROOT.parent / "shared" / "samples" / "generate.py"
AS_OF = datetime(2026, 11, 24, 15, 0, tzinfo=ISTANBUL)


def pytest_configure(config: pytest.Config) -> None:
    """Pictures of an earlier run go before any test, and before xdist's workers begin."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(databases.ROOT / "test-results" / "pictures", ignore_errors=True)


def pytest_collection_finish() -> None:
    """Thousands of collected tests stay to the end: the garbage collector need not go through them each time."""
    leave_loaded()


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest, worker: str) -> Iterator[None]:
    """In place of pytest-django's: a clone of a migrated template, used as the application's role."""
    with django_db_blocker.unblock():
        name = databases.clone(f"{databases.PREFIX}{worker}")
        with databases.default_is(name):
            yield
        databases.drop(name)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: pytest.FixtureRequest, worker: str) -> Iterator[str]:
    """A database of its own for a test that commits; yields its name."""
    with django_db_blocker.unblock():
        name = databases.clone(f"{databases.PREFIX}{worker}_commits")
        with databases.default_is(name):
            yield name
        databases.drop(name)


@pytest.fixture
def own_queue(committed_db: str) -> Iterator[None]:
    """Tasks of this test go to a queue of its own, named as its database."""
    former = app.conf.task_default_queue
    app.conf.task_default_queue = committed_db
    yield
    app.conf.task_default_queue = former


@pytest.fixture(autouse=True)
def private_files(settings: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Uploads and mails of a test stay in its own folder."""
    settings.PRIVATE_ROOT = tmp_path / "private"


@pytest.fixture
def as_of() -> datetime:
    """The moment that the sample files are laid out before."""
    return AS_OF


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """`samples(rows=500)`: a folder with the real-looking input files as of `AS_OF`."""
    made: dict[int, Path] = {}

    def make(rows: int = 500) -> Path:
        if rows not in made:
            folder = tmp_path_factory.mktemp(f"samples{rows}")
            moment = AS_OF.replace(tzinfo=None).isoformat(sep=" ")
            subprocess.run(
                [sys.executable, str(SAMPLES), str(folder), "--rows", str(rows), "--as-of", moment],
                check=True,
                env={**os.environ, "PYTHONPATH": ""},
            )
            made[rows] = folder
        return made[rows]

    return make


@pytest.fixture
def sign_in(client: Client) -> Callable[..., Client]:
    """`sign_in(user, provider=…)`: a client with a session, the second factor taken as given."""

    def enter(user: User, provider: object = None) -> Client:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["second_factor_given"] = True
        if provider is not None:
            session[SESSION_KEY] = provider.pk  # type: ignore[attr-defined]
        session.save()
        return client

    return enter
