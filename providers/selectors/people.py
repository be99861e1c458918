"""Reads of providers and their people, and of those who act for them from outside (R-P12)."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    SmallIntegerField,
    Value,
)
from django.db.models.functions import Cast
from django.utils import timezone

from iys_portal.accounts.enums import ProviderRole
from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import Scope
from iys_portal.core.actors import Actor, Bound
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.turkish import sort_key
from providers.enums import GrantChannel, GrantLevel, IntegratorState
from providers.models import IntegratorGrant, IntegratorPerson, Membership, Provider

_GRANT_COLUMNS = ("party_id", "party", "brand_id", "channel", "level", "complaints", "reconciliation")
_COLUMNS = (*_GRANT_COLUMNS, "sandbox")


def scopes_of_member(user: User) -> list[Scope]:
    """The providers that a user works for, by name in Turkish order, sandboxes last (R-A1, R-A2). One query.

    Own memberships, and what providers granted the integrator that the person works for. Who belongs to a provider
    acts for it as that; an integrator's person without any grant has one scope without a provider.
    """
    own = (
        Membership.objects.filter(user=user)
        .order_by()
        .annotate(
            party_id=_nothing(BigIntegerField()),
            party=_nothing(CharField()),
            brand_id=_nothing(BigIntegerField()),
            channel=_nothing(SmallIntegerField()),
            level=_nothing(CharField()),
            complaints=_nothing(BooleanField()),
            reconciliation=_nothing(BooleanField()),
            sandbox=ExpressionWrapper(Q(provider__sandbox_of__isnull=False), BooleanField()),
        )
        .values_list("provider_id", "provider__title", "role", *_COLUMNS)
    )
    scopes: list[Any] = []
    outside: list[Any] = []
    for row in own.union(_person_rows(user), _grant_rows(user), all=True):
        (scopes if row[3] is None else outside).append(row)
    found = [Scope(row[0], row[1], row[2], sandbox=row[-1]) for row in scopes]
    belongs = {scope.provider_id for scope in found if scope.role != ProviderRole.INTEGRATOR}
    granted = [scope for scope in _outside(outside) if scope.provider_id not in belongs]
    reached = {scope.provider_id for scope in granted}
    # A membership as integrator, of the time before grants, opens nothing and stands behind them.
    found = [scope for scope in found if scope.provider_id not in reached] + granted
    return sorted(found, key=lambda scope: (scope.sandbox, sort_key(scope.name)))


def _nothing(field: Any) -> Cast:
    """NULL of a type: PostgreSQL takes the type of a bare one from the union's first two parts."""
    return Cast(Value(None), field)


def _person_rows(user: User) -> QuerySet[Any, Any]:
    """One row for the integrator that the user works for, if any."""
    rows = IntegratorPerson.objects.filter(user=user, ended_at=None).order_by()
    return rows.annotate(
        no_provider=_nothing(BigIntegerField()),
        role=Value(ProviderRole.INTEGRATOR.value, output_field=CharField()),
        party_id=F("integrator_id"),
        party=F("integrator__title"),
        brand_id=_nothing(BigIntegerField()),
        channel=_nothing(SmallIntegerField()),
        level=_nothing(CharField()),
        complaints=_nothing(BooleanField()),
        reconciliation=_nothing(BooleanField()),
        sandbox=Value(False, output_field=BooleanField()),
    ).values_list("no_provider", "integrator__title", "role", *_COLUMNS)


def _grant_rows(user: User) -> QuerySet[Any, Any]:
    """What is open to the user through the integrator now: authorised, active, granted and not revoked (R-P12)."""
    rows = in_force(today=timezone.now().astimezone(ISTANBUL).date()).filter(
        integrator__people__user=user, integrator__people__ended_at=None
    )
    return (
        rows.order_by()
        .annotate(
            role=Value(ProviderRole.INTEGRATOR.value, output_field=CharField()),
            party_id=F("integrator_id"),
            party=F("integrator__title"),
            sandbox=Value(False, output_field=BooleanField()),
        )
        .values_list("brand__provider_id", "brand__provider__title", "role", *_COLUMNS)
    )


def in_force(*, today: date) -> QuerySet[IntegratorGrant]:
    """Grants that give access on that day (Istanbul)."""
    return IntegratorGrant.objects.filter(
        revoked_at=None,
        integrator__state=IntegratorState.ACTIVE,
        integrator__authorised_from__lte=today,
        integrator__authorised_until__gte=today,
    )


def _outside(rows: Iterable[Any]) -> list[Scope]:
    """The scopes of an integrator's person, one for each provider that granted something."""
    rows = sorted(rows, key=lambda row: row[0] or 0)
    granted = [row for row in rows if row[0] is not None]
    if not granted:
        return [Scope(None, row[1], row[2], Bound(party_id=row[3]), row[4]) for row in rows]
    return [_scope(list(part)) for _provider, part in groupby(granted, key=lambda row: row[0])]


def _scope(rows: list[Any]) -> Scope:
    provider_id, name, role, party_id, party = rows[0][:5]
    return Scope(provider_id, name, role, bound_of(party_id, [row[5:-1] for row in rows]), party)


def bound_of(party_id: int, rows: Iterable[Sequence[Any]]) -> Bound:
    """R-P12: what grants give, each (brand, channel, level, complaints, reconciliation)."""
    parts = {(brand, channel): more for brand, channel, *more in rows}
    reconciles = {part for part, (_level, _complaints, reconciliation) in parts.items() if reconciliation}
    return Bound(
        party_id=party_id,
        reads=frozenset(parts),
        writes=frozenset(part for part, more in parts.items() if more[0] == GrantLevel.WRITE),
        complaints=frozenset(part for part, more in parts.items() if more[1]),
        reconciles=frozenset(
            brand for brand, _channel in parts if all((brand, one.value) in reconciles for one in GrantChannel)
        ),
    )


def members(actor: Actor) -> QuerySet[Membership]:
    """The people of the actor's provider."""
    return Membership.objects.visible_to(actor).select_related("user").order_by("user__full_name", "pk")


def provider_of_code(iys_code: int) -> tuple[int, str] | None:
    """(id, title) of the provider with this İYS number."""
    return Provider.objects.filter(iys_code=iys_code).values_list("pk", "title").first()
