"""Forms about integrators: what a provider opens, and what staff register (R-P12)."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from iys_portal.core.forms import PortalForm
from providers.enums import GrantChannel, GrantLevel
from providers.models import Brand, Integrator


class GrantForm(PortalForm):
    """Brands × channels of the actor's provider, and the access."""

    integrator = forms.UUIDField(widget=forms.HiddenInput)
    brands = forms.ModelMultipleChoiceField(
        label=_("Brands"),
        queryset=Brand.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one brand.")},
    )
    channels = forms.TypedMultipleChoiceField(
        label=_("Channels"),
        choices=GrantChannel.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one channel.")},
    )
    level = forms.ChoiceField(
        label=_("Access"),
        choices=GrantLevel.choices,
        initial=GrantLevel.READ,
        widget=forms.RadioSelect,
        help_text=_("Reading shows the consents of these channels; writing also records, refuses and imports."),
    )
    complaints = forms.BooleanField(
        label=_("Complaints"), required=False, help_text=_("May answer complaints about these brands and channels.")
    )
    reconciliation = forms.BooleanField(
        label=_("Reconciliation"),
        required=False,
        help_text=_("Day files hold every channel: they open for a brand when all its channels are granted with this."),
    )

    def __init__(self, *args: Any, brands: Iterable[Brand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["brands"]
        field.queryset = brands


class IntegratorForm(PortalForm, forms.ModelForm):
    """The integrator's data and its authorisation; numbers taken twice are the service's to refuse."""

    class Meta:
        model = Integrator
        fields = ("title", "tax_number", "authorisation_number", "authorised_from", "authorised_until", "email")
        labels = {"email": _("Contact e-mail")}  # made upper case by itself it would begin with a dotless I
        widgets = {
            name: forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            for name in ("authorised_from", "authorised_until")
        }


class InvitePersonForm(PortalForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    full_name = forms.CharField(label=_("First and last name"), max_length=150)
