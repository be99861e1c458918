"""Forms of consent pages (R-M7): the maker's, and the one for a visitor's address."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel
from consents.models import ConsentPage, ConsentText
from iys_portal.core.forms import PortalForm
from providers.models import Retailer

from .text_choice import named_text


class PageForm(PortalForm):
    """What a page asks for and where it stands. The text brings the brand with it."""

    text = forms.ModelChoiceField(label=_("Consent text"), queryset=ConsentText.objects.none(), empty_label=None)
    title = forms.CharField(
        label=_("Heading of the page"),
        max_length=80,
        help_text=_("What stands above the page, for example “News by e-mail”."),
    )
    purpose = forms.CharField(
        label=_("What is it for?"),
        max_length=200,
        required=False,
        help_text=_("One plain sentence. Asking for a consent carries no advertising: no offers, no links."),
    )
    channels = forms.TypedMultipleChoiceField(
        label=_("Channels that can be ticked"),
        choices=Channel.choices,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None comes ticked: the person ticks."),
        error_messages={"required": _("Choose at least one channel.")},
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=ConsentPage.Language.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[ConsentPage.Language.TURKISH],
        help_text=_("Of the words around the text. The text itself stays as it was published."),
        error_messages={"required": _("Choose at least one language.")},
    )
    retailer = forms.CharField(
        label=_("Dealer's code"),
        max_length=40,
        required=False,
        help_text=_("Where a dealer asks with this page, for example by a poster in the shop."),
    )
    return_url = forms.CharField(
        label=_("Address to go back to"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
        help_text=_("Offered as a link at the end; with https:// and at one of the brand's own domains."),
    )
    frame_domains = forms.MultipleChoiceField(
        label=_("Sites that may show the page inside their own"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The domains of the brand's profile. No other site can frame the page."),
    )

    def __init__(self, *args: Any, texts: Iterable[ConsentText], domains: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["text"]
        known = list(texts)
        field.queryset = ConsentText.objects.filter(pk__in=[text.pk for text in known]).select_related(
            "brand__provider"
        )
        field.choices = [(text.pk, named_text(text, with_brand=True)) for text in known]
        sites: Any = self.fields["frame_domains"]
        sites.choices = [(domain, domain) for domain in dict.fromkeys(domains)]
        if not sites.choices:
            del self.fields["frame_domains"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        code, text = data.get("retailer", ""), data.get("text")
        data["retailer"] = None
        if code and text is not None:
            data["retailer"] = Retailer.objects.filter(brand=text.brand, code=code, is_active=True).first()
            if data["retailer"] is None:
                self.add_error("retailer", _("The brand has no active dealer with this code."))
        return data


class PageAddressForm(PortalForm):
    """A visitor's e-mail or phone, in any usual spelling."""

    address = forms.CharField(
        max_length=320,
        error_messages={"required": _("Enter your e-mail address or mobile phone number.")},
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, phones: bool, mails: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["address"]
        field.label, kind, mode = _LABELS[phones, mails]
        field.widget.attrs |= {"autocomplete": kind, "inputmode": mode}


_LABELS = {
    (True, True): (_("Your e-mail or mobile phone"), "email", "email"),
    (True, False): (_("Your mobile phone"), "tel", "tel"),
    (False, True): (_("Your e-mail"), "email", "email"),
}
