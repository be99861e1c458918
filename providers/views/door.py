"""The public door to applications: what is needed, the privacy notice, the start, the mailed link, the tracker.

Nobody signs in. A session holds the applications that its link or code opened; every other one does not exist for it.
"""

from datetime import UTC, datetime
from typing import Any

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import View

from iys_portal.accounts import services as accounts
from iys_portal.accounts.enums import NoticeAudience
from iys_portal.accounts.forms import SignInCodeForm
from iys_portal.accounts.selectors import privacy_notice
from iys_portal.core.errors import Invalid
from iys_portal.core.forms import show_refusal
from iys_portal.core.middleware import current_request_id
from providers import services
from providers.enums import ProviderKind, Step
from providers.forms.applications import ApplicationTokenForm, StartForm, TrackerForm
from providers.models import Application

HELD = "applications"  # in the session: public ids of the applications that this browser may change
NOTICE = "application_notice"  # in the session: which privacy notice was read, and when
ASKED = "application_tracker"  # in the session: the number that a code was asked for
PUBLIC = [login_not_required, never_cache]


def hold(request: HttpRequest, application: Application) -> None:
    """Let this browser into the application; a new session key, because it may now do more than before."""
    held = [*request.session.get(HELD, []), str(application.public_id)]
    request.session.cycle_key()
    request.session[HELD] = list(dict.fromkeys(held))[-10:]


def shown_language() -> str:
    return get_language() or settings.LANGUAGE_CODE


@method_decorator(PUBLIC, name="dispatch")
class StartView(View):
    """What will be needed, by kind, and who cannot apply."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, "providers/applications/start.html", {"kinds": ProviderKind})


@method_decorator(PUBLIC, name="dispatch")
class ChecklistView(View):
    """The same on paper."""

    def get(self, request: HttpRequest, kind: str) -> HttpResponse:
        if kind not in ProviderKind.values:
            raise Http404
        context = {"kind": ProviderKind(kind), "legal": kind == ProviderKind.LEGAL_ENTITY}
        return render(request, "providers/applications/checklist.html", context)


@method_decorator(PUBLIC, name="dispatch")
class PrivacyView(View):
    """R-G6: the privacy notice before any data is taken; its button says that it was read, and nothing else."""

    def get(self, request: HttpRequest) -> HttpResponse:
        notice = privacy_notice(NoticeAudience.APPLICANT, shown_language())
        return render(request, "providers/applications/privacy.html", {"notice": notice})

    def post(self, request: HttpRequest) -> HttpResponse:
        shown = privacy_notice(NoticeAudience.APPLICANT, shown_language())
        if request.POST.get("notice") != str(shown.pk):  # a newer version came, or the language changed
            return redirect("providers:application-privacy")
        request.session[NOTICE] = {"notice": shown.pk, "at": timezone.now().timestamp()}
        return redirect("providers:application-new")


@method_decorator([*PUBLIC, sensitive_post_parameters("email")], name="dispatch")
class NewView(View):
    """Kind and corporate e-mail: the draft begins, and the link to it is mailed."""

    template = "providers/applications/new.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if NOTICE not in request.session:
            return redirect("providers:application-privacy")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template, {"form": StartForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = StartForm(request.POST)
        if form.is_valid():
            try:
                application = self.start(request, form)
            except (Invalid, accounts.TooMany) as error:
                show_refusal(form, error)
            else:
                hold(request, application)
                messages.success(request, _("The link to your application is on its way to your mailbox."))
                return redirect("providers:application-step", application.public_id, Step.COMPANY.value)
        return render(request, self.template, {"form": form}, status=422)

    def start(self, request: HttpRequest, form: StartForm) -> Application:
        read = request.session[NOTICE]
        return services.start_application(
            kind=form.cleaned_data["kind"],
            email=form.cleaned_data["email"],
            language=shown_language(),
            ip=get_client_ip(request) or "",
            notice_id=read["notice"],
            notice_read_at=datetime.fromtimestamp(read["at"], tz=UTC),
            request_id=current_request_id(),
        )


@method_decorator([*PUBLIC, sensitive_post_parameters("token")], name="dispatch")
class ResumeView(View):
    """The mailed link: its secret stands behind the `#`, so it comes by POST only."""

    template = "providers/applications/resume.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template, {"form": ApplicationTokenForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = ApplicationTokenForm(request.POST)
        if form.is_valid():
            try:
                application = services.open_by_token(form.cleaned_data["token"])
            except services.ApplicationUnknown as error:
                form.add_error("token", str(error))
            else:
                hold(request, application)
                return redirect("providers:application", application.public_id)
        return render(request, self.template, {"form": form}, status=422)


@method_decorator(PUBLIC, name="dispatch")
class TrackerView(View):
    """R-P8: a number; a known and an unknown one get the same answer."""

    template = "providers/applications/tracker.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template, {"form": TrackerForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        form = TrackerForm(request.POST)
        if form.is_valid():
            try:
                services.ask_tracker(number=form.cleaned_data["number"], ip=get_client_ip(request) or "")
            except accounts.TooSoon as error:
                messages.info(request, str(error))
            except accounts.TooMany as error:
                form.add_error("number", str(error))
                return render(request, self.template, {"form": form}, status=error.status)
            request.session[ASKED] = form.cleaned_data["number"]
            return redirect("providers:tracker-code")
        return render(request, self.template, {"form": form}, status=422)


@method_decorator([*PUBLIC, sensitive_post_parameters("code")], name="dispatch")
class TrackerCodeView(View):
    """The code that was mailed to the application's corporate address opens it."""

    template = "providers/applications/tracker_code.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if ASKED not in request.session:
            return redirect("providers:tracker")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, form: SignInCodeForm | None = None, status: int = 200) -> HttpResponse:
        context = {"form": form or SignInCodeForm(), "number": request.session[ASKED]}
        return render(request, self.template, context, status=status)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = SignInCodeForm(request.POST)
        if not form.is_valid():
            return self.get(request, form, 422)
        try:
            application = services.answer_tracker(number=request.session[ASKED], code=form.cleaned_data["code"])
        except (accounts.CodeWrong, accounts.CodeOver, accounts.TooMany) as error:
            show_refusal(form, error)
            return self.get(request, form, error.status)
        del request.session[ASKED]
        hold(request, application)
        return redirect("providers:application", application.public_id)
