"""Which role may do what: the one table (domain 3)."""

from .enums import ProviderRole, StaffRole
from .permissions import Permission as P

_VIEWER = frozenset({P.PANEL_VIEW, P.CONSENT_VIEW, P.PROVIDER_VIEW})
_OFFICER = _VIEWER | {
    P.CONSENT_RECORD,
    P.CONSENT_IMPORT,
    P.CONSENT_EXPORT,
    P.CONSENT_QUERY,
    P.COMPLAINT_ANSWER,
}
_STAFF = frozenset({P.PANEL_VIEW, P.ADMIN_ENTER, P.GALLERY_VIEW})

PROVIDER_PERMISSIONS: dict[ProviderRole, frozenset[P]] = {
    ProviderRole.VIEWER: _VIEWER,
    ProviderRole.OFFICER: _OFFICER,
    ProviderRole.MANAGER: _OFFICER | {P.PROVIDER_USERS, P.PROVIDER_SETTINGS},
    # An integrator's records go through the API within its grants; the panel shows it its own provider only.
    ProviderRole.INTEGRATOR: frozenset({P.PANEL_VIEW}),
}

STAFF_PERMISSIONS: dict[StaffRole, frozenset[P]] = {
    StaffRole.REVIEWER: _STAFF | {P.REFERENCE_VIEW, P.APPLICATION_REVIEW},
    StaffRole.COMPLAINT_OFFICER: _STAFF | {P.REFERENCE_VIEW, P.COMPLAINT_DECIDE},
    StaffRole.ADMIN: _STAFF
    | {
        P.CONSENT_VIEW,
        P.CONSENT_IMPORT_ANY,
        P.CONSENT_EXPORT,
        P.PERSON_SHOW,
        P.REFERENCE_VIEW,
        P.REFERENCE_CHANGE,
        P.STAFF_USERS,
        P.AUDIT_VIEW,
        P.RETENTION_RUN,
    },
    StaffRole.AUDITOR: _STAFF | {P.CONSENT_VIEW, P.REFERENCE_VIEW, P.AUDIT_VIEW, P.LEDGER_VERIFY, P.PERSON_SHOW},
}

# Domain 3: own addresses only; which those are, `ProvenAddress` says.
CITIZEN_PERMISSIONS = frozenset({P.CONSENT_OWN})

# R-A2: staff, managers, and whoever imports or exports sign in with a second factor.
SECOND_FACTOR_FOR = frozenset({P.ADMIN_ENTER, P.PROVIDER_USERS, P.CONSENT_IMPORT, P.CONSENT_EXPORT})


def permissions_of_staff(roles: list[str]) -> frozenset[str]:
    return frozenset().union(*(STAFF_PERMISSIONS[StaffRole(role)] for role in roles))


def permissions_of_member(role: str) -> frozenset[str]:
    return PROVIDER_PERMISSIONS[ProviderRole(role)]
