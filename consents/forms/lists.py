"""Filters of the lists of refusals and notices. Unknown values are dropped, so that an old address still opens."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from consents.enums import NoticeState
from consents.filters import ConsentFilterForm
from providers.models import Brand

TROUBLE = (NoticeState.UNDELIVERED, NoticeState.LATE, NoticeState.REGISTERED_LATER, NoticeState.UNTELLABLE)


class BrandFilterForm(ConsentFilterForm):
    """Narrows a list to one brand of those that the actor may see; staff choose one before they see any row."""

    q = channel = state = type = source = None  # type: ignore[assignment]
    plain = ("brand",)  # type: ignore[assignment]

    def __init__(self, *args: Any, grouped: bool, **kwargs: Any) -> None:
        super().__init__(*args, grouped=grouped, **kwargs)
        if grouped:
            field: Any = self.fields["brand"]
            field.choices = [("", _("Choose a brand")), *field.choices[1:]]

    @property
    def chosen_brand(self) -> Brand | None:
        code = self.chosen.get("brand")
        return next((brand for brand in self.brands if str(brand.brand_code) == code), None)


class NoticeFilterForm(BrandFilterForm):
    """Narrows the notices that went wrong."""

    state = forms.ChoiceField(  # type: ignore[assignment]
        label=_("State"), required=False, choices=[("", _("Any")), *((state.name, state.label) for state in TROUBLE)]
    )
    plain = ("brand", "state")  # type: ignore[assignment]

    @property
    def states(self) -> tuple[NoticeState, ...]:
        name = self.chosen.get("state")
        return (NoticeState[name],) if name else TROUBLE
