"""Which role may do what: the one table (domain 3)."""

from iys_portal.core.actors import Bound

from .enums import ProviderRole, StaffRole
from .permissions import Permission as P

_VIEWER = frozenset({P.PANEL_VIEW, P.CONSENT_VIEW, P.PROVIDER_VIEW, P.PROVIDER_PROFILE, P.COMPLAINT_VIEW})
_OFFICER = _VIEWER | {
    P.CONSENT_RECORD,
    P.CONSENT_IMPORT,
    P.CONSENT_EXPORT,
    P.CONSENT_RECONCILE,
    P.CONSENT_QUERY,
    P.QUERY_VIEW,
    P.MESSAGE_WRITE,
    P.EVIDENCE_COMPLETE,
    P.COMPLAINT_ANSWER,
}
_STAFF = frozenset({P.PANEL_VIEW, P.ADMIN_ENTER, P.GALLERY_VIEW})

PROVIDER_PERMISSIONS: dict[ProviderRole, frozenset[P]] = {
    ProviderRole.VIEWER: _VIEWER,
    ProviderRole.OFFICER: _OFFICER,
    ProviderRole.MANAGER: _OFFICER | {P.PROVIDER_USERS, P.PROVIDER_SETTINGS, P.API_KEYS, P.RETAILER_KEEP, P.PUSH_KEEP},
    # The most that grants can give an integrator's people (R-P12); what they do give, `permissions_of_bound` says.
    ProviderRole.INTEGRATOR: frozenset(
        {
            P.PANEL_VIEW,
            P.CONSENT_VIEW,
            P.CONSENT_QUERY,
            P.QUERY_VIEW,
            P.CONSENT_RECORD,
            P.CONSENT_IMPORT,
            P.CONSENT_RECONCILE,
            P.COMPLAINT_VIEW,
            P.COMPLAINT_ANSWER,
            P.API_KEYS,
        }
    ),
}

STAFF_PERMISSIONS: dict[StaffRole, frozenset[P]] = {
    StaffRole.REVIEWER: _STAFF | {P.REFERENCE_VIEW, P.APPLICATION_REVIEW, P.APPLICATION_PAPERS},
    StaffRole.COMPLAINT_OFFICER: _STAFF | {P.REFERENCE_VIEW, P.COMPLAINT_VIEW, P.COMPLAINT_DECIDE},
    StaffRole.ADMIN: _STAFF
    | {
        P.CONSENT_VIEW,
        P.QUERY_VIEW,
        P.PROVIDER_VIEW,
        P.CONSENT_IMPORT_ANY,
        P.CONSENT_EXPORT,
        P.CONSENT_RECONCILE,
        P.PERSON_SHOW,
        P.REFERENCE_VIEW,
        P.REFERENCE_CHANGE,
        P.STAFF_USERS,
        P.AUDIT_VIEW,
        P.RETENTION_RUN,
        P.COMPLAINT_VIEW,
        P.COMPLAINT_VIEW_ANY,
    },
    StaffRole.AUDITOR: _STAFF
    | {
        P.CONSENT_VIEW,
        P.QUERY_VIEW,
        P.PROVIDER_VIEW,
        P.REFERENCE_VIEW,
        P.APPLICATION_PAPERS,
        P.AUDIT_VIEW,
        P.LEDGER_VERIFY,
        P.PERSON_SHOW,
        P.COMPLAINT_VIEW,
        P.COMPLAINT_VIEW_ANY,
    },
}

# Domain 3: own addresses only; which those are, `ProvenAddress` says.
CITIZEN_PERMISSIONS = frozenset({P.CONSENT_OWN, P.COMPLAINT_OWN})

# R-A2: staff, managers, and whoever imports or exports sign in with a second factor.
SECOND_FACTOR_FOR = frozenset({P.ADMIN_ENTER, P.PROVIDER_USERS, P.CONSENT_IMPORT, P.CONSENT_EXPORT, P.API_KEYS})


def permissions_of_staff(roles: list[str]) -> frozenset[str]:
    return frozenset().union(*(STAFF_PERMISSIONS[StaffRole(role)] for role in roles))


def permissions_of_member(role: str) -> frozenset[str]:
    return PROVIDER_PERMISSIONS[ProviderRole(role)]


def permissions_of_bound(bound: Bound) -> frozenset[str]:
    """What an integrator's grants by one provider give its people there (R-P12)."""
    held = {P.PANEL_VIEW}
    if bound.party_id:  # keys are the integrator's own, whatever is granted
        held.add(P.API_KEYS)
    if bound.reads:
        held |= {P.CONSENT_VIEW, P.CONSENT_QUERY, P.QUERY_VIEW}
    if bound.writes:
        held |= {P.CONSENT_RECORD, P.CONSENT_IMPORT}
    if bound.reconciles:
        held.add(P.CONSENT_RECONCILE)
    if bound.complaints:
        held |= {P.COMPLAINT_VIEW, P.COMPLAINT_ANSWER}
    return frozenset(held)
