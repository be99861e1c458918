"""Which consent text a record or a file names (R-C18): the field, and what its answer means."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, Source, Status
from consents.models import ConsentText
from consents.selectors.texts import choosable, current_texts
from consents.text_rules import names_a_text
from providers.models import Brand

CURRENT, UNKNOWN = "", "unknown"


class TextField(forms.ChoiceField):
    """The brand's published texts, the one in use now, or “unknown”."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Text that was agreed to"))
        kwargs.setdefault("help_text", _("The recipient reads it in the notice, and it belongs to the proof."))
        super().__init__(required=False, **kwargs)

    def offer(self, brands: Iterable[Brand], *, current: bool) -> list[ConsentText]:
        """Fill the choices from these brands; an empty list means that there is nothing to choose."""
        texts = choosable(brands)
        several = len({text.brand_id for text in texts}) > 1
        named = [(str(text.pk), named_text(text, with_brand=several)) for text in texts]
        first = [(CURRENT, _("The brand's present text for the channel"))] if current else []
        self.choices = [*first, (UNKNOWN if current else "", _("Unknown")), *named]
        return texts


def named_text(text: ConsentText, *, with_brand: bool) -> str:
    """How a list to choose from names a text."""
    values = {
        "title": text.title,
        "version": text.version,
        "channels": ", ".join(text.channel_labels),
        "brand": text.brand.name,
    }
    if with_brand:
        return gettext("%(brand)s: %(title)s, version %(version)s (%(channels)s)") % values
    return gettext("%(title)s, version %(version)s (%(channels)s)") % values


def resolve(
    answer: str, *, brand: Brand, channels: Sequence[Channel], status: Status, source: Source | None, given: str
) -> int | None:
    """The number of the text that a single record points to; None where none is known or none belongs to it.

    Raises `ValidationError` where the answer cannot be right: another brand's text, one that is not for these
    channels or that day, or channels whose present texts differ.
    """
    if answer == UNKNOWN or not names_a_text(status, source):
        return None
    day = _day(given)
    if answer == CURRENT:
        found = {text.pk for text in current_texts(brand.pk, channels, day).values()}
        if len(found) > 1:
            raise forms.ValidationError(
                _("These channels have texts of their own. Choose one channel at a time, or say which text it was.")
            )
        return found.pop() if found else None
    text = ConsentText.objects.published().filter(pk=int(answer), brand=brand).first()
    if text is None:
        raise forms.ValidationError(_("This text belongs to another brand."))
    if not text.serves(list(channels), day):
        raise forms.ValidationError(_("This text is not for these channels, or was not in use on that day."))
    return text.pk


def _day(given: str) -> date:
    """The day on which it was given; today where that is not said or not readable (the engine judges it)."""
    try:
        return date.fromisoformat(given[:10])
    except ValueError:
        return timezone.localdate()
