"""What the API's calls about consents answer (docs/api.md)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Sum

from consents.effective import Effective, Reason, judged_one, values_of
from consents.engine.answers import answers
from consents.enums import Channel, RecipientType, Source, Status
from consents.models import (
    ApiBatch,
    BrandCounter,
    ClosedDay,
    ConsentEvent,
    DayAgreement,
    DayFile,
    DayStamp,
    PushConnection,
    RetailerAccess,
)
from consents.models.scopes import granted
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ONE_DAY, start_of_day, written
from iys_portal.core.prepared import first_row
from providers.models import Brand, Retailer
from providers.selectors.keys import Rider

from .day_rows import MOVES
from .feed import changes_after, cursor_before

Key = tuple[str, int, int, int]
_BY_REGISTRY = Q(source__gte=Source.IYS_WEB)
_BY_PROVIDER = Q(source__lt=Source.IYS_WEB) | Q(source=None)
# A refusal under the other recipient type (22) is told with its own record. Materialized: the verdict is asked for
# twice, and not worked out twice.
_STATUS = """
    WITH judged AS MATERIALIZED ({judged})
    SELECT judged.reason, c.source, c.consent_date, c.registered_at, e.transaction_id, r.code, r.name,
        (SELECT count(*) FROM consents_retaileraccess a WHERE a.recipient = c.recipient AND a.brand_id = c.brand_id
            AND a.channel = c.channel AND a.recipient_type = c.recipient_type)
    FROM judged
    LEFT JOIN consents_consent c ON c.recipient = judged.recipient AND c.brand_id = judged.brand_id
        AND c.channel = judged.channel AND c.recipient_type =
            CASE judged.reason WHEN 22 THEN 3 - judged.recipient_type ELSE judged.recipient_type END
    LEFT JOIN consents_consentevent e ON e.recipient = c.recipient AND e.brand_id = c.brand_id
        AND e.channel = c.channel AND e.recipient_type = c.recipient_type AND e.version = c.version
    LEFT JOIN providers_retailer r ON r.id = c.retailer_id
"""


def status_of(key: Key, *, now: datetime) -> dict[str, Any] | None:
    """One consent as it may be used now (R-S4): a refusal, a usable ONAY, or None for everything else.

    A recipient's own refusal under the other recipient type counts for both (R-R1) and is told with its own date.
    """
    recipient, _brand, channel, kind = key
    return _told(recipient, channel, kind, first_row(_STATUS.format(judged=judged_one()), values_of(key, now)) or ())


def status_rider(recipient: str, channel: Channel, recipient_type: RecipientType) -> Rider:
    """`status_of` of the brand that a call names, asked in the statement that finds who calls."""
    values = {"recipient": recipient, "channel": channel.value, "recipient_type": recipient_type.value}
    read = partial(_told, recipient, channel.value, recipient_type.value)
    return Rider(_STATUS.format(judged=judged_one(brand="b.id", owner="p.state")), values, read)


def _told(recipient: str, channel: int, kind: int, row: tuple[Any, ...]) -> dict[str, Any] | None:
    number, source, consent_date, registered_at, transaction_id, code, title, access = row
    effective = Reason(number).effective
    if effective not in (Effective.SENDABLE, Effective.REFUSED):
        return None
    found = {
        "recipient": recipient,
        "recipientType": RecipientType(kind).name,
        "type": Channel(channel).name,
        "status": (Status.ONAY if effective is Effective.SENDABLE else Status.RET).name,
    }
    if registered_at is None:  # a refusal whose address was forgotten (R-L5) still refuses
        return found
    more = {
        "consentDate": written(consent_date) if consent_date else None,
        "source": Source(source).name if source else None,
        "retailerCode": int(code) if code and code.isdigit() else None,
        "retailerTitle": title,
    }
    found |= {name: value for name, value in more.items() if value is not None}
    return found | {
        "creationDate": written(registered_at),
        "transactionId": bytes(transaction_id).hex(),
        "retailerAccessCount": access,
    }


def sendable(
    recipients: Sequence[str], *, brand: Brand, channel: Channel, recipient_type: RecipientType, now: datetime
) -> list[str]:
    """Those that may be written to now (R-S4), in the order asked."""
    in_order = sorted(recipients)
    reasons = answers(in_order, brand=brand, channel=channel, recipient_type=recipient_type, now=now)
    good = {one for one, reason in zip(in_order, reasons, strict=True) if reason.effective is Effective.SENDABLE}
    return [one for one in recipients if one in good]


def event_told(event: ConsentEvent) -> dict[str, Any]:
    """One event as changes and history list it."""
    told = {
        "consentDate": written(event.consent_date) if event.consent_date else None,
        "source": Source(event.source).name if event.source else None,
        "recipient": event.recipient,
        "recipientType": RecipientType(event.recipient_type).name,
        "status": Status(event.status).name,
        "type": Channel(event.channel).name,
        "creationDate": written(event.registered_at),
        "transactionId": bytes(event.transaction_id).hex(),
    }
    return {name: value for name, value in told.items() if value is not None}


def history_of(key: Key) -> QuerySet[ConsentEvent]:
    """What moved a consent, by its date, newest first."""
    recipient, brand_id, channel, kind = key
    rows = ConsentEvent.objects.filter(
        recipient=recipient, brand_id=brand_id, channel=channel, recipient_type=kind, kind__in=MOVES
    )
    return rows.order_by(F("consent_date").desc(nulls_last=True), "-version")


@dataclass(frozen=True)
class Pulled:
    """A page of changes and the cursor to go on from; `more`: there is more to look through."""

    events: list[ConsentEvent]
    after: int
    more: bool


def changes(actor: Actor, brand: Brand, *, after: int | None, limit: int, registry: bool, since: datetime) -> Pulled:
    """Final events behind a cursor, or where there is none from `since` on: the registry's own or the provider's."""
    only = _BY_REGISTRY if registry else _BY_PROVIDER
    if actor.bound is not None:
        only &= granted(ConsentEvent, actor.bound)
    if after is None:
        only &= Q(registered_at__gte=since)
    cursor = cursor_before(since) if after is None else after
    found = changes_after(cursor, brands=[brand.pk], limit=limit, only=only, kinds=MOVES)
    return Pulled(found.events, found.cursor, found.more)


def feed_page(
    actor: Actor,
    brand: Brand,
    *,
    after: int,
    limit: int,
    channel: Channel | None = None,
    status: Status | None = None,
    registry: bool | None = None,
) -> Pulled:
    """Final events of the whole history behind a cursor (0: from the beginning), of everybody or of one side."""
    only = Q()
    if actor.bound is not None:
        only &= granted(ConsentEvent, actor.bound)
    if channel is not None:
        only &= Q(channel=channel)
    if status is not None:
        only &= Q(status=status)
    if registry is not None:
        only &= _BY_REGISTRY if registry else _BY_PROVIDER
    found = changes_after(after, brands=[brand.pk], limit=limit, only=only, kinds=MOVES)
    return Pulled(found.events, found.cursor, found.more)


def batch_of(actor: Actor, brand: Brand, public_id: Any) -> ApiBatch | None:
    return ApiBatch.objects.visible_to(actor).filter(brand=brand, public_id=public_id).first()


def brand_totals(brands: Iterable[Brand]) -> dict[int, tuple[int, int]]:
    """Consents and refusals that stand, by brand. One query."""
    ids = [brand.pk for brand in brands]
    rows = BrandCounter.objects.filter(brand_id__in=ids, status__in=[Status.ONAY, Status.RET]).order_by()
    found: dict[int, list[int]] = {pk: [0, 0] for pk in ids}
    for brand_id, status, total in rows.values_list("brand_id", "status").annotate(total=Sum("total")):
        found[brand_id][0 if status == Status.ONAY else 1] = total
    return {pk: (approval, rejection) for pk, (approval, rejection) in found.items()}


def recipients_of_provider(provider_id: int) -> int:
    rows = BrandCounter.objects.filter(brand_id__in=Brand.objects.filter(provider=provider_id).values("pk"))
    return rows.filter(status__in=[Status.ONAY, Status.RET]).aggregate(total=Sum("total"))["total"] or 0


_SUMMARY = f"""
    SELECT e.channel, coalesce(e.source >= 20, FALSE),
        count(*) FILTER (WHERE e.status = 1 AND coalesce(former.status, 0) <> 1),
        count(*) FILTER (WHERE e.status = 2 AND coalesce(former.status, 0) <> 2),
        count(*)
    FROM consents_consentevent e
    LEFT JOIN consents_consentevent former ON former.recipient = e.recipient AND former.brand_id = e.brand_id
        AND former.channel = e.channel AND former.recipient_type = e.recipient_type AND former.version = e.version - 1
    WHERE e.event_id > %(after)s AND e.brand_id = %(brand)s AND e.recipient_type = %(type)s
        AND e.registered_at >= %(start)s AND e.registered_at < %(end)s
        AND e.kind IN ({", ".join(str(kind.value) for kind in MOVES)})
    GROUP BY 1, 2
"""  # noqa: S608 (numbers)


def day_summary(
    brand: Brand, day: date, recipient_type: RecipientType, channels: Collection[int]
) -> list[dict[str, Any]]:
    """Movements of a day by channel and by who caused them (HS: the provider, IYS: the recipient).

    Pending are entries of that day's batches that no worker has recorded yet.
    """
    start, end = start_of_day(day), start_of_day(day + ONE_DAY)
    values: dict[str, Any] = {
        "after": cursor_before(start),
        "brand": brand.pk,
        "type": recipient_type.value,
        "start": start,
        "end": end,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SUMMARY, values)
        counts = {(channel, own): numbers for channel, own, *numbers in cursor.fetchall()}
    waiting = _waiting(brand, start, end, recipient_type)
    return [
        {
            "type": channel.name,
            "consents": [
                {
                    "source": name,
                    "approval": approval,
                    "rejection": rejection,
                    "pending": pending,
                    "total": total + pending,
                }
                for own, name in ((False, "HS"), (True, "IYS"))
                for approval, rejection, total in [counts.get((channel.value, own), (0, 0, 0))]
                for pending in [0 if own else waiting.get(channel.name, 0)]
            ],
        }
        for channel in Channel
        if channel.value in channels
    ]


def _waiting(brand: Brand, start: datetime, end: datetime, recipient_type: RecipientType) -> dict[str, int]:
    rows = ApiBatch.objects.filter(brand=brand, worked_at=None, accepted_at__gte=start, accepted_at__lt=end)
    found: dict[str, int] = {}
    for entries in rows.values_list("entries", flat=True):
        for entry in entries or []:
            if (entry.get("recipient_type") or RecipientType.BIREYSEL.name) == recipient_type.name:
                found[entry["type"]] = found.get(entry["type"], 0) + 1
    return found


@dataclass(frozen=True)
class DayState:
    """How a brand's day stands: closed or not, its file where anything happened, and whether it was agreed."""

    closed: bool
    file: DayFile | None
    agreed: bool


def day_state(actor: Actor, brand: Brand, day: date) -> DayState:
    item = DayFile.objects.visible_to(actor).filter(brand=brand, day=day).first()
    agreed = item is not None and DayAgreement.objects.filter(brand=brand, day=day).exists()
    closed = item is not None or ClosedDay.objects.filter(day=day).exists()
    return DayState(closed, item, agreed)


def day_stamp(item: DayFile) -> DayStamp | None:
    """The stamp over the file as it is now."""
    return DayStamp.objects.filter(brand=item.brand_id, day=item.day, sha384=item.sha384).first()


def connections_of(actor: Actor, brand: Brand) -> list[PushConnection]:
    """Those of the channels that the actor reads (R-P12)."""
    rows = PushConnection.objects.visible_to(actor).filter(brand=brand, removed_at=None)
    if actor.bound is not None:
        rows = rows.filter(granted(PushConnection, actor.bound))
    return list(rows.order_by("channel", "registered_at"))


def access_of(key: Key) -> QuerySet[Retailer]:
    """The dealers that may see one consent, by their numbers."""
    recipient, brand_id, channel, kind = key
    rows = RetailerAccess.objects.filter(recipient=recipient, brand_id=brand_id, channel=channel, recipient_type=kind)
    return Retailer.objects.filter(pk__in=rows.values("retailer_id")).select_related("details").order_by("code")


def access_counts(retailers: Iterable[Retailer]) -> dict[int, int]:
    """How many consents each dealer may see."""
    rows = RetailerAccess.objects.filter(retailer_id__in=[one.pk for one in retailers]).order_by()
    return dict(rows.values_list("retailer_id").annotate(total=Count("*")))
