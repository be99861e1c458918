"""The one helper that writes the audit log (R-A3), in the transaction of what it records."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils import timezone

from .actors import Actor
from .models import AuditEntry
from .prepared import insert


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
    entry = _entry(verb, target, actor=actor, old=old, new=new, provider_id=provider_id)
    insert(entry)
    return entry


def record_many(
    verb: str,
    targets: Iterable[tuple[models.Model, dict[str, Any]]],
    *,
    actor: Actor,
    provider_id: int | None = None,
) -> None:
    """Append one entry for each (saved row, what is new about it) of a bulk act, in one statement."""
    AuditEntry.objects.bulk_create(
        [_entry(verb, target, actor=actor, old=None, new=new, provider_id=provider_id) for target, new in targets],
        batch_size=1000,
    )


def _entry(
    verb: str,
    target: models.Model | tuple[str, str],
    *,
    actor: Actor,
    old: dict[str, Any] | None,
    new: dict[str, Any] | None,
    provider_id: int | None,
) -> AuditEntry:
    if isinstance(target, models.Model):
        kind, key, name = target._meta.label_lower, str(target.pk), str(target)[:200]
        provider_id = provider_id if provider_id is not None else getattr(target, "provider_id", None)
    else:
        (kind, key), name = target, ""
    return AuditEntry(
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
