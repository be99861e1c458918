"""Forms of a sender's answer; the services judge what is typed."""

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.models.answers import ANSWER_MOST
from iys_portal.core.forms import PortalForm


class AnswerForm(PortalForm):
    # The browser keeps to the limit; the service judges it, because what is sent counts line breaks otherwise.
    text = forms.CharField(
        label=_("Your answer"), required=False, widget=forms.Textarea(attrs={"rows": 8, "maxlength": ANSWER_MOST})
    )
    bundle = forms.UUIDField(required=False, widget=forms.HiddenInput)  # its tick stands in the bundle's own box
    confirmed = forms.BooleanField(
        label=_("I have checked the answer and its documents. Once sent, they cannot be changed."),
        error_messages={"required": _("Please confirm before you send.")},
    )


class TimeForm(PortalForm):
    days = forms.IntegerField(label=_("How many days more?"), min_value=1)
    reason = forms.CharField(label=_("Why?"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
