"""The list's search and filters: what a form gives and what an address carries.

Filters stand in the address as plain words, so that a view can be kept and sent. The search is somebody's address, so
it goes in by POST and comes back as an encrypted token (`opaque`); the same holds for the place in the list.
"""

from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import Actor
from iys_portal.core.forms import PortalForm
from providers.models import Brand

from .brand_choice import BrandChoice
from .enums import Channel, Hold, RecipientType, Source, Status
from .forms.fields import any_of
from .opaque import seal, unseal
from .selectors.pages import Filters, Key
from .selectors.search import read_search

STATES = any_of([*Status, *Hold])


class ConsentFilterForm(PortalForm):
    """Filters of the list; unknown values are dropped, so that an old address still opens."""

    q = forms.CharField(label=_("Address"), required=False, max_length=265)
    brand: Any = None
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=any_of(Channel))
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    type = forms.ChoiceField(label=_("Recipient type"), required=False, choices=any_of(RecipientType))
    source = forms.ChoiceField(label=_("Source"), required=False, choices=any_of(Source))

    plain = ("brand", "channel", "state", "type", "source")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choice = BrandChoice(actor)
        self.fields["brand"] = self.choice.field()
        self.order_fields(["q", "brand"])

    @cached_property
    def chosen_brand(self) -> Brand | None:
        self.is_valid()
        return self.choice.named(self.cleaned_data.get("brand"))

    @property
    def chosen(self) -> dict[str, str]:
        """The valid plain filters, by name; a brand by its number."""
        self.is_valid()
        found = {name: value for name in self.plain if (value := self.cleaned_data.get(name))}
        found.pop("brand", None)
        return ({"brand": str(self.chosen_brand.brand_code)} if self.chosen_brand else {}) | found


def read_filters(actor: Actor, form: ConsentFilterForm, search: str) -> Filters:
    """The form's filters as the selectors want them. Raises `Invalid` for a search that says nothing."""
    chosen = form.chosen
    state = chosen.get("state", "")
    filters = Filters(
        brands=None if actor.all_providers else tuple(brand.pk for brand in form.choice.brands),
        channel=Channel[chosen["channel"]] if "channel" in chosen else None,
        status=Status[state] if state in Status.__members__ else None,
        hold=Hold[state] if state in Hold.__members__ else None,
        recipient_type=RecipientType[chosen["type"]] if "type" in chosen else None,
        source=Source[chosen["source"]] if "source" in chosen else None,
        search=read_search(search, exact_only=actor.all_providers),
        parts=actor.bound.by_brand() if actor.bound is not None else None,
    )
    return replace(filters, brands=(form.chosen_brand.pk,)) if form.chosen_brand else filters


def read_place(actor: Actor, token: str) -> Key | None:
    """The key in a place token."""
    value = unseal("place", token, actor=actor)
    return tuple(value) if value else None


class ListAddress:
    """Writes the list's own addresses: the same filters and search, at another place."""

    def __init__(self, actor: Actor, path: str, chosen: dict[str, str], search: str = "") -> None:
        self.actor, self.path = actor, path
        self.query = dict(chosen)
        if search:
            self.query["q"] = seal("search", search, actor=actor)

    def at(self, **more: str) -> str:
        query = urlencode(self.query | {name: value for name, value in more.items() if value})
        return f"{self.path}?{query}" if query else self.path

    def after(self, key: Key | None) -> str:
        return self.at(after=seal("place", key, actor=self.actor)) if key else ""

    def before(self, key: Key | None) -> str:
        return self.at(before=seal("place", key, actor=self.actor)) if key else ""
