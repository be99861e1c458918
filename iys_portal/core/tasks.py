"""The kernel's own tasks."""

from celery import shared_task
from django.utils import timezone

from . import documents, jobs, outbox, pulse, strays


@shared_task(name="core.sweep_jobs")
def sweep_jobs() -> None:
    jobs.sweep()


@shared_task(name="core.send_outbox")
def send_outbox() -> None:
    outbox.send_due()


@shared_task(name="core.render_document")
def render_document(document_id: int) -> None:
    documents.render(document_id)


@shared_task(name="core.sweep_documents")
def sweep_documents() -> None:
    documents.sweep()


@shared_task(name="core.forget_strays")
def forget_strays() -> None:
    strays.forget_strays(timezone.now())


@shared_task(name="core.note_pulse")
def note_pulse() -> None:
    pulse.note_pulse(jobs.queue_names()[0])


@shared_task(name="core.note_express_pulse")
def note_express_pulse() -> None:
    pulse.note_pulse(jobs.queue_names()[1])
