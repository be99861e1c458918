"""One consent or refusal by hand. Which rules it breaks is the engine's to say."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, RecipientType, Source, SourceGroup, Status
from consents.problems import Problem
from consents.services.records import Entry
from iys_portal.core.forms import PortalForm
from iys_portal.core.uploads import ACCEPTED, MAX_BYTES
from providers.models import Brand, Retailer

from .evidence import scan_hint
from .fields import MomentField, source_choices, this_minute
from .text_choice import TextField, resolve

FIELD_OF = {"type": "channels"}
"""Fields that have another name than the column of the engine's problem."""


class RecordForm(PortalForm):
    """Texts are handed on as they were written, exactly like a row of a file."""

    brand = forms.ModelChoiceField(label=_("Brand"), queryset=Brand.objects.none(), empty_label=None)
    recipient = forms.CharField(
        label=_("Address"),
        max_length=265,
        help_text=_("An e-mail address or a phone number, in any usual spelling."),
    )
    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        choices=[(channel.name, channel.label) for channel in Channel],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Calls and text messages go to a phone, e-mails to an e-mail address."),
        error_messages={"required": _("Choose at least one channel.")},
    )
    status = forms.ChoiceField(
        label=_("What is recorded?"),
        choices=[(status.name, status.label) for status in (Status.ONAY, Status.RET)],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it is a consent or a refusal.")},
    )
    source = forms.ChoiceField(
        label=_("Source"),
        choices=lambda: source_choices(),
        required=False,
        help_text=_("How the consent was obtained, or how the refusal reached you."),
    )
    consent_date = MomentField(label=_("Date and time"), initial=this_minute, required=False)
    recipient_type = forms.ChoiceField(
        label=_("Recipient type"),
        choices=[(kind.name, kind.label) for kind in RecipientType],
        widget=forms.RadioSelect,
        initial=RecipientType.BIREYSEL.name,
    )
    retailer_code = forms.CharField(
        label=_("Dealer"),
        required=False,
        max_length=40,
        help_text=_("Only where a dealer collected the consent."),
    )
    evidence = forms.CharField(
        label=_("Evidence reference"),
        required=False,
        max_length=300,
        help_text=_(
            "Where the signed original is kept, for example a folder or file number. A consent on paper without it"
            " is stored as “evidence missing” and may not be used."
        ),
    )

    scan = forms.FileField(label=_("Scan of the signed form"), required=False, allow_empty_file=True)
    text_version = TextField()

    own_notice_at = MomentField(
        label=_("When you told the recipient"),
        required=False,
        help_text=_("The registry tells the recipient in any case; your own notice is kept beside it."),
    )
    own_notice_means = forms.ChoiceField(
        label=_("How"),
        choices=[
            ("", _("by the consent's own channel")),
            *((c.name, c.label) for c in (Channel.EPOSTA, Channel.MESAJ)),
        ],
        required=False,
    )

    kept: tuple[str, ...] = ("brand", "source", "status", "channels", "recipient_type", "text_version")
    """What “record another” takes over."""

    scan_hint = staticmethod(scan_hint)
    scan_accept = ACCEPTED
    scan_max_bytes = MAX_BYTES

    def __init__(self, *args: Any, brands: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["brand"]
        field.queryset = brands
        choice: Any = self.fields["text_version"]
        if not choice.offer(brands, current=True):
            del self.fields["text_version"]
        self.kept = tuple(name for name in self.kept if name in self.fields)
        self.text_version_id: int | None = None
        self.dealers = list(
            Retailer.objects.filter(brand__in=brands, is_active=True).values_list("code", "name").order_by("code")[:500]
        )
        self.fields["retailer_code"].widget.attrs["list"] = "dealers"
        self.fields["recipient"].widget.attrs |= {
            "autocomplete": "off",
            "spellcheck": "false",
            "inputmode": "email",
        }

    def clean(self) -> dict[str, Any]:
        """The fields of the own notice are hidden beside refusals and signed forms; what they held then is dropped."""
        data = super().clean() or {}
        source = Source.__members__.get(data.get("source", ""))
        if data.get("status") == Status.RET.name or (source and source.group is not SourceGroup.ELECTRONIC):
            data |= {"own_notice_at": "", "own_notice_means": ""}
        if data.get("own_notice_means") and not data.get("own_notice_at"):
            self.add_error("own_notice_at", _("Say when you told the recipient, or leave both empty."))
        if data.get("scan") and data.get("evidence"):
            self.add_error("evidence", _("Choose a scan or give a reference, not both."))
        if not self.errors and "text_version" in self.fields:
            self.text_version_id = self._text(data)
        return data

    def _text(self, data: dict[str, Any]) -> int | None:
        """The version that the consent was given to (R-C18); an error at the field where that cannot be."""
        try:
            return resolve(
                data["text_version"] or "",
                brand=data["brand"],
                channels=[Channel[name] for name in data["channels"]],
                status=Status[data["status"]],
                source=Source.__members__.get(data.get("source", "")),
                given=data.get("consent_date", ""),
            )
        except forms.ValidationError as error:
            self.add_error("text_version", error)
            return None

    @property
    def carried(self) -> dict[str, Any]:
        """What “record another” begins with: everything but the person."""
        data = self.cleaned_data
        return {name: data[name] for name in self.kept} | {"brand": data["brand"].pk}

    def entries(self) -> list[Entry]:
        """One row per chosen channel."""
        data = self.cleaned_data
        same = {name: data[name] for name in ("recipient", "status", "source", "recipient_type", "consent_date")}
        details = {name: data[name] for name in ("retailer_code", "evidence", "own_notice_at", "own_notice_means")}
        return [Entry(type=channel, **same, **details) for channel in data["channels"]]

    def add_problem(self, problem: Problem, values: dict[str, Any]) -> None:
        """Show a refusal of the engine at the field that it is about: code, sentence and what to do."""
        name = FIELD_OF.get(problem.column, problem.column)
        text = f"{problem.code}: {problem.sentence(**values)} {problem.advice}"
        field = name if name in self.fields else None
        if text not in self.errors.get(field or "__all__", []):
            self.add_error(field, text)
