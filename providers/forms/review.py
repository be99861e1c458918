"""The reviewer's forms (R-P10)."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.core.forms import PortalForm
from iys_portal.core.uploads import ACCEPTED
from providers.models import ApplicationReview

REASONS = [
    _("A page is missing or cannot be read."),
    _("The circular does not show the signatory's name or signature."),
    _("The gazette does not name the company or its signatories."),
    _("The trade name is not the one in MERSİS."),
    _("The agreement is not signed, or not by the authorised signatory."),
]


def _day() -> forms.DateInput:
    """A browser's own calendar reads and writes ISO 8601 alone."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class ChecklistForm(PortalForm):
    """R-P10, as it is kept with the decision."""

    mersis_checked_on = forms.DateField(label=_("MERSİS looked up on"), widget=_day())
    mersis_result = forms.CharField(label=_("What MERSİS says"), max_length=300)
    picture = forms.FileField(
        label=_("Picture of the look-up"),
        required=False,
        help_text=_("PDF, JPEG, PNG or HEIC; one that was kept before stays without a new one."),
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    title_matches = forms.BooleanField(label=_("The trade name is the one in MERSİS"), required=False)
    gazette_date = forms.DateField(label=_("Date of the trade registry gazette"), widget=_day())
    gazette_number = forms.CharField(label=_("Number of the gazette"), max_length=30)
    signatory_in_gazette = forms.BooleanField(label=_("The gazette names the signatory"), required=False)
    circular_notary = forms.CharField(label=_("Notary of the circular or declaration"), max_length=150)
    circular_number = forms.CharField(label=_("Its number"), max_length=30)
    joint_authority = forms.BooleanField(label=_("Authority is joint"), required=False)
    signature_matches = forms.BooleanField(label=_("The signature on the agreement is the circular's"), required=False)
    note = forms.CharField(label=_("Note for colleagues"), widget=forms.Textarea(attrs={"rows": 2}), required=False)

    @classmethod
    def of(cls, review: ApplicationReview | None, *, joint: bool) -> "ChecklistForm":
        """Filled with what was kept, else with today."""
        if review is not None:
            return cls(initial={name: getattr(review, name) for name in cls.base_fields if name != "picture"})
        return cls(initial={"mersis_checked_on": timezone.localdate(), "joint_authority": joint})


class ReturnForm(PortalForm):
    """What the applicant is asked to correct."""

    asked = forms.MultipleChoiceField(
        label=_("What is to be corrected"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = forms.CharField(
        label=_("What the applicant reads"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )

    def __init__(self, *args: object, places: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["asked"].choices = places  # type: ignore[attr-defined]
