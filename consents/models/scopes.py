"""Who may see which rows of consents (R-A1, R-P12)."""

from functools import reduce
from operator import or_
from typing import Any, Self

from django.db import models
from django.db.models import Q

from iys_portal.core.actors import Actor, Bound
from providers.models import Brand, OfBrandQuerySet


def granted(model: type[models.Model], bound: Bound) -> Q:
    """The rows of the channels that a provider opened to an integrator (R-P12); none of rows that name no channel."""
    if not hasattr(model, "channel"):
        return Q(brand_id__in=[])
    parts = [Q(brand_id=brand, channel__in=channels) for brand, channels in bound.by_brand().items()]
    return reduce(or_, parts) if parts else Q(brand_id__in=[])


class ByBrandNumberQuerySet(models.QuerySet):
    """Rows that hold the brand's number and no foreign key, found in one query."""

    def visible_to(self, actor: Actor) -> Self:
        if actor.all_providers:
            return self
        if actor.provider_id is None:
            return self.none()
        if actor.bound is not None:
            return self.filter(granted(self.model, actor.bound))
        return self.filter(brand_id__in=self.brands_of(actor.provider_id))

    def brands_of(self, provider_id: int) -> Any:
        """The brands' numbers, as a part of the query."""
        return Brand.objects.filter(provider=provider_id).order_by().values("pk")


class ConsentQuerySet(ByBrandNumberQuerySet):
    """Rows of the big tables: how to find them is planned for these very brands, which takes a query of its own."""

    def brands_of(self, provider_id: int) -> list[int]:
        return list(super().brands_of(provider_id).values_list("pk", flat=True))


class WholeProviderQuerySet(OfBrandQuerySet):
    """Rows for who reaches a provider whole: an integrator, who reaches a part, has none of them (R-P12)."""

    def visible_to(self, actor: Actor) -> "WholeProviderQuerySet":
        found = super().visible_to(actor)
        return found if actor.bound is None else found.none()  # type: ignore[return-value]
