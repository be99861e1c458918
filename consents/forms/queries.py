"""One question before sending: an address, a pasted list or a file, for a brand and a channel (R-S1)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, RecipientType
from iys_portal.core.forms import PortalForm
from providers.models import Brand

from .fields import ListOfRows

WAYS = ("address", "text", "file")


class QueryForm(ListOfRows, PortalForm):
    """Exactly one of address, text and file is given."""

    brand = forms.ModelChoiceField(label=_("Brand"), queryset=Brand.objects.none(), empty_label=None)
    channel = forms.ChoiceField(label=_("Channel"), widget=forms.RadioSelect)
    recipient_type = forms.ChoiceField(
        label=_("Recipient type"),
        choices=[(kind.name, kind.label) for kind in RecipientType],
        widget=forms.RadioSelect,
        initial=RecipientType.BIREYSEL.name,
    )
    address = forms.CharField(
        label=_("One address"),
        required=False,
        max_length=300,
        help_text=_("An e-mail address or a phone number, in any usual spelling."),
    )
    text = forms.CharField(
        label=_("Paste a list"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 7, "spellcheck": "false", "class": "paste"}),
        help_text=_("One address a line, or rows copied from a spreadsheet with their headings."),
    )
    file = forms.FileField(label=_("File"), required=False, allow_empty_file=True)

    def __init__(self, *args: Any, brands: Any, channels: list[Channel], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["brand"]
        field.queryset = brands
        choice: Any = self.fields["channel"]
        choice.choices = [(channel.name, channel.label) for channel in channels]
        self.fields["address"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "inputmode": "email"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [name for name in WAYS if data.get(name) is not None and str(data[name]).strip()]
        if not given and not self.errors:
            self.add_error("address", _("Enter an address, paste a list, or choose a file."))
        if len(given) > 1:
            self.add_error(given[-1], _("One way at a time: an address, a pasted list, or a file."))
        self.way = given[0] if given else ""
        return data

    @property
    def question(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        return {
            "brand": data["brand"],
            "channel": Channel[data["channel"]],
            "recipient_type": RecipientType[data["recipient_type"]],
        }
