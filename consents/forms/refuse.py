"""The small form by which a standing consent is refused."""

from django import forms
from django.utils.translation import gettext_lazy as _

from iys_portal.core.forms import PortalForm

from .fields import MomentField, source_choices, this_minute


class RefuseForm(PortalForm):
    source = forms.ChoiceField(
        label=_("How did the refusal reach you?"),
        choices=lambda: source_choices(),
        initial="HS_CAGRI_MERKEZI",
        help_text=_("Choose “Provider's decision” where you end the consent yourselves."),
    )
    consent_date = MomentField(label=_("When?"), initial=this_minute)
