"""/api/v1 put together from the apps' calls, with its document and the page that shows it (docs/api.md)."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, re_path
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from complaints.api.v1 import complaints
from consents.api.v1 import consents, evidence, freezes, imports, messages, queries, undos
from providers.api.v1 import brands, senders
from providers.api.v1.frame import framed, handle_refusals, not_found
from providers.api.v1.problems import CONTENT_TYPE

BRAND = "/brands/{brand}"
DESCRIPTION = """Everything that the national interface has no call for. Tokens come from `POST /oauth2/token`,
scopes and limits are the same. Moments are ISO 8601 with their zone;
refusals are `application/problem+json` (RFC 9457)."""


class Api(NinjaAPI):
    """Our document: refusals are problems, downloads are files."""

    def get_openapi_schema(self, **more: Any) -> Any:
        document = super().get_openapi_schema(**more)
        for operations in document["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "content" in answer:
                        answer["content"] = {CONTENT_TYPE: answer["content"]["application/json"]}
        return document


API = Api(
    title="İYS Portal API", version="1", description=DESCRIPTION, urls_namespace="api-v1", docs_url=None,
    openapi_url=None,
)  # fmt: skip
handle_refusals(API)
API.add_router("/brands", brands.router)
API.add_router("/public", senders.router)
API.add_router(f"{BRAND}/consents", consents.router)
API.add_router(f"{BRAND}/queries", queries.router)
API.add_router(f"{BRAND}/imports", imports.router)
API.add_router(BRAND, evidence.router)
API.add_router(f"{BRAND}/undos", undos.router)
API.add_router(f"{BRAND}/freezes", freezes.router)
API.add_router(f"{BRAND}/messages", messages.router)
API.add_router(f"{BRAND}/complaints", complaints.router)


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
def document(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    return HttpResponse(_document(), content_type="application/json")


@cache
def _document() -> str:
    """Built once a process: everybody may ask for it, as often as they like."""
    return json.dumps(API.get_openapi_schema(path_prefix="/api/v1/"), ensure_ascii=False, cls=DjangoJSONEncoder)


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The document as a page to read and to try, from our own static files."""
    return render(request, "api/docs.html", {"site": settings.SITE_NAME})


app_name = "api-v1"
urlpatterns = [
    path("openapi.json", document, name="openapi"),
    path("docs", page, name="docs"),
    *framed([one for one in API.urls[0] if isinstance(one, URLPattern) and one.name != "api-root"]),
    re_path(r"^.*$", not_found, name="not-found"),
]
