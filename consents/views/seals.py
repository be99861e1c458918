"""Public pages of the ledger's seals (R-L3)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.views.generic import View

from consents.models import LedgerSeal
from consents.selectors.seals import published_keys, seal_page
from consents.services.verification import exported


@method_decorator(login_not_required, name="dispatch")
class SealsView(View):
    """The chain, newest first, and the keys that sign it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        before = request.GET.get("once", "")
        page = seal_page(before=int(before) if before.isdecimal() and len(before) < 19 else None)
        context = {"page": page, "keys": published_keys(), "moved": bool(before)}
        return render(request, "consents/seals/list.html", context)


@method_decorator(login_not_required, name="dispatch")
class SealView(View):
    """One seal as a file, to be kept elsewhere: `verify_ledger --against` takes it."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        seal = get_object_or_404(LedgerSeal, number=number)
        response = JsonResponse(exported(seal), json_dumps_params={"indent": 2})
        response["Content-Disposition"] = f'attachment; filename="muhur-{number}.json"'
        return response
