"""What statistics are asked for with. Unknown values are dropped, so that an old address still opens."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.enums import Topic
from complaints.selectors.statistics import Asked, outcome_labels
from consents.brand_choice import BrandChoice
from consents.enums import Channel
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import month_before
from iys_portal.core.forms import PortalForm
from iys_portal.core.provinces import provinces
from providers.models import Brand
from providers.selectors.brand_search import brands_named

MONTHS, MOST_MONTHS, LIKE = 12, 60, 5
EARLIEST = date(2000, 1, 1)
"""Before any complaint; a date has no months before year 1."""


class StatisticsForm(PortalForm):
    """Months, il, brand, channel, topic and outcome; without months the present one and the eleven before it."""

    first = forms.CharField(label=_("From month"), required=False)
    last = forms.CharField(label=_("To month"), required=False)
    province = forms.ChoiceField(label=_("Province"), required=False)
    brand: Any = None
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", _("Any")), *((one.name, one.label) for one in Channel)]
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False, choices=[("", _("Any")), *Topic.choices])
    outcome = forms.ChoiceField(label=_("Outcome"), required=False)

    def __init__(self, data: Any, *, actor: Actor, today: date) -> None:
        self.this_month = today.replace(day=1)
        self.begin = month_before(self.this_month, MONTHS - 1)
        names = ("first", "last", "province", "brand", "channel", "topic", "outcome")
        given = {name: data.get(name, "") for name in names}
        defaults = {"first": f"{self.begin:%Y-%m}", "last": f"{self.this_month:%Y-%m}"}
        super().__init__({name: value or defaults.get(name, "") for name, value in given.items()})
        self.choice = BrandChoice(actor)
        fields: dict[str, Any] = self.fields
        for name in ("first", "last"):
            fields[name].widget = forms.TextInput(attrs={"type": "month", "max": defaults["last"]})
        fields["province"].choices = [("", _("All")), *((name, name) for name in provinces())]
        fields["outcome"].choices = [("", _("All")), *outcome_labels().items()]
        fields["brand"] = self.choice.field()
        self.order_fields(list(names))

    @property
    def asked(self) -> Asked:
        """What was asked for; what cannot be read is as if it had not been given."""
        self.is_valid()
        data = self.cleaned_data
        first, last = _month(data.get("first"), self.begin), _month(data.get("last"), self.this_month)
        if first > last or last > self.this_month:
            first, last = self.begin, self.this_month
        first = max(first, month_before(last, MOST_MONTHS - 1))
        channel = data.get("channel")
        return Asked(
            first,
            last,
            province=data.get("province", ""),
            brand=self.choice.named(data.get("brand")),
            channel=Channel[channel] if channel else None,
            topic=data.get("topic", ""),
            outcome=data.get("outcome", ""),
        )

    @property
    def like(self) -> list[Brand]:
        """Brands with a similar name, where what was written names none or several."""
        text = (self.cleaned_data.get("brand") or "") if self.choice.by_name else ""
        return brands_named(text)[:LIKE] if text and self.choice.named(text) is None else []


def _month(text: str | None, otherwise: date) -> date:
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return otherwise
    return max(month, EARLIEST)
