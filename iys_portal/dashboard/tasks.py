"""The dashboard's tasks."""

from celery import shared_task

from .services import note_settings
from .verify import verify


@shared_task(name="dashboard.note_settings")
def write_down_settings() -> None:
    note_settings()


@shared_task(name="dashboard.verify_now")
def verify_now(job_id: int) -> None:
    verify(job_id)
