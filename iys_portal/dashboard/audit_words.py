"""What stands in the audit log, in words: acts as sentences (`audit_acts`), objects, ways in, fields and values (R-A3).

An entry whose verb is gone from the code is still shown: with its verb as it was recorded.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import ActorKind
from iys_portal.core.models import AuditEntry

from .audit_acts import ACTS, Group

# What an entry can be about, by its `target_type`.
OBJECTS: dict[str, str | Promise] = {
    "consents.consent": _("Consent record"),
    "consents.search": _("Address, by its keyed hash"),
    "consents.consentimport": _("Import"),
    "consents.evidence": _("Evidence"),
    "consents.recipientquery": _("Query before sending"),
    "consents.export": _("Export"),
    "consents.exportfile": _("Export"),
    "consents.report": _("Report"),
    "consents.dayfile": _("Day file"),
    "consents.refusalalert": _("Refusal to act upon"),
    "consents.standingwish": _("Standing wish"),
    "consents.message": pgettext_lazy("ileti", "Message"),
    "consents.consenttext": _("Consent text"),
    "consents.consentpage": _("Consent page"),
    "consents.webhook": _("Webhook"),
    "consents.pushconnection": _("Push connection"),
    "consents.deadlineextension": pgettext_lazy("initial load", "Deadline"),
    "consents.inboundtext": _("Text message"),
    "consents.legalhold": _("Legal hold"),
    "complaints.complaint": _("Complaint"),
    "complaints.statistics": _("Complaint statistics"),
    "complaints.reasontemplate": _("Reason of decisions"),
    "complaints.fineamount": _("Fine"),
    "providers.provider": _("Provider"),
    "providers.application": _("Application"),
    "providers.brand": _("Brand"),
    "providers.retailer": _("Dealer"),
    "providers.membership": _("Membership"),
    "providers.providerrequest": _("Request of a provider"),
    "providers.integrator": _("Integrator"),
    "providers.integratorperson": _("Integrator's person"),
    "providers.integratorgrant": _("Integrator's grant"),
    "providers.apikey": _("API key"),
    "accounts.user": _("Account"),
    "accounts.invitation": _("Invitation"),
    "accounts.provenaddress": _("Proven address"),
    "core.document": _("Document"),
    "core.job": _("Background job"),
    "core.holiday": _("Added holiday"),
    "core.auditentry": _("Audit trail"),
    "core.backup": _("Backup"),
    "core.settings": _("Settings of the installation"),
}

WAYS: dict[str, str | Promise] = {
    "web": _("Panel"),
    "import": _("File"),
    "api": _("API"),
    "task": _("Registry's own task"),
    "command": _("Command on the server"),
    "citizen": _("Citizen portal"),
    "link": _("Link in an e-mail"),
    "sms": _("Text message"),
}

# Fields of `old` and `new`.
FIELDS: dict[str, str | Promise] = {
    "reason": _("Reason"),
    "state": _("State"),
    "role": _("Role"),
    "roles": _("Roles"),
    "user": _("Account number"),
    "brand": _("Brand number"),
    "brands": _("Brands"),
    "channel": _("Channel"),
    "level": _("Access"),
    "complaints": _("Complaints"),
    "reconciliation": _("Reconciliation"),
    "events": _("Numbers of the events"),
    "tax_number": _("Tax number"),
    "authorisation_number": _("Number of the ministry's authorisation"),
    "authorised_from": _("Authorised from"),
    "authorised_until": _("Authorised until"),
    "kind": _("Kind"),
    "rows": _("Rows"),
    "filters": _("Filters"),
    "first": _("From month"),
    "last": _("To month"),
    "search": _("Search"),
    "at": _("Moment"),
    "name": _("Name"),
    "day": _("Day"),
    "title": _("Name or title"),
    "email": _("E-mail"),
    "city": _("City"),
    "code": _("Number"),
    "is_active": _("Active"),
    "double_opt_in": _("Double opt-in"),
    "declared_consents": _("Declared number of consents"),
    "until": _("Until"),
    "check_until": _("Recipients can check until"),
    "announced_on": _("Announced on"),
    "reference": _("Reference"),
    "size_class": _("Size class"),
    "provider_id": _("Provider"),
    "counts": _("Rows by outcome"),
    "verdicts": _("Rows by outcome"),
    "sha256": _("SHA-256 of the file"),
    "size": _("Size in bytes"),
    "factor": _("Second factor"),
    "factors": _("Second factors"),
    "outcome": _("Outcome"),
    "answered": _("Answered"),
    "refusals": _("Refusals as well"),
    "invited_by": _("Invited by account"),
    "iys_code": _("İYS number"),
    "mersis": _("MERSİS number"),
    "fields": _("Fields"),
    "sector": _("Sector"),
    "short_name": _("Short names"),
    "sender_name": _("Sender names"),
    "domain": _("Sending domains"),
    "number": _("Calling numbers"),
    "refusal_url": _("Refusal pages"),
    "refusal_phone": _("Numbers for refusals"),
    "refusal_sms": _("Numbers for refusals by text"),
    "paper": _("With a paper"),
    "after_refusal": _("After a refusal"),
    "without_consent": _("Without consent"),
    "in_time": _("Answered in time"),
    "due": _("Due"),
    "holidays": _("Holidays"),
    "officer": _("Officer"),
    "days": _("Days"),
    "channels": _("Channels"),
    "document": _("Document"),
    "language": _("Language"),
    "version": _("Version"),
    "provider": _("Provider"),
}


def verbs_of(group: str) -> list[str]:
    """The verbs of one group."""
    return [verb for verb, act in ACTS.items() if act.group == group]


def group_of(entry: AuditEntry) -> Group | None:
    act = ACTS.get(entry.verb)
    return act.group if act else None


def who_of(entry: AuditEntry) -> str:
    """The actor in a word: recipients have no name in the log."""
    if entry.actor_kind == ActorKind.RECIPIENT:
        return gettext("The recipient")
    if entry.actor_kind == ActorKind.APPLICANT:
        return gettext("The applicant")
    return entry.actor_name or gettext("The registry")


def sentence_of(entry: AuditEntry) -> str:
    """The entry in words."""
    act = ACTS.get(entry.verb)
    names = {"who": who_of(entry), "name": entry.target_name or entry.target_id}
    return str(act.sentence) % names if act else f"{names['who']}: {entry.verb}"


def field_of(name: str) -> str:
    return str(FIELDS.get(name, name))


def value_of(value: object) -> str:
    """A stored value in words; lists and dictionaries become one line."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, dict):
        return ", ".join(f"{field_of(str(key))}: {value_of(one)}" for key, one in value.items()) or "—"
    if isinstance(value, list):
        return ", ".join(value_of(one) for one in value) or "—"
    return str(value)
