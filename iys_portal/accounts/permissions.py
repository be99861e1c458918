"""Every permission there is. Which role holds which stands in `roles.py`."""

from enum import StrEnum


class Permission(StrEnum):
    PANEL_VIEW = "panel.view"
    CONSENT_VIEW = "consent.view"
    CONSENT_RECORD = "consent.record"
    CONSENT_IMPORT = "consent.import"
    CONSENT_IMPORT_ANY = "consent.import_any"
    CONSENT_EXPORT = "consent.export"
    CONSENT_QUERY = "consent.query"
    CONSENT_OWN = "consent.own"
    PROVIDER_USERS = "provider.users"
    PROVIDER_SETTINGS = "provider.settings"
    REFERENCE_VIEW = "reference.view"
    REFERENCE_CHANGE = "reference.change"
    STAFF_USERS = "staff.users"
    AUDIT_VIEW = "audit.view"
    LEDGER_VERIFY = "ledger.verify"
    RETENTION_RUN = "retention.run"
    PERSON_SHOW = "person.show"
    GALLERY_VIEW = "gallery.view"
    APPLICATION_OWN = "application.own"
    APPLICATION_REVIEW = "application.review"
    COMPLAINT_ANSWER = "complaint.answer"
    COMPLAINT_DECIDE = "complaint.decide"
    ADMIN_ENTER = "admin.enter"
