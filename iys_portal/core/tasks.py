"""The kernel's own tasks."""

from celery import shared_task

from . import documents, jobs, outbox


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
