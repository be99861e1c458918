"""The reviewers' desk: work list, one application with everything beside it, and the decision."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid
from iys_portal.core.forms import show_refusal
from providers import services
from providers.after_approval import links_for
from providers.enums import ApplicationState
from providers.forms.review import REASONS, ChecklistForm, ReturnForm
from providers.missing import remarks_for
from providers.models import Application, ApplicationDocument
from providers.policies import review_acts
from providers.selectors import reviews
from providers.selectors.agreements import agreements_of
from providers.selectors.applications import history_of
from providers.selectors.settings import waiting_requests
from providers.services import review

from .papers import page_picture, pdf


class ReviewView(View):
    """For whoever reviews applications, or reads everything."""

    actor: Actor
    permissions: ClassVar[tuple[Permission, ...]] = (Permission.APPLICATION_REVIEW, Permission.AUDIT_VIEW)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = request.actor  # type: ignore[attr-defined]
        if not any(self.actor.may(permission) for permission in self.permissions):
            self.actor.require(self.permissions[0])
        return super().dispatch(request, *args, **kwargs)

    def application(self, public_id: UUID) -> Application:
        found = reviews.application_of(self.actor, public_id)
        if found is None:
            raise Http404
        return found


class OfPapers(ReviewView):
    """What an applicant uploaded or signed is opened by reviewers and auditors, and by nobody else (R-P5)."""

    permissions = (Permission.APPLICATION_PAPERS,)


class ListView(ReviewView):
    def get(self, request: HttpRequest) -> HttpResponse:
        state = request.GET.get("durum", "")
        context = {
            "rows": reviews.work_list(self.actor, state=state),
            "state": state,
            "states": ApplicationState.choices,
            "waiting": waiting_requests(self.actor) or "",
        }
        return render(request, "providers/review/list.html", context)


class DetailView(ReviewView):
    """One application; opening it is a read of a person's record (R-A3)."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        application = self.application(public_id)
        audit.record("application.read", application, actor=self.actor)
        return self.page(request, application)

    def page(self, request: HttpRequest, application: Application, *, status: int = 200, **forms: Any) -> HttpResponse:
        proposal = reviews.proposal_of(application)
        context = {
            "application": application,
            "remarks": remarks_for(application),
            "registered": reviews.same_mersis(application),
            "history": history_of(application, of_desk=True),
            "former": reviews.former_papers(application),
            **agreements_of(application),
            "changes": reviews.changes_since_last_round(application),
            "proposal": proposal,
            "afterwards": links_for(application, self.actor),
            "may_open": self.actor.may(Permission.APPLICATION_PAPERS),
            "acts": review_acts(application, proposal, self.actor),
            "reasons": REASONS,
            "checklist": ChecklistForm.of(proposal, joint=application.joint_authority),
            "return_form": ReturnForm(places=_places(application)),
        }
        return render(request, "providers/review/detail.html", context | forms, status=status)


class ActView(DetailView):
    """An act on one application, by POST."""

    http_method_names = ["post"]
    permissions = (Permission.APPLICATION_REVIEW,)
    act: ClassVar[str] = ""

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        application = self.application(public_id)
        return getattr(self, self.act)(request, application)  # type: ignore[no-any-return]

    def take(self, request: HttpRequest, application: Application) -> HttpResponse:
        review.take_application(application=application, actor=self.actor, now=timezone.now())
        return self.done(request, application, _("The application is yours to review."))

    def give_back(self, request: HttpRequest, application: Application) -> HttpResponse:
        form = ReturnForm(request.POST, places=_places(application))
        if not form.is_valid():
            return self.page(request, application, status=422, return_form=form)
        review.return_application(
            application=application,
            actor=self.actor,
            now=timezone.now(),
            reason=form.cleaned_data["reason"],
            asked=form.cleaned_data["asked"],
        )
        return self.done(request, application, _("Sent back to the applicant."))

    def reject(self, request: HttpRequest, application: Application) -> HttpResponse:
        reason = request.POST.get("reason", "")
        review.reject_application(application=application, actor=self.actor, now=timezone.now(), reason=reason)
        return self.done(request, application, _("Rejected."))

    def propose(self, request: HttpRequest, application: Application) -> HttpResponse:
        form = ChecklistForm(request.POST, request.FILES)
        if form.is_valid():
            checklist = dict(form.cleaned_data)
            file = checklist.pop("picture")
            picture = (file.name, file) if file else None
            about: dict[str, Any] = {"application": application, "actor": self.actor, "now": timezone.now()}
            try:
                review.propose_approval(checklist=checklist, picture=picture, **about)
                return self.done(request, application, _("The checklist is kept."))
            except Invalid as error:
                show_refusal(form, error)
        return self.page(request, application, status=422, checklist=form)

    def approve(self, request: HttpRequest, application: Application) -> HttpResponse:
        review.approve_application(application=application, actor=self.actor, now=timezone.now())
        return self.done(request, application, _("Approved. The manager was invited."))

    def done(self, request: HttpRequest, application: Application, text: str) -> HttpResponse:
        messages.success(request, text)
        return redirect("providers:review", application.public_id)


class PaperView(OfPapers):
    """A document of an application, or a picture of one of its pages; each opening is logged."""

    def get(self, request: HttpRequest, document_id: UUID, number: int | None = None) -> HttpResponseBase:
        document = ApplicationDocument.objects.visible_to(self.actor).filter(public_id=document_id).first()
        if document is None or (number is not None and not 1 <= number <= document.pages):
            raise Http404
        services.note_opened(document=document, actor=self.actor)
        if number is None:
            return pdf(document.file, f"{document.application.number}-{document.kind}-{document.version}")
        return page_picture(document.file, number)


class LookupView(OfPapers):
    """The picture of the MERSİS look-up that a proposal kept (R-P1)."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponseBase:
        application = reviews.application_of(self.actor, public_id)
        proposal = reviews.proposal_of(application) if application else None
        if application is None or proposal is None or not proposal.mersis_copy:
            raise Http404
        review.note_lookup_opened(review=proposal, actor=self.actor)
        return pdf(proposal.mersis_copy, f"{application.number}-mersis")


def _places(application: Application) -> list[tuple[str, str]]:
    """What can be asked for again: the fields and papers of `missing`."""
    fields = [("title", _("Company or trade name")), ("mersis", _("MERSİS number")), ("tax_number", _("Tax number"))]
    fields += [("address", _("Invoice address")), ("signatory_1", _("The authorised signatory"))]
    papers = [(paper.kind, str(paper.get_kind_display())) for paper in application.papers]  # type: ignore[attr-defined]
    return [*fields, *dict(papers).items()]
