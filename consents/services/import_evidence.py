"""The ZIP of scans beside an import (R-C16): judged with the dry run, kept with apply, forgotten with the file.

The archive's directory is judged at the upload, each scan in the check. Once an apply has written its events, the
scans that they name are kept for the brand; the others go with the archive.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import IO, Any
from zipfile import ZipFile

from django.conf import settings
from django.core.files import File
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.engine.acts import Proven, complete
from consents.engine.stage import NAMES_KEPT, EvidenceFound
from consents.enums import WayIn
from consents.evidence import Shelf
from consents.files.archive import Member, members_of, open_archive, read_member
from consents.files.errors import FileRefused
from consents.models import ConsentImport, ImportEvidence
from iys_portal.core.actors import Actor
from iys_portal.core.audit import record
from iys_portal.core.refused_files import invalid
from iys_portal.core.storage import Drop, only_if_written, private_path, sha256_of, shown_name
from iys_portal.core.uploads import judge_scan
from providers.selectors import held_channels

from .evidence import store

STEP = 50
"""Scans between two reports of progress."""
KEYS_AT_ONCE = 2_000

Progress = Callable[..., None]


def keep_beside(file: IO[bytes] | None, name: str, *, drops: list[Drop]) -> ImportEvidence | None:
    """Store and judge the archive beside an import that is still to be saved. Inside `dropped_if_failed`.

    Raises `Invalid` (field "evidence") for one that is refused as a whole.
    """
    if file is None:
        return None
    file.seek(0)
    digest, size = sha256_of(file), file.tell()
    file.seek(0)
    archive = ImportEvidence(file_name=shown_name(name), file_size=size, sha256=digest)
    try:
        if size > settings.REGISTRY["IMPORT_MAX_BYTES"]:
            raise FileRefused("scan-too-large", limit=settings.REGISTRY["IMPORT_MAX_BYTES"] // 1024**2)
        archive.file.save("evidence", File(file), save=False)
        drops.append(partial(archive.file.storage.delete, str(archive.file.name)))
        open_archive(private_path(archive.file.name)).close()
    except FileRefused as refusal:
        raise invalid(refusal, field="evidence") from refusal
    return archive


def _kept_archive(item: ConsentImport) -> ImportEvidence | None:
    """The import's archive while the file itself is kept."""
    return ImportEvidence.objects.filter(pk=item.pk).exclude(file="").first()


def shelf_of(item: ConsentImport, progress: Progress) -> Shelf | None:
    """The import's judged scans; judged once, in its first check. None where no archive came along."""
    archive = _kept_archive(item)
    if archive is None:
        return None
    if not archive.members:
        with open_archive(private_path(archive.file.name)) as opened:
            archive.members = list(_judged(opened, list(members_of(opened)), progress))
        archive.save(update_fields=["members"])
    return Shelf(archive.members)


def _judged(archive: ZipFile, members: Sequence[Member], progress: Progress) -> Iterator[dict[str, Any]]:
    progress(done=0, total=len(members), step=_("Looking through the scans"))
    for number, member in enumerate(members, start=1):
        about: dict[str, Any] = {"place": member.place, "name": member.name[:300], "names": list(member.names)}
        try:
            scan = judge_scan(read_member(archive, member.place))
            yield {**about, "sha256": scan.sha256.hex()}
        except FileRefused as refusal:
            yield {**about, "refused": refusal.code}
        if number % STEP == 0:
            progress(done=number)


def write_report(item: ConsentImport, shelf: Shelf | None, found: EvidenceFound) -> dict[str, int]:
    """Keep what the page shows of the scans; returns the counts, which outlive the names."""
    counts = found.counts
    if shelf is not None:
        unused = shelf.unused()
        counts["unused"] = len(unused)
        report = {"absent": list(found.absent.items()), "unused": unused[:NAMES_KEPT]}
        ImportEvidence.objects.filter(pk=item.pk).update(report=report)
    elif not any(counts.values()):
        return {}
    return counts


# What the rows of the file came to prove; a scan of a refused row is not kept (R-G1: the least data).
_PROVEN = """
    SELECT DISTINCT s.evidence_hash FROM consents_stagedrow s
    WHERE s.import_id = %(import)s AND s.evidence_kind = 2 AND EXISTS (
        SELECT 1 FROM consents_consentevent e
        WHERE e.recipient = s.recipient AND e.brand_id = %(brand)s AND e.channel = s.channel
            AND e.recipient_type = s.recipient_type AND e.evidence_hash = s.evidence_hash
    )
"""


def keep_proven(item: ConsentImport, *, actor: Actor, progress: Progress) -> int:
    """Keep the scans that written events name; the number of new ones.

    Runs after the rows are written and before the import counts as applied: a job that died in between goes on here,
    and the archive stays until then.
    """
    archive = _kept_archive(item)
    if archive is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_PROVEN, {"import": item.pk, "brand": item.brand_id})
        wanted = sorted(bytes(row[0]) for row in cursor.fetchall())
    places = {member["sha256"]: member for member in archive.members if "sha256" in member}
    progress(done=0, total=len(wanted), step=_("Keeping the scans"))
    kept = 0
    with open_archive(private_path(archive.file.name)) as opened:
        for number, sha256 in enumerate(wanted, start=1):
            member = places[sha256.hex()]
            data = read_member(opened, member["place"])
            with only_if_written() as drops:
                scan = judge_scan(data)
                stored = store(actor=actor, brand=item.brand, data=data, scan=scan, name=member["name"], drops=drops)
            kept += stored.is_new
            if number % STEP == 0:
                progress(done=number)
    return kept


# Rows that stood already with the same date and still wait: loading a list again with its scans completes them.
_WAITING = """
    SELECT DISTINCT ON (c.recipient, c.channel, c.recipient_type)
        c.recipient, c.channel, c.recipient_type, c.version, s.evidence_kind, s.evidence_hash
    FROM consents_stagedrow s
    JOIN consents_consent c ON c.recipient = s.recipient AND c.brand_id = %(brand)s AND c.channel = s.channel
        AND c.recipient_type = s.recipient_type
    WHERE s.import_id = %(import)s AND s.evidence_kind > 0 AND s.status = 1
        AND (%(granted)s::smallint[] IS NULL OR c.channel = ANY(%(granted)s)) -- R-P12
        AND c.status = 1 AND c.holds & 2 > 0 AND c.source = s.source AND c.consent_date = s.consent_date
    ORDER BY c.recipient, c.channel, c.recipient_type, s.line DESC
    LIMIT %(limit)s
"""


def complete_standing(item: ConsentImport, *, actor: Actor) -> int:
    """Complete the consents that the file says again, now with their evidence; only where scans came along."""
    if _kept_archive(item) is None:
        return 0
    assert item.apply_moment is not None
    total = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            granted = held_channels(actor, item.brand_id, now=timezone.now())
            values = {"brand": item.brand_id, "import": item.pk, "limit": KEYS_AT_ONCE, "granted": granted}
            cursor.execute(_WAITING, values)
            proven = [
                Proven(recipient, channel, kind, version, evidence_kind, bytes(sha256))
                for recipient, channel, kind, version, evidence_kind, sha256 in cursor.fetchall()
            ]
            done = complete(item.brand_id, proven, actor=actor, way=WayIn.IMPORT, moment=item.apply_moment)
        total += len(done)
        if not done:
            return total


def note(item: ConsentImport, *, actor: Actor, kept: int, completed: int) -> None:
    """One line in the audit log about all scans of an import."""
    if kept or completed:
        record("import.evidence", item, actor=actor, new={"kept": kept, "completed": completed})


def forget_archive(item: ConsentImport) -> None:
    """Delete the archive after commit, and every name of a scan; its hash stays."""
    archive = _kept_archive(item)
    if archive is None:
        return
    name, storage = str(archive.file.name), archive.file.storage
    ImportEvidence.objects.filter(pk=item.pk).update(file="", members=[], report={})
    transaction.on_commit(lambda: storage.delete(name))
