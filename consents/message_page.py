"""What a message's page shows: the check of its text, its length, how far the check of its recipients is."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from iys_portal.core.enums import JobState
from providers.models import Brand

from .enums import Channel, MessagePurpose
from .message_length import Length, length_of
from .message_rules import Wording, answers_for, sentence_of
from .models import Message
from .selectors.messages import sender_of
from .states import MessageState


@dataclass(frozen=True)
class Line:
    """One thing that is wanted; `missing` says what to write where it was not found."""

    title: str | Promise
    explanation: str | Promise
    missing: str = ""


@dataclass(frozen=True)
class TextCheck:
    """What is wanted of a text and what is missing in it, and of a text message its length."""

    lines: list[Line]
    commercial: bool
    length: Length | None = None

    @property
    def open(self) -> int:
        return sum(bool(line.missing) for line in self.lines)


@dataclass(frozen=True)
class Progress:
    """A check of recipients as its page shows it."""

    state: str
    state_label: str | Promise
    title: str
    done: int
    total: int | None
    percent: int | None
    in_rows: bool
    message: str

    @property
    def runs(self) -> bool:
        return self.state in (JobState.QUEUED, JobState.RUNNING)


def check_of(message: Message) -> TextCheck:
    about: dict[str, Any] = {name: getattr(message, name) for name in ("brand", "channel", "purpose")}
    return check_of_words(**about, subject=message.subject, text=message.text, html=message.html)


def check_of_words(*, brand: Brand, channel: int, purpose: str, subject: str, text: str, html: str) -> TextCheck:
    """The check of words that may not be kept anywhere yet."""
    sender = sender_of(brand)
    words = Wording.of(channel, sender, subject=subject, text=text, html=html if channel == Channel.EPOSTA else "")
    lines = [
        Line(answer.check.title, answer.check.explanation, "" if answer.passed else sentence_of(answer.check, sender))
        for answer in answers_for(words, purpose)
    ]
    length = length_of(text.strip()) if channel == Channel.MESAJ else None
    return TextCheck(lines, commercial=MessagePurpose(purpose).needs_consent, length=length)


def progress_of(message: Message) -> Progress | None:
    """How far the check of the recipients is; None where none is under way."""
    job = message.wash_job
    if job is None or message.state != MessageState.WASHING:
        return None
    broken = job.state in (JobState.FAILED, JobState.CANCELLED)
    return Progress(
        state=job.state,
        state_label=job.get_state_display(),
        title=job.step or _("The recipients are checked"),
        done=job.done,
        total=job.total if job.percent is not None else None,
        percent=job.percent,
        in_rows=not message.file or job.total != message.file.size,
        message=_("The check broke down. Nothing of it was kept. Go on with it, or stop it.") if broken else "",
    )
