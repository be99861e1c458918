"""Forms about a provider's people."""

from django import forms
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.enums import ProviderRole
from iys_portal.core.forms import PortalForm


class InviteForm(PortalForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    full_name = forms.CharField(label=_("First and last name"), max_length=150)
    role = forms.ChoiceField(label=_("Role"), choices=ProviderRole, initial=ProviderRole.VIEWER)


class RoleForm(PortalForm):
    role = forms.ChoiceField(label=_("Role"), choices=ProviderRole)
