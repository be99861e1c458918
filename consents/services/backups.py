"""Take a backup, put it back, and prove that what came back is what was there (docs/adr/0023-backup.md).

Rows, numbers of events and names of files are read at one snapshot of the database, the one that is dumped. Documents
are copied after it: a row's file is stored before the row, so none is missing, unless it was lost or deleted meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

from consents.models import BrandCounter, Consent, LedgerSeal
from consents.proof import form, keys
from consents.selectors.seals import published
from iys_portal.core import audit
from iys_portal.core.actors import SYSTEM
from iys_portal.core.backup import BackupError, database, documents, manifest, programs

from .verification import verify_ledger

LEAP = 10_000_000
"""Numbers of events and audit entries that a restored registry leaves out: more than were given after the backup."""

EVENTS = "consents_event_number"


@dataclass(frozen=True)
class Finding:
    """One comparison; all is well where both are the same."""

    what: str
    expected: str
    found: str

    @property
    def well(self) -> bool:
        return self.expected == self.found


@dataclass
class Report:
    """What was compared after a restore; `taken` is the moment of the backup, `noted` what it said by itself."""

    taken: str
    findings: list[Finding] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)

    @property
    def equal(self) -> bool:
        return all(finding.well for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {
            "equal": self.equal,
            "taken": self.taken,
            "findings": [vars(one) | {"well": one.well} for one in self.findings],
            "noted": self.noted,
        }


def take(target: Path, *, now: datetime, keys_to: Path | None = None) -> dict[str, Any]:
    """Write a backup into a new folder; its manifest. Keys go to a file of their own, outside it.

    The folder has its name only when all is written and on the disk. Raises `BackupError`.
    """
    if keys_to is not None and keys_to.resolve().is_relative_to(target.resolve().parent):
        raise BackupError("Keys are kept apart: name a file outside the folder of the backups.")
    with manifest.unfinished(target) as folder:
        with database.snapshot(connection) as moment:
            database.dump(connection, folder / "database.dump", moment=moment)
            tables, named, head = database.contents(connection), database.named_files(), _head()
            applied = database.migrations(connection)
        hashes = documents.pack(folder / "documents.tar", folder / "documents.sha256")
        absent = sorted(named - hashes.keys())
        lost = sorted(set(absent) & database.named_files())  # a row still points there
        content = {
            "made_at": now.isoformat(timespec="seconds"),
            "postgres": _versions(),
            "migrations": applied,
            "tables": tables,
            "documents": {"files": len(hashes), "gone": sorted(set(absent) - set(lost)), "lost": lost},
            "ledger": head,
            "keys": manifest.fingerprints(),
        }
        manifest.write(folder, content, _sign)
    if keys_to is not None:
        manifest.write_keys(keys_to, _agreement_seal())
    audit.record("registry.backed_up", ("core.backup", target.name), actor=SYSTEM, new=_summary(content))
    return content


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a backup that is whole and ours. Raises `BackupError`."""
    return manifest.read(folder, _is_signed)


def restore(folder: Path, *, jobs: int = 1, leap: int = LEAP) -> Report:
    """Put a backup into an empty database and an empty private storage, then compare (`compare`).

    Numbers go on `leap` behind the last one of the backup: receivers keep cursors, and none may be given twice.
    Raises `BackupError` and changes nothing where the backup is not whole, keys are others, or anything is not empty.
    """
    content = read(folder)
    _put_back(folder, content, jobs=jobs)
    report = compare(folder, content)
    leap_numbers(by=leap, name=folder.name, new=_summary(content) | {"equal": report.equal})
    return report


def leap_numbers(*, by: int, name: str, new: dict[str, Any] | None = None) -> tuple[int, int]:
    """Let events and audit entries go on `by` numbers behind the last ones there are; those numbers. Recorded.

    After a database went back in time. Raises `BackupError` where the owner's address is not set.
    """
    head = _head()
    event, entry = head["last_event"] + by, head["last_entry"] + by
    database.leap(database.owner_connection(), {EVENTS: event, _entry_sequence(): entry})
    audit.record("registry.restored", ("core.backup", name), actor=SYSTEM, new=(new or {}) | {"leap": by})
    return event, entry


def drill(folder: Path, *, name: str, root: Path, jobs: int = 1) -> Report:
    """Restore beside the running registry into a database and a folder of their own, and compare; both go again.

    Also compared: that the running registry's ledger goes on from the backup's, and that its documents are the same.
    Raises `BackupError` as `restore`, and where the database holds anything.
    """
    content = read(folder)
    running = _against_running(folder, content)
    with _scratch(name), _storage(root):
        _put_back(folder, content, jobs=jobs)
        report = compare(folder, content)
    report.findings += running
    return report


def compare(folder: Path, content: dict[str, Any]) -> Report:
    """Hold the present database and storage against a backup: tables, documents, counters, ledger and states."""
    hashes = documents.read_list(folder / "documents.sha256")
    kept = content["documents"]
    report = Report(taken=content["made_at"])
    report.noted += [f"lost before the backup: {name}" for name in kept["lost"]]
    report.noted += [f"another {name} than then" for name in manifest.other_keys(content["keys"], manifest.NOTED)]
    report.findings += _tables(content["tables"], database.contents(connection))
    missing, changed = documents.differences(hashes)
    named = database.named_files() - set(kept["gone"]) - set(kept["lost"])
    report.findings += [
        Finding("documents", str(len(hashes)), str(len(hashes) - len(missing) - len(changed))),
        Finding("documents that rows name and nobody has", "0", str(len(named - hashes.keys()))),
        Finding("brands' counters that differ from their consents", "0", str(_wrong_counters())),
    ]
    head = content["ledger"]
    result = verify_ledger(kept=head["seal"], states=True)
    said = ", ".join(f"{flaw.kind} {flaw.number or flaw.seal}" for flaw in result.flaws[:5])
    report.findings.append(Finding("ledger", "whole", said or "whole"))
    report.noted.append(f"verified: {result.seals} seals, {result.events} events, {result.entries} audit entries")
    return report


def _put_back(folder: Path, content: dict[str, Any], *, jobs: int) -> None:
    owner = database.owner_connection()
    if others := manifest.other_keys(content["keys"]):
        raise BackupError(f"The backup was made with other keys ({', '.join(others)}): set those first.")
    if later := database.unknown_migrations(content["migrations"]):
        raise BackupError(f"The backup is of later code: this one does not know {later[0]}.")
    if not database.is_empty(owner):
        raise BackupError("The database is not empty: a backup is put into an empty one only.")
    if next(documents.stored(), None) is not None:
        raise BackupError("Private storage is not empty: a backup is put into an empty one only.")
    listing = folder.with_name(f"{folder.name}.toc")
    try:
        made_by = content["postgres"]["program"]
        database.load(owner, folder / "database.dump", made_by=made_by, listing=listing, jobs=jobs)
    finally:
        listing.unlink(missing_ok=True)
    documents.unpack(folder / "documents.tar", documents.read_list(folder / "documents.sha256"))


def _head() -> dict[str, Any]:
    """How far the ledger was, and its newest seal."""
    seal = LedgerSeal.objects.order_by("-number").first()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce((SELECT max(event_id) FROM consents_consentevent), 0),"
            " coalesce((SELECT max(id) FROM core_auditentry), 0)"
        )
        event, entry = cursor.fetchone()
    return {"last_event": event, "last_entry": entry, "seal": published(seal) if seal else None}


def _versions() -> dict[str, int]:
    server = database.server_major(connection)
    made_by = programs.version_of(programs.program("pg_dump", major=server))
    assert made_by is not None
    return {"server": server, "program": made_by}


def _tables(expected: dict[str, Any], found: dict[str, Any]) -> Iterator[Finding]:
    """One line for all that are equal, one for each that is not."""
    names = sorted(expected.keys() | found.keys())
    equal = [name for name in names if expected.get(name) == found.get(name)]
    rows = sum(expected[name]["rows"] for name in equal)
    yield Finding(f"{len(equal)} tables with {rows} rows", "equal", "equal")
    for name in names:
        if name not in equal:
            yield Finding(f"table {name}", *(_words(side.get(name)) for side in (expected, found)))


def _words(content: dict[str, Any] | None) -> str:
    return f"{content['rows']} rows, digest {content['digest']}" if content else "no such table"


def _wrong_counters() -> int:
    """Counters that are not the number of consents which they count."""
    columns = "brand_id, channel, recipient_type, status, holds"
    counters, consents = BrandCounter._meta.db_table, Consent._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT {columns}, total FROM {counters} WHERE total <> 0) counted FULL JOIN"  # noqa: S608 - names
            f" (SELECT {columns}, count(*) AS real FROM {consents} GROUP BY {columns}) there USING ({columns})"
            " WHERE total IS DISTINCT FROM real"
        )
        return int(cursor.fetchone()[0])


def _against_running(folder: Path, content: dict[str, Any]) -> list[Finding]:
    hashes = documents.read_list(folder / "documents.sha256")
    missing, changed = documents.differences(hashes)
    lost = set(missing) & database.named_files()
    findings = [
        Finding("running documents that differ from the backup", "0", str(len(changed))),
        Finding("running documents that rows name and only the backup has", "0", str(len(lost))),
    ]
    if seal := content["ledger"]["seal"]:
        there = LedgerSeal.objects.filter(number=seal["number"]).first()
        findings.append(Finding("the running ledger's seal", seal["hash"], there.hash_hex if there else "missing"))
    return findings


@contextmanager
def _scratch(name: str) -> Iterator[None]:
    """Both roles work on a database that is made and dropped here; one that stands already is only emptied again."""
    owner = database.owner_connection()
    made = database.make(owner, name, reader=connection.settings_dict["USER"])
    former = {alias: connections[alias].settings_dict["NAME"] for alias in ("default", owner.alias)}
    try:
        for alias in former:
            database.use(alias, name)
        if not database.is_empty(owner):
            raise BackupError(f"The database {name} is not empty: name another one.")
        try:
            yield
        finally:
            if not made:
                database.clear(owner)
    finally:
        for alias, real in former.items():
            database.use(alias, real)
        if made:
            database.drop(owner, name)


@contextmanager
def _storage(root: Path) -> Iterator[None]:
    former = settings.PRIVATE_ROOT
    settings.PRIVATE_ROOT = root
    try:
        yield
    finally:
        settings.PRIVATE_ROOT = former


def _entry_sequence() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence('core_auditentry', 'id')")
        return str(cursor.fetchone()[0])


def _sign(content: bytes) -> dict[str, str]:
    """By the key that signs the ledger's seals: it is at hand, and its public half is known elsewhere."""
    name, signature = keys.sign(content)
    return {"key_id": name, "signature": signature.hex()}


def _is_signed(content: bytes, seal: dict[str, str]) -> bool:
    try:
        return form.signed_by(content, bytes.fromhex(seal["signature"]), keys.public_keys()[seal["key_id"]])
    except (KeyError, TypeError, ValueError):
        return False


def _agreement_seal() -> bytes:
    """The countersignature's key file; nothing where it was not made yet."""
    path = Path(settings.AGREEMENT_SEAL or Path(settings.PRIVATE_ROOT) / "agreement-seal.p12")
    return path.read_bytes() if path.exists() else b""


def _summary(content: dict[str, Any]) -> dict[str, Any]:
    seal = content["ledger"]["seal"]
    return {
        "made_at": content["made_at"],
        "seal": seal["number"] if seal else 0,
        "event": content["ledger"]["last_event"],
        "documents": content["documents"]["files"],
    }
