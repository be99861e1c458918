"""Who may work on an import, and who may look at one: pure predicates."""

from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotAllowed

from .models import ConsentImport


def require_import(actor: Actor, *, by_registry: bool) -> None:
    """A provider's people import for their own provider, a registry admin for any."""
    actor.require(Permission.CONSENT_IMPORT_ANY if by_registry else Permission.CONSENT_IMPORT)


def may_import(actor: Actor) -> bool:
    """Whether the actor imports at all, for an own provider or for any."""
    return actor.may(Permission.CONSENT_IMPORT) or actor.may(Permission.CONSENT_IMPORT_ANY)


def require_import_view(actor: Actor) -> None:
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
