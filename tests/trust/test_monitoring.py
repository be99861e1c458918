"""Readiness and measures: what they say when something is wrong, and that alerts and dashboard name real measures."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
import yaml
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from consents.models import SealMark
from iys_portal.core.actors import SYSTEM
from iys_portal.core.enums import JobState
from iys_portal.core.jobs import queue_names, start_job
from iys_portal.core.models import Job
from iys_portal.core.outbox import post
from iys_portal.core.pulse import note_pulse, pulse_age
from iys_portal.dashboard import monitoring
from tests.databases import ROOT

pytestmark = pytest.mark.django_db
TOKEN = {"headers": {"Authorization": "Bearer token-of-this-test"}}


@pytest.fixture(autouse=True)
def clean(settings: Any) -> None:
    settings.METRICS_TOKEN = "token-of-this-test"
    cache.clear()


def measures() -> dict[str, float]:
    page = Client().get("/metrics", **TOKEN)
    lines = [line.rpartition(" ") for line in page.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _space, value in lines}


def test_all_is_well() -> None:
    for queue in queue_names():
        note_pulse(queue)
    found = monitoring.readiness()
    assert found.checks == dict.fromkeys(("database", "migrations", "queue", "beat", "seals", "clock"), "ok")
    assert found.ready and found.on_time
    assert Client().get("/readyz?all").status_code == 200


def test_a_silent_worker_is_late_but_this_process_serves() -> None:
    note_pulse(queue_names()[0])
    found = monitoring.readiness()
    assert found.checks["beat"] == "late"
    assert found.ready and not found.on_time
    assert Client().get("/readyz").status_code == 200
    assert Client().get("/readyz?all").status_code == 503


def test_late_seals_are_said() -> None:
    SealMark.objects.all().delete()
    SealMark.objects.create(event=0, entry=0, at=timezone.now(), sealed_until=timezone.now() - timedelta(minutes=6))
    assert monitoring.readiness().checks["seals"] == "late"
    assert 355 < measures()["iys_seal_lag_seconds"] < 420


def test_a_broker_that_does_not_answer_is_said_but_this_process_serves(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = Client().get("/readyz")
    assert answer.status_code == 200
    assert json.loads(answer.content)["checks"]["queue"] == "fails"
    assert Client().get("/readyz?all").status_code == 503
    found = measures()
    assert found["iys_measures_failed"] == 1
    assert "iys_seal_lag_seconds" in found, "the other measures are shown"


def test_a_missing_migration_makes_it_unready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitoring, "_migrated", False)
    monkeypatch.setattr("django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: ["one"])
    assert Client().get("/readyz").status_code == 503


def test_jobs_are_counted_by_state_and_the_oldest_is_timed() -> None:
    job = start_job("consents.check_import", title="x", actor=SYSTEM)
    Job.objects.filter(pk=job.pk).update(created_at=timezone.now() - timedelta(minutes=10))
    running = start_job("consents.apply_import", title="y", actor=SYSTEM)
    began = timezone.now() - timedelta(seconds=100)
    Job.objects.filter(pk=running.pk).update(state=JobState.RUNNING, started_at=began, done=50_000)
    found = measures()
    assert (found['iys_jobs{state="queued"}'], found['iys_jobs{state="running"}']) == (1, 1)
    assert 600 <= found["iys_job_queue_age_seconds"] < 660
    assert 400 < found["iys_import_rows_per_second"] <= 500


def test_codes_that_wait_are_counted() -> None:
    before = measures()["iys_outbox_waiting"]
    post(cause="test:measure", to="kisi@firma.example", subject="x", body="y")
    assert measures()["iys_outbox_waiting"] == before + 1


def test_no_token_no_measures(settings: Any) -> None:
    assert Client().get("/metrics").status_code == 404
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


# Names in a PromQL expression: functions and labels aside, what begins like a measure of ours or of the library.
NAMES = re.compile(r"\b(iys_[a-z_]+|django_[a-z_]+)\b")


def expressions() -> list[str]:
    rules = yaml.safe_load((ROOT / "docs" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    board = json.loads((ROOT / "docs" / "dashboard.json").read_text(encoding="utf-8"))
    return [rule["expr"] for group in rules for rule in group["rules"]] + [
        target["expr"] for panel in board["panels"] for target in panel["targets"]
    ]


def test_alerts_and_dashboard_name_measures_that_exist() -> None:
    """A series with labels shows once something was counted, so the families' own lines are asked."""
    page = Client().get("/metrics", **TOKEN).content.decode()
    families = {line.split()[2]: line.split()[3] for line in page.splitlines() if line.startswith("# TYPE")}
    endings = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}
    known = {name + ending for name, kind in families.items() for ending in endings.get(kind, ("",))}
    named = {name for expression in expressions() for name in NAMES.findall(expression)}
    assert len(named) > 12
    assert not named - known
    watched = {name for name in known if name.startswith("iys_")}
    assert not watched - named, "a measure that nobody watches"


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    rules = yaml.safe_load((ROOT / "docs" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    assert len({rule["alert"] for rule in rules}) == len(rules) > 10
    for rule in rules:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"] and rule["annotations"]["action"] and rule["for"]


def test_a_clock_that_differs_from_the_databases_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitoring, "clock_difference", lambda: -21.0)
    found = monitoring.readiness()
    assert found.checks["clock"] == "late"
    assert found.ready and not found.on_time
    assert measures()["iys_clock_difference_seconds"] == -21


def test_a_pulse_of_the_future_is_none() -> None:
    """After the clock went back by an hour beat pauses as long; its last pulse must not look fresh till then."""
    name = queue_names()[0]
    cache.set(f"pulse:{name}", timezone.now().timestamp() + 3_600, 60)
    assert pulse_age(name) > 3_590
