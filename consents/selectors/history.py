"""One consent with everything that ever happened to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from consents.effective import Reason, effective_status, judge
from consents.enums import EventKind, EvidenceKind, Hold, Source, Status, WayIn
from consents.models import Consent, ConsentEvent, ConsentImport, Evidence, KeyFreeze, RefusalAlert
from consents.models.scopes import granted
from iys_portal.accounts.models import User
from iys_portal.core.actors import PEOPLE, Actor, ActorKind
from providers.models import Brand, Integrator, IntegratorPerson, Retailer

from .freezes import freezes_on
from .texts import AgreedText, agreed_texts
from .told import Told, told_of


@dataclass(frozen=True)
class Line:
    """One event of the ledger as a reader wants it."""

    event: ConsentEvent
    title: str
    tone: str
    icon: str
    who: str
    way: str | Promise
    source: Source | None
    evidence: str
    retailer: Retailer | None
    by_import: ConsentImport | None
    note: str = ""
    told: list[Told] = field(default_factory=list)
    alert: RefusalAlert | None = None
    text: AgreedText | None = None
    freezes: list[KeyFreeze] = field(default_factory=list)

    @property
    def number(self) -> str:
        return str(self.event.event_id)

    @property
    def transaction(self) -> str:
        return bytes(self.event.transaction_id).hex()


@dataclass(frozen=True)
class Record:
    """A consent, what it allows now, its history (newest first) and the address's other records at the brand."""

    consent: Consent
    brand: Brand
    reason: Reason
    lines: list[Line]
    others: list[Consent]

    @property
    def newest(self) -> Line:
        return self.lines[0]


def consent_of(actor: Actor, event_id: int) -> Consent | None:
    """The consent that an event is about; None where there is none or it is not the actor's (R-A1).

    The number is looked up in the ledger's block range index `event_number`.
    """
    key = (
        ConsentEvent.objects.visible_to(actor)
        .filter(event_id=event_id)
        .values_list("recipient", "brand_id", "channel", "recipient_type")
        .order_by()
        .first()
    )
    return Consent.objects.filter(pk=key).first() if key else None


def brand_of(consent: Consent) -> Brand:
    return Brand.objects.select_related("provider").get(pk=consent.brand_id)


def record_of(actor: Actor, consent: Consent, brand: Brand, *, now: datetime, since: datetime | None = None) -> Record:
    """Everything the detail page shows; the number of queries does not depend on the history's length.

    `since` leaves out what was registered before: an earlier holder's of the address (R-Z2).
    """
    events = list(events_of(consent, since=since).order_by("-version"))
    allowed = Q() if actor.bound is None else granted(Consent, actor.bound)
    others = (
        Consent.objects.filter(allowed)
        .filter(recipient=consent.recipient, brand_id=consent.brand_id)
        .exclude(channel=consent.channel, recipient_type=consent.recipient_type)
        .annotate(effective=effective_status(now))
        .order_by("channel", "recipient_type")
    )
    return Record(
        consent=consent,
        brand=brand,
        reason=judge([consent.key], now=now)[0],
        lines=_lines(actor, brand, events),
        others=list(others),
    )


def events_of(consent: Consent, *, since: datetime | None = None) -> QuerySet[ConsentEvent]:
    """Everything that happened to a consent, or what was registered from a moment on."""
    found = ConsentEvent.objects.filter(
        recipient=consent.recipient,
        brand_id=consent.brand_id,
        channel=consent.channel,
        recipient_type=consent.recipient_type,
    )
    return found if since is None else found.filter(registered_at__gte=since)


def _lines(actor: Actor, brand: Brand, events: Sequence[ConsentEvent]) -> list[Line]:
    users = User.objects.in_bulk({e.actor_id for e in events if e.actor_kind in PEOPLE})
    parties = _parties(events)
    members = set(brand.provider.memberships.filter(user__in=users).values_list("user_id", flat=True))
    retailers = Retailer.objects.in_bulk({e.retailer_id for e in events if e.retailer_id})
    imports = _imports(actor, {e.job_id for e in events if e.job_id})
    evidence = _references(brand, [bytes(e.evidence_hash) for e in events if e.evidence_hash])
    told = told_of(actor, events)
    alerts = _alerts(events)
    texts = agreed_texts(event.text_version_id for event in events)
    freezes = freezes_on(events)
    outside = actor.bound is not None or actor.kind is ActorKind.RECIPIENT
    lines = []
    for place, event in enumerate(events):
        former = events[place + 1] if place + 1 < len(events) else None
        title, tone, icon = _what(event, former)
        by_import = imports.get(event.job_id) if event.job_id else None
        by_registry = by_import is not None and by_import.by_registry
        user = users.get(event.actor_id) if event.actor_kind in PEOPLE else None
        party = parties.get(event.version)
        inside = user is not None and user.pk in members and not outside
        known = actor.all_providers or inside or (party is not None and actor.kind is not ActorKind.RECIPIENT)
        named = user is not None and known and not by_registry
        lines.append(
            Line(
                event=event,
                title=title,
                tone=tone,
                icon=icon,
                who=_named(user, party) if named else _who(event, outside=outside and not by_registry),
                way=WayIn(event.way).label,
                source=Source(event.source) if event.source else None,
                evidence=evidence.get(bytes(event.evidence_hash or b""), "") or _evidence(event),
                retailer=retailers.get(event.retailer_id) if event.retailer_id else None,
                by_import=by_import,
                note=_note(event, former),
                told=told.get(event.version, []),
                alert=alerts.get(event.version),
                text=texts.get(event.text_version_id) if event.text_version_id else None,
                freezes=freezes.get(event.version, []),
            )
        )
    return lines


def _parties(events: Sequence[ConsentEvent]) -> dict[int, Integrator]:
    """For which integrator an event's person acted then, by version (R-P12). A query only where one did."""
    moments = {e.version: (e.actor_id, e.registered_at) for e in events if e.actor_kind == ActorKind.INTEGRATOR}
    if not moments:
        return {}
    people = list(
        IntegratorPerson.objects.filter(user__in={user for user, _at in moments.values()})
        .select_related("integrator")
        .order_by("added_at")
    )
    found = {}
    for version, (user, at) in moments.items():
        own = [person for person in people if person.user_id == user]
        then = [person for person in own if person.added_at <= at]
        if own:
            found[version] = (then or own)[-1].integrator
    return found


def _named(user: User | None, party: Integrator | None) -> str:
    return f"{user} · {party}" if party else str(user)


def _imports(actor: Actor, jobs: Iterable[int]) -> dict[int, ConsentImport]:
    jobs = list(jobs)
    if not jobs:
        return {}
    found = ConsentImport.objects.visible_to(actor).filter(Q(apply_job__in=jobs) | Q(undo_job__in=jobs))
    by_job: dict[int, ConsentImport] = {}
    for item in found:
        by_job |= {job: item for job in (item.apply_job_id, item.undo_job_id) if job}
    return by_job


def _references(brand: Brand, hashes: list[bytes]) -> dict[bytes, str]:
    if not hashes:
        return {}
    rows = Evidence.objects.filter(brand=brand, sha256__in=hashes).values_list("sha256", "reference")
    return {bytes(sha256): reference for sha256, reference in rows}


def _what(event: ConsentEvent, former: ConsentEvent | None) -> tuple[str, str, str]:
    """Title, tone and icon of an event, told by what it changed."""
    status = Status(event.status)
    kind = EventKind(event.kind)
    if kind is EventKind.UNDO and event.actor_kind == ActorKind.RECIPIENT:
        return _("The recipient took the refusal back"), status.badge, "undo"
    if kind is EventKind.UNDO:
        if status is Status.IPTAL:
            return _("Import undone: the record was cancelled"), "secondary", "undo"
        return _("Import undone: the former state is back"), status.badge, "undo"
    if kind is EventKind.CONFIRM:
        return str(kind.label), "success", "check-circle"
    if kind is not EventKind.RECORD:
        return str(kind.label), "info", "info"
    if former is None or former.status == Status.IPTAL:
        title = _("Consent recorded") if status is Status.ONAY else _("Refusal recorded")
    elif status == former.status:
        title = _("Consent renewed") if status is Status.ONAY else _("Refused again")
    else:
        title = _("Refusal turned into a consent") if status is Status.ONAY else _("Consent withdrawn")
    return title, status.badge, "check" if status is Status.ONAY else "slash"


def _note(event: ConsentEvent, former: ConsentEvent | None) -> str:
    """What an event changed besides the status."""
    if event.kind != EventKind.CONFIRM:
        return ""
    if former is not None and former.holds & Hold.AWAITING_CONFIRMATION:
        return _("It was waiting for this (double opt-in).")
    return _("The recipient answered the notice: yes, that was me.")


def _alerts(events: Sequence[ConsentEvent]) -> dict[int, RefusalAlert]:
    """The recipient's own refusals as the provider was told of them (R-R2), by the version of their event.

    One alert stands for both recipient types; they were refused at the same moment.
    """
    moments = {
        event.registered_at: event.version
        for event in events
        if event.status == Status.RET and event.actor_kind == ActorKind.RECIPIENT and event.kind == EventKind.RECORD
    }
    if not moments:
        return {}
    key = {"recipient": events[0].recipient, "brand_id": events[0].brand_id, "channel": events[0].channel}
    found = RefusalAlert.objects.filter(**key, refused_at__in=list(moments))
    return {moments[alert.refused_at]: alert for alert in found}


def _who(event: ConsentEvent, *, outside: bool) -> str:
    """Who, without a name; to a reader from outside the provider's own people are the provider."""
    if event.actor_kind == ActorKind.RECIPIENT:
        return _("the recipient")
    if event.actor_kind == ActorKind.API_KEY:
        return _("API key %(number)s") % {"number": event.actor_id}
    if outside and event.actor_kind in PEOPLE:
        return _("the provider")
    return _("the registry")


def _evidence(event: ConsentEvent) -> str:
    if event.way == WayIn.CONSENT_PAGE:
        return _("Proof of a consent page")
    return str(EvidenceKind(event.evidence_kind).label) if event.evidence_kind else ""
