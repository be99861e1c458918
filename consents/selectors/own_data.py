"""Everything that the registry holds about a citizen, as plain values (R-Z6).

What happened at an address before its history begins belongs to an earlier holder and is left out (R-Z2).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from consents.effective import Reason, effective_status
from consents.enums import Channel, EventKind, NoticeKind, NoticeState, RecipientType, Source, Status
from consents.models import Consent, ConsentEvent, Notice, StandingWish
from consents.own_data import FORMAT, further_parts
from iys_portal.accounts.keys import citizen_hash
from iys_portal.accounts.models import PrivacyNoticeRead, ProvenAddress, User
from iys_portal.accounts.selectors import addresses_of, devices_of, edevlet_link_of, mails_of, passkeys_of
from iys_portal.core.actors import ActorKind
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.enums import Means
from iys_portal.core.models import AuditEntry
from providers.models import Brand

from .messages import messages_of
from .own import STATES
from .wishes import Wanted, words_of

Rows = list[dict[str, Any]]
SIGN_INS = ("address.proven", "citizen.opened", "citizen.signed_in")


def own_data(user_id: int, *, now: datetime, step: Callable[[str], None] = lambda name: None) -> dict[str, Any]:
    """The whole of it, ready for JSON; `step` is told what is being gathered. Words are in the present language."""
    user = User.objects.get(pk=user_id)
    own = {row.address: row for row in addresses_of(user_id)}
    data: dict[str, Any] = {"format": FORMAT, "made_at": _moment(now), "account": _account(user)}
    data["addresses"] = [_address(row) for row in own.values()]
    for name, part in _PARTS.items():
        step(name)
        data[name] = list(part(user_id, own, now))
    for name, _title, further in further_parts():
        step(name)
        data[name] = further(user_id, now)
    return data


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(ISTANBUL).isoformat(timespec="seconds") if moment else None


def _account(user: User) -> dict[str, Any]:
    link = edevlet_link_of(user.pk)
    return {
        "opened_at": _moment(user.created_at),
        "language": user.language,
        "mails": mails_of(user.pk),
        "edevlet_since": _moment(link.linked_at) if link else None,
        "passkeys": [{"name": key.wrap().name, "added_at": _moment(key.created_at)} for key in passkeys_of(user.pk)],
        "browsers": [
            {"browser": one.browser, "first": _moment(one.first_seen_at), "last": _moment(one.last_seen_at)}
            for one in devices_of(user.pk)
        ],
    }


def _address(row: ProvenAddress) -> dict[str, Any]:
    return {
        "address": row.address,
        "proven_at": _moment(row.proven_at),
        "history_from": _moment(row.history_from),
    }


def _brands(numbers: set[int]) -> dict[int, dict[str, Any]]:
    found = Brand.objects.select_related("provider").in_bulk(numbers)
    return {
        key: {"brand": brand.name, "brand_code": brand.brand_code, "provider": brand.provider.title}
        for key, brand in found.items()
    }


def _consents(user_id: int, own: dict[str, ProvenAddress], now: datetime) -> Iterator[dict[str, Any]]:
    """What stands now, whoever gave the consent; since when and how, only of own ones."""
    rows = list(Consent.objects.filter(recipient__in=own).annotate(effective=effective_status(now)))
    brands = _brands({row.brand_id for row in rows})
    for row in sorted(rows, key=lambda one: (brands[one.brand_id]["brand_code"], one.recipient, one.channel)):
        mine = own[row.recipient].is_own(row.registered_at)
        if not mine and not STATES[Reason(row.effective)].reaches:
            continue  # as on the page: an earlier holder's refusal is nobody else's business
        yield {
            **brands[row.brand_id],
            "address": row.recipient,
            "channel": Channel(row.channel).name,
            "recipient_type": RecipientType(row.recipient_type).name,
            "status": Status(row.status).name,
            "effective": str(Reason(row.effective).label),
            "consent_date": _moment(row.consent_date) if mine else None,
            "registered_at": _moment(row.registered_at) if mine else None,
            "source": Source(row.source).name if mine and row.source else None,
        }


def _history(user_id: int, own: dict[str, ProvenAddress], now: datetime) -> Iterator[dict[str, Any]]:
    events = ConsentEvent.objects.filter(recipient__in=own).exclude(kind=EventKind.ERASURE).order_by("-event_id")
    rows = [row for row in events if own[row.recipient].is_own(row.registered_at)]
    brands = _brands({row.brand_id for row in rows})
    for row in rows:
        yield {
            **brands[row.brand_id],
            "event": row.event_id,
            "address": row.recipient,
            "channel": Channel(row.channel).name,
            "recipient_type": RecipientType(row.recipient_type).name,
            "what": EventKind(row.kind).name,
            "status": Status(row.status).name,
            "source": Source(row.source).name if row.source else None,
            "consent_date": _moment(row.consent_date),
            "registered_at": _moment(row.registered_at),
            "transaction_id": bytes(row.transaction_id).hex(),
        }


def _messages(user_id: int, own: dict[str, ProvenAddress], now: datetime) -> Iterator[dict[str, Any]]:
    for told in messages_of(list(own)):
        if not own[told.recipient].is_own(told.message.planned_at):
            continue
        brand = told.message.brand
        yield {
            "brand": brand.name,
            "brand_code": brand.brand_code,
            "provider": brand.provider.title,
            "address": told.recipient,
            "channel": Channel(told.message.channel).name,
            "planned_at": _moment(told.message.planned_at),
            "subject": told.message.subject,
            "text": told.message.text,
            "allowed": told.allowed,
        }


def _notices(user_id: int, own: dict[str, ProvenAddress], now: datetime) -> Iterator[dict[str, Any]]:
    events = ConsentEvent.objects.filter(recipient__in=own).order_by().values("event_id")
    found = Notice.objects.filter(event_id__in=events, recipient__in=own).order_by("-event_id")
    rows = [row for row in found if own[row.recipient].is_own(row.registered_at)]
    brands = _brands({row.brand_id for row in rows})
    for row in rows:
        yield {
            **brands[row.brand_id],
            "address": row.recipient,
            "about": str(NoticeKind(row.kind).name),
            "by": Means(row.means).name,
            "state": NoticeState(row.state).name,
            "sent_at": _moment(row.sent_at),
        }


def _sign_ins(user_id: int, own: dict[str, ProvenAddress], now: datetime) -> Iterator[dict[str, Any]]:
    entries = AuditEntry.objects.filter(actor_kind=ActorKind.RECIPIENT, actor_id=user_id, verb__in=SIGN_INS)
    for entry in entries.order_by("-pk"):
        yield {"at": _moment(entry.at), "what": entry.verb, "by": (entry.new or {}).get("by", "code")}


def _notices_read(user_id: int, own: dict[str, ProvenAddress], now: datetime) -> Iterator[dict[str, Any]]:
    by_address = {citizen_hash("notice", address): row for address, row in own.items()}
    readings = PrivacyNoticeRead.objects.select_related("notice").order_by("-read_at")
    found = readings.filter(subject_type="accounts.address", subject_id__in=by_address)
    rows = [row for row in found if by_address[row.subject_id].is_own(row.read_at)]
    rows += readings.filter(subject_type="accounts.user", subject_id=str(user_id))
    for row in rows:
        notice = row.notice
        yield {
            "title": notice.title,
            "version": notice.version,
            "language": notice.language,
            "read_at": _moment(row.read_at),
        }


def _wishes(user_id: int, own: dict[str, ProvenAddress], now: datetime) -> Iterator[dict[str, Any]]:
    """R-Z8: standing wishes, those that ended too."""
    rows = (
        StandingWish.objects.filter(user_id=user_id, recipient__in=own).select_related("brand").order_by("-begins_at")
    )
    for row in rows:
        yield {
            "address": row.recipient,
            "wish": words_of(Wanted.of(row), brand=row.brand, until=row.until, begins_at=row.begins_at),
            "begins_at": _moment(row.begins_at),
            "ends_at": _moment(row.until),
            "ended_at": _moment(row.ended_at),
        }


_PARTS: dict[str, Callable[[int, dict[str, ProvenAddress], datetime], Iterator[dict[str, Any]]]] = {
    "consents": _consents,
    "history": _history,
    "messages": _messages,
    "wishes": _wishes,
    "notices": _notices,
    "sign_ins": _sign_ins,
    "privacy_notices": _notices_read,
}


def printed(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The same values for the PDF: for each part a title and rows of (label, words)."""
    titles = {
        "addresses": _("My addresses"),
        "consents": _("Consents and refusals as they stand"),
        "history": _("History"),
        "messages": _("Messages recorded for my addresses"),
        "wishes": _("My wishes"),
        "notices": _("Notices sent to me"),
        "sign_ins": _("Sign-ins"),
        "privacy_notices": _("Privacy notices that I read"),
    } | {name: title for name, title, _part in further_parts()}
    labels = _labels()
    return [
        {
            "title": title,
            "rows": [
                [(labels.get(key, key), _words(key, value)) for key, value in row.items() if value not in (None, "")]
                for row in data[name]
            ],
        }
        for name, title in titles.items()
    ]


def _labels() -> dict[str, str]:
    return {
        "address": _("Address"),
        "proven_at": _("Proven"),
        "history_from": _("History begins"),
        "brand": _("Brand"),
        "brand_code": _("Brand number"),
        "provider": _("Provider"),
        "channel": _("Channel"),
        "recipient_type": _("Recipient type"),
        "status": _("Status"),
        "effective": _("What holds now"),
        "consent_date": _("Consent date"),
        "registered_at": _("Registered"),
        "source": _("Source"),
        "event": _("Event"),
        "what": _("What happened"),
        "transaction_id": _("Transaction number"),
        "planned_at": _("Planned for"),
        "subject": _("Subject"),
        "text": _("Text"),
        "allowed": _("Allowed"),
        "about": _("About"),
        "by": _("By"),
        "state": _("State"),
        "sent_at": _("Sent"),
        "at": _("When"),
        "title": _("Title"),
        "version": _("Version"),
        "language": _("Language"),
        "read_at": _("Read"),
        "wish": _("Wish"),
        "begins_at": _("Begins"),
        "ends_at": _("Ends"),
        "ended_at": _("Ended"),
        "tracking_number": _("Tracking number"),
        "stands": _("State"),
        "sender": _("Sender"),
        "message_at": _("Message came"),
        "filed_at": _("Filed"),
    }


def _words(key: str, value: Any) -> str:
    """A value as a reader wants it; codes by their labels, moments in the usual form."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        choices = _CODES.get(key)
        if choices is not None and value in choices.__members__:
            return str(choices[value].label)
        if key.endswith(("_at", "_date", "_from")) or key == "at":
            return datetime.fromisoformat(value).astimezone(ISTANBUL).strftime("%d.%m.%Y %H:%M")
        if key in ("what", "by"):
            return {
                "address.proven": _("Signed in or proved an address"),
                "citizen.opened": _("The account was opened"),
                "citizen.signed_in": _("Signed in"),
                "code": _("by a code"),
                "passkey": _("by a passkey"),
                "edevlet": "e-Devlet",
            }.get(value, str(EventKind[value].label) if value in EventKind.__members__ else value)
    return str(value)


_CODES: dict[str, Any] = {
    "channel": Channel,
    "recipient_type": RecipientType,
    "status": Status,
    "source": Source,
    "about": NoticeKind,
    "by": Means,
    "state": NoticeState,
}
