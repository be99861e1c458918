"""Documents: numbered, frozen when they are issued, drawn by a worker (design 6).

An app registers its kinds when it is ready; whoever issues one gives the finished data. What the data holds is all
that the PDF shows, now and whenever it is drawn.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from .actors import Actor
from .codes import new_code, read_code
from .enums import DocumentState
from .errors import NotFound
from .jobs import enqueue
from .models import Document
from .pdf import Enclosure, render_pdf
from .storage import only_if_written

log = logging.getLogger(__name__)
RENDER = "core.render_document"
LEASE = timedelta(minutes=2)
AGAIN_AFTER = timedelta(seconds=30)
MAX_ATTEMPTS = 3
DIGITS = 16  # of a number: 80 random bits


@dataclass(frozen=True)
class Kind:
    """What an app says of one kind of document. `version` grows with each change of the template's words."""

    name: str
    prefix: str  # of the numbers: three letters
    title: str | Promise
    template: str
    permission: str  # of a provider's people who may read it
    staff_permission: str
    version: int = 1
    expires: bool = True  # by its own date (R-L5); False: it stays as long as its case
    enclosures: Callable[[Document], Sequence[Enclosure]] | None = None
    finish: Callable[[Document, bytes], bytes] | None = None  # what is done to the drawn file, e.g. signature fields


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.name] = kind


def staying() -> list[str]:
    """Names of the kinds that do not expire by their own date."""
    return [kind.name for kind in _kinds.values() if not kind.expires]


def kind_of(document: Document) -> Kind:
    return _kinds[document.kind]


def readable(actor: Actor, public_id: str) -> Document | None:
    """A document that the actor may read; None where there is none or it is not theirs (R-A1)."""
    document = Document.objects.visible_to(actor).filter(public_id=public_id).first()
    if document is None:
        return None
    kind = kind_of(document)
    return document if actor.may(kind.staff_permission if actor.all_providers else kind.permission) else None


def new_number(kind: str) -> str:
    """A number for a new document: the kind's prefix and 80 random bits."""
    return new_code(_kinds[kind].prefix, digits=DIGITS)


@transaction.atomic
def issue(
    *,
    kind: str,
    number: str,
    data: Mapping[str, Any],
    subject: tuple[str, str],
    language: str,
    actor: Actor,
    now: datetime,
    provider_id: int | None = None,
    replaces: Document | None = None,
    publish: bool = True,
) -> Document:
    """Freeze the data and have it drawn. Whoever calls has judged the rights and writes the audit entry.

    Without `publish` the caller draws it itself, by `render`; if that dies, the sweeper finds it.
    """
    document = Document.objects.create(
        kind=kind,
        number=number,
        language=language,
        template_version=_kinds[kind].version,
        data=data,
        provider_id=provider_id,
        subject_type=subject[0],
        subject_id=subject[1],
        replaces=replaces,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:200],
        created_at=now,
    )
    if publish:
        enqueue(RENDER, document.pk)
    return document


def render(document_id: int) -> None:
    """Draw a waiting document. A second call does nothing while the first draws, and nothing afterwards.

    After `MAX_ATTEMPTS` the document has failed; the data stays, and `draw_again` puts it back.
    """
    document = _claim(document_id)
    if document is None:
        return
    kind = kind_of(document)
    try:
        content = draw(document, kind)
    except Exception:
        log.exception("document_not_drawn id=%s attempt=%s", document.pk, document.attempts)
        _release(document)
        return
    mine = _held(document)
    with only_if_written() as drops:
        if not mine.select_for_update(of=("self",)).exists():
            return
        document.file.save(f"{document.number}.pdf", ContentFile(content), save=False)
        drops.append(partial(default_storage.delete, str(document.file.name)))
        mine.update(
            state=DocumentState.READY,
            file=document.file.name,
            sha256=hashlib.sha256(content).hexdigest(),
            size=len(content),
            rendered_at=timezone.now(),
            lease_until=None,
        )


def draw(document: Document, kind: Kind) -> bytes:
    """The document as PDF; the same document gives the same pages."""
    content = render_pdf(
        kind.template,
        {"document": document, "data": document.data},
        language=document.language,
        made_at=document.created_at,
        identifier=document.number,
        enclosures=kind.enclosures(document) if kind.enclosures else (),
        plain_objects=kind.finish is not None,
    )
    return kind.finish(document, content) if kind.finish else content


@dataclass(frozen=True)
class Issued:
    """What everybody who holds a number may know: that it was issued, when, and as which file."""

    number: str
    title: str
    made_at: datetime
    sha256: str
    replaced: bool

    def as_json(self) -> dict[str, str]:
        return {"number": self.number, "sha256": self.sha256}


def issued(text: str) -> Issued | None:
    """The document of this number, however it was typed; None where there is none."""
    document = Document.objects.filter(number=read_code(text, digits=DIGITS)).first()
    if document is None:
        return None
    replaced = Document.objects.filter(replaces=document).exists()
    title = str(kind_of(document).title)
    return Issued(document.number, title, document.created_at, document.sha256, replaced)


def draw_again(document: Document) -> None:
    """Put a failed document back; a second click is ordinary."""
    with transaction.atomic():
        failed = Document.objects.filter(pk=document.pk, state=DocumentState.FAILED)
        if failed.update(state=DocumentState.WAITING, attempts=0, lease_until=None):
            enqueue(RENDER, document.pk)


def content_of(document: Document) -> bytes:
    """The bytes of a ready document. Raises `NotFound` for one that is not ready."""
    if document.state != DocumentState.READY:
        raise NotFound
    with document.file.open("rb") as file:
        return file.read()


def sweep() -> int:
    """Publish again what nobody draws; returns how many."""
    now = timezone.now()
    old = Q(lease_until__lt=now) | Q(lease_until=None, created_at__lt=now - timedelta(seconds=20))
    waiting = list(Document.objects.filter(old, state=DocumentState.WAITING).values_list("pk", flat=True)[:100])
    for key in waiting:
        enqueue(RENDER, key)
    return len(waiting)


def _claim(document_id: int) -> Document | None:
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    taken = Document.objects.filter(free, pk=document_id, state=DocumentState.WAITING).update(
        lease_until=now + LEASE, attempts=F("attempts") + 1
    )
    return Document.objects.get(pk=document_id) if taken else None


def _held(document: Document) -> QuerySet[Document]:
    """The document's row while this worker's claim holds."""
    return Document.objects.filter(pk=document.pk, state=DocumentState.WAITING, lease_until=document.lease_until)


def _release(document: Document) -> None:
    """Give a document back that could not be drawn: for another try in a while, or as failed."""
    failed = document.attempts >= MAX_ATTEMPTS
    _held(document).update(
        state=DocumentState.FAILED if failed else DocumentState.WAITING,
        lease_until=None if failed else timezone.now() + AGAIN_AFTER,
    )
