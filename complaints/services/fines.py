"""Amounts of administrative fines (R-K9), kept by registry admins; audited with the former values."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from complaints.models import FineAmount
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import checked

FIELDS = ("breach", "valid_from", "least", "most", "times", "reference")


@transaction.atomic
def add_fine(*, actor: Actor, **values: Any) -> FineAmount:
    """A breach's amount from a day on. Raises `NotAllowed`, `FieldsInvalid`."""
    actor.require(Permission.REFERENCE_CHANGE)
    row = FineAmount(**values)
    checked(row).save(force_insert=True)
    audit.record("fine.added", row, actor=actor, new=_values(row))
    return row


@transaction.atomic
def correct_fine(*, actor: Actor, fine: FineAmount, changes: Mapping[str, Any]) -> FineAmount:
    """Correct what was noted wrongly; breach and day stay. Locks the row. Raises `NotAllowed`, `FieldsInvalid`."""
    actor.require(Permission.REFERENCE_CHANGE)
    row = FineAmount.objects.select_for_update(of=("self",)).get(pk=fine.pk)
    old = _values(row)
    for name in ("least", "most", "times", "reference"):
        if name in changes:
            setattr(row, name, changes[name])
    if _values(row) == old:
        return row
    checked(row).save()
    audit.record("fine.corrected", row, actor=actor, old=old, new=_values(row))
    return row


def _values(row: FineAmount) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in FIELDS}
    return values | {"valid_from": row.valid_from.isoformat()}
