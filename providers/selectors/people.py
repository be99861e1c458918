"""Reads of providers and their people."""

from django.db.models import QuerySet

from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import Scope
from iys_portal.core.actors import Actor
from iys_portal.core.turkish import sort_key
from providers.models import Membership, Provider


def scopes_of_member(user: User) -> list[Scope]:
    """The providers that a user belongs to, by name in Turkish order (R-A1, R-A2)."""
    rows = Membership.objects.filter(user=user).values_list("provider_id", "provider__title", "role")
    return sorted((Scope(*row) for row in rows), key=lambda scope: sort_key(scope.name))


def members(actor: Actor) -> QuerySet[Membership]:
    """The people of the actor's provider."""
    return Membership.objects.visible_to(actor).select_related("user").order_by("user__full_name", "pk")


def provider_of_code(iys_code: int) -> tuple[int, str] | None:
    """(id, title) of the provider with this İYS number."""
    return Provider.objects.filter(iys_code=iys_code).values_list("pk", "title").first()
