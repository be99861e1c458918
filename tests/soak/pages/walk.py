"""The walk itself: who opens which pages, in which languages, widths and themes."""

from collections import defaultdict
from dataclasses import dataclass, field

from playwright.sync_api import Browser

from iys_portal.accounts.models import User

from .crawl import Found
from .looks import NARROW, WIDE, ZOOMED, Looker
from .people import Person


@dataclass
class Walk:
    """What was looked at, and what was wrong."""

    faults: list[str] = field(default_factory=list)
    pages: int = 0
    looks: int = 0
    named: set[str] = field(default_factory=set)

    def go(self, browser: Browser, url: str, people: dict[str, Person], pages: list[Found]) -> None:
        """Each page of its make in the browser, in both languages where it shows another state than one before."""
        whole, brief = whole_and_brief(pages)
        of: dict[str, list[Found]] = defaultdict(list)
        for found in pages:
            if found in whole or found in brief:
                of[found.role].append(found)
        for language in ("tr", "en"):
            for role, theirs in of.items():
                self._as_person(browser, url, people[role], language, theirs, whole)

    def _as_person(
        self, browser: Browser, url: str, person: Person, language: str, pages: list[Found], whole: set[Found]
    ) -> None:
        if person.user is not None:
            User.objects.filter(pk=person.user.pk).update(language=language)
        with Looker(browser, url, person, language) as looker:
            for found in pages:
                if language == "en" and found not in whole:
                    continue
                said = looker.open(found)
                said += self._looks(looker, found, whole=found in whole)
                self.faults += [f"{person.role} {language} {found.name} {found.url}: {text}" for text in said]
                if said:  # shown by -s while the walk goes on
                    print(*self.faults[-len(said) :], sep="\n", flush=True)  # noqa: T201
                self.named.add(found.name)
                self.pages += 1

    def _looks(self, looker: Looker, found: Found, *, whole: bool) -> list[str]:
        looker.keep(found, WIDE)
        said = [*looker.width(WIDE), *looker.axe()]
        self.looks += 1
        if not whole:
            return said + looker.width(NARROW)
        if looker.language == "tr":
            said += [*looker.dark(), *looker.width(ZOOMED)]
            self.looks += 1
        said += looker.width(NARROW)
        if looker.language == "tr":
            said += [f"narrow: {text}" for text in looker.axe()]
            self.looks += 1
        looker.keep(found, NARROW)
        return said


def whole_and_brief(pages: list[Found]) -> tuple[set[Found], set[Found]]:
    """What is looked at whole: the first of each state of a page; and briefly: what somebody sees built otherwise."""
    states: dict[object, Found] = {}
    makes: dict[object, Found] = {}
    for found in pages:
        states.setdefault((found.name, found.state), found)
        makes.setdefault((found.name, found.make), found)
    return set(states.values()), set(makes.values()) - set(states.values())
