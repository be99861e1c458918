"""Which address is whose: the tables that the tests beside this file hold every address against."""

import re
from datetime import timedelta

PROVIDER_ROLES = ("manager", "officer", "viewer", "integrator")
STAFF_ROLES = ("admin", "reviewer", "complaint_officer", "auditor")
EVERYBODY = {*PROVIDER_ROLES, *STAFF_ROLES}  # but citizens: the panel is not theirs
CITIZEN = "citizen"
DAY = timedelta(days=1)
# Pages without an object: who gets them. Anonymous visitors are sent to the sign-in.
PAGES: dict[str, set[str]] = {
    "dashboard:overview": EVERYBODY,
    "dashboard:gallery": set(STAFF_ROLES),
    "dashboard:audit": {"admin", "auditor"},
    "dashboard:audit_person": {"admin", "auditor"},
    "dashboard:audit_force": {"admin", "auditor"},
    "dashboard:audit_verify": {"admin", "auditor"},
    "providers:people": {"manager"},
    "providers:keys": {"manager", "integrator"},
    "providers:key-new": {"manager", "integrator"},
    "dashboard:developer": {"manager", "integrator"},
    "dashboard:developer_codes": {"manager", "integrator"},
    "dashboard:developer_snippets": {"manager", "integrator"},
    "dashboard:developer_sandbox": {"manager", "integrator"},
    "consents:webhooks": {"manager"},
    "consents:webhook_new": {"manager"},
    "providers:settings": {"manager", "officer", "viewer"},
    "providers:settings-contact": {"manager"},
    "providers:settings-company": {"manager"},
    "providers:settings-email": {"manager"},
    "providers:brands": {"manager", "officer", "viewer"},
    "providers:brand-new": {"manager"},
    "providers:dealers": {"manager", "officer", "viewer"},
    "providers:dealer-new": {"manager"},
    "providers:dealer-import": {"manager"},
    "providers:reviews": {"admin", "reviewer", "auditor"},
    "providers:review_requests": {"admin", "reviewer", "auditor"},
    "providers:integrators": {"manager"},
    "providers:integrator-register": set(STAFF_ROLES),
    "consents:list": {"manager", "officer", "viewer", "integrator", "admin", "auditor"},
    "consents:record": {"manager", "officer", "integrator"},
    "consents:evidence_missing": {"manager", "officer"},
    "consents:refusals": {"manager", "officer", "viewer", "admin", "auditor"},
    "consents:notices": {"manager", "officer", "viewer", "admin", "auditor"},
    "consents:exports": {"manager", "officer", "admin"},
    "consents:reports": {"manager", "officer", "viewer", "admin", "auditor"},
    "consents:day_files": {"manager", "officer", "admin", "auditor"},
    "consents:texts": {"manager", "officer", "viewer", "admin", "auditor"},
    "consents:text_new": {"manager"},
    "consents:pages": {"manager", "officer", "viewer", "admin", "auditor"},
    "consents:page_new": {"manager"},
    "consents:sample": EVERYBODY,
    "consents:messages": {"manager", "officer", "viewer", "admin", "auditor"},
    "consents:message_new": {"manager", "officer"},
    "consents:imports": {"manager", "officer", "integrator", "admin", "auditor"},
    "consents:import_new": {"manager", "officer", "integrator", "admin"},
    "consents:query_new": {"manager", "officer", "integrator"},
    "consents:queries": {"manager", "officer", "integrator", "admin", "auditor"},
    "consents:retention": {"admin", "auditor"},
    "consents:own": {CITIZEN},
    "consents:own-data": {CITIZEN},
    "accounts:own-account": {CITIZEN},
    "accounts:own-addresses": {CITIZEN},
    "accounts:own-passkey-add": {CITIZEN},
    "accounts:own-close": {CITIZEN},
    "consents:own-find": {CITIZEN},
    "consents:own-why": {CITIZEN},
    "consents:own-wishes": {CITIZEN},
    "consents:own-history": {CITIZEN},
    "consents:own-messages": {CITIZEN},
    "complaints:desk": {"admin", "complaint_officer", "auditor"},
    "complaints:statistics": {"admin", "complaint_officer", "auditor", "manager", "officer", "viewer"},
    "complaints:fines": {"admin", "complaint_officer", "auditor", "manager", "officer", "viewer"},
    "complaints:unregistered": {"admin", "complaint_officer", "auditor"},
    "complaints:yearly": {"admin", "auditor"},
    "complaints:inbox": {"manager", "officer", "viewer"},
    "complaints:own": {CITIZEN},
    "complaints:new": {CITIZEN},
}
# Pages about one object of a provider; a stranger gets 404.
OBJECTS = {
    "consents:detail": "GET",
    "consents:refuse": "POST",
    "consents:proof": "POST",
    "consents:proof_pdf": "POST",
    "consents:proof_pdf_address": "POST",
    "documents:document": "GET",
    "documents:download": "POST",
    "documents:again": "POST",
    "consents:evidence_complete": "POST",
    "consents:evidence_file": "GET",
    "consents:evidence_preview": "GET",
    "consents:day_file": "POST",
    "consents:export_file": "GET",
    "consents:export_take": "POST",
    "consents:export_remove": "POST",
    "consents:text": "GET",
    "consents:text_change": "GET",
    "consents:text_print": "GET",
    "consents:text_publish": "POST",
    "consents:text_retire": "POST",
    "consents:text_discard": "POST",
    "consents:page": "GET",
    "consents:page_qr": "GET",
    "consents:page_change": "GET",
    "consents:page_switch": "POST",
    "consents:webhook": "GET",
    "consents:webhook_change": "GET",
    "consents:webhook_rotate": "POST",
    "consents:webhook_on": "POST",
    "consents:webhook_off": "POST",
    "consents:webhook_test": "POST",
    "consents:webhook_again": "POST",
    "consents:webhook_remove": "POST",
    "consents:query": "GET",
    "consents:query_progress": "GET",
    "consents:query_column": "POST",
    "consents:query_download": "POST",
    "consents:query_pdf": "POST",
    "consents:query_export": "POST",
    "consents:query_stop": "POST",
    "consents:query_resume": "POST",
    "consents:message": "GET",
    "consents:message_change": "GET",
    "consents:message_preview": "GET",
    "consents:message_document": "GET",
    "consents:message_progress": "GET",
    "consents:message_check_of": "POST",
    "consents:message_recipients": "POST",
    "consents:message_download": "POST",
    "consents:message_export": "POST",
    "consents:message_column": "POST",
    "consents:message_drop_list": "POST",
    "consents:message_wash_all": "POST",
    "consents:message_wash_again": "POST",
    "consents:message_resume": "POST",
    "consents:message_stop": "POST",
    "consents:message_release": "POST",
    "consents:message_cancel": "POST",
    "consents:message_version": "POST",
    "consents:import": "GET",
    "consents:import_columns": "GET",
    "consents:import_progress": "GET",
    "consents:import_problems": "GET",
    "consents:import_download": "POST",
    "consents:import_check": "POST",
    "consents:import_apply": "POST",
    "consents:import_undo": "POST",
    "consents:import_discard": "POST",
    "consents:import_resume": "POST",
    "consents:import_cancel": "POST",
    "dashboard:integrator_acts": "GET",
    "providers:grant-revoke": "POST",
    "providers:grants-revoke": "POST",
    "providers:key-revoke": "POST",
    "providers:member-role": "POST",
    "providers:member-remove": "POST",
    "providers:request-withdraw": "POST",
    "providers:request-paper": "GET",
    "providers:brand": "GET",
    "providers:brand-logo": "GET",
    "providers:brand-logo-remove": "POST",
    "providers:dealer": "GET",
    "providers:dealer-close": "POST",
    "providers:dealer-reopen": "POST",
    "providers:invitation-revoke": "POST",
    "providers:invitation-resend": "POST",
}
# What a citizen does to own rows, by POST only; another citizen gets 404, everybody else 403.
OWN_OBJECTS = {
    "consents:own-evidence",
    "consents:own-receipt",
    "consents:own-channel",
    "consents:own-denied",
    "consents:own-wish-end",
    "consents:own-wish-again",
    "consents:own-brand",
    "consents:own-address",
    "consents:own-newly-mine",
    "consents:own-data-file",
    "accounts:own-address-remove",
    "accounts:own-passkey",
    "accounts:own-passkey-remove",
}
# One complaint of a citizen: another citizen gets 404, everybody else 403.
OF_COMPLAINT = {
    "complaints:detail": "GET",
    "complaints:step": "GET",
    "complaints:withdraw": "POST",
    "complaints:discard": "POST",
    "complaints:information": "POST",
    "complaints:evidence_add": "POST",
}
# Acts of a citizen without an object.
OWN_ACTS = {
    "consents:own-everything",
    "consents:own-everywhere",
    "consents:own-take-back",
    "consents:own-newly-mine-back",
    "accounts:edevlet-unlink",
    "consents:own-give",  # of a brand, which is nobody's own
    "consents:own-never",
}
# Pages about a brand for every citizen; only what is shown beside it is one's own.
OF_ANY_BRAND = {"consents:own-one", "consents:own-logo"}
# Pages of applications that everybody gets, signed in or not: the answer.
OPEN_PAGES = {
    "providers:application-start": 200,
    "providers:application-checklist": 200,
    "providers:application-privacy": 200,
    "providers:application-new": 302,  # the privacy notice first
    "providers:application-resume": 200,
    "providers:tracker": 200,
    "providers:tracker-code": 302,  # the number first
    "providers:signing-guide": 200,
    "providers:districts": 405,  # by POST
}
# One application: for whoever's session holds it, and for nobody else whatever their role.
OF_APPLICATION = {
    "providers:application": "GET",
    "providers:application-step": "GET",
    "providers:application-document": "GET",
    "providers:application-document-page": "GET",
    "providers:application-agreement": "GET",
    "providers:application-agreement-file": "GET",
    "providers:application-agreement-prepare": "POST",
    "providers:application-agreement-signed": "POST",
    "providers:application-change": "POST",
    "providers:application-check": "POST",
    "providers:application-code": "POST",
    "providers:application-confirm": "POST",
    "providers:application-brand": "POST",
    "providers:application-brand-remove": "POST",
    "providers:application-upload": "POST",
    "providers:application-document-remove": "POST",
    "providers:application-submit": "POST",
    "providers:application-withdraw": "POST",
}
# One integrator of the register: staff's pages; everybody else is refused.
OF_REGISTER = {
    "providers:integrator": "GET",
    "providers:integrator-move": "POST",
    "providers:integrator-invite": "POST",
    "providers:integrator-invitation-revoke": "POST",
    "providers:integrator-invitation-resend": "POST",
    "providers:integrator-person-end": "POST",
}
# Held by tests of their own: sign-in and second factor (tests/accounts), parts of a page, exports, staff's "show",
# retention (see tests/consents/retention/test_page.py), initial-load windows (tests/consents/test_windows.py),
# the audit trail's export (tests/dashboard/test_audit.py), the mailbox, texts that come in, links of notices
# (tests/consents/notices/test_links.py), consent pages' public side and the maker's preview (tests/consents/pages),
# a citizen's documents and messages (tests/consents/citizen), public seals (tests/consents/proof/), the review of
# applications (tests/providers/applications/test_review.py) and of requests, a signatory's place, the confirmation
# of an e-mail, files of dealers (tests/providers/settings/test_pages.py), files and receipt of a complaint
# (tests/complaints/test_pages.py), one complaint for its sender (tests/complaints/test_inbox.py, test_bundles.py),
# the API, which has no session (tests/api/), files of statistics and a brand's page
# (tests/complaints/test_statistics_pages.py), and the public question for senders (tests/api/test_senders.py).
ELSEWHERE = re.compile(
    r"^(providers:(review(_\w+)?|senders|settings-(signatory|email-confirm)|dealer-(apply|export))$|api:|api-v1:|account_|mfa_|usersessions_|accounts:(switch|end-session|invitation|accept|citizen-|edevlet-(begin|callback)|own-(address|close)-code)|admin:|core:|set_language$|dashboard:audit_(export|verify_now)$"
    r"|consents:(hint|query_show|queries_export|messages_export|message_check|export|show|inbound|link(_\w+)?|page-\w[\w-]*|page_preview|own-document(-\w+)?|own-message|seals?|seal_stamp|verify|exports_refusals|report_pdf|report_csv|refusals_export|refusals_acknowledge|retention_\w+|hold_\w+|initial_window)$|complaints:(inbox_(case|answer|addition|draft|time|paper)|bundle|bundle_file|new_from|evidence|evidence_remove|receipt|decision|statistics_(file|brand)|desk_\w+)$)"
)
WRITING = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|COPY)\b\s*\"?(\w+)?", re.IGNORECASE)
NOTED = {"core_auditentry", "django_session", "usersessions_usersession"}  # what a reader may leave behind
