"""Mails and text messages leave through a table (design 5): written with their cause, claimed, committed, then sent.

Here are the messages that people wait for: sign-in codes, invitations, answers. Notices about consents have a table of
their own (`consents.Notice`), because there may be millions of them.
"""

import logging
from datetime import timedelta
from email.utils import make_msgid

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from .delivery import (
    LEASE,
    SLOWEST_SEND,
    Carrier,
    Mail,
    Refused,
    ServerDown,
    TextMessage,
    TryLater,
    Undelivered,
    retry_at,
)
from .documents import content_of
from .enums import DocumentState, Means, OutboxState
from .jobs import enqueue
from .models import Document, OutboxMessage

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
BATCH = 20
OUTAGE_PAUSE = timedelta(seconds=15)
SEND = "core.send_outbox"


def post(
    *,
    cause: str,
    to: str,
    subject: str,
    body: str,
    html: str = "",
    to_mailbox: bool = False,
    document: Document | None = None,
) -> OutboxMessage:
    """Put one mail into the outbox; the same cause a second time returns the first mail.

    `to_mailbox` is for the demonstration's companies: the mail never reaches a real server. With a `document` the mail
    waits until that is drawn and takes it along; where it cannot be drawn, the mail goes alone.
    """
    return _post(
        cause,
        means=Means.MAIL,
        to=to,
        subject=" ".join(subject.split())[:200],
        body=body,
        html=html,
        to_mailbox=to_mailbox,
        document=document,
    )


def post_text(*, cause: str, to: str, text: str, to_mailbox: bool = False) -> OutboxMessage:
    """Put one text message (to a phone in E.164) into the outbox; the same cause returns the first one."""
    return _post(cause, means=Means.TEXT, to=to, subject="", body=text, html="", to_mailbox=to_mailbox)


def _post(cause: str, **values: object) -> OutboxMessage:
    now = timezone.now()
    message, created = OutboxMessage.objects.get_or_create(
        cause=cause,
        defaults={
            **values,
            "message_id": make_msgid(domain="iys-portal.example"),
            "next_try_at": now,
            "created_at": now,
        },
    )
    if created:
        enqueue(SEND)
    return message


def _claim(limit: int) -> list[OutboxMessage]:
    now = timezone.now()
    due = Q(state=OutboxState.WAITING, next_try_at__lte=now) | Q(state=OutboxState.CLAIMED, lease_until__lt=now)
    drawn = Q(document=None) | ~Q(document__state=DocumentState.WAITING)
    with transaction.atomic():
        rows = list(
            OutboxMessage.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(due & drawn)
            .order_by("next_try_at")[:limit]
        )
        for row in rows:
            row.state, row.lease_until, row.attempts = OutboxState.CLAIMED, now + LEASE, row.attempts + 1
        OutboxMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=OutboxState.CLAIMED, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    return rows


def _send(carrier: Carrier, message: OutboxMessage) -> str:
    parcel: Mail | TextMessage
    if message.means == Means.TEXT:
        parcel = TextMessage(message.message_id, message.to, message.body)
    else:
        parcel = Mail(
            message.message_id,
            message.to,
            message.subject,
            message.body,
            message.html,
            attachments=_attached(message.document),
        )
    return carrier.send(parcel, to_mailbox=message.to_mailbox)


def _attached(document: Document | None) -> tuple[tuple[str, bytes, str], ...]:
    """The paper that goes along. Raises `TryLater` where the store does not give it: others behind it go on."""
    if document is None or document.state != DocumentState.READY:
        return ()
    try:
        content = content_of(document)
    except Exception as error:  # a store has failures of its own kinds
        log.exception("document_unreadable id=%s", document.pk)
        raise TryLater("document unreadable") from error
    return ((f"{document.number}.pdf", content, "application/pdf"),)


def send_due() -> int:
    """Send what is due; returns how many were handed over.

    The claim is committed before the network is touched, so a crash leaves a row that is claimed again after its
    lease, with the same message id. After `MAX_ATTEMPTS` a message is undelivered; an outage counts for none. The body
    of one that is sent or given up is forgotten: it may hold a code or a link that opens an account.
    """
    sent = 0
    with Carrier() as carrier:
        while rows := _claim(BATCH):
            for place, message in enumerate(rows):
                assert message.lease_until is not None
                if message.lease_until - timezone.now() < SLOWEST_SEND:  # a slow server: another claim goes on
                    _put_back(rows[place:])
                    return sent
                try:
                    sent += _send_one(carrier, message)
                except ServerDown:
                    _put_back(rows[place + 1 :])
                    return sent
    return sent


def _put_back(rows: list[OutboxMessage], *, pause: timedelta = timedelta(0), answer: str = "") -> None:
    """Return claimed messages to the queue; their try does not count."""
    for row in rows:
        mine = OutboxMessage.objects.filter(pk=row.pk, state=OutboxState.CLAIMED, lease_until=row.lease_until)
        mine.update(
            state=OutboxState.WAITING,
            lease_until=None,
            attempts=F("attempts") - 1,
            next_try_at=timezone.now() + pause,
            answer=answer,
        )


def _send_one(carrier: Carrier, message: OutboxMessage) -> int:
    mine = OutboxMessage.objects.filter(pk=message.pk, state=OutboxState.CLAIMED, lease_until=message.lease_until)
    try:
        answer = _send(carrier, message)
    except ServerDown as error:
        if not error.left:
            _put_back([message], pause=OUTAGE_PAUSE, answer=error.answer)
            raise
        _failed(mine, message, error)
        raise
    except (Refused, TryLater) as error:
        _failed(mine, message, error)
        return 0
    return mine.update(
        state=OutboxState.SENT, sent_at=timezone.now(), lease_until=None, answer=answer[:500], body="", html=""
    )


def _failed(mine: QuerySet[OutboxMessage], message: OutboxMessage, error: Undelivered) -> None:
    last = isinstance(error, Refused) or message.attempts >= MAX_ATTEMPTS
    mine.update(
        state=OutboxState.FAILED if last else OutboxState.WAITING,
        answer=error.answer,
        lease_until=None,
        next_try_at=retry_at(message.attempts, timezone.now()),
        **({"body": "", "html": ""} if last else {}),
    )
    log.warning("message_failed id=%s reason=%s", message.pk, type(error).__name__)
