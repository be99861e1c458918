"""Puts the acting person on the request as `request.actor`."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from iys_portal.core.middleware import current_request_id

from .scopes import SESSION_KEY, actor_for


class ActorMiddleware:
    """`request.actor`: the signed-in user in the scope that the session chose; None when nobody is signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            request.actor = SimpleLazyObject(  # type: ignore[attr-defined]
                lambda: actor_for(
                    request.user,  # type: ignore[arg-type]
                    provider_id=request.session.get(SESSION_KEY),
                    request_id=current_request_id(),
                )
            )
        return self.get_response(request)
