"""Brings servers, web, workers and mail server up on a copy of a made registry, lets locust run, prints a table.

ROWS (1,000,000 consents; made once and kept, as `make bench KEEP=1` does), USERS (20) and LOAD_SECONDS (180): how much.
"""

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from iys_portal import embedded

ROWS, USERS, SECONDS = (
    int(os.environ.get(n) or d) for n, d in (("ROWS", 1_000_000), ("USERS", 20), ("LOAD_SECONDS", 180))
)
COLUMNS = ("Request Count", "Failure Count", "Requests/s", "50%", "95%", "99%", "Max Response Time")
WARM_UP = 30
BULK_NICENESS = int(os.environ.get("BULK_NICENESS") or 10)  # as deploy/systemd/iys-worker.service
HEADS = ("calls", "failed", "per s", "median", "95 %", "99 %", "max ms")


def main() -> int:
    embedded.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iys_portal.settings.local")
    os.environ["LOG_LEVEL"] = "ERROR"
    import django

    django.setup()
    from iys_portal.bench import database, groups
    from tests.load.words import alone

    source = database.kept(ROWS, lambda: groups.fill(ROWS))
    with tempfile.TemporaryDirectory(prefix="iys-load-") as name, database.own_database("iys_load", source=source):
        status = run(Path(name))
        alone()
        return status


def run(folder: Path) -> int:
    from tests.load.words import after, standing

    with processes(folder) as (env, port):
        locust(env, port, seconds=WARM_UP, importers="0")  # a new process reads its code and templates first
        before = standing()
        done = locust(env, port, "--csv", str(folder / "load"), seconds=SECONDS)
        rows = list(csv.DictReader((folder / "load_stats.csv").open(encoding="utf-8")))
        failures = list(csv.DictReader((folder / "load_failures.csv").open(encoding="utf-8")))
        print(f"{ROWS} consents, {USERS} at once, {SECONDS} s, {os.cpu_count()} cores for all of it")  # noqa: T201
        print("\n".join(table(rows)))  # noqa: T201
        print("\n".join(after(before, standing(), SECONDS)))  # noqa: T201
        for row in failures:
            print(f"failed: {row['Name']}: {row['Error']} ({row['Occurrences']})", file=sys.stderr)  # noqa: T201
        if done.returncode or not rows:
            print(done.stderr[-3000:], file=sys.stderr)  # noqa: T201
    return 1 if done.returncode or failures or not rows else 0


def locust(env: dict[str, str], port: int, *more: str, seconds: int, importers: str = "") -> Any:
    command = [sys.executable, "-m", "locust", "--locustfile", "tests/load/scenario.py", "--headless", "--only-summary"]
    command += ["--users", str(USERS), "--spawn-rate", "10", "--run-time", f"{seconds}s", "--reset-stats"]
    command += ["--host", f"http://127.0.0.1:{port}", "--exit-code-on-error", "0", *more]
    env = env | {"IMPORTERS": importers or env["IMPORTERS"]}
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def table(rows: list[dict[str, str]]) -> Iterator[str]:
    yield f"{'':36}" + "".join(f"{head:>9}" for head in HEADS)
    for row in rows:
        values = (f"{float(row[column] if row[column] not in ('', 'N/A') else 0):9.0f}" for column in COLUMNS)
        yield f"{row['Name'][:35]:36}" + "".join(values)


@contextmanager
def processes(folder: Path) -> Iterator[tuple[dict[str, str], int]]:
    """Gunicorn, both workers and beat with production settings, and a mail server that takes everything."""
    from tests.databases import ROOT
    from tests.mail_servers import MailServer
    from tests.trust.production import HOST, good_environment
    from tests.trust.web import gunicorn
    from tests.workers import celery_worker, kill

    with ExitStack() as stack:
        mails = stack.enter_context(MailServer())
        urls = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
        env = good_environment(
            **urls, EMAIL_URL=mails.url, ALLOWED_HOSTS=f"{HOST},127.0.0.1", CELERY_QUEUE="iys-load", LOG_LEVEL="ERROR",
            PRIVATE_ROOT=str(folder / "private"), STATIC_ROOT=str(folder / "static"), WEB_THREADS="8",
            BEAT_SCHEDULE=str(folder / "beat"), LOAD_PEOPLE=str(folder / "people.json"), PYTHONPATH=str(ROOT),
            IMPORTERS=os.environ.get("IMPORTERS") or "2",
        )  # fmt: skip
        subprocess.run([sys.executable, "-m", "tests.load.people"], cwd=ROOT, env=env, check=True)
        web = stack.enter_context(gunicorn(env, folder))
        stack.enter_context(celery_worker(env, queues=[""], niceness=BULK_NICENESS))
        stack.enter_context(celery_worker(env, queues=["-express"]))
        beat = [sys.executable, "-m", "celery", "-A", "iys_portal", "beat", "--pidfile=", "--loglevel=ERROR"]
        quiet: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        process = subprocess.Popen(beat, cwd=ROOT, env=env, **quiet)
        stack.callback(kill, process)
        yield env, web.port


if __name__ == "__main__":
    sys.exit(main())
