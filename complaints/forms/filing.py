"""Forms of a filing. They know the shape of what is typed; the services judge it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from complaints.enums import Operator, PersonKind, Topic
from complaints.models import Complaint
from complaints.models.people import IDENTITY_FIELDS, IdentityFields
from complaints.services import MessageValues
from consents.enums import Channel
from iys_portal.accounts.models import ProvenAddress
from iys_portal.core.forms import PortalForm
from iys_portal.core.provinces import provinces
from providers.models import Brand

MOMENT = "%Y-%m-%dT%H:%M"
CHANNELS = (
    (Channel.EPOSTA.value, pgettext_lazy("came as", "E-mail")),
    (Channel.MESAJ.value, pgettext_lazy("came as", "Text message")),
    (Channel.ARAMA.value, pgettext_lazy("came as", "Call")),
)


class MessageForm(PortalForm):
    """Where the message came, from whom, when, and what it said."""

    address = forms.TypedChoiceField(label=_("Your address"), coerce=int, required=False, empty_value=None)
    channel = forms.TypedChoiceField(
        label=_("How did it come?"), coerce=int, required=False, empty_value=None, choices=CHANNELS,
        widget=forms.RadioSelect,
    )  # fmt: skip
    operator = forms.ChoiceField(label=_("Operator of your phone"), required=False)
    brand = forms.TypedChoiceField(label=_("Sender"), coerce=int, required=False, empty_value=None)
    sender = forms.CharField(
        label=_("Sender as you saw it"),
        max_length=300,
        required=False,
        help_text=_("Name, number or e-mail address; needed where the sender is not in the list."),
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )
    message_at = forms.DateTimeField(
        label=_("When did it come?"),
        required=False,
        input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(format=MOMENT, attrs={"type": "datetime-local"}),
    )
    subject = forms.CharField(label=_("Subject"), max_length=300, required=False)
    text = forms.CharField(
        label=_("What did it say?"),
        max_length=20_000,
        required=False,
        help_text=_("The full text; for a call, what was said, in short."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, addresses: Sequence[ProvenAddress], brands: Sequence[Brand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["address"].choices = [(row.pk, row.address) for row in addresses]
        if len(addresses) != 1:
            fields["address"].choices.insert(0, ("", gettext("Choose an address")))
        empty = gettext("Not in this list")
        fields["brand"].choices = [("", empty), *((brand.pk, brand.name) for brand in brands)]
        fields["operator"].choices = [("", gettext("Choose an operator")), *Operator.choices]
        now = f"{timezone.localtime():{MOMENT}}"
        fields["message_at"].widget.attrs["max"] = now

    @classmethod
    def of(
        cls,
        complaint: Complaint,
        data: Any = None,
        *,
        addresses: Sequence[ProvenAddress],
        brands: Sequence[Brand],
    ) -> "MessageForm":
        at = next((row.pk for row in addresses if row.address == complaint.address), None)
        moment = timezone.localtime(complaint.message_at) if complaint.message_at else None
        same = ("channel", "operator", "subject", "text")
        initial = {name: getattr(complaint, name) for name in same} | {
            "address": at,
            "brand": complaint.brand_id,
            "sender": complaint.sender_given,
            "message_at": moment,
        }
        return cls(data, initial=initial, addresses=addresses, brands=brands)

    def values(self) -> MessageValues:
        data = self.cleaned_data
        return MessageValues(
            address_id=data["address"],
            channel=data["channel"],
            brand_id=data["brand"],
            sender=data["sender"],
            message_at=data["message_at"],
            subject=data["subject"],
            text=data["text"],
            operator=data["operator"],
        )


class IdentityForm(PortalForm):
    """Who complains; which fields count, the kind decides."""

    kind = forms.ChoiceField(label=_("You complain"), choices=PersonKind, widget=forms.RadioSelect)
    full_name = forms.CharField(label=_("First and last name"), max_length=150, required=False)
    tckn = forms.CharField(
        label=_("T.C. identity number"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "spellcheck": "false"}),
    )
    title = forms.CharField(label=_("Company or trade name"), max_length=300, required=False)
    representative = forms.CharField(label=_("Representative"), max_length=150, required=False)
    mersis = forms.CharField(
        label=_("MERSİS number"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    is_tradesman = forms.BooleanField(label=_("I declare that I am a tradesman (esnaf)."), required=False)
    province = forms.ChoiceField(label=_("Province"), required=False)
    district = forms.ChoiceField(label=_("District"), required=False)
    residence = forms.CharField(
        label=_("Home or business address"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    remember = forms.BooleanField(label=_("Remember this for my next complaint"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        chosen = self.data.get("province") or self.initial.get("province") or ""
        places = {"province": (provinces(), _("Choose a province"))}
        places["district"] = (provinces().get(chosen, []), _("Choose a district"))  # type: ignore[assignment]
        for name, (known, empty) in places.items():
            fields[name].choices = [("", empty), *((value, value) for value in known)]

    @classmethod
    def of(cls, identity: IdentityFields | None, data: Any = None) -> "IdentityForm":
        if identity is None:
            return cls(data, initial={"kind": PersonKind.CONSUMER, "remember": True})
        initial = {name: getattr(identity, name) for name in IDENTITY_FIELDS} | {"remember": True, "tckn": ""}
        form = cls(data, initial=initial)
        if identity.tckn:  # R-P9: shown masked, never again in full
            text = gettext("Kept: %(number)s. Leave it empty to keep it.")
            form.fields["tckn"].help_text = text % {"number": identity.tckn_shown}
        return form


class TopicsForm(PortalForm):
    topics = forms.MultipleChoiceField(
        label=_("What is the complaint about?"), choices=Topic, required=False, widget=forms.CheckboxSelectMultiple
    )


class DeclarationForm(PortalForm):
    declared = forms.BooleanField(
        label=_("I declare that what I say here is true and that the message came to me."), required=False
    )
    refusal_wanted = forms.BooleanField(
        label=_("With the decision, refuse this sender for me too, at this address and by this way"),
        required=False,
        help_text=_("You can refuse it at once on the page “Who may reach me”; you need not wait for a decision."),
    )


class InformationForm(PortalForm):
    answer = forms.CharField(
        label=_("Your answer"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
