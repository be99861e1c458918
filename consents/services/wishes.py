"""Standing wishes of citizens (R-Z8), and refusing a brand that never wrote (R-Z5, docs/adr/0016-standing-wishes.md).

A wish is no event of any consent: it overrules those that stand, by `effective.RULE`, and turns nothing into a consent.
Providers whose consents it overrules when it begins are told as of a refusal (R-R2); others learn nothing.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents.effective import Reason, judge
from consents.enums import Channel, RecipientType, Source, WishKind
from consents.models import RefusalAlert, StandingWish
from consents.selectors.wishes import Wanted, affected
from iys_portal.accounts.models import ProvenAddress
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record
from iys_portal.core.errors import Invalid, NotFound
from providers.enums import Sector
from providers.models import Brand

from .alerts import close_alerts, raise_alerts, stop_by

PAUSE_DAYS = (7, 30, 90)
"""For how long a citizen may pause everything."""


@transaction.atomic
def begin_wish(
    *,
    actor: Actor,
    wanted: Wanted,
    address_ids: Collection[int] | None = None,
    until: datetime | None = None,
    moment: datetime | None = None,
) -> list[StandingWish]:
    """Let a wish hold from now on at some own addresses (by number), or all; where it stands already nothing changes.

    A new pause takes the place of one that runs. Providers whose consents it overrules are told. `until` is the end of
    a pause that goes on again. Raises `NotAllowed`, `NotFound` for an address or brand that there is not, `Invalid`
    for a wish that says nothing. Locks the addresses in key order, then counters of providers.
    """
    moment = moment or timezone.now()
    actor.require(Permission.CONSENT_OWN)
    recipients = _addresses(actor, wanted, address_ids)
    until = until or wanted.until(moment)
    _require_sense(wanted, recipients, until, moment)
    present = [wish for wish in _same(recipients, wanted) if wish.holds_at(moment)]
    kept = [wish for wish in present if wish.user_id == actor.id and wanted.kind is not WishKind.PAUSE]
    _end([wish for wish in present if wish not in kept], actor=actor, moment=moment)  # also an earlier holder's
    held = {wish.recipient for wish in kept}
    fresh = [recipient for recipient in recipients if recipient not in held]
    overruled = affected(fresh, wanted, now=moment)
    together = uuid.uuid4()
    wishes = StandingWish.objects.bulk_create(
        StandingWish(
            recipient=recipient,
            kind=wanted.kind,
            channel=wanted.channel,
            sector=wanted.sector,
            brand_id=wanted.brand_id,
            begins_at=moment,
            until=until,
            user_id=actor.id,
            made_together=together,
        )
        for recipient in fresh
    )
    for wish in wishes:
        record("wish.begun", wish, actor=actor, new=_told(wish))
    raise_alerts(_alerts(wishes, overruled, moment))
    return wishes


@transaction.atomic
def end_wish(*, actor: Actor, made_together: uuid.UUID, moment: datetime | None = None) -> list[StandingWish]:
    """End a citizen's wish at all its addresses; consents that stand may be used again. A second time nothing changes.

    Raises `NotAllowed`, `NotFound` where it is not the citizen's. Locks the wishes in key order, then their alerts.
    """
    actor.require(Permission.CONSENT_OWN)
    wishes = list(
        StandingWish.objects.select_for_update(of=("self",))
        .filter(user_id=actor.id, made_together=made_together)
        .order_by("pk")
    )
    if not wishes:
        raise NotFound(code="wish")
    moment = moment or timezone.now()
    return _end([wish for wish in wishes if wish.holds_at(moment)], actor=actor, moment=moment)


@transaction.atomic
def begin_again(*, actor: Actor, made_together: uuid.UUID, moment: datetime | None = None) -> list[StandingWish]:
    """Take the end of a wish back: the same wish begins anew, a pause to its former end.

    Raises like `begin_wish`; `NotFound` also for a wish that is not the citizen's.
    """
    actor.require(Permission.CONSENT_OWN)
    former = list(StandingWish.objects.filter(user_id=actor.id, made_together=made_together).order_by("pk"))
    mine = dict(ProvenAddress.objects.filter(user_id=actor.id).values_list("address", "pk"))
    numbers = [mine[wish.recipient] for wish in former if wish.recipient in mine]
    if not numbers:
        raise NotFound(code="wish")
    until = former[0].until
    return begin_wish(actor=actor, wanted=Wanted.of(former[0]), address_ids=numbers, until=until, moment=moment)


@transaction.atomic
def end_wishes_at(
    *, actor: Actor, recipient: str, brand_id: int | None = None, moment: datetime | None = None
) -> list[StandingWish]:
    """End the wishes of one address: those against one brand, because its recipient says yes to it now; or all,
    because the address is nobody's any more or another person's. Locks them in key order, then their alerts.
    """
    moment = moment or timezone.now()
    found = StandingWish.objects.select_for_update(of=("self",)).filter(recipient=recipient, ended_at=None)
    if brand_id is not None:
        found = found.filter(kind=WishKind.BRAND, brand_id=brand_id)
    return _end([wish for wish in found.order_by("pk") if wish.holds_at(moment)], actor=actor, moment=moment)


def end_with_holder(address: str, *, actor: Actor, moment: datetime) -> None:
    """What a holder wished at an address ends when it is theirs no more (`accounts.hooks`)."""
    end_wishes_at(actor=actor, recipient=address, moment=moment)


def _addresses(actor: Actor, wanted: Wanted, address_ids: Collection[int] | None) -> list[str]:
    mine = ProvenAddress.objects.select_for_update(of=("self",)).filter(user_id=actor.id).order_by("pk")
    chosen = [row for row in mine if address_ids is None or row.pk in address_ids]
    if address_ids is not None and len(chosen) != len(set(address_ids)):
        raise NotFound(code="address")
    phones_only = wanted.kind is WishKind.CHANNEL and Channel(wanted.channel).takes_phone
    mails_only = wanted.kind is WishKind.CHANNEL and not phones_only
    return sorted(
        row.address for row in chosen if not ((phones_only and not row.is_phone) or (mails_only and row.is_phone))
    )  # R-C2


def _require_sense(wanted: Wanted, recipients: Sequence[str], until: datetime | None, moment: datetime) -> None:
    if not recipients:
        raise Invalid(_("None of these addresses can be reached this way."), code="wish-address", field="address")
    if wanted.kind is WishKind.SECTOR and wanted.sector not in Sector.values:
        raise Invalid(_("Choose a sector of the list."), code="wish-sector", field="sector")
    if wanted.kind is WishKind.PAUSE and (until is None or until <= moment):
        raise Invalid(_("Choose for how long."), code="wish-days", field="days")
    if wanted.kind is WishKind.BRAND and not Brand.objects.of_public().filter(pk=wanted.brand_id or 0).exists():
        raise NotFound(code="brand")


def _same(recipients: Sequence[str], wanted: Wanted) -> list[StandingWish]:
    return list(
        StandingWish.objects.filter(
            Q(brand_id=wanted.brand_id),  # none: of no brand
            recipient__in=recipients,
            kind=wanted.kind,
            channel=wanted.channel,
            sector=wanted.sector,
            ended_at=None,
        ).order_by("pk")
    )


def _end(wishes: Sequence[StandingWish], *, actor: Actor, moment: datetime) -> list[StandingWish]:
    """What one wish leaves to another stays refused, and so does its alert."""
    for wish in wishes:
        wish.ended_at = moment
        wish.save(update_fields=["ended_at"])
        record("wish.ended", wish, actor=actor, old=_told(wish))
    alerts = list(
        RefusalAlert.objects.select_for_update(of=("self",)).filter(wish__in=wishes, taken_back_at=None).order_by("pk")
    )
    places = [(alert.recipient, alert.brand_id, alert.channel) for alert in alerts]
    keys = [(*place, kind) for place in places for kind in RecipientType]
    reasons = judge(keys, now=moment)
    still = {key[:3] for key, reason in zip(keys, reasons, strict=True) if reason is Reason.STANDING_WISH}
    close_alerts([a for a in alerts if (a.recipient, a.brand_id, a.channel) not in still], moment=moment)
    return list(wishes)


def _alerts(wishes: Sequence[StandingWish], overruled: Sequence[Any], moment: datetime) -> list[RefusalAlert]:
    """One for each brand, channel and address, whatever recipient types consent (R-R2)."""
    by_recipient = {wish.recipient: wish for wish in wishes}
    brands = Brand.objects.in_bulk({consent.brand_id for consent in overruled})
    places = {(consent.recipient, consent.brand_id, consent.channel): consent for consent in reversed(overruled)}
    due_on = stop_by(moment)
    return [
        RefusalAlert(
            event_id=consent.event_id,
            provider_id=brands[consent.brand_id].provider_id,
            brand=brands[consent.brand_id],
            recipient=consent.recipient,
            channel=consent.channel,
            source=Source.IYS_WEB,
            wish=by_recipient[consent.recipient],
            refused_at=moment,
            due_on=due_on,
        )
        for _place, consent in sorted(places.items())
    ]


def _told(wish: StandingWish) -> dict[str, Any]:
    """What the audit log keeps: no address (R-G4)."""
    return {
        "kind": WishKind(wish.kind).name,
        "channel": Channel(wish.channel).name if wish.channel else "",
        "sector": wish.sector,
        "brand": wish.brand_id,
        "until": wish.until.isoformat() if wish.until else "",
    }
