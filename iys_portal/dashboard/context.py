"""What every page shows around its content: menu, scope, languages."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consents.selectors.deadlines import banner_of
from consents.selectors.refusals import waiting
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.policies import home_of
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL

from .help_topics import topic_of


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    label: str | Promise
    view: str
    icon: str
    permission: Permission
    inside: bool = False
    """For who acts for a provider; staff have another page."""


@dataclass(frozen=True)
class Link:
    """A menu line as this request shows it."""

    label: str | Promise
    url: str
    icon: str
    active: bool
    badge: str | SimpleLazyObject = ""


REFUSALS = "consents:refusals"
MENU = (
    Entry(_("Overview"), "dashboard:overview", "speedometer2", Permission.PANEL_VIEW),
    Entry(_("Consents"), "consents:list", "card-checklist", Permission.CONSENT_VIEW),
    Entry(_("New record"), "consents:record", "plus-circle", Permission.CONSENT_RECORD),
    Entry(_("Ask before sending"), "consents:queries", "search", Permission.QUERY_VIEW),
    Entry(_("Refusals to act upon"), REFUSALS, "bell", Permission.PROVIDER_VIEW),
    Entry(pgettext_lazy("ileti", "Messages"), "consents:messages", "chat-text", Permission.PROVIDER_VIEW),
    Entry(_("Complaints"), "complaints:inbox", "complaint", Permission.COMPLAINT_VIEW, inside=True),
    Entry(_("Notices"), "consents:notices", "send", Permission.PROVIDER_VIEW),
    Entry(_("Consent texts"), "consents:texts", "card-text", Permission.PROVIDER_VIEW),
    Entry(_("Consent pages"), "consents:pages", "qr-code", Permission.PROVIDER_VIEW),
    Entry(_("Imports"), "consents:imports", "upload", Permission.CONSENT_IMPORT),
    Entry(_("Imports"), "consents:imports", "upload", Permission.CONSENT_IMPORT_ANY),
    Entry(_("Exports"), "consents:exports", "export", Permission.CONSENT_EXPORT),
    Entry(_("Reports"), "consents:reports", "bar-chart", Permission.PROVIDER_VIEW),
    Entry(_("Day files"), "consents:day_files", "history", Permission.CONSENT_RECONCILE),
    Entry(_("Day files"), "consents:day_files", "history", Permission.LEDGER_VERIFY),
    Entry(_("Applications"), "providers:reviews", "clipboard-check", Permission.APPLICATION_REVIEW),
    Entry(_("Applications"), "providers:reviews", "clipboard-check", Permission.AUDIT_VIEW),
    Entry(_("Complaints"), "complaints:desk", "complaint", Permission.COMPLAINT_DECIDE),
    Entry(_("Complaints"), "complaints:desk", "complaint", Permission.COMPLAINT_VIEW_ANY),
    Entry(_("Complaint statistics"), "complaints:statistics", "bar-chart", Permission.COMPLAINT_VIEW),
    Entry(_("Company and brands"), "providers:settings", "building", Permission.PROVIDER_PROFILE),
    Entry(_("Integrators"), "providers:integrators", "integrator", Permission.PROVIDER_SETTINGS),
    Entry(_("Integrators"), "providers:integrator-register", "integrator", Permission.REFERENCE_VIEW),
    Entry(_("API keys"), "providers:keys", "key", Permission.API_KEYS),
    Entry(_("Webhooks"), "consents:webhooks", "api", Permission.PUSH_KEEP),
    Entry(_("Developer's corner"), "dashboard:developer", "code-slash", Permission.API_KEYS),
    Entry(_("People"), "providers:people", "people", Permission.PROVIDER_USERS),
    Entry(_("Audit"), "dashboard:audit", "journal-check", Permission.AUDIT_VIEW),
    Entry(_("Retention"), "consents:retention", "clock-history", Permission.AUDIT_VIEW),
    Entry(_("Administration"), "admin:index", "gear", Permission.ADMIN_ENTER),
    Entry(_("Components"), "dashboard:gallery", "palette", Permission.GALLERY_VIEW),
    Entry(_("Who may reach me"), "consents:own", "shield-check", Permission.CONSENT_OWN),  # citizens only, from here on
    Entry(_("History"), "consents:own-history", "history", Permission.CONSENT_OWN),
    Entry(_("Messages sent to me"), "consents:own-messages", "chat-text", Permission.CONSENT_OWN),
    Entry(_("Why did I get this?"), "consents:own-why", "help", Permission.CONSENT_OWN),
    Entry(_("My wishes"), "consents:own-wishes", "hourglass", Permission.CONSENT_OWN),
    Entry(_("My complaints"), "complaints:own", "complaint", Permission.COMPLAINT_OWN),
    Entry(_("My addresses"), "accounts:own-addresses", "email", Permission.CONSENT_OWN),
    Entry(_("My account"), "accounts:own-account", "person-circle", Permission.CONSENT_OWN),
)


def menu_of(actor: Actor) -> list[Entry]:
    """The lines that the actor may open in the present scope."""
    return [entry for entry in MENU if actor.may(entry.permission) and not (entry.inside and actor.provider_id is None)]


def portal(request: HttpRequest) -> dict[str, Any]:
    """Context of every template that a request renders."""
    actor = getattr(request, "actor", None)
    context: dict[str, Any] = {
        "site_name": settings.SITE_NAME,
        "mailbox_page": settings.MAILBOX_PAGE,
        "demo": settings.DEMO,
        "actor": actor,
        "navigation": [],
        "scopes": [],
        "factor_due": _factor_due(request),
        "home_url": reverse(home_of(getattr(request, "user", None))),
        "help_url": _help_of(request),
    }
    if actor is not None:
        links = [
            Link(
                entry.label,
                url,
                entry.icon,
                request.path == url or (request.path.startswith(url) and url != "/"),
                _open_refusals(actor) if entry.view == REFUSALS and not actor.all_providers else "",
            )
            for entry in menu_of(actor)
            for url in [reverse(entry.view)]
        ]
        active = max((link.url for link in links if link.active), key=len, default="")
        context["navigation"] = [replace(link, active=link.url == active) for link in links]
        context["sees_provider"] = actor.may(Permission.PROVIDER_VIEW)  # its texts, pages and notices as a whole
        context["scopes"] = request.scopes  # type: ignore[attr-defined]
        context["in_sandbox"] = any(
            scope.sandbox and scope.provider_id == actor.provider_id for scope in context["scopes"]
        )
        context["initial_deadline"] = SimpleLazyObject(lambda: banner_of(actor, now=timezone.now()))  # R-D2
    return context


def _help_of(request: HttpRequest) -> SimpleLazyObject:
    """Address of the help to this page: its topic, or else the help's first page."""

    def found() -> str:
        over_all = getattr(getattr(request, "actor", None), "all_providers", False)
        match = request.resolver_match
        topic = topic_of(match.view_name, over_all=over_all) if match else None
        return reverse("dashboard:help_topic", args=[topic.slug]) if topic else reverse("dashboard:help")

    return SimpleLazyObject(found)


@dataclass(frozen=True)
class FactorDue:
    """How long the second factor can still be put off (R-A2)."""

    until: datetime
    days_left: int


def _factor_due(request: HttpRequest) -> FactorDue | None:
    until = getattr(request, "factor_due", None)
    return FactorDue(until, ceil((until - timezone.now()) / timedelta(days=1))) if until else None


def _open_refusals(actor: Actor) -> SimpleLazyObject:
    """The number beside the menu's line (R-R2); asked for only where a page shows the menu. One query."""

    def count() -> str:
        total = waiting(actor, today=timezone.now().astimezone(ISTANBUL).date()).open
        return intcomma(total) if total else ""

    return SimpleLazyObject(count)
