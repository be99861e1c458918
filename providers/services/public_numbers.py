"""Public numbers of providers, brands and integrators, which share one space."""

from django.db import connection
from django.db.models import Max

from providers.models import Brand, Integrator, Provider

NUMBERS = 7_300_112
FIRST_NUMBER = 100_001


def next_number() -> int:
    """The next free number, under a lock until the transaction ends: one act at a time takes from the space."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERS])
    highest = (
        Provider.objects.aggregate(m=Max("iys_code"))["m"],
        Brand.objects.aggregate(m=Max("brand_code"))["m"],
        Integrator.objects.aggregate(m=Max("iys_code"))["m"],
    )
    return max(FIRST_NUMBER - 1, *(number or 0 for number in highest)) + 1
