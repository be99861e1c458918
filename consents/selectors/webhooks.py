"""Reads of webhooks: the panel's pages, and what each receiver is told."""

from uuid import UUID

from django.db.models import Max, Prefetch, Q

from consents.enums import Source, Status, WebhookEvent, WebhookKind, WebhookMessageState
from consents.models import ConsentEvent, Webhook, WebhookMessage, WebhookTry
from iys_portal.core.actors import Actor
from providers.models import Brand

SHOWN = 25
OWN_ACT = Q(source__gte=Source.IYS_WEB)
BY_LEDGER = {
    WebhookEvent.RECORDED: ~OWN_ACT | Q(source=None),
    WebhookEvent.REFUSED: OWN_ACT & Q(status=Status.RET),
    WebhookEvent.GIVEN: OWN_ACT & ~Q(status=Status.RET),
}


def chosen_events() -> list[tuple[str, str]]:
    """What a webhook can be made for."""
    return [(event.value, str(event.label)) for event in WebhookEvent if event is not WebhookEvent.TEST]


def event_of(row: ConsentEvent) -> WebhookEvent:
    """Under which event a change of the ledger is told."""
    if row.source is None or row.source < Source.IYS_WEB:
        return WebhookEvent.RECORDED
    return WebhookEvent.REFUSED if row.status == Status.RET else WebhookEvent.GIVEN


def wanted_of(webhook: Webhook) -> Q | None:
    """Which events of the ledger a receiver is told; None: none of them."""
    if webhook.kind == WebhookKind.PUSH:
        assert webhook.push is not None
        return OWN_ACT & Q(channel=webhook.push.channel)
    found = None
    for event, only in BY_LEDGER.items():
        if event in webhook.events:
            found = only if found is None else found | only
    return found


def brands_of(webhook: Webhook) -> list[int]:
    """The brands whose events a receiver is told."""
    if webhook.kind == WebhookKind.PUSH:
        assert webhook.push is not None
        return [webhook.push.brand_id]
    rows = Brand.objects.filter(provider=webhook.provider_id)
    return list((rows.filter(pk__in=webhook.brands) if webhook.brands else rows).values_list("pk", flat=True))


def list_of(actor: Actor) -> list[Webhook]:
    """The provider's webhooks with the moment at which each last took something, and how much waits. Three queries."""
    found = list(Webhook.objects.visible_to(actor))
    rows = WebhookMessage.objects.filter(webhook__in=found)
    last = dict(
        rows.filter(state=WebhookMessageState.SENT).order_by().values_list("webhook").annotate(at=Max("ended_at"))
    )
    waiting = set(rows.filter(state=WebhookMessageState.WAITING).order_by().values_list("webhook", flat=True))
    for one in found:
        one.last_at = last.get(one.pk)  # type: ignore[attr-defined]
        one.has_waiting = one.pk in waiting  # type: ignore[attr-defined]
    return found


def webhook_of(actor: Actor, public_id: UUID) -> Webhook | None:
    return Webhook.objects.visible_to(actor).filter(public_id=public_id).first()


def brand_names(webhook: Webhook) -> list[str]:
    return list(Brand.objects.filter(pk__in=webhook.brands).order_by("name").values_list("name", flat=True))


def log_of(webhook: Webhook) -> list[WebhookMessage]:
    """The newest messages with their tries."""
    tries = Prefetch("tries", WebhookTry.objects.order_by("-pk"))
    return list(webhook.messages.order_by("-pk").prefetch_related(tries)[:SHOWN])
