"""Moves of applications, of providers' accounts and of their requests (R-P6).

`policies` says what each state of an account allows.
"""

from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core.workflow import Transition, Workflow

from .enums import ApplicationState as A
from .enums import ProviderState as S
from .enums import RequestState as R

ACCOUNT = Workflow(
    [
        Transition(
            "suspend",
            frozenset({S.ACTIVE}),
            S.SUSPENDED,
            Permission.REFERENCE_CHANGE,
            "provider.suspended",
            _("Suspend"),
        ),
        Transition(
            "reopen",
            frozenset({S.SUSPENDED, S.CLOSED}),
            S.ACTIVE,
            Permission.REFERENCE_CHANGE,
            "provider.reopened",
            _("Reopen"),
        ),
        Transition(
            "close",
            frozenset({S.ACTIVE, S.SUSPENDED}),
            S.CLOSED,
            Permission.REFERENCE_CHANGE,
            "provider.closed",
            _("Close"),
        ),
    ]
)

APPLICATION = Workflow(
    [
        Transition(
            "ask_signature",
            frozenset({A.DRAFT, A.RETURNED, A.AWAITING_SIGNATURE, A.AWAITING_SECOND_SIGNATURE}),
            A.AWAITING_SIGNATURE,
            Permission.APPLICATION_OWN,
            "application.agreement_asked",
            _("Get the agreement to sign"),
        ),
        Transition(
            "ask_second_signature",
            frozenset({A.AWAITING_SIGNATURE}),
            A.AWAITING_SECOND_SIGNATURE,
            Permission.APPLICATION_OWN,
            "application.first_signature",
            _("Hand in the first signature"),
        ),
        Transition(
            "change",
            frozenset({A.AWAITING_SIGNATURE, A.AWAITING_SECOND_SIGNATURE}),
            A.DRAFT,
            Permission.APPLICATION_OWN,
            "application.reopened",
            _("Change the application again"),
        ),
        Transition(
            "submit",
            frozenset({A.DRAFT, A.AWAITING_SIGNATURE, A.AWAITING_SECOND_SIGNATURE, A.RETURNED}),
            A.SUBMITTED,
            Permission.APPLICATION_OWN,
            "application.submitted",
            _("Submit the application"),
        ),
        Transition(
            "withdraw",
            frozenset(
                {
                    A.DRAFT,
                    A.AWAITING_SIGNATURE,
                    A.AWAITING_SECOND_SIGNATURE,
                    A.SUBMITTED,
                    A.IN_REVIEW,
                    A.RETURNED,
                }
            ),
            A.WITHDRAWN,
            Permission.APPLICATION_OWN,
            "application.withdrawn",
            _("Withdraw the application"),
        ),
        Transition(
            "take",
            frozenset({A.SUBMITTED}),
            A.IN_REVIEW,
            Permission.APPLICATION_REVIEW,
            "application.taken",
            _("Take into review"),
        ),
        Transition(
            "hand_over",
            frozenset({A.IN_REVIEW}),
            A.IN_REVIEW,
            Permission.APPLICATION_REVIEW,
            "application.handed_over",
            _("Take over"),
        ),
        Transition(
            "propose",
            frozenset({A.IN_REVIEW}),
            A.IN_REVIEW,
            Permission.APPLICATION_REVIEW,
            "application.approval_proposed",
            _("Propose to approve"),
        ),
        Transition(
            "return",
            frozenset({A.IN_REVIEW}),
            A.RETURNED,
            Permission.APPLICATION_REVIEW,
            "application.returned",
            _("Return for correction"),
        ),
        Transition(
            "approve",
            frozenset({A.IN_REVIEW}),
            A.APPROVED,
            Permission.APPLICATION_REVIEW,
            "application.approved",
            _("Approve"),
        ),
        Transition(
            "reject",
            frozenset({A.IN_REVIEW}),
            A.REJECTED,
            Permission.APPLICATION_REVIEW,
            "application.rejected",
            _("Reject"),
        ),
        Transition(
            "expire",
            frozenset({A.DRAFT, A.AWAITING_SIGNATURE, A.AWAITING_SECOND_SIGNATURE, A.RETURNED}),
            A.EXPIRED,
            None,
            "application.expired",
        ),
    ]
)

REQUEST = Workflow(
    [
        Transition(
            "accept",
            frozenset({R.ASKED}),
            R.ACCEPTED,
            Permission.APPLICATION_REVIEW,
            "request.accepted",
            _("Accept"),
        ),
        Transition(
            "refuse",
            frozenset({R.ASKED}),
            R.REFUSED,
            Permission.APPLICATION_REVIEW,
            "request.refused",
            _("Turn down"),
        ),
        Transition(
            "withdraw",
            frozenset({R.ASKED}),
            R.WITHDRAWN,
            Permission.PROVIDER_SETTINGS,
            "request.withdrawn",
            _("Withdraw"),
        ),
    ]
)
