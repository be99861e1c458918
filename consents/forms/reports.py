"""What a report is asked for with. Unknown values are dropped, so that an old address still opens."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consents.brand_choice import BrandChoice
from consents.enums import Channel
from consents.selectors.reports import Asked
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import month_before
from iys_portal.core.forms import PortalForm

from .fields import any_of

MONTHS = 12


class ReportForm(PortalForm):
    """Period, brand and channel; without a period the present month and the eleven before it."""

    first = forms.DateField(label=_("From"), required=False)
    last = forms.DateField(label=_("To"), required=False)
    brand: Any = None
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=any_of(Channel))

    def __init__(self, data: Any, *, actor: Actor, today: date) -> None:
        begin = month_before(today, MONTHS - 1)
        given = {name: data.get(name, "") for name in ("first", "last", "brand", "channel")}
        defaults = {"first": begin.isoformat(), "last": today.isoformat()}
        super().__init__({name: value or defaults.get(name, "") for name, value in given.items()})
        self.today, self.begin, self.choice = today, begin, BrandChoice(actor)
        for name in ("first", "last"):
            field: Any = self.fields[name]
            field.widget = forms.DateInput(attrs={"type": "date", "max": today.isoformat()}, format="%Y-%m-%d")
            field.input_formats = ["%Y-%m-%d"]
        self.fields["brand"] = self.choice.field()
        self.order_fields(["first", "last", "brand", "channel"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("first") and data.get("last") and data["first"] > data["last"]:
            self.add_error("last", _("The period ends before it begins."))
        return data

    @property
    def asked(self) -> Asked:
        """What was asked for; what cannot be read is as if it had not been given."""
        self.is_valid()
        data = self.cleaned_data
        first, last = data.get("first") or self.begin, data.get("last") or self.today
        if first > last:
            first, last = self.begin, self.today
        brand = self.choice.named(data.get("brand"))
        channel = data.get("channel")
        return Asked(first, last, brand, Channel[channel] if channel else None)
