"""The list's rows, ready to be shown.

Written by hand instead of with django-tables2, whose work per cell would be most of the page's time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from iys_portal.core.actors import Actor
from iys_portal.core.masking import mask
from providers.models import Brand

from .effective import Effective, Reason
from .enums import Channel, RecipientType, Source, Status


@dataclass(frozen=True)
class Tag:
    """A badge's word and tone."""

    label: str | Promise
    tone: str


# What a record usually allows; anything else is said by a second badge.
USUAL = {Status.ONAY: Effective.SENDABLE, Status.RET: Effective.REFUSED, Status.IPTAL: Effective.UNKNOWN}


@dataclass(frozen=True)
class Row:
    """One consent of the list."""

    event: str
    url: str
    show_url: str
    address: str
    brand: str
    provider: str
    channel: str | Promise
    kind: str | Promise  # of the recipient; empty for the usual one
    tags: list[Tag]
    source: str | Promise
    consent_date: datetime | None


def rows_for(actor: Actor, consents: Sequence[Any], brands: Sequence[Brand]) -> list[Row]:
    """Rows of consents that are annotated with `effective`. Staff see masked addresses (R-G2).

    `brands` may leave out those of the rows: for staff they are looked up.
    """
    names = {brand.pk: brand for brand in brands}
    if strange := {consent.brand_id for consent in consents} - names.keys():
        names |= Brand.objects.select_related("provider").in_bulk(strange)
    masked = actor.all_providers
    rows = []
    for consent in consents:
        brand = names.get(consent.brand_id)
        rows.append(
            Row(
                event=str(consent.event_id),
                url=reverse("consents:detail", args=[consent.event_id]),
                show_url=reverse("consents:show", args=[consent.event_id]) if masked else "",
                address=mask(consent.recipient) if masked else consent.recipient,
                brand=brand.name if brand else "",
                provider=brand.provider.title if brand and masked else "",
                channel=Channel(consent.channel).label,
                kind=RecipientType.TACIR.label if consent.recipient_type == RecipientType.TACIR else "",
                tags=_tags(Status(consent.status), Reason(consent.effective).effective),
                source=Source(consent.source).label if consent.source else "—",
                consent_date=consent.consent_date,
            )
        )
    return rows


def _tags(status: Status, answer: Effective) -> list[Tag]:
    tags = [Tag(status.label, status.badge)]
    if answer is not USUAL[status]:
        tags.append(Tag(answer.label, answer.badge))
    return tags
