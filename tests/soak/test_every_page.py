"""Every page of the portal and of the administration, as each role sees it, in both languages.

Addresses come from Django's URL table, so a new page is walked by itself. `SCREENS=folder` keeps pictures.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from django.test import override_settings
from playwright.sync_api import Browser

from iys_portal.accounts.models import User
from tests.browser.conftest import browser  # noqa: F401

from .pages.addresses import page_names
from .pages.crawl import Found, crawl
from .pages.doors import open_all
from .pages.excused import without_excused
from .pages.looks import Looker, blank, tabbed
from .pages.people import Person, everybody
from .pages.portal import filled, served
from .pages.walk import Walk

pytestmark = [pytest.mark.soak, pytest.mark.browser, pytest.mark.processes]
MAILBOX = "iys_portal.core.mailbox.MailboxBackend"
TABBED = {
    "manager": ("dashboard:overview", "consents:list", "consents:record", "consents:import_new", "providers:people"),
    "citizen": ("consents:own", "consents:own-wishes"),
    "visitor": ("account_login", "providers:application-start", "consents:page-public"),
    "admin": ("admin:index", "admin:providers_brand_changelist"),
}
BLANK = {
    "manager": (
        "consents:record", "consents:message_new", "consents:text_new", "consents:webhook_new", "consents:query_new",
        "providers:key-new", "providers:brand-new", "providers:dealer-new", "providers:settings-email",
    ),
    "citizen": ("accounts:own-addresses",),
    "visitor": ("account_login", "accounts:citizen-sign-in", "providers:tracker", "account_reset_password"),
}  # fmt: skip


@dataclass
class Everything:
    url: str
    people: dict[str, Person]
    pages: list[Found] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def named(self, role: str, names: tuple[str, ...]) -> list[Found]:
        found = {page.name: page for page in reversed(self.pages) if page.role == role}
        return [found[name] for name in names]


@pytest.fixture(scope="module")
def everything(
    django_db_setup: None,
    django_db_blocker: pytest.FixtureRequest,
    worker: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Everything]:
    """The demonstration, who looks at it, and what each of them finds."""
    folder = tmp_path_factory.mktemp("every_page")
    name = f"test_iys_{worker}_pages"
    with (
        django_db_blocker.unblock(),  # type: ignore[attr-defined]
        override_settings(EMAIL_BACKEND=MAILBOX),
        filled(name, folder / "private"),
    ):
        people = everybody()
        open_all(people)
        found = Everything("", people)
        for person in people.values():
            pages, faults = crawl(person)
            found.pages += pages
            found.said += faults
        with served(name, folder / "private", folder / "web.log") as url:
            found.url = url
            yield found


def test_every_address_is_walked_or_named_with_its_reason(everything: Everything) -> None:
    assert not page_names() - {found.name for found in everything.pages}


def test_what_every_page_says_and_shows(everything: Everything, browser: Browser) -> None:  # noqa: F811
    walk = Walk()
    walk.go(browser, everything.url, everything.people, everything.pages)
    names = {found.name for found in everything.pages}
    said = f"{len(names)} addresses, {len(everything.pages)} with roles and states"
    print(f"pages: {said}; {walk.pages} opened in the browser, {walk.looks} judged by axe")  # noqa: T201
    left, idle = without_excused([*everything.said, *walk.faults])
    assert not left, "\n".join(left)
    assert not idle


def test_the_tab_key_leads_through_a_page_and_shows_where_it_is(everything: Everything, browser: Browser) -> None:  # noqa: F811
    faults = []
    for role, names in TABBED.items():
        for looker, found in _opened(everything, browser, role, names):
            faults += [f"{role} {found.name}: {fault}" for fault in tabbed(looker.page, 25)]
    assert not faults, "\n".join(faults)


def test_a_form_that_comes_back_is_as_good_a_page(everything: Everything, browser: Browser) -> None:  # noqa: F811
    faults = []
    for role, names in BLANK.items():
        for looker, found in _opened(everything, browser, role, names):
            faults += [f"{role} {found.name}: {fault}" for fault in blank(looker)]
    assert not faults, "\n".join(faults)


def _opened(
    everything: Everything,
    browser: Browser,  # noqa: F811
    role: str,
    names: tuple[str, ...],
) -> Iterator[tuple[Looker, Found]]:
    person = everything.people[role]
    if person.user is not None:
        User.objects.filter(pk=person.user.pk).update(language="tr")
    with Looker(browser, everything.url, person, "tr") as looker:
        for found in everything.named(role, names):
            looker.open(found)
            yield looker, found
