"""Forms by which missing evidence is completed."""

from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iys_portal.core.forms import PortalForm
from iys_portal.core.uploads import ACCEPTED, MAX_BYTES
from providers.models import Brand


def scan_hint() -> str:
    return gettext("PDF, JPEG, PNG or HEIC, up to %(size)s") % {"size": filesizeformat(MAX_BYTES)}


class ScanForm(PortalForm):
    """A scan, or where the original is kept; not both."""

    file = forms.FileField(label=_("Scan"), required=False, allow_empty_file=True)
    reference = forms.CharField(
        label=_("Evidence reference"),
        required=False,
        max_length=300,
        help_text=_("Where the signed original is kept, for example a folder or file number."),
    )

    hint = staticmethod(scan_hint)
    accept = ACCEPTED
    max_bytes = MAX_BYTES

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = [name for name in ("file", "reference") if data.get(name) not in (None, "")]
        if not given:
            self.add_error("file", _("Choose a scan, or say where the original is kept."))
        if len(given) == 2:
            self.add_error("reference", _("Choose a scan or give a reference, not both."))
        return data


class ReferenceForm(PortalForm):
    """One reference for all ticked consents."""

    reference = forms.CharField(
        label=_("One reference for all ticked"),
        max_length=300,
        help_text=_("Where the signed originals are kept, for example the number of the archive box."),
    )


class _SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesForm(PortalForm):
    """Several scans, or a ZIP of them, named after addresses or event numbers."""

    brand = forms.ModelChoiceField(
        label=_("Brand"), queryset=Brand.objects.none(), to_field_name="brand_code", empty_label=None
    )
    scans = forms.FileField(label=_("Scans"), widget=_SeveralFiles, required=False, allow_empty_file=True)

    def __init__(self, *args: Any, brands: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["brand"]
        field.queryset = brands
