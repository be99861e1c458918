"""A provider's company data: what is registered, what changes at once, what is asked for."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from allauth.core.internal.httpkit import get_client_ip
from django.contrib import messages
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from iys_portal.accounts.forms import SignInCodeForm
from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import DomainError, NotAllowed, NotFound
from iys_portal.core.forms import show_refusal
from iys_portal.core.uploads import ACCEPTED, MAX_BYTES, MAX_FILES
from providers.enums import RequestKind, RequestState
from providers.forms.settings import CompanyChangeForm, ContactForm, NewEmailForm, SignatoryForm
from providers.models import ProviderRequest
from providers.policies import may_change_settings
from providers.selectors import settings as selectors
from providers.services import asking, company
from providers.services import requests as services

from .papers import pdf

FILES = {"accept": ACCEPTED, "max_bytes": MAX_BYTES, "max_files": MAX_FILES}


class SettingsView(View):
    """For people of the provider in which they act: all read, managers write (R-A1)."""

    permission = Permission.PROVIDER_PROFILE
    tab: ClassVar[str] = "company"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.actor = request.actor  # type: ignore[attr-defined]
        self.actor.require(self.permission)
        if self.actor.provider_id is None:
            raise NotFound
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def data(self) -> selectors.CompanyData:
        found = selectors.company_data(self.actor)
        if found is None:
            raise NotFound
        return found

    @cached_property
    def may_change(self) -> bool:
        return may_change_settings(self.data.provider, self.actor)

    def saved(self, form: Form, act: Callable[[], object]) -> bool:
        """Whether the act was done; else the form says why not."""
        if not form.is_valid():
            return False
        try:
            act()
        except (NotAllowed, NotFound):
            raise
        except DomainError as error:
            show_refusal(form, error)
            return False
        return True

    def show(self, request: HttpRequest, name: str, context: dict[str, Any], form: Form | None = None) -> HttpResponse:
        status = 422 if form is not None and form.is_bound else 200
        full = {"may_change": self.may_change, "provider": self.data.provider, "tab": self.tab}
        return render(request, f"providers/settings/{name}.html", full | context, status=status)


class WriteView(SettingsView):
    permission = Permission.PROVIDER_SETTINGS


def files_of(request: HttpRequest) -> list[tuple[str, Any]]:
    return [(str(file.name), file) for file in request.FILES.getlist("files")]


class CompanyView(SettingsView):
    """What is registered of the company, and its requests."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = list(selectors.requests_of(self.actor, brands=False))
        context = {
            "data": self.data,
            "requests": asked,
            "asked": RequestState.ASKED,
            "second": self.data.may_name_second,
        }
        return self.show(request, "company", context)


class ContactView(WriteView):
    """Invoice address and phone, which hold at once."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, "contact", {"form": ContactForm.of(self.data)})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ContactForm.of(self.data, request.POST)
        if self.saved(form, lambda: company.change_contact(actor=self.actor, **form.cleaned_data)):
            messages.success(request, _("Saved."))
            return redirect("providers:settings")
        return self.show(request, "contact", {"form": form}, form)


class AskView(WriteView):
    """A form whose answer is a request to the registry, with papers."""

    def asked(self, request: HttpRequest, form: Form, act: Callable[..., object], **more: Any) -> bool:
        def ask() -> None:
            act(actor=self.actor, files=files_of(request), now=timezone.now(), **more, **form.cleaned_data)

        if self.saved(form, ask):
            messages.success(request, _("The registry has your request and answers by e-mail."))
            return True
        return False


@method_decorator(sensitive_post_parameters("tax_number"), name="dispatch")
class CompanyChangeView(AskView):
    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, "company_change", FILES | {"form": CompanyChangeForm.of(self.data)})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CompanyChangeForm.of(self.data, request.POST)
        if self.asked(request, form, asking.ask_company_change):
            return redirect("providers:settings")
        return self.show(request, "company_change", FILES | {"form": form}, form)


@method_decorator(sensitive_post_parameters("tckn"), name="dispatch")
class SignatoryView(AskView):
    """The signatory at a place, to be replaced or corrected."""

    def form(self, place: int, typed: Any = None) -> SignatoryForm:
        stored = {person.place: person for person in self.data.signatories}
        if place not in (1, 2) or (place == 2 and 2 not in stored and not self.data.may_name_second):
            raise Http404
        return SignatoryForm.of(self.data, stored.get(place), typed)

    def get(self, request: HttpRequest, place: int) -> HttpResponse:
        return self.show(request, "signatory", FILES | {"form": self.form(place), "place": place})

    def post(self, request: HttpRequest, place: int) -> HttpResponse:
        form = self.form(place, request.POST)
        kept = {} if "tckn" in form.fields else {"tckn": ""}
        if self.asked(request, form, asking.ask_signatory_change, place=place, **kept):
            return redirect("providers:settings")
        return self.show(request, "signatory", FILES | {"form": form, "place": place}, form)


class EmailView(WriteView):
    """A new corporate e-mail: typed, then confirmed by a code (R-P3)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = NewEmailForm(request.POST)
        ip, language = get_client_ip(request) or "", get_language() or "tr"

        def enter() -> None:
            email = form.cleaned_data["email"]
            company.enter_email(actor=self.actor, email=email, ip=ip, language=language, now=timezone.now())

        if self.saved(form, enter):
            messages.success(request, _("The code is on its way."))
            return redirect("providers:settings-email")
        return self.page(request, form=form)

    def page(self, request: HttpRequest, **forms: Form) -> HttpResponse:
        context: dict[str, Any] = {
            "form": NewEmailForm(),
            "code_form": SignInCodeForm(),
            "waiting": self.data.company.next_email,
        }
        bound = next((form for form in forms.values() if form.is_bound), None)
        return self.show(request, "email", context | forms, bound)


class ConfirmEmailView(EmailView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SignInCodeForm(request.POST)
        done: list[object] = []

        def confirm() -> None:
            code, language = form.cleaned_data["code"], get_language() or "tr"
            done.append(company.confirm_new_email(actor=self.actor, code=code, language=language, now=timezone.now()))

        if not self.saved(form, confirm):
            return self.page(request, code_form=form)
        asked = isinstance(done[0], ProviderRequest)
        text = _("The registry has your request and answers by e-mail.") if asked else _("The new address is in use.")
        messages.success(request, text)
        return redirect("providers:settings")


class WithdrawView(WriteView):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        found = selectors.request_of(self.actor, public_id)
        if found is None:
            raise Http404
        services.withdraw_request(request=found, actor=self.actor, now=timezone.now())
        messages.success(request, _("The request was withdrawn."))
        return redirect("providers:brands" if found.kind == RequestKind.SUB_BRAND else "providers:settings")


class PaperView(SettingsView):
    """The paper of an own request; for managers, because it may show somebody's number."""

    permission = Permission.PROVIDER_SETTINGS

    def get(self, request: HttpRequest, public_id: UUID) -> FileResponse:
        paper = selectors.paper_of(self.actor, public_id)
        if paper is None:
            raise Http404
        services.note_paper_opened(paper=paper, actor=self.actor)
        return pdf(paper.file, str(paper.request_id))
