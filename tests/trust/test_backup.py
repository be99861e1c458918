"""Backup, restore into an empty machine, and the drill (R-L1, R-L2): what comes back is what was there, or nothing."""

import json
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from consents.models import BrandCounter, Consent, ConsentEvent, LedgerSeal
from consents.selectors.feed import changes_after, last_final
from consents.services import backups
from consents.services.verification import verify_ledger
from iys_portal.core import grants
from iys_portal.core.backup import BackupError, database, documents, manifest, programs
from iys_portal.core.models import AuditEntry
from providers.models import Brand
from tests.databases import PREFIX
from tests.trust.registry import event_numbers, fill, machine, say, seal_all


class Kept:
    """A backup and what it was taken of."""

    def __init__(self, folder: Path, root: Path, name: str) -> None:
        self.folder, self.root, self.name = folder, root, name
        self.content = json.loads((folder / manifest.NAME).read_text())


@pytest.fixture(scope="module")
def kept(
    django_db_setup: None, django_db_blocker: Any, worker: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    """One registry with one backup, for the whole module; the registry goes on running."""
    place, quick = tmp_path_factory.mktemp("backup"), {**django_settings.REGISTRY, "SEAL_SETTLE": timedelta(0)}
    former, django_settings.REGISTRY = django_settings.REGISTRY, quick
    try:
        with django_db_blocker.unblock(), machine(f"{PREFIX}{worker}_kept", place / "private", empty=False):
            fill()
            backups.take(place / "kept", now=timezone.now(), keys_to=place.parent / f"{place.name}-keys.json")
            yield Kept(place / "kept", place / "private", f"{PREFIX}{worker}_kept")
    finally:
        django_settings.REGISTRY = former


@pytest.fixture(autouse=True)
def storage(kept: Kept, settings: Any) -> None:
    """The registry's own files, in place of the empty folder that each test has elsewhere."""
    settings.PRIVATE_ROOT = kept.root


@pytest.fixture
def copy(kept: Kept, tmp_path: Path) -> Path:
    return Path(shutil.copytree(kept.folder, tmp_path / "copy"))


def names_of(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_backup_has_its_parts_and_nothing_of_the_keys(kept: Kept) -> None:
    assert names_of(kept.folder) == {"database.dump", "documents.tar", "documents.sha256", "MANIFEST.json"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (kept.folder, kept.folder / manifest.NAME))
    text = (kept.folder / manifest.NAME).read_text()
    keys = [getattr(django_settings, name) for name in manifest.KEYS]
    assert not [key for key in keys if key and str(key[0] if isinstance(key, list) else key) in text]
    assert kept.content["tables"]["consents_consentevent"]["rows"] == 7
    assert kept.content["ledger"]["seal"]["number"] == LedgerSeal.objects.filter(number=1).count()
    assert "agreement-seal.p12" not in (kept.folder / "documents.sha256").read_text()


def test_keys_are_written_apart_and_for_their_owner_alone(kept: Kept, tmp_path: Path) -> None:
    target = kept.folder.parent.parent / f"{kept.folder.parent.name}-keys.json"
    assert target.stat().st_mode & 0o777 == 0o600
    keys = json.loads(target.read_text())
    assert keys["TRANSACTION_KEY"] == django_settings.TRANSACTION_KEY
    assert keys["FIELD_KEYS"] == django_settings.FIELD_KEYS
    with pytest.raises(BackupError, match="apart"):
        backups.take(tmp_path / "new", now=timezone.now(), keys_to=tmp_path / "keys.json")
    assert not list(tmp_path.iterdir())


def test_the_documents_list_is_what_sha256sum_reads(kept: Kept, tmp_path: Path) -> None:
    subprocess.run(["tar", "--extract", "--file", kept.folder / "documents.tar"], cwd=tmp_path, check=True)
    listing = kept.folder / "documents.sha256"
    done = subprocess.run(["sha256sum", "--check", "--strict", listing], cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(documents.read_list(listing)) == kept.content["documents"]["files"] == 2


def test_a_backup_is_an_act_in_the_audit_log(kept: Kept) -> None:
    entry = AuditEntry.objects.get(verb="registry.backed_up")
    assert entry.new == {
        "made_at": kept.content["made_at"],
        "seal": kept.content["ledger"]["seal"]["number"],
        "event": kept.content["ledger"]["last_event"],
        "documents": 2,
    }


def test_r_l1_an_empty_machine_holds_everything_again(kept: Kept, worker: str, tmp_path: Path) -> None:
    """Rows, rights, triggers, documents; then the registry goes on with numbers that were never given."""
    last = kept.content["ledger"]["last_event"]
    with machine(f"{PREFIX}{worker}_restored", tmp_path / "private"):
        report = backups.restore(kept.folder, leap=1_000)
        assert report.equal, report.findings
        with connection.cursor() as cursor:
            assert not [line for line in grants.compare(cursor) if not line.well]
        assert Consent.objects.count() == 6
        assert AuditEntry.objects.get(verb="registry.restored").new["equal"] is True

        sealed, events = last_final(), event_numbers()
        seal_all()
        assert verify_ledger(states=True).whole
        brand = Brand.objects.get(pk=Consent.objects.filter(recipient="ece@firma.example").get().brand_id)
        brands = [*Brand.objects.values_list("pk", flat=True)]
        told = [row.event_id for row in changes_after(sealed, brands=brands, limit=100).events]
        assert told == [number for number in events if number > sealed], "what had no seal is told once, in order"

        say(brand, "fatma")
        seal_all()
        (newest,) = changes_after(last_final() - 1, brands=brands, limit=9).events
        assert newest.event_id == last + 1_001, "no number is given twice"
        (entry,) = AuditEntry.objects.order_by("-pk")[:1]
        assert entry.pk > kept.content["ledger"]["last_entry"] + 1_000
        assert verify_ledger(kept=kept.content["ledger"]["seal"], states=True).whole

        with pytest.raises(BackupError, match="database is not empty"):
            backups.restore(kept.folder)
        assert ConsentEvent.objects.count() == 8


def test_the_drill_says_equal_and_leaves_nothing(kept: Kept, capsys: Any, tmp_path: Path, worker: str) -> None:
    before = (names_of(kept.folder.parent), database.contents(connection))
    name = f"{PREFIX}{worker}_drill"
    call_command("restore_drill", str(kept.folder), database=name, json=True)
    said = json.loads(capsys.readouterr().out)
    assert said["equal"] and all(one["well"] for one in said["findings"])
    assert len(said["findings"]) >= 7
    assert (names_of(kept.folder.parent), database.contents(connection)) == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name])
        assert cursor.fetchone() == (0,)


def test_the_drill_fails_where_the_running_registry_lost_a_document(kept: Kept, worker: str, capsys: Any) -> None:
    name = sorted(documents.stored())[0]
    path = kept.root / name
    former = path.read_bytes()
    path.write_bytes(former[:-1] + b"x")
    try:
        with pytest.raises(CommandError, match="NOT what was backed up"):
            call_command("restore_drill", str(kept.folder), database=f"{PREFIX}{worker}_drill")
        assert "WRONG running documents that differ from the backup: expected 0, found 1" in capsys.readouterr().out
    finally:
        path.write_bytes(former)


def test_each_difference_is_named(kept: Kept) -> None:
    """Held against the registry that went on: one consent more, one counter wrong, one document less."""
    say(Brand.objects.order_by("pk")[0], "yeni")
    counter = BrandCounter.objects.order_by("-total")[0]
    row = BrandCounter.objects.filter(brand_id=counter.brand_id, channel=counter.channel, status=counter.status)
    total = counter.total
    name = sorted(documents.stored())[0]
    former = (kept.root / name).read_bytes()
    try:
        row.update(total=total + 1)
        (kept.root / name).unlink()
        report = backups.compare(kept.folder, kept.content)
    finally:
        row.update(total=total)
        (kept.root / name).write_bytes(former)
    wrong = {finding.what: (finding.expected, finding.found) for finding in report.findings if not finding.well}
    assert not report.equal
    assert wrong["documents"] == ("2", "1")
    assert wrong["brands' counters that differ from their consents"] == ("0", "1")
    assert wrong["table consents_consent"][1].startswith("7 rows")


def test_the_manifest_alone_makes_a_backup(copy: Path) -> None:
    """Cut off before its last file, or in the middle of it: no backup."""
    (copy / manifest.NAME).rename(copy / "elsewhere")
    with pytest.raises(BackupError, match="no backup, or one that broke off"):
        backups.read(copy)
    text = (copy / "elsewhere").read_bytes()
    for cut in (0, len(text) // 2, len(text) - 3):
        (copy / manifest.NAME).write_bytes(text[:cut])
        with pytest.raises(BackupError, match="broken"):
            backups.read(copy)


@pytest.mark.parametrize("name", manifest.PARTS)
def test_a_part_that_is_cut_changed_or_missing_is_no_part(copy: Path, name: str) -> None:
    whole = (copy / name).read_bytes()
    for broken in (whole[:-1], bytes([whole[0] ^ 1]) + whole[1:], b""):
        (copy / name).write_bytes(broken)
        with pytest.raises(BackupError, match=name):
            backups.read(copy)
    (copy / name).unlink()
    with pytest.raises(BackupError, match=name):
        backups.read(copy)


def test_a_manifest_that_somebody_wrote_anew_is_not_ours(copy: Path, settings: Any) -> None:
    path = copy / manifest.NAME
    content = json.loads(path.read_text())
    content["tables"]["consents_consent"]["rows"] -= 1
    path.write_text(json.dumps(content))
    with pytest.raises(BackupError, match="not signed"):
        backups.read(copy)


@pytest.mark.parametrize("broken", ["dump", "disk"])
def test_a_backup_that_breaks_leaves_no_folder(
    kept: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    if broken == "dump":
        monkeypatch.setattr(database, "program", lambda name, major: Path("/bin/false"))
    else:

        def full(*_args: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(documents, "pack", full)
    entries = AuditEntry.objects.count()
    with pytest.raises(CommandError):
        call_command("backup", str(tmp_path / "backups"))
    assert not list((tmp_path / "backups").iterdir())
    assert AuditEntry.objects.count() == entries


def test_a_killed_backup_is_seen_and_never_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "iys.partial").mkdir()
    with pytest.raises(BackupError, match="broke off"), manifest.unfinished(tmp_path / "iys"):
        pass
    with pytest.raises(BackupError, match="broke off"):
        backups.read(tmp_path / "iys.partial")


def test_other_keys_refuse_before_anything_is_written(kept: Kept, worker: str, tmp_path: Path, settings: Any) -> None:
    with machine(f"{PREFIX}{worker}_restored", tmp_path / "private"):
        for name, value in (("LOOKUP_KEY", "another-lookup-key"), ("FIELD_KEYS", [])):
            former = getattr(settings, name)
            setattr(settings, name, value)
            with pytest.raises(BackupError, match=name):
                backups.restore(kept.folder)
            setattr(settings, name, former)
        (tmp_path / "private").mkdir()
        (tmp_path / "private" / "other.pdf").touch()
        with pytest.raises(BackupError, match="storage is not empty"):
            backups.restore(kept.folder)
        assert database.is_empty(database.owner_connection())


def test_a_backup_of_later_code_is_refused(kept: Kept) -> None:
    assert database.unknown_migrations(kept.content["migrations"]) == []
    assert database.unknown_migrations(["consents.9999_later"]) == ["consents.9999_later"]


def test_a_missing_tool_is_named_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_candidates", lambda name: iter(()))
    with pytest.raises(BackupError) as raised:
        programs.program("pg_dump", major=15)
    assert str(raised.value) == "pg_dump for PostgreSQL 15 is missing: apt-get install postgresql-client-15"


@pytest.mark.parametrize(
    ("there", "server", "chosen"),
    [((15, 17, 18), 15, 15), ((18,), 17, 18), ((18,), 15, None), ((15,), 17, None), ((17, 18), 16, None)],
)
def test_the_tool_fits_the_server(
    monkeypatch: pytest.MonkeyPatch, there: tuple[int, ...], server: int, chosen: int | None
) -> None:
    """pg_restore of 17 and later sets what PostgreSQL before 17 does not know; an older pg_dump refuses by itself."""
    monkeypatch.setattr(programs, "_candidates", lambda name: (Path(f"/{major}/{name}") for major in there))
    monkeypatch.setattr(programs, "version_of", lambda path: int(path.parts[1]))
    if chosen is None:
        with pytest.raises(BackupError, match=f"PostgreSQL {server}"):
            programs.program("pg_dump", major=server)
    else:
        assert programs.program("pg_dump", major=server) == Path(f"/{chosen}/pg_dump")


def test_passwords_stand_in_no_command_line_and_foreign_settings_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSERVICE", "somewhere-else")
    values = {"HOST": "h", "PORT": 5433, "USER": "u", "PASSWORD": "p", "NAME": "n"}
    found = {name: value for name, value in programs.environment(values).items() if name.startswith("PG")}
    assert found == {
        "PGHOST": "h", "PGPORT": "5433", "PGUSER": "u", "PGPASSWORD": "p", "PGDATABASE": "n",
        "PGCLIENTENCODING": "UTF8",
    }  # fmt: skip


def test_a_tar_that_leads_outside_is_refused(tmp_path: Path, settings: Any) -> None:
    settings.PRIVATE_ROOT = tmp_path / "root"
    with tarfile.open(tmp_path / "t.tar", "w") as tar:
        tar.addfile(tarfile.TarInfo("../outside"))
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    for hashes in ({"../outside": empty}, {}):
        with pytest.raises(BackupError):
            documents.unpack(tmp_path / "t.tar", hashes)
    assert not (tmp_path / "outside").exists()


def test_restoring_asks_for_the_owner_and_finds_an_empty_local_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """`manage.py restore` on a developer's machine is not preceded by migrations and demo data."""
    from iys_portal import first_start

    assert "restore" in first_start.NOT_PREPARED
    monkeypatch.setattr(database, "connections", {})
    with pytest.raises(BackupError, match="DATABASE_OWNER_URL"):
        database.owner_connection()


def test_the_command_says_in_one_line_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as raised:
        call_command("restore", str(tmp_path))
    assert str(raised.value) == f"{tmp_path} holds no MANIFEST.json: it is no backup, or one that broke off."
    assert not list(tmp_path.iterdir())


def test_documents_that_the_portal_lost_are_named_and_the_backup_is_whole(kept: Kept, tmp_path: Path) -> None:
    name = sorted(documents.stored())[0]
    former = (kept.root / name).read_bytes()
    (kept.root / name).unlink()
    try:
        with pytest.raises(CommandError, match="lost 1 documents"):
            call_command("backup", str(tmp_path / "backups"))
    finally:
        (kept.root / name).write_bytes(former)
    (made,) = (tmp_path / "backups").iterdir()
    assert backups.read(made)["documents"] == {"files": 1, "gone": [], "lost": [name]}
