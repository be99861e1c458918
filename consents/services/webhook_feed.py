"""What receivers are told: messages written from the ledger, in its order and each once, and with other acts.

A message of the ledger is written in the transaction that moves its receiver's cursor, one of another act in that
act's own transaction; so neither is skipped, whatever dies. Numbers of events are given before commit: the ledger is
read up to where it is final (`WebhookMark`). Every writer shows its transaction before it takes a number
(`engine.write.PLAN_BY_KEY`), so this needs no pause, and nothing waits for the next seal.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from consents.enums import WebhookEvent, WebhookKind, WebhookMessageState
from consents.models import ConsentEvent, Webhook, WebhookMark, WebhookMessage
from consents.selectors.day_rows import MOVES
from consents.selectors.feed import last_final, transactions
from consents.selectors.webhooks import brands_of, event_of, wanted_of
from iys_portal.core.jobs import enqueue

log = logging.getLogger(__name__)
RUN = "consents.run_webhooks"
WINDOW = 50_000  # numbers that are looked through at once
WINDOWS = 20  # for one receiver at a time


def advance() -> int:
    """Move the mark as far as the ledger is final now; the number up to which it is.

    Locks the mark, unless it stands at the last number that was given: then there is nothing to wait for.
    """
    seen = WebhookMark.objects.filter(pk=1).first()
    if seen is not None and seen.final == seen.event == _last_number():
        return seen.final
    with transaction.atomic():
        WebhookMark.objects.get_or_create(pk=1)
        mark = WebhookMark.objects.select_for_update(of=("self",)).get(pk=1)
        if _reached(mark):
            mark.final = mark.event
            mark.event, mark.horizon = given()
            if _reached(mark):
                mark.final = mark.event
            mark.save(update_fields=["event", "horizon", "final"])
        return mark.final


def start_of_telling() -> int:
    """Behind which event a new receiver is told: what is final by now was before, and seals may be behind.

    Asked outside the transaction that makes the receiver, whose own number would be waited for.
    """
    return max(advance(), last_final())


def given() -> tuple[int, int]:
    """The highest number given, and the first transaction that comes after all that may hold such a number."""
    event = _last_number()
    _oldest, horizon = transactions()
    return event, horizon


def _last_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(pg_sequence_last_value('consents_event_number'), 0)")
        return int(cursor.fetchone()[0])


def passed(horizon: int) -> bool | None:
    """Whether all transactions before that one have ended; None for a horizon from before a restore."""
    oldest, coming = transactions()
    return None if horizon > coming else oldest >= horizon


def _reached(mark: WebhookMark) -> bool:
    """Whether all who might still bring a lower number have ended; a horizon from before a restore counts for none."""
    found = passed(mark.horizon)
    if found is None:
        mark.event, mark.horizon = given()
        found = passed(mark.horizon)
    return bool(found)


def follow(*, now: datetime) -> int:
    """Write messages for what became final; how many.

    Receivers whose brands were quiet are moved on together. Each other one is a transaction of its own: one that has
    enough waiting stays where it is, the ledger keeps the rest. So does one that pauses after a failure: nothing is
    looked through for it before its next try.
    """
    final = advance()
    behind = Webhook.objects.sending().filter(cursor__lt=final, next_try_at__lte=now)
    busy: dict[tuple[int, int], set[int]] = {}
    quiet: list[int] = []
    written = 0
    for webhook in behind.select_related("push"):
        upto = min(final, webhook.cursor + WINDOW)
        if (webhook.cursor, upto) not in busy:
            busy[webhook.cursor, upto] = _brands_between(webhook.cursor, upto)
        if upto == final and (wanted_of(webhook) is None or busy[webhook.cursor, upto].isdisjoint(brands_of(webhook))):
            quiet.append(webhook.pk)
        else:
            written += _tried(webhook.pk, final=final, now=now)
    Webhook.objects.filter(pk__in=quiet, cursor__lt=final).update(cursor=final)
    return written


def _tried(webhook_id: int, *, final: int, now: datetime) -> int:
    """What breaks for one receiver stops no other."""
    try:
        return _write(webhook_id, final=final, now=now)
    except Exception as error:
        log.error("webhook_not_followed id=%s reason=%s", webhook_id, type(error).__name__)
        return 0


def _brands_between(after: int, upto: int) -> set[int]:
    rows = ConsentEvent.objects.filter(event_id__gt=after, event_id__lte=upto).order_by()
    return set(rows.values_list("brand_id", flat=True).distinct())


def _write(webhook_id: int, *, final: int, now: datetime) -> int:
    """Messages for the next events of one receiver. Locks it; nothing where somebody else has it."""
    with transaction.atomic():
        rows = Webhook.objects.sending().select_for_update(of=("self",), skip_locked=True, no_key=True)
        webhook = rows.select_related("push").filter(pk=webhook_id, cursor__lt=final).first()
        if webhook is None:
            return 0
        room = settings.REGISTRY["WEBHOOK_AHEAD"] - _waiting(webhook)
        if room <= 0:
            return 0
        events, cursor = _next(webhook, final, limit=room * settings.REGISTRY["WEBHOOK_BATCH"])
        messages, last = _cut(webhook, events, room, now)
        WebhookMessage.objects.bulk_create(messages)
        webhook.cursor = last if last is not None else cursor
        webhook.save(update_fields=["cursor"])
        return len(messages)


def _waiting(webhook: Webhook) -> int:
    return webhook.messages.filter(state=WebhookMessageState.WAITING).exclude(refs=[]).count()


def _next(webhook: Webhook, final: int, *, limit: int) -> tuple[list[ConsentEvent], int]:
    """The next events that the receiver is told, and how far the ledger was looked through for them."""
    only, brands = wanted_of(webhook), brands_of(webhook)
    found: list[ConsentEvent] = []
    cursor = webhook.cursor
    if only is None:
        return [], final
    for _window in range(WINDOWS):
        upto = min(final, cursor + WINDOW)
        rows = ConsentEvent.objects.filter(only, event_id__gt=cursor, event_id__lte=upto, brand_id__in=brands)
        found += rows.filter(kind__in=MOVES).order_by("event_id")[: limit - len(found)]
        if len(found) >= limit:
            return found, found[-1].event_id
        cursor = upto
        if cursor >= final:
            break
    return found, cursor


def _cut(
    webhook: Webhook, events: Sequence[ConsentEvent], room: int, now: datetime
) -> tuple[list[WebhookMessage], int | None]:
    """Neighbours of one kind go into one message. Where there is no room for all: the number of the last that went."""
    most = settings.REGISTRY["WEBHOOK_BATCH"]
    messages: list[WebhookMessage] = []
    push = webhook.kind == WebhookKind.PUSH
    for event, rows in groupby(events, key=lambda row: WebhookEvent.REFUSED if push else event_of(row)):
        numbers = [row.event_id for row in rows]
        for start in range(0, len(numbers), most):
            if len(messages) == room:
                return messages, messages[-1].refs[-1]
            messages.append(message_of(webhook, event, now=now, refs=numbers[start : start + most]))
    return messages, None


def message_of(
    webhook: Webhook, event: WebhookEvent, *, now: datetime, refs: Sequence[int] = (), data: Mapping[str, Any] = {}
) -> WebhookMessage:
    return WebhookMessage(
        webhook=webhook,
        event=event,
        refs=list(refs),
        data=dict(data),
        at=now,
        give_up_at=now + settings.REGISTRY["WEBHOOK_GIVE_UP"],
    )


def announce(
    event: WebhookEvent,
    *,
    provider_id: int,
    now: datetime,
    brand_id: int | None = None,
    refs: Sequence[int] = (),
    data: Mapping[str, Any] = {},
) -> None:
    """Tell the provider's webhooks of an act, in the act's transaction. `data` holds no address.

    Webhooks that are off hear nothing of it: only the ledger is told later.
    """
    rows = Webhook.objects.sending().filter(provider=provider_id, kind=WebhookKind.WEBHOOK, events__contains=[event])
    wanted = [one for one in rows if brand_id is None or not one.brands or brand_id in one.brands]
    WebhookMessage.objects.bulk_create(message_of(one, event, now=now, refs=refs, data=data) for one in wanted)
    if wanted:
        enqueue(RUN)
