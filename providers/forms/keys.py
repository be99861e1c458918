"""The form of an API key."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.forms import PortalForm
from providers.enums import GrantChannel, KeyScope
from providers.models import Brand

LAST_SECOND = time(23, 59, 59)


class KeyForm(PortalForm):
    name = forms.CharField(
        label=_("Name of the program"),
        max_length=80,
        help_text=_("For example: web shop, CRM. You recognise the key by it."),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may be used for"), choices=KeyScope, widget=forms.CheckboxSelectMultiple
    )
    brands = forms.ModelMultipleChoiceField(
        label=_("Brands"),
        queryset=Brand.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: all of them."),
    )
    channels = forms.TypedMultipleChoiceField(
        label=_("Channels"),
        choices=GrantChannel,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: all of them."),
    )
    networks = forms.CharField(
        label=_("Networks"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One address or network a line, such as 203.0.113.7 or 203.0.113.0/24. Empty: from everywhere."),
    )
    expires_on = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, brands: QuerySet[Brand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first, last = settings.REGISTRY["API_KEY_WARNINGS"]
        self.fields["expires_on"].help_text = _(
            "The key works on this day too. You get a mail %(first)d and %(last)d days before. Empty: without end."
        ) % {"first": first, "last": last}
        if brands.exists():
            self.fields["brands"].queryset = brands  # type: ignore[attr-defined]
        else:
            del self.fields["brands"]

    def clean_networks(self) -> list[str]:
        return [line for line in self.cleaned_data["networks"].replace(",", "\n").split("\n") if line.strip()]

    def clean_expires_on(self) -> datetime | None:
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        if day <= timezone.localdate():
            raise forms.ValidationError(_("The last day on which the key works has to be later than today."))
        return datetime.combine(day, LAST_SECOND, tzinfo=ISTANBUL)

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        found = dict(self.cleaned_data)
        found["expires_at"] = found.pop("expires_on")
        return found
