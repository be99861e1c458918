"""The Celery application: tasks live in each app's `tasks.py`, their timetable in `BEAT_SCHEDULE` here."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_ready
from kombu.exceptions import OperationalError as BrokerDown

from iys_portal.core.collector import leave_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iys_portal.settings.local")

__all__ = ["BrokerDown", "app"]

app = Celery("iys_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def _begin(**_unused: Any) -> None:
    leave_loaded()


EXPRESS = frozenset(
    {
        "core.note_express_pulse",
        "core.send_outbox",
        "core.render_document",
        "consents.send_notices",
        "consents.seal_ledger",
        "consents.stamp_seal",
        "consents.work_batch",
        "consents.run_webhooks",
    }
)


def express_queue() -> str:
    """The queue of what people wait for; its workers never hold an import."""
    return f"{app.conf.task_default_queue}-express"


def _route(name: str, *_unused: Any, **_more: Any) -> dict[str, str] | None:
    return {"queue": express_queue()} if name in EXPRESS else None


app.conf.task_routes = (_route,)
app.conf.beat_schedule = {
    # Signs of life, one for each queue; what waited too long says nothing any more.
    "pulse": {"task": "core.note_pulse", "schedule": 15.0, "options": {"expires": 60}},
    "pulse-express": {"task": "core.note_express_pulse", "schedule": 15.0, "options": {"expires": 60}},
    "jobs-sweep": {"task": "core.sweep_jobs", "schedule": 15.0},
    "outbox-sweep": {"task": "core.send_outbox", "schedule": 15.0},
    # Lanes of notices (single, bulk) by means (mail, text); numbers of `consents.enums.Lane` and `core.enums.Means`.
    **{
        f"notices-{lane}-{means}": {"task": "consents.send_notices", "schedule": 5.0, "args": (lane, means)}
        for lane in (1, 2)
        for means in (1, 2)
    },
    "webhooks": {"task": "consents.run_webhooks", "schedule": 0.5, "options": {"expires": 5}},
    "documents-sweep": {"task": "core.sweep_documents", "schedule": 15.0},
    "ledger-seal": {"task": "consents.seal_ledger", "schedule": 5.0},
    "seal-stamp": {"task": "consents.stamp_seal", "schedule": 15.0},
    "messages-watch": {"task": "consents.watch_messages", "schedule": 60.0},
    "day-files": {"task": "consents.make_day_files", "schedule": 600.0},
    "settings-note": {"task": "dashboard.note_settings", "schedule": 600.0},
    "imports-forget-uploads": {"task": "consents.forget_uploads", "schedule": 900.0},
    "exports-forget": {"task": "consents.forget_exports", "schedule": 900.0},
    "citizens-news": {"task": "consents.tell_citizens", "schedule": 60.0},
    "citizens-digest": {"task": "consents.citizens_digest", "schedule": crontab(hour=18, minute=0)},  # in Istanbul
    "reports-count": {"task": "consents.count_reports", "schedule": 30.0},
    "batches-sweep": {"task": "consents.sweep_batches", "schedule": 15.0},
    "keys-watch": {"task": "providers.watch_keys", "schedule": 3600.0},
    "applications-stale": {"task": "providers.stale_applications", "schedule": 3600.0},
    "complaints-clock": {"task": "complaints.watch_clocks", "schedule": 300.0},
    "complaints-bundles": {"task": "complaints.forget_bundles", "schedule": 3600.0},
    "complaints-count": {"task": "complaints.count_changes", "schedule": 60.0},
    "complaints-brands": {"task": "complaints.judge_brands", "schedule": crontab(hour=4, minute=30)},
    "complaints-drafts": {"task": "complaints.forget_drafts", "schedule": 3600.0},
    "strays-forget": {"task": "core.forget_strays", "schedule": crontab(hour=3, minute=10)},  # in Istanbul
    "records-expire": {"task": "consents.expire_records", "schedule": crontab(hour=3, minute=30)},
    "refusals-digest": {"task": "consents.refusal_digest", "schedule": crontab(hour=8, minute=30)},  # in Istanbul
}
