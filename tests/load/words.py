"""What the load did behind the pages, as rows of the database tell it."""

import time
from collections.abc import Iterator

from django.db import connection

QUESTIONS = {
    "events": "SELECT max(event_id) FROM consents_consentevent",
    "imports applied": "SELECT count(*) FROM consents_consentimport WHERE applied_at IS NOT NULL",
    "events without a seal": "SELECT count(*) FROM consents_consentevent"
    " WHERE event_id > (SELECT coalesce(max(last_event), 0) FROM consents_ledgerseal)",
    "jobs that wait or run": "SELECT count(*) FROM core_job WHERE finished_at IS NULL",
    "API batches that wait": "SELECT count(*) FROM consents_apibatch WHERE worked_at IS NULL",
    "notices that wait": "SELECT count(*) FROM consents_notice WHERE state = 1",
}


def standing() -> dict[str, int]:
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for name, question in QUESTIONS.items():
            cursor.execute(question)
            found[name] = int(cursor.fetchone()[0] or 0)
    return found


def after(before: dict[str, int], now: dict[str, int], seconds: int) -> Iterator[str]:
    written = now["events"] - before["events"]
    yield f"events written: {written} ({written / seconds:.0f} a second)"
    yield f"imports applied: {now['imports applied'] - before['imports applied']}"
    for name in list(QUESTIONS)[2:]:
        yield f"{name} at the end: {now[name]}"


def alone() -> None:
    """Wait until the server has noticed that killed processes are gone: then the database can be dropped."""
    with connection.cursor() as cursor:
        for _second in range(60):
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            if cursor.fetchone() == (1,):
                break
            time.sleep(1)
