"""What every admin page shares: read-only unless it names a service (style 14)."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from .actors import Actor
from .errors import DomainError


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person as staff; the admin site puts them on the request."""
    return request.actor  # type: ignore[attr-defined]


class ReadOnlyAdmin(admin.ModelAdmin):
    """A list and its rows, to be read; what changes them are acts (`each`) that call a service."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def each(self, request: HttpRequest, queryset: QuerySet, act: Callable[[Any], object]) -> None:
        """Do something to each chosen row and say to how many; refusals are shown row by row."""
        done = 0
        for row in queryset.order_by("pk"):
            try:
                act(row)
                done += 1
            except DomainError as error:
                messages.error(request, f"{row}: {error}")
        if done:
            messages.success(request, _("Done: %(count)d rows.") % {"count": done})
