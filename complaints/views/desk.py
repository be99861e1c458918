"""The officers' desk (R-K7): the work list, one case with everything beside it; acts stand in `desk_acts`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import View

from complaints.forms.desk import (
    ContestEndForm,
    ContestForm,
    DecisionForm,
    FilterForm,
    JoinForm,
    OfficerForm,
    SenderForm,
    SendOnForm,
    TextForm,
)
from complaints.models import Complaint
from complaints.policies import refusal_cause
from complaints.selectors import cases, decisions, desk, held, joined
from complaints.selectors.joined import is_joined
from complaints.selectors.signals import signals_of
from complaints.transitions import outcomes_from
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.enums import DocumentState
from iys_portal.core.forms import PortalForm
from iys_portal.core.masking import mask

from .papers import paper_taken


class DeskView(View):
    """For complaint officers, and for staff who read every complaint."""

    actor: Actor

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = request.actor  # type: ignore[attr-defined]
        if not self.actor.may(Permission.COMPLAINT_DECIDE):
            self.actor.require(Permission.COMPLAINT_VIEW_ANY)
        return super().dispatch(request, *args, **kwargs)

    def case(self, public_id: UUID) -> Complaint:
        found = cases.visible(self.actor).select_related("taken_by").filter(public_id=public_id).first()
        if found is None:
            raise Http404
        return found


class ListView(DeskView):
    def get(self, request: HttpRequest) -> HttpResponse:
        form = FilterForm(request.GET, every_province=self.actor.may(Permission.COMPLAINT_VIEW_ANY))
        page = desk.work_list(self.actor, form.filters(request.GET.get("after", "")), today=timezone.localdate())
        query = request.GET.copy()
        query["after"] = str(page.next_after or "")
        context = {
            "form": form,
            "page": page,
            "numbers": desk.desk_numbers(self.actor, today=timezone.localdate()),
            "more": any(request.GET.get(name) for name in ("due", "mark", "age", "topic", "province", "order")),
            "narrowed": any(value for name, value in request.GET.items() if name not in ("after", "order")),
            "next_url": f"?{query.urlencode()}" if page.next_after else "",
            "first_url": "?" if request.GET.get("after") else "",
        }
        return render(request, "complaints/desk/list.html", context)


class CaseView(DeskView):
    """One case; opening it is a read of a person's record (R-A3)."""

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        case = self.case(public_id)
        audit.record("complaint.read", case, actor=self.actor)
        return self.page(request, case)

    def page(self, request: HttpRequest, case: Complaint, *, status: int = 200, **more: Any) -> HttpResponse:
        shown = self.shown(case)
        context = shown | self.forms(case, shown) | more
        return render(request, "complaints/desk/case.html", context, status=status)

    def shown(self, case: Complaint) -> dict[str, Any]:
        """Everything beside the case; one query each, and none for what this state cannot have."""
        mine = desk.on_desk(case, self.actor)
        acts = desk.acts_on(case, self.actor, mine=mine)
        proposal = desk.open_proposal(case) if "propose" in acts or not mine else None
        near = joined.around(case, self.actor, suggest="join" in acts)
        return {
            "complaint": case,
            "signals": signals_of([case])[case.pk],
            "on_desk": mine,
            "acts": acts,
            "identity": cases.identity_of(case, self.actor),
            "timeline": cases.timeline_of(case, self.actor),
            "papers": cases.papers_of(case, self.actor),
            "held": held.thaw(case.held),
            "history": desk.history_of(case),
            "numbers": desk.brand_numbers(case),
            "clocks": desk.clocks_of(case),
            "today": timezone.localdate(),
            "request_for_time": desk.open_request(case) if "refuse_time" in acts else None,
            "defences": cases.defences_of(case),
            "questions": desk.questions_of(case),
            "notes": desk.notes_of(case, self.actor),
            "proposal": proposal,
            "may_confirm": desk.may_confirm(proposal, self.actor),
            "masked_address": mask(case.address),
            "decided": decisions.decision_for(case, self.actor),
            "contests": [] if case.is_open else decisions.contests_of(case, self.actor),
            "joined": near.joined,
            "suggested": near.suggested,
            "senders": cases.possible_senders(case) if "find_sender" in acts else [],
        }

    def forms(self, case: Complaint, shown: dict[str, Any]) -> dict[str, Any]:
        """Those of `FORMS`, empty; what asks the database only where its act is offered."""
        acts = shown["acts"]
        names = FORMS.keys() - {"decision"} - (set() if "hand_over" in acts else {"hand"})
        forms = {f"{name}_form": FORMS[name](case) for name in names}
        if "propose" in acts:
            initial = _proposed(shown["proposal"])
            forms["decision_form"] = decision_form(case, joined=bool(shown["joined"]), initial=initial)
        return forms


def decision_form(case: Complaint, *typed: Any, joined: bool | None = None, **more: Any) -> DecisionForm:
    """The form of a proposal, with what this case allows; `joined`: whether others are, where that is known."""
    outcomes = outcomes_from(case.state)
    causes = [cause for one in outcomes if (cause := refusal_cause(case, one))]
    joined = is_joined(case) if joined is None else joined
    return DecisionForm(
        *typed, outcomes=outcomes, reasons=desk.reasons_for(outcomes), causes=causes, joined=joined, **more
    )


def _officer_form(case: Complaint, *typed: Any) -> OfficerForm:
    return OfficerForm(*typed, prefix="hand", people=desk.colleagues(case))


def _form(kind: type[PortalForm], prefix: str, **more: Any) -> Callable[..., PortalForm]:
    return lambda case, *typed: kind(*typed, prefix=prefix, **more)


FORMS: dict[str, Callable[..., PortalForm]] = {
    "note": _form(TextForm, "note", label=_("Note")),
    "ask": _form(TextForm, "ask", label=_("What is asked")),
    "go": _form(TextForm, "go", label=_("Reason")),
    "time": _form(TextForm, "time", label=_("Reason")),
    "send": _form(SendOnForm, "send"),
    "sender": _form(SenderForm, "sender"),
    "join": _form(JoinForm, "join"),
    "contest": _form(ContestForm, "contest"),
    "end": _form(ContestEndForm, "end"),
    "hand": _officer_form,
    "decision": decision_form,
}
"""Each form of the page: `FORMS[name](case, data, files)`; the page knows it as `name_form`."""


class ShowView(CaseView):
    """Address and T.C. identity number in full; the audit log keeps who looked (R-G2)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        case = self.case(public_id)
        audit.record("complaint.identity_shown", case, actor=self.actor)
        return self.page(request, case, shown=True)


class PaperView(DeskView):
    """One file of either side, always as a download; the audit log keeps who opened it (R-A3)."""

    def get(self, request: HttpRequest, public_id: UUID, paper_id: UUID) -> HttpResponseBase:
        case = self.case(public_id)
        return paper_taken(case, self.actor, paper_id)


class DecisionView(View):
    """The decision as PDF, for each side its own paper; by POST, because every export is logged (R-G3)."""

    for_citizens = True
    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponseBase:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        case = cases.visible(actor).filter(public_id=public_id).first()
        shown = decisions.decision_for(case, actor) if case else None
        if shown is None or shown.paper.state != DocumentState.READY:
            raise Http404
        audit.record("document.downloaded", shown.paper, actor=actor)
        return FileResponse(shown.paper.file.open("rb"), as_attachment=True, filename=f"{shown.paper.number}.pdf")


def _proposed(proposal: Any) -> dict[str, Any]:
    if proposal is None:
        return {}
    return {"outcome": proposal.outcome, "reason": proposal.reason, "refuses": proposal.refuses}
