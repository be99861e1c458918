"""What the regulation asks of a consent text (R-C18), as data: some of it a program finds, the rest a person ticks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, Source, SourceGroup, Status
from iys_portal.core.calendar import end_of_day, start_of_day
from iys_portal.core.turkish import fold

CHECKLIST_VERSION = 1


class TextState(models.TextChoices):
    """Where a text stands on a day."""

    DRAFT = "draft", _("Draft")
    PLANNED = "planned", _("Published, not valid yet")
    VALID = "valid", _("Published")
    REPLACED = "replaced", _("Replaced by a newer version")
    OVER = "over", _("No longer used")

    @property
    def badge(self) -> str:
        return {
            "draft": "warning",
            "planned": "info",
            "valid": "success",
            "replaced": "secondary",
            "over": "secondary",
        }[self.value]


@dataclass(frozen=True)
class Wording:
    """A text as its checks read it: folded, with the names that may stand for its sender."""

    text: str
    senders: tuple[str, ...]
    channels: tuple[Channel, ...]

    @classmethod
    def of(cls, title: str, text: str, *, senders: Iterable[str], channels: Iterable[int]) -> "Wording":
        names = tuple(filter(None, (fold(name) for name in senders)))
        return cls(fold(f"{title}\n{text}"), names, tuple(Channel(channel) for channel in channels))

    def holds(self, *words: str) -> bool:
        return any(fold(word) in self.text for word in words)


@dataclass(frozen=True)
class Check:
    """One line of the checklist. With `found`, a program answers it; without, whoever publishes ticks it."""

    name: str
    title: str | Promise
    explanation: str | Promise
    missing: str | Promise = ""
    found: Callable[[Wording], bool] | None = None


@dataclass(frozen=True)
class Answer:
    """A check as it stands for one text."""

    check: Check
    passed: bool

    @property
    def by_program(self) -> bool:
        return self.check.found is not None


_AGREES = (
    "onay veriyorum", "onaylıyorum", "izin veriyorum", "kabul ediyorum", "istiyorum", "onay verdiğimi",
    "izin verdiğimi", "kabul ettiğimi", "I agree", "I consent", "I give my consent", "I would like",
)  # fmt: skip
_REFUSES = (
    "reddedebilir", "reddetme", "ret hakkı", "ret bildir", "vazgeçebilir", "geri alabilir", "geri çekebilir",
    "iptal edebilir", "almayı durdurabilir", "çıkabilir", "refuse at any time", "can refuse", "may refuse",
    "withdraw", "unsubscribe", "opt out",
)  # fmt: skip
_NAMES = {
    Channel.ARAMA: ("arama", "aranma", "telefon", "sesli", "call", "phone"),
    Channel.MESAJ: ("kısa mesaj", "sms", "text message"),
    Channel.EPOSTA: ("e-posta", "elektronik posta", "e-mail", "email"),
}


def names_every_channel(wording: Wording) -> bool:
    """R-C17: a consent holds for the channels that its text names, and for no other."""
    return all(wording.holds(*_NAMES[channel]) for channel in wording.channels)


CHECKS = (
    Check(
        "positive",
        _("It says yes in so many words"),
        _("The person declares agreement: “I agree”, “I consent”. Silence, or “unless you object”, is no consent."),
        _("No sentence such as “I agree” or “I consent” was found."),
        found=lambda wording: wording.holds(*_AGREES),
    ),
    Check(
        "sender",
        _("It names the sender"),
        _("The name of the company or of the brand stands in the text, so that people know to whom they agree."),
        _("Neither the company's name nor the brand's name was found."),
        found=lambda wording: any(name in wording.text for name in wording.senders),
    ),
    Check(
        "channels",
        _("It names the channels"),
        _("Calls, text messages and e-mails are agreed to one by one; the text names each channel that it is for."),
        _("Not every channel that is chosen above is named in the text."),
        found=names_every_channel,
    ),
    Check(
        "refusal",
        _("It says how to refuse"),
        _("The text tells that the person can refuse at any time and without giving a reason."),
        _("No sentence was found that says the person can refuse at any time."),
        found=lambda wording: wording.holds(*_REFUSES),
    ),
    Check(
        "name_and_address",
        _("Name and address are asked for"),
        _("Beside the text stand fields for the person's name and for the phone number or e-mail address."),
    ),
    Check(
        "not_ticked",
        _("Nothing is ticked beforehand"),
        _("The person ticks the box or presses the button; no box comes already ticked."),
    ),
    Check(
        "apart",
        _("It stands apart from açık rıza"),
        _(
            "Explicit consent (açık rıza) and the information text under the data protection law have sentences and"
            " boxes of their own; one “yes” never stands for both."
        ),
    ),
    Check(
        "no_condition",
        _("The service does not depend on it"),
        _("Whoever says no gets the same goods and services. The consent is no condition of a contract or a sale."),
    ),
    Check(
        "contract_end",
        _("In a contract it stands at the end, under a heading of its own"),
        _(
            "Where it is part of a contract: at its end, under the heading “ticari elektronik ileti”, in at least"
            " 12 punto, with a place of its own to agree. Tick it too where it is part of no contract."
        ),
    ),
)
BY_PERSON = tuple(check for check in CHECKS if check.found is None)


def answers(wording: Wording, ticked: Iterable[str]) -> list[Answer]:
    """The whole checklist for a text: what the program finds in it now, and what was ticked."""
    chosen = set(ticked)
    return [Answer(check, check.found(wording) if check.found else check.name in chosen) for check in CHECKS]


def state_on(
    day: date, *, published: bool, valid_from: date | None, valid_until: date | None, replaced: bool = False
) -> TextState:
    """Days are inclusive. `replaced`: a newer version is valid for all of the text's channels."""
    if not published:
        return TextState.DRAFT
    if valid_until is not None and valid_until < day:
        return TextState.OVER
    if valid_from is not None and valid_from > day:
        return TextState.PLANNED
    return TextState.REPLACED if replaced else TextState.VALID


def validity(valid_from: date, valid_until: date | None) -> tuple[datetime, datetime | None]:
    """The first moment of a text's validity and the first one after it."""
    return start_of_day(valid_from), end_of_day(valid_until) if valid_until else None


def names_a_text(status: Status | None, source: Source | None) -> bool:
    """A text belongs to a consent that was given by form, on paper or electronically; no refusal has one."""
    return status is Status.ONAY and source is not None and source.group is not SourceGroup.DECLARATION
