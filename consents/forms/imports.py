"""Forms of an import: the file or pasted text, how it is to be read, and what its columns are."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, RecipientType
from consents.files.encoding import LABELS
from consents.files.layout import FIELD_LABELS, Layout, shape_of
from consents.models import ConsentImport
from consents.normalise.reading import LONG_FIELDS, WIDE_FIELDS
from consents.services.import_columns import CONSTANT_FIELDS
from consents.states import ImportState
from iys_portal.core.forms import PortalForm
from providers.models import Brand

from .fields import ListOfRows, MomentField, source_choices
from .text_choice import TextField

DELIMITERS = [(",", _("Comma")), (";", _("Semicolon")), ("\t", _("Tab")), ("|", _("Vertical bar"))]
WIDE_NO = [
    ("refusal", _("A refusal: the person said no and it is recorded")),
    ("ignore", _("Nothing: only the “yes” answers are taken")),
]


def named(enum: Any) -> list[tuple[str, Any]]:
    return [("", "—"), *((member.name, member.label) for member in enum)]


class UploadForm(ListOfRows, PortalForm):
    """A file or a pasted text, for one brand. Staff say why, and on whose request."""

    brand = forms.ModelChoiceField(
        label=_("Brand"), queryset=Brand.objects.none(), to_field_name="brand_code", empty_label=None
    )
    file = forms.FileField(label=_("File"), required=False, allow_empty_file=True)
    text = forms.CharField(
        label=_("Paste rows"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "paste"}),
        help_text=_("Rows copied from a spreadsheet, or text with commas, best with their headings."),
    )
    evidence = forms.FileField(label=_("Scans in a ZIP"), required=False, allow_empty_file=True)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Why the registry imports this. The provider is told.")
    )
    reference = forms.CharField(
        label=_("Reference"), max_length=100, help_text=_("Number of the letter, decision or request.")
    )

    def __init__(self, *args: Any, brands: Any, by_registry: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["brand"]
        field.queryset = brands
        if by_registry:
            field.widget = forms.HiddenInput()
        else:
            del self.fields["reason"], self.fields["reference"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [name for name in ("file", "text") if data.get(name) is not None and data.get(name) != ""]
        if not given and "file" not in self.errors:
            self.add_error("file", _("Choose a file, or paste the rows."))
        if len(given) == 2:
            self.add_error("text", _("Choose a file or paste rows, not both."))
        return data

    @property
    def problems(self) -> list[str]:
        """What the summary says above the fields: what no field shows by itself."""
        return [str(error) for error in self.non_field_errors()]


class ReadingForm(PortalForm):
    """How the file is to be read, where recognition was wrong."""

    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    encoding = forms.ChoiceField(label=_("Letters"), required=False, choices=list(LABELS.items()))
    delimiter = forms.ChoiceField(label=_("Columns are divided by"), required=False, choices=DELIMITERS)

    def __init__(self, *args: Any, layout: Layout, **kwargs: Any) -> None:
        initial = {name: getattr(layout, name) for name in ("sheet", "encoding", "delimiter")}
        super().__init__(*args, initial=initial, **kwargs)
        for name in ("sheet",) if layout.kind == "csv" else ("encoding", "delimiter"):
            del self.fields[name]
        if "sheet" in self.fields:
            self.fields["sheet"].choices = [(name, name) for name in layout.sheets]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}


class ColumnsForm(PortalForm):
    """What each column is, what stands for missing ones, and what a “no” means. The status is never assumed (R-C1)."""

    type = forms.ChoiceField(label=_("Channel"), required=False, choices=named(Channel))
    source = forms.ChoiceField(label=_("Source"), required=False, choices=lambda: source_choices())
    recipient_type = forms.ChoiceField(
        label=_("Recipient type"),
        required=False,
        choices=named(RecipientType),
        help_text=_("Without it every row is about an individual."),
    )
    consent_date = MomentField(label=_("Consent date"), required=False)
    retailer_code = forms.CharField(label=_("Dealer code"), required=False, max_length=40)
    evidence = forms.CharField(
        label=_("Evidence"),
        required=False,
        max_length=300,
        help_text=_(
            "Where the signed originals of the whole file are kept, for example the number of the archive box. Without"
            " it, signed consents are stored as “evidence missing” and may not be used until completed."
        ),
    )
    text_version = TextField(
        help_text=_(
            "One text for the whole file. Rows of other channels, and consents given before or after the text was in"
            " use, are stored without it."
        )
    )
    wide_no = forms.ChoiceField(
        label=_("What does a “no” mean?"), required=False, choices=WIDE_NO, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, item: ConsentImport, **kwargs: Any) -> None:
        self.layout = Layout.from_json(item.layout)
        initial = {**item.constants, "wide_no": item.wide_no, "text_version": item.text_version_id or ""}
        super().__init__(*args, initial=initial, **kwargs)
        texts: Any = self.fields["text_version"]
        if not texts.offer([item.brand], current=False):
            del self.fields["text_version"]
        for column in self.layout.columns:
            self.fields[f"column_{column.index}"] = forms.ChoiceField(
                label=column.heading or _("Column %(number)s") % {"number": column.index + 1},
                required=False,
                choices=[("", _("– not stored –")), *FIELD_LABELS.items()],
                initial=column.field or "",
            )

    @property
    def mapping(self) -> dict[int, str]:
        """Field of each column as the form shows it now: posted, or as recognised."""
        return {column.index: self[f"column_{column.index}"].value() or "" for column in self.layout.columns}

    @property
    def columns(self) -> dict[int, str | None]:
        return {index: self.cleaned_data[f"column_{index}"] or None for index in self.mapping}

    @property
    def text_version_id(self) -> int | None:
        chosen = self.cleaned_data.get("text_version")
        return int(chosen) if chosen else None

    @property
    def constants(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in CONSTANT_FIELDS if self.cleaned_data.get(name)}

    def constant_fields(self, shape: str) -> list[Any]:
        """The fields that no column fills, for which one value can stand in every row."""
        taken, known = set(self.mapping.values()), LONG_FIELDS if shape == "long" else WIDE_FIELDS
        return [self[name] for name in CONSTANT_FIELDS if name in known and name not in taken]

    def add_missing(self, names: list[str]) -> bool:
        """Say where each missing field is wanted: at its value, or that a column has to be it. True for any."""
        wide = shape_of(name for name in self.mapping.values() if name) == "wide"
        if wide and not self.cleaned_data["wide_no"]:
            self.add_error("wide_no", _("Say what a “no” in the file means."))
        for name in names:
            if name in CONSTANT_FIELDS:
                self.add_error(name, _("No column holds it: choose the column above, or one value for every row."))
            elif name == "status":
                text = _("Choose the column that says consent or refusal. The registry never assumes it.")
                self.add_error(None, text)
            else:
                told = gettext("Choose the column that holds “%(name)s”.")
                self.add_error(None, told % {"name": FIELD_LABELS[name]})
        return bool(self.errors)


class UndoForm(PortalForm):
    """Why an import is undone, and whether refusals go too (R-L6)."""

    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    refusals = forms.BooleanField(
        label=_("Undo refusals of the file too"),
        required=False,
        help_text=_("Only where the recipients did not refuse. A refusal that ended a consent stays in any case."),
    )


class FilterForm(PortalForm):
    """Filters of the list; unknown values are dropped, so that an old address still opens."""

    state = forms.ChoiceField(label=_("State"), required=False)
    brand = forms.CharField(label=_("Brand"), required=False)

    def __init__(self, *args: Any, brands: list[Brand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [("", _("Any")), *ImportState.choices]  # type: ignore[attr-defined]
        if brands:
            choices = [("", _("All brands")), *((str(brand.brand_code), brand.name) for brand in brands)]
            self.fields["brand"] = forms.ChoiceField(label=_("Brand"), required=False, choices=choices)
        else:
            self.fields["brand"].label = _("Brand number")

    @property
    def chosen(self) -> dict[str, str]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
