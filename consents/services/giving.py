"""A recipient says yes to a brand in person (R-Z5), through the one engine as everything else."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consents.effective import Reason, judge
from consents.engine.terms import terms_of_recipient
from consents.enums import Channel, RecipientType, Source, Status, WayIn
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record
from iys_portal.core.errors import NotFound
from providers.models import Brand
from providers.policies import require_may_record

from .recipients import own_row
from .records import write_rows
from .wishes import end_wishes_at


@dataclass(frozen=True)
class Given:
    """One channel of a brand to which its recipient said yes; `reason` is what holds now (a wish may overrule it)."""

    brand_id: int
    channel: Channel
    recipient: str
    event_id: int | None
    already: bool
    reason: Reason


@transaction.atomic
def give(
    *,
    actor: Actor,
    recipient: str,
    brand_id: int,
    channels: Collection[Channel],
    source: Source,
    moment: datetime | None = None,
) -> list[Given]:
    """Consent to channels of a brand at one address, as a consumer and never as a merchant or tradesman.

    Whoever calls has made sure that the address is the actor's. It follows whatever stands (R-C10, R-C11), and ends
    the wish against this brand; other wishes stay. Raises `NotFound`, `WrongMoment` for a provider that is not active
    (R-P7). Locks the consents in key order, then the wishes.
    """
    moment = moment or timezone.now()
    brand = Brand.objects.of_public().select_related("provider").filter(pk=brand_id, is_active=True).first()
    if brand is None:
        raise NotFound(code="brand")
    require_may_record(brand.provider, Status.ONAY)
    chosen = sorted(set(channels))
    rows = [
        own_row(recipient, channel, kind=RecipientType.BIREYSEL, status=Status.ONAY, source=source, moment=moment)
        for channel in chosen
    ]
    outcomes = write_rows(terms_of_recipient(brand_id, moment=moment, actor=actor, way=WayIn.CITIZEN), rows)
    end_wishes_at(actor=actor, recipient=recipient, brand_id=brand_id, moment=moment)
    reasons = judge([(recipient, brand_id, int(channel), RecipientType.BIREYSEL) for channel in chosen], now=moment)
    for channel, outcome in zip(chosen, outcomes, strict=True):
        if outcome.verdict.written:
            new = {"brand": brand.brand_code, "channel": channel.name}
            target = ("consents.consent", str(outcome.event_id))
            record("consent.given_by_recipient", target, actor=actor, provider_id=brand.provider_id, new=new)
    return [
        Given(brand_id, channel, recipient, outcome.event_id, not outcome.verdict.written, reason)
        for channel, outcome, reason in zip(chosen, outcomes, reasons, strict=True)
    ]
