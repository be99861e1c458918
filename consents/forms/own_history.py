"""What a citizen narrows the history to (R-Z4)."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel
from consents.history_words import Kind
from iys_portal.accounts.models import ProvenAddress
from iys_portal.core.forms import PortalForm
from iys_portal.core.turkish import sort_key
from providers.models import Brand


class HistoryFilterForm(PortalForm):
    """Filters of the history; unknown values are dropped, so that an old address still opens.

    Own addresses are named by their number: none stands in a link (R-G4).
    """

    marka = forms.ChoiceField(label=_("Brand"), required=False)
    kanal = forms.ChoiceField(label=_("Channel"), required=False, choices=[("", _("Any")), *Channel.choices])
    adres = forms.ChoiceField(label=_("Address"), required=False)
    tur = forms.ChoiceField(label=_("What happened"), required=False, choices=[("", _("Everything")), *Kind.choices])

    def __init__(self, *args: Any, brands: Sequence[Brand], addresses: Sequence[ProvenAddress], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(brands, key=lambda brand: sort_key(brand.name))
        choices: Any = self.fields["marka"]
        choices.choices = [("", _("All brands")), *((str(brand.pk), brand.name) for brand in named)]
        choices = self.fields["adres"]
        choices.choices = [("", _("All addresses")), *((str(row.pk), row.address) for row in addresses)]
        if len(addresses) < 2:
            del self.fields["adres"]

    @property
    def chosen(self) -> dict[str, str]:
        """The valid filters, by name."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
