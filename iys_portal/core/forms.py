"""What every form shares: its crispy helper (style 16)."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from .errors import DomainError, FieldsInvalid, Invalid


class CrispyMixin:
    """Gives a form the portal's helper; the template writes the <form>, the token and the buttons.

    Password fields get the button that shows what was typed.
    """

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field.widget, forms.PasswordInput):
                field.widget.attrs |= {
                    "data-password": "",
                    "data-show": _("Show password"),
                    "data-hide": _("Hide password"),
                }

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag = False
        helper.disable_csrf = True
        return helper


class PortalForm(CrispyMixin, forms.Form):
    """A form of the portal."""


def show_refusal(form: forms.BaseForm, error: DomainError, *, elsewhere: str | None = None) -> None:
    """Show what a service refused at the fields that it names; what the form has no field for, at `elsewhere`.

    Without `elsewhere` that stands above the form.
    """
    if isinstance(error, FieldsInvalid):
        errors = error.errors
    else:
        errors = {(error.field if isinstance(error, Invalid) else None) or "": [str(error)]}
    for name, sentences in errors.items():
        form.add_error(name if name in form.fields else elsewhere, sentences)  # type: ignore[arg-type]
