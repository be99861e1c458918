"""Messages that were recorded for a citizen's addresses (R-S3), newest first, with the consent of then (R-L4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from consents.enums import RecipientType
from consents.models import Consent, Message
from consents.selectors.messages import ToAddress, naming, told_of
from iys_portal.accounts.models import ProvenAddress

from .moments import Moment, at_moment

PAGE = 20


@dataclass(frozen=True)
class OwnMessage:
    """A message and the own address, by its number, that it named."""

    told: ToAddress
    address_id: int

    @property
    def number(self) -> str:
        return str(self.address_id)


@dataclass(frozen=True)
class OwnMessages:
    """One page; the numbers of those beside it, 0 at the ends."""

    rows: list[OwnMessage]
    before: int = 0
    after: int = 0


def own_messages(addresses: Sequence[ProvenAddress], *, number: int = 1) -> OwnMessages:
    """A page of registered messages that name an own address, the latest planned first; words are read one by one.

    What was planned before an address came to its present holder is another person's. The number of queries does not
    depend on how many there are.
    """
    found = naming(row.address for row in addresses)
    own = {row.address: row for row in addresses}
    heads = Message.objects.filter(released_at__isnull=False, pk__in={message for message, _ in found})
    planned = dict(heads.values_list("pk", "planned_at"))
    places = [
        (planned[message], message, recipient)
        for message, recipient in found
        if message in planned and own[recipient].is_own(planned[message])
    ]
    places.sort(reverse=True)
    start = (number - 1) * PAGE
    shown = {
        (message, recipient): found[message, recipient] for _at, message, recipient in places[start : start + PAGE]
    }
    messages = Message.objects.select_related("brand__provider").defer("text", "html")
    told = told_of(messages.filter(pk__in={message for message, _ in shown}), shown)
    rows = [OwnMessage(one, own[one.recipient].pk) for one in told]
    return OwnMessages(rows, max(number - 1, 0), number + 1 if len(places) > start + PAGE else 0)


def own_message(addresses: Sequence[ProvenAddress], public_id: UUID, address_id: int) -> OwnMessage | None:
    """One of them with its words; None for another person's and for an earlier holder's."""
    row = next((one for one in addresses if one.pk == address_id), None)
    message = Message.objects.select_related("brand__provider").filter(public_id=public_id, released_at__isnull=False)
    found = message.first()
    if row is None or found is None or not row.is_own(found.planned_at):
        return None
    named = {key: reason for key, reason in naming([row.address]).items() if key[0] == found.pk}
    told = told_of([found], named)
    return OwnMessage(told[0], row.pk) if told else None


def consent_then(message: OwnMessage) -> Moment | None:
    """Both answers (R-L4) for the message's consent at its planned time, or now while that lies ahead.

    None where the registry holds no record at all.
    """
    told = message.told
    kinds = [told.message.recipient_type, *(kind for kind in RecipientType if kind != told.message.recipient_type)]
    about = Q(recipient=told.recipient, brand_id=told.message.brand_id, channel=told.message.channel)
    found = {consent.recipient_type: consent for consent in Consent.objects.filter(about)}
    consent = next((found[kind] for kind in kinds if kind in found), None)
    return at_moment(consent, min(told.message.planned_at, timezone.now())) if consent else None


def may_refuse(message: OwnMessage) -> bool:
    """Whether the brand holds the address, so that it can be refused there."""
    return Consent.objects.filter(recipient=message.told.recipient, brand_id=message.told.message.brand_id).exists()
