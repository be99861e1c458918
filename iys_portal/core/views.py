"""The development mailbox page (design 5): what a newcomer needs to sign in without any mail account."""

from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import TemplateView, View

from . import mailbox
from .mailbox_forms import TextToRegistryForm
from .numbers import page_in

PAGE = 50
# A mail's own styles, and nothing else: no script, no picture, no form, nothing from anywhere.
MAIL_CSP = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups allow-popups-to-escape-sandbox"],
}


@method_decorator([login_not_required, never_cache], name="dispatch")
class DevelopmentView(View):
    """Open to everybody in development settings, 404 elsewhere."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not settings.MAILBOX_PAGE:
            raise Http404
        return super().dispatch(request, *args, **kwargs)  # type: ignore[return-value]

    def letter(self, name: str) -> mailbox.Letter:
        """A mail that has a HTML part, or 404."""
        letter = mailbox.letter_of(name)
        if letter is None or not letter.html:
            raise Http404
        return letter


class MailboxView(DevelopmentView, TemplateView):
    """Mails and texts as they left, and the demonstration's present codes."""

    template_name = "core/mailbox.html"

    def get_template_names(self) -> list[str]:
        """The page's script asks for the codes alone while they run out."""
        return ["core/mailbox_codes.html" if self.request.headers.get("HX-Request") else self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(codes=mailbox.codes(), **kwargs)
        if not self.request.headers.get("HX-Request"):
            context |= self.letters_context() | {"form": TextToRegistryForm() if mailbox.takes_texts() else None}
        return context

    def letters_context(self) -> dict[str, Any]:
        """One page of the letters that match the search; whether there is a next one, one letter more tells."""
        search = self.request.GET.get("q", "").strip()
        page = page_in(self.request.GET.get("sayfa", ""))
        found = mailbox.letters(PAGE + 1, offset=(page - 1) * PAGE, search=search)
        return {
            "letters": found[:PAGE],
            "search": search,
            "page": page,
            "first_page": page == 1 and not search,  # codes and form stand before the newest letters only
            "first_url": self.page_url(1) if page > 1 else "",
            "previous_url": self.page_url(page - 1) if page > 1 else "",
            "next_url": self.page_url(page + 1) if len(found) > PAGE else "",
        }

    def page_url(self, page: int) -> str:
        search = self.request.GET.get("q", "").strip()
        return "?" + urlencode(({"q": search} if search else {}) | {"sayfa": page})


class TextToRegistryView(DevelopmentView):
    """The mailbox page's form: a text message to the registry, as a phone would send it (R-R4)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TextToRegistryForm(request.POST)
        if not form.is_valid():
            return render(request, "core/mailbox_text.html", {"form": form}, status=422)
        mailbox.send_to_registry(sender=form.cleaned_data["sender"], text=form.cleaned_data["text"])
        messages.success(request, _("The registry has your message; its answer appears here in a moment."))
        return redirect("core:mailbox")


class HtmlView(DevelopmentView):
    """A mail as its reader sees it, in a frame that can do nothing."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        return render(request, "core/mailbox_html.html", {"letter": self.letter(name)})


@method_decorator([xframe_options_sameorigin, csp(MAIL_CSP)], name="dispatch")
class HtmlContentView(DevelopmentView):
    """What the frame shows. Its links open beside it: where they lead wants no frame around it."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        html = self.letter(name).html
        head, opening, rest = html.partition("<head>")
        base = '<base target="_blank">'
        return HttpResponse(f"{head}{opening}{base}{rest}" if opening else base + html)
