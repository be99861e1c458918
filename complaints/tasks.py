"""The complaints app's tasks."""

from celery import shared_task
from django.utils import timezone

from . import services


@shared_task(name="complaints.watch_clocks")
def watch_clocks() -> None:
    services.watch_clocks(now=timezone.now())


@shared_task(name="complaints.forget_drafts")
def forget_drafts() -> None:
    services.forget_drafts(now=timezone.now())
