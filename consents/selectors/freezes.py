"""Freezes of what keys wrote: a company's list, and those that bear on a consent's history."""

from collections.abc import Sequence

from consents.enums import EventKind, Status
from consents.models import ConsentEvent, KeyFreeze
from iys_portal.core.actors import Actor, ActorKind


def freezes_of(actor: Actor) -> list[KeyFreeze]:
    """Those that hold first, each kind newest first."""
    found = KeyFreeze.objects.visible_to(actor).select_related("key", "brand")
    return sorted(found[:200], key=lambda item: item.lifted_at is not None)


def freezes_on(events: Sequence[ConsentEvent]) -> dict[int, list[KeyFreeze]]:
    """The freezes of consents that a key wrote, oldest first, by the event's version; all events are of one consent.

    A query only where a key wrote a consent.
    """
    wrote = [
        event
        for event in events
        if event.kind == EventKind.RECORD and event.status == Status.ONAY and event.actor_kind == ActorKind.API_KEY
    ]
    if not wrote:
        return {}
    rows = KeyFreeze.objects.filter(brand=wrote[0].brand_id, key__in={event.actor_id for event in wrote})
    found = list(rows.order_by("frozen_at", "pk"))
    return {
        event.version: [
            item for item in found if item.key_id == event.actor_id and item.since <= event.registered_at < item.until
        ]
        for event in wrote
    }
