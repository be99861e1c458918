"""Forms of an application. They know the shape of what is typed; the services judge it."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.forms import TokenForm
from iys_portal.core.forms import PortalForm
from iys_portal.core.provinces import provinces
from providers.enums import ProviderKind
from providers.models import Application, Signatory
from providers.numbers import judge_email
from providers.services import SignatoryValues

NO_SPELLING = {"spellcheck": "false", "autocomplete": "off"}
NUMERIC = NO_SPELLING | {"inputmode": "numeric"}


class KindForm(PortalForm):
    kind = forms.ChoiceField(label=_("Who applies?"), choices=ProviderKind, widget=forms.RadioSelect)

    @classmethod
    def of(cls, application: Application, data: Any = None) -> "KindForm":
        return cls(data, initial={"kind": application.kind})


class EmailForm(PortalForm):
    email = forms.EmailField(
        label=_("Corporate e-mail"),
        max_length=254,
        help_text=_("The company's own address. Codes and answers go there; KEP addresses are not taken."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )

    @classmethod
    def of(cls, application: Application, data: Any = None) -> "EmailForm":
        return cls(data, initial={"email": application.email})


class StartForm(PortalForm):
    """What an application starts with."""

    kind = KindForm.base_fields["kind"]
    email = EmailForm.base_fields["email"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "kind" in data and "email" in data:
            judged = judge_email(data["email"], kind=data["kind"])
            if judged.error:
                self.add_error("email", str(judged.error))
        return data


class ApplicationTokenForm(TokenForm):
    """The secret part of the link that was mailed to the applicant."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].label = _("Link code")
        self.fields["token"].help_text = _("It stands at the end of the link in your mail, after the # sign.")


class TrackerForm(PortalForm):
    number = forms.CharField(
        label=_("Application number"),
        max_length=30,
        help_text=_("It stands in each of our mails, for example BSV-7QF2-M9XW."),
        widget=forms.TextInput(attrs=NO_SPELLING | {"autocapitalize": "characters", "autofocus": True}),
    )


class CompanyForm(PortalForm):
    title = forms.CharField(
        label=_("Company or trade name"), max_length=300, help_text=_("Exactly as the trade registry has it.")
    )
    mersis = forms.CharField(label=_("MERSİS number"), max_length=30, widget=forms.TextInput(attrs=NUMERIC))
    tax_office = forms.CharField(label=_("Tax office"), max_length=100)
    tax_number = forms.CharField(
        label=_("Tax number"), max_length=20, required=False, widget=forms.TextInput(attrs=NUMERIC)
    )
    address = forms.CharField(label=_("Invoice address"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    province = forms.ChoiceField(label=_("Province"))
    district = forms.ChoiceField(label=_("District"))
    declared_consents = forms.IntegerField(
        label=_("Consents that you hold, about"),
        min_value=0,
        localize=False,
        help_text=_("Decides your deadline for the initial upload: over 150,000 is a large provider."),
    )

    def __init__(self, *args: Any, legal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mersis"].help_text = _("16 digits.")
        self.fields["tax_number"].label = _("VKN") if legal else _("VKN or T.C. identity number")
        chosen = self.data.get("province") or self.initial.get("province") or ""
        _choose(self.fields["province"], list(provinces()), _("Choose a province"))
        _choose(self.fields["district"], provinces().get(chosen, []), _("Choose a district"))

    @classmethod
    def of(cls, application: Application, data: Any = None) -> "CompanyForm":
        names = ("title", "mersis", "tax_office", "address", "province", "district", "declared_consents")
        initial = {name: getattr(application, name) for name in names}
        hidden = len(application.tax_number) == 11  # somebody's TCKN is not shown again (R-P9)
        initial["tax_number"] = "" if hidden else application.tax_number
        form = cls(data, initial=initial, legal=application.is_legal)
        if hidden:
            text = gettext("Kept: %(number)s. Leave it empty to keep it.")
            form.fields["tax_number"].help_text = text % {"number": application.tax_number_shown}
        return form


def _choose(field: Any, values: list[str], empty: Any) -> None:
    field.choices = [("", empty), *((value, value) for value in values)]


class SignatoriesForm(PortalForm):
    """One or two signatories, and who manages the account."""

    joint_authority = forms.BooleanField(
        label=_("Authority is joint: two people sign together"),
        required=False,
        help_text=_("Müştereken temsil, as the signature circular says."),
    )
    manager_other = forms.BooleanField(label=_("Somebody else manages the account"), required=False)
    manager_name = forms.CharField(label=_("Manager's first and last name"), max_length=150, required=False)
    manager_email = forms.EmailField(label=_("Manager's e-mail"), max_length=254, required=False)

    def __init__(self, *args: Any, legal: bool, stored: dict[int, Signatory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.legal = legal
        for place in (1, 2):
            self._add_person(place, stored.get(place))

    def _add_person(self, place: int, stored: Signatory | None) -> None:
        def text(label: Any, length: int, **attrs: Any) -> forms.CharField:
            return forms.CharField(
                label=label, max_length=length, required=False, widget=forms.TextInput(attrs=NO_SPELLING | attrs)
            )

        self.fields |= {
            f"first_name_{place}": text(_("First name"), 100),
            f"last_name_{place}": text(_("Last name"), 100),
            f"tckn_{place}": text(_("T.C. identity number"), 20, inputmode="numeric"),
            f"phone_{place}": text(_("Phone"), 30, inputmode="tel"),
            f"email_{place}": forms.EmailField(label=_("E-mail"), max_length=254, required=False),
        }
        if not self.legal:
            day = forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d")
            self.fields[f"birth_date_{place}"] = forms.DateField(
                label=_("Birth date"), required=False, widget=day, input_formats=["%Y-%m-%d", "%d.%m.%Y"]
            )
        if stored:
            text_of = gettext("Kept: %(number)s. Leave it empty to keep it.")
            self.fields[f"tckn_{place}"].help_text = text_of % {"number": stored.tckn_shown}
            if not self.legal and stored.birth_date:
                self.fields[f"birth_date_{place}"].help_text = text_of % {"number": stored.birth_date_shown}

    @classmethod
    def of(cls, application: Application, data: Any = None) -> "SignatoriesForm":
        stored = {person.place: person for person in application.signatories.all()}
        initial: dict[str, Any] = {
            "joint_authority": application.joint_authority,
            "manager_other": not application.manager_is_signatory,
            "manager_name": application.manager_name,
            "manager_email": application.manager_email,
        }
        for place, person in stored.items():
            for name in ("first_name", "last_name", "phone", "email"):
                initial[f"{name}_{place}"] = getattr(person, name)
        return cls(data, initial=initial, legal=application.is_legal, stored=stored)

    def person(self, place: int) -> SignatoryValues:
        """What was typed about one signatory."""
        names = ("first_name", "last_name", "phone", "email", "tckn")
        typed = {name: self.cleaned_data.get(f"{name}_{place}", "") for name in names}
        return SignatoryValues(**typed, birth_date=self.cleaned_data.get(f"birth_date_{place}"))

    @property
    def people(self) -> list[tuple[int, list[Any]]]:
        """The bound fields of each signatory, for the template."""
        return [(place, [self[name] for name in self.fields if name.endswith(f"_{place}")]) for place in (1, 2)]


class BrandForm(PortalForm):
    """One sub-brand to be added."""

    name = forms.CharField(label=_("Brand"), max_length=150)
    registered = forms.BooleanField(
        label=_("There is a registration certificate"),
        required=False,
        help_text=_("Then you upload it with the documents."),
    )


class WithdrawForm(PortalForm):
    reason = forms.CharField(label=_("Reason"), max_length=2000, required=False)
