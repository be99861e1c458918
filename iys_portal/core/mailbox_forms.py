"""The mailbox page's one form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from .forms import PortalForm


class TextToRegistryForm(PortalForm):
    """A text message as a person would send it to the registry's number."""

    sender = forms.CharField(
        label=_("From (phone number)"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    text = forms.CharField(
        label=_("Message"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For example RET and a brand's short name or number."),
    )
