"""Tasks of applications and API keys."""

from celery import shared_task
from django.utils import timezone

from . import services
from .services import answers, keys, tokens


@shared_task(name="providers.stale_applications")
def stale_applications() -> None:
    services.remind_stale()
    services.expire_stale()
    services.forget_ended()


@shared_task(name="providers.watch_keys")
def watch_keys() -> None:
    keys.warn_keys(now=timezone.now())
    tokens.forget_tokens(now=timezone.now())
    answers.forget_answers(now=timezone.now())
