"""Webhooks that a provider sets up alone: made, changed, switched, tried and removed by its managers.

The secret is shown by the act that makes it and never again; it is kept encrypted, because each message is signed
with it.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from consents.documents.webhooks import secret_text
from consents.enums import WebhookEvent, WebhookKind, WebhookMessageState, WebhookState
from consents.models import PushConnection, Webhook, WebhookMessage
from consents.selectors.webhooks import chosen_events
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from iys_portal.core.jobs import enqueue
from iys_portal.core.outgoing import check_target
from providers.models import Brand, Provider
from providers.policies import require_active

from .webhook_feed import RUN, message_of, start_of_telling

SECRET_BYTES = 32


@dataclass(frozen=True)
class MadeWebhook:
    """A webhook with a new secret, which is shown this once."""

    webhook: Webhook
    secret: str


def make_webhook(
    *, actor: Actor, url: str, events: Collection[str], brands: Collection[Brand] = (), now: datetime
) -> MadeWebhook:
    """A new receiver of the actor's provider; it is told what happens from now on. No brands: all.

    Raises `NotAllowed`, `NotFound` outside a provider and for another's brand (R-A1), `Invalid`, `WrongMoment` where
    the provider is not active (R-P7) or has enough of them. Looks the name up first, then locks the provider.
    """
    actor.require(Permission.PUSH_KEEP)
    _check(actor, url, events, brands)
    start = start_of_telling()
    with transaction.atomic():
        provider = _locked_provider(actor)
        if Webhook.objects.visible_to(actor).count() >= settings.REGISTRY["WEBHOOKS_OF_PROVIDER"]:
            raise WrongMoment(_("There are too many webhooks already: remove those that nobody uses."), code="too-many")
        secret = secret_text(secrets.token_bytes(SECRET_BYTES))
        webhook = Webhook.objects.create(
            provider=provider,
            url=url,
            events=sorted(set(events)),
            brands=sorted(brand.pk for brand in brands),
            secret=secret,
            state_at=now,
            cursor=start,
            next_try_at=now,
            made_at=now,
            made_by=actor.id,
            made_by_name=actor.name[:200],
        )
        audit.record("webhook.made", webhook, actor=actor, new=_told(webhook, brands))
    return MadeWebhook(webhook, secret)


def change_webhook(
    *, public_id: UUID, actor: Actor, url: str, events: Collection[str], brands: Collection[Brand] = (), now: datetime
) -> Webhook:
    """Another address, other events or brands, for what is written from now on. Raises as `make_webhook`."""
    actor.require(Permission.PUSH_KEEP)
    _check(actor, url, events, brands)
    with transaction.atomic():
        _locked_provider(actor)
        webhook = _locked(actor, public_id)
        webhook.url, webhook.events = url, sorted(set(events))
        webhook.brands, webhook.next_try_at = sorted(brand.pk for brand in brands), now
        webhook.save(update_fields=["url", "events", "brands", "next_try_at"])
        audit.record("webhook.changed", webhook, actor=actor, new=_told(webhook, brands))
    return webhook


@transaction.atomic
def rotate_secret(*, public_id: UUID, actor: Actor, now: datetime) -> MadeWebhook:
    """A new secret; messages are signed with the former one as well until the overlap is over (setting).

    A second time within the overlap the secret before the former ends at once. Raises `NotAllowed`, `NotFound`.
    """
    webhook = _locked(actor, public_id)
    secret = secret_text(secrets.token_bytes(SECRET_BYTES))
    webhook.former_secret, webhook.former_until = webhook.secret, now + settings.REGISTRY["WEBHOOK_OVERLAP"]
    webhook.secret = secret
    webhook.save(update_fields=["secret", "former_secret", "former_until"])
    audit.record("webhook.rotated", webhook, actor=actor)
    return MadeWebhook(webhook, secret)


@transaction.atomic
def switch_webhook(*, public_id: UUID, actor: Actor, on: bool, now: datetime) -> Webhook:
    """Off: nothing is sent; on: changes of consents follow from where it stopped.

    Raises `NotAllowed`, `NotFound`, `WrongMoment` for on where the provider is not active (R-P7). A second time nothing
    changes. Locks the provider for on, then the webhook.
    """
    if on:
        _locked_provider(actor)
    webhook = _locked(actor, public_id)
    if webhook.is_on is on:
        return webhook
    webhook.state, webhook.state_at = (WebhookState.ON if on else WebhookState.OFF), now
    webhook.failing_since, webhook.next_try_at, webhook.slow = None, now, False
    webhook.save(update_fields=["state", "state_at", "failing_since", "next_try_at", "slow"])
    audit.record("webhook.switched_on" if on else "webhook.switched_off", webhook, actor=actor)
    if on:
        enqueue(RUN)
    return webhook


@transaction.atomic
def remove_webhook(*, public_id: UUID, actor: Actor, now: datetime) -> None:
    """End a webhook and forget its secrets; what waits for it is not sent. Raises `NotAllowed`, `NotFound`."""
    webhook = _locked(actor, public_id)
    _end(webhook, now)
    audit.record("webhook.removed", webhook, actor=actor)


@transaction.atomic
def try_webhook(*, public_id: UUID, actor: Actor, now: datetime) -> WebhookMessage:
    """Send a test behind what waits.

    Raises `NotAllowed`, `NotFound`, `WrongMoment` where nothing is sent to it or a test waits.
    """
    webhook = _locked(actor, public_id)
    _require_sending(webhook)
    if webhook.messages.filter(event=WebhookEvent.TEST, state=WebhookMessageState.WAITING).exists():
        raise WrongMoment(_("A test is on its way already."), code="waiting")
    message = message_of(webhook, WebhookEvent.TEST, now=now)
    message.save()
    _try_now(webhook, now)
    audit.record("webhook.tested", webhook, actor=actor)
    return message


@transaction.atomic
def send_again(*, public_id: UUID, message_id: int, actor: Actor, now: datetime) -> WebhookMessage:
    """Send a message of the log once more, with its own id. Raises `NotAllowed`, `NotFound`, `WrongMoment`.

    One that still waits is tried at once. Locks the webhook.
    """
    webhook = _locked(actor, public_id)
    _require_sending(webhook)
    message = webhook.messages.filter(pk=message_id).first()
    if message is None:
        raise NotFound(code="message")
    if not message.waits:
        message.state, message.ended_at, message.attempts = WebhookMessageState.WAITING, None, 0
        message.give_up_at = now + settings.REGISTRY["WEBHOOK_GIVE_UP"]
        message.save(update_fields=["state", "ended_at", "attempts", "give_up_at"])
    _try_now(webhook, now)
    audit.record("webhook.sent_again", webhook, actor=actor, new={"message": message.public_name})
    return message


def receive_push(push: PushConnection, *, start: int, now: datetime) -> None:
    """The receiver of a push connection, made with it or begun anew with new credentials; a test goes first.

    A new one is told what stands behind the event `start`.
    """
    webhook, made = Webhook.objects.get_or_create(
        push=push,
        defaults={
            "provider": push.brand.provider,
            "kind": WebhookKind.PUSH,
            "url": push.url,
            "secret": "",
            "state_at": now,
            "cursor": start,
            "next_try_at": now,
            "made_at": now,
            "made_by": push.registered_by,
            "made_by_name": "",
        },
    )
    if not made:
        Webhook.objects.filter(pk=webhook.pk).update(
            state=WebhookState.ON, state_at=now, failing_since=None, next_try_at=now, slow=False
        )
    message_of(webhook, WebhookEvent.TEST, now=now).save()
    enqueue(RUN)


def end_push(push: PushConnection, *, now: datetime) -> None:
    webhook = Webhook.objects.select_for_update(of=("self",), no_key=True).filter(push=push).first()
    if webhook is not None:
        _end(webhook, now)


def _end(webhook: Webhook, now: datetime) -> None:
    webhook.state, webhook.state_at = WebhookState.REMOVED, now
    webhook.secret, webhook.former_secret, webhook.former_until = "", None, None
    webhook.save(update_fields=["state", "state_at", "secret", "former_secret", "former_until"])
    waiting = webhook.messages.filter(state=WebhookMessageState.WAITING)
    waiting.update(state=WebhookMessageState.FAILED, ended_at=now)


def _try_now(webhook: Webhook, now: datetime) -> None:
    webhook.next_try_at = now
    webhook.save(update_fields=["next_try_at"])
    enqueue(RUN)


def _locked(actor: Actor, public_id: UUID) -> Webhook:
    actor.require(Permission.PUSH_KEEP)
    rows = Webhook.objects.visible_to(actor).select_for_update(of=("self",), no_key=True)
    webhook = rows.filter(public_id=public_id).first()
    if webhook is None:
        raise NotFound(code="webhook")
    return webhook


def _locked_provider(actor: Actor) -> Provider:
    """The actor's provider, which is active: only such a one changes what is its own (R-P7)."""
    actor.require(Permission.PUSH_KEEP)
    rows = Provider.objects.select_for_update(of=("self",), no_key=True)
    provider = rows.filter(pk=actor.provider_id or 0).first()
    if provider is None or actor.bound is not None:
        raise NotFound(code="provider")
    require_active(provider)
    return provider


def _require_sending(webhook: Webhook) -> None:
    if Webhook.objects.sending().filter(pk=webhook.pk).exists():
        return
    require_active(webhook.provider)
    raise WrongMoment(_("Switch the webhook on first."), code="off")


def _check(actor: Actor, url: str, events: Collection[str], brands: Collection[Brand]) -> None:
    if not events or set(events) - {value for value, _label in chosen_events()}:
        raise Invalid(_("Choose what the webhook is told."), field="events")
    own = set(Brand.objects.visible_to(actor).values_list("pk", flat=True)) if brands else set()
    if any(brand.pk not in own for brand in brands):
        raise NotFound(code="brand")
    check_target(url)


def _told(webhook: Webhook, brands: Collection[Brand]) -> dict[str, Any]:
    return {
        "host": webhook.host,
        "events": webhook.events,
        "brands": sorted(brand.brand_code for brand in brands),
    }
