"""The only writers of the app's rows; `reference` keeps providers, brands and dealers themselves."""

from .agreements import (
    SignatureRefused,
    change_application,
    check_agreement,
    document_kind,
    note_agreement_opened,
    prepare_agreement,
    take_signed,
)
from .applications import (
    ApplicationUnknown,
    NotComplete,
    applicant_of,
    confirm_email,
    open_by_token,
    send_email_code,
    start_application,
    submit,
    withdraw,
)
from .documents import add_document, note_opened, remove_document
from .grants import grant, revoke_all, revoke_grant
from .integrators import (
    add_person,
    end_person,
    invite_person,
    move_integrator,
    open_integrator,
    update_integrator,
)
from .moves import make_move
from .people import MembershipDesk, change_role, invite_member, remove_member
from .stale import expire_stale, forget_ended, remind_stale
from .steps import SignatoryValues, save_brands, save_company, save_email, save_kind, save_papers, save_signatories
from .tracker import answer_tracker, ask_tracker

__all__ = [
    "ApplicationUnknown",
    "MembershipDesk",
    "NotComplete",
    "SignatoryValues",
    "SignatureRefused",
    "add_document",
    "add_person",
    "answer_tracker",
    "applicant_of",
    "ask_tracker",
    "change_application",
    "change_role",
    "check_agreement",
    "confirm_email",
    "document_kind",
    "end_person",
    "expire_stale",
    "forget_ended",
    "grant",
    "invite_member",
    "invite_person",
    "make_move",
    "move_integrator",
    "note_agreement_opened",
    "note_opened",
    "open_by_token",
    "open_integrator",
    "prepare_agreement",
    "remind_stale",
    "remove_document",
    "remove_member",
    "revoke_all",
    "revoke_grant",
    "save_brands",
    "save_company",
    "save_email",
    "save_kind",
    "save_papers",
    "save_signatories",
    "send_email_code",
    "start_application",
    "submit",
    "take_signed",
    "update_integrator",
    "withdraw",
]
