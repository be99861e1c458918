"""What is to be frozen: a key's writes for a brand in a time."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consents.forms.moment import PastMomentField
from iys_portal.core.forms import PortalForm
from providers.models import ApiKey, Brand


class FreezeForm(PortalForm):
    """The box is the confirmation: whoever freezes stops messages."""

    username = forms.ChoiceField(label=_("Key"))
    brand = forms.ChoiceField(label=_("Brand"))
    since = PastMomentField(label=_("Written from (Istanbul)"))
    until = PastMomentField(
        label=_("Until before"), required=False, help_text=_("Leave it empty for everything up to now.")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300)
    sure = forms.BooleanField(label=_("I want nobody of these to be written to until a manager lifts the freeze."))

    def __init__(self, *args: Any, keys: list[ApiKey], brands: list[Brand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._brands = {str(brand.brand_code): brand for brand in brands}
        self.fields["username"].choices = [(key.username, f"{key.name} ({key.username})") for key in keys]  # type: ignore[attr-defined]
        named = [(code, f"{brand.name} ({code})") for code, brand in self._brands.items()]
        self.fields["brand"].choices = named  # type: ignore[attr-defined]

    def wanted(self, now: datetime) -> dict[str, Any]:
        """As the service takes it; without an end, what was written before `now`."""
        data = self.cleaned_data
        return {
            "brand": self._brands[data["brand"]],
            "username": data["username"],
            "since": data["since"],
            "until": data["until"] or now,
            "reason": data["reason"],
            "now": now,
        }
