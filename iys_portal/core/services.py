"""Writers of the kernel's reference data: days that an admin adds to the public holidays (R-D1)."""

from datetime import date

from django.db import transaction

from . import audit
from .actors import Actor
from .errors import checked
from .models import Holiday

MAY_CHANGE = "reference.change"


@transaction.atomic
def save_holiday(*, holiday: Holiday, actor: Actor) -> Holiday:
    """Add a day without business, or change one; audited with the former values. Raises `FieldsInvalid`."""
    actor.require(MAY_CHANGE)
    before = Holiday.objects.select_for_update(of=("self",)).filter(pk=holiday.pk).first()
    old = _values(before.day, before.name) if before else None
    new = _values(holiday.day, holiday.name)
    if old == new:
        return holiday
    checked(holiday).save()
    audit.record("holiday.changed" if before else "holiday.added", holiday, actor=actor, old=old, new=new)
    return holiday


@transaction.atomic
def remove_holiday(*, holiday: Holiday, actor: Actor) -> None:
    """Take a day off the list again; audited."""
    actor.require(MAY_CHANGE)
    audit.record("holiday.removed", holiday, actor=actor, old=_values(holiday.day, holiday.name))
    holiday.delete()


def _values(day: date, name: str) -> dict[str, str]:
    return {"day": day.isoformat(), "name": name}
