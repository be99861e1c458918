"""Acts of the officers' desk (R-K7), by POST; the services judge them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from complaints import services
from complaints.enums import ContestKind
from complaints.models import Complaint
from complaints.selectors import desk, joined
from iys_portal.core.errors import Invalid
from iys_portal.core.forms import show_refusal
from iys_portal.core.numbers import number_in
from iys_portal.core.refused_files import FileRefused
from providers.models import Brand

from .desk import FORMS, CaseView, decision_form


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
        except (Invalid, FileRefused) as error:
            show_refusal(form, _at_file(error))
            return self.page(request, case, status=422, **{name: form})
        messages.success(request, _("Done."))
        stays = desk.on_desk(case, self.actor)
        return redirect("complaints:desk_case", case.public_id) if stays else redirect("complaints:desk")

    def form_of(self, act: str, case: Complaint, request: HttpRequest) -> tuple[Any, str]:
        name = FORM_OF.get(act, "note")
        return FORMS[name](case, request.POST, request.FILES), f"{name}_form"

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
        wishes = {name: data.get(name, False) for name in ("refuses", "together")}
        services.propose_decision(outcome=data.get("outcome", ""), reason=data.get("reason", ""), **wishes, **about)

    def do_confirm(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        together = "together" in self.request.POST
        number = number_in(self.request.POST.get("proposal", "")) or 0
        services.confirm_decision(proposal_id=number, together=together, **about)

    def do_join(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.join_complaints(tracking_number=data.get("tracking_number", ""), **about)

    def do_part(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.part_complaint(**about)

    def do_object(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        self.open_contest(about, data, ContestKind.OBJECTION)

    def do_court(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        self.open_contest(about, data, ContestKind.COURT)

    def open_contest(self, about: dict[str, Any], data: dict[str, Any], kind: ContestKind) -> None:
        file = data.get("file")
        services.open_contest(
            kind=kind,
            side=data.get("side", ""),
            raised_on=data.get("raised_on"),
            reference=data.get("reference", ""),
            reason=data.get("reason", ""),
            file=(file.name, file) if file else None,
            **about,
        )

    def do_end_contest(self, about: dict[str, Any], data: dict[str, Any]) -> None:
        services.end_contest(outcome=data.get("outcome", ""), result=data.get("result", ""), **about)


class FillReasonView(CaseView):
    """The words of a reason template, filled from the case, below what was typed; nothing is kept (R-K7)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        case = self.case(public_id)
        if "propose" not in desk.acts_on(case, self.actor, mine=desk.on_desk(case, self.actor)):
            raise Http404
        others = joined.is_joined(case)
        typed = decision_form(case, request.POST, joined=others)
        typed.full_clean()
        form = decision_form(case, joined=others, initial=typed.with_reason(case))
        return self.page(request, case, decision_form=form, writing=True)


FORM_OF = {
    "propose": "decision",
    "hand-over": "hand",
    "send-on": "send",
    "find-sender": "sender",
    "join": "join",
    "object": "contest",
    "court": "contest",
    "end-contest": "end",
    "ask-information": "ask",
    "ask-sender": "ask",
    "go-on": "go",
    "grant": "time",
    "refuse": "time",
}
"""In which form of the page an act is typed; what is not named takes a note's."""


def brand_of_code(code: int | None) -> Brand:
    """Raises `Invalid` at its field for a code that no active brand has."""
    brand = Brand.objects.select_related("provider").filter(brand_code=code, is_active=True).first() if code else None
    if brand is None:
        raise Invalid(_("No active brand has this code."), code="brand", field="brand_code")
    return brand


def _at_file(error: Invalid | FileRefused) -> Invalid:
    return error if isinstance(error, Invalid) else Invalid(str(error), code="file", field="file")
