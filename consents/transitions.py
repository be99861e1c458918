"""Moves of an import (design 3) and of a message (R-S2). Interrupted work is resumed in its state, not moved."""

from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.permissions import Permission
from iys_portal.core.workflow import Transition, Workflow

from .states import ImportState as S
from .states import MessageState as M

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

WRITE = Permission.MESSAGE_WRITE
MESSAGE = Workflow(
    [
        Transition(
            "wash", frozenset({M.DRAFT, M.READY}), M.WASHING, WRITE, "message.wash_started", _("Check the recipients")
        ),
        Transition("washed", frozenset({M.WASHING}), M.READY, None, "message.washed"),
        Transition("stopped", frozenset({M.WASHING}), M.DRAFT, None, "message.wash_stopped"),
        Transition("unready", frozenset({M.READY}), M.DRAFT, None, "message.changed"),
        Transition("release", frozenset({M.READY}), M.RELEASED, WRITE, "message.released", _("Register")),
        Transition(
            "record", frozenset({M.DRAFT}), M.RELEASED, WRITE, "message.recorded", _("Register without consents")
        ),
        Transition("replace", frozenset({M.RELEASED}), M.REPLACED, None, "message.replaced"),
        Transition(
            "cancel",
            frozenset({M.DRAFT, M.READY, M.RELEASED}),
            M.CANCELLED,
            WRITE,
            "message.cancelled",
            _("Call off"),
        ),
        Transition("close", frozenset({M.RELEASED}), M.CLOSED, None, "message.closed"),
    ]
)
