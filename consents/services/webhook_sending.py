"""Messages leave for their receivers: claimed, sent without a transaction, marked. At least once, each receiver's in
their order.

One worker holds a receiver by a lease, so two never send to it at once; one that dies after a send repeats it with the
same id when the lease ran out. Receivers that are slow or failed last go among their like, so they take no place of
the others.
"""

import logging
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from time import monotonic, sleep

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from consents.enums import PushState, WebhookMessageState, WebhookState
from consents.models import PushConnection, Webhook, WebhookMark, WebhookMessage, WebhookTry
from iys_portal.core import audit
from iys_portal.core.actors import SYSTEM
from iys_portal.core.outgoing import SECONDS, NotSent, post

from .webhook_bodies import outgoing_of
from .webhook_feed import follow
from .webhook_mails import tell_failed, tell_stopped

log = logging.getLogger(__name__)
LEASE = timedelta(seconds=6 * SECONDS)
IN_A_ROW = 20  # messages to one receiver before others have their turn
RUN_FOR = 20.0  # seconds; the next beat goes on
RUNNER_LEASE = timedelta(seconds=60)
GONE = 410
STEP = 0.2


def claim(*, slow: bool, limit: int, now: datetime) -> list[Webhook]:
    """Take receivers that have something to be told now, those that wait longest first. Commits the lease."""
    waits = WebhookMessage.objects.filter(webhook=OuterRef("pk"), state=WebhookMessageState.WAITING)
    free = Q(lease=None) | Q(lease_until__lt=now)
    with transaction.atomic():
        rows = Webhook.objects.sending().select_for_update(of=("self",), skip_locked=True, no_key=True)
        rows = rows.filter(free, Exists(waits), slow=slow, next_try_at__lte=now)
        found = list(rows.order_by("next_try_at", "pk")[:limit])
        for webhook in found:
            webhook.lease, webhook.lease_until = uuid.uuid4(), now + LEASE
            webhook.save(update_fields=["lease", "lease_until"])
    return found


def deliver(webhook: Webhook) -> int:
    """Tell a receiver that was claimed what waits for it, up to `IN_A_ROW` messages; how many it took."""
    taken = 0
    for _turn in range(IN_A_ROW):
        message = _next(webhook)
        if message is None or not _send(webhook, message):
            break
        taken += 1
    Webhook.objects.filter(pk=webhook.pk, lease=webhook.lease).update(lease=None, lease_until=None)
    return taken


def _next(webhook: Webhook) -> WebhookMessage | None:
    """The first message that waits, while the lease is ours; it is made longer for one more call."""
    now = timezone.now()
    held = Webhook.objects.sending().filter(pk=webhook.pk, lease=webhook.lease)
    if not held.update(lease_until=now + LEASE):
        return None
    fresh = held.select_related("provider", "push__brand").first()
    if fresh is None:
        return None
    webhook.__dict__.update(fresh.__dict__)
    return webhook.messages.filter(state=WebhookMessageState.WAITING).order_by("pk").first()


def _send(webhook: Webhook, message: WebhookMessage) -> bool:
    """One try; whether the next message may follow at once."""
    began = timezone.now()
    outgoing = outgoing_of(webhook, message, now=began)
    if outgoing is None:
        message.state, message.ended_at = WebhookMessageState.EMPTY, began
        message.save(update_fields=["state", "ended_at"])
        return True
    start = monotonic()
    status: int | None = None
    failure = ""
    try:
        status = post(webhook.url, body=outgoing.body, headers=outgoing.headers).status
    except NotSent as error:
        failure = error.failure
    ms = round((monotonic() - start) * 1000)
    result = WebhookTry(message=message, at=began, number=message.attempts + 1, status=status, failure=failure, ms=ms)
    return note(webhook, message, result, now=timezone.now())


def note(webhook: Webhook, message: WebhookMessage, result: WebhookTry, *, now: datetime) -> bool:
    """Keep how a try went; whether the next message may follow at once. Locks the receiver.

    Where the lease was lost meanwhile the try is logged, and whoever holds it sends the message again.
    """
    with transaction.atomic():
        rows = Webhook.objects.select_for_update(of=("self",), no_key=True).filter(pk=webhook.pk)
        held = rows.select_related("provider", "push").get()
        result.save()
        if held.lease != webhook.lease or held.state == WebhookState.REMOVED:
            return False
        message.attempts += 1
        held.slow = not result.good or timedelta(milliseconds=result.ms) > settings.REGISTRY["WEBHOOK_SLOW"]
        if result.good:
            _taken(held, message, now)
        else:
            _not_taken(held, message, result, now)
        message.save(update_fields=["state", "attempts", "ended_at"])
        held.save(update_fields=["slow", "failing_since", "next_try_at", "state", "state_at"])
    webhook.state = held.state
    return result.good


def _taken(webhook: Webhook, message: WebhookMessage, now: datetime) -> None:
    message.state, message.ended_at = WebhookMessageState.SENT, now
    webhook.failing_since, webhook.next_try_at = None, now
    _note_push(webhook, PushState.CONNECTED, now)


def _not_taken(webhook: Webhook, message: WebhookMessage, result: WebhookTry, now: datetime) -> None:
    """Wait, give the message up, or stop. A receiver that says 410 wants nothing more."""
    webhook.failing_since = webhook.failing_since or now
    webhook.next_try_at = now + pause_after(message.attempts)
    _note_push(webhook, PushState.FAILED, now)
    log.info("webhook_not_taken id=%s status=%s failure=%s", webhook.pk, result.status, result.failure)
    gone = result.status == GONE
    if not gone and webhook.next_try_at > message.give_up_at:
        message.state, message.ended_at = WebhookMessageState.FAILED, now
        webhook.next_try_at = now + pause_after(1)
        tell_failed(webhook, now=now)
    if gone or now - webhook.failing_since >= settings.REGISTRY["WEBHOOK_STOP_AFTER"]:
        webhook.state, webhook.state_at = WebhookState.STOPPED, now
        audit.record("webhook.stopped", webhook, actor=SYSTEM, provider_id=webhook.provider_id, new={"gone": gone})
        tell_stopped(webhook, gone=gone)


def _note_push(webhook: Webhook, state: PushState, now: datetime) -> None:
    if webhook.push_id is not None:
        rows = PushConnection.objects.filter(pk=webhook.push_id, removed_at=None).exclude(state=state)
        rows.update(state=state, state_at=now)


def pause_after(attempts: int) -> timedelta:
    """The pause after so many failed tries of a message: it grows up to the last of the table."""
    pauses: tuple[timedelta, ...] = settings.REGISTRY["WEBHOOK_PAUSES"]
    return pauses[min(attempts, len(pauses)) - 1]


def run() -> int:
    """Follow the ledger and send what is due, until nothing is left or `RUN_FOR` is over; how many were taken.

    One worker at a time over all processes; it sends to `WEBHOOK_WORKERS` receivers at once, and beside them to as many
    slow ones.
    """
    if not Webhook.objects.sending().exists():
        return 0
    runner = uuid.uuid4()
    WebhookMark.objects.get_or_create(pk=1)
    if not _held(runner, Q(runner=None) | Q(runner_until__lt=timezone.now())):
        return 0
    size = settings.REGISTRY["WEBHOOK_WORKERS"]
    ends = monotonic() + RUN_FOR
    running: list[tuple[bool, Future[int]]] = []
    taken = 0
    try:
        with ThreadPoolExecutor(2 * size, thread_name_prefix="webhook") as pool:
            while True:
                ready = [one for _slow, one in running if one.done()]
                taken += sum(_result(one) for one in ready)
                running = [(slow, one) for slow, one in running if one not in ready]
                begun = monotonic() < ends and _held(runner, Q(runner=runner)) and _begin(pool, running, size)
                if not running and not begun:
                    return taken
                sleep(STEP if not begun else STEP / 10)
    finally:
        WebhookMark.objects.filter(runner=runner).update(runner=None, runner_until=None)


def _held(runner: uuid.UUID, only: Q) -> bool:
    until = timezone.now() + RUNNER_LEASE
    return bool(WebhookMark.objects.filter(only, pk=1).update(runner=runner, runner_until=until))


def _begin(pool: ThreadPoolExecutor, running: list[tuple[bool, Future[int]]], size: int) -> bool:
    """Look for what is due and hand it to free places; whether there was anything."""
    now = timezone.now()
    follow(now=now)
    found = False
    for slow in (False, True):
        free = size - sum(1 for lane, _one in running if lane is slow)
        for webhook in claim(slow=slow, limit=free, now=now) if free > 0 else []:
            running.append((slow, pool.submit(_in_thread, deliver, webhook)))
            found = True
    return found


def _in_thread(work: Callable[[Webhook], int], webhook: Webhook) -> int:
    try:
        return work(webhook)
    finally:
        connection.close()


def _result(one: Future[int]) -> int:
    """What broke for one receiver stops no other; its lease runs out."""
    try:
        return one.result()
    except Exception as error:
        log.error("webhook_broke reason=%s", type(error).__name__)  # without its words: they may hold a row (R-G4)
        return 0


def forget(*, now: datetime) -> int:
    """Drop messages and tries of the log that are older than it is kept, and secrets whose overlap is over."""
    Webhook.objects.filter(former_until__lt=now).update(former_secret=None, former_until=None)
    old = WebhookMessage.objects.filter(ended_at__lt=now - settings.REGISTRY["WEBHOOK_LOG_KEEP"])
    return old.delete()[0]
