"""How long a message's recipients stay (R-L5): the message and its counts remain, the addresses go."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from consents.models import LegalHold, Message, MessageProblem, MessageRecipients, MessageRemoval
from consents.states import MessageState as S

# Rows keep the held addresses only; those without any go.
_KEEP_HELD = """
    UPDATE consents_messagerecipients stored SET (recipients, reasons) = (
        SELECT array_agg(one.recipient ORDER BY one.place), array_agg(one.reason ORDER BY one.place)
        FROM unnest(stored.recipients, stored.reasons) WITH ORDINALITY AS one(recipient, reason, place)
        WHERE one.recipient = ANY(%(held)s)
    )
    WHERE stored.message_id = %(message)s AND stored.recipients && %(held)s::varchar[]
        AND NOT stored.recipients <@ %(held)s::varchar[]
"""
_DROP_OTHERS = """
    DELETE FROM consents_messagerecipients stored
    WHERE stored.message_id = %(message)s AND NOT stored.recipients && %(held)s::varchar[]
"""


def due(before: datetime) -> QuerySet[Message]:
    """Messages whose time came before and whose addresses are still there, but for those of a brand that is held."""
    held = LegalHold.objects.filter(released_at=None)
    brands = held.filter(recipient="", brand__isnull=False).order_by().values("brand")
    addresses = sorted(set(held.exclude(recipient="").values_list("recipient", flat=True)))
    of_message = {"message_id": OuterRef("pk")}
    rows = Exists(MessageRecipients.objects.filter(**of_message).exclude(recipients__contained_by=addresses))
    lines = Exists(MessageProblem.objects.filter(**of_message))
    removals = Exists(MessageRemoval.objects.filter(**of_message).exclude(recipient__in=addresses))
    old = Message.objects.filter(planned_at__lt=before).exclude(state=S.WASHING).exclude(brand__in=brands)
    return old.filter(rows | lines | removals)


def erase_recipients(before: datetime) -> int:
    """Forget the recipients of due messages, one transaction a message; returns how many messages."""
    total = 0
    for message in due(before).order_by("pk").iterator():
        _forget(message)
        total += 1
    return total


@transaction.atomic
def _forget(message: Message) -> None:
    holds = LegalHold.objects.filter(released_at=None).exclude(recipient="")
    concerned = holds.filter(brand=None) | holds.filter(brand=message.brand_id)
    held = sorted(set(concerned.values_list("recipient", flat=True)))
    MessageProblem.objects.filter(message_id=message.pk).delete()
    MessageRemoval.objects.filter(message_id=message.pk).exclude(recipient__in=held).delete()
    values: dict[str, Any] = {"message": message.pk, "held": held}
    with connection.cursor() as cursor:
        cursor.execute(_DROP_OTHERS, values)
        cursor.execute(_KEEP_HELD, values)
