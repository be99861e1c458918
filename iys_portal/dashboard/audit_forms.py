"""Filters of the audit trail, and the questions of the auditor's pages.

A person's name or e-mail comes by POST and goes on as the account's number, so that no address of a page holds it.
"""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from consents.forms.moment import PastMomentField
from consents.selectors.search import stored_address
from iys_portal.accounts.enums import UserKind
from iys_portal.accounts.models import User
from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.calendar import end_of_day, start_of_day
from iys_portal.core.forms import PortalForm
from iys_portal.core.numbers import number_in
from providers.models import Provider

from .audit_acts import Group
from .audit_selectors import Trail, address_of_event
from .audit_words import OBJECTS


def _day(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, input_formats=["%Y-%m-%d"])


class TrailForm(PortalForm):
    """Narrows the trail. `doer` is the number of an actor (`1-42`), which `who` is turned into."""

    who = forms.CharField(label=_("Who (name or e-mail)"), required=False, max_length=254)
    group = forms.ChoiceField(label=_("Kind of act"), required=False, choices=[("", _("Any")), *Group.choices])
    object = forms.ChoiceField(label=_("Object"), required=False, choices=[("", _("Any")), *OBJECTS.items()])
    number = forms.CharField(label=_("Number of the object"), required=False, max_length=100)
    provider = forms.IntegerField(
        label=_("Provider's İYS number"), required=False, min_value=1, widget=forms.TextInput({"inputmode": "numeric"})
    )
    since = _day(_("From"))
    until = _day(_("To"))
    doer = forms.RegexField(
        rf"^[{min(ActorKind):d}-{max(ActorKind):d}]-\d{{1,18}}$", required=False, widget=forms.HiddenInput
    )

    plain = ("group", "object", "number", "provider", "since", "until", "doer")

    def clean_who(self) -> str:
        name = self.cleaned_data["who"].strip()
        if not name:
            return ""
        people = User.objects.filter(Q(email__iexact=name) | Q(full_name__iexact=name), kind=UserKind.MEMBER)
        found = list(people.order_by("pk").values_list("pk", flat=True)[:2])
        if len(found) > 1:
            raise forms.ValidationError(_("Several people have this name: give the e-mail."))
        if not found:
            raise forms.ValidationError(_("Nobody has this name or e-mail."))
        self.person = found[0]
        return name

    def clean_provider(self) -> int | None:
        code = self.cleaned_data["provider"]
        if code is None:
            return None
        self.provider_id = Provider.objects.filter(iys_code=code).values_list("pk", flat=True).first()
        if self.provider_id is None:
            raise forms.ValidationError(_("No provider has this number."))
        return code

    @property
    def chosen(self) -> dict[str, str]:
        """The valid filters as an address carries them; a person by number."""
        self.is_valid()
        found = {name: value for name in self.plain if (value := self.cleaned_data.get(name))}
        if self.cleaned_data.get("who"):
            found["doer"] = f"{int(ActorKind.USER)}-{self.person}"
        return {name: value.isoformat() if isinstance(value, date) else str(value) for name, value in found.items()}

    @property
    def trail(self) -> Trail:
        """The valid filters as the selectors want them."""
        chosen = self.chosen
        kind, dash, number = chosen.get("doer", "").partition("-")
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return Trail(
            group=chosen.get("group", ""),
            provider_id=self.provider_id if "provider" in chosen else None,
            doer=(int(kind), int(number)) if dash else None,
            target_type=chosen.get("object", ""),
            target_id=chosen.get("number", ""),
            since=start_of_day(since) if since else None,
            before=end_of_day(until) if until else None,
        )


class PersonForm(PortalForm):
    """Whose data: an address, or the number of any event of a consent."""

    q = forms.CharField(label=_("Address, or a consent's event number"), max_length=265)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor

    def clean_q(self) -> str:
        text = self.cleaned_data["q"].strip()
        number = number_in(text.lstrip("#"))
        # Digits are an event's number first: phones are typed with their sign or leading zero.
        found = address_of_event(self.actor, number) if number is not None and not text.startswith("0") else None
        address = found or stored_address(text)
        if address is None:
            raise forms.ValidationError(_("This is neither a whole address nor the number of an event."))
        return address


class ForceForm(PortalForm):
    at = PastMomentField(label=_("Date and time (Istanbul)"))
