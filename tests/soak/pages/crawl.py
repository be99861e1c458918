"""Finds the pages that somebody can open: from the addresses without an object, along the links of each page."""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve

from .addresses import no_page
from .facts import facts_of, faults_of
from .people import Person

OBJECTS, STATES = 4, 3
"""How many addresses of one pattern are opened, and how many of them are shown: each made of other templates."""

OTHER_LANGUAGE = ("dil=tr", "dil=en")
"""Consent pages keep no cookie: their language stands in the address."""

SHARED = ("components/", "base", "django/", "bootstrap5/", "uni_form", "admin/base")
"""Templates of every page: what they are made into tells nothing of a page's state."""

MENU = re.compile(rb"<nav .*?</nav>", re.DOTALL)
TAG = re.compile(rb"<([a-z][\w-]*)[^>]*?(?: class=\"([^\"]*)\")?[^>]*>")


@dataclass(frozen=True)
class Found:
    """One page of somebody: the name of its address, an address, which of its states, and what it is built of."""

    role: str
    name: str
    url: str
    state: frozenset[str]
    make: frozenset[object]


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "a" and (href := values.get("href")) and "download" not in values:
            self.found.append(href)


def crawl(person: Person) -> tuple[list[Found], list[str]]:
    """Every page that the person gets, once for each set of templates that it was made of; and faults of any."""
    queue, known = deque(person.doors), set(person.doors)
    opened: Counter[str] = Counter()
    shown: dict[str, list[frozenset[str]]] = {}
    pages: list[Found] = []
    faults: list[str] = []
    titles: dict[str, set[str]] = defaultdict(set)
    while queue:
        url = queue.popleft()
        name, place = place_of(url)
        if not place or opened[place] >= OBJECTS or not url.startswith(person.within):
            continue
        opened[place] += 1
        answer = person.client.get(url)
        if answer.status_code != 200 or answer.streaming or b"<html" not in answer.content[:2000]:
            answer.close()
            continue
        facts = facts_of(answer.content.decode())
        titles[" ".join(facts.titles)].add(name)
        faults += [f"{person.role} {name} {url}: {text}" for text in faults_of(facts, "tr")]
        made_of = frozenset(template.name for template in answer.templates if template.name)
        states = shown.setdefault(place, [])
        if made_of not in states and len(states) < STATES:
            states.append(made_of)
            own = frozenset(part for part in made_of if not part.startswith(SHARED))
            pages.append(Found(person.role, name, url, own, built_of(answer.content)))
        for link in links_of(answer.content.decode(), url):
            if link not in known:
                known.add(link)
                queue.append(link)
    shared = {title: sorted(names) for title, names in titles.items() if len(names) > 1}
    return pages, faults + [
        f"{person.role} {names[0]} title of all of {names}: {title!r}" for title, names in shared.items()
    ]


def built_of(html: bytes) -> frozenset[object]:
    """Each kind of element of a page, without its menu: two pages that are equal in this look alike."""
    return frozenset(TAG.findall(MENU.sub(b"", html)))


def links_of(html: str, url: str) -> Iterator[str]:
    parser = Links()
    parser.feed(html)
    for href in parser.found:
        target = urlsplit(urljoin(url, href))
        if not target.netloc and target.path.startswith("/") and target.query not in OTHER_LANGUAGE:
            yield target.path + (f"?{target.query}" if target.query else "")


def place_of(url: str) -> tuple[str, str]:
    """Name of an address, and its pattern with those words in it that are no object's number; "" where no page is."""
    try:
        match = resolve(urlsplit(url).path)
    except Resolver404:
        return "", ""
    if not match.view_name or no_page(match.view_name):
        return "", ""
    words = [str(value) for value in match.captured_kwargs.values() if str(value).replace("-", "").isalpha()]
    return match.view_name, " ".join([match.view_name, *words])
