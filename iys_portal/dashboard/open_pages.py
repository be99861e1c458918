"""Pages for everybody, signed in or not: help, glossary, search, contact, terms, cookies, privacy notices."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.generic import View

from iys_portal.accounts.enums import NoticeAudience
from iys_portal.accounts.selectors import privacy_notice, published_notices

from .articles import article
from .glossary import TERMS
from .help_topics import BY_SLUG, TOPICS, Group
from .legal import kept_in_browsers
from .search import LONGEST, looks_like_address, search


@method_decorator([login_not_required, never_cache], name="dispatch")
class OpenPage(View):
    """Shown inside the panel or the citizen's pages to whoever is signed in, by itself to others."""

    template: str

    def show(self, request: HttpRequest, context: dict[str, Any] | None = None) -> HttpResponse:
        return render(request, self.template, {"frame": frame_of(request)} | (context or {}))


def frame_of(request: HttpRequest) -> str:
    """The template that a page for everybody extends."""
    if not request.user.is_authenticated:
        return "base_public.html"
    return "base_citizen.html" if getattr(request.user, "is_citizen", False) else "base.html"


def _first_of(request: HttpRequest) -> Group:
    """The group of topics that is the reader's own."""
    if request.user.is_authenticated:
        if getattr(request.user, "is_citizen", False):
            return Group.CITIZENS
        if request.actor.all_providers:  # type: ignore[attr-defined]
            return Group.STAFF
    return Group.COMPANY


class HelpView(OpenPage):
    template = "dashboard/help/index.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        own = _first_of(request)
        groups = sorted(Group, key=lambda group: group is not own)
        found = [(group.label, [topic for topic in TOPICS if topic.group is group]) for group in groups]
        return self.show(request, {"groups": found})


class TopicView(OpenPage):
    """One topic; for the drawer beside a page, its text alone."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        topic = BY_SLUG.get(slug)
        if topic is None:
            raise Http404
        drawer = request.htmx and not request.htmx.boosted  # type: ignore[attr-defined]
        self.template = "dashboard/help/drawer.html" if drawer else "dashboard/help/topic.html"
        beside = [one for one in TOPICS if one.group is topic.group and one is not topic]
        return self.show(request, {"topic": topic, "beside": beside})


class GlossaryView(OpenPage):
    template = "dashboard/help/glossary.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, {"terms": TERMS})


class SearchView(OpenPage):
    """What is typed comes by POST: it may be an address, and those stand in no URL (R-G4)."""

    template = "dashboard/search.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        text = request.POST.get("ara", "").strip()[:LONGEST]
        actor = request.actor  # type: ignore[attr-defined]
        found = {"text": text, "parts": search(actor, text), "address": looks_like_address(actor, text)}
        if request.htmx:  # type: ignore[attr-defined]
            return render(request, "dashboard/search_found.html", found)
        return self.show(request, found)


class ContactView(OpenPage):
    template = "dashboard/legal/contact.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, {"operator": settings.OPERATOR})


class TermsView(OpenPage):
    template = "dashboard/legal/terms.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, {"text": article("legal_texts", "kullanim-kosullari")})


class CookiesView(OpenPage):
    template = "dashboard/legal/cookies.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(request, {"kept": kept_in_browsers()})


class PrivacyView(OpenPage):
    """R-G6: every privacy notice in its present version; showing it here counts as no reading."""

    template = "dashboard/legal/privacy.html"

    def get(self, request: HttpRequest, audience: str = "") -> HttpResponse:
        published = published_notices()
        if audience and audience not in published:
            raise Http404
        language = get_language() or settings.LANGUAGE_CODE
        notice = privacy_notice(NoticeAudience(audience), language) if audience else None
        return self.show(request, {"notice": notice, "audiences": published})
