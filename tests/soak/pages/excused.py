"""What a page may be found to do, by the name of the page and the words of the fault, each with its reason."""

import re

EXCUSED: dict[tuple[str, str], str] = {
    ("api-v1:docs", r"axe |weighs|\d h1|wider than|knows no theme"): "Swagger UI as django-ninja brings it",
    ("account_reauthenticate", "title of all of"): "one question, to be answered in several ways",
    ("mfa_reauthenticate", "title of all of"): "likewise",
    ("complaints:new", "title of all of"): "one page; a message can be named in its address",
    ("consents:page-embedded", "title of all of"): "one page, also to be had in a frame",
    ("consents:page-receipt", "title of all of"): "one page, also to be had in a frame",
    ("admin:providers_provider_change", "axe empty-table-header"): "headings of Django's rows within a form",
    ("admin:complaints_reasontemplate_change", "axe empty-table-header"): "likewise",
    ("admin:core_auditentry_changelist", r"'(import|task)'"): "the raw log; the audit pages say it in words",
    ("dashboard:audit", r"other language: '[a-z_]+'"): "stored values of the log stand as they were written",
    ("accounts:citizen-notice", "title of all of"): "one text, at the sign-in and among the legal pages",
    ("dashboard:gallery", "other language"): "samples, in Turkish",
    ("core:mailbox", "other language"): "mails, in the language of whom they were sent to",
    ("admin:accounts_user_change", "'Türkçe'"): "a language is called by its own name",
    ("admin:core_job_change", "'Kaydediliyor'"): "the step as the work wrote it",
    ("complaints:desk_case", "'İYS'"): "the registry's name, as the log has it",
    ("admin:providers_retailer_history", "'İYS'"): "likewise",
    ("admin:complaints_reasontemplate_change", "'İYS'"): "likewise",
    ("admin:complaints_reasontemplate_history", "'İYS'"): "likewise",
    ("consents:import", "'Alıcı'"): "a heading of the file",
    ("consents:import_columns", "'(E-posta|Evet|Hayır)'"): "values of the file",
    ("providers:review", "'Deneme'"): "likewise",
    ("providers:application", "'Deneme'"): "likewise",
    ("providers:settings", "'(Deneme|Örnek)'"): "likewise",
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
