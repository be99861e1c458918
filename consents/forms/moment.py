"""The question "what was it on …?" (R-L4)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.core.forms import PortalForm

from .fields import MOMENT_INPUTS


class PastMomentField(forms.DateTimeField):
    """Date and time in Istanbul, not after now: nobody knows yet what the registry will know."""

    def __init__(self, **kwargs: Any) -> None:
        # Without `format` Django writes the reader's own format, which this kind of input does not read.
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format=MOMENT_INPUTS[0])
        messages = {"invalid": _("Give a date and a time.")}
        super().__init__(widget=widget, input_formats=MOMENT_INPUTS, error_messages=messages, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        moment = super().clean(value)
        if moment is not None and moment > timezone.now():
            raise forms.ValidationError(_("This moment is still to come."))
        return moment


class MomentForm(PortalForm):
    at = PastMomentField(label=_("Date and time (Istanbul)"))


class ExportForm(PortalForm):
    """What an export may add to its rows: the state at a moment, on both clocks."""

    at = PastMomentField(label=_("State at a moment (optional)"), required=False)
    history = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any]) -> None:
        """An event says what stood after it: a moment is asked of consents only."""
        super().__init__({**data, "at": ""} if data.get("history") else data)

    @property
    def told(self) -> dict[str, str]:
        """What the audit log keeps of it."""
        at = self.cleaned_data["at"]
        return {"at": at.isoformat()} if at else {}
