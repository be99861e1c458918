"""Reason templates (R-K7): kept by registry admins; each change of words is a version that stays."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from complaints.models import ReasonTemplate, ReasonTemplateVersion
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import checked


@transaction.atomic
def create_reason(
    *, actor: Actor, title: str, outcome: str, text: str, is_active: bool = True, now: datetime | None = None
) -> ReasonTemplate:
    """Add a reason. Raises `NotAllowed`; `FieldsInvalid`, also for a placeholder that nothing fills."""
    actor.require(Permission.REFERENCE_CHANGE)
    now = now or timezone.now()
    template = ReasonTemplate(
        title=title.strip(), outcome=outcome, text=text.strip(), is_active=is_active, changed_at=now
    )
    _keep(template, actor, now, words_changed=True)
    audit.record("reason_template.created", template, actor=actor, new={"version": 1})
    return template


@transaction.atomic
def change_reason(
    *, actor: Actor, template: ReasonTemplate, now: datetime | None = None, **changes: object
) -> ReasonTemplate:
    """Change a reason; other words or another outcome make a new version. Raises as `create_reason`. Locks the row."""
    actor.require(Permission.REFERENCE_CHANGE)
    now, row = now or timezone.now(), ReasonTemplate.objects.select_for_update(of=("self",)).get(pk=template.pk)
    before = (row.text, row.outcome)
    for name, value in changes.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.changed_at = now
    words_changed = (row.text, row.outcome) != before
    if words_changed:
        row.version += 1
    _keep(row, actor, now, words_changed=words_changed)
    audit.record("reason_template.changed", row, actor=actor, new={"version": row.version, "active": row.is_active})
    return row


def _keep(row: ReasonTemplate, actor: Actor, now: datetime, *, words_changed: bool) -> None:
    checked(row).save()
    if words_changed:
        ReasonTemplateVersion.objects.create(
            template=row, number=row.version, outcome=row.outcome, text=row.text,
            written_at=now, written_by=actor.id, written_name=actor.name[:200],
        )  # fmt: skip
