"""Every name of the URL table that may answer GET with a page, and those that do not, each group with its reason."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

NO_PAGE = {
    "programs call it": r"(api:.*|api-v1:(?!docs$).*)",
    "a file or a picture": r"(providers:(application-(document|document-page|agreement|agreement-file)|request-paper"
    r"|brand-logo|review_(lookup|paper|page|agreement|signed|signed_page|request_paper|request_page)|dealer-export)"
    r"|consents:(sample|evidence_file|evidence_preview|seal|seal_stamp|own-logo|page_qr)"
    r"|complaints:(desk_paper|inbox_paper|evidence)|mfa_download_recovery_codes)",
    "a part of a page, which is walked with it": r"(consents:(hint|export_file|import_progress|query_progress"
    r"|message_progress)|complaints:(desk_)?bundle)",
    "what a frame shows, and the frame's page is walked": r"(core:mailbox_html_content|consents:message_document)",
    "leads to the page of its object": r"(providers:integrator-invite|consents:(show|evidence_complete|link_one_click)"
    r"|admin:consents_(consentimport_change|deadlineextension_add))",
    "leads to our own page for it": r"admin:(login|logout|password_change|password_change_done|view_on_site)",
    "data of a page's script": r"admin:(autocomplete|jsi18n)",
    "by POST only, though a function answers": r"admin:\w+_process_import",
    "closed to everybody: no permission opens it": r"admin:(auth_group|account_emailaddress|mfa_authenticator"
    r"|socialaccount_\w+|usersessions_usersession)_\w+",
    "closed to everybody: nothing is deleted there": r"admin:\w+_delete",
    "closed to everybody: services make these": r"admin:(core_(auditentry|job)|accounts_user|providers_membership"
    r"|consents_consentimport)_add",
    "e-Devlet is off where none is named": r"accounts:edevlet-(begin|callback)",
}


def no_page(name: str) -> bool:
    return any(re.fullmatch(pattern, name) for pattern in NO_PAGE.values())


def page_names() -> set[str]:
    """What has to be walked."""
    return {name for name, view in _patterns(get_resolver()) if _answers_get(view) and not no_page(name)}


def seeds() -> list[str]:
    """Addresses of pages without an object."""
    found = []
    for name in sorted(page_names()):
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    return found


def _answers_get(view: Any) -> bool:
    kind = getattr(view, "view_class", None)
    return kind is None or (hasattr(kind, "get") and "get" in kind.http_method_names)


def _patterns(resolver: URLResolver, space: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern, (*space, *([pattern.namespace] if pattern.namespace else [])))
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield ":".join((*space, pattern.name)), pattern.callback
