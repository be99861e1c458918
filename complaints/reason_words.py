"""Placeholders of reason templates (R-K7), filled from the case. Nothing of the person is among them (R-K6)."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from consents.enums import Channel
from iys_portal.core.calendar import ISTANBUL

if TYPE_CHECKING:
    from .models import Complaint

_PLACE = re.compile(r"\{([^{}\s]+)\}")


def _channel(case: "Complaint") -> str:
    return str(Channel(case.channel).label) if case.channel else ""


def _message_at(case: "Complaint") -> str:
    return f"{case.message_at.astimezone(ISTANBUL):%d.%m.%Y %H:%M}" if case.message_at else ""


def _filed_on(case: "Complaint") -> str:
    return f"{case.filed_at.astimezone(ISTANBUL):%d.%m.%Y}" if case.filed_at else ""


PLACES: dict[str, "Callable[[Complaint], str]"] = {
    "gonderici": lambda case: case.sender_name,
    "kanal": _channel,
    "ileti_zamani": _message_at,
    "takip_no": lambda case: case.tracking_number,
    "basvuru_gunu": _filed_on,
    "il": lambda case: case.province,
}


def known_places(text: str) -> None:
    """A validator: every placeholder is one that is filled."""
    unknown = sorted({name for name in _PLACE.findall(text) if name not in PLACES})
    if unknown:
        names = ", ".join(f"{{{name}}}" for name in unknown)
        raise ValidationError(_("Nothing fills %(names)s.") % {"names": names})


def filled(text: str, case: "Complaint") -> str:
    """The words for one case, in its complainant's language; what is no placeholder stays as it was written."""
    with translation.override(case.language):
        return _PLACE.sub(lambda found: PLACES[found[1]](case) if found[1] in PLACES else found[0], text)
