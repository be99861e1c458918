"""What a list of refusals is asked for with."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consents.brand_choice import BrandChoice
from consents.enums import Channel, ExportFormat
from iys_portal.core.actors import Actor
from iys_portal.core.forms import PortalForm

from .fields import any_of


class RefusalListForm(PortalForm):
    """Refusals since the last download, of all brands or one, of all channels or one."""

    brand: Any = None
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=any_of(Channel))
    format = forms.ChoiceField(label=_("File"), choices=ExportFormat.choices)
    everything = forms.BooleanField(
        label=_("All that are in force"), required=False, help_text=_("Not only those since my last download.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = BrandChoice(actor)
        self.fields["brand"] = choice.field()
        self.several = choice.several

    @property
    def chosen(self) -> dict[str, str]:
        """The filters that were chosen, by name."""
        return {name: value for name in ("brand", "channel") if (value := self.cleaned_data.get(name))}
