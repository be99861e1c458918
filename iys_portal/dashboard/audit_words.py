"""Every act of the audit log as a sentence (R-A3), and the names of what stands in its entries.

A test looks through the sources for verbs that have no sentence here. An entry whose verb is gone from the code is
still shown: with its verb as it was recorded.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from iys_portal.core.actors import ActorKind
from iys_portal.core.models import AuditEntry


class Group(models.TextChoices):
    """What kind of act; the trail is narrowed by it."""

    READ = "read", _("Reading a person's data")
    CONSENT = "consent", _("Consents and refusals")
    COMPLAINT = "complaint", _("Complaints")
    IMPORT = "import", _("Imports")
    EXPORT = "export", _("Exports")
    PROVIDER = "provider", _("Providers and brands")
    PEOPLE = "people", _("People and sign-in")
    REFERENCE = "reference", _("Deadlines, holidays and settings")
    PROOF = "proof", _("Proof")

    @property
    def icon(self) -> str:
        return _ICONS[self]


_ICONS = {
    Group.READ: "eye",
    Group.CONSENT: "consents",
    Group.COMPLAINT: "complaint",
    Group.IMPORT: "import",
    Group.EXPORT: "export",
    Group.PROVIDER: "building",
    Group.PEOPLE: "people",
    Group.REFERENCE: "calendar",
    Group.PROOF: "seal",
}


@dataclass(frozen=True)
class Act:
    """A verb's group and sentence; `%(who)s` is the actor, `%(name)s` the object as it was called then."""

    group: Group
    sentence: str | Promise


ACTS: dict[str, Act] = {
    "complaint.begun": Act(Group.COMPLAINT, _("%(who)s began a complaint")),
    "complaint.note_written": Act(Group.COMPLAINT, _("%(who)s wrote an internal note in complaint %(name)s")),
    "complaint.identity_shown": Act(Group.READ, _("%(who)s had the identity in complaint %(name)s shown")),
    "complaint.paper_opened": Act(Group.READ, _("%(who)s opened a file of complaint %(name)s")),
    "complaint.discarded": Act(Group.COMPLAINT, _("%(who)s deleted the draft of a complaint")),
    "complaint.draft_expired": Act(Group.COMPLAINT, _("%(who)s deleted a stale draft of a complaint")),
    "complaint.read": Act(Group.READ, _("%(who)s read complaint %(name)s")),
    "complaint.paper_added": Act(Group.COMPLAINT, _("%(who)s added a file to complaint %(name)s")),
    "complaint.paper_taken": Act(Group.READ, _("%(who)s downloaded a file of complaint %(name)s")),
    "complaint.paper_removed": Act(Group.COMPLAINT, _("%(who)s took a file off complaint %(name)s")),
    "complaint.filed": Act(Group.COMPLAINT, _("%(who)s filed complaint %(name)s")),
    "complaint.withdrawn": Act(Group.COMPLAINT, _("%(who)s withdrew complaint %(name)s")),
    "complaint.information_given": Act(Group.COMPLAINT, _("%(who)s sent what was missing in complaint %(name)s")),
    "complaint.answered": Act(Group.COMPLAINT, _("%(who)s answered complaint %(name)s")),
    "complaint.time_asked": Act(Group.COMPLAINT, _("%(who)s asked for more time in complaint %(name)s")),
    "complaint.taken": Act(Group.COMPLAINT, _("%(who)s took complaint %(name)s")),
    "complaint.handed_over": Act(Group.COMPLAINT, _("%(who)s took complaint %(name)s over")),
    "complaint.sent_on": Act(Group.COMPLAINT, _("%(who)s sent complaint %(name)s on to another province")),
    "complaint.sender_found": Act(Group.COMPLAINT, _("%(who)s named the sender of complaint %(name)s")),
    "complaint.joined": Act(Group.COMPLAINT, _("%(who)s joined complaint %(name)s to another")),
    "complaint.information_asked": Act(Group.COMPLAINT, _("%(who)s asked for information in complaint %(name)s")),
    "complaint.information_waived": Act(Group.COMPLAINT, _("%(who)s let complaint %(name)s go on without it")),
    "complaint.closed_incomplete": Act(Group.COMPLAINT, _("%(who)s closed complaint %(name)s as incomplete")),
    "complaint.defence_asked": Act(Group.COMPLAINT, _("%(who)s asked the sender for an answer to complaint %(name)s")),
    "complaint.time_granted": Act(Group.COMPLAINT, _("%(who)s gave more time in complaint %(name)s")),
    "complaint.time_refused": Act(Group.COMPLAINT, _("%(who)s gave no more time in complaint %(name)s")),
    "complaint.defence_overdue": Act(Group.COMPLAINT, _("%(who)s found the answer to complaint %(name)s overdue")),
    "complaint.decision_begun": Act(Group.COMPLAINT, _("%(who)s began to decide complaint %(name)s")),
    "complaint.more_asked": Act(Group.COMPLAINT, _("%(who)s asked a side a question in complaint %(name)s")),
    "complaint.decision_proposed": Act(Group.COMPLAINT, _("%(who)s proposed a decision of complaint %(name)s")),
    "complaint.decided": Act(Group.COMPLAINT, _("%(who)s decided complaint %(name)s")),
    "complaint.decision_corrected": Act(Group.COMPLAINT, _("%(who)s corrected the decision of complaint %(name)s")),
    "complaint.objected": Act(Group.COMPLAINT, _("%(who)s recorded an objection in complaint %(name)s")),
    "complaint.in_court": Act(Group.COMPLAINT, _("%(who)s recorded a court case about complaint %(name)s")),
    "complaint.clock_moved": Act(Group.COMPLAINT, _("%(who)s moved the clock of complaint %(name)s for a holiday")),
    "consent.read": Act(Group.READ, _("%(who)s read a consent record")),
    "consent.searched": Act(Group.READ, _("%(who)s searched the registry for an address")),
    "person.shown": Act(Group.READ, _("%(who)s had a masked address shown in full")),
    "consent.read_own": Act(Group.READ, _("%(who)s looked at their own consents")),
    "audit.person_read": Act(Group.READ, _("%(who)s looked up who had read an address's data")),
    "consent.proof_taken": Act(Group.READ, _("%(who)s took out the proof of a consent")),
    "document.downloaded": Act(Group.EXPORT, _("%(who)s downloaded the document %(name)s")),
    "evidence.read": Act(Group.READ, _("%(who)s read a scan that proves a consent")),
    "evidence.preview": Act(Group.READ, _("%(who)s saw the small picture of a scan")),
    "consent.refused_by_recipient": Act(Group.CONSENT, _("%(who)s refused in person")),
    "consent.denied": Act(Group.CONSENT, _("%(who)s said: I never gave this consent")),
    "consent.confirmed": Act(Group.CONSENT, _("%(who)s confirmed a consent")),
    "consent.refusal_taken_back": Act(Group.CONSENT, _("%(who)s took their own refusal back")),
    "consent.given_by_recipient": Act(Group.CONSENT, _("%(who)s gave a consent in person")),
    "wish.begun": Act(Group.CONSENT, _("%(who)s switched a standing wish on")),
    "wish.ended": Act(Group.CONSENT, _("%(who)s switched a standing wish off")),
    "refusal.acknowledged": Act(Group.CONSENT, _("%(who)s acknowledged a refusal")),
    "message.drafted": Act(Group.CONSENT, _("%(who)s drafted the message “%(name)s”")),
    "message.changed": Act(Group.CONSENT, _("%(who)s changed the message “%(name)s”")),
    "message.wash_started": Act(Group.CONSENT, _("%(who)s had the recipients of “%(name)s” checked")),
    "message.wash_stopped": Act(Group.CONSENT, _("The check of the recipients of “%(name)s” was stopped")),
    "message.washed": Act(Group.CONSENT, _("The recipients of “%(name)s” were checked")),
    "message.released": Act(Group.CONSENT, _("%(who)s registered the message “%(name)s”")),
    "message.recorded": Act(Group.CONSENT, _("%(who)s registered the message “%(name)s”, which needs no consent")),
    "message.replaced": Act(Group.CONSENT, _("The message “%(name)s” was replaced by its next version")),
    "message.version_begun": Act(Group.CONSENT, _("%(who)s began a new version of the message “%(name)s”")),
    "message.cancelled": Act(Group.CONSENT, _("%(who)s called the message “%(name)s” off")),
    "message.closed": Act(Group.CONSENT, _("The time of the message “%(name)s” has passed")),
    "message.recipients_removed": Act(Group.CONSENT, _("Recipients were removed from “%(name)s” after its check")),
    "message.list_taken": Act(Group.EXPORT, _("%(who)s took a list of the message “%(name)s”")),
    "text.received": Act(Group.CONSENT, _("A text message to the registry was answered")),
    "query.asked": Act(Group.READ, _("%(who)s asked before sending about the list “%(name)s”")),
    "query.answered": Act(Group.READ, _("The query “%(name)s” was answered: may these addresses be written to?")),
    "query.read": Act(Group.READ, _("%(who)s read the query “%(name)s”")),
    "query.shown": Act(Group.READ, _("%(who)s had the addresses of the query “%(name)s” shown in full")),
    "query.exported": Act(Group.EXPORT, _("%(who)s downloaded the result of the query “%(name)s”")),
    "query.summary": Act(Group.EXPORT, _("%(who)s had the answer to the query “%(name)s” made as a document")),
    "import.upload": Act(Group.IMPORT, _("%(who)s uploaded the file “%(name)s”")),
    "import.check": Act(Group.IMPORT, _("%(who)s had the file “%(name)s” checked")),
    "import.remap": Act(Group.IMPORT, _("%(who)s changed the columns of the file “%(name)s”")),
    "import.checked": Act(Group.IMPORT, _("The file “%(name)s” was checked")),
    "import.stopped": Act(Group.IMPORT, _("The check of the file “%(name)s” was stopped")),
    "import.failed": Act(Group.IMPORT, _("The file “%(name)s” could not be checked")),
    "import.apply": Act(Group.IMPORT, _("%(who)s started the import of “%(name)s”")),
    "import.applied": Act(Group.IMPORT, _("The import of “%(name)s” was applied")),
    "import.undo": Act(Group.IMPORT, _("%(who)s started to undo the import of “%(name)s”")),
    "import.undone": Act(Group.IMPORT, _("The import of “%(name)s” was undone")),
    "import.discard": Act(Group.IMPORT, _("%(who)s discarded the file “%(name)s”")),
    "import.evidence": Act(Group.IMPORT, _("%(who)s added scans to the file “%(name)s”")),
    "import.exported": Act(Group.EXPORT, _("%(who)s downloaded rows of the import of “%(name)s”")),
    "consent.exported": Act(Group.EXPORT, _("%(who)s exported a list of consents")),
    "export.started": Act(Group.EXPORT, _("%(who)s had the file %(name)s made")),
    "export.taken": Act(Group.EXPORT, _("%(who)s downloaded the file %(name)s")),
    "export.removed": Act(Group.EXPORT, _("%(who)s removed the file %(name)s")),
    "report.exported": Act(Group.EXPORT, _("%(who)s exported a report")),
    "day_file.taken": Act(Group.EXPORT, _("%(who)s downloaded a day file")),
    "day_file.remade": Act(Group.PROOF, _("A day file was made again")),
    "refusal.exported": Act(Group.EXPORT, _("%(who)s downloaded the open refusals")),
    "reference.exported": Act(Group.EXPORT, _("%(who)s exported reference data")),
    "audit.exported": Act(Group.EXPORT, _("%(who)s exported the audit trail")),
    "evidence.upload": Act(Group.PROOF, _("%(who)s uploaded evidence of a consent")),
    "evidence.complete": Act(Group.PROOF, _("%(who)s completed the evidence of consents")),
    "ledger.verify_started": Act(Group.PROOF, _("%(who)s started a verification of the ledger")),
    "ledger.verified": Act(Group.PROOF, _("A verification of the ledger ended")),
    "retention.started": Act(Group.PROOF, _("%(who)s started a run of the expiry of records")),
    "retention.finished": Act(Group.PROOF, _("A run of the expiry of records ended")),
    "retention.entries_erased": Act(Group.PROOF, _("Audit entries whose time was over were erased")),
    "hold.placed": Act(Group.PROOF, _("%(who)s placed the legal hold “%(name)s”")),
    "hold.released": Act(Group.PROOF, _("%(who)s released the legal hold “%(name)s”")),
    "text.drafted": Act(Group.PROOF, _("%(who)s drafted the consent text “%(name)s”")),
    "text.changed": Act(Group.PROOF, _("%(who)s changed the draft of the consent text “%(name)s”")),
    "text.discarded": Act(Group.PROOF, _("%(who)s discarded the draft of the consent text “%(name)s”")),
    "text.published": Act(Group.PROOF, _("%(who)s put the consent text “%(name)s” into use")),
    "page.created": Act(Group.PROOF, _("%(who)s made the consent page “%(name)s”")),
    "page.changed": Act(Group.PROOF, _("%(who)s changed the consent page “%(name)s”")),
    "page.switched_on": Act(Group.PROOF, _("%(who)s opened the consent page “%(name)s”")),
    "page.switched_off": Act(Group.PROOF, _("%(who)s closed the consent page “%(name)s”")),
    "page.answered": Act(Group.CONSENT, _("%(who)s gave consents on the consent page “%(name)s”")),
    "history.read_own": Act(Group.READ, _("%(who)s looked at their own history")),
    "message.read_own": Act(Group.READ, _("%(who)s looked at the messages recorded for their addresses")),
    "consent.receipt_taken": Act(Group.EXPORT, _("%(who)s had a receipt of an event made")),
    "text.retired": Act(Group.PROOF, _("%(who)s took the consent text “%(name)s” out of use")),
    "provider.created": Act(Group.PROVIDER, _("%(who)s registered the provider “%(name)s”")),
    "provider.changed": Act(Group.PROVIDER, _("%(who)s changed the provider “%(name)s”")),
    "provider.suspended": Act(Group.PROVIDER, _("%(who)s suspended the provider “%(name)s”")),
    "provider.reopened": Act(Group.PROVIDER, _("%(who)s reopened the provider “%(name)s”")),
    "provider.closed": Act(Group.PROVIDER, _("%(who)s closed the provider “%(name)s”")),
    "application.started": Act(Group.PROVIDER, _("%(who)s started an application")),
    "application.changed": Act(Group.PROVIDER, _("%(who)s changed the application %(name)s")),
    "application.email_confirmed": Act(Group.PROVIDER, _("%(who)s confirmed the corporate e-mail of %(name)s")),
    "application.document_added": Act(Group.PROVIDER, _("%(who)s uploaded a document: %(name)s")),
    "application.document_removed": Act(Group.PROVIDER, _("%(who)s removed a document: %(name)s")),
    "application.document_read": Act(Group.READ, _("%(who)s opened a document of an application: %(name)s")),
    "application.agreement_asked": Act(Group.PROVIDER, _("%(who)s asked for the agreement of %(name)s")),
    "application.agreement_issued": Act(Group.PROVIDER, _("The agreement of %(name)s was issued")),
    "application.agreement_voided": Act(Group.PROVIDER, _("The agreement of %(name)s became void: its data changed")),
    "application.agreement_signed": Act(Group.PROVIDER, _("%(who)s handed in the signed agreement of %(name)s")),
    "application.agreement_countersigned": Act(
        Group.PROVIDER, _("The registry countersigned the agreement of %(name)s")
    ),
    "application.agreement_read": Act(Group.READ, _("%(who)s opened the agreement of %(name)s")),
    "application.first_signature": Act(Group.PROVIDER, _("%(who)s handed in the first signature of %(name)s")),
    "application.reopened": Act(Group.PROVIDER, _("%(who)s opened the application %(name)s for changes again")),
    "application.submitted": Act(Group.PROVIDER, _("%(who)s submitted the application %(name)s")),
    "application.withdrawn": Act(Group.PROVIDER, _("%(who)s withdrew the application %(name)s")),
    "application.taken": Act(Group.PROVIDER, _("%(who)s took the application %(name)s into review")),
    "application.returned": Act(Group.PROVIDER, _("%(who)s returned the application %(name)s for correction")),
    "application.approved": Act(Group.PROVIDER, _("%(who)s approved the application %(name)s")),
    "application.rejected": Act(Group.PROVIDER, _("%(who)s rejected the application %(name)s")),
    "application.forgotten": Act(Group.PROVIDER, _("The data of the ended application %(name)s was erased")),
    "application.expired": Act(Group.PROVIDER, _("The application %(name)s expired")),
    "company.changed": Act(Group.PROVIDER, _("%(who)s changed the company data of “%(name)s”")),
    "request.asked": Act(Group.PROVIDER, _("%(who)s asked the registry for a change: %(name)s")),
    "request.accepted": Act(Group.PROVIDER, _("%(who)s accepted a request: %(name)s")),
    "request.refused": Act(Group.PROVIDER, _("%(who)s refused a request: %(name)s")),
    "request.withdrawn": Act(Group.PROVIDER, _("%(who)s withdrew a request: %(name)s")),
    "request.read": Act(Group.READ, _("%(who)s read a provider's request: %(name)s")),
    "request.paper_read": Act(Group.READ, _("%(who)s opened the paper of a request: %(name)s")),
    "brand.profile_changed": Act(Group.PROVIDER, _("%(who)s changed the profile of the brand “%(name)s”")),
    "brand.logo_changed": Act(Group.PROVIDER, _("%(who)s changed the logo of the brand “%(name)s”")),
    "brand.logo_removed": Act(Group.PROVIDER, _("%(who)s removed the logo of the brand “%(name)s”")),
    "brand.created": Act(Group.PROVIDER, _("%(who)s added the brand “%(name)s”")),
    "brand.changed": Act(Group.PROVIDER, _("%(who)s changed the brand “%(name)s”")),
    "brand.deactivated": Act(Group.PROVIDER, _("%(who)s deactivated the brand “%(name)s”")),
    "brand.reactivated": Act(Group.PROVIDER, _("%(who)s reactivated the brand “%(name)s”")),
    "application.read": Act(Group.READ, _("%(who)s read the application “%(name)s”")),
    "application.handed_over": Act(Group.PROVIDER, _("%(who)s took the application “%(name)s” over")),
    "application.approval_proposed": Act(Group.PROVIDER, _("%(who)s proposed to approve the application “%(name)s”")),
    "retailer.created": Act(Group.PROVIDER, _("%(who)s added the dealer “%(name)s”")),
    "retailer.changed": Act(Group.PROVIDER, _("%(who)s changed the dealer “%(name)s”")),
    "retailer.deactivated": Act(Group.PROVIDER, _("%(who)s deactivated the dealer “%(name)s”")),
    "retailer.reactivated": Act(Group.PROVIDER, _("%(who)s reactivated the dealer “%(name)s”")),
    "integrator.opened": Act(Group.PROVIDER, _("%(who)s registered the integrator “%(name)s”")),
    "integrator.changed": Act(Group.PROVIDER, _("%(who)s changed the integrator “%(name)s”")),
    "integrator.suspended": Act(Group.PROVIDER, _("%(who)s suspended the integrator “%(name)s”")),
    "integrator.reopened": Act(Group.PROVIDER, _("%(who)s reopened the integrator “%(name)s”")),
    "integrator.closed": Act(Group.PROVIDER, _("%(who)s closed the integrator “%(name)s”")),
    "api_key.made": Act(Group.PEOPLE, _("%(who)s made the API key “%(name)s”")),
    "api_key.revoked": Act(Group.PEOPLE, _("%(who)s revoked the API key “%(name)s”")),
    "api_key.family_ended": Act(
        Group.PEOPLE, _("A refresh token of the API key “%(name)s” was used twice: its tokens ended")
    ),
    "retailer.removed": Act(Group.PROVIDER, _("%(who)s removed the dealer “%(name)s”")),
    "day_file.agreed": Act(Group.PROOF, _("%(who)s agreed with a day file")),
    "push.connected": Act(Group.PROVIDER, _("%(who)s connected an address that changes are sent to")),
    "push.removed": Act(Group.PROVIDER, _("%(who)s removed an address that changes were sent to")),
    "integrator.person_added": Act(Group.PEOPLE, _("%(who)s joined an integrator's people")),
    "integrator.person_ended": Act(Group.PEOPLE, _("%(who)s removed “%(name)s” from an integrator's people")),
    "integrator.granted": Act(Group.PROVIDER, _("%(who)s opened “%(name)s” to an integrator")),
    "integrator.revoked": Act(Group.PROVIDER, _("%(who)s closed “%(name)s” to an integrator")),
    "integrator.recorded": Act(Group.CONSENT, _("%(who)s recorded consents or refusals of “%(name)s”")),
    "membership.added": Act(Group.PEOPLE, _("%(who)s joined a provider's people or added somebody to them")),
    "membership.role_changed": Act(Group.PEOPLE, _("%(who)s changed the role of “%(name)s”")),
    "membership.removed": Act(Group.PEOPLE, _("%(who)s removed “%(name)s” from the provider's people")),
    "invitation.sent": Act(Group.PEOPLE, _("%(who)s invited somebody")),
    "invitation.resent": Act(Group.PEOPLE, _("%(who)s sent an invitation again")),
    "invitation.revoked": Act(Group.PEOPLE, _("%(who)s withdrew an invitation")),
    "invitation.accepted": Act(Group.PEOPLE, _("%(who)s accepted an invitation")),
    "user.staff_roles_changed": Act(Group.PEOPLE, _("%(who)s changed the staff roles of “%(name)s”")),
    "user.deactivated": Act(Group.PEOPLE, _("%(who)s closed the account of “%(name)s”")),
    "user.reactivated": Act(Group.PEOPLE, _("%(who)s reopened the account of “%(name)s”")),
    "user.second_factor_added": Act(Group.PEOPLE, _("%(who)s added a second factor")),
    "user.second_factor_removed": Act(Group.PEOPLE, _("%(who)s removed a second factor")),
    "user.second_factor_put_off": Act(Group.PEOPLE, _("%(who)s may put the second factor off for some days")),
    "user.second_factor_renamed": Act(Group.PEOPLE, _("%(who)s renamed a passkey")),
    "user.second_factor_reset": Act(Group.PEOPLE, _("%(who)s reset the second factor of “%(name)s”")),
    "user.recovery_codes_made": Act(Group.PEOPLE, _("%(who)s made new recovery codes")),
    "user.recovery_code_used": Act(Group.PEOPLE, _("%(who)s signed in with a recovery code")),
    "user.password_set": Act(Group.PEOPLE, _("%(who)s set a new password")),
    "session.ended": Act(Group.PEOPLE, _("%(who)s ended a session")),
    "citizen.opened": Act(Group.PEOPLE, _("A citizen's account was opened")),
    "citizen.signed_in": Act(Group.PEOPLE, _("A citizen signed in with a passkey or e-Devlet")),
    "citizen.edevlet_linked": Act(Group.PEOPLE, _("%(who)s tied e-Devlet to the account")),
    "citizen.edevlet_unlinked": Act(Group.PEOPLE, _("%(who)s untied e-Devlet from the account")),
    "citizen.passkey_added": Act(Group.PEOPLE, _("%(who)s added a passkey to a citizen's account")),
    "citizen.passkey_renamed": Act(Group.PEOPLE, _("%(who)s renamed a passkey of a citizen's account")),
    "citizen.passkey_removed": Act(Group.PEOPLE, _("%(who)s removed a passkey of a citizen's account")),
    "citizen.closed": Act(Group.PEOPLE, _("A citizen's account was deleted by its owner")),
    "address.added": Act(Group.PEOPLE, _("%(who)s added an address of their own")),
    "address.removed": Act(Group.PEOPLE, _("%(who)s removed an address from their account")),
    "address.taken_over": Act(Group.PEOPLE, _("%(who)s proved an address that another citizen had held")),
    "address.lost": Act(Group.PEOPLE, _("An address left a citizen's account: somebody else proved it")),
    "address.history_begins": Act(Group.PEOPLE, _("%(who)s said from when on an address's history is theirs")),
    "own_data.started": Act(Group.EXPORT, _("%(who)s had their own data made as files")),
    "own_data.taken": Act(Group.EXPORT, _("%(who)s downloaded their own data")),
    "address.proven": Act(Group.PEOPLE, _("%(who)s proved an address of their own")),
    "deadline.announced": Act(Group.REFERENCE, _("%(who)s announced a deadline")),
    "deadline.corrected": Act(Group.REFERENCE, _("%(who)s corrected the announcement of a deadline")),
    "holiday.added": Act(Group.REFERENCE, _("%(who)s added the holiday “%(name)s”")),
    "holiday.changed": Act(Group.REFERENCE, _("%(who)s changed the holiday “%(name)s”")),
    "settings.noted": Act(Group.REFERENCE, _("The installation's settings are new or have changed")),
    "holiday.removed": Act(Group.REFERENCE, _("%(who)s removed the holiday “%(name)s”")),
}

# What an entry can be about, by its `target_type`.
OBJECTS: dict[str, str | Promise] = {
    "consents.consent": _("Consent record"),
    "consents.search": _("Address, by its keyed hash"),
    "consents.consentimport": _("Import"),
    "consents.recipientquery": _("Query before sending"),
    "consents.export": _("Export"),
    "consents.refusalalert": _("Refusal to act upon"),
    "consents.deadlineextension": pgettext_lazy("initial load", "Deadline"),
    "consents.inboundtext": _("Text message"),
    "providers.provider": _("Provider"),
    "providers.brand": _("Brand"),
    "providers.retailer": _("Dealer"),
    "providers.membership": _("Membership"),
    "providers.providerrequest": _("Request of a provider"),
    "providers.integrator": _("Integrator"),
    "providers.integratorperson": _("Integrator's person"),
    "providers.integratorgrant": _("Integrator's grant"),
    "accounts.user": _("Account"),
    "accounts.invitation": _("Invitation"),
    "accounts.provenaddress": _("Proven address"),
    "core.holiday": _("Added holiday"),
    "core.auditentry": _("Audit trail"),
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
    "search": _("Search"),
    "at": _("Moment"),
    "name": _("Name"),
    "day": _("Day"),
    "title": _("Title"),
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
