"""Evidence of signed consents (R-C15, R-C16): keep files, record with one, complete what is missing, hand one out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.engine.acts import Appended, Proven, complete
from consents.engine.references import keep_references
from consents.enums import EvidenceKind, Status, Verdict, WayIn
from consents.evidence import EvidenceValue, names_a_scan, read_evidence
from consents.files.errors import FileRefused
from consents.models import Consent, Evidence
from consents.selectors.evidence import is_missing
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record
from iys_portal.core.errors import Invalid, NotFound
from iys_portal.core.refused_files import invalid
from iys_portal.core.storage import Drop, only_if_written
from iys_portal.core.uploads import MAX_BYTES, Scan, judge_scan
from providers.models import Brand
from providers.policies import require_may_record

from .records import Entry, Outcome, record_consents


@dataclass(frozen=True)
class Kept:
    """A file that is kept, and whether it was this act that brought it."""

    evidence: Evidence
    is_new: bool

    @property
    def value(self) -> EvidenceValue:
        return value_of(self.evidence)


def value_of(evidence: Evidence) -> EvidenceValue:
    """Evidence as the engine takes it."""
    return EvidenceValue(EvidenceKind(evidence.kind), bytes(evidence.sha256), evidence.reference)


def read_file(file: IO[bytes]) -> tuple[bytes, Scan]:
    """An uploaded file, judged by its content. Raises `Invalid` (field "file") with a sentence."""
    data = file.read(MAX_BYTES + 1)
    try:
        return data, judge_scan(data)
    except FileRefused as refusal:
        raise invalid(refusal) from refusal


def store(*, actor: Actor, brand: Brand, data: bytes, scan: Scan, name: str, drops: list[Drop]) -> Kept:
    """Keep a judged file; the same bytes are one row for a brand. Inside `only_if_written`."""
    found = Evidence.objects.filter(brand=brand, sha256=scan.sha256).first()
    if found is not None:
        return Kept(found, is_new=False)
    row = Evidence(
        brand=brand,
        sha256=scan.sha256,
        kind=EvidenceKind.FILE,
        name=name.replace("\\", "/").rpartition("/")[2][-200:],
        content_type=scan.content_type,
        size=scan.size,
        uploaded_at=timezone.now(),
        uploaded_by=actor.id,
        uploaded_name=actor.name[:200],
    )
    row.file.save("scan", ContentFile(data), save=False)
    stored, storage = str(row.file.name), row.file.storage
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody brought the same bytes at this moment
        storage.delete(stored)
        return Kept(Evidence.objects.get(brand=brand, sha256=scan.sha256), is_new=False)
    drops.append(lambda: storage.delete(stored))
    return Kept(row, is_new=True)


def _settle(kept: Kept, drops: list[Drop], actor: Actor, *, proves: bool) -> None:
    """Note a file that this act brought, or take it back where it proved nothing after all."""
    if kept.is_new and proves:
        _note_upload(kept.evidence, actor)
    elif kept.is_new:
        kept.evidence.delete()
        transaction.on_commit(drops[-1])  # a roll-back drops it as well


def _note_upload(evidence: Evidence, actor: Actor) -> None:
    about = {"sha256": bytes(evidence.sha256).hex(), "size": evidence.size, "type": evidence.content_type}
    record("evidence.upload", evidence, actor=actor, provider_id=evidence.brand.provider_id, new=about)


def record_with_file(
    *,
    actor: Actor,
    brand: Brand,
    entries: Sequence[Entry],
    file: IO[bytes],
    name: str,
    moment: datetime | None = None,
    text_version_id: int | None = None,
) -> list[Outcome]:
    """Record entries that an uploaded file proves; a file that proves nothing in the end is not kept.

    An entry that stands already and waits for its evidence is completed by the file. Raises `Invalid`
    (field "file") with a sentence for a file that is refused, and as `record_consents`.
    """
    _require(actor, brand)
    data, scan = read_file(file)
    moment = moment or timezone.now()
    with only_if_written() as drops:
        kept = store(actor=actor, brand=brand, data=data, scan=scan, name=name, drops=drops)
        outcomes = record_consents(
            actor=actor,
            brand=brand,
            entries=entries,
            proof=kept.value,
            moment=moment,
            text_version_id=text_version_id,
        )
        standing = [one.key for one in outcomes if one.verdict is Verdict.UNCHANGED and one.key]
        waiting = [row for row in Consent.objects.filter(pk__in=standing) if is_missing(row)]
        done = _complete(brand, [(row, kept.value) for row in waiting], actor=actor, moment=moment)
        _settle(kept, drops, actor, proves=bool(done) or any(one.verdict.written for one in outcomes))
    return outcomes


def complete_evidence(
    *,
    actor: Actor,
    consent: Consent,
    file: IO[bytes] | None = None,
    name: str = "",
    reference: str = "",
    moment: datetime | None = None,
) -> int:
    """Complete one consent by a file or by a reference; 0 when it no longer waits. Sendable at once (R-S4).

    Raises `Invalid` (fields "file", "reference") for a refused file or an empty reference, `NotFound` for a stranger.
    """
    actor.require(Permission.EVIDENCE_COMPLETE)
    brand = Brand.objects.select_related("provider").get(pk=consent.brand_id)
    _require(actor, brand)
    moment = moment or timezone.now()
    if file is None:
        return _by_reference(actor, {brand: [consent]}, reference, moment)
    data, scan = read_file(file)
    return _by_scan(actor, brand, data, scan, name, [consent], moment)


def complete_by_reference(
    *, actor: Actor, consents: Iterable[Consent], reference: str, moment: datetime | None = None
) -> int:
    """One reference for several consents of the actor's provider; the number that were completed.

    Raises as `complete_evidence`.
    """
    actor.require(Permission.EVIDENCE_COMPLETE)
    brands = {brand.pk: brand for brand in Brand.objects.visible_to(actor).select_related("provider")}
    by_brand: dict[Brand, list[Consent]] = {}
    for consent in consents:
        if consent.brand_id not in brands:
            raise NotFound
        by_brand.setdefault(brands[consent.brand_id], []).append(consent)
    for brand in by_brand:
        _require(actor, brand)
    return _by_reference(actor, by_brand, reference, moment or timezone.now())


def _by_reference(actor: Actor, by_brand: dict[Brand, list[Consent]], reference: str, moment: datetime) -> int:
    value = read_evidence(reference)
    if names_a_scan(reference):
        raise Invalid(_("This is the name of a file. Upload the file itself."), code="scan-name", field="reference")
    if value.kind is not EvidenceKind.REFERENCE:
        raise Invalid(_("Say where the signed original is kept."), code="reference-empty", field="reference")
    total = 0
    with transaction.atomic():
        for brand, consents in sorted(by_brand.items(), key=lambda pair: pair[0].pk):
            done = _complete(brand, [(consent, value) for consent in consents], actor=actor, moment=moment)
            if done:
                keep_references(brand.pk, [value])
            total += len(done)
    return total


@dataclass(frozen=True)
class Match:
    """What became of one uploaded file: how many consents it completed, or why none."""

    name: str
    completed: int = 0
    reason: str = ""


@dataclass
class Matched:
    """What became of the uploaded files."""

    matches: list[Match] = field(default_factory=list)

    @property
    def completed(self) -> int:
        return sum(match.completed for match in self.matches)

    @property
    def left(self) -> list[Match]:
        return [match for match in self.matches if match.reason]


def complete_by_files(
    *,
    actor: Actor,
    brand: Brand,
    files: Iterable[tuple[str, bytes | FileRefused, Sequence[Consent]]],
    moment: datetime | None = None,
) -> Matched:
    """Complete consents by files; each comes with its name, its content, and the consents it was matched to.

    A refused file or one without a consent is reported and not kept; the others are. Each file is one transaction.
    Raises `NotAllowed`, `NotFound` for a stranger.
    """
    actor.require(Permission.EVIDENCE_COMPLETE)
    _require(actor, brand)
    moment = moment or timezone.now()
    result = Matched()
    for name, data, consents in files:
        result.matches.append(_by_file(actor, brand, name, data, consents, moment))
    return result


def _by_file(
    actor: Actor, brand: Brand, name: str, data: bytes | FileRefused, consents: Sequence[Consent], moment: datetime
) -> Match:
    if not consents:
        return Match(name, reason=_("No consent that waits for evidence has this address or event number."))
    try:
        if isinstance(data, FileRefused):
            raise data
        scan = judge_scan(data)
    except FileRefused as refusal:
        return Match(name, reason=f"{refusal.message} {refusal.advice}")
    done = _by_scan(actor, brand, data, scan, name, consents, moment)
    return Match(name, completed=done, reason="" if done else _("Somebody was quicker: nothing waits any more."))


def _by_scan(
    actor: Actor, brand: Brand, data: bytes, scan: Scan, name: str, consents: Sequence[Consent], moment: datetime
) -> int:
    """Complete consents by one judged scan; how many. One transaction."""
    with only_if_written() as drops:
        kept = store(actor=actor, brand=brand, data=data, scan=scan, name=name, drops=drops)
        done = _complete(brand, [(consent, kept.value) for consent in consents], actor=actor, moment=moment)
        _settle(kept, drops, actor, proves=bool(done))
    return len(done)


def _complete(
    brand: Brand, pairs: Sequence[tuple[Consent, EvidenceValue]], *, actor: Actor, moment: datetime
) -> list[Appended]:
    """Append the events, and one entry in the audit log that names them by number. Inside a transaction."""
    proven = [
        Proven(
            recipient=consent.recipient,
            channel=consent.channel,
            recipient_type=consent.recipient_type,
            version=consent.version,
            evidence_kind=int(value.kind),
            evidence_hash=value.sha256 or b"",
        )
        for consent, value in pairs
    ]
    done = complete(brand.pk, proven, actor=actor, way=WayIn.FORM, moment=moment)
    if done:
        about: dict[str, Any] = {
            "events": [one.event_id for one in done],
            "sha256": sorted({value.sha256.hex() for _consent, value in pairs if value.sha256}),
        }
        record("evidence.complete", brand, actor=actor, provider_id=brand.provider_id, new=about)
    return done


def read_out(*, actor: Actor, evidence: Evidence, verb: str = "evidence.read") -> bytes:
    """The bytes of a file, with a note of who read them (R-A3). Raises `NotFound` where there is none.

    People of the registry need the right to see persons in full (R-G2): a scan shows a name and a signature.
    """
    if actor.all_providers:
        actor.require(Permission.PERSON_SHOW)
    if evidence.kind != EvidenceKind.FILE:
        raise NotFound
    record(verb, evidence, actor=actor, provider_id=evidence.brand.provider_id)
    with evidence.file.open("rb") as file:
        return bytes(file.read())


def visible_evidence(actor: Actor, number: int) -> Evidence:
    """One piece of evidence; raises `NotFound` for a stranger (R-A1)."""
    actor.require(Permission.CONSENT_VIEW)
    found = Evidence.objects.visible_to(actor).select_related("brand").filter(pk=number).first()
    if found is None:
        raise NotFound
    return found


def _require(actor: Actor, brand: Brand) -> None:
    """Who records consents of the brand completes them; a suspended provider does neither (R-P7)."""
    actor.require(Permission.CONSENT_RECORD)
    if not actor.all_providers and brand.provider_id != actor.provider_id:
        raise NotFound
    if actor.bound is not None and not actor.bound.channels_of(brand.pk):
        raise NotFound
    require_may_record(brand.provider, Status.ONAY)
