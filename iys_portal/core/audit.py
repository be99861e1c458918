"""The one helper that writes the audit log (R-A3), in the transaction of what it records."""

from typing import Any

from django.db import models
from django.utils import timezone

from .actors import Actor
from .models import AuditEntry


def record(
    verb: str,
    target: models.Model | tuple[str, str],
    *,
    actor: Actor,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    provider_id: int | None = None,
) -> AuditEntry:
    """Append one entry. `target` is a saved row, or (type, id) for rows without a model of their own.

    `old` and `new` hold no address, TCKN or code (R-G4).
    """
    if isinstance(target, models.Model):
        kind, key, name = target._meta.label_lower, str(target.pk), str(target)[:200]
        provider_id = provider_id if provider_id is not None else getattr(target, "provider_id", None)
    else:
        (kind, key), name = target, ""
    return AuditEntry.objects.create(
        at=timezone.now(),
        verb=verb,
        target_type=kind,
        target_id=key,
        target_name=name,
        provider_id=provider_id if provider_id is not None else actor.provider_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:200],
        way=actor.way,
        request_id=actor.request_id,
        old=old,
        new=new,
    )
