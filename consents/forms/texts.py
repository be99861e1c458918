"""Forms of a consent text: its words and its validity, the checklist, and the end of its use (R-C18)."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel
from consents.models import ConsentText
from consents.text_rules import BY_PERSON
from iys_portal.core.forms import PortalForm
from providers.models import Brand


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class TextForm(PortalForm):
    """The words of a draft. What the regulation asks of them is the checklist's to say, before publishing."""

    brand = forms.ModelChoiceField(label=_("Brand"), queryset=Brand.objects.none(), empty_label=None)
    channels = forms.TypedMultipleChoiceField(
        label=_("Channels"),
        choices=Channel.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The channels that the text asks for. Channels with words of their own get a text of their own."),
        error_messages={"required": _("Choose at least one channel.")},
    )
    language = forms.ChoiceField(label=_("Language"), choices=ConsentText.Language.choices)
    title = forms.CharField(
        label=_("Title"),
        max_length=120,
        help_text=_("For you and for the proof, for example “Membership form, web site”."),
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Word for word as the person reads it. An empty line begins a new paragraph."),
    )
    valid_from = forms.DateField(
        label=_("First day"),
        widget=day_input(),
        initial=timezone.localdate,
        help_text=_("From when people agree to it. For a text that was in use before, its real first day."),
    )
    valid_until = forms.DateField(
        label=_("Last day"), widget=day_input(), required=False, help_text=_("Empty: until you end it.")
    )

    def __init__(self, *args: Any, brands: Any, fixed_brand: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["brand"]
        field.queryset = brands
        if fixed_brand:
            del self.fields["brand"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is not before the first day."))
        return data


class ChecklistForm(PortalForm):
    """What only a person can confirm; each line is its own box, none comes ticked."""

    ticked = forms.MultipleChoiceField(choices=[(check.name, check.title) for check in BY_PERSON], required=False)


class EndForm(PortalForm):
    """The last day on which people agree to a text."""

    last_day = forms.DateField(label=_("Last day"), widget=day_input(), required=False)
