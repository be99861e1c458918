"""What every admin page shares: read-only unless it names a service (style 14)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from .actors import Actor


def actor_of(request: HttpRequest) -> Actor:
    """The signed-in person as staff; the admin site puts them on the request."""
    return request.actor  # type: ignore[attr-defined]


class ReadOnlyAdmin(admin.ModelAdmin):
    """A list and its rows, to be read only."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
