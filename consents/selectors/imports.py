"""The list of imports, the brands that an import can be for, and what may be done with one now."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from consents.models import ConsentImport
from consents.policies import as_importer, may_work_on, require_import_view
from consents.states import ImportState
from consents.transitions import IMPORT
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound
from iys_portal.core.models import Job
from iys_portal.core.numbers import number_in
from iys_portal.core.turkish_db import TurkishOrder, spelling_blind
from providers.models import Brand

PAGE = 25
FOUND = 20
NEEDS_FILE = frozenset({"check", "remap", "apply"})


@dataclass(frozen=True)
class ImportPage:
    """Imports, newest first; `before` and `after` are public ids to go on from, "" at the ends."""

    items: list[ConsentImport] = field(default_factory=list)
    before: str = ""
    after: str = ""


def imports_page(actor: Actor, *, state: str = "", brand: str = "", after: str = "", before: str = "") -> ImportPage:
    """One page of the imports that the actor may see (R-A1), by key: newest first."""
    found: QuerySet[ConsentImport] = ConsentImport.objects.visible_to(actor).select_related("provider", "brand")
    if state in ImportState:
        found = found.filter(state=state)
    if (code := number_in(brand)) is not None:
        found = found.filter(brand__brand_code=code)
    edge = _edge(found, before or after)
    backwards = bool(before and edge)
    if edge is not None:
        found = found.filter(_beyond(edge, newer=backwards))
    order = ("created_at", "pk") if backwards else ("-created_at", "-pk")
    rows = list(found.order_by(*order)[: PAGE + 1])
    more, rows = len(rows) > PAGE, rows[:PAGE]
    if backwards:
        rows.reverse()
    if not rows:
        return ImportPage()
    newer = more if backwards else edge is not None
    older = backwards or more
    return ImportPage(rows, str(rows[0].public_id) if newer else "", str(rows[-1].public_id) if older else "")


def _edge(found: QuerySet[ConsentImport], key: str) -> tuple[datetime, int] | None:
    try:
        return found.values_list("created_at", "pk").get(public_id=UUID(key))
    except (ValueError, ConsentImport.DoesNotExist):
        return None


def _beyond(edge: tuple[datetime, int], *, newer: bool) -> Q:
    at, key = edge
    if newer:
        return Q(created_at__gt=at) | Q(created_at=at, pk__gt=key)
    return Q(created_at__lt=at) | Q(created_at=at, pk__lt=key)


def visible_import(actor: Actor, public_id: Any) -> ConsentImport:
    """One import by its public id; raises `NotFound` for a stranger (R-A1)."""
    require_import_view(actor)
    item = (
        ConsentImport.objects.visible_to(actor)
        .select_related("provider", "brand__provider", "check_job", "apply_job", "undo_job")
        .filter(public_id=public_id)
        .first()
    )
    if item is None:
        raise NotFound
    return item


def present_job(item: ConsentImport) -> Job | None:
    """The job that the import's present state waits for, or that brought it here."""
    return item.undo_job or item.apply_job or item.check_job


def same_file_before(item: ConsentImport) -> ConsentImport | None:
    """The latest import of the very same file for the same brand, to warn with (it would give "unchanged")."""
    earlier = ConsentImport.objects.filter(brand_id=item.brand_id, sha256=item.sha256, created_at__lt=item.created_at)
    return earlier.exclude(applied_at=None).order_by("-created_at").first()


def importable_brands(actor: Actor) -> QuerySet[Brand]:
    """Brands that a file can be for."""
    return Brand.objects.writable_by(actor).select_related("provider")


def find_brands(actor: Actor, text: str) -> list[Brand]:
    """Brands by İYS or brand number, or by words of the company's or the brand's name, however they are spelled."""
    words = text.split()
    if not words:
        return []
    found = importable_brands(actor)
    for word in words:
        pattern = spelling_blind(word)
        either = Q(name__iregex=pattern) | Q(provider__title__iregex=pattern)
        if word.isdecimal() and len(word) <= 9:
            either |= Q(brand_code=int(word)) | Q(provider__iys_code=int(word))
        found = found.filter(either)
    return list(found.order_by(TurkishOrder("provider__title"), "-is_main", TurkishOrder("name"))[:FOUND])


def undo_until(item: ConsentImport) -> datetime | None:
    """The moment until which an applied import can be undone (R-L6)."""
    return item.applied_at + settings.REGISTRY["UNDO_WINDOW"] if item.applied_at else None


def acts_on(item: ConsentImport, actor: Actor, *, now: datetime) -> frozenset[str]:
    """What this actor may do with the import now: moves of the workflow, and cancel, resume and give_up of its job."""
    if not may_work_on(actor, item):
        return frozenset()
    acts = {transition.name for transition in IMPORT.available(item, as_importer(actor, item))}
    until = undo_until(item)
    if until is None or until < now:
        acts.discard("undo")
    if not item.file:
        acts -= NEEDS_FILE
    return frozenset(acts | _job_acts(item))


def _job_acts(item: ConsentImport) -> set[str]:
    job = present_job(item)
    if job is None or not ImportState(item.state).running:
        return set()
    checking = item.state == ImportState.CHECKING
    if job.active:
        return {"cancel"} if checking and not job.cancel_requested else set()
    return {"resume", "give_up"} if checking else {"resume"}


def as_steps(item: ConsentImport) -> dict[str, Any]:
    """Where the import stands, for the five steps at the top of its pages."""
    place = {
        ImportState.UPLOADED: 2,
        ImportState.CHECKING: 3,
        ImportState.FAILED: 3,
        ImportState.CHECKED: 4,
        ImportState.APPLYING: 5,
    }
    return {"current": place.get(ImportState(item.state), 6), "failed": item.state == ImportState.FAILED}
