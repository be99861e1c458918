"""Is this sender registered? A page for everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views.generic import View

from providers.api.v1.senders import count_question
from providers.selectors.senders import registered_senders


@method_decorator(login_not_required, name="dispatch")
class SendersView(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        name = request.GET.get("ad", "").strip()[:100]
        context: dict[str, object] = {"name": name, "asked": len(name) >= 2}
        if context["asked"]:
            count_question(request)
            context["senders"] = registered_senders(name)
        return render(request, "providers/senders.html", context)
