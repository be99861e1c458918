"""The daily digest (R-R2): each provider is mailed how many refusals it has to act upon, and until when.

Counts only, never an address. A service mail of the registry, which depends on no consent (R-R3).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from consents.enums import Channel
from consents.models import RefusalAlert, RefusalCounter
from iys_portal.accounts.enums import ProviderRole
from iys_portal.core import outbox
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.models import OutboxMessage
from iys_portal.core.turkish import sort_key
from providers.enums import ProviderState
from providers.models import Membership, Provider

ADDRESSED = (ProviderRole.MANAGER, ProviderRole.OFFICER)


@dataclass(frozen=True)
class Line:
    """One brand and channel: refusals since the last digest, and those still open."""

    brand: str
    channel: Channel
    new: int
    denied: int
    open: int


@dataclass(frozen=True)
class Digest:
    """What one provider is told on one day."""

    lines: list[Line]
    due: list[tuple[date, int]]  # open ones by their last day
    today: date

    @property
    def new(self) -> int:
        return sum(line.new for line in self.lines)

    @property
    def denied(self) -> int:
        return sum(line.denied for line in self.lines)

    @property
    def open(self) -> int:
        return sum(total for _, total in self.due)

    @property
    def overdue(self) -> int:
        return sum(total for day, total in self.due if day < self.today)

    @property
    def ahead(self) -> list[tuple[date, int]]:
        """Days that have not passed, soonest first."""
        return [(day, total) for day, total in self.due if day >= self.today]


@dataclass(frozen=True)
class Reader:
    """Somebody who is mailed; `key` names them in the mail's cause."""

    key: str
    email: str
    language: str
    name: str = ""


def send_digests(now: datetime) -> int:
    """Put the day's digests into the outbox; returns how many were new. A second run on the day adds nothing.

    One transaction a provider. Providers without a new or open refusal get none, and closed ones neither: nothing can
    be sent in their name.
    """
    today = now.astimezone(ISTANBUL).date()
    # Whatever came in since yesterday has its last day still ahead, so its counter stands there, be it zero by now.
    concerned = RefusalCounter.objects.filter(Q(total__gt=0) | Q(due_on__gte=today)).order_by().values("provider_id")
    providers = Provider.objects.filter(pk__in=concerned).exclude(state=ProviderState.CLOSED).order_by("pk")
    return sum(_send_to(provider, today=today, now=now) for provider in providers)


def _send_to(provider: Provider, *, today: date, now: datetime) -> int:
    with transaction.atomic():
        digest = _digest(provider, since=_last(provider, today), today=today, now=now)
        if not digest.new and not digest.open:
            return 0
        return sum(_post(provider, reader, digest) for reader in _readers(provider))


def _cause(provider: Provider, day: date | None = None, reader: Reader | None = None) -> str:
    parts = ["refusal-digest", str(provider.pk)]
    parts += [day.isoformat()] if day else []
    parts += [reader.key] if reader else []
    return ":".join(parts)


def _last(provider: Provider, today: date) -> datetime | None:
    """When the provider's last digest before today was written."""
    earlier = OutboxMessage.objects.filter(cause__startswith=f"{_cause(provider)}:")
    before = earlier.exclude(cause__startswith=f"{_cause(provider, today)}:").order_by("-created_at")
    return before.values_list("created_at", flat=True).first()


def _digest(provider: Provider, *, since: datetime | None, today: date, now: datetime) -> Digest:
    fresh = Q(refused_at__lte=now) if since is None else Q(refused_at__gt=since, refused_at__lte=now)
    open_ones = Q(acknowledged_at=None, taken_back_at=None)
    counted = (
        RefusalAlert.objects.filter(fresh | open_ones, provider_id=provider.pk)
        .order_by()
        .values_list("brand__name", "channel")
        .annotate(
            new=Count("pk", filter=fresh),
            denied=Count("pk", filter=fresh & Q(denied=True)),
            waiting=Count("pk", filter=open_ones),
        )
    )
    due = RefusalCounter.objects.filter(provider_id=provider.pk, total__gt=0).order_by("due_on")
    lines = [Line(brand, Channel(channel), *numbers) for brand, channel, *numbers in counted]
    return Digest(
        lines=sorted(lines, key=lambda line: (sort_key(line.brand), line.channel)),
        due=list(due.values_list("due_on", "total")),
        today=today,
    )


def _readers(provider: Provider) -> Iterable[Reader]:
    """The company's own address, its managers and compliance officers; each address once, in its person's language."""
    found: dict[str, Reader] = {}
    members = Membership.objects.filter(provider=provider, role__in=ADDRESSED, user__is_active=True)
    for member in members.select_related("user").order_by("user_id"):
        user = member.user
        email = str(user.email)
        found[email.lower()] = Reader(str(user.pk), email, user.language, user.full_name)
    company = str(provider.email)
    found.setdefault(company.lower(), Reader("company", company, settings.LANGUAGE_CODE))
    return found.values()


def _post(provider: Provider, reader: Reader, digest: Digest) -> int:
    cause = _cause(provider, digest.today, reader)
    if OutboxMessage.objects.filter(cause=cause).exists():
        return 0
    subject, body, html = render(provider, digest, name=reader.name, language=reader.language)
    outbox.post(cause=cause, to=reader.email, subject=subject, body=body, html=html, to_mailbox=provider.is_demo)
    return 1


def render(provider: Provider, digest: Digest, *, name: str, language: str) -> tuple[str, str, str]:
    """Subject, text and HTML of a digest in the reader's language."""
    with translation.override(language):
        context: dict[str, Any] = {
            "digest": digest,
            "provider": provider.title,
            "name": name,
            "language": language,
            "brand": provider.title,
            "site_name": settings.SITE_NAME,
            "link": settings.PORTAL_URL + reverse("consents:refusals"),
        }
        subject, body, html = (
            render_to_string(f"consents/mail/refusal_digest{end}", context) for end in ("_subject.txt", ".txt", ".html")
        )
    return " ".join(subject.split()), body.strip() + "\n", html
