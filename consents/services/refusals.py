"""What a provider does about refusals of recipients: it says that it acted upon them (R-R2)."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, Status
from consents.models import RefusalAlert
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record_many
from iys_portal.core.errors import NotFound, WrongMoment
from providers.models import Provider
from providers.policies import may_record

from .alerts import move_counters

SLICE = 1000


def acknowledge(*, actor: Actor, alerts: Collection[int], moment: datetime | None = None) -> int:
    """The provider acted upon these refusals (R-R2); returns how many were still open.

    Those that somebody acknowledged before, or whose recipient took the refusal back, stay as they are.
    Raises `NotAllowed`, `NotFound` where one is not the actor's (R-A1), `WrongMoment` where the provider is closed
    (R-P7: a suspended one may). Locks the alerts in key order, then the counters of open refusals.
    """
    keys = sorted(set(alerts))
    with transaction.atomic():
        rows = list(
            RefusalAlert.objects.visible_to(actor)
            .filter(pk__in=keys)
            .select_for_update(of=("self",))
            .select_related("brand__provider")
            .order_by("pk")
        )
        actor.require(Permission.CONSENT_RECORD)
        if len(rows) != len(keys):
            raise NotFound
        _require_may_act({row.brand.provider for row in rows})
        found = [row for row in rows if row.open]
        RefusalAlert.objects.filter(pk__in=[row.pk for row in found]).update(
            acknowledged_at=moment or timezone.now(), acknowledged_by=actor.id, acknowledged_name=actor.name[:200]
        )
        told = [(row, {"brand": row.brand.brand_code, "channel": Channel(row.channel).name}) for row in found]
        record_many("refusal.acknowledged", told, actor=actor)
        move_counters((row.provider_id, row.due_on, -1) for row in found)
    return len(found)


def acknowledge_all(*, actor: Actor, upto: int, brand_id: int | None = None) -> int:
    """Acknowledge every open refusal, of one brand or all, that had come in when the actor looked.

    `upto` is the newest one that the page knew: what came later was not seen and stays open. Raises like
    `acknowledge`; works in slices, each a transaction, so that ten thousand locks are never held at once.
    """
    actor.require(Permission.CONSENT_RECORD)
    waiting = RefusalAlert.objects.visible_to(actor).filter(
        acknowledged_at=None, taken_back_at=None, provider_id=actor.provider_id, pk__lte=upto
    )
    if brand_id is not None:
        waiting = waiting.filter(brand_id=brand_id)
    total = 0
    while keys := list(waiting.order_by("due_on", "pk").values_list("pk", flat=True)[:SLICE]):
        total += acknowledge(actor=actor, alerts=keys)
    return total


def _require_may_act(providers: Collection[Provider]) -> None:
    if not all(may_record(provider, Status.RET) for provider in providers):
        raise WrongMoment(_("The provider is closed: nothing can be acknowledged."), code="provider-closed")
