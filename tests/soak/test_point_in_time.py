"""Debian's PostgreSQL with the archive of docs/operations.md: back to a moment, and the registry goes on from there.

Also the commands of backup with production settings on it: passwords, Debian's tools, roles that make no databases.
"""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import ROOT
from tests.soak.debian import Cluster
from tests.trust.production import good_environment
from tests.workers import until

pytestmark = pytest.mark.soak

WRITE = """
import sys, django; django.setup()
from django.utils import timezone
from consents.services.records import Entry, record_consents
from iys_portal.core.actors import SYSTEM
from providers.models import Brand, Provider
provider, _ = Provider.objects.get_or_create(
    iys_code=600001, defaults=dict(title="Deneme A.Ş.", mersis="0" * 16, email="iletisim@firma.example"))
brand, _ = Brand.objects.get_or_create(provider=provider, brand_code=600001, defaults=dict(name="Deneme"))
at = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
for name in sys.argv[1:]:
    entry = Entry(f"{name}@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at)
    (done,) = record_consents(actor=SYSTEM, brand=brand, entries=[entry])
    assert done.accepted, done
"""
COUNT = "SELECT count(*) FROM consents_consentevent"


class Portal:
    """Management commands with production settings on a database of the cluster."""

    def __init__(self, cluster: Cluster, folder: Path) -> None:
        self.env = good_environment(
            **cluster.urls(), PRIVATE_ROOT=str(folder / "private"), STATIC_ROOT=str(folder / "static")
        )

    def run(self, *words: str | Path, status: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env=self.env | more, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stdout[-3000:] + done.stderr[-3000:]
        return done

    def manage(self, *words: str | Path, status: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
        return self.run("manage.py", *words, status=status, **more)

    def write(self, *names: str) -> None:
        self.run("-c", WRITE, *names)


def configuration(name: str, archive: Path, **other: str) -> str:
    """A file of deploy/postgresql as it stands, with this test's folder and values."""
    text = (ROOT / "deploy" / "postgresql" / name).read_text(encoding="utf-8")
    text = text.replace("/var/backups/iys", str(archive))
    for setting, value in other.items():
        lines = [f"{setting} = '{value}'" if line.startswith(setting) else line for line in text.splitlines()]
        text = "\n".join(lines) + "\n"
    return text


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    made = Cluster("pitr")
    try:
        made.make()
        (made.folder / "wal").mkdir()
        made.own(made.folder / "wal")
        with (made.data / "postgresql.conf").open("a") as config:
            config.write(configuration("archive.conf", made.folder))
        made.start()
        made.make_roles()
        yield made
    finally:
        made.remove()


def archived(cluster: Cluster) -> None:
    """Wait until all that was written by now stands in the archive."""
    piece = cluster.ask("SELECT pg_walfile_name(pg_switch_wal())")
    until(lambda: (cluster.folder / "wal" / piece).exists(), what="the archive")


def go_back(cluster: Cluster, base: Path, moment: str) -> None:
    """As docs/operations.md says: the base in place of the data, the moment, the signal; then wait for the end."""
    shutil.rmtree(cluster.data)
    subprocess.run(["cp", "-a", base, cluster.data], check=True)
    recovery = cluster.data / "postgresql.auto.conf"
    with recovery.open("a") as config:
        config.write(configuration("recovery.conf", cluster.folder, recovery_target_time=moment))
    (cluster.data / "recovery.signal").touch()
    cluster.own(cluster.data / "recovery.signal")
    cluster.start()
    until(lambda: cluster.ask("SELECT pg_is_in_recovery()") == "False", what="the end of the recovery")


def test_r_l1_back_to_a_moment_and_on_from_there(cluster: Cluster, tmp_path: Path) -> None:
    portal = Portal(cluster, tmp_path)
    portal.manage("migrate", "--noinput", "--verbosity=0")
    portal.write("once")
    base = cluster.folder / "base"
    cluster.run("pg_basebackup", "-D", base, "-h", cluster.folder, "-p", str(cluster.port), "-U", "postgres",
                "--checkpoint=fast", "--wal-method=stream", "--manifest-checksums=SHA256")  # fmt: skip
    cluster.run("pg_verifybackup", base)

    portal.write("before1", "before2", "before3")
    portal.manage("seal_ledger", "--export", tmp_path / "kept-before.json")
    portal.write("unsealed1", "unsealed2")
    moment = cluster.ask("SELECT clock_timestamp()")
    time.sleep(1.5)
    portal.write("after1", "after2")
    portal.manage("seal_ledger", "--export", tmp_path / "kept-after.json")
    last = int(cluster.ask("SELECT last_value FROM consents_event_number", database="iys"))
    assert cluster.ask(COUNT, database="iys") == "8"
    archived(cluster)
    cluster.stop(signal.SIGKILL)

    began = time.monotonic()
    go_back(cluster, base, moment)
    print(f"pitr.seconds {time.monotonic() - began:.1f}")  # noqa: T201
    assert cluster.ask(COUNT, database="iys") == "6", "all that was there at that moment, and nothing of later"
    portal.manage("check_grants")
    portal.manage("verify_ledger", "--states", "--against", tmp_path / "kept-before.json")
    told = portal.manage("verify_ledger", "--against", tmp_path / "kept-after.json", status=1).stdout
    assert "NOT whole" in told, "a seal that was kept elsewhere tells that the registry went back"

    portal.manage("leap_numbers", "--by", "1000")
    portal.write("new")
    assert int(cluster.ask("SELECT max(event_id) FROM consents_consentevent", database="iys")) > last
    portal.manage("seal_ledger")
    portal.manage("verify_ledger", "--states")
    covered = f"{COUNT} WHERE event_id <= (SELECT max(last_event) FROM consents_ledgerseal)"
    assert cluster.ask(covered, database="iys") == "7", "what had no seal at that moment has one now"
    assert cluster.ask("SELECT sum(events) FROM consents_ledgerseal", database="iys") == "7", "each once"


def test_the_commands_of_backup_work_with_production_settings(cluster: Cluster, tmp_path: Path) -> None:
    portal = Portal(cluster, tmp_path)
    portal.manage("migrate", "--noinput", "--verbosity=0")
    portal.write("ayse", "ali")
    portal.manage("seal_ledger")
    keys = tmp_path / "keys.json"
    # The application's role is enough to take one.
    made = portal.manage("backup", tmp_path / "backups", "--keys", keys, DATABASE_OWNER_URL="").stdout.strip()
    assert json.loads(keys.read_text())["LOOKUP_KEY"] == portal.env["LOOKUP_KEY"]

    told = portal.manage("restore_drill", made, status=1).stderr.strip()
    assert told.startswith("CommandError: A superuser makes the database for drills once"), told
    cluster.ask("CREATE DATABASE iys_drill OWNER iys_owner TEMPLATE template0 ENCODING 'UTF8'")
    for _turn in range(2):  # it is emptied, so that the next drill finds it as this one did
        assert portal.manage("restore_drill", made).stdout.splitlines()[-1] == "equal"

    cluster.ask("CREATE DATABASE iys_new OWNER iys_owner TEMPLATE template0 ENCODING 'UTF8'")
    new = cluster.urls("iys_new") | {"PRIVATE_ROOT": str(tmp_path / "new")}
    assert portal.manage("restore", made, **new).stdout.splitlines()[-1] == "equal"
    assert "not empty" in portal.manage("restore", made, status=1, **new).stderr
    portal.manage("verify_ledger", "--states", **new)
