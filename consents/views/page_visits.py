"""The public side of a consent page (R-M7): nobody signs in, no cookie is set, no script is needed.

What a visitor has done so far travels in the form itself (`page_visits`); the code that was sent to the address is what
allows an act, so there is no session to ride on and no CSRF token. The browser is told which sites may frame it.
"""

from datetime import timedelta
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from consents.enums import Channel
from consents.forms.consent_pages import PageAddressForm
from consents.models import ConsentPage
from consents.page_visits import VISITOR, Visit, packed, unpacked
from consents.selectors.consent_pages import public_page, receipt_of
from consents.services import page_answers as services
from consents.states import PageState
from iys_portal.accounts.enums import NoticeAudience
from iys_portal.accounts.forms import SignInCodeForm
from iys_portal.accounts.models import PrivacyNotice
from iys_portal.accounts.selectors import privacy_notice
from iys_portal.core import audit
from iys_portal.core.enums import DocumentState
from iys_portal.core.errors import DomainError, Invalid
from iys_portal.core.forms import show_refusal
from iys_portal.core.middleware import current_request_id

PUBLIC = [csrf_exempt, login_not_required, never_cache, sensitive_post_parameters("address", "code", "v")]


@method_decorator(PUBLIC, name="dispatch")
class PublicView(View):
    """A view of one page, in one of its languages; `embedded` is the one that sites may frame."""

    embedded = False
    page: ConsentPage
    language: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        page = public_page(kwargs["public_id"])
        if page is None:
            raise Http404
        self.page = page
        wanted = request.POST.get("dil") or request.GET.get("dil") or ""
        self.language = wanted if wanted in page.languages else page.languages[0]
        with translation.override(self.language):
            response = super().dispatch(request, *args, **kwargs)
        response["Content-Language"] = self.language
        response["X-Robots-Tag"] = "noindex"
        return self.framed(response) if self.embedded and page.frame_domains else response

    def framed(self, response: HttpResponseBase) -> HttpResponseBase:
        """Let the page's own list of sites frame this answer, and no other."""
        sites = [site for domain in self.page.frame_domains for site in (f"https://{domain}", f"https://*.{domain}")]
        response.xframe_options_exempt = True  # type: ignore[attr-defined]
        response._csp_replace = {"frame-ancestors": sites}  # type: ignore[attr-defined]
        return response

    def show(self, request: HttpRequest, name: str, *, status: int = 200, **context: Any) -> HttpResponse:
        named = dict(ConsentPage.Language.choices)
        languages = [(code, named[code]) for code in self.page.languages]
        about = {"page": self.page, "embedded": self.embedded, "language": self.language, "languages": languages}
        return render(request, f"consents/pages/{name}.html", about | context, status=status)


class PageVisitView(PublicView):
    """The page itself. Each step is one POST of its own form; `adim` says which."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        return self.start(request)

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        steps = {"adres": self.ask, "yeniden": self.ask_again, "kod": self.prove, "onay": self.give}
        step = steps.get(request.POST.get("adim", ""), self.start)
        if self.state is not PageState.OPEN:
            return self.start(request)
        return step(request)

    @property
    def state(self) -> PageState:
        return self.page.state(timezone.localdate())

    def visit(self, request: HttpRequest) -> Visit | None:
        return unpacked(self.page.public_id, request.POST.get("v", ""), now=timezone.now())

    def address_form(self, channels: list[Channel], *args: Any) -> PageAddressForm:
        phones, mails = any(c.takes_phone for c in channels), any(not c.takes_phone for c in channels)
        return PageAddressForm(*args, phones=phones, mails=mails)

    def start(
        self, request: HttpRequest, *, form: PageAddressForm | None = None, error: str = "", status: int = 200
    ) -> HttpResponse:
        """What is asked, by whom, in which words; then the privacy notice and the address."""
        if self.state is not PageState.OPEN:
            return self.show(request, "closed", state=self.state)
        notice = self.notice()
        if notice is None:  # R-G6: then nobody's data may be taken
            return self.show(request, "closed", state=PageState.OFF)
        context = {"form": form or self.address_form(self.page.offered), "notice": notice, "error": error}
        return self.show(request, "ask", status=status, **context)

    def notice(self) -> PrivacyNotice | None:
        """The privacy notice for citizens that is in force; None where none was ever published."""
        try:
            return privacy_notice(NoticeAudience.CITIZEN, self.language)
        except PrivacyNotice.DoesNotExist:
            return None

    def begun(self, request: HttpRequest) -> Visit | None:
        """The visit that goes on, or a new one of who has just read the privacy notice that is in force (R-G6)."""
        if request.POST.get("v"):
            return self.visit(request)
        notice = self.notice()
        if notice is None or request.POST.get("bildirim") != str(notice.pk):
            return None
        return Visit(page_version=self.page.version, notice_id=notice.pk, read_at=timezone.now())

    def ask(self, request: HttpRequest) -> HttpResponse:
        visit, form = self.begun(request), self.address_form(self.page.offered, request.POST)
        if visit is None:
            return self.over(request)
        try:
            if form.is_valid():
                waiting = self.send(request, visit, form.cleaned_data["address"])
                return self.code_page(request, waiting)
        except DomainError as error:
            show_refusal(form, error, elsewhere="address")
            return self.back(request, visit, form, status=error.status)
        return self.back(request, visit, form, status=422)

    def back(self, request: HttpRequest, visit: Visit, form: PageAddressForm, *, status: int) -> HttpResponse:
        """The form that the address was typed into, with what is wrong about it."""
        if visit.proven:
            return self.tick_page(request, visit, address_form=form, status=status)
        return self.start(request, form=form, status=status)

    def send(self, request: HttpRequest, visit: Visit, text: str) -> Visit:
        ip = get_client_ip(request) or ""
        return services.ask_code(self.page, visit, text=text, language=self.language, ip=ip)

    def ask_again(self, request: HttpRequest) -> HttpResponse:
        visit = self.visit(request)
        if visit is None or not visit.waiting:
            return self.over(request)
        try:
            visit = self.send(request, visit, visit.waiting)
        except DomainError as error:
            return self.code_page(request, visit, error=str(error), status=error.status)
        return self.code_page(request, visit)

    def prove(self, request: HttpRequest) -> HttpResponse:
        visit, form = self.visit(request), SignInCodeForm(request.POST)
        if visit is None:
            return self.over(request)
        if not form.is_valid():
            return self.code_page(request, visit, form, status=422)
        try:
            proven = services.prove(self.page, visit, code=form.cleaned_data["code"])
        except DomainError as error:
            show_refusal(form, error, elsewhere="code")
            return self.code_page(request, visit, form, status=error.status)
        return self.tick_page(request, proven)

    def give(self, request: HttpRequest) -> HttpResponse:
        visit, ticked = self.visit(request), request.POST.getlist("channels")
        if visit is None:
            return self.over(request)
        try:
            number = services.give(
                self.page, visit, ticked=ticked, language=self.language, request_id=current_request_id()
            )
        except DomainError as error:
            if not isinstance(error, Invalid):
                return self.start(request, error=str(error), status=error.status)
            return self.tick_page(request, visit, error=str(error), status=error.status)
        name = "consents:page-receipt-embedded" if self.embedded else "consents:page-receipt"
        return redirect_to(name, self.page.public_id, number, language=self.language)

    def over(self, request: HttpRequest) -> HttpResponse:
        text = _("This took too long, or the form was not whole. Please begin again; nothing was recorded.")
        return self.start(request, error=text, status=422)

    def code_page(
        self,
        request: HttpRequest,
        visit: Visit,
        form: SignInCodeForm | None = None,
        *,
        error: str = "",
        status: int = 200,
    ) -> HttpResponse:
        minutes = int(settings.REGISTRY["CODE_VALID"] / timedelta(minutes=1))
        context = {"form": form or SignInCodeForm(), "visit": visit, "minutes": minutes, "error": error}
        return self.show(request, "code", status=status, v=packed(self.page.public_id, visit), **context)

    def tick_page(
        self,
        request: HttpRequest,
        visit: Visit,
        *,
        address_form: PageAddressForm | None = None,
        error: str = "",
        status: int = 200,
    ) -> HttpResponse:
        """The boxes of the channels that reach a proven address; none comes ticked."""
        more = visit.still_open(self.page.offered)
        context = {
            "boxes": list(visit.fitting(self.page.offered).items()),
            "more": more,
            "form": address_form or (self.address_form(more) if more else None),
            "error": error,
        }
        return self.show(request, "tick", status=status, v=packed(self.page.public_id, visit), **context)


def redirect_to(name: str, *args: str, language: str) -> HttpResponse:
    answer = redirect(name, *args)
    answer["Location"] += f"?dil={language}"
    return answer


class ReceiptView(PublicView):
    """What was given, with its number and its PDF; whoever has the number sees it, with masked addresses."""

    def get(self, request: HttpRequest, public_id: str, number: str) -> HttpResponse:
        document = receipt_of(self.page, number)
        if document is None:
            raise Http404
        data = document.data
        channels = [(Channel[one["code"]], one) for one in data["channels"]]
        ready = document.state == DocumentState.READY
        return self.show(request, "receipt", document=document, data=data, channels=channels, ready=ready)


class ReceiptPdfView(PublicView):
    """The receipt as PDF, by POST, because each is logged (R-G3)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, public_id: str, number: str) -> HttpResponseBase:
        document = receipt_of(self.page, number)
        if document is None or document.state != DocumentState.READY:
            raise Http404
        audit.record("document.downloaded", document, actor=VISITOR)
        return FileResponse(document.file.open("rb"), as_attachment=True, filename=f"{document.number}.pdf")
