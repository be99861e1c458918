"""Forms of the citizen's pages: filters of the list, finding a brand, why a message came, wishes."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from consents.enums import Channel, WishKind
from consents.selectors.own import AWAITING, REACHING, REFUSED
from consents.selectors.own_list import Asked
from consents.selectors.wishes import Wanted, words_of
from consents.services.wishes import PAUSE_DAYS
from consents.why import MAX_TEXT
from iys_portal.accounts.models import ProvenAddress
from iys_portal.core.forms import PortalForm
from iys_portal.core.numbers import page_in
from providers.enums import Sector

GROUPS = (
    ("", _("All")),
    (REACHING, _("May reach me")),
    (REFUSED, _("Refused")),
    (AWAITING, _("Waiting for something")),
)
ORDERS = (("ad", _("By name")), ("yeni", _("Newest first")), ("ulasan", _("Who may reach me first")))


class OwnFilterForm(PortalForm):
    """Search, filter and order of the list. What an old address asks and nobody knows any more is dropped."""

    q = forms.CharField(required=False, max_length=100)
    durum = forms.ChoiceField(label=_("Shown"), required=False, choices=GROUPS)
    kanal = forms.ChoiceField(
        label=pgettext_lazy("to reach somebody", "Way"),
        required=False,
        choices=[("", _("All")), *((c.name, c.label) for c in Channel)],
    )
    adres = forms.ChoiceField(label=_("Address"), required=False)
    sektor = forms.ChoiceField(label=_("Sector"), required=False)
    sira = forms.ChoiceField(label=_("Order"), required=False, choices=ORDERS)

    def __init__(self, data: QueryDict, *, addresses: Sequence[ProvenAddress]) -> None:
        super().__init__(data)
        self.addresses = {str(row.pk): row.address for row in addresses}
        self._choices("adres", [("", _("All")), *self.addresses.items()])
        self._choices("sektor", [("", _("All")), *Sector.choices])
        self.is_valid()

    def _choices(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        field: Any = self.fields[name]
        field.choices = list(choices)

    def offer(self, sectors: Collection[str]) -> None:
        """Leave out choices that would find nothing, and fields with nothing to choose."""
        chosen = self.cleaned_data.get("sektor")
        named = [(value, label) for value, label in Sector.choices if value in sectors or value == chosen]
        self._choices("sektor", [("", _("All")), *named])
        for name, few in (("sektor", not named), ("adres", len(self.addresses) < 2)):
            if few:
                del self.fields[name]

    @property
    def chosen(self) -> dict[str, str]:
        """What was asked, without what was not; fit for an address of the page."""
        return {name: value for name, value in self.cleaned_data.items() if value and (name, value) != ("sira", "ad")}

    @property
    def narrowed(self) -> bool:
        return bool(self.chosen.keys() - {"sira"})

    def asked(self, page: str) -> Asked:
        data = self.cleaned_data
        return Asked(
            search=data.get("q") or "",
            group=data.get("durum") or "",
            channel=Channel[data["kanal"]] if data.get("kanal") else None,
            address=self.addresses.get(data.get("adres") or "", ""),
            sector=data.get("sektor") or "",
            order=data.get("sira") or "ad",
            page=page_in(page),
        )


class PlacesForm(forms.Form):
    """Which channels of which own addresses, as `address number-channel`; none is ticked beforehand."""

    places = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: QueryDict, *, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__(data)
        field: Any = self.fields["places"]
        field.choices = choices

    @property
    def chosen(self) -> list[tuple[int, Channel]]:
        pairs = (place.split("-") for place in self.cleaned_data["places"])
        return [(int(number), Channel(int(channel))) for number, channel in pairs]


class WhyForm(PortalForm):
    """A message, or what is known of its sender, or the e-mail as a file."""

    text = forms.CharField(
        label=_("The message, or an address, number or link in it"),
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false"}),
        help_text=_("Copy as much of it as you can: the more there is, the surer the answer."),
    )
    sender = forms.CharField(
        label=_("Sender, as your phone or mailbox shows it"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("For example MODADENEME, 0850 000 00 00 or bilgi@firma.example"),
    )
    file = forms.FileField(
        label=_("Or the e-mail as a file (.eml)"),
        required=False,
        widget=forms.FileInput({"accept": ".eml,message/rfc822"}),
        help_text=_("In most mail programs: “Save as” or “Download the message”. The file is read and not kept."),
    )

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if not self.errors and not any(self.cleaned_data.get(name) for name in self.fields):
            raise forms.ValidationError(_("Paste the message, name its sender, or choose the e-mail file."))
        return data


class WishForm(PortalForm):
    """One wish, and the addresses for which it shall hold."""

    wish = forms.ChoiceField(label=_("What do you wish?"))
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=[("", "—"), *Sector.choices])
    address = forms.ChoiceField(label=pgettext_lazy("wish", "For"), required=False)

    def __init__(self, data: QueryDict | None = None, *, addresses: Sequence[ProvenAddress]) -> None:
        super().__init__(data)
        self._own = {row.pk: row.address for row in addresses}
        wishes = [*_channel_wishes(addresses), (WishKind.SECTOR.name, _("Nobody of one sector may reach me"))]
        wishes += [(f"{WishKind.PAUSE.name}-{days}", _pause(days)) for days in PAUSE_DAYS]
        field: Any = self.fields["wish"]
        field.choices = [("", _("Choose")), *wishes]
        field = self.fields["address"]
        field.choices = [("", _("All my addresses")), *((str(key), address) for key, address in self._own.items())]
        if len(self._own) < 2:
            del self.fields["address"]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if self.cleaned_data.get("wish") == WishKind.SECTOR.name and not self.cleaned_data.get("sector"):
            self.add_error("sector", _("Choose a sector of the list."))
        return data

    @property
    def wanted(self) -> Wanted:
        name, _dash, detail = self.cleaned_data["wish"].partition("-")
        kind = WishKind[name]
        if kind is WishKind.CHANNEL:
            return Wanted(kind, channel=Channel[detail])
        if kind is WishKind.PAUSE:
            return Wanted(kind, days=int(detail))
        return Wanted(kind, sector=self.cleaned_data["sector"])

    @property
    def address_ids(self) -> list[int] | None:
        number = self.cleaned_data.get("address")
        return [int(number)] if number else None

    @property
    def chosen_addresses(self) -> list[str]:
        number = self.cleaned_data.get("address")
        return [self._own[int(number)]] if number else list(self._own.values())


def _channel_wishes(addresses: Sequence[ProvenAddress]) -> list[tuple[str, Any]]:
    kinds = {row.is_phone for row in addresses}
    return [
        (f"CHANNEL-{channel.name}", words_of(Wanted(WishKind.CHANNEL, channel=channel)))
        for channel in Channel
        if channel.takes_phone in kinds
    ]


def _pause(days: int) -> str:
    return ngettext(
        "Pause: nobody may reach me for %(days)s day", "Pause: nobody may reach me for %(days)s days", days
    ) % {"days": days}
