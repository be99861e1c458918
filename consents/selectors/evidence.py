"""What proves a consent, as its page shows it; and which waiting consents the name of a file means."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from consents.enums import EvidenceKind, Hold, Status
from consents.evidence import JSON
from consents.models import Consent, ConsentEvent, Evidence
from iys_portal.core.uploads import ENDINGS
from providers.models import Brand

from .history import Record
from .search import stored_addresses

_ENDING = re.compile(r"\.[A-Za-z0-9]{2,5}$")
_EVENT = re.compile(r"\d{1,18}")


@dataclass(frozen=True)
class Paper:
    """A piece of evidence of a consent; `present` is the one that counts now."""

    evidence: Evidence
    present: bool

    @property
    def is_file(self) -> bool:
        return self.evidence.kind == EvidenceKind.FILE

    @property
    def number(self) -> str:
        return str(self.evidence.pk)

    @property
    def fingerprint(self) -> str:
        return bytes(self.evidence.sha256).hex()

    @property
    def kind(self) -> str:
        if self.is_file and not self.is_picture:
            return _("Proof of a consent page")
        return str(EvidenceKind(self.evidence.kind).label)

    @property
    def is_picture(self) -> bool:
        """Whether it can be drawn small: a scan, and not the proof of a consent page (R-M7)."""
        return self.is_file and self.evidence.content_type in ENDINGS

    @property
    def ending(self) -> str:
        return _ending_of(self.evidence).removeprefix(".").upper()


def is_missing(consent: Consent) -> bool:
    """Whether the consent waits for its evidence (R-C16)."""
    return consent.status == Status.ONAY and bool(consent.holds & Hold.EVIDENCE_MISSING)


def papers_of(record: Record) -> list[Paper]:
    """All that ever proved the consent, newest first, each once."""
    hashes = list(dict.fromkeys(bytes(line.event.evidence_hash) for line in record.lines if line.event.evidence_hash))
    found = {bytes(row.sha256): row for row in Evidence.objects.filter(brand=record.brand, sha256__in=hashes)}
    present = bytes(record.consent.evidence_hash or b"")
    return [Paper(found[sha256], sha256 == present) for sha256 in hashes if sha256 in found]


def file_name(evidence: Evidence) -> str:
    """A name to save a file under: its own, with the ending that fits its content."""
    stem = _ENDING.sub("", evidence.name) or f"kanit-{evidence.pk}"
    return stem + _ending_of(evidence)


def _ending_of(evidence: Evidence) -> str:
    return ".json" if evidence.content_type == JSON else ENDINGS.get(evidence.content_type, "")


def waiting_by_events(brand_ids: Iterable[int], numbers: Iterable[int]) -> dict[int, Consent]:
    """Consents that wait for evidence, by the number of any of their events."""
    events = ConsentEvent.objects.filter(brand_id__in=list(brand_ids), event_id__in=list(numbers)).order_by()
    keys = {
        number: (recipient, brand, channel, kind)
        for number, recipient, brand, channel, kind in events.values_list(
            "event_id", "recipient", "brand_id", "channel", "recipient_type"
        )
    }
    rows = {row.key: row for row in Consent.objects.filter(pk__in=list(keys.values())) if is_missing(row)}
    return {number: rows[key] for number, key in keys.items() if key in rows}


def waiting_by_names(brand: Brand, names: Sequence[str]) -> list[list[Consent]]:
    """For each name of a file the waiting consents that it means: by event number, else by address.

    One scan may prove several channels of an address.
    """
    stems = [_ENDING.sub("", name.replace("\\", "/").rpartition("/")[2]).strip() for name in names]
    by_event = waiting_by_events([brand.pk], (int(stem) for stem in stems if _EVENT.fullmatch(stem)))
    addresses = stored_addresses(stems)
    by_address: dict[str, list[Consent]] = {}
    for row in Consent.objects.filter(brand_id=brand.pk, recipient__in=set(addresses.values())):
        if is_missing(row):
            by_address.setdefault(row.recipient, []).append(row)
    return [
        [by_event[int(stem)]]
        if _EVENT.fullmatch(stem) and int(stem) in by_event
        else by_address.get(addresses.get(place, ""), [])
        for place, stem in enumerate(stems)
    ]
