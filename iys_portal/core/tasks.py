"""The kernel's own tasks."""

from celery import shared_task

from . import jobs, outbox


@shared_task(name="core.sweep_jobs")
def sweep_jobs() -> None:
    jobs.sweep()


@shared_task(name="core.send_outbox")
def send_outbox() -> None:
    outbox.send_due()
