"""What a reviewer may still do for a provider that was approved: upper apps register their pages here when ready."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from iys_portal.core.actors import Actor

from .models import Application


@dataclass(frozen=True)
class Page:
    """A page about one approved application; `url_name` takes the application's public id."""

    label: str | Promise
    url_name: str
    permission: str
    icon: str = ""


@dataclass(frozen=True)
class Link:
    label: str | Promise
    url: str
    icon: str


_pages: list[Page] = []


def register(page: Page) -> None:
    _pages.append(page)


def links_for(application: Application, actor: Actor) -> list[Link]:
    """The registered pages that the actor may open; none before approval."""
    if application.provider_id is None:
        return []
    return [
        Link(page.label, reverse(page.url_name, args=[application.public_id]), page.icon)
        for page in _pages
        if actor.may(page.permission)
    ]
