"""A running portal and a real Chromium."""

import os
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from iys_portal.accounts.services.factors import enrol_totp
from tests import databases
from tests.factories import PASSWORD, BrandFactory, MembershipFactory, ProviderFactory, RetailerFactory
from tests.providers.signatures.authority import Authority
from tests.started import start
from tests.workers import celery_worker, environment, until

from .pictures import Shown
from .steps import codes_now

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# A font that is fetched on its first letter is no trouble for a test that cuts the network; that a mail's preview runs
# no script is what its sandbox is for.
EXPECTED = ("favicon", "INTERNET_DISCONNECTED", "Blocked script execution")


FAILED = pytest.StashKey[bool]()

PATIENCE = 20_000
"""Milliseconds that a page may take: a busy machine is no fault of the code."""


@dataclass(frozen=True)
class Portal:
    """Where the portal answers, and who may sign in."""

    url: str
    email: str
    secret: str
    password: str = PASSWORD

    def code(self) -> str:
        return codes_now(self.secret)[0]


@contextmanager
def serving(database: str, folder: Path) -> Iterator[Portal]:
    """Web and worker on a test's database, with one provider and its manager."""
    provider = ProviderFactory(title="Deneme Mağazacılık A.Ş.", iys_code=650_001)
    brand = BrandFactory(provider=provider, name="Deneme Moda", brand_code=650_001, is_main=True)
    RetailerFactory(brand=brand, code="B001")
    user = MembershipFactory(provider=provider, role="manager").user
    secret = enrol_totp(user)
    port = _free_port()
    # Browsers and WebAuthn trust http at this name only (passkeys).
    env = environment(database, folder / "private", PORTAL_URL=f"http://localhost:{port}")
    listens = ["--bind", f"127.0.0.1:{port}", "--threads", "4"]
    web = start("gunicorn", "iys_portal.wsgi", *listens, env=env, log=folder / "web.log")
    try:
        with celery_worker(env):  # both load at the same time
            until(lambda: _answers(port), what="the portal's first answer")
            yield Portal(url=f"http://localhost:{port}", email=user.email, secret=secret)
    finally:
        web.kill()


@pytest.fixture
def portal(committed_db: str, own_queue: None, tmp_path: Path) -> Iterator[Portal]:
    """A portal of the test's own."""
    with serving(committed_db, tmp_path) as portal:
        yield portal


@pytest.fixture(scope="module")
def shared_portal(
    django_db_setup: None,
    django_db_blocker: pytest.FixtureRequest,
    worker: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Portal]:
    """One portal and one database for a module's journeys: none may count on being the first."""
    with django_db_blocker.unblock():
        name = databases.clone(f"{databases.PREFIX}{worker}_shared")
        with databases.default_is(name), serving(name, tmp_path_factory.mktemp("portal")) as portal:
            yield portal
        databases.drop(name)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def roots(authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Trusted by the portal's processes too, so it comes before `portal`."""
    folder = tmp_path / "kokler"
    folder.mkdir()
    authority.write_roots(folder)
    monkeypatch.setenv("ESIGN_ROOTS", str(folder))
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in the tests' thread; Django would refuse its ORM there.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A Turkish visitor's page; errors of its console fail the test. A failing test leaves its last picture."""
    context = browser.new_context(
        locale="tr-TR", accept_downloads=True, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
    )  # colours are judged as they stand, not on their way
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    if request.node.stash.get(FAILED, False):
        Shown.of(page, request.node.name)("failed")
    context.close()
    assert not [text for text in troubles if not any(part in text for part in EXPECTED)]


@pytest.fixture
def shown(page: Page, request: pytest.FixtureRequest) -> Shown:
    """Keeps pictures of a journey's telling moments."""
    return Shown.of(page, request.node.name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A fixture cannot see how its test ended: it is noted here."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=5)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
