"""What a form recorded, in words: from the engine's outcomes to the page that shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import Actor

from .enums import Channel, NoticeState, Verdict
from .selectors.recorded import Told, told_of
from .services.records import Outcome

WORDS = {
    Verdict.NEW: _("Recorded."),
    Verdict.CHANGED: _("Recorded; the former record was changed."),
    Verdict.RENEWED: _("Recorded; the consent was renewed with the new date and source."),
    Verdict.UNCHANGED: _("This was recorded already; nothing changed."),
}

AWAITING = _("It may not be used yet: it is awaiting confirmation by the recipient.")
NOTICE_WORDS: Mapping[NoticeState, Promise | str] = {
    NoticeState.WAITING: _("A notice is on its way to the recipient."),
    NoticeState.CLAIMED: _("A notice is on its way to the recipient."),
    NoticeState.ON_TIME: _("A notice was sent to the recipient."),
    NoticeState.LATE: _("A notice was sent to the recipient, after the day of the consent."),
    NoticeState.REGISTERED_LATER: _("A notice was sent to the recipient."),
    NoticeState.UNDELIVERED: _("The notice could not be delivered."),
    NoticeState.UNTELLABLE: _("The recipient cannot be told by text: this number takes no text messages."),
}
REGISTERED_LATER = _("The day of the consent was over: it counts as registered later.")
OWN_NOTICE = _("Your own notice is kept beside it.")


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


def told_words(told: Told | None) -> list[Promise | str]:
    """What the provider wants to know about the notice of a record (R-M1), and whether it may be used yet (R-M4)."""
    if told is None:
        return []
    words: list[Promise | str] = [AWAITING] if told.awaiting else []
    if told.state is None:
        return words
    words += [NOTICE_WORDS[told.state]] if told.state in NOTICE_WORDS else []
    words += [REGISTERED_LATER] if told.over else []
    return words + ([OWN_NOTICE] if told.own else [])


def shown(results: Sequence[dict[str, Any]], *, actor: Actor) -> list[dict[str, Any]]:
    """The rows with their words, badges and links, and where the notices stand of what was written."""
    told = told_of(actor, [row["event"] for row in results if row["event"] and Verdict(row["verdict"]).written])
    return [
        {
            **result,
            "channel": Channel[result["channel"]].label,
            "label": Verdict(result["verdict"]).label,
            "tone": Verdict(result["verdict"]).badge,
            "words": WORDS.get(Verdict(result["verdict"]), ""),
            "told": told_words(told.get(result["event"])),
            "url": reverse("consents:detail", args=[result["event"]]) if result["event"] else "",
        }
        for result in results
    ]
