"""The development mailbox page (design 5): what a newcomer needs to sign in without any mail account."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView

from . import mailbox


@method_decorator([login_not_required, never_cache], name="dispatch")
class MailboxView(TemplateView):
    """Mails as they left and the demonstration's present codes; 404 outside development settings."""

    template_name = "core/mailbox.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.MAILBOX_PAGE:
            raise Http404
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def get_template_names(self) -> list[str]:
        """The page's script asks for the codes alone while they run out."""
        return ["core/mailbox_codes.html" if self.request.headers.get("HX-Request") else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        codes = mailbox.codes()
        letters = [] if self.request.headers.get("HX-Request") else mailbox.letters()
        return super().get_context_data(codes=codes, letters=letters, **kwargs)
