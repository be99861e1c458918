"""Papers of an application (R-P5): files are judged, joined to one PDF per document, kept; replaced ones stay."""

from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotFound
from iys_portal.core.refused_files import FileRefused
from iys_portal.core.storage import Drop, only_if_written
from iys_portal.core.uploads import MAX_BYTES, Joined, joined
from providers.enums import ApplicationDocumentKind
from providers.models import Application, ApplicationBrand, ApplicationDocument, ApplicationFile

from .moves import locked, require_open_for_papers


def add_document(
    *,
    application: Application,
    actor: Actor,
    kind: str,
    files: Sequence[tuple[str, IO[bytes]]],
    brand_id: int | None = None,
    append: bool = False,
    now: datetime | None = None,
) -> ApplicationDocument:
    """Take the files (name, open file) of one document as its new version; `append` puts them behind the present one.

    The former version stays as history. Locks the application, so that two uploads at once become two versions. Raises
    `Invalid` (field "files") for a refused file, and nothing is kept then; `NotFound`, `WrongMoment`.
    """
    now = now or timezone.now()
    actor.require(Permission.APPLICATION_OWN)
    require_open_for_papers(application, kind)
    # Judged before the lock: a large file takes seconds.
    read = [(name, file.read(MAX_BYTES + 1)) for name, file in files]
    fresh = _joined(read)
    with only_if_written() as drops:
        row = locked(application, actor=actor)
        require_open_for_papers(row, kind)
        brand = _brand(row, kind, brand_id)
        present = ApplicationDocument.objects.filter(application=row, kind=kind, brand=brand, current=True).first()
        if append and present is not None:
            fresh = _joined(read, former=_content(present))
        document = _keep(row, kind, brand, fresh, drops=drops, now=now)
        about = {"kind": kind, "version": document.version, "sha256": document.sha256, "pages": document.pages}
        audit.record("application.document_added", document, actor=actor, new=about)
    return document


def _joined(files: Sequence[tuple[str, bytes]], *, former: bytes = b"") -> Joined:
    try:
        return joined(files, former=former)
    except FileRefused as refusal:
        raise Invalid(f"{refusal.message} {refusal.advice}", code=refusal.code, field="files") from refusal


def _brand(row: Application, kind: str, brand_id: int | None) -> ApplicationBrand | None:
    """The brand that a certificate is about. Raises `Invalid` for a kind that is not known, `NotFound`."""
    if kind not in ApplicationDocumentKind.values:
        raise Invalid(_("Choose the document."), field="kind")
    if kind != ApplicationDocumentKind.BRAND_CERTIFICATE:
        return None
    brand = row.brands.filter(pk=brand_id or 0).first()
    if brand is None:
        raise NotFound(code="brand")
    return brand


def _content(document: ApplicationDocument) -> bytes:
    with document.file.open("rb") as file:
        return file.read()


def _keep(
    row: Application,
    kind: str,
    brand: ApplicationBrand | None,
    fresh: Joined,
    *,
    drops: list[Drop],
    now: datetime,
) -> ApplicationDocument:
    former = ApplicationDocument.objects.filter(application=row, kind=kind, brand=brand)
    version = former.count() + 1
    former.filter(current=True).update(current=False, replaced_at=now)
    document = ApplicationDocument(
        application=row,
        kind=kind,
        brand=brand,
        version=version,
        sha256=fresh.sha256,
        size=len(fresh.data),
        pages=fresh.pages,
        uploaded_at=now,
    )
    document.file.save("document", ContentFile(fresh.data), save=False)
    stored, storage = str(document.file.name), document.file.storage
    drops.append(lambda: storage.delete(stored))
    document.save(force_insert=True)
    ApplicationFile.objects.bulk_create(
        ApplicationFile(
            document=document,
            place=place,
            name=part.name.replace("\\", "/").rpartition("/")[2][-200:],
            content_type=part.scan.content_type,
            size=part.scan.size,
            sha256=part.scan.sha256.hex(),
            pages=part.pages,
        )
        for place, part in enumerate(fresh.parts, start=1)
    )
    row.changed_at = now
    row.save(update_fields=["changed_at"])
    return document


@transaction.atomic
def remove_document(
    *, application: Application, actor: Actor, document_id: Any, now: datetime | None = None
) -> ApplicationDocument:
    """Take a document out of the application; the file stays as history. A second time changes nothing."""
    now = now or timezone.now()
    row = locked(application, actor=actor)
    actor.require(Permission.APPLICATION_OWN)
    document = ApplicationDocument.objects.filter(application=row, public_id=document_id).first()
    if document is None:
        raise NotFound(code="document")
    require_open_for_papers(row, document.kind)
    if not document.current:
        return document
    document.current, document.replaced_at, row.changed_at = False, now, now
    document.save(update_fields=["current", "replaced_at"])
    row.save(update_fields=["changed_at"])
    audit.record("application.document_removed", document, actor=actor, new={"kind": document.kind})
    return document


@transaction.atomic
def note_opened(*, document: ApplicationDocument, actor: Actor) -> None:
    """R-P5: each opening of a document is on record."""
    audit.record(
        "application.document_read", document, actor=actor, new={"kind": document.kind, "version": document.version}
    )
