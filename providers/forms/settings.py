"""Forms of a provider's own settings. They know the shape of what is typed; the services judge it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from iys_portal.core.forms import PortalForm
from iys_portal.core.provinces import provinces
from providers.enums import BrandValueKind as K
from providers.enums import ProviderKind, Sector
from providers.models import Brand, CompanySignatory
from providers.selectors.settings import CompanyData

NO_SPELLING = {"spellcheck": "false", "autocomplete": "off"}
NUMERIC = NO_SPELLING | {"inputmode": "numeric"}
KEPT = _("Kept: %(number)s. Leave it empty to keep it.")


def _choose(field: Any, values: Sequence[str], empty: Any) -> None:
    field.choices = [("", empty), *((value, value) for value in values)]


class NoteForm(PortalForm):
    """What each request may carry besides."""

    note = forms.CharField(
        label=_("Why, for the reviewer"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ContactForm(PortalForm):
    address = forms.CharField(label=_("Invoice address"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    province = forms.ChoiceField(label=_("Province"))
    district = forms.ChoiceField(label=_("District"))
    phone = forms.CharField(
        label=_("Phone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs=NO_SPELLING | {"inputmode": "tel"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.data.get("province") or self.initial.get("province") or ""
        _choose(self.fields["province"], list(provinces()), _("Choose a province"))
        _choose(self.fields["district"], provinces().get(chosen, []), _("Choose a district"))

    @classmethod
    def of(cls, data: CompanyData, typed: Any = None) -> "ContactForm":
        company = data.company
        initial = {"address": company.address, "district": company.district, "phone": company.phone}
        return cls(typed, initial=initial | {"province": data.provider.city})


class CompanyChangeForm(NoteForm):
    title = forms.CharField(label=_("Company or trade name"), max_length=300)
    mersis = forms.CharField(
        label=_("MERSİS number"), max_length=30, help_text=_("16 digits."), widget=forms.TextInput(attrs=NUMERIC)
    )
    tax_number = forms.CharField(
        label=_("Tax number"), max_length=20, required=False, widget=forms.TextInput(attrs=NUMERIC)
    )
    tax_office = forms.CharField(label=_("Tax office"), max_length=100)
    field_order = ("title", "mersis", "tax_number", "tax_office", "note")

    @classmethod
    def of(cls, data: CompanyData, typed: Any = None) -> "CompanyChangeForm":
        """Numbers that hold somebody's TCKN are not shown again; left empty they stay (R-P9)."""
        initial = {"title": data.provider.title, "tax_office": data.company.tax_office}
        form = cls(typed, initial=initial)
        form._number("mersis", data.provider.mersis, data.mersis_shown)
        form._number("tax_number", data.company.tax_number, data.company.tax_number_shown)
        return form

    def _number(self, name: str, stored: str, shown: str) -> None:
        if stored == shown:
            self.initial[name] = stored
            return
        self.fields[name].required = False
        self.fields[name].help_text = str(KEPT) % {"number": shown}


class SignatoryForm(NoteForm):
    first_name = forms.CharField(label=_("First name"), max_length=100)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    tckn = forms.CharField(
        label=_("T.C. identity number"), max_length=20, required=False, widget=forms.TextInput(attrs=NUMERIC)
    )
    phone = forms.CharField(
        label=_("Phone"), max_length=30, widget=forms.TextInput(attrs=NO_SPELLING | {"inputmode": "tel"})
    )
    email = forms.EmailField(label=_("E-mail"), max_length=254)
    field_order = ("first_name", "last_name", "tckn", "phone", "email", "note")

    @classmethod
    def of(cls, data: CompanyData, stored: CompanySignatory | None, typed: Any = None) -> "SignatoryForm":
        names = ("first_name", "last_name", "phone", "email")
        form = cls(typed, initial={name: getattr(stored, name) for name in names} if stored else {})
        if stored:
            form.fields["tckn"].help_text = str(KEPT) % {"number": stored.tckn_shown}
            if data.provider.kind == ProviderKind.NATURAL_PERSON:
                del form.fields["tckn"]
        return form


class NewEmailForm(PortalForm):
    email = forms.EmailField(
        label=_("New corporate e-mail"),
        max_length=254,
        help_text=_("We mail six digits to it. Another domain is looked at by the registry first."),
        widget=forms.EmailInput(attrs=NO_SPELLING),
    )


class SubBrandForm(NoteForm):
    name = forms.CharField(label=_("Brand"), max_length=150)
    field_order = ("name", "note")


LISTS: dict[str, tuple[Any, Any]] = {
    K.SHORT_NAME: (
        _("Short names"),
        _("Up to three, one a line. People refuse your texts with RET and one of them; the first stands in our texts."),
    ),
    K.SENDER_NAME: (
        _("Sender names of text messages"),
        _("One a line, 3 to 11 characters, as your operator has them."),
    ),
    K.DOMAIN: (_("Domains that you mail from"), _("One a line, as firma.example.")),
    K.NUMBER: (_("Numbers that you call from"), _("One a line.")),
    K.REFUSAL_URL: (_("Pages on which people can refuse"), _("One a line, beginning with https://")),
    K.REFUSAL_PHONE: (_("Numbers by which people can refuse"), _("One a line.")),
    K.REFUSAL_SMS: (_("Numbers to which people text their refusal"), _("One a line.")),
}
"""Label and help of each list of a profile; the kinds are the fields' names."""


class ProfileForm(PortalForm):
    """A brand's profile; each list is one value a line."""

    sector = forms.ChoiceField(label=_("Sector"), choices=[("", _("Not said")), *Sector.choices], required=False)
    double_opt_in = forms.BooleanField(
        label=_("Double opt-in"),
        required=False,
        help_text=_("Electronic consents wait for the recipient's confirmation before they may be used (R-M4)."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, (label, help_text) in LISTS.items():
            rows = 3 if kind == K.SHORT_NAME else 2
            self.fields[kind] = forms.CharField(
                label=label,
                help_text=help_text,
                required=False,
                max_length=20_000,
                widget=forms.Textarea(attrs=NO_SPELLING | {"rows": rows}),
            )

    @classmethod
    def of(cls, brand: Brand, sector: str, values: Mapping[str, Sequence[str]], typed: Any = None) -> "ProfileForm":
        lists = {kind: "\n".join(values.get(kind, ())) for kind in LISTS}
        return cls(typed, initial={"sector": sector, "double_opt_in": brand.double_opt_in} | lists)

    @property
    def lists(self) -> dict[str, list[str]]:
        """What was typed, by kind."""
        return {str(kind): self.cleaned_data[kind].splitlines() for kind in LISTS}


class DealerChangeForm(PortalForm):
    name = forms.CharField(label=_("Dealer"), max_length=200)
    city = forms.ChoiceField(label=_("Province"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = list(provinces())
        kept = self.initial.get("city", "")
        _choose(self.fields["city"], known if not kept or kept in known else [kept, *known], _("Not said"))


class DealerForm(DealerChangeForm):
    brand = forms.ModelChoiceField(label=_("Brand"), queryset=Brand.objects.none(), empty_label=None)
    code = forms.CharField(
        label=_("Dealer's code"),
        max_length=40,
        help_text=_("As your files and consents name it; it cannot be changed later."),
        widget=forms.TextInput(attrs=NO_SPELLING),
    )
    field_order = ("brand", "code", "name", "city")

    def __init__(self, *args: Any, brands: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["brand"].queryset = brands  # type: ignore[attr-defined]


class DealerFileForm(PortalForm):
    """Whose dealers a file holds where it has no column of brand numbers."""

    brand = forms.ModelChoiceField(
        label=_("Brand"),
        queryset=Brand.objects.none(),
        empty_label=None,
        help_text=_("Where the file has a column of brand numbers, that column counts."),
    )
    file = forms.FileField(required=True, error_messages={"required": _("Choose the file.")})

    def __init__(self, *args: Any, brands: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["brand"].queryset = brands  # type: ignore[attr-defined]
