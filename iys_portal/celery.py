"""The Celery application: tasks live in each app's `tasks.py`, their timetable in `BEAT_SCHEDULE` here."""

import os

from celery import Celery
from kombu.exceptions import OperationalError as BrokerDown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iys_portal.settings.local")

__all__ = ["BrokerDown", "app"]

app = Celery("iys_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "jobs-sweep": {"task": "core.sweep_jobs", "schedule": 15.0},
    "outbox-sweep": {"task": "core.send_outbox", "schedule": 15.0},
    "imports-forget-uploads": {"task": "consents.forget_uploads", "schedule": 900.0},
}
