"""Announce an initial upload deadline, a postponement, or one provider's own window (R-D2)."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents import deadlines
from iys_portal.core.forms import PortalForm
from providers.enums import SizeClass
from providers.models import Provider

from .texts import day_input

ALL, ONE = "all", "one"


class AnnounceForm(PortalForm):
    """What the announcement says and whom it concerns; `announcement` and `values` are ready once it is valid."""

    scope = forms.ChoiceField(
        label=_("Whom it concerns"),
        choices=[(ALL, _("everybody")), *SizeClass.choices, (ONE, _("one provider"))],
        initial=ALL,
    )
    iys_code = forms.IntegerField(
        label=_("İYS number"),
        required=False,
        min_value=1,
        max_value=2_147_483_647,
        help_text=_("For one provider only: its initial-load window."),
    )
    until = forms.DateField(
        label=_("Load until"), widget=day_input(), help_text=_("The last day on which old consents may be loaded.")
    )
    check_until = forms.DateField(label=_("Recipients check until"), widget=day_input(), required=False)
    announced_on = forms.DateField(label=_("Announced on"), widget=day_input(), initial=timezone.localdate)
    reference = forms.CharField(
        label=_("Reference"), max_length=300, help_text=_("Number and date of the letter, decision or notice.")
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A window for one provider needs one."),
    )

    provider: Provider | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        number, one = data.get("iys_code"), data.get("scope") == ONE
        if one and not number:
            self.add_error("iys_code", _("Say which provider."))
        elif number and not one and "scope" not in self.errors:
            self.add_error("iys_code", _("Leave this empty, or choose “one provider”."))
        elif number:
            self.provider = Provider.objects.filter(iys_code=number).first()
            if self.provider is None:
                self.add_error("iys_code", _("There is no provider with this number."))
        return data

    @property
    def size_class(self) -> str:
        scope = self.cleaned_data["scope"]
        return scope if scope in SizeClass else ""

    @property
    def announcement(self) -> deadlines.Announcement:
        data = self.cleaned_data
        owner = self.provider.pk if self.provider else None
        return deadlines.Announcement(data["announced_on"], data["until"], data["check_until"], self.size_class, owner)

    @property
    def values(self) -> dict[str, Any]:
        """As the service takes them."""
        names = ("announced_on", "until", "check_until", "reference", "reason")
        same = {name: self.cleaned_data[name] for name in names}
        return same | {"size_class": self.size_class, "provider": self.provider}


class WindowForm(PortalForm):
    """One provider's own initial-load window."""

    until = forms.DateField(
        label=_("Load until"), widget=day_input(), help_text=_("The last day on which old consents may be loaded.")
    )
    check_until = forms.DateField(
        label=_("Recipients check until"),
        widget=day_input(),
        required=False,
        help_text=_("Everybody in the load gets one notice that names this day."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
