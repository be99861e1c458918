"""The only writers of accounts: people and their roles, second factors, invitations, sessions, citizens' codes."""

from .addresses import add_address, read_lost_addresses, remove_address, set_history_from
from .citizens import enter_by_code, enter_by_passkey
from .closing import close_account, close_account_without_addresses
from .codes import (
    MANY_FOR_ADDRESS,
    SIGN_IN,
    CodeOver,
    CodeWrong,
    Purpose,
    TooMany,
    TooSoon,
    code_address,
    count,
    count_network,
    prove_address,
    request_code,
    send_code,
    take_code,
    to_add_address,
    to_close_account,
)
from .devices import note_device
from .edevlet import enter_by_edevlet, link_edevlet, unlink_edevlet
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
from .passkeys import add_passkey, remove_passkey, rename_passkey
from .privacy import note_reading
from .sessions import end_own_session, end_sessions
from .users import change_staff_roles, deactivate_user, place_officer, reactivate_user, set_language, set_mails

__all__ = [
    "MANY_FOR_ADDRESS",
    "SIGN_IN",
    "CodeOver",
    "CodeWrong",
    "InvitationOver",
    "InvitationUnknown",
    "Purpose",
    "TooMany",
    "TooSoon",
    "accept_as",
    "accept_as_new_person",
    "add_address",
    "add_passkey",
    "begin_grace",
    "change_staff_roles",
    "close_account",
    "close_account_without_addresses",
    "code_address",
    "count",
    "count_network",
    "deactivate_user",
    "end_grace",
    "end_own_session",
    "end_sessions",
    "enrol_totp",
    "enter_by_code",
    "enter_by_edevlet",
    "enter_by_passkey",
    "find_invitation",
    "invite",
    "link_edevlet",
    "note_device",
    "note_reading",
    "place_officer",
    "prove_address",
    "reactivate_user",
    "read_lost_addresses",
    "remove_address",
    "remove_passkey",
    "rename_passkey",
    "request_code",
    "resend_invitation",
    "reset_second_factor",
    "revoke_invitation",
    "send_code",
    "set_history_from",
    "set_language",
    "set_mails",
    "take_app_away",
    "take_code",
    "to_add_address",
    "to_close_account",
    "unlink_edevlet",
]
