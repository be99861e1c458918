"""Forms of the officers' desk. They know the shape of what is typed; the services judge it."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.models import User
from iys_portal.core.forms import PortalForm
from providers.provinces import provinces

from .enums import ComplaintState, Outcome, Topic
from .selectors.desk import Filters

ANY = ("", _("All"))


class FilterForm(PortalForm):
    """What the work list is narrowed to."""

    state = forms.ChoiceField(
        label=_("State"), required=False,
        choices=[("", _("All that are open")), *((s.value, s.label) for s in ComplaintState if s != "draft")],
    )  # fmt: skip
    holder = forms.ChoiceField(
        label=_("Officer"),
        required=False,
        choices=[ANY, ("me", _("Mine")), ("nobody", _("Nobody's")), ("others", _("Of colleagues"))],
    )
    due = forms.ChoiceField(
        label=_("Deadline"),
        required=False,
        choices=[ANY, ("near", _("Ends within 3 days")), ("over", _("The sender is late"))],
    )
    mark = forms.ChoiceField(
        label=_("Sign"),
        required=False,
        choices=[ANY, ("refusal", _("After a refusal")), ("consent", _("Without consent"))],
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False, choices=[ANY, *Topic.choices])
    province = forms.ChoiceField(label=_("Province"), required=False)
    brand = forms.CharField(label=_("Sender"), required=False, max_length=100)

    def __init__(self, *args: Any, every_province: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if every_province:
            self.fields["province"].choices = [ANY, *((name, name) for name in provinces())]  # type: ignore[attr-defined]
        else:
            del self.fields["province"]

    def filters(self, after: str) -> Filters:
        """What was chosen; an unknown choice narrows nothing."""
        self.full_clean()
        return Filters(**self.cleaned_data, after=int(after) if after.isdecimal() and len(after) < 18 else 0)


class TextForm(PortalForm):
    """One text of an officer: a question, a note, an answer."""

    text = forms.CharField(label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class SendOnForm(PortalForm):
    province = forms.ChoiceField(label=_("Province"), required=False)
    reason = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["province"].choices = [("", "—"), *((name, name) for name in provinces())]  # type: ignore[attr-defined]


class SenderForm(PortalForm):
    """Which registered brand sent it; those that are offered, or any by its code."""

    brand_code = forms.IntegerField(label=_("Brand code"), required=False, min_value=1)


class OfficerForm(PortalForm):
    officer = forms.TypedChoiceField(label=_("Officer"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["officer"].choices = [("", "—"), *((one.pk, str(one)) for one in people)]  # type: ignore[attr-defined]


class DecisionForm(PortalForm):
    outcome = forms.ChoiceField(label=_("Outcome"), required=False, choices=Outcome.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        help_text=_("Both sides read it; name neither the complainant nor where they live."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
