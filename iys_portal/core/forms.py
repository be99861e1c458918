"""What every form shares: its crispy helper (style 16)."""

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _


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
