"""Initial upload deadlines as people see them: the banner, and whom a new announcement would concern (R-D2)."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q

from consents import deadlines
from consents.models import DeadlineExtension
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL, start_of_day
from iys_portal.core.prepared import prepared_cursor
from iys_portal.core.turkish import sort_key
from providers.enums import ProviderState, SizeClass
from providers.models import Provider

from .sizes import size_class_of, size_classes

NEWS = timedelta(days=14)
"""How long an announcement counts as a late change."""

NAMED = 20
_ANNOUNCED = """
    SELECT announced_on, until, check_until, size_class, provider_id FROM consents_deadlineextension ORDER BY id
"""


@dataclass(frozen=True)
class DeadlineBanner:
    """What a provider reads about its own deadline on a day."""

    until: date
    check_until: date | None
    reference: str
    open: bool
    days_left: int  # the last day itself counts as 0
    former: date | None = None  # the deadline before, where it changed lately
    postponed: bool = False

    @property
    def tone(self) -> str:
        if not self.open:
            return "secondary"
        return "warning" if self.days_left <= NEWS.days else "info"


@dataclass(frozen=True)
class Concerned:
    """A provider whom an announcement would concern: its deadline today, and the one it would have."""

    provider: Provider
    now: date | None
    then: date  # the newest announcement counts: one that is dated back may change nothing

    @property
    def shortened(self) -> bool:
        return self.now is not None and self.now > self.then


@dataclass(frozen=True)
class Preview:
    """Whom an announcement would concern, before anything is written."""

    total: int = 0
    large: int = 0
    small: int = 0
    shortened: int = 0
    without_effect: int = 0
    named: list[Concerned] = field(default_factory=list)  # the first ones, those that would lose days before the rest

    @property
    def left_out(self) -> int:
        return self.total - len(self.named)


def announcements() -> list[deadlines.Announcement]:
    """Everything that was ever announced."""
    with prepared_cursor() as cursor:
        cursor.execute(_ANNOUNCED, {})
        return [deadlines.Announcement(*row) for row in cursor.fetchall()]


def own_windows(provider: Provider) -> list[DeadlineExtension]:
    """The windows that were opened for one provider alone, newest first."""
    return list(DeadlineExtension.objects.filter(provider=provider).order_by("-announced_on", "-pk"))


def banner_of(actor: Actor, *, now: datetime) -> DeadlineBanner | None:
    """R-D2: the provider's deadline while it is open, or changed or ended within the last days, or people still check.

    None for staff, and where there is nothing to tell. Three queries.
    """
    if actor.all_providers or actor.provider_id is None:
        return None
    provider = Provider.objects.filter(pk=actor.provider_id).first()
    if provider is None:
        return None
    rows = DeadlineExtension.objects.filter(Q(provider=None) | Q(provider=provider)).order_by("pk")
    known = {
        deadlines.Announcement(r.announced_on, r.until, r.check_until, r.size_class, r.provider_id): r.reference
        for r in rows
    }
    size = size_class_of(provider)
    current = deadlines.initial_deadline(known, provider_id=provider.pk, size_class=size, now=now)
    if current is None:
        return None
    today = now.astimezone(ISTANBUL).date()
    is_open = deadlines.is_open(current, now)
    checking = current.check_until is not None and today <= current.check_until
    lately = today - current.announced_on <= NEWS
    if not (is_open or checking or lately):
        return None
    earlier = [item for item in known if item != current and item.announced_on < current.announced_on]
    former = deadlines.initial_deadline(earlier, provider_id=provider.pk, size_class=size, now=now) if lately else None
    return DeadlineBanner(
        until=current.until,
        check_until=current.check_until,
        reference=known[current],
        open=is_open,
        days_left=max((current.until - today).days, 0),
        former=former.until if former else None,
        postponed=former is not None and former.until < current.until,
    )


def preview_of(announced: deadlines.Announcement, *, now: datetime) -> Preview:
    """Whom this announcement would concern, and from which deadline it would move them. Three queries."""
    known = announcements()
    at = max(now, start_of_day(announced.announced_on))
    found: list[Concerned] = []
    sizes = {SizeClass.LARGE: 0, SizeClass.SMALL: 0}
    for provider, size in _concerned(announced):
        before = deadlines.initial_deadline(known, provider_id=provider.pk, size_class=size, now=at)
        every = [*known, announced]
        then = deadlines.initial_deadline(every, provider_id=provider.pk, size_class=size, now=at) or announced
        found.append(Concerned(provider, before.until if before else None, then.until))
        sizes[size] += 1
    first = sorted(found, key=lambda one: (not one.shortened, sort_key(one.provider.title)))[:NAMED]
    return Preview(
        total=len(found),
        large=sizes[SizeClass.LARGE],
        small=sizes[SizeClass.SMALL],
        shortened=sum(one.shortened for one in found),
        without_effect=sum(one.then != announced.until for one in found),
        named=first,
    )


def _concerned(announced: deadlines.Announcement) -> list[tuple[Provider, SizeClass]]:
    """Providers that may load now or again, with their size; closed ones load nothing any more (R-P7)."""
    providers = Provider.objects.filter(sandbox_of=None).exclude(state=ProviderState.CLOSED).order_by("title", "pk")
    if announced.provider_id is not None:
        providers = providers.filter(pk=announced.provider_id)
    sizes = size_classes(providers)
    return [
        (provider, sizes[provider.pk])
        for provider in providers
        if announced.concerns(provider_id=provider.pk, size_class=sizes[provider.pk])
    ]
