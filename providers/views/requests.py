"""The reviewers' desk for requests of registered providers: the list, one request with old and new, the decision."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.errors import Invalid
from providers.enums import RequestState
from providers.models import ProviderRequest
from providers.selectors import settings as selectors
from providers.services import requests as services
from providers.transitions import REQUEST

from .papers import page_picture, pdf
from .review import OfPapers, ReviewView


class RequestsView(ReviewView):
    def get(self, request: HttpRequest) -> HttpResponse:
        state = request.GET.get("durum", "")
        context = {
            "rows": selectors.requests_listed(self.actor, state=state),
            "state": state or RequestState.ASKED.value,
            "states": RequestState.choices,
            "waiting": selectors.waiting_requests(self.actor) or "",
        }
        return render(request, "providers/review/requests.html", context)


class RequestView(ReviewView):
    """One request; opening it is a read of a person's record (R-A3)."""

    def found(self, public_id: UUID) -> ProviderRequest:
        found = selectors.request_of(self.actor, public_id)
        if found is None:
            raise Http404
        return found

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        found = self.found(public_id)
        audit.record("request.read", found, actor=self.actor)
        return self.page(request, found)

    def page(self, request: HttpRequest, found: ProviderRequest, *, error: str = "") -> HttpResponse:
        context = {
            "asked": found,
            "may_open": self.actor.may(Permission.APPLICATION_PAPERS),
            "remarks": selectors.remarks_on(found),
            "acts": {move.name for move in REQUEST.available(found, self.actor)},
            "error": error,
        }
        return render(request, "providers/review/request.html", context, status=422 if error else 200)


class DecideView(RequestView):
    http_method_names = ["post"]
    permissions = (Permission.APPLICATION_REVIEW,)
    accept = False

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        found = self.found(public_id)
        try:
            self.decide(request, found)
        except Invalid as error:
            return self.page(request, found, error=str(error))
        messages.success(request, _("Accepted.") if self.accept else _("Turned down."))
        return redirect("providers:review_request", public_id)

    def decide(self, request: HttpRequest, found: ProviderRequest) -> None:
        now = timezone.now()
        if self.accept:
            services.accept_request(request=found, actor=self.actor, now=now)
            return
        reason = request.POST.get("reason", "")
        services.refuse_request(request=found, actor=self.actor, now=now, reason=reason)


class RequestPaperView(OfPapers):
    """The paper of a request, or a picture of one of its pages; each opening is logged."""

    def get(self, request: HttpRequest, public_id: UUID, number: int | None = None) -> HttpResponseBase:
        paper = selectors.paper_of(self.actor, public_id)
        if paper is None or (number is not None and not 1 <= number <= paper.pages):
            raise Http404
        services.note_paper_opened(paper=paper, actor=self.actor)
        return pdf(paper.file, str(paper.request_id)) if number is None else page_picture(paper.file, number)
