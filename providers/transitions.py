"""Moves of a provider's account (R-P6): active, suspended, closed. `policies` says what each state allows."""

from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core.workflow import Transition, Workflow

from .enums import ProviderState as S

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
