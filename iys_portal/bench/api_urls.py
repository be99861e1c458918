"""The portal's addresses and one view that answers a constant through the same middleware."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import path

from iys_portal.urls import urlpatterns as portal


@login_not_required
def bare(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ONAY"})


urlpatterns = [path("bare/", bare), *portal]
