"""Fields that several forms share."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consents.enums import Source, SourceGroup
from iys_portal.core.calendar import ISTANBUL

MOMENT = "%Y-%m-%dT%H:%M"
MOMENT_INPUTS = ("%Y-%m-%dT%H:%M:%S", MOMENT, "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")


def any_of(enum: Any) -> list[tuple[str, Any]]:
    """The choices of a filter: any, or one of the members by its name."""
    return [("", _("Any")), *((member.name, member.label) for member in enum)]


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


class ListOfRows:
    """For a form that takes a file of rows: what its field says of the size."""

    @property
    def max_bytes(self) -> int:
        return int(settings.REGISTRY["IMPORT_MAX_BYTES"])

    @property
    def file_hint(self) -> str:
        rows, size = settings.REGISTRY["IMPORT_MAX_ROWS"], filesizeformat(self.max_bytes)
        text = gettext("CSV, XLSX or ODS, up to %(rows)s rows and %(size)s")
        return text % {"rows": intcomma(rows), "size": size}
