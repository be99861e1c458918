"""The steps of a filing (R-K2, R-K3): GET shows one, POST keeps it and goes on; the last one files."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from complaints import services
from complaints.enums import Step
from complaints.evidence import LIMITS
from complaints.forms.filing import DeclarationForm, IdentityForm, MessageForm, TopicsForm
from complaints.missing import Missing, missing_for
from complaints.selectors import cases, held
from complaints.selectors.filing import sender_choices, step_links
from iys_portal.accounts.selectors import addresses_of
from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.forms import show_refusal

from .citizens import CaseView

TEMPLATES = {step: f"complaints/step_{step.name.lower()}.html" for step in Step}


@method_decorator(sensitive_post_parameters(), name="dispatch")
class StepView(CaseView):
    def get(self, request: HttpRequest, step: str) -> HttpResponse:
        return self.page(request, self.known(step)) if self.complaint.is_draft else self.to_case()

    def post(self, request: HttpRequest, step: str) -> HttpResponse:
        known = self.known(step)
        if not self.complaint.is_draft:  # a second click is ordinary
            return self.to_case()
        form = self.form_of(known, request.POST)
        if form.is_valid():
            try:
                self.keep(known, form)
            except Invalid as error:
                show_refusal(form, error)
            except WrongMoment:
                return self.to_case()
            else:
                return self.after(request, known)
        return self.page(request, known, form=form, status=422)

    def known(self, step: str) -> Step:
        if step not in Step.values:
            raise Http404
        return Step(step)

    def form_of(self, step: Step, data: Any = None) -> Any:
        if step is Step.MESSAGE:
            addresses = addresses_of(self.actor.id)
            brands = sender_choices(self.complaint, [row.address for row in addresses])
            return MessageForm.of(self.complaint, data, addresses=addresses, brands=brands)
        if step is Step.IDENTITY:
            return IdentityForm.of(cases.identity_of(self.complaint, self.actor), data)
        if step is Step.EVIDENCE:
            return TopicsForm(data, initial={"topics": self.complaint.topics})
        return DeclarationForm(data) if step is Step.REVIEW else DeclarationForm(data or {})

    def keep(self, step: Step, form: Any) -> None:
        if step is Step.MESSAGE:
            services.save_message(values=form.values(), **self.about())
        elif step is Step.IDENTITY:
            remember = form.cleaned_data.pop("remember")
            services.save_identity(values=form.cleaned_data, remember=remember, **self.about())
        elif step is Step.EVIDENCE:
            services.save_topics(topics=form.cleaned_data["topics"], **self.about())
        elif step is Step.REVIEW:
            services.file_complaint(**form.cleaned_data, **self.about())

    def after(self, request: HttpRequest, step: Step) -> HttpResponse:
        if step is Step.REVIEW:
            messages.success(request, _("Your complaint is filed. We send the receipt to your e-mail."))
            return self.to_case()
        steps = list(Step)
        return redirect("complaints:step", self.complaint.public_id, steps[steps.index(step) + 1].value)

    def page(self, request: HttpRequest, step: Step, *, form: Any = None, status: int = 200) -> HttpResponse:
        identity = cases.identity_of(self.complaint, self.actor)
        missing = missing_for(self.complaint, identity, now=timezone.now())
        number, links = list(Step).index(step), step_links(self.complaint)
        context = {
            "complaint": self.complaint,
            "step": step,
            "steps": links,
            "number": number + 1,
            "previous": links[number - 1] if number else None,
            "missing": missing,
            "form": form or self.form_of(step),
            **self.shown(step, identity, missing),
            **LIMITS,
        }
        return render(request, TEMPLATES[step], context, status=status)

    def shown(self, step: Step, identity: Any, missing: list[Missing]) -> dict[str, Any]:
        """What a step shows besides its form."""
        case = self.complaint
        shown: dict[str, Any] = {}
        if step is Step.HELD and case.address and case.channel and case.message_at:
            shown["held"] = held.held_for(
                address=case.address, channel=case.channel, brand_id=case.brand_id, at=case.message_at
            )
        if step in (Step.EVIDENCE, Step.REVIEW):
            shown["papers"] = cases.papers_of(case, self.actor)
        if step is Step.REVIEW:
            shown["identity"] = identity
        return shown
