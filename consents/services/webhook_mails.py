"""Mails about receivers that take nothing: to the company's address, and to who set the webhook up."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from consents.enums import WebhookKind
from consents.models import Webhook
from iys_portal.accounts.models import User
from iys_portal.core.calendar import ISTANBUL
from providers.notices import post_provider_mail


def tell_failed(webhook: Webhook, *, now: datetime) -> None:
    """A message was given up. One mail a day for each receiver."""
    _tell(webhook, "webhook_failed", cause=f"failed:{now.astimezone(ISTANBUL).date()}")


def tell_stopped(webhook: Webhook, *, gone: bool) -> None:
    _tell(webhook, "webhook_stopped", cause=f"stopped:{webhook.state_at.isoformat()}", gone=gone)


def _tell(webhook: Webhook, name: str, *, cause: str, gone: bool = False) -> None:
    provider = webhook.provider
    maker = _maker(webhook)
    language = maker.language if maker else settings.LANGUAGE_CODE
    path = (
        reverse("consents:webhook", args=[webhook.public_id])
        if webhook.kind == WebhookKind.WEBHOOK
        else reverse("providers:keys")
    )
    context = {
        "host": webhook.host,
        "gone": gone,
        "push": webhook.kind == WebhookKind.PUSH,
        "days": settings.REGISTRY["WEBHOOK_STOP_AFTER"].days,
        "hours": int(settings.REGISTRY["WEBHOOK_GIVE_UP"].total_seconds() // 3600),
        "link": settings.PORTAL_URL + path,
    }
    readers = {"company": provider.email}
    if maker and maker.email and maker.email != provider.email:
        readers[str(maker.pk)] = maker.email
    for reader, to in readers.items():
        post_provider_mail(
            provider,
            name,
            cause=f"webhook:{webhook.pk}:{cause}:{reader}",  # no address: causes are read in lists (R-G4)
            to=to,
            language=language,
            context=context,
        )


def _maker(webhook: Webhook) -> User | None:
    """Who set the webhook up, while they may sign in and belong to the company. Push connections are made by keys."""
    if webhook.push_id is not None:
        return None
    people = User.objects.filter(is_active=True, memberships__provider=webhook.provider_id)
    return people.filter(pk=webhook.made_by).first()
