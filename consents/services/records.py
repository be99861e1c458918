"""Record consents and refusals one by one: form, API and the recipient's own acts. A single one is a batch of one."""

import json
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import polars as pl
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from consents import problems
from consents.engine import statements
from consents.engine.references import keep_references
from consents.engine.terms import Terms, parameters, terms_for
from consents.engine.write import PLAN_BY_KEY, count, sql_of
from consents.enums import Channel, Lane, Status, Verdict, WayIn
from consents.erased import any_erased
from consents.evidence import EvidenceValue, read_evidence
from consents.normalise import Reading, normalise
from consents.problem_words import sentence_values
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record
from iys_portal.core.prepared import prepared_cursor
from providers.models import Brand
from providers.policies import require_may_record
from providers.selectors import held_channels

MAX_TRIES = 5
FIELDS = (
    "recipient",
    "type",
    "status",
    "source",
    "recipient_type",
    "consent_date",
    "retailer_code",
    "evidence",
)
OWN_NOTICE = ("own_notice_at", "own_notice_means")


@dataclass(frozen=True)
class Entry:
    """One row as it was written, before anything was judged."""

    recipient: str
    type: str
    status: str
    source: str = ""
    recipient_type: str = ""
    consent_date: str = ""
    retailer_code: str = ""
    evidence: str = ""
    own_notice_at: str = ""  # R-M1: when and how the provider told the recipient itself
    own_notice_means: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of an entry. `values` fill the problem's sentence; the rest is set where a record stands."""

    verdict: Verdict
    problem: problems.Problem | None = None
    values: dict[str, Any] = field(default_factory=dict)
    key: tuple[str, int, int, int] | None = None
    version: int | None = None
    event_id: int | None = None
    transaction_id: str | None = None
    changes: tuple[tuple[str, str, str], ...] = ()  # field, as written, as stored

    @property
    def accepted(self) -> bool:
        return self.verdict.accepted


def record_consents(
    *,
    actor: Actor,
    brand: Brand,
    entries: Sequence[Entry],
    way: WayIn = WayIn.FORM,
    strict: bool = False,
    registry: bool = False,
    moment: datetime | None = None,
    text_version_id: int | None = None,
    proof: EvidenceValue | None = None,
) -> list[Outcome]:
    """Judge and write a batch for one brand; one outcome per entry, in order, all in one transaction.

    Rows about the same consent are taken in their order (R-C10). `strict` switches the codes of the national
    interface on; `registry` marks the recipient's own act (IYS_*); `proof` is an uploaded file behind every row, in
    place of what the rows say (R-C15, R-C16).

    An integrator's rows of a channel that is not granted are refused (R-P12), and what it wrote is in the audit log.

    Raises `NotAllowed` without the permission, `DomainError` where the provider may not record (R-P7).
    Locks the consents concerned in key order; when somebody creates one of them at the same time, judges again.
    """
    if not registry:
        actor.require(Permission.CONSENT_RECORD)
    moment = moment or timezone.now()
    own_notices = any(entry.own_notice_at for entry in entries)
    terms = terms_for(
        brand,
        moment=moment,
        actor=actor,
        way=way,
        strict=strict,
        registry=registry,
        text_version_id=text_version_id,
        own_notices=own_notices,
        lane=Lane.SINGLE if len(entries) <= settings.REGISTRY["NOTICE_SINGLE_ROWS"] else Lane.BULK,
    )
    names = (*FIELDS, *OWN_NOTICE) if own_notices else FIELDS
    read = normalise(_frame(entries, names), _reading(names, brand, moment, strict=strict, registry=registry))
    outcomes = {
        line: _refused(number, values={"value": value or "", "channel": entries[line].type})
        for line, number, _column, value in read.problems.iter_rows()
    }
    rows = [{**row, "proof": proof} for row in read.rows.to_dicts()]
    if rows:
        _require_may_record(brand, rows, registry=registry)
        with transaction.atomic() if _from_outside(actor) else nullcontext():
            written = write_rows(terms, rows)
            _note_integrator(brand, written, actor)
        changes = _changes_by_line(read.changes)
        for outcome, row in zip(written, rows, strict=True):
            outcomes[row["line"]] = replace(outcome, changes=tuple(changes.get(row["line"], ())))
    return [outcomes.get(line) or _refused(114, values={}) for line in range(len(entries))]


def read_and_judge(*, actor: Actor, brand: Brand, entries: Sequence[Entry], moment: datetime) -> list[tuple[int, str]]:
    """What is wrong with entries of the API at that moment: the number of each one's problem or 0, and the raw value.

    Nothing is written or locked, so what depends on the stored state may be otherwise when the entries are recorded.
    Raises as `record_consents`.
    """
    actor.require(Permission.CONSENT_RECORD)
    require_may_record(brand.provider, Status.RET)
    read = normalise(_frame(entries, FIELDS), _reading(FIELDS, brand, moment, strict=True))
    found = {line: (number, value or "") for line, number, _column, value in read.problems.iter_rows()}
    rows = [{**row, "proof": None} for row in read.rows.to_dicts()]
    if rows:
        terms = terms_for(brand, moment=moment, actor=actor, way=WayIn.API, strict=True)
        with transaction.atomic(), connection.cursor() as cursor:
            granted = held_channels(actor, brand.pk, now=timezone.now())
            values: dict[str, Any] = {**parameters(terms), **_arrays(terms, rows, keep=False), "granted": granted}
            cursor.execute(PLAN_BY_KEY)
            erased = any_erased(cursor, brand.pk)
            sql = statements.judge_sql(
                statements.FROM_CALL, statements.NO_EVENT, erased=erased, bounded=granted is not None
            )
            cursor.execute(sql + "SELECT line, code FROM judged", values)  # noqa: S608 (constant text)
            codes = dict(cursor.fetchall())
        for place, row in enumerate(rows):
            if codes[place] >= 100:
                found[row["line"]] = (codes[place], "")
    return [found.get(line, (0, "")) for line in range(len(entries))]


def _frame(entries: Sequence[Entry], names: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame(
        {"line": range(len(entries)), **{name: [getattr(entry, name) for entry in entries] for name in names}},
        schema={"line": pl.UInt32, **dict.fromkeys(names, pl.String)},
    )


def _reading(names: Sequence[str], brand: Brand, moment: datetime, *, strict: bool, registry: bool = False) -> Reading:
    return Reading(
        columns={name: name for name in names},
        moment=moment,
        api=strict,
        allow_registry_sources=registry,
        sandbox=brand.provider.is_sandbox,
    )


def _require_may_record(brand: Brand, rows: Sequence[dict[str, Any]], *, registry: bool) -> None:
    """R-P7; a recipient's own no is recorded whatever became of the provider (R-R1)."""
    if any(row["status"] == Status.ONAY for row in rows):
        require_may_record(brand.provider, Status.ONAY)
    if not registry:
        require_may_record(brand.provider, Status.RET)


def _changes_by_line(changes: pl.DataFrame) -> dict[int, list[tuple[str, str, str]]]:
    """What reading respelled, by entry: field, as written, as stored."""
    found: dict[int, list[tuple[str, str, str]]] = {}
    for line, name, raw, value in changes.iter_rows():
        found.setdefault(line, []).append((name, raw, value))
    return found


def _note_integrator(brand: Brand, outcomes: Sequence[Outcome], actor: Actor) -> None:
    """R-P12: the provider sees what somebody from outside wrote, by the numbers of the events."""
    events = [outcome.event_id for outcome in outcomes if outcome.verdict.written]
    if _from_outside(actor) and events:
        record("integrator.recorded", brand, actor=actor, provider_id=brand.provider_id, new={"events": events})


def _from_outside(actor: Actor) -> bool:
    """Somebody of an integrator; a provider's own key that is made for some channels is bound, but no outsider."""
    return actor.bound is not None and bool(actor.bound.party_id)


def _refused(number: int, *, values: dict[str, Any]) -> Outcome:
    problem = problems.BY_NUMBER[number]
    return Outcome(verdict=problem.verdict, problem=problem, values=values)


def write_rows(terms: Terms, rows: list[dict[str, Any]]) -> list[Outcome]:
    """Judge and write normalised rows (`normalise.ROWS_SCHEMA`) in one transaction; outcomes in their order."""
    values: dict[str, Any] = {**parameters(terms), **_arrays(terms, rows)}
    for attempt in range(MAX_TRIES):
        try:
            with transaction.atomic(), prepared_cursor() as cursor:
                values["granted"] = granted = held_channels(terms.actor, terms.brand_id, now=timezone.now())
                cursor.execute(PLAN_BY_KEY)
                cursor.execute(statements.LOCK.format(source=statements.FROM_CALL), values)
                sql = sql_of(cursor, terms, statements.FROM_CALL, write=True, bounded=granted is not None)
                cursor.execute(sql + statements.CALL_SUMMARY, values)
                judged, moves, days, told = cursor.fetchone()
                results = zip(rows, json.loads(judged), strict=True)
                outcomes = [_outcome(cursor, terms, row, result) for row, result in results]
                count(cursor, terms, moves, days, told)
                return outcomes
        except IntegrityError:
            # Somebody created the same consent between the lock and the write: what they wrote counts first.
            if attempt == MAX_TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _arrays(terms: Terms, rows: list[dict[str, Any]], *, keep: bool = True) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {
        name: [row[name] for row in rows]
        for name in (
            "recipient",
            "channel",
            "recipient_type",
            "status",
            "source",
            "consent_date",
            "retailer_code",
        )
    }
    evidence = [row.get("proof") or read_evidence(row["evidence"]) for row in rows]
    if keep:
        keep_references(terms.brand_id, evidence)
    return {
        **columns,
        "line": list(range(len(rows))),
        "evidence_kind": [int(value.kind) for value in evidence],
        "evidence_hash": [value.sha256 for value in evidence],
        **{name: [row.get(name) for row in rows] for name in OWN_NOTICE},
    }


def _outcome(cursor: Any, terms: Terms, row: dict[str, Any], result: list[Any]) -> Outcome:
    code, version, event_id, former_date, former_source, former_status, transaction_id = result
    key = (row["recipient"], terms.brand_id, row["channel"], row["recipient_type"])
    if code >= 100:
        problem = problems.BY_NUMBER[code]
        if code == problems.UNGRANTED:  # what stands in a channel that is not theirs is not told (R-P12)
            return _refused(code, values={"channel": str(Channel(row["channel"]).label)})
        values = sentence_values(
            problem=problem,
            channel=row["channel"],
            date=row["consent_date"],
            former_date=former_date,
            former_source=former_source,
            former_status=former_status,
            until=terms.window_until,
            value=row["retailer_code"],
        )
        return Outcome(verdict=problem.verdict, problem=problem, values=values, key=key, version=version or None)
    if code == Verdict.UNCHANGED:
        content = ("recipient", "channel", "recipient_type", "status", "source", "consent_date")
        asked: dict[str, Any] = {"brand": terms.brand_id, **{name: row[name] for name in content}}
        cursor.execute(statements.FIRST_OF_CONTENT, asked)
        found = cursor.fetchone()
        event_id, version, transaction_id = found if found else (event_id, version, None)
        transaction_id = transaction_id.hex() if transaction_id else None
    return Outcome(verdict=Verdict(code), key=key, version=version, event_id=event_id, transaction_id=transaction_id)
