"""Forms of sign-in (allauth's, in our look), invitations and people's own settings."""

import struct
from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

from iys_portal.core.forms import CrispyMixin, PortalForm

from .enums import MailRhythm
from .selectors import has_app

CODE_ATTRS = {
    "class": "code-entry",
    "autocomplete": "one-time-code",
    "spellcheck": "false",
    "autofocus": True,
}


class SignInForm(CrispyMixin, account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["login"].widget.attrs |= {"autocomplete": "username", "autofocus": True}
        self.fields["password"].help_text = ""


class PasswordResetForm(CrispyMixin, account.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail")


class NewPasswordForm(CrispyMixin, account.ResetPasswordKeyForm):
    pass


class PasswordChangeForm(CrispyMixin, account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].help_text = ""


class PasswordAgainForm(CrispyMixin, account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""


class CodeForm(CrispyMixin, mfa.AuthenticateForm):
    """Takes the six digits of the authenticator or a recovery code of eight."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_app = has_app(self.user)
        self.fields["code"].widget.attrs |= CODE_ATTRS | {"inputmode": "numeric", "maxlength": "12"}
        if not self.has_app:
            self.fields["code"].label = _("Recovery code")
            self.fields["code"].widget.attrs["autofocus"] = False  # the passkey's button comes first


class CodeAgainForm(CrispyMixin, mfa.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs |= CODE_ATTRS | {"inputmode": "numeric", "maxlength": "12"}


class ActivateForm(CrispyMixin, totp.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code that the app shows")
        self.fields["code"].widget.attrs |= CODE_ATTRS | {"inputmode": "numeric", "maxlength": "6"}


class CredentialField(forms.JSONField):
    """What the browser's passkey dialog gave, in WebAuthn's JSON form."""

    default_error_messages = {
        "required": _("No passkey came from your browser. Please try again."),
        "invalid": _("No passkey came from your browser. Please try again."),
    }
    widget = forms.HiddenInput

    def __init__(self, answer: type[RegistrationResponse] | type[AuthenticationResponse]) -> None:
        self.answer = answer
        super().__init__()

    def clean(self, value: Any) -> Any:
        """The object as it came, once it can be read: allauth would fail on what somebody made up."""
        credential = super().clean(value)
        try:
            self.answer.from_dict(credential)
        except (TypeError, ValueError, LookupError, AttributeError, struct.error) as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error
        return credential


class AddPasskeyForm(CrispyMixin, webauthn.AddWebAuthnForm):
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=60,
        help_text=_("So that you know it later, for example by the device: office laptop, blue key."),
    )
    credential = CredentialField(RegistrationResponse)


class NamePasskeyForm(CrispyMixin, webauthn.EditWebAuthnForm):
    name = forms.CharField(label=_("Name"), max_length=60)


class PasskeyForm(CrispyMixin, webauthn.AuthenticateWebAuthnForm):
    credential = CredentialField(AuthenticationResponse)


class PasskeyAgainForm(CrispyMixin, webauthn.ReauthenticateWebAuthnForm):
    credential = CredentialField(AuthenticationResponse)


class AddressForm(PortalForm):
    """A citizen's e-mail or mobile phone, in any usual spelling."""

    address = forms.CharField(
        label=_("E-mail or mobile phone"),
        max_length=320,
        help_text=_("The address at which you received messages, for example ad@firma.example or 05xx xxx xx xx."),
        error_messages={"required": _("Enter your e-mail address or mobile phone number.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "inputmode": "email",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


class OwnAddressForm(AddressForm):
    """One more address of a citizen who is signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["address"].help_text = _("An e-mail or a mobile phone of yours. We send a code there.")
        self.fields["address"].widget.attrs |= {"autocomplete": "email", "autofocus": False}


class CitizenPasskeyForm(PortalForm):
    """What the browser made, and how the citizen calls it."""

    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=60,
        help_text=_("So that you know it later, for example: my phone."),
    )
    credential = CredentialField(RegistrationResponse)


class PasskeyNameForm(PortalForm):
    name = forms.CharField(label=_("Name"), max_length=60)


class CitizenPasskeyEntryForm(PortalForm):
    """What the browser answered with a passkey."""

    credential = CredentialField(AuthenticationResponse)


class MailsForm(PortalForm):
    """What a citizen wants to be mailed."""

    consents = forms.ChoiceField(
        label=_("New consents in my name"), choices=MailRhythm.choices, widget=forms.RadioSelect
    )
    refusals = forms.BooleanField(label=_("A receipt for each refusal of mine"), required=False)
    devices = forms.BooleanField(label=_("A sign-in from a browser that was not used before"), required=False)


class EmptyTextInput(forms.TextInput):
    """A text field that never shows what was typed before."""

    def format_value(self, value: Any) -> str | None:
        return None


class SignInCodeForm(PortalForm):
    """The six digits that were sent; the next try starts empty."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        error_messages={"required": _("Enter the six digits.")},
        widget=EmptyTextInput(attrs=CODE_ATTRS | {"inputmode": "numeric", "maxlength": "12"}),
    )


class TokenForm(PortalForm):
    """The secret part of an invitation's link; a script fills it in from the address."""

    token = forms.CharField(
        label=_("Invitation code"),
        max_length=100,
        help_text=_("It stands at the end of the link in your invitation mail, after the # sign."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-invitation-token": ""}),
    )


class NewPersonForm(PortalForm):
    """What a person without an account gives to accept an invitation."""

    token = forms.CharField(max_length=100, widget=forms.HiddenInput)
    full_name = forms.CharField(label=_("First and last name"), max_length=150)
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=128,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validators_help_text_html(),
    )


class ConfirmForm(PortalForm):
    """The token alone: a signed-in person accepts."""

    token = forms.CharField(max_length=100, widget=forms.HiddenInput)
