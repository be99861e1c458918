"""What the consents' pages show of complaints: where one begins, encrypted, so that no URL shows whom or what it is
about; and a line about those that are open (R-A4).
"""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consents.hooks import OwnLine
from consents.opaque import seal, unseal
from iys_portal.core.actors import SYSTEM

from .enums import ComplaintState
from .models import Complaint
from .models.complaints import OPEN
from .services import Prefill

PURPOSE = "complaint-prefill"
LONGEST_TEXT = 600
"""Bytes of a message's text in an address, which servers take up to some thousands; an e-mail file brings the whole."""


def complaint_link(**prefill: Any) -> str:
    """Nobody's rows are given by it: what the reader may not name is left out when the complaint is begun."""
    if prefill.get("text"):
        prefill["text"] = str(prefill["text"]).encode()[:LONGEST_TEXT].decode(errors="ignore")
    return reverse("complaints:new_from", args=[seal(PURPOSE, Prefill.of(prefill).values(), actor=SYSTEM)])


def prefill_of(token: str) -> Prefill:
    """What a link was made with; nothing where it is worth nothing (any more)."""
    return Prefill.of(unseal(PURPOSE, token, actor=SYSTEM) or {})


def own_line(user_id: int) -> OwnLine | None:
    """A citizen's open complaints in a sentence; first what waits for the citizen. One query."""
    states = list(Complaint.objects.filter(citizen=user_id, state__in=OPEN).order_by().values_list("state", flat=True))
    if not states:
        return None
    words = ngettext("Your open complaint: %(count)s", "Your open complaints: %(count)s", len(states))
    line = words % {"count": len(states)}
    if ComplaintState.MISSING_INFORMATION in states:
        asked = _("something is asked of you")
        line = f"{line} · {asked}"
    return OwnLine(line, reverse("complaints:own"))
