"""The form of a webhook."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from consents.selectors.webhooks import chosen_events
from iys_portal.core.forms import PortalForm
from iys_portal.core.outgoing import LONGEST
from providers.models import Brand


class WebhookForm(PortalForm):
    """Where to, and of what. Whether the registry sends to the address, the service knows."""

    url = forms.CharField(
        label=_("Address of your receiver"),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Begins with https and can be reached from the internet. Redirects are not followed."),
    )
    events = forms.MultipleChoiceField(
        label=_("What it is told"), choices=chosen_events, widget=forms.CheckboxSelectMultiple
    )
    brands = forms.ModelMultipleChoiceField(
        label=_("Brands"),
        queryset=Brand.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: all of them."),
    )

    def __init__(self, *args: Any, brands: QuerySet[Brand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["brands"].queryset = brands  # type: ignore[attr-defined]
