"""Forms of a message: its words and its time, and who it goes to (R-S2)."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, MessagePurpose, RecipientType
from consents.models import Message
from consents.states import MessageState
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.forms import PortalForm
from providers.models import Brand

from .fields import MOMENT, MOMENT_INPUTS, ListOfRows
from .list_filters import ListFilterForm

FIXED = ("brand", "channel", "recipient_type", "purpose")
"""What a message is; decided once, because it says who may be written to."""


def tomorrow_at_ten() -> str:
    day = timezone.now().astimezone(ISTANBUL) + timedelta(days=1)
    return day.replace(hour=10, minute=0).strftime(MOMENT)


class MessageForm(PortalForm):
    """What is sent, on which channel, when. What the regulation asks of it is the rules' to say."""

    brand = forms.ModelChoiceField(
        label=_("Brand"), queryset=Brand.objects.none(), to_field_name="brand_code", empty_label=None
    )
    channel = forms.TypedChoiceField(label=_("Channel"), choices=Channel.choices, coerce=int, initial=Channel.EPOSTA)
    recipient_type = forms.TypedChoiceField(label=_("Recipient type"), choices=RecipientType.choices, coerce=int)
    purpose = forms.ChoiceField(
        label=_("What is it for?"),
        choices=MessagePurpose.choices,
        help_text=_(
            "Only a commercial message needs the recipient's consent. Anything else is recorded with its reason."
        ),
    )
    reason = forms.CharField(
        label=_("Why no consent is needed"),
        max_length=300,
        required=False,
        help_text=_("Only for a message that is not commercial, for example “Delivery time of an order”."),
    )
    subject = forms.CharField(
        label=_("Subject"), max_length=200, help_text=_("The subject of the e-mail; otherwise a name for the message.")
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 9}),
        help_text=_("Word for word as it is sent; for a call, what is said."),
    )
    html = forms.CharField(
        label=_("HTML"),
        max_length=200_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "paste"}),
        help_text=_("Only for an e-mail. It is checked beside the text, because a reader sees one of the two."),
    )
    planned_at = forms.DateTimeField(
        label=_("Planned time"),
        input_formats=MOMENT_INPUTS,
        widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"}),
        initial=tomorrow_at_ten,
    )

    def __init__(self, *args: Any, brands: Any, message: Message | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.message = message
        field: Any = self.fields["brand"]
        field.queryset = brands
        if message is not None:
            left_out = [*FIXED, *(["reason"] if message.is_commercial else [])]
            left_out += [] if message.channel == Channel.EPOSTA else ["html"]
            for name in left_out:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.message is not None:
            return data
        if data.get("html") and data.get("channel", Channel.EPOSTA) != Channel.EPOSTA:
            self.add_error("html", _("Only an e-mail has HTML."))
        commercial = data.get("purpose", MessagePurpose.COMMERCIAL) == MessagePurpose.COMMERCIAL
        if commercial and data.get("reason"):
            self.add_error("reason", _("A commercial message needs consents; leave this empty."))
        if not commercial and not data.get("reason"):
            self.add_error("reason", _("Say why no consent is needed."))
        return data


class RecipientsForm(ListOfRows, PortalForm):
    """A file or a pasted list of recipients."""

    file = forms.FileField(label=_("File"), required=False, allow_empty_file=True)
    pasted = forms.CharField(
        label=_("Paste addresses"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "class": "paste"}),
        help_text=_("One address a line, or parted by commas."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [name for name in ("file", "pasted") if data.get(name)]
        if not given and not self.errors:
            self.add_error("file", _("Choose a file, or paste the addresses."))
        if len(given) == 2:
            self.add_error("pasted", _("Choose a file or paste addresses, not both."))
        return data


class MessageFilterForm(ListFilterForm):
    """Filters of the list of messages."""

    durum = forms.ChoiceField(label=_("State"), required=False, choices=[("", _("Any")), *MessageState.choices])
