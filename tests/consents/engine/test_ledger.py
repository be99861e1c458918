"""R-L1: the ledger and the audit log can only grow, and the database itself sees to it."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from consents.canonical import canonical_v1, leaf_v1, transaction_id_of
from consents.models import ConsentEvent
from iys_portal.core.models import AuditEntry
from tests.databases import ROOT, default_is

from .conftest import ADDRESS, Book

TABLES = [ConsentEvent._meta.db_table, AuditEntry._meta.db_table]
CHANGES = ["UPDATE {} SET actor_id = 7", "DELETE FROM {}", "TRUNCATE {}"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_r_l1_the_applications_role_may_not_change(book: Book, table: str, change: str) -> None:
    book.say("ONAY")
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", CHANGES)
def test_r_l1_the_owner_is_refused_by_the_database_too(
    committed_db: str, settings: object, table: str, change: str
) -> None:
    import psycopg

    owner = settings.DATABASES["owner"]  # type: ignore[attr-defined]
    with (
        psycopg.connect(
            host=owner["HOST"],
            port=owner["PORT"] or None,
            user=owner["USER"],
            password=owner["PASSWORD"] or None,
            dbname=committed_db,
        ) as own,
        pytest.raises(psycopg.errors.RestrictViolation, match="append-only"),
    ):
        own.execute(change.format(table))


def test_r_l1_every_event_has_its_own_salt_and_number(book: Book) -> None:
    book.record(*[book.entry("ONAY", to=f"a{i}@firma.example") for i in range(50)])
    events = list(ConsentEvent.objects.filter(brand_id=book.brand.pk))
    assert len({event.salt for event in events}) == len({event.event_id for event in events}) == 50


def test_form_v1_is_what_the_test_vectors_say() -> None:
    for vector in json.loads((ROOT / "docs" / "ledger-form-v1.json").read_text())["vectors"]:
        fields = vector["event"]
        assert canonical_v1(fields).hex() == vector["canonical"]
        assert leaf_v1(fields).hex() == vector["leaf"]


def test_the_transaction_number_is_the_keyed_hash_of_the_content(book: Book) -> None:
    book.say("ONAY")
    (event,) = book.events(ADDRESS)
    assert bytes(event.transaction_id) == transaction_id_of(event)


def test_the_tests_own_databases_are_used(committed_db: str) -> None:
    with default_is(committed_db):
        assert connection.settings_dict["NAME"] == committed_db
