"""What narrows the pages of the developer's corner."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from iys_portal.core.forms import PortalForm
from providers.models import ApiKey, Brand


class CallsForm(PortalForm):
    """Calls of one key, or those that were refused. What is no key of one's own narrows nothing."""

    anahtar = forms.ChoiceField(label=_("Key"), required=False)
    hatali = forms.BooleanField(label=_("Only errors"), required=False)

    def __init__(self, *args: Any, keys: list[ApiKey], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._keys = {str(key.public_id): key for key in keys}
        named = [(number, key.name) for number, key in self._keys.items()]
        self.fields["anahtar"].choices = [("", _("All keys")), *named]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def keys(self) -> list[ApiKey]:
        chosen = self._keys.get(self.cleaned_data.get("anahtar", ""))
        return [chosen] if chosen else list(self._keys.values())

    @property
    def only_refused(self) -> bool:
        return bool(self.cleaned_data.get("hatali"))

    @property
    def narrowed(self) -> bool:
        return self.only_refused or bool(self.cleaned_data.get("anahtar"))


class SnippetsForm(PortalForm):
    """Whose numbers the examples show: the main brand's, unless another is chosen."""

    marka = forms.ChoiceField(label=_("Brand"), required=False)
    dil = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, brands: list[Brand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._brands = {str(brand.brand_code): brand for brand in brands}
        named = [(code, f"{brand.name} ({code})") for code, brand in self._brands.items()]
        self.fields["marka"].choices = named  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def brand(self) -> Brand | None:
        chosen = self.cleaned_data.get("marka", "")
        return self._brands.get(chosen) or next(iter(self._brands.values()), None)
