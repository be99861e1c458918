"""Retention for staff (R-L5): what would go next, what went, and what is held."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.forms.holds import HoldForm
from consents.models import LegalHold, RetentionRun
from consents.services import holds, retention
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import SYSTEM
from iys_portal.core.masking import mask

from .base import ActorView

RUNS = 20


class RetentionView(ActorView):
    permission = Permission.AUDIT_VIEW

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page(request, HoldForm())

    def page(self, request: HttpRequest, form: HoldForm, *, status: int = 200) -> HttpResponse:
        runs = list(RetentionRun.objects.select_related("job")[:RUNS])
        context = {
            "runs": [
                (run, [(policy.label, run.counts.get(policy.name, 0)) for policy in retention.POLICIES]) for run in runs
            ],
            "before": retention.due_before(timezone.now()),
            "held_by_cases": LegalHold.objects.filter(actor_id=SYSTEM.id, released_at=None).count(),
            "holds": [(hold, mask(hold.recipient) if hold.recipient else "") for hold in _holds()],
            "form": form,
            "may_run": self.actor.may(Permission.RETENTION_RUN),
        }
        return render(request, "consents/retention.html", context, status=status)


class RunView(ActorView):
    """A dry run, or the expiry itself; both go on in the background."""

    permission = Permission.RETENTION_RUN
    applied = False

    def post(self, request: HttpRequest) -> HttpResponse:
        retention.start_run(applied=self.applied, actor=self.actor, now=timezone.now())
        messages.success(request, _("The run has started; its result appears here."))
        return redirect("consents:retention")


class HoldView(RetentionView):
    """Place a hold."""

    permission = Permission.RETENTION_RUN
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        form = HoldForm(request.POST)
        if not form.is_valid():
            return self.page(request, form, status=422)
        data = form.cleaned_data
        holds.place_hold(
            actor=self.actor,
            recipient=data["recipient"],
            brand=data["brand_code"],
            reference=data["reference"],
            reason=data["reason"],
            now=timezone.now(),
        )
        messages.success(request, _("The records are held until somebody releases them."))
        return redirect("consents:retention")


class ReleaseView(ActorView):
    permission = Permission.RETENTION_RUN

    def post(self, request: HttpRequest, hold_id: int) -> HttpResponse:
        holds.release_hold(actor=self.actor, hold_id=hold_id, now=timezone.now())
        messages.success(request, _("Released. The records expire when their time has come."))
        return redirect("consents:retention")


def _holds() -> list[LegalHold]:
    """Those that people placed; what open complaints hold is told in a number."""
    return list(LegalHold.objects.exclude(actor_id=SYSTEM.id).select_related("brand")[:200])
