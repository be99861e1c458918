"""A small registry to back up: consents of two brands under seals and behind them, and a document."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, connections
from django.utils import timezone
from psycopg import sql

from consents.models import ConsentEvent, LedgerSeal
from consents.services.records import Entry, record_consents
from consents.services.seals import seal_ledger
from iys_portal.core.backup import database
from providers.models import Brand
from tests import databases
from tests.factories import ApplicationFactory, BrandFactory, officer_of, signed_agreement
from tests.workers import until


def seal_all() -> None:
    """Seal all that stands now; waits for transactions of other tests, which the server counts too."""
    done: list[bool] = []

    def sealed() -> bool:
        done.append(not seal_ledger().waits)
        return sum(done) == 2

    until(sealed, what="the end of transactions under way")


def say(brand: Brand, *names: str, status: str = "ONAY") -> None:
    at = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    entries = [Entry(f"{name}@firma.example", "EPOSTA", status, "HS_WEB", "BIREYSEL", at) for name in names]
    assert all(one.accepted for one in record_consents(actor=officer_of(brand), brand=brand, entries=entries))


def fill() -> Brand:
    """Sealed events, then some that no seal covers yet."""
    brand = BrandFactory()
    say(brand, "ayse", "ali", "can")
    say(BrandFactory(), "ayse")
    signed_agreement(ApplicationFactory())
    seal_all()
    say(brand, "deniz", "ece")
    say(brand, "ayse", status="RET")
    seal = LedgerSeal.objects.latest("number")
    assert ConsentEvent.objects.filter(event_id__gt=seal.last_event).count() == 3
    return brand


@contextmanager
def machine(name: str, root: Path, *, empty: bool = True) -> Iterator[None]:
    """Both roles and private storage stand on a database and folder of their own."""
    if empty:
        with databases._maintenance() as server:
            databases._drop(server, name)
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
            databases._as_strict_as_real(server, name)
    else:
        databases.clone(name)
    former = {alias: connections[alias].settings_dict["NAME"] for alias in ("default", "owner")}
    storage, settings.PRIVATE_ROOT = settings.PRIVATE_ROOT, root
    try:
        for alias in former:
            database.use(alias, name)
        yield
    finally:
        for alias, real in former.items():
            database.use(alias, real)
        settings.PRIVATE_ROOT = storage
        databases.drop(name)


def event_numbers() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT event_id FROM consents_consentevent ORDER BY 1")
        return [number for (number,) in cursor.fetchall()]
