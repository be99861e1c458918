"""The page behind a notice's link (R-M3): opening changes nothing, its buttons act, nobody signs in.

These views need no cookie and no CSRF token: the 128 random bits of the address are what allows an act.
"""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from consents.selectors.links import open_link, page_of
from consents.services import links
from iys_portal.core.errors import DomainError


@method_decorator([csrf_exempt, login_not_required, never_cache], name="dispatch")
class TokenView(View):
    """A view that a token opens; a worthless one gets a kind page.

    The portal's `Referrer-Policy: same-origin` keeps the token from other sites. (`no-referrer` would also hide the
    origin of the page's own forms, and the language switch would be refused as forged.)
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = super().dispatch(request, *args, **kwargs)
        except DomainError as error:
            context = {"message": error.message, "token": "" if error.status == 404 else kwargs["token"]}
            response = render(request, "consents/links/nothing.html", context, status=error.status)
        response["X-Robots-Tag"] = "noindex"
        return response


class LinkView(TokenView):
    """What the notice told of, how it stands now, and the answers that are still possible."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        page = page_of(open_link(token))
        context = {"page": page, "token": token, "done": request.GET.get("sonuc", "")}
        return render(request, "consents/links/page.html", context)


class ActView(TokenView):
    """One answer, by POST; the page that follows shows what stands now, with the receipt number."""

    http_method_names = ["post"]
    act: str = ""

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        getattr(self, self.act)(request, token)
        return redirect(f"{reverse('consents:link', args=[token])}?sonuc={self.act}")

    def confirm(self, request: HttpRequest, token: str) -> None:
        links.confirm_by_link(token)

    def refuse(self, request: HttpRequest, token: str) -> None:
        links.refuse_by_link(token, channel=request.POST.get("channel", ""))

    def deny(self, request: HttpRequest, token: str) -> None:
        links.deny_by_link(token)


class OneClickView(TokenView):
    """RFC 8058: mail programs post `List-Unsubscribe=One-Click`; answered without a redirect. GET shows the page."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return redirect("consents:link", token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        if request.POST.get("List-Unsubscribe") != "One-Click":
            return HttpResponse(status=400, content_type="text/plain; charset=utf-8")
        links.refuse_in_one_click(token)
        page = page_of(open_link(token))
        return render(request, "consents/links/page.html", {"page": page, "token": token, "done": "refuse"})
