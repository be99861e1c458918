"""The officers' desk (R-K7): the work list, one case with everything beside it, and the acts upon it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from complaints import services
from complaints.desk_forms import DecisionForm, FilterForm, OfficerForm, SenderForm, SendOnForm, TextForm
from complaints.models import Complaint
from complaints.selectors import cases, desk, held
from complaints.transitions import COMPLAINT
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.enums import DocumentState
from iys_portal.core.errors import Invalid
from iys_portal.core.forms import show_refusal
from iys_portal.core.masking import mask
from providers.models import Brand

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
            "numbers": desk.desk_numbers(self.actor),
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
        mine = desk.on_desk(case, self.actor)
        acts = {move.name for move in COMPLAINT.available(case, self.actor)} if mine else set()
        if "ask_more" in acts and not cases.may_ask_sender(case):
            acts.discard("ask_more")
        proposal = desk.open_proposal(case)
        context = {
            "complaint": case,
            "on_desk": mine,
            "acts": acts,
            "identity": cases.identity_of(case, self.actor),
            "timeline": cases.timeline_of(case, self.actor),
            "papers": cases.papers_of(case, self.actor),
            "held": held.thaw(case.held),
            "history": desk.history_of(case),
            "numbers": desk.brand_numbers(case),
            "clocks": desk.clocks_of(case),
            "request_for_time": desk.open_request(case),
            "defences": cases.defences_of(case),
            "questions": desk.questions_of(case),
            "notes": desk.notes_of(case, self.actor),
            "proposal": proposal,
            "may_confirm": desk.may_confirm(proposal, self.actor),
            "masked_address": mask(case.address),
            "decided": desk.decision_for(case, self.actor),
            "note_form": TextForm(prefix="note"),
            "ask_form": TextForm(prefix="ask"),
            "time_form": TextForm(prefix="time"),
            "send_form": SendOnForm(prefix="send"),
            "senders": cases.possible_senders(case) if "find_sender" in acts else [],
            "sender_form": SenderForm(prefix="sender"),
            "hand_form": OfficerForm(prefix="hand", people=desk.colleagues(case) if "hand_over" in acts else []),
            "decision_form": DecisionForm(initial=_proposed(proposal)),
        }
        return render(request, "complaints/desk/case.html", context | more, status=status)


class ShowView(CaseView):
    """Address and T.C. identity number in full; the audit log keeps who looked (R-G2)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        case = self.case(public_id)
        audit.record("complaint.identity_shown", case, actor=self.actor)
        return self.page(request, case, shown=True)


class ActView(CaseView):
    """An act on one case, by POST; what a service refuses stands at its field."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID, act: str) -> HttpResponse:
        case, way = self.case(public_id), getattr(self, f"do_{act.replace('-', '_')}", None)
        if way is None:
            raise Http404
        form, name = self.form_of(act, case, request)
        form.full_clean()
        try:
            way({"complaint": case, "actor": self.actor}, form.cleaned_data)
        except Invalid as error:
            show_refusal(form, error)
            return self.page(request, case, status=422, **{name: form})
        messages.success(request, _("Done."))
        stays = desk.on_desk(case, self.actor)
        return redirect("complaints:desk_case", case.public_id) if stays else redirect("complaints:desk")

    def form_of(self, act: str, case: Complaint, request: HttpRequest) -> tuple[Any, str]:
        if act == "send-on":
            return SendOnForm(request.POST, prefix="send"), "send_form"
        if act == "find-sender":
            return SenderForm(request.POST, prefix="sender"), "sender_form"
        if act == "hand-over":
            return OfficerForm(request.POST, prefix="hand", people=desk.colleagues(case)), "hand_form"
        if act == "propose":
            return DecisionForm(request.POST), "decision_form"
        prefix = {"ask-information": "ask", "ask-sender": "ask", "go-on": "ask", "grant": "time", "refuse": "time"}.get(
            act, "note"
        )
        return TextForm(request.POST, prefix=prefix), f"{prefix}_form"

    def do_take(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.take_case(**about)

    def do_ask_defence(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.ask_defence(**about)

    def do_ask_information(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.ask_information(text=data.get("text", ""), **about)

    def do_ask_sender(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.ask_sender(text=data.get("text", ""), **about)

    def do_go_on(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.go_on_without(reason=data.get("text", ""), **about)

    def do_grant(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        self.answer_request(about, data, grant=True)

    def do_refuse(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        self.answer_request(about, data, grant=False)

    def answer_request(self, about: dict[str, Any], data: dict[str, Any], *, grant: bool) -> None:
        asked = desk.open_request(about["complaint"])
        if asked is None:
            raise Http404
        services.answer_time_request(request=asked, grant=grant, answer=data.get("text", ""), actor=self.actor)

    def do_send_on(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.send_on(province=data.get("province", ""), reason=data.get("reason", ""), **about)

    def do_find_sender(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.find_sender(brand=brand_of_code(data.get("brand_code")), **about)

    def do_hand_over(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.hand_over(officer_id=data.get("officer") or 0, **about)

    def do_note(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.add_note(text=data.get("text", ""), **about)

    def do_show_paper(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.show_paper(paper_id=self.paper_id(), shown=True, **about)

    def do_hide_paper(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.show_paper(paper_id=self.paper_id(), shown=False, **about)

    def paper_id(self) -> str:
        try:
            return str(UUID(self.request.POST.get("paper", "")))
        except ValueError as error:
            raise Http404 from error

    def do_begin(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.begin_decision(**about)

    def do_propose(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.propose_decision(outcome=data.get("outcome", ""), reason=data.get("reason", ""), **about)

    def do_confirm(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        number = self.request.POST.get("proposal", "")
        services.confirm_decision(proposal_id=int(number) if number.isdecimal() else 0, **about)


class PaperView(DeskView):
    """One file of either side, always as a download; the audit log keeps who opened it (R-A3)."""

    def get(self, request: HttpRequest, public_id: UUID, paper_id: UUID) -> HttpResponseBase:
        case = self.case(public_id)
        return paper_taken(case, self.actor, paper_id)


class DecisionView(View):
    """The decision as PDF, for each side its own paper; by POST, because every export is logged (R-G3)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponseBase:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        case = cases.visible(actor).filter(public_id=public_id).first()
        shown = desk.decision_for(case, actor) if case else None
        if shown is None or shown.paper.state != DocumentState.READY:
            raise Http404
        audit.record("document.downloaded", shown.paper, actor=actor)
        return FileResponse(shown.paper.file.open("rb"), as_attachment=True, filename=f"{shown.paper.number}.pdf")


def brand_of_code(code: int | None) -> Brand:
    """Raises `Invalid` at its field for a code that no active brand has."""
    brand = Brand.objects.select_related("provider").filter(brand_code=code, is_active=True).first() if code else None
    if brand is None:
        raise Invalid(_("No active brand has this code."), code="brand", field="brand_code")
    return brand


def _proposed(proposal: Any) -> dict[str, str]:
    return {"outcome": proposal.outcome, "reason": proposal.reason} if proposal else {}
