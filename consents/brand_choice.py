"""Choosing a brand above a list: a provider's people choose among theirs, staff name one of thousands.

Both stand in the address as the brand's number, and unknown ones are dropped, so that an old address still opens.
"""

from functools import cached_property
from typing import Any

from django import forms
from django.db.models import CharField, Func
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import Actor
from iys_portal.core.numbers import number_in
from iys_portal.core.turkish import comparable
from providers.models import Brand


def brands_for(actor: Actor) -> list[Brand]:
    """Brands that the actor may choose from, with their providers. For staff they are all: see `BrandChoice`."""
    brands = Brand.objects.visible_to(actor).select_related("provider")
    return list(brands.order_by("provider__title", "-is_main", "name"))


class BrandChoice:
    """The brands that an actor may choose from, as a field of a form. `brands` is empty for staff."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.by_name = actor.all_providers
        self.brands: list[Brand] = [] if self.by_name else brands_for(actor)

    @cached_property
    def several(self) -> bool:
        return self.by_name or len(self.brands) > 1

    def field(self) -> forms.Field:
        if self.by_name:
            box = forms.TextInput(attrs={"placeholder": _("Number or whole name"), "autocomplete": "off"})
            return forms.CharField(label=_("Brand"), required=False, max_length=150, widget=box)
        choices: list[Any] = [("", _("All brands")), *((str(brand.brand_code), brand.name) for brand in self.brands)]
        return forms.ChoiceField(label=_("Brand"), required=False, choices=choices)

    def named(self, text: str | None) -> Brand | None:
        """The brand of this number; for staff also the only one of this name."""
        text = (text or "").strip()
        if not self.by_name:
            return next((brand for brand in self.brands if str(brand.brand_code) == text), None)
        brands = Brand.objects.visible_to(self.actor).select_related("provider")
        if (number := number_in(text, digits=9)) is not None:
            return brands.filter(brand_code=number).first()
        same = Func("name", function="turkish_comparable", output_field=CharField())
        found = list(brands.alias(same=same).filter(same=comparable(text))[:2]) if text else []
        return found[0] if len(found) == 1 else None
