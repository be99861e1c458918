"""`check_grants`: the three roles have what the table says, and each tampering is named."""

import io
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from consents.services.verification import verify_ledger
from iys_portal.core.database import expiry_session
from tests.consents.proof.conftest import record, seal_all
from tests.databases import ROOT
from tests.factories import BrandFactory

ERASES = "function consents_expire_entries"
pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def as_owner(committed_db: str) -> Iterator[Callable[[str], Any]]:
    values = settings.DATABASES["owner"]
    with psycopg.connect(
        host=values["HOST"], port=values["PORT"] or None, user=values["USER"], password=values["PASSWORD"] or None,
        dbname=committed_db, autocommit=True,
    ) as owner:  # fmt: skip
        yield owner.execute


def found_wrong() -> list[tuple[str, str, str]]:
    out = io.StringIO()
    try:
        call_command("check_grants", json=True, stdout=out)
    except CommandError:
        wrong = json.loads(out.getvalue())["wrong"]
        assert wrong
        return [(line["role"], line["what"], line["found"]) for line in wrong]
    assert json.loads(out.getvalue()) == {"well": True, "wrong": []}
    return []


def test_r_l1_the_roles_have_what_the_table_says() -> None:
    assert found_wrong() == []
    out = io.StringIO()
    call_command("check_grants", stdout=out)
    for said in (
        "append-only tables", "application  new tables", "expiry       function consents_expire ",
        "owner        powers of the role", "everybody    trigger of consents_consentevent",
    ):  # fmt: skip
        assert said in out.getvalue()


@pytest.mark.parametrize(
    "tampering, role, what",
    [
        ("GRANT UPDATE ON consents_consentevent TO {app}", "application", "table consents_consentevent"),
        ("GRANT UPDATE (status) ON consents_consentevent TO {app}", "application", "table consents_consentevent"),
        ("GRANT DELETE ON core_auditentry TO PUBLIC", "application", "table core_auditentry"),
        ("GRANT TRUNCATE ON consents_consent TO {app}", "application", "table consents_consent"),
        ("REVOKE INSERT ON core_job FROM {app}", "application", "table core_job"),
        ("GRANT CREATE ON SCHEMA public TO {app}", "application", "new tables"),
        ("GRANT UPDATE ON SEQUENCE consents_event_number TO {app}", "application", "sequence consents_event_number"),
        ("GRANT SELECT ON consents_consent TO {expiry}", "expiry", "table consents_consent"),
        (f"GRANT EXECUTE ON {ERASES} TO {{app}}", "application", ERASES),
        (f"REVOKE EXECUTE ON {ERASES} FROM {{expiry}}", "expiry", ERASES),
        ("ALTER TABLE core_auditentry DISABLE TRIGGER USER", "everybody", "trigger of core_auditentry"),
        (
            "DROP TRIGGER consents_consentevent_append_only ON consents_consentevent",
            "everybody",
            "trigger of consents_consentevent",
        ),
    ],
)  # fmt: skip
def test_r_l1_a_tampered_right_is_named(as_owner: Callable[[str], Any], tampering: str, role: str, what: str) -> None:
    names = {"app": settings.DATABASES["default"]["USER"], "expiry": settings.DATABASE_EXPIRY["USER"]}
    as_owner(tampering.format(**names))
    assert (role, what) in {(of, thing) for of, thing, _found in found_wrong()}


def test_the_application_cannot_do_what_the_table_denies() -> None:
    """The table of rights and the server agree about what happens, not only about what is written down."""
    for statement in (
        "UPDATE consents_consentevent SET status = 1",
        "DELETE FROM core_auditentry",
        "TRUNCATE consents_consent",
        "CREATE TABLE public.mine (a int)",
        "SELECT setval('consents_event_number', 1)",
        "ALTER TABLE core_auditentry DISABLE TRIGGER USER",
        "SELECT consents_expire_entries(1, interval '1 year', now())",
    ):
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_expiry_role_reads_and_writes_no_table() -> None:
    with expiry_session() as session:
        for statement in ("SELECT 1 FROM consents_consent", "DELETE FROM core_auditentry", "CREATE TEMP TABLE x ()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(statement)
            session.rollback()


def test_r_l2_what_is_changed_around_the_triggers_is_found(as_owner: Callable[[str], Any], settings: Any) -> None:
    """A way of docs/operations.md that the owner's role can go too: triggers off, a change, triggers on again."""
    settings.REGISTRY = {**settings.REGISTRY, "SEAL_SETTLE": timedelta(0)}
    record(BrandFactory(is_main=True), "ayse")
    seal_all()
    assert verify_ledger().whole
    as_owner("ALTER TABLE consents_consentevent DISABLE TRIGGER USER")
    as_owner("UPDATE consents_consentevent SET status = 3 - status")
    as_owner("ALTER TABLE consents_consentevent ENABLE TRIGGER USER")
    assert found_wrong() == [], "rights look well again"
    assert not verify_ledger().whole, "but the seal does not"


def test_the_ways_around_the_triggers_are_written_down() -> None:
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    for way in ("DISABLE TRIGGER", "session_replication_role", "DROP TABLE", "iys.expiring", "pg_resetwal"):
        assert way in guide
