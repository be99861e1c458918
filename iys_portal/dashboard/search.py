"""One box over everything that has a name or a number: pages, brands, companies, applications, complaints, help.

Each part reads through its own `visible_to`, so that nobody finds what they may not open (R-A1). Nothing is asked
about an address here; whoever typed one is led to the page that answers it, and notes it (R-A3).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from complaints.selectors.cases import numbered
from consents.selectors.search import stored_address
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.turkish import folded_words
from providers.models import Brand
from providers.selectors.brand_search import brands_named
from providers.selectors.companies import find_applications, find_own_brands, find_own_companies

from .context import menu_of
from .glossary import TERMS
from .help_topics import TOPICS

SHOWN = 6
"""Of each part; more words find fewer."""
SHORTEST, LONGEST = 2, 100


@dataclass(frozen=True)
class Hit:
    """One thing found: its name, where it is, and what tells it from others of its name."""

    title: str | Promise
    url: str
    note: str | Promise = ""


@dataclass(frozen=True)
class Part:
    """What was found of one kind, at most `SHOWN`."""

    label: str | Promise
    icon: str
    hits: list[Hit]


def search(actor: Actor | None, text: str) -> list[Part]:
    """What the actor may open and has these words, of each kind the best first; None stands for a visitor."""
    words = folded_words(text)
    if sum(map(len, words)) < SHORTEST:
        return []
    parts = [*_of_person(actor, text, words), *_written(words)] if actor else _written(words)
    return [part for part in parts if part.hits]


def looks_like_address(actor: Actor | None, text: str) -> bool:
    """Whether this is an address that the actor could look for among the consents."""
    return bool(actor and actor.may(Permission.CONSENT_VIEW) and stored_address(text))


def _of_person(actor: Actor, text: str, words: list[str]) -> Iterable[Part]:
    entries = {entry.view: entry for entry in menu_of(actor)}.values()
    pages = (Hit(entry.label, reverse(entry.view)) for entry in entries if _all_in(words, str(entry.label)))
    yield Part(_("Pages"), "menu", list(pages)[:SHOWN])
    if actor.kind is ActorKind.RECIPIENT:
        found = brands_named(text)[:SHOWN]
        yield Part(_("Brands"), "tag", [_brand(brand, reverse("consents:own-one", args=[brand.pk])) for brand in found])
    else:
        yield from _of_panel(actor, text)
    if case := numbered(actor, text):
        url = reverse(_case_page(actor), args=[case.public_id])
        yield Part(_("Complaints"), "complaint", [Hit(case.tracking_number, url)])


def _of_panel(actor: Actor, text: str) -> Iterable[Part]:
    if opens := _brand_page(actor):
        brands = find_own_brands(actor, text)[:SHOWN]
        yield Part(_("Brands"), "tag", [_brand(brand, opens(brand)) for brand in brands])
    if actor.may(Permission.REFERENCE_VIEW):
        companies = find_own_companies(actor, text)[:SHOWN]
        hits = [
            Hit(one.title, reverse("admin:providers_provider_change", args=[one.pk]), str(one.iys_code))
            for one in companies
        ]
        yield Part(_("Companies"), "building", hits)
    if actor.may(Permission.APPLICATION_REVIEW) or actor.may(Permission.AUDIT_VIEW):
        rows = find_applications(actor, text)[:SHOWN]
        hits = [
            Hit(row.title or row.number, reverse("providers:review", args=[row.public_id]), row.number) for row in rows
        ]
        yield Part(_("Applications"), "clipboard-check", hits)


def _brand_page(actor: Actor) -> Callable[[Brand], str] | None:
    """Where the actor sees a brand: its settings, its consents, or the reference data."""
    if actor.provider_id and actor.may(Permission.PROVIDER_PROFILE):
        return lambda brand: reverse("providers:brand", args=[brand.brand_code])
    if actor.may(Permission.CONSENT_VIEW):
        return lambda brand: f"{reverse('consents:list')}?{urlencode({'brand': brand.brand_code})}"
    if actor.may(Permission.REFERENCE_VIEW):
        return lambda brand: reverse("admin:providers_brand_change", args=[brand.pk])
    return None


def _case_page(actor: Actor) -> str:
    """The page on which the actor's side sees a complaint."""
    if actor.kind is ActorKind.RECIPIENT:
        return "complaints:detail"
    return "complaints:desk_case" if actor.all_providers else "complaints:inbox_case"


def _brand(brand: Brand, url: str) -> Hit:
    return Hit(brand.name, url, f"{brand.provider.title} · {brand.brand_code}")


def _written(words: list[str]) -> list[Part]:
    titled, told = [], []
    for topic in TOPICS:
        hit = Hit(topic.text.title, reverse("dashboard:help_topic", args=[topic.slug]), topic.group.label)
        if _all_in(words, topic.text.title):
            titled.append(hit)
        elif _all_in(words, topic.text.source):
            told.append(hit)
    english = (get_language() or settings.LANGUAGE_CODE) == "en"
    terms = []
    for term in TERMS:
        own, other = (term.english, term.turkish) if english else (term.turkish, term.english)
        if _all_in(words, own) or set(words) <= set(folded_words(other)):
            terms.append(Hit(own, f"{reverse('dashboard:glossary')}#{term.slug}", term.meaning))
    return [Part(_("Help"), "help", [*titled, *told][:SHOWN]), Part(_("Glossary"), "journal-text", terms[:SHOWN])]


def _all_in(words: list[str], text: str) -> bool:
    """Whether each word begins a word of the text; Turkish letters and case do not count."""
    known = folded_words(text)
    return all(any(one.startswith(word) for one in known) for word in words)
