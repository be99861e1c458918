"""Forms about a provider's people."""

from django import forms
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.enums import ProviderRole
from iys_portal.core.forms import PortalForm
from providers.services.people import ROLES as MEMBER_ROLES

ROLES = [(role.value, role.label) for role in MEMBER_ROLES]


class InviteForm(PortalForm):
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    full_name = forms.CharField(label=_("First and last name"), max_length=150)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, initial=ProviderRole.VIEWER)


class RoleForm(PortalForm):
    role = forms.ChoiceField(label=_("Role"), choices=ROLES)
