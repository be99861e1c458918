"""Filters of the lists of refusals and notices. Unknown values are dropped, so that an old address still opens."""

from django import forms
from django.utils.translation import gettext_lazy as _

from consents.enums import NoticeState
from consents.filters import ConsentFilterForm

from .fields import any_of

TROUBLE = (NoticeState.UNDELIVERED, NoticeState.LATE, NoticeState.REGISTERED_LATER, NoticeState.UNTELLABLE)


class BrandFilterForm(ConsentFilterForm):
    """Narrows a list to one brand of those that the actor may see; staff name one before they see any row."""

    q = channel = state = type = source = None  # type: ignore[assignment]
    plain = ("brand",)  # type: ignore[assignment]


class NoticeFilterForm(BrandFilterForm):
    """Narrows the notices that went wrong."""

    state = forms.ChoiceField(  # type: ignore[assignment]
        label=_("State"), required=False, choices=any_of(TROUBLE)
    )
    plain = ("brand", "state")  # type: ignore[assignment]

    @property
    def states(self) -> tuple[NoticeState, ...]:
        name = self.chosen.get("state")
        return (NoticeState[name],) if name else TROUBLE
