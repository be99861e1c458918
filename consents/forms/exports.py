"""What a list of refusals is asked for with."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, ExportFormat
from consents.filters import brands_for
from iys_portal.core.actors import Actor
from iys_portal.core.forms import PortalForm


class RefusalListForm(PortalForm):
    """Refusals since the last download, of all brands or one, of all channels or one."""

    brand = forms.ChoiceField(label=_("Brand"), required=False)
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=[("", _("Any")), *((one.name, one.label) for one in Channel)]
    )
    format = forms.ChoiceField(label=_("File"), choices=ExportFormat.choices)
    everything = forms.BooleanField(
        label=_("All that are in force"), required=False, help_text=_("Not only those since my last download.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["brand"]
        brands = brands_for(actor)
        field.choices = [("", _("All brands")), *((str(brand.brand_code), brand.name) for brand in brands)]
        self.several = len(brands) > 1

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that were chosen, by name."""
        return {name: value for name in ("brand", "channel") if (value := self.cleaned_data.get(name))}
