"""The developer's corner: the last calls of one's keys, what each code means, and examples to begin with."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.views.base import ActorView
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.scopes import SESSION_KEY
from providers.models import ApiKey, Brand
from providers.selectors.calls import LoggedCall, last_calls, limits_of
from providers.selectors.keys import keys_of
from providers.selectors.sandbox import own_sandbox_brand
from providers.services.sandbox import enter_sandbox

from . import snippets
from .api_codes import Code, by_code, catalogue, explained
from .developer_forms import CallsForm, SnippetsForm

MOST_CALLS = 100
MOST_LIMITS = 3


@dataclass(frozen=True)
class CallRow:
    """A call, and what its codes mean: `(code, line of the table or None)`."""

    call: LoggedCall
    codes: list[tuple[str, Code | None]]


class CornerView(ActorView):
    """For whoever sees keys: managers, and an integrator's people."""

    permission = Permission.API_KEYS


class CallsView(CornerView):
    """The last calls by key, and how much of its limits a key has taken just now."""

    def get(self, request: HttpRequest) -> HttpResponse:
        keys = keys_of(self.actor)
        form = CallsForm(request.GET, keys=keys)
        shown = form.keys
        calls = last_calls(shown, now=timezone.now(), most=MOST_CALLS, only_refused=form.only_refused)
        context = {
            "form": form,
            "keys": keys,
            "rows": _rows(calls),
            "limits": [(key, limits_of(key)) for key in _in_use(shown)],
            "narrowed": form.narrowed,
            "may_freeze": self.actor.may(Permission.PROVIDER_SETTINGS),
            "may_webhooks": self.actor.may(Permission.PUSH_KEEP),
        }
        return render(request, "dashboard/developer/calls.html", context)


class CodesView(CornerView):
    """Every code with its meaning and what to do. The search needs no script."""

    def get(self, request: HttpRequest) -> HttpResponse:
        search = request.GET.get("ara", "").strip()[:100]
        context = {"codes": catalogue(search), "search": search}
        return render(request, "dashboard/developer/codes.html", context)


class SnippetsView(CornerView):
    """The first four calls in five languages, with the brand's own numbers."""

    def get(self, request: HttpRequest) -> HttpResponse:
        brands = list(_brands(self.actor))
        chosen = snippets.BY_NAME.get(request.GET.get("dil", snippets.LANGUAGES[0].name))
        if chosen is None:
            raise Http404
        form = SnippetsForm({"dil": chosen.name, "marka": request.GET.get("marka", "")}, brands=brands)
        context = {
            "form": form,
            "brands": brands,
            "tabs": _tabs(chosen, form.brand),
            "needs": chosen.needs,
            "steps": snippets.steps(chosen.name, form.brand, now=timezone.now()),
        }
        return render(request, "dashboard/developer/snippets.html", context)


class SandboxView(CornerView):
    """What the sandbox is; a POST makes it where there is none yet and goes there."""

    def get(self, request: HttpRequest) -> HttpResponse:
        context = {"outside": self.actor.bound is not None, "brand": own_sandbox_brand(self.actor)}
        return render(request, "dashboard/developer/sandbox.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        sandbox = enter_sandbox(actor=self.actor)
        request.session[SESSION_KEY] = sandbox.pk
        messages.success(request, _("You are in the sandbox now. Make a key for your program."))
        return redirect("providers:keys")


def _brands(actor: Any) -> Any:
    rows = Brand.objects.visible_to(actor).filter(is_active=True)
    return rows.select_related("provider").order_by("-is_main", "name")[:100]


def _tabs(chosen: snippets.Language, brand: Brand | None) -> list[dict[str, Any]]:
    more = {"marka": brand.brand_code} if brand else {}
    return [
        {"label": one.label, "url": "?" + urlencode({"dil": one.name, **more}), "active": one == chosen}
        for one in snippets.LANGUAGES
    ]


def _rows(calls: list[LoggedCall]) -> list[CallRow]:
    known = by_code() if any(call.codes for call in calls) else {}
    return [CallRow(call, [(code, explained(known, code, call.status)) for code in call.codes]) for call in calls]


def _in_use(keys: list[ApiKey]) -> list[ApiKey]:
    """The keys that were used last, of those that still may be."""
    live = [key for key in keys if key.state == "live" and key.last_used_at]
    return sorted(live, key=lambda key: key.last_used_at or key.created_at, reverse=True)[:MOST_LIMITS]
