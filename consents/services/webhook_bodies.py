"""A message as it leaves: body and headers, made from the ledger when it is sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from consents.documents import webhooks as documents
from consents.enums import Status, WebhookEvent, WebhookKind
from consents.models import ConsentEvent, PushConnection, RefusalAlert, Webhook, WebhookMessage
from consents.selectors import api
from consents.selectors.day_rows import MOVES
from consents.selectors.webhooks import BY_LEDGER, OWN_ACT, event_of
from providers.models import Brand


@dataclass(frozen=True)
class Outgoing:
    """What leaves: the body and the headers that go with it."""

    body: bytes
    headers: Mapping[str, str]


def outgoing_of(webhook: Webhook, message: WebhookMessage, *, now: datetime) -> Outgoing | None:
    """A message as it is sent now; None where what it told of was erased (R-L5)."""
    push = webhook.push if webhook.kind == WebhookKind.PUSH else None
    body = _push_body(push, webhook, message) if push is not None else _body(webhook, message)
    if body is None:
        return None
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if push is not None:
        return Outgoing(body, headers | {"Authorization": documents.basic(push.username, push.password)})
    secrets = [webhook.secret]
    if webhook.former_secret and webhook.former_until is not None and webhook.former_until > now:
        secrets.append(webhook.former_secret)
    stamp = int(now.timestamp())
    signed = documents.signature(secrets, message_id=message.public_name, timestamp=stamp, body=body)
    more = {"webhook-id": message.public_name, "webhook-timestamp": str(stamp), "webhook-signature": signed}
    return Outgoing(body, headers | more)


def _body(webhook: Webhook, message: WebhookMessage) -> bytes | None:
    data: dict[str, Any] = {"iysCode": webhook.provider.iys_code, **message.data}
    if message.event in BY_LEDGER:
        rows = _events(webhook, message)
        if not rows:
            return None
        codes, known, stops = _codes(row.brand_id for row in rows), _known(rows), _stops(rows)
        told = [
            documents.change(row, api.event_told(row), brand_code=codes[row.brand_id], known=known, stop_by=stops)
            for row in rows
        ]
        data["changes"] = told
    elif message.event == WebhookEvent.WISH:
        alerts = list(RefusalAlert.objects.filter(pk__in=message.refs, provider_id=webhook.provider_id).order_by("pk"))
        if not alerts:
            return None
        codes = _codes(alert.brand_id for alert in alerts)
        data["wishes"] = [documents.wish(alert, brand_code=codes[alert.brand_id]) for alert in alerts]
    return documents.envelope(message.event, at=message.at, data=data)


def _push_body(push: PushConnection, webhook: Webhook, message: WebhookMessage) -> bytes | None:
    if message.event == WebhookEvent.TEST:
        return documents.as_bytes({"list": [documents.PUSH_TEST]})
    rows = _events(webhook, message)
    codes = {"iysCode": webhook.provider.iys_code, "brandCode": push.brand.brand_code}
    return documents.as_bytes({"list": [codes | api.event_told(row) for row in rows]}) if rows else None


def _events(webhook: Webhook, message: WebhookMessage) -> list[ConsentEvent]:
    """The message's events in order; numbers are found by block ranges, so between the first and the last only."""
    if not message.refs:
        return []
    brands = Brand.objects.filter(provider=webhook.provider_id).values_list("pk", flat=True)
    rows = ConsentEvent.objects.filter(event_id__gte=message.refs[0], event_id__lte=message.refs[-1])
    rows = rows.filter(event_id__in=message.refs, brand_id__in=list(brands), kind__in=MOVES)
    return list(rows.order_by("event_id"))


def _codes(brands: Iterable[int]) -> dict[int, int]:
    return dict(Brand.objects.filter(pk__in=set(brands)).values_list("pk", "brand_code"))


def _known(rows: Sequence[ConsentEvent]) -> set[tuple[str, int]]:
    """Which (address, brand) the provider recorded itself, or got from its owner by a consent."""
    wanted = {(row.recipient, row.brand_id) for row in rows}
    found = ConsentEvent.objects.filter(
        recipient__in={recipient for recipient, _brand in wanted}, brand_id__in={brand for _recipient, brand in wanted}
    )
    given = found.filter(~OWN_ACT | Q(source=None) | Q(status=Status.ONAY))
    return set(given.order_by().values_list("recipient", "brand_id").distinct())


def _stops(rows: Sequence[ConsentEvent]) -> dict[int, date]:
    """R-R2: by when the provider stops, for refusals that it has to act upon."""
    own = {row.recipient for row in rows if event_of(row) is WebhookEvent.REFUSED}
    if not own:
        return {}
    alerts = RefusalAlert.objects.filter(recipient__in=own, brand_id__in={row.brand_id for row in rows}, wish=None)
    return dict(alerts.order_by().values_list("event_id", "due_on"))
