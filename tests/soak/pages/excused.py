"""What a page may be found to do, by the name of the page and the words of the fault, each with its reason."""

import re

EXCUSED: dict[tuple[str, str], str] = {
    ("api-v1:docs", r"axe |weighs|\d h1|wider than|knows no theme"): "Swagger UI as django-ninja brings it",
    ("account_reauthenticate", "title of all of"): "one question, to be answered in several ways",
    ("complaints:new", "title of all of"): "one page; a message can be named in its address",
    ("consents:page-embedded", "title of all of"): "one page, also to be had in a frame",
    ("consents:page-receipt", "title of all of"): "one page, also to be had in a frame",
    ("admin:providers_provider_change", "axe empty-table-header"): "headings of Django's rows within a form",
    ("admin:complaints_reasontemplate_change", "axe empty-table-header"): "likewise",
    ("admin:core_auditentry_changelist", r"'(import|task)'"): "the raw log; the audit pages say it in words",
    ("dashboard:audit", r"other language: '[a-z_]+'"): "stored values of the log stand as they were written",
}


def without_excused(faults: list[str]) -> tuple[list[str], list[str]]:
    """Faults that nothing excuses, and excuses that excuse nothing."""
    used: set[tuple[str, str]] = set()
    left = []
    for fault in faults:
        found = {(name, words) for name, words in EXCUSED if f" {name} " in fault and re.search(words, fault)}
        used |= found
        if not found:
            left.append(fault)
    return left, [f"{key} excuses nothing: {reason}" for key, reason in EXCUSED.items() if key not in used]
