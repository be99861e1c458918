"""The list's search and filters: what a form gives and what an address carries.

Filters stand in the address as plain words, so that a view can be kept and sent. The search is somebody's address, so
it goes in by POST and comes back as an encrypted token (`opaque`); the same holds for the place in the list.
"""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import Actor
from iys_portal.core.forms import PortalForm
from providers.models import Brand

from .enums import Channel, Hold, RecipientType, Source, Status
from .opaque import seal, unseal
from .selectors.pages import Filters, Key
from .selectors.search import read_search

STATES = [
    ("", _("Any")),
    *((status.name, status.label) for status in Status),
    *((hold.name, hold.label) for hold in Hold),
]


def _named(enum: Any) -> list[tuple[str, Any]]:
    return [("", _("Any")), *((member.name, member.label) for member in enum)]


class ConsentFilterForm(PortalForm):
    """Filters of the list; unknown values are dropped, so that an old address still opens."""

    q = forms.CharField(label=_("Address"), required=False, max_length=265)
    brand = forms.ChoiceField(label=_("Brand"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False, choices=_named(Channel))
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    type = forms.ChoiceField(label=_("Recipient type"), required=False, choices=_named(RecipientType))
    source = forms.ChoiceField(label=_("Source"), required=False, choices=_named(Source))

    plain = ("brand", "channel", "state", "type", "source")

    def __init__(self, *args: Any, brands: list[Brand], grouped: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.brands = brands
        self.fields["brand"].choices = [("", _("All brands")), *_choices(brands, grouped=grouped)]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, str]:
        """The valid plain filters, by name."""
        self.is_valid()
        return {name: value for name in self.plain if (value := self.cleaned_data.get(name))}


def _choices(brands: list[Brand], *, grouped: bool) -> list[Any]:
    if not grouped:
        return [(str(brand.brand_code), brand.name) for brand in brands]
    groups: dict[str, list[tuple[str, str]]] = {}
    for brand in brands:
        groups.setdefault(brand.provider.title, []).append((str(brand.brand_code), brand.name))
    return list(groups.items())


def brands_for(actor: Actor) -> list[Brand]:
    """Brands that the actor may choose from, with their providers."""
    brands = Brand.objects.visible_to(actor).select_related("provider")
    return list(brands.order_by("provider__title", "-is_main", "name"))


def read_filters(actor: Actor, form: ConsentFilterForm, search: str) -> Filters:
    """The form's filters as the selectors want them. Raises `Invalid` for a search that says nothing."""
    chosen = form.chosen
    ids = {str(brand.brand_code): brand.pk for brand in form.brands}
    state = chosen.get("state", "")
    filters = Filters(
        brands=None if actor.all_providers else tuple(ids.values()),
        channel=Channel[chosen["channel"]] if "channel" in chosen else None,
        status=Status[state] if state in Status.__members__ else None,
        hold=Hold[state] if state in Hold.__members__ else None,
        recipient_type=RecipientType[chosen["type"]] if "type" in chosen else None,
        source=Source[chosen["source"]] if "source" in chosen else None,
        search=read_search(search, exact_only=actor.all_providers),
        parts=actor.bound.by_brand() if actor.bound is not None else None,
    )
    return replace(filters, brands=(ids[chosen["brand"]],)) if "brand" in chosen else filters


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
