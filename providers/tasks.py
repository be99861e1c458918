"""Tasks of applications."""

from celery import shared_task

from . import services


@shared_task(name="providers.stale_applications")
def stale_applications() -> None:
    services.remind_stale()
    services.expire_stale()
    services.forget_ended()
