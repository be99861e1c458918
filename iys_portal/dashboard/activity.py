"""What happened lately, in words, from the audit log."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import Actor
from iys_portal.core.models import AuditEntry

LATEST = 6


@dataclass(frozen=True)
class Act:
    """How one verb of the audit log is told."""

    text: str | Promise
    icon: str
    tone: str


# Only what every person of the provider may know: reads of single persons stay in the audit log.
ACTS = {
    "import.upload": Act(_("File uploaded"), "upload", "secondary"),
    "import.check": Act(_("Check of a file started"), "job", "info"),
    "import.checked": Act(_("File checked"), "check", "info"),
    "import.failed": Act(_("A file could not be checked"), "warning", "danger"),
    "import.apply": Act(_("Import started"), "play", "info"),
    "import.applied": Act(_("Import applied"), "check-circle", "success"),
    "import.undo": Act(_("Undo of an import started"), "undo", "warning"),
    "import.undone": Act(_("Import undone"), "undo", "secondary"),
    "import.discard": Act(_("Import discarded"), "trash", "secondary"),
    "consent.exported": Act(_("Consents exported"), "export", "secondary"),
    "refusal.exported": Act(_("Open refusals downloaded"), "export", "secondary"),
    "message.released": Act(_("Message registered"), "chat-text", "success"),
    "message.cancelled": Act(_("Message called off"), "chat-text", "secondary"),
    "text.published": Act(_("Consent text published"), "card-text", "primary"),
    "text.retired": Act(_("End of a consent text set"), "card-text", "secondary"),
    "membership.added": Act(_("Person joined"), "user-plus", "primary"),
    "membership.role_changed": Act(_("Role changed"), "roles", "primary"),
    "membership.removed": Act(_("Person left"), "user", "secondary"),
    "invitation.sent": Act(_("Invitation sent"), "mailbox", "primary"),
}


@dataclass(frozen=True)
class Activity:
    """One line of the list."""

    act: Act
    name: str
    who: str
    at: datetime


def latest(actor: Actor) -> list[Activity]:
    """The newest acts in the actor's scope. One query."""
    entries = AuditEntry.objects.visible_to(actor).filter(verb__in=ACTS).order_by("-pk")[:LATEST]
    return [Activity(ACTS[entry.verb], entry.target_name, entry.actor_name, entry.at) for entry in entries]
