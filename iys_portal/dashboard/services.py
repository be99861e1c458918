"""Keeps what the installation's settings were: they live outside the database, so their history is written down."""

import re
from typing import Any

from django.conf import settings
from django.db import transaction

from iys_portal.core import audit, locks
from iys_portal.core.actors import SYSTEM
from iys_portal.core.models import AuditEntry

# `settings.REGISTRY` in the audit log.
SETTINGS = ("core.settings", "registry")
# Nothing secret stands among the rules; should somebody put it there, it is not written down.
SECRET = re.compile(r"KEY|SECRET|TOKEN|PASSWORD")


@transaction.atomic
def note_settings() -> AuditEntry | None:
    """Record the registry's settings where they differ from what was recorded last; None where nothing does.

    The lock keeps two timetables from recording the same change twice.
    """
    locks.hold("settings.noted")
    present, known = _present(), recorded_settings()
    names = {name for name in {*present, *known} if present.get(name) != known.get(name)}
    if not names:
        return None
    old = {name: known[name] for name in sorted(names & known.keys())}
    new = {name: present.get(name) for name in sorted(names)}
    return audit.record("settings.noted", SETTINGS, actor=SYSTEM, old=old or None, new=new)


def recorded_settings(entries: Any = None) -> dict[str, Any]:
    """The settings as the audit log's entries leave them, oldest first; all of them unless some are given."""
    found: dict[str, Any] = {}
    if entries is None:
        entries = AuditEntry.objects.all()
    noted = entries.filter(target_type=SETTINGS[0], target_id=SETTINGS[1]).order_by("pk")
    for new in noted.values_list("new", flat=True):
        found |= new
    return {name: value for name, value in found.items() if value is not None}


def _present() -> dict[str, Any]:
    """The settings as JSON keeps them; spans of time as text (`3 days, 0:00:00`)."""
    return {
        name: value if isinstance(value, (bool, int, float, str)) else _text(value)
        for name, value in settings.REGISTRY.items()
        if value is not None and not SECRET.search(name)
    }


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple, set)) else str(value)
