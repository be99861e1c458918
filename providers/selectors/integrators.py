"""Reads of integrators: for the provider that grants, and for the staff who keep them (R-P12)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from iys_portal.core.actors import Actor, ActorKind
from iys_portal.core.turkish_db import TurkishOrder, spelling_blind
from providers.enums import IntegratorState
from providers.models import Integrator, IntegratorGrant, IntegratorPerson

FOUND = 20


@dataclass(frozen=True)
class Opened:
    """One integrator and what stands open for it; `access` says whether it can be used today."""

    integrator: Integrator
    grants: list[IntegratorGrant]
    access: bool


def has_access(integrator: Integrator, *, today: date) -> bool:
    """Whether the ministry's authorisation and the registry let the integrator in on that day."""
    in_term = integrator.authorised_from <= today <= integrator.authorised_until
    return integrator.state == IntegratorState.ACTIVE and in_term


def choosable(text: str, *, today: date) -> list[Integrator]:
    """Integrators that can be granted something, by words of the name or the whole authorisation number."""
    found = Integrator.objects.filter(state=IntegratorState.ACTIVE, authorised_until__gte=today)
    for word in text.split():
        found = found.filter(Q(title__iregex=spelling_blind(word)) | Q(authorisation_number__iexact=word))
    return list(found.order_by(TurkishOrder("title"))[:FOUND])


def chosen(public_id: str, *, today: date) -> Integrator | None:
    """The integrator that a provider chose to grant something; None for a wrong or closed one."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    return Integrator.objects.filter(
        public_id=wanted, state=IntegratorState.ACTIVE, authorised_until__gte=today
    ).first()


def opened(actor: Actor, *, today: date) -> list[Opened]:
    """What the actor's provider has open now, by integrator."""
    rows = IntegratorGrant.objects.visible_to(actor).live().select_related("integrator", "brand")
    by_integrator: dict[int, list[IntegratorGrant]] = {}
    for row in rows.order_by(TurkishOrder("integrator__title"), "-brand__is_main", "brand__name", "channel"):
        by_integrator.setdefault(row.integrator_id, []).append(row)
    return [
        Opened(grants[0].integrator, grants, has_access(grants[0].integrator, today=today))
        for grants in by_integrator.values()
    ]


def closed(actor: Actor) -> list[IntegratorGrant]:
    """The latest grants of the actor's provider that ended."""
    rows = IntegratorGrant.objects.visible_to(actor).exclude(revoked_at=None).select_related("integrator", "brand")
    return list(rows.order_by("-revoked_at")[:FOUND])


def integrator_of(actor: Actor, public_id: UUID) -> Integrator | None:
    """An integrator whose acts the actor may look at: any for staff, one that was ever granted for a provider."""
    found = Integrator.objects.filter(public_id=public_id)
    if not actor.all_providers:
        ever = IntegratorGrant.objects.visible_to(actor).order_by().values("integrator")
        found = found.filter(pk__in=ever)
    return found.first()


def grants_of(actor: Actor, integrator: Integrator) -> list[IntegratorGrant]:
    """Every grant of the integrator in the actor's scope, newest first, the ended ones too."""
    rows = IntegratorGrant.objects.visible_to(actor).filter(integrator=integrator)
    return list(rows.select_related("brand__provider").order_by("-granted_at", "-pk"))


def acted_for(integrator: Integrator) -> Q:
    """Rows with `actor_kind`, `actor_id` and `at` of what people did for this integrator, while they belonged to it."""
    terms = list(IntegratorPerson.objects.filter(integrator=integrator).values_list("user_id", "added_at", "ended_at"))
    if not terms:
        return Q(pk__in=[])
    found = Q()
    for user, added, ended in terms:
        found |= Q(actor_id=user, at__gte=added, **({"at__lte": ended} if ended else {}))
    return found & Q(actor_kind=ActorKind.INTEGRATOR)


def register(*, state: str = "") -> QuerySet[Integrator]:
    """Every integrator, with its people and what providers have open for it."""
    found = Integrator.objects.annotate(
        present=Count("people", filter=Q(people__ended_at=None), distinct=True),
        opened=Count("grants", filter=Q(grants__revoked_at=None), distinct=True),
        providers=Count(F("grants__brand__provider"), filter=Q(grants__revoked_at=None), distinct=True),
    )
    if state in IntegratorState.values:
        found = found.filter(state=state)
    return found.order_by(TurkishOrder("title"))


def people_of(integrator: Integrator) -> QuerySet[IntegratorPerson]:
    """Who works for an integrator, and who did."""
    return integrator.people.select_related("user").order_by(F("ended_at").desc(nulls_first=True), "added_at")
