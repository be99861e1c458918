"""Standing wishes of a citizen, and what one would change (R-Z5, R-Z8)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consents.effective import Reason, effective_status
from consents.enums import Channel, WishKind
from consents.models import Consent, StandingWish
from iys_portal.core.turkish import sort_key
from providers.enums import Sector
from providers.models import Brand, BrandProfile


@dataclass(frozen=True)
class Wanted:
    """What a wish says, before it stands."""

    kind: WishKind
    channel: int = 0
    sector: str = ""
    brand_id: int | None = None
    days: int = 0

    @classmethod
    def of(cls, wish: StandingWish) -> "Wanted":
        return cls(WishKind(wish.kind), wish.channel, wish.sector, wish.brand_id)

    def until(self, moment: datetime) -> datetime | None:
        return moment + timedelta(days=self.days) if self.kind is WishKind.PAUSE else None


@dataclass(frozen=True)
class OwnWish:
    """A wish as its citizen sees it: once, for all the addresses for which it was made."""

    words: str
    kind: WishKind
    addresses: list[str]
    begins_at: datetime
    until: datetime | None
    made_together: str
    wanted: Wanted

    @property
    def brand_id(self) -> int | None:
        return self.wanted.brand_id

    def concerns(self, brand: Brand) -> bool:
        """Whether it may hold this brand off, by one channel at least."""
        profile = getattr(brand, "profile", None)
        sector = profile.sector if profile else ""
        return self.brand_id in (None, brand.pk) and self.wanted.sector in ("", sector)


def affected(addresses: Collection[str], wanted: Wanted, *, now: datetime) -> list[Any]:
    """Consents on these addresses that may be used at `now` and could not under the wish; with `effective`."""
    found = Consent.objects.filter(recipient__in=list(addresses)).filter(_matching(wanted))
    found = found.annotate(effective=effective_status(now))
    sendable = found.filter(effective__in=(Reason.SENDABLE, Reason.SENDABLE_UNTIL_EVIDENCE))
    return list(sendable.order_by("recipient", "brand_id", "channel", "recipient_type"))


def _matching(wanted: Wanted) -> Q:
    if wanted.kind is WishKind.CHANNEL:
        return Q(channel=wanted.channel)
    if wanted.kind is WishKind.SECTOR:
        in_sector = BrandProfile.objects.filter(sector=wanted.sector).values("brand_id")
        return Q(brand_id__in=in_sector)
    if wanted.kind is WishKind.BRAND:
        return Q(brand_id=wanted.brand_id)
    return Q()


def brands_of(consents: Collection[Any]) -> list[Brand]:
    """The brands of these consents, by name in Turkish order."""
    brands = Brand.objects.filter(pk__in={consent.brand_id for consent in consents}).select_related("provider")
    return sorted(brands, key=lambda brand: (sort_key(brand.name), brand.brand_code))


def standing(user_id: int, addresses: Collection[str], *, now: datetime) -> list[StandingWish]:
    """The citizen's wishes that hold at `now`, for addresses that are still theirs."""
    found = StandingWish.objects.filter(user_id=user_id, recipient__in=list(addresses), ended_at=None)
    return [wish for wish in found.select_related("brand").order_by("made_together", "pk") if wish.holds_at(now)]


def own_wishes(user_id: int, addresses: Collection[str], *, now: datetime) -> list[OwnWish]:
    """The same as the citizen sees them, newest first."""
    together = groupby(standing(user_id, addresses, now=now), key=lambda wish: wish.made_together)
    found = [_own(list(wishes)) for _key, wishes in together]
    return sorted(found, key=lambda own: own.begins_at, reverse=True)


def _own(wishes: Sequence[StandingWish]) -> OwnWish:
    first = wishes[0]
    return OwnWish(
        words=words_of(Wanted.of(first), brand=first.brand, until=first.until, begins_at=first.begins_at),
        kind=WishKind(first.kind),
        addresses=[wish.recipient for wish in wishes],
        begins_at=first.begins_at,
        until=first.until,
        made_together=str(first.made_together),
        wanted=Wanted.of(first),
    )


def words_of(
    wanted: Wanted, *, brand: Brand | None = None, until: datetime | None = None, begins_at: datetime | None = None
) -> str:
    """The wish in the person's own words."""
    if wanted.kind is WishKind.CHANNEL:
        return {
            Channel.ARAMA: _("Nobody may call me"),
            Channel.MESAJ: _("Nobody may send me text messages"),
            Channel.EPOSTA: _("Nobody may send me e-mails"),
        }[Channel(wanted.channel)]
    if wanted.kind is WishKind.SECTOR:
        return _("Nobody of this sector may reach me: %(sector)s") % {"sector": Sector(wanted.sector).label}
    if wanted.kind is WishKind.BRAND:
        return _("%(brand)s may never reach me") % {"brand": brand.name if brand else ""}
    days = (until - begins_at).days if until and begins_at else wanted.days
    return ngettext("Nobody may reach me for %(days)s day", "Nobody may reach me for %(days)s days", days) % {
        "days": days
    }
