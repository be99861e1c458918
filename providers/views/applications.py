"""The pages of one application, for whoever's session holds it; for everybody else they do not exist (404)."""

from typing import Any
from uuid import UUID

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from iys_portal.accounts.forms import SignInCodeForm
from iys_portal.core.errors import DomainError, FieldsInvalid
from iys_portal.core.forms import show_refusal
from iys_portal.core.middleware import current_request_id
from iys_portal.core.provinces import provinces
from iys_portal.core.uploads import ACCEPTED, MAX_BYTES, MAX_FILES
from providers import services
from providers.enums import Step
from providers.forms.applications import (
    BrandForm,
    CompanyForm,
    EmailForm,
    KindForm,
    SignatoriesForm,
    WithdrawForm,
)
from providers.missing import missing_for, whole
from providers.models import Application
from providers.numbers import judge_email, judge_mersis, judge_tax_number, judge_tckn
from providers.selectors import applications as selectors
from providers.selectors.agreements import signing_of

from .door import HELD

TEMPLATES = {step: f"providers/applications/step_{step.name.lower()}.html" for step in Step}


@method_decorator([login_not_required, never_cache], name="dispatch")
class HeldView(View):
    """A page of an application that this browser holds."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        public_id: UUID = kwargs.pop("public_id")
        if str(public_id) not in request.session.get(HELD, []):
            raise Http404
        found = whole(Application.objects.filter(public_id=public_id)).first()
        if found is None:
            raise Http404
        self.application = found
        self.actor = services.applicant_of(found, request_id=current_request_id())
        return super().dispatch(request, *args, **kwargs)

    def to(self, step: Step) -> HttpResponse:
        return redirect("providers:application-step", self.application.public_id, step.value)


class ApplicationView(HeldView):
    """Where the application stands, what is asked, what has happened (R-P8)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        application = self.application
        context = {
            "application": application,
            "missing": missing_for(application) if application.with_applicant else [],
            "next_step": selectors.next_step(application),
            "history": selectors.history_of(application),
            "returned": selectors.last_return(application),
            "may_withdraw": selectors.may_withdraw(application),
            "expires_at": selectors.expires_at(application),
        } | signing_of(application)
        return render(request, "providers/applications/status.html", context)


class StepPage(HeldView):
    """What the pages of the form share: the present step's context, and rendering it again with what was refused."""

    step: Step

    def page(self, request: HttpRequest, step: Step, *, status: int = 200, **shown: Any) -> HttpResponse:
        if not selectors.may_open(self.application, step):
            return redirect("providers:application", self.application.public_id)
        missing = missing_for(self.application)
        links = selectors.step_links(self.application, missing)
        number = list(Step).index(step)
        context = {
            "application": self.application,
            "step": step,
            "steps": links,
            "number": number + 1,
            "missing": missing,
            "previous": links[number - 1] if number and links[number - 1].url else None,
            "expires_at": selectors.expires_at(self.application),
            **self.context_of(step),
            **shown,
        }
        return render(request, TEMPLATES[step], context, status=status)

    def context_of(self, step: Step) -> dict[str, Any]:
        if step in FORMS:
            return {"form": FORMS[step].of(self.application)}
        if step == Step.EMAIL:
            return {"form": EmailForm.of(self.application), "code_form": SignInCodeForm()}
        if step == Step.BRANDS:
            return {"form": BrandForm()}
        if step in (Step.DOCUMENTS, Step.AGREEMENT):
            more = signing_of(self.application) if step == Step.AGREEMENT else {}
            return {"places": selectors.places_of(self.application, step)} | _upload_limits() | more
        return {"withdraw_form": WithdrawForm()}


FORMS: dict[Step, Any] = {Step.KIND: KindForm, Step.COMPANY: CompanyForm, Step.SIGNATORY: SignatoriesForm}


def _upload_limits() -> dict[str, Any]:
    return {
        "accept": ACCEPTED,
        "max_bytes": MAX_BYTES,
        "max_files": MAX_FILES,
        "one_for_both": settings.REGISTRY["ONE_PAPER_FOR_BOTH"],
    }


@method_decorator(sensitive_post_parameters(), name="dispatch")
class StepView(StepPage):
    """A step: GET shows it, POST saves it and goes on."""

    def get(self, request: HttpRequest, step: str) -> HttpResponse:
        return self.page(request, self.known(step))

    def post(self, request: HttpRequest, step: str) -> HttpResponse:
        known = self.known(step)
        if known in (Step.BRANDS, Step.DOCUMENTS, Step.REVIEW):  # their acts have addresses of their own
            return self.to(_after(known))
        if known == Step.AGREEMENT:
            return self.agreement(request)
        form = EmailForm(request.POST) if known == Step.EMAIL else FORMS[known].of(self.application, request.POST)
        if form.is_valid():
            try:
                self.keep(known, form)
            except FieldsInvalid as error:
                show_refusal(form, error)
            else:
                return self.to(known if known == Step.EMAIL else _after(known))
        return self.page(request, known, status=422, form=form)

    def known(self, step: str) -> Step:
        if step not in Step.values:
            raise Http404
        return Step(step)

    def keep(self, step: Step, form: Any) -> None:
        about: dict[str, Any] = {"application": self.application, "actor": self.actor}
        if step == Step.SIGNATORY:
            _save_signatories(form, about)
        elif step == Step.COMPANY:
            services.save_company(**form.cleaned_data, **about)
        elif step == Step.KIND:
            services.save_kind(kind=form.cleaned_data["kind"], **about)
        else:
            services.save_email(email=form.cleaned_data["email"], **about)

    def agreement(self, request: HttpRequest) -> HttpResponse:
        services.save_papers(
            application=self.application, actor=self.actor, in_one=request.POST.get("papers_in_one") == "on"
        )
        return self.to(Step.AGREEMENT)


def _after(step: Step) -> Step:
    steps = list(Step)
    return steps[min(steps.index(step) + 1, len(steps) - 1)]


def _save_signatories(form: SignatoriesForm, about: dict[str, Any]) -> None:
    data = form.cleaned_data
    services.save_signatories(
        first=form.person(1),
        second=form.person(2) if data["joint_authority"] else None,
        manager=(data["manager_name"], data["manager_email"]) if data["manager_other"] else None,
        **about,
    )


class CheckView(HeldView):
    """One field while it is typed (R-P2): what is wrong with it, or what a reviewer will look at."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        field = request.POST.get("field", "")
        text = request.POST.get(field, "").strip()
        kind = self.application.kind
        judged = None
        if text and field == "mersis":
            tax = judge_tax_number(request.POST.get("tax_number", ""), kind=kind)
            judged = judge_mersis(text, kind=kind, tax_number="" if tax.error else tax.value)
        elif text and field == "tax_number":
            judged = judge_tax_number(text, kind=kind)
        elif text and field in ("tckn_1", "tckn_2"):
            judged = judge_tckn(text)
        elif text and field == "email":
            judged = judge_email(text, kind=kind)
        return render(request, "providers/applications/judged.html", {"judged": judged})


@method_decorator([login_not_required], name="dispatch")
class DistrictsView(View):
    """The districts of the province that was chosen, as options."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        found = provinces().get(request.POST.get("province", ""), [])
        return render(request, "providers/applications/districts.html", {"districts": found})


class SendCodeView(HeldView):
    """Mails a code to the corporate address (R-P3)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        ip = get_client_ip(request) or ""
        try:
            services.send_email_code(application=self.application, actor=self.actor, ip=ip)
        except DomainError as error:
            messages.warning(request, str(error))
        else:
            messages.info(request, _("A code is on its way."))
        return self.to(Step.EMAIL)


@method_decorator(sensitive_post_parameters("code"), name="dispatch")
class ConfirmEmailView(StepPage):
    """Takes the code."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SignInCodeForm(request.POST)
        if form.is_valid():
            code = form.cleaned_data["code"]
            try:
                services.confirm_email(application=self.application, actor=self.actor, code=code)
            except DomainError as error:
                show_refusal(form, error)
            else:
                messages.success(request, _("The address is confirmed."))
                return self.to(Step.BRANDS)
        return self.page(request, Step.EMAIL, status=422, code_form=form)


class AddBrandView(StepPage):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = BrandForm(request.POST)
        if form.is_valid():
            brands = [(brand.name, brand.has_certificate) for brand in self.application.brands.all()]
            brands.append((form.cleaned_data["name"], form.cleaned_data["registered"]))
            try:
                services.save_brands(application=self.application, actor=self.actor, brands=brands)
            except FieldsInvalid as error:
                show_refusal(form, error, elsewhere="name")
            else:
                return self.to(Step.BRANDS)
        return self.page(request, Step.BRANDS, status=422, form=form)


class RemoveBrandView(HeldView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, brand_id: int) -> HttpResponse:
        kept = [(brand.name, brand.has_certificate) for brand in self.application.brands.all() if brand.pk != brand_id]
        services.save_brands(application=self.application, actor=self.actor, brands=kept)
        return self.to(Step.BRANDS)


class SubmitView(HeldView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            services.submit(application=self.application, actor=self.actor)
        except services.NotComplete as error:
            messages.error(request, str(error))
            return self.to(Step.REVIEW)
        messages.success(request, _("The application was submitted."))
        return redirect("providers:application", self.application.public_id)


class WithdrawView(HeldView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        reason = request.POST.get("reason", "")
        services.withdraw(application=self.application, actor=self.actor, reason=reason)
        messages.success(request, _("The application was withdrawn."))
        return redirect("providers:application", self.application.public_id)


def place_url(application: Application, step: Step, key: str) -> str:
    """The step's page at one document."""
    return f"{reverse('providers:application-step', args=[application.public_id, step.value])}#{key}"
