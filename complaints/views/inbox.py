"""A sender's complaints (R-K6): the list, one case, the answer, more time, files."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.evidence import LIMITS
from complaints.forms.answers import AnswerForm, TimeForm
from complaints.models import Complaint
from complaints.selectors import cases, decisions, held, inbox
from complaints.services import add_to_answer, answer_with_papers, ask_time, save_answer_draft
from complaints.transitions import COMPLAINT
from consents.views.base import ActorView
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.errors import Invalid, NotAllowed, WrongMoment
from iys_portal.core.forms import show_refusal
from iys_portal.core.numbers import number_in
from iys_portal.core.refused_files import FileRefused

from .bundles import bundle_context
from .papers import paper_taken


class SenderView(ActorView):
    """For whoever acts for a provider; staff have a desk of their own."""

    permission = Permission.COMPLAINT_VIEW

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.actor.provider_id is None:  # type: ignore[attr-defined]
            raise NotAllowed(code="complaint")
        return super().dispatch(request, *args, **kwargs)


class InboxView(SenderView):
    def get(self, request: HttpRequest) -> HttpResponse:
        names = ("tab", "brand", "number")
        asked = {name: request.GET.get(name, "").strip() for name in names}
        before = number_in(request.GET.get("before", ""))
        given: dict[str, Any] = asked | {"brand": number_in(asked["brand"])}
        rows, following = inbox.inbox_page(self.actor, before=before, now=timezone.now(), **given)
        context = {
            "rows": rows,
            "following": following,
            "asked": asked,
            "moved": before,
            "tabs": _tabs(asked["tab"]),
            "brands": list(inbox.brands_of_inbox(self.actor)),
        }
        return render(request, "complaints/inbox/list.html", context)


class SenderCaseView(SenderView):
    """One complaint as its sender may see it; anybody else's is not there (R-A1)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.actor.require(self.permission)  # type: ignore[attr-defined]
        public_id: UUID = kwargs.pop("public_id")
        found = cases.visible(request.actor).filter(public_id=public_id).first()  # type: ignore[attr-defined]
        if found is None:
            raise Http404
        self.complaint: Complaint = found
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        audit.record("complaint.read", self.complaint, actor=self.actor)
        return self.page(request)

    def page(self, request: HttpRequest, *, status: int = 200, **forms: Any) -> HttpResponse:
        case, clock, now = self.complaint, inbox.defence_clock(self.complaint), timezone.now()
        context = {
            "complaint": case,
            "clock": clock,
            "left": inbox.left_until(clock.due_on, now) if clock else None,
            "overdue": cases.is_overdue(case, clock, now),
            "timeline": cases.timeline_of(case, self.actor),
            "papers": [(cases.paper_name(one, self.actor), one) for one in cases.papers_of(case, self.actor)],
            "held": held.thaw(case.held),
            "defences": cases.defences_of(case),
            "extensions": inbox.extensions_of(case),
            "decided": decisions.decision_for(case, self.actor),
            **self.answering(case),
            "time_form": TimeForm(),
            **LIMITS,
        }
        return render(request, "complaints/inbox/case.html", context | forms, status=status)

    def answering(self, case: Complaint) -> dict[str, Any]:
        """The form of the answer, or of the addition that was asked for, with what is kept of it."""
        draft, questions = inbox.draft_of(case, self.actor), inbox.questions_of(case)
        actions = {move.name for move in COMPLAINT.available(case, self.actor)}
        may_answer = cases.sender_may_speak(case, self.actor)
        name = "inbox_answer" if "answer" in actions else "inbox_addition"
        return {
            "form": AnswerForm(initial={"text": draft.text if draft else ""}),
            "draft": draft,
            "questions": questions,
            "question": next((one for one in questions if one.answered_at is None), None),
            "actions": actions,
            "may_answer": may_answer,
            "action": reverse(f"complaints:{name}", args=[case.public_id]),
            "may_bundle": self.actor.may(Permission.COMPLAINT_ANSWER),
            **bundle_context(case, self.actor, answering=may_answer),
        }

    def back(self) -> HttpResponse:
        return redirect("complaints:inbox_case", self.complaint.public_id)


class AnswerView(SenderCaseView):
    """Sends the answer once; a second click finds it sent."""

    permission = Permission.COMPLAINT_ANSWER
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AnswerForm(request.POST)
        if form.is_valid():
            try:
                self.send(request, form.cleaned_data)
            except FileRefused as error:
                form.add_error(None, f"{error.message} {error.advice}")
            except Invalid as error:
                show_refusal(form, error)
            except WrongMoment:
                return self.back()
            else:
                messages.success(request, _("Your answer was sent."))
                return self.back()
        return self.page(request, form=form, bundle_ticked=bool(form["bundle"].value()), status=422)

    def send(self, request: HttpRequest, data: dict[str, Any]) -> None:
        answer_with_papers(**self.given(request, data))

    def given(self, request: HttpRequest, data: dict[str, Any]) -> dict[str, Any]:
        files = [(file.name or "", file) for file in request.FILES.getlist("files")]
        bundle = str(data["bundle"] or "")
        return {
            "complaint": self.complaint,
            "actor": self.actor,
            "text": data["text"],
            "files": files,
            "bundle_id": bundle,
        }


class AdditionView(AnswerView):
    """Answers what the officer asked after the answer."""

    def send(self, request: HttpRequest, data: dict[str, Any]) -> None:
        add_to_answer(**self.given(request, data))


class DraftView(SenderCaseView):
    """Keeps what is typed: by its button, or by itself while somebody types."""

    permission = Permission.COMPLAINT_ANSWER
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            draft = save_answer_draft(complaint=self.complaint, text=request.POST.get("text", ""), actor=self.actor)
        except Invalid as error:
            return self.refused(request, error)
        if request.headers.get("HX-Request"):
            return render(request, "complaints/inbox/draft_state.html", {"draft": draft})
        messages.success(request, _("The draft is kept.") if draft else _("There was nothing to keep."))
        return self.back()

    def refused(self, request: HttpRequest, error: Invalid) -> HttpResponse:
        """What was typed stays on the page; what is kept is what was kept before."""
        if request.headers.get("HX-Request"):
            kept = {"draft": inbox.draft_of(self.complaint, self.actor), "problem": str(error)}
            return render(request, "complaints/inbox/draft_state.html", kept)
        form = AnswerForm(request.POST)
        form.full_clean()
        form.errors.pop("confirmed", None)  # asked for by the sending alone
        show_refusal(form, error)
        return self.page(request, form=form, bundle_ticked=bool(form["bundle"].value()), status=422)


class AskTimeView(SenderCaseView):
    permission = Permission.COMPLAINT_ANSWER
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TimeForm(request.POST)
        if form.is_valid():
            try:
                ask_time(complaint=self.complaint, actor=self.actor, **form.cleaned_data)
            except Invalid as error:
                show_refusal(form, error)
            except WrongMoment:
                return self.back()
            else:
                messages.success(
                    request, _("You have asked for more time. Until it is answered, the present day holds.")
                )
                return self.back()
        return self.page(request, time_form=form, status=422)


class SenderPaperView(SenderCaseView):
    """One file that the sender may see, always as a download."""

    http_method_names = ["get"]

    def get(self, request: HttpRequest, paper_id: UUID) -> HttpResponseBase:  # type: ignore[override]
        return paper_taken(self.complaint, self.actor, paper_id)


def _tabs(chosen: str) -> list[tuple[str, str, bool]]:
    named = {"": _("All"), "open": _("To answer"), "overdue": _("Overdue"), "answered": _("Answered"),
             "decided": _("Decided")}  # fmt: skip
    return [(name, label, name == (chosen if chosen in named else "")) for name, label in named.items()]
