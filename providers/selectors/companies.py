"""Companies, brands and applications as people of the panel look for them: by number, or by words of the name."""

from django.db.models import Q, QuerySet

from iys_portal.core.actors import Actor
from iys_portal.core.turkish_db import TurkishOrder, spelling_blind
from providers.models import Application, Brand, Provider

NUMBER_DIGITS = 9
"""İYS numbers are no longer."""


def find_companies(text: str) -> QuerySet[Provider]:
    """Providers by İYS number, or by words of their name, however they are spelled. For lists that are in scope."""
    found = Provider.objects.order_by()
    for word in text.split():
        found = found.filter(_named(word, "title") | _numbered(word, "iys_code"))
    return found


def find_own_companies(actor: Actor, text: str) -> QuerySet[Provider]:
    """Those of the actor's scope, by name in Turkish order."""
    return Provider.objects.visible_to(actor).filter(pk__in=find_companies(text)).order_by(TurkishOrder("title"), "pk")


def find_own_brands(actor: Actor, text: str) -> QuerySet[Brand]:
    """Brands of the actor's scope by number, name or short name, by name in Turkish order."""
    found = Brand.objects.visible_to(actor).select_related("provider")
    for word in text.split():
        found = found.filter(_named(word, "name", "short_name") | _numbered(word, "brand_code"))
    return found.order_by(TurkishOrder("name"), "pk")


def find_applications(actor: Actor, text: str) -> QuerySet[Application]:
    """Applications of the actor's scope by number or company, the newest first."""
    found = Application.objects.visible_to(actor)
    for word in text.split():
        found = found.filter(_named(word, "title") | Q(number__iexact=word))
    return found.order_by("-pk")


def _named(word: str, *columns: str) -> Q:
    pattern, either = spelling_blind(word), Q()
    for column in columns:
        either |= Q((f"{column}__iregex", pattern))
    return either


def _numbered(word: str, column: str) -> Q:
    return Q((column, int(word))) if word.isascii() and word.isdecimal() and len(word) <= NUMBER_DIGITS else Q()
