"""The complaints app's tasks."""

from celery import shared_task
from django.utils import timezone

from . import services
from .services import signals


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


@shared_task(name="complaints.count_changes")
def count_changes() -> None:
    signals.count_and_judge(now=timezone.now())


@shared_task(name="complaints.judge_brands")
def judge_brands() -> None:
    signals.judge_all(now=timezone.now())
