"""What a form recorded, in words: from the engine's outcomes to the page that shows them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .enums import Channel, Verdict
from .services.records import Outcome

if TYPE_CHECKING:
    from .forms.record import RecordForm

WORDS = {
    Verdict.NEW: _("Recorded."),
    Verdict.CHANGED: _("Recorded; the former record was changed."),
    Verdict.RENEWED: _("Recorded; the consent was renewed with the new date and source."),
    Verdict.UNCHANGED: _("This was recorded already; nothing changed."),
}


def results_of(channels: Sequence[str], outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """One plain row per channel, fit to be kept as JSON."""
    return [
        {
            "channel": channel,
            "verdict": int(outcome.verdict),
            "accepted": outcome.accepted,
            "event": outcome.event_id,
            "transaction": outcome.transaction_id,
        }
        for channel, outcome in zip(channels, outcomes, strict=False)
    ]


def carried(form: "RecordForm") -> dict[str, Any]:
    """What “record another” keeps: everything but the person."""
    data = form.cleaned_data
    return {name: data[name] for name in form.kept if name != "brand"} | {"brand": data["brand"].pk}


def shown(results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with their words, badges and links."""
    return [
        {
            **result,
            "channel": Channel[result["channel"]].label,
            "label": Verdict(result["verdict"]).label,
            "tone": Verdict(result["verdict"]).badge,
            "words": WORDS.get(Verdict(result["verdict"]), ""),
            "url": reverse("consents:detail", args=[result["event"]]) if result["event"] else "",
        }
        for result in results
    ]
