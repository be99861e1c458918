"""A legal hold (R-L5)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consents.selectors.search import stored_address
from iys_portal.core.forms import PortalForm
from providers.models import Brand


class HoldForm(PortalForm):
    recipient = forms.CharField(label=_("Address"), max_length=320, required=False)
    brand_code = forms.IntegerField(label=_("Brand number"), required=False, min_value=1, localize=False)
    reference = forms.CharField(label=_("Case or complaint"), max_length=200)
    reason = forms.CharField(label=_("Reason"), max_length=300)

    def clean_recipient(self) -> str:
        text = self.cleaned_data["recipient"].strip()
        address = stored_address(text) if text else ""
        if address is None:
            raise forms.ValidationError(_("Enter a whole address, for example ad@firma.example or +905321234567."))
        return address

    def clean_brand_code(self) -> Brand | None:
        code = self.cleaned_data["brand_code"]
        brand = Brand.objects.filter(brand_code=code).first() if code else None
        if code and brand is None:
            raise forms.ValidationError(_("There is no brand with this number."))
        return brand

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not data["recipient"] and data["brand_code"] is None:
            self.add_error("recipient", _("A hold names an address, a brand, or both."))
        return data
