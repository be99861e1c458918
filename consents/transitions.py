"""Moves of an import (design 3). Work that failed or was interrupted is resumed in its state, not moved."""

from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core.workflow import Transition, Workflow

from .states import ImportState as S

IMPORT = Workflow(
    [
        Transition(
            "check",
            frozenset({S.UPLOADED, S.CHECKED, S.FAILED}),
            S.CHECKING,
            Permission.CONSENT_IMPORT,
            "import.check",
            _("Check the file"),
        ),
        Transition(
            "remap",
            frozenset({S.UPLOADED, S.CHECKED, S.FAILED}),
            S.UPLOADED,
            Permission.CONSENT_IMPORT,
            "import.remap",
            _("Change the columns"),
        ),
        Transition("checked", frozenset({S.CHECKING}), S.CHECKED, None, "import.checked"),
        Transition("stopped", frozenset({S.CHECKING}), S.UPLOADED, None, "import.stopped"),
        Transition("fail", frozenset({S.CHECKING}), S.FAILED, None, "import.failed"),
        Transition("apply", frozenset({S.CHECKED}), S.APPLYING, Permission.CONSENT_IMPORT, "import.apply", _("Apply")),
        Transition("applied", frozenset({S.APPLYING}), S.APPLIED, None, "import.applied"),
        Transition("undo", frozenset({S.APPLIED}), S.UNDOING, Permission.CONSENT_IMPORT, "import.undo", _("Undo")),
        Transition("undone", frozenset({S.UNDOING}), S.UNDONE, None, "import.undone"),
        Transition(
            "discard",
            frozenset({S.UPLOADED, S.CHECKED, S.FAILED}),
            S.DISCARDED,
            Permission.CONSENT_IMPORT,
            "import.discard",
            _("Discard"),
        ),
    ]
)
