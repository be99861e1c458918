"""Forms of the officers' desk. They know the shape of what is typed; the services judge it."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.enums import ComplaintState, ContestOutcome, Outcome, RefusalCause, Side, Topic
from complaints.models import Complaint, ReasonTemplate
from complaints.reason_words import filled
from complaints.selectors.desk import Filters
from iys_portal.accounts.models import User
from iys_portal.core.forms import PortalForm
from iys_portal.core.numbers import number_in
from iys_portal.core.provinces import provinces

ANY = ("", _("All"))


class FilterForm(PortalForm):
    """What the work list is narrowed to."""

    number = forms.CharField(label=_("Tracking number"), required=False, max_length=40)
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
    age = forms.ChoiceField(
        label=_("Age"),
        required=False,
        choices=[ANY, ("7", _("A week and older")), ("30", _("30 days and older")), ("90", _("90 days and older"))],
    )
    topic = forms.ChoiceField(label=_("Topic"), required=False, choices=[ANY, *Topic.choices])
    province = forms.ChoiceField(label=_("Province"), required=False)
    brand = forms.CharField(label=_("Sender"), required=False, max_length=100)
    order = forms.ChoiceField(
        label=_("Order"), required=False, choices=[("", _("The oldest first")), ("due", _("The next last day first"))]
    )

    def __init__(self, *args: Any, every_province: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if every_province:
            self.fields["province"].choices = [ANY, *((name, name) for name in provinces())]  # type: ignore[attr-defined]
        else:
            del self.fields["province"]

    def filters(self, after: str) -> Filters:
        """What was chosen; an unknown choice narrows nothing."""
        self.full_clean()
        return Filters(**self.cleaned_data, after=number_in(after) or 0)


class TextForm(PortalForm):
    """One text of an officer: a question, a note, an answer."""

    text = forms.CharField(label=_("Text"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["text"].label = label


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


class JoinForm(PortalForm):
    tracking_number = forms.CharField(label=_("Tracking number"), required=False, max_length=40)


class DecisionForm(PortalForm):
    """A proposal; it offers only what can be decided from here."""

    outcome = forms.ChoiceField(label=_("Outcome"), required=False, widget=forms.RadioSelect)
    template = forms.ChoiceField(label=_("Reason that is often needed"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        help_text=_("Both sides read it; name neither the complainant nor where they live."),
        widget=forms.Textarea(attrs={"rows": 10}),
    )
    refuses = forms.BooleanField(label=_("Withdraw the consent with this decision"), required=False)
    together = forms.BooleanField(label=_("The same for the joined complaints"), required=False)

    def __init__(
        self,
        *args: Any,
        outcomes: Iterable[Outcome],
        reasons: Sequence[ReasonTemplate],
        causes: Iterable[RefusalCause],
        joined: bool,
        **kwargs: Any,
    ) -> None:
        """`causes`: why the consent may be withdrawn, by some outcome; `joined`: others are joined with it."""
        super().__init__(*args, **kwargs)
        self.fields["outcome"].choices = [(one.value, one.label) for one in outcomes]  # type: ignore[attr-defined]
        self.reasons = {str(one.pk): one for one in reasons}
        if reasons:
            self.fields["template"].choices = [("", "—"), *((str(one.pk), one.title) for one in reasons)]  # type: ignore[attr-defined]
        else:
            del self.fields["template"]
        because = [str(cause.label) for cause in causes]
        if because:
            self.fields["refuses"].help_text = "; ".join(dict.fromkeys(because))
        else:
            del self.fields["refuses"]
        if not joined:
            del self.fields["together"]

    def with_reason(self, case: Complaint) -> dict[str, Any]:
        """What was typed, with the chosen words below it, filled from the case."""
        given = dict(self.cleaned_data)
        reason = self.reasons.get(given.get("template", ""))
        if reason is not None:
            given["outcome"] = reason.outcome
            given["reason"] = "\n\n".join(filter(None, [given.get("reason", ""), filled(reason.text, case)]))
        return given


class ContestForm(PortalForm):
    """An objection or a court case, with its date, number and paper (R-K5)."""

    side = forms.ChoiceField(
        label=_("Raised by"),
        required=False,
        choices=[("", "—"), *((one.value, one.label) for one in (Side.COMPLAINANT, Side.PROVIDER))],
    )
    raised_on = forms.DateField(
        label=_("Date"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reference = forms.CharField(label=_("Number"), required=False, max_length=100)
    reason = forms.CharField(label=_("What it says"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    file = forms.FileField(label=_("Document (PDF or picture)"), required=False)


class ContestEndForm(PortalForm):
    """How an objection or a court case ended."""

    outcome = forms.ChoiceField(
        label=_("How it ended"),
        required=False,
        choices=[(one.value, one.label) for one in (ContestOutcome.STANDS, ContestOutcome.ANEW)],
        widget=forms.RadioSelect,
    )
    result = forms.CharField(label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
