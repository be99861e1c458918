"""What every step on an import begins with: whose it is, the locked row, nothing left of an earlier check."""

from typing import Any

from consents.models import ConsentImport, ImportChunk, ImportProblem, StagedRow
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotAllowed, NotFound
from iys_portal.core.models import Job


def require_import(actor: Actor, *, by_registry: bool) -> None:
    """A provider's people import for their own provider, a registry admin for any."""
    actor.require(Permission.CONSENT_IMPORT_ANY if by_registry else Permission.CONSENT_IMPORT)


def may_import(actor: Actor) -> bool:
    """Whether the actor imports at all, for an own provider or for any."""
    return actor.may(Permission.CONSENT_IMPORT) or actor.may(Permission.CONSENT_IMPORT_ANY)


def require_view(actor: Actor) -> None:
    """Whoever imports looks at imports, and so does who reads the audit log."""
    if not (may_import(actor) or actor.may(Permission.AUDIT_VIEW)):
        raise NotAllowed


def may_work_on(actor: Actor, item: ConsentImport) -> bool:
    """The registry's imports are the registry's to move, a provider's are its own people's."""
    return actor.may(Permission.CONSENT_IMPORT_ANY if item.by_registry else Permission.CONSENT_IMPORT)


def as_importer(actor: Actor, item: ConsentImport) -> Actor:
    """The actor with the permission that the workflow asks for; raises `NotAllowed` for other people's imports."""
    require_import(actor, by_registry=item.by_registry)
    return actor.with_permission(Permission.CONSENT_IMPORT)


def visible_import(actor: Actor, public_id: Any) -> ConsentImport:
    """One import by its public id; raises `NotFound` for a stranger (R-A1)."""
    require_view(actor)
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


def locked(item: ConsentImport) -> ConsentImport:
    return ConsentImport.objects.select_for_update(of=("self",)).select_related("provider", "brand").get(pk=item.pk)


def forget_check(item: ConsentImport) -> None:
    StagedRow.objects.filter(import_id=item.pk).delete()
    ImportChunk.objects.filter(import_id=item.pk).delete()
    ImportProblem.objects.filter(import_id=item.pk).delete()
    item.staged_rows = None
    item.dry_counts = {}
