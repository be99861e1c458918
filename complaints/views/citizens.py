"""A citizen's complaints: the list, one case with its time line, and what can be done to it (R-K4, R-K5)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from complaints import services
from complaints.enums import Side, Step
from complaints.evidence import LIMITS
from complaints.forms.filing import InformationForm
from complaints.links import prefill_of
from complaints.models import Complaint
from complaints.selectors import cases, decisions, held
from complaints.transitions import COMPLAINT
from consents.views.citizen import CitizenView
from iys_portal.accounts.enums import NoticeAudience
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.selectors import addresses_of, privacy_notice
from iys_portal.accounts.services.privacy import note_reading
from iys_portal.core import audit
from iys_portal.core.enums import DocumentState
from iys_portal.core.errors import Invalid
from iys_portal.core.forms import show_refusal
from iys_portal.core.refused_files import FileRefused

from .papers import paper_taken


class ComplainingView(CitizenView):
    permission = Permission.COMPLAINT_OWN


class CaseView(ComplainingView):
    """A page about one own complaint; anybody else's is not there (R-A1)."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.actor.require(self.permission)  # type: ignore[attr-defined]
        public_id: UUID = kwargs.pop("public_id")
        found = cases.visible(request.actor).filter(public_id=public_id).first()  # type: ignore[attr-defined]
        if found is None:
            raise Http404
        self.complaint: Complaint = found
        return super().dispatch(request, *args, **kwargs)

    def to_case(self) -> HttpResponse:
        return redirect("complaints:detail", self.complaint.public_id)

    def about(self) -> dict[str, Any]:
        return {"complaint": self.complaint, "actor": self.actor}


class OwnView(ComplainingView):
    """My complaints: drafts first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        rows = cases.own_complaints(self.actor)
        return render(request, "complaints/own.html", {"complaints": rows})


class NewView(ComplainingView):
    """Begins a complaint: empty, from a link, or from an e-mail file. The privacy notice stands before it (R-G6)."""

    def get(self, request: HttpRequest, token: str = "") -> HttpResponse:
        return self.page(request, status=200)

    def post(self, request: HttpRequest, token: str = "") -> HttpResponse:
        notice = self.notice()
        if request.POST.get("notice") != str(notice.pk):  # a newer version came, or the language changed
            return self.page(request, status=422)
        note_reading(notice_id=notice.pk, subject=("accounts.user", str(self.actor.id)))
        prefill = prefill_of(token) if token else None
        try:
            complaint = services.start_draft(actor=self.actor, language=get_language() or "tr", prefill=prefill)
        except Invalid as error:
            messages.error(request, str(error.message))
            return redirect("complaints:own")
        files = [(file.name or "", file) for file in request.FILES.getlist("mail")[:1]]
        for added in services.add_evidence(complaint=complaint, files=files, actor=self.actor, fill=True):
            _tell(request, added)
        return redirect("complaints:step", complaint.public_id, Step.MESSAGE.value)

    def page(self, request: HttpRequest, *, status: int) -> HttpResponse:
        context = {"notice": self.notice(), "addresses": addresses_of(self.actor.id), **LIMITS}
        return render(request, "complaints/new.html", context, status=status)

    def notice(self) -> Any:
        return privacy_notice(NoticeAudience.COMPLAINANT, get_language() or "tr")


class DetailView(CaseView):
    """Where a complaint stands; a draft goes on where it was left."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.complaint.is_draft:
            return redirect("complaints:step", self.complaint.public_id, Step.MESSAGE.value)
        return self.page(request, InformationForm())

    def page(self, request: HttpRequest, form: InformationForm, *, status: int = 200) -> HttpResponse:
        case = self.complaint
        audit.record("complaint.read", case, actor=self.actor)
        context = {
            "complaint": case,
            "timeline": cases.timeline_of(case, self.actor),
            "papers": cases.papers_of(case, self.actor),
            "held": held.thaw(case.held),
            "question": cases.open_question(case, Side.COMPLAINANT),
            "clock": cases.running_clock(case),
            "decided": decisions.decision_for(case, self.actor),
            "receipt": cases.receipt_of(case),
            "actions": {move.name for move in COMPLAINT.available(case, self.actor)},
            "form": form,
            **LIMITS,
        }
        return render(request, "complaints/detail.html", context, status=status)


class InformationView(DetailView):
    """Sends what was missing."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = InformationForm(request.POST)
        form.full_clean()
        files = [(file.name or "", file) for file in request.FILES.getlist("files")]
        try:
            text = form.cleaned_data.get("answer", "")
            services.give_information_with_papers(text=text, files=files, **self.about())
        except FileRefused as error:
            form.add_error(None, f"{error.message} {error.advice}")
        except Invalid as error:
            show_refusal(form, error)
        else:
            messages.success(request, _("Sent. Your complaint goes on."))
            return self.to_case()
        return self.page(request, form, status=422)


class WithdrawView(CaseView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        services.withdraw_complaint(reason=request.POST.get("reason", ""), **self.about())
        messages.success(request, _("You have withdrawn your complaint."))
        return self.to_case()


class DiscardView(CaseView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        services.discard_draft(**self.about())
        messages.success(request, _("The draft was deleted."))
        return redirect("complaints:own")


class AddEvidenceView(CaseView):
    """Files that are chosen, dropped or photographed; each that is refused says why, the others are kept."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        files = [(file.name or "", file) for file in request.FILES.getlist("files")]
        try:
            for added in services.add_evidence(files=files, fill=True, **self.about()):
                _tell(request, added)
        except FileRefused as error:
            messages.error(request, f"{error.message} {error.advice}")
        back = Step.MESSAGE if request.POST.get("step") == Step.MESSAGE else Step.EVIDENCE
        return redirect("complaints:step", self.complaint.public_id, back.value)


class RemoveEvidenceView(CaseView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, paper_id: UUID) -> HttpResponse:
        services.remove_evidence(paper_id=str(paper_id), **self.about())
        return redirect("complaints:step", self.complaint.public_id, Step.EVIDENCE.value)


class EvidenceView(CaseView):
    """One file, always as a download: nothing that somebody sent is drawn by the browser."""

    def get(self, request: HttpRequest, paper_id: UUID) -> HttpResponseBase:
        return paper_taken(self.complaint, self.actor, paper_id)


class ReceiptView(CaseView):
    """The receipt (R-K4), by POST, because every export is logged (R-G3)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponseBase:
        receipt = cases.receipt_of(self.complaint)
        if receipt is None or receipt.state != DocumentState.READY:
            raise Http404
        audit.record("document.downloaded", receipt, actor=self.actor)
        return FileResponse(receipt.file.open("rb"), as_attachment=True, filename=f"{receipt.number}.pdf")


def _tell(request: HttpRequest, added: services.Added) -> None:
    if added.refused:
        messages.error(request, f"{added.name}: {added.refused.message} {added.refused.advice}")
    elif added.mail:
        messages.success(request, _("The e-mail was read. Please check what it filled in."))
