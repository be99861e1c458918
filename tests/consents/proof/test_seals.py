"""Seals (R-L2): nothing skipped, nothing twice, whatever the order of commits; and what was touched is named."""

import base64
import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, transaction

from consents.canonical import fields_of, leaf_v1
from consents.engine.write import PLAN_BY_KEY
from consents.enums import Sealed
from consents.models import ConsentEvent, LedgerSeal, SealLeaves
from consents.proof import keys, leaves
from consents.proof.leaves import end_of, leaves_between
from consents.proof.publish import exported
from consents.services import verification
from consents.services.seals import seal_ledger
from consents.services.verification import verify_ledger
from consents.written_moments import microseconds
from iys_portal.core import audit
from iys_portal.core.actors import SYSTEM
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.factories import BrandFactory
from tests.threads import at_once, held_open

from .conftest import record, seal_all

People = Callable[..., None]


def sealed_numbers(tree: Sealed = Sealed.EVENTS) -> list[int]:
    rows = SealLeaves.objects.filter(tree=tree).order_by("seal_number")
    packed = b"".join(bytes(row.numbers) for row in rows)
    return [int.from_bytes(packed[at : at + 8], "big") for at in range(0, len(packed), 8)]


def events() -> list[int]:
    return list(ConsentEvent.objects.order_by("event_id").values_list("event_id", flat=True))


def test_r_l2_the_database_computes_the_leaves_of_the_ledgers_form(people: People) -> None:
    people("ayse", "fatma")
    people("ayse", status="RET")
    packed = leaves_between(Sealed.EVENTS, 0, 10**9)
    assert len(packed) == 3
    assert [packed.leaf(n) for n in range(len(packed))] == [
        leaf_v1(fields_of(event)) for event in ConsentEvent.objects.order_by("event_id")
    ]


@pytest.mark.django_db
def test_r_l2_moments_are_exact_to_the_microsecond() -> None:
    rng = random.Random(1)
    first, last = datetime(2015, 5, 1, tzinfo=UTC), datetime(2105, 1, 1, tzinfo=UTC)
    span = (last - first) // timedelta(microseconds=1)
    moments = [first + timedelta(microseconds=rng.randrange(span)) for _ in range(5_000)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {leaves._moment('m')} FROM unnest(%s::timestamptz[]) m", [moments])
        assert [row[0] for row in cursor.fetchall()] == [microseconds(moment) for moment in moments]


def test_r_l2_everything_is_sealed_once_in_a_chain(people: People) -> None:
    people(*(f"kisi{n}" for n in range(10)))
    assert seal_all().events == 10
    people("ayse")
    assert seal_all().events == 1
    assert sealed_numbers() == events()
    seals = list(LedgerSeal.objects.order_by("number"))
    assert [seal.number for seal in seals] == list(range(1, len(seals) + 1))
    assert [bytes(seal.previous) for seal in seals[1:]] == [bytes(seal.hash) for seal in seals[:-1]]
    assert sealed_numbers(Sealed.ENTRIES) == list(AuditEntry.objects.order_by("pk").values_list("pk", flat=True))
    assert verify_ledger().whole


def test_nothing_new_gives_no_seal(people: People) -> None:
    people("ayse")
    seal_all()
    before = LedgerSeal.objects.count()
    assert seal_all().seals == 0
    assert LedgerSeal.objects.count() == before


def test_r_l2_rows_that_commit_out_of_order_are_neither_skipped_nor_sealed_twice(brand: Brand) -> None:
    with held_open(lambda: record(brand, "yavas")) as commit:
        record_now = [f"hizli{n}" for n in range(6)]
        record(BrandFactory(), *record_now)
        assert [seal_ledger().seals for _ in range(4)] == [0, 0, 0, 0]
        assert sealed_numbers() == [], "whoever took a lower number may still write it"
        commit()
    seal_all()
    assert sealed_numbers() == events()
    assert len(events()) == 7
    assert verify_ledger().whole


@pytest.mark.usefixtures("committed_db")
def test_r_l2_a_transaction_shows_itself_before_it_takes_numbers() -> None:
    """Without it, a row could get its number before a mark and be written behind the seal."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(PLAN_BY_KEY)
        cursor.execute("SELECT pg_current_xact_id_if_assigned() IS NOT NULL")
        assert cursor.fetchone()[0]


def test_two_sealers_at_once_make_one_chain(people: People) -> None:
    people(*(f"kisi{n}" for n in range(40)))
    seal_ledger()

    def seal() -> None:
        seal_ledger()

    assert at_once(seal, seal, seal) == []
    seal_all()
    assert sealed_numbers() == events()
    assert verify_ledger().whole


@pytest.fixture
def owner(committed_db: str) -> Iterator[psycopg.Connection]:
    """The schema's owner with the triggers off: somebody who can do anything to the tables."""
    from django.conf import settings

    access = settings.DATABASES["owner"]
    with psycopg.connect(
        host=access["HOST"], port=access["PORT"] or None, user=access["USER"], password=access["PASSWORD"] or None,
        dbname=committed_db, autocommit=True,
    ) as open_connection:  # fmt: skip
        for table in ("consents_consentevent", "consents_ledgerseal", "consents_sealleaves", "core_auditentry"):
            open_connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield open_connection


TAMPERING = {
    "a status": ("UPDATE consents_consentevent SET status = 2 WHERE event_id = %(third)s", "changed"),
    "a date": (
        "UPDATE consents_consentevent SET consent_date = consent_date - interval '1 day' WHERE event_id = %(third)s",
        "changed",
    ),
    "an address": (
        "UPDATE consents_consentevent SET recipient = 'x@firma.example' WHERE event_id = %(third)s",
        "changed",
    ),
    "a salt": ("UPDATE consents_consentevent SET salt = gen_random_uuid() WHERE event_id = %(third)s", "changed"),
    "a row deleted": ("DELETE FROM consents_consentevent WHERE event_id = %(third)s", "missing"),
    "the last row deleted": ("DELETE FROM consents_consentevent WHERE event_id = %(last)s", "missing"),
    "two rows swapped": (
        "UPDATE consents_consentevent SET event_id = CASE event_id WHEN %(third)s THEN %(last)s ELSE %(third)s END"
        " WHERE event_id IN (%(third)s, %(last)s)",
        "changed",
    ),
}


@pytest.mark.parametrize("what", list(TAMPERING))
def test_r_l2_tampering_is_found_and_its_row_named(people: People, owner: psycopg.Connection, what: str) -> None:
    people(*(f"kisi{n}" for n in range(9)))
    seal_all()
    numbers = events()
    sql, kind = TAMPERING[what]
    owner.execute(sql, {"third": numbers[2], "last": numbers[-1]})
    result = verify_ledger()
    first = result.flaws[0]
    assert (first.kind, first.tree) == (kind, "EVENTS")
    assert first.number == (numbers[-1] if what == "the last row deleted" else numbers[2])


def test_r_l2_an_added_row_is_found(people: People, owner: psycopg.Connection, brand: Brand) -> None:
    people(*(f"kisi{n}" for n in range(5)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('consents_event_number')")
        (free,) = cursor.fetchone()  # a number that nobody wrote a row for
    people("son")
    seal_all()
    names = ", ".join(
        f'"{field.column}"'
        for field in ConsentEvent._meta.concrete_fields
        if field.column and field.column != "event_id"
    )
    chosen = names.replace('"recipient"', "'sahte@firma.example'")
    owner.execute(
        f"INSERT INTO consents_consentevent (event_id, {names}) SELECT %s, {chosen} FROM consents_consentevent"
        " WHERE event_id = %s",
        [free, events()[0]],
    )
    assert [(flaw.kind, flaw.number) for flaw in verify_ledger().flaws] == [("added", free)]


def test_r_l2_an_audit_entry_that_was_touched_is_found(people: People, owner: psycopg.Connection) -> None:
    people("ayse")
    entry = audit.record("deneme", ("deneme", "1"), actor=SYSTEM, new={"a": 1})
    seal_all()
    owner.execute("UPDATE core_auditentry SET new = '{\"a\": 2}' WHERE id = %s", [entry.pk])
    flaw = verify_ledger().flaws[0]
    assert (flaw.kind, flaw.tree, flaw.number) == ("changed", "ENTRIES", entry.pk)


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("UPDATE consents_ledgerseal SET events = events + 1 WHERE number = 2", {"seal", "signature"}),
        ("UPDATE consents_ledgerseal SET hash = previous WHERE number = 2", {"seal", "chain"}),
        ("DELETE FROM consents_ledgerseal WHERE number = 2", {"gap", "chain"}),
        ("UPDATE consents_sealleaves SET leaves = numbers WHERE seal_number = 2 AND tree = 1", {"leaves"}),
    ],
)
def test_r_l2_an_edited_seal_is_found(people: People, owner: psycopg.Connection, sql: str, kinds: set[str]) -> None:
    people(*(f"kisi{n}" for n in range(9)))
    seal_all()
    owner.execute(sql)
    assert kinds <= {flaw.kind for flaw in verify_ledger().flaws}


def test_r_l2_a_seal_signed_by_a_stranger_is_found(people: People, settings: Any) -> None:
    people("ayse")
    seal_all()
    settings.LEDGER_SIGNING_KEY = "YW5vdGhlci1sZWRnZXItc2lnbmluZy1rZXktMDAwMDE="
    assert {flaw.kind for flaw in verify_ledger().flaws} == {"key"}


def test_r_l2_a_former_key_stays_trusted(people: People, settings: Any) -> None:
    people("ayse")
    seal_all()
    former = base64.b64encode(next(iter(keys.public_keys().values()))).decode()
    settings.LEDGER_SIGNING_KEY = "YW5vdGhlci1sZWRnZXItc2lnbmluZy1rZXktMDAwMDE="
    settings.LEDGER_FORMER_KEYS = [former]
    people("fatma")
    seal_all()
    assert len({seal.key_id for seal in LedgerSeal.objects.all()}) == 2
    assert verify_ledger().whole


def test_r_l2_a_cut_tail_is_found_by_a_seal_that_was_kept(people: People, owner: psycopg.Connection) -> None:
    people(*(f"kisi{n}" for n in range(9)))
    seal_all()
    last = LedgerSeal.objects.order_by("-number").first()
    assert last is not None
    kept = exported(last)
    assert verify_ledger(kept=kept).whole
    owner.execute("DELETE FROM consents_ledgerseal WHERE number = %s", [last.number])
    owner.execute("DELETE FROM consents_sealleaves WHERE seal_number = %s", [last.number])
    owner.execute(
        "DELETE FROM consents_consentevent WHERE event_id > (SELECT max(last_event) FROM consents_ledgerseal)"
    )
    assert verify_ledger().whole, "what is left is whole in itself"
    assert [flaw.kind for flaw in verify_ledger(kept=kept).flaws] == ["tail"]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE consents_consent SET status = 1 WHERE recipient = 'ayse@firma.example'",
        "UPDATE consents_consent SET holds = 2 WHERE recipient = 'ayse@firma.example'",
        "DELETE FROM consents_consent WHERE recipient = 'ayse@firma.example'",
    ],
)
def test_r_l1_what_stands_is_held_against_the_ledger(people: People, owner: psycopg.Connection, sql: str) -> None:
    people("ayse", "fatma")
    people("ayse", status="RET")
    seal_all()
    assert verify_ledger(states=True).whole
    owner.execute(sql)
    assert verify_ledger().whole, "the ledger itself was not touched"
    last = ConsentEvent.objects.filter(recipient="ayse@firma.example").order_by("-version").first()
    assert last is not None
    assert [(flaw.kind, flaw.number) for flaw in verify_ledger(states=True).flaws] == [("state", last.event_id)]


def test_many_flaws_do_not_fill_the_memory(people: People, owner: psycopg.Connection) -> None:
    people(*(f"kisi{n}" for n in range(150)))
    seal_all()
    owner.execute("UPDATE consents_consentevent SET status = 2")
    assert len(verify_ledger().flaws) <= verification.MOST + 2


class TestCommands:
    def test_sealing_and_verifying_from_the_command_line(
        self, people: People, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        people("ayse", "fatma")
        kept = tmp_path / "seal.json"
        call_command("seal_ledger", export=kept)
        assert json.loads(kept.read_text())["number"] == LedgerSeal.objects.count()
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            call_command("verify_ledger", json=True, against=kept)
        assert end.value.code == 0
        said = json.loads(capsys.readouterr().out)
        assert said["whole"]
        assert said["events"] == 2

    def test_a_broken_ledger_ends_with_another_status(
        self, people: People, owner: psycopg.Connection, capsys: pytest.CaptureFixture[str]
    ) -> None:
        people("ayse", "fatma")
        seal_all()
        owner.execute("UPDATE consents_consentevent SET status = 2 WHERE event_id = %s", [events()[1]])
        with pytest.raises(SystemExit) as end:
            call_command("verify_ledger")
        assert end.value.code == 1
        assert f"Row {events()[1]} was changed" in capsys.readouterr().out


def test_a_part_ends_after_so_many_rows_however_far_the_mark_is_and_across_gaps(brand: Brand) -> None:
    record(brand, *(f"once{n}" for n in range(7)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(nextval('consents_event_number')) FROM generate_series(1, 100)")
    record(brand, *(f"sonra{n}" for n in range(3)))
    numbers = sorted(ConsentEvent.objects.values_list("event_id", flat=True))
    mark = numbers[-1] + 5_000
    assert end_of(Sealed.EVENTS, 0, mark, limit=4) == numbers[3]
    assert end_of(Sealed.EVENTS, numbers[3], mark, limit=4) == numbers[7]
    assert end_of(Sealed.EVENTS, numbers[7], mark, limit=4) == numbers[-1]
    assert end_of(Sealed.EVENTS, numbers[-1], mark, limit=4) == numbers[-1]
    assert end_of(Sealed.EVENTS, 0, numbers[1], limit=4) == numbers[1]
