"""Placeholders of reason templates (R-K7), filled from the case. Nothing of the person is among them, nor the province
that decides, which is that of the residence: the sender reads the reason too (R-K6).
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from consents.enums import Channel
from iys_portal.core.calendar import ISTANBUL

_PLACE = re.compile(r"\{([^{}\s]+)\}")


class Case(Protocol):
    """What the placeholders read of a complaint."""

    tracking_number: str
    language: str
    channel: int | None
    message_at: datetime | None
    filed_at: datetime | None

    @property
    def sender_name(self) -> str: ...


def _channel(case: Case) -> str:
    return str(Channel(case.channel).label) if case.channel else ""


def _message_at(case: Case) -> str:
    return f"{case.message_at.astimezone(ISTANBUL):%d.%m.%Y %H:%M}" if case.message_at else ""


def _filed_on(case: Case) -> str:
    return f"{case.filed_at.astimezone(ISTANBUL):%d.%m.%Y}" if case.filed_at else ""


PLACES: dict[str, Callable[[Case], str]] = {
    "gonderici": lambda case: case.sender_name,
    "kanal": _channel,
    "ileti_zamani": _message_at,
    "takip_no": lambda case: case.tracking_number,
    "basvuru_gunu": _filed_on,
}


def known_places(text: str) -> None:
    """A validator: every placeholder is one that is filled."""
    unknown = sorted({name for name in _PLACE.findall(text) if name not in PLACES})
    if unknown:
        names = ", ".join(f"{{{name}}}" for name in unknown)
        raise ValidationError(_("Nothing fills %(names)s.") % {"names": names})


def filled(text: str, case: Case) -> str:
    """The words for one case, in its complainant's language; what is no placeholder stays as it was written."""
    with translation.override(case.language):
        return _PLACE.sub(lambda found: PLACES[found[1]](case) if found[1] in PLACES else found[0], text)
