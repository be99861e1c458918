"""What citizens wished to be mailed (setting of their own): new consents at once or daily, and receipts of refusals.

Only what is under a seal is told: nothing with a lower number can come behind it (docs/seals.md). A consent of which
R-M1's notice tells, one that only renews, and what the person did here themselves is no news.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation

from consents.enums import Channel, EventKind, NoticeState, Source, Status
from consents.models import Consent, ConsentEvent, NewsMark, Notice
from consents.selectors.feed import last_final
from iys_portal.accounts.enums import MailRhythm
from iys_portal.accounts.models import CitizenMails, ProvenAddress, User
from iys_portal.accounts.notices import mail_citizen
from iys_portal.core.actors import ActorKind
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand

SHOWN = 20  # lines of a mail; the rest stands on the page
_KEY = ("recipient", "brand_id", "channel", "recipient_type")


@dataclass(frozen=True)
class Line:
    """One line of a mail, in the reader's language."""

    brand: str
    channel: str
    address: str
    source: str
    at: datetime


def tell_each() -> int:
    """Mail what became final since the last time to whoever wants to know at once; returns how many mails.

    Two at once do not tell twice: the mark is locked, and a mail's cause names its last event.
    """
    with transaction.atomic():
        window = _window(MailRhythm.EACH)
        if window is None:
            return 0
        first, last = window
        told = _tell("new_consents", _news(first, last), last, rhythm=MailRhythm.EACH)
        return told + _tell("refusal_receipt", _receipts(first, last), last, rhythm=None)


def tell_daily() -> int:
    """The day's new consents in one mail for whoever wants it so; a second run on the day finds nothing new."""
    with transaction.atomic():
        window = _window(MailRhythm.DAILY)
        return _tell("new_consents", _news(*window), window[1], rhythm=MailRhythm.DAILY) if window else 0


def _window(rhythm: MailRhythm) -> tuple[int, int] | None:
    """The events (first, last] that were not told yet; moves the mark. None where there are none, or another one tells.

    The very first run only sets the mark: what was recorded before is no news.
    """
    last = last_final()
    _mark, created = NewsMark.objects.get_or_create(rhythm=rhythm, defaults={"event": last})
    if created:
        return None
    mark = NewsMark.objects.select_for_update(skip_locked=True, of=("self",)).filter(rhythm=rhythm).first()
    if mark is None or mark.event >= last:
        return None
    first, mark.event = mark.event, last
    mark.save(update_fields=["event"])
    return first, last


def _events(first: int, last: int) -> QuerySet[ConsentEvent]:
    proven = ProvenAddress.objects.order_by().values("address")
    found = ConsentEvent.objects.filter(event_id__gt=first, event_id__lte=last, kind=EventKind.RECORD)
    return found.filter(recipient__in=proven)


def _same(model: Any, **more: Any) -> QuerySet[Any]:
    return model.objects.filter(**{name: OuterRef(name) for name in _KEY}, **more)  # type: ignore[no-any-return]


def _news(first: int, last: int) -> QuerySet[ConsentEvent]:
    """Consents that a company recorded, that are new, still stand, and of which no notice of the law tells."""
    notice = Notice.objects.filter(
        recipient=OuterRef("recipient"), brand_id=OuterRef("brand_id"), registered_at=OuterRef("registered_at")
    ).exclude(state=NoticeState.UNTELLABLE)
    renewed = _same(ConsentEvent, version=OuterRef("version") - 1, status=Status.ONAY)
    found = _events(first, last).filter(status=Status.ONAY).exclude(actor_kind=ActorKind.RECIPIENT)
    return found.filter(~Exists(notice), ~Exists(renewed), Exists(_same(Consent, status=Status.ONAY)))


def _receipts(first: int, last: int) -> QuerySet[ConsentEvent]:
    """The person's own refusals that were not taken back meanwhile."""
    found = _events(first, last).filter(status=Status.RET, actor_kind=ActorKind.RECIPIENT)
    return found.filter(Exists(_same(Consent, status=Status.RET)))


def _tell(name: str, events: Iterable[ConsentEvent], last: int, *, rhythm: MailRhythm | None) -> int:
    """One mail for each citizen who wants it. Consumer and merchant of one channel are one line."""
    rows = {(row.recipient, row.brand_id, row.channel): row for row in events}
    holders = {row.address: row for row in ProvenAddress.objects.filter(address__in={key[0] for key in rows})}
    by_user: dict[int, list[ConsentEvent]] = {}
    for row in sorted(rows.values(), key=lambda one: one.event_id):
        holder = holders.get(row.recipient)
        if holder is not None and holder.is_own(row.registered_at):
            by_user.setdefault(holder.user_id, []).append(row)
    brands = Brand.objects.in_bulk({row.brand_id for row in rows.values()})
    wishes = {row.user_id: row for row in CitizenMails.objects.filter(user__in=by_user)}
    told = 0
    for user in User.objects.filter(pk__in=by_user, is_active=True).order_by("pk"):
        wish = wishes.get(user.pk) or CitizenMails(user=user)
        wants = wish.refusals if rhythm is None else wish.consents == rhythm
        if wants:
            with translation.override(user.language):
                lines = [_line(row, brands) for row in by_user[user.pk]]
            context = {"lines": lines[:SHOWN], "more": max(0, len(lines) - SHOWN), "total": len(lines)}
            context |= {"days": settings.REGISTRY["STOP_BUSINESS_DAYS"]}
            told += mail_citizen(name, cause=f"{name}:{rhythm or 'own'}:{user.pk}:{last}", user=user, context=context)
    return told


def _line(row: ConsentEvent, brands: dict[int, Brand]) -> Line:
    return Line(
        brand=brands[row.brand_id].name,
        channel=str(Channel(row.channel).label),
        address=row.recipient,
        source=str(Source(row.source).label) if row.source else "",
        at=(row.consent_date or row.registered_at).astimezone(ISTANBUL),
    )
