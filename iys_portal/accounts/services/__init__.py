"""The only writers of accounts: people and their roles, second factors, invitations, sessions."""

from .factors import enrol_totp, reset_second_factor
from .invitations import (
    InvitationOver,
    InvitationUnknown,
    accept_as,
    accept_as_new_person,
    find_invitation,
    invite,
    resend_invitation,
    revoke_invitation,
)
from .sessions import end_own_session, end_sessions
from .users import change_staff_roles, deactivate_user, reactivate_user, set_language

__all__ = [
    "InvitationOver",
    "InvitationUnknown",
    "accept_as",
    "accept_as_new_person",
    "change_staff_roles",
    "deactivate_user",
    "end_own_session",
    "end_sessions",
    "enrol_totp",
    "find_invitation",
    "invite",
    "reactivate_user",
    "resend_invitation",
    "reset_second_factor",
    "revoke_invitation",
    "set_language",
]
