"""The complaints app's tasks."""

from celery import shared_task
from django.utils import timezone

from . import services


@shared_task(name="complaints.watch_clocks")
def watch_clocks() -> None:
    services.watch_clocks(now=timezone.now())


@shared_task(name="complaints.make_bundle")
def make_bundle(job_id: int) -> None:
    services.make_bundle(job_id)


@shared_task(name="complaints.forget_bundles")
def forget_bundles() -> None:
    services.forget_bundles(now=timezone.now())
    services.forget_answer_drafts()


@shared_task(name="complaints.forget_drafts")
def forget_drafts() -> None:
    services.forget_drafts(now=timezone.now())
