"""Every address of the portal, wired from the apps."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from iys_portal.accounts.views import LanguageView

handler500 = "iys_portal.dashboard.errors.server_error"
urlpatterns = [
    path("", include("consents.urls_api")),  # first: programs call these, hundreds a second
    path("admin/", admin.site.urls),
    path("accounts/", include("iys_portal.accounts.allauth_urls")),
    path("", include("iys_portal.accounts.urls")),
    path("dil/", LanguageView.as_view(), name="set_language"),
    path("belgeler/", include("iys_portal.core.document_urls")),
    path("", include("providers.urls")),
    path("", include("consents.urls")),
    path("api/v1/", include("iys_portal.dashboard.api_v1")),
    path("", include("complaints.urls")),
    path("", include("iys_portal.dashboard.urls")),
]
if settings.MAILBOX_PAGE:
    urlpatterns.append(path("dev/mailbox/", include("iys_portal.core.urls")))
