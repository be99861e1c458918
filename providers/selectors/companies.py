"""Companies as staff look for them: by number, or by words of the name."""

from django.db.models import Q, QuerySet

from iys_portal.core.turkish_db import spelling_blind
from providers.models import Provider


def find_companies(text: str) -> QuerySet[Provider]:
    """Providers by İYS number, or by words of their name, however they are spelled. For lists that are in scope."""
    found = Provider.objects.order_by()
    for word in text.split():
        either = Q(title__iregex=spelling_blind(word))
        if word.isdecimal() and len(word) <= 9:
            either |= Q(iys_code=int(word))
        found = found.filter(either)
    return found
