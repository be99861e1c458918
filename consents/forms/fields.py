"""Fields that several forms share."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents.enums import Source, SourceGroup
from iys_portal.core.calendar import ISTANBUL

MOMENT = "%Y-%m-%dT%H:%M"


def source_choices(*, status: str = "") -> list[Any]:
    """Sources that a provider may record, by group; the provider's own decision only refuses (R-C9)."""
    groups: dict[Any, list[tuple[str, Any]]] = {}
    for source in Source.of_providers():
        if source is Source.HS_KARAR and status == "ONAY":
            continue
        groups.setdefault(source.group, []).append((source.name, source.label))
    return [("", _("Choose …")), *((SourceGroup(group).label, members) for group, members in groups.items())]


class MomentField(forms.CharField):
    """Date and time in Istanbul, handed on as text: whether it is a date the engine judges (R-C5)."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"})
        super().__init__(widget=widget, max_length=40, **kwargs)

    def clean(self, value: Any) -> str:
        """`2026-01-31T12:30` becomes `2026-01-31 12:30:00`; anything else stays as it is."""
        text = super().clean(value).strip().replace("T", " ")
        return f"{text}:00" if len(text) == len("2026-01-31 12:30") else text


def this_minute() -> str:
    return timezone.now().astimezone(ISTANBUL).strftime(MOMENT)
