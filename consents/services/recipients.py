"""What recipients do themselves: refuse, confirm, take a refusal back (R-M3, R-R1, R-Z3).

Citizen page, links in notices and text messages all come through here, and from here into the one engine. A recipient's
refusal is recorded for both recipient types, so that each of them follows R-C10 and R-C15 from then on by itself.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from consents.engine import acts
from consents.engine.terms import terms_of_recipient
from consents.enums import Channel, RecipientType, Source, Status, Verdict, WayIn
from consents.models import Consent, RefusalAlert
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.audit import record
from providers.models import Brand

from .alerts import close_alerts, raise_alerts, stop_by
from .records import Outcome, write_rows

ANYBODY = Actor(kind=ActorKind.RECIPIENT, id=0, name="", way="link")
"""A recipient who is known by a link or a phone alone."""


@dataclass(frozen=True)
class Refusal:
    """One refused channel of one brand; `already` where it was refused in person before."""

    brand_id: int
    channel: Channel
    recipient: str
    event_id: int
    refused_at: datetime
    already: bool


def refuse(
    *,
    actor: Actor,
    recipient: str,
    wanted: Mapping[int, Collection[Channel]],
    source: Source,
    way: WayIn,
    denied: bool = False,
    moment: datetime | None = None,
) -> list[Refusal]:
    """Refuse channels of brands at one address, at once and for both recipient types (R-R1); all or nothing.

    `denied` marks "I did not give this consent" (R-M3). Whoever calls has made sure that the address is the actor's.
    The providers are told in the same transaction (R-R2). A second time nothing changes. Locks consents by brand, then
    counters of providers.
    """
    moment = moment or timezone.now()
    brands = Brand.objects.select_related("provider").in_bulk(wanted)
    refusals: list[Refusal] = []
    alerts: list[RefusalAlert] = []
    due_on = stop_by(moment)
    with transaction.atomic():
        for brand_id in sorted(brands):
            brand = brands[brand_id]
            channels = sorted(set(wanted[brand_id]))
            rows = [
                own_row(recipient, channel, kind=kind, status=Status.RET, source=source, moment=moment)
                for channel in channels
                for kind in RecipientType
            ]
            outcomes = write_rows(terms_of_recipient(brand_id, moment=moment, actor=actor, way=way), rows)
            pairs = [outcomes[n : n + len(RecipientType)] for n in range(0, len(outcomes), len(RecipientType))]
            for channel, pair in zip(channels, pairs, strict=True):
                refusal = _refusal(brand, channel, recipient, pair, moment)
                refusals.append(refusal)
                if _concerns_provider(pair):
                    alerts.append(_alert(brand, refusal, source, due_on, denied=denied))
        raise_alerts(alerts)
        if denied:
            _mark_denied(refusals)
        for refusal in refusals:
            if not refusal.already:
                _note("consent.denied" if denied else "consent.refused_by_recipient", brands, refusal, actor)
    return refusals


def take_back(
    *,
    actor: Actor,
    recipient: str,
    refusals: Collection[tuple[int, Channel]],
    way: WayIn,
    moment: datetime | None = None,
) -> int:
    """Undo own refusals (brand, channel) of the last minutes (setting REFUSAL_UNDO); what stood before returns (R-Z3).

    Returns how many channels of brands came back; whatever changed since, or is older, is left alone.
    """
    moment = moment or timezone.now()
    since = moment - settings.REGISTRY["REFUSAL_UNDO"]
    returned = 0
    with transaction.atomic():
        for brand_id in sorted({brand for brand, _ in refusals}):
            channels = {int(channel) for brand, channel in refusals if brand == brand_id}
            standing = Consent.objects.filter(
                recipient=recipient, brand_id=brand_id, channel__in=channels, status=Status.RET,
                source__gte=Source.IYS_WEB, registered_at__gte=since,
            )  # fmt: skip
            asked = [acts.Asked(c.recipient, c.channel, c.recipient_type, c.version) for c in standing]
            events = acts.take_back(brand_id, asked, actor=actor, way=way, moment=moment)
            back = {event.channel for event in events}
            returned += len(back)
            alerts = RefusalAlert.objects.select_for_update(of=("self",)).filter(
                recipient=recipient, brand_id=brand_id, channel__in=back, wish=None, taken_back_at=None,
                refused_at__gte=since,
            )  # fmt: skip
            close_alerts(alerts.order_by("pk"), moment=moment)
            for event in events:
                record("consent.refusal_taken_back", ("consents.consent", str(event.event_id)), actor=actor)
    return returned


def own_row(
    recipient: str, channel: Channel, *, kind: RecipientType, status: Status, source: Source, moment: datetime
) -> dict[str, Any]:
    """A row as the engine takes it (`normalise.ROWS_SCHEMA`); the address is stored in this form already."""
    if channel.takes_phone != recipient.startswith("+"):  # R-C2
        raise ValueError("The channel does not go to this kind of address")
    return {
        "recipient": recipient,
        "channel": int(channel),
        "recipient_type": int(kind),
        "status": int(status),
        "source": int(source),
        "consent_date": moment.replace(microsecond=0),
        "retailer_code": None,
        "evidence": None,
        "own_notice_at": None,
        "own_notice_means": None,
    }


def _concerns_provider(pair: list[Outcome]) -> bool:
    """Something that could be used has ended, or nothing was known before; a refusal that stood needs no act."""
    verdicts = {outcome.verdict for outcome in pair}
    return Verdict.CHANGED in verdicts or verdicts == {Verdict.NEW}


def _refusal(brand: Brand, channel: Channel, recipient: str, pair: list[Outcome], moment: datetime) -> Refusal:
    assert all(outcome.accepted for outcome in pair), [outcome.problem for outcome in pair]
    # The record that was in use is the one to show; the other type's only covers it.
    written = sorted((o for o in pair if o.verdict.written), key=lambda o: o.verdict is not Verdict.CHANGED)
    if written:
        event_id = written[0].event_id
        assert event_id is not None
        return Refusal(brand.pk, channel, recipient, event_id, moment, already=False)
    stands = Consent.objects.get(
        recipient=recipient, brand_id=brand.pk, channel=channel, recipient_type=RecipientType.BIREYSEL
    )
    return Refusal(brand.pk, channel, recipient, stands.event_id, stands.registered_at, already=True)


def _alert(brand: Brand, refusal: Refusal, source: Source, due_on: date, *, denied: bool) -> RefusalAlert:
    return RefusalAlert(
        event_id=refusal.event_id,
        provider_id=brand.provider_id,
        brand=brand,
        recipient=refusal.recipient,
        channel=refusal.channel,
        source=source,
        denied=denied,
        refused_at=refusal.refused_at,
        due_on=due_on,
    )


def _mark_denied(refusals: list[Refusal]) -> None:
    """R-M3: said after the refusal, it still marks what the provider has to answer for."""
    for refusal in refusals:
        standing = RefusalAlert.objects.filter(recipient=refusal.recipient, brand_id=refusal.brand_id)
        standing.filter(channel=refusal.channel, wish=None, taken_back_at=None).update(denied=True)


def _note(verb: str, brands: Mapping[int, Brand], refusal: Refusal, actor: Actor) -> None:
    brand = brands[refusal.brand_id]
    target = ("consents.consent", str(refusal.event_id))
    new = {"brand": brand.brand_code, "channel": refusal.channel.name}
    record(verb, target, actor=actor, provider_id=brand.provider_id, new=new)
