"""The filters above lists of queries and messages: provider's people choose a brand, staff name a company."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consents.brand_choice import brands_for
from consents.enums import Channel
from iys_portal.core.actors import Actor
from iys_portal.core.forms import PortalForm


class ListFilterForm(PortalForm):
    """Unknown values are dropped, so that an old address still opens."""

    firma = forms.CharField(label=_("Company"), required=False, max_length=100)
    marka = forms.ChoiceField(label=_("Brand"), required=False)
    kanal = forms.TypedChoiceField(
        label=_("Channel"), required=False, coerce=int, empty_value=None, choices=[("", _("Any")), *Channel.choices]
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if actor.all_providers:
            del self.fields["marka"]
            self.fields["firma"].widget.attrs |= {"placeholder": _("Name or İYS number")}
        else:
            del self.fields["firma"]
            self.brands = brands_for(actor)
            choices = [(str(brand.brand_code), brand.name) for brand in self.brands]
            self.fields["marka"].choices = [("", _("All brands")), *choices]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, str]:
        """The valid filters, as words of the address."""
        self.is_valid()
        return {name: str(value) for name in self.fields if (value := self.cleaned_data.get(name))}
