"""The only writers of accounts: people and their roles, second factors, invitations, sessions, citizens' codes."""

from .citizens import enter_by_code
from .codes import (
    CodeOver,
    CodeWrong,
    TooMany,
    TooSoon,
    code_address,
    count_network,
    prove_address,
    request_code,
    send_code,
    take_code,
)
from .factors import begin_grace, end_grace, enrol_totp, reset_second_factor, take_app_away
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
from .privacy import note_reading
from .sessions import end_own_session, end_sessions
from .users import change_staff_roles, deactivate_user, reactivate_user, set_language

__all__ = [
    "CodeOver",
    "CodeWrong",
    "InvitationOver",
    "InvitationUnknown",
    "TooMany",
    "TooSoon",
    "accept_as",
    "accept_as_new_person",
    "begin_grace",
    "change_staff_roles",
    "code_address",
    "count_network",
    "deactivate_user",
    "end_grace",
    "end_own_session",
    "end_sessions",
    "enrol_totp",
    "enter_by_code",
    "find_invitation",
    "invite",
    "note_reading",
    "prove_address",
    "reactivate_user",
    "request_code",
    "resend_invitation",
    "reset_second_factor",
    "revoke_invitation",
    "send_code",
    "set_language",
    "take_app_away",
    "take_code",
]
