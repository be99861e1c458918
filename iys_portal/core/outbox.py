"""Mails leave through a table (design 5): written with their cause, claimed, committed, then sent."""

import logging
from datetime import timedelta
from email.utils import make_msgid

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from .enums import OutboxState
from .jobs import enqueue
from .models import OutboxMessage

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8
BATCH = 50


def post(*, cause: str, to: str, subject: str, body: str, html: str = "") -> OutboxMessage:
    """Put one mail into the outbox; the same cause a second time returns the first mail."""
    now = timezone.now()
    message, created = OutboxMessage.objects.get_or_create(
        cause=cause,
        defaults={
            "to": to,
            "subject": " ".join(subject.split())[:200],
            "body": body,
            "html": html,
            "message_id": make_msgid(domain="iys-portal.example"),
            "next_try_at": now,
            "created_at": now,
        },
    )
    if created:
        enqueue("core.send_outbox")
    return message


def _claim(limit: int) -> list[OutboxMessage]:
    now = timezone.now()
    due = Q(state=OutboxState.WAITING, next_try_at__lte=now) | Q(state=OutboxState.CLAIMED, lease_until__lt=now)
    with transaction.atomic():
        rows = list(
            OutboxMessage.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(due)
            .order_by("next_try_at")[:limit]
        )
        keys = [row.pk for row in rows]
        OutboxMessage.objects.filter(pk__in=keys).update(
            state=OutboxState.CLAIMED, lease_until=now + LEASE, attempts=F("attempts") + 1
        )
    return rows


def _send(message: OutboxMessage) -> None:
    mail = EmailMultiAlternatives(
        message.subject,
        message.body,
        settings.DEFAULT_FROM_EMAIL,
        [message.to],
        headers={"Message-ID": message.message_id},
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    mail.send()


def send_due() -> int:
    """Send what is due; returns how many were handed over.

    The claim is committed before the network is touched, so a crash leaves a row that is claimed again after its
    lease, with the same message id. After `MAX_ATTEMPTS` a mail is undelivered. The body of a mail that is sent or
    given up is forgotten: it may hold a link that opens an account.
    """
    sent = 0
    while rows := _claim(BATCH):
        for message in rows:
            mine = OutboxMessage.objects.filter(pk=message.pk, state=OutboxState.CLAIMED)
            try:
                _send(message)
            except OSError as error:  # every smtplib error is an OSError
                last = message.attempts + 1 >= MAX_ATTEMPTS
                mine.update(
                    state=OutboxState.FAILED if last else OutboxState.WAITING,
                    answer=type(error).__name__,
                    lease_until=None,
                    next_try_at=timezone.now() + timedelta(seconds=30) * 2**message.attempts,
                    **({"body": "", "html": ""} if last else {}),
                )
                log.warning("mail_failed id=%s reason=%s", message.pk, type(error).__name__)
            else:
                sent += mine.update(
                    state=OutboxState.SENT,
                    sent_at=timezone.now(),
                    lease_until=None,
                    answer="250",
                    body="",
                    html="",
                )
    return sent
