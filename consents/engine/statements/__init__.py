"""The SQL of the consent engine: constants of the code only, values are parameters.

`judge` decides a set of rows; `told` says who is told of it; `record` writes and sums up; `undo` and `acts` append
counter-events and recipients' acts through `events`; `counters` come last.
"""

from .acts import COMPLETE, CONFIRM, LOCK_ASKED, TAKE_BACK
from .counters import COUNT_BATCH, COUNTERS, NOTICE_COUNTERS, NOTICE_REPORT
from .judge import FROM_CALL, FROM_STAGE, LOCK, NEXT_EVENT, NO_EVENT, judge_sql
from .record import CALL_SUMMARY, FIRST_OF_CONTENT, PROBLEMS, SUMMARY, write_sql
from .told import NOTICE_BATCH, NOTICES, TOLD, TOLD_NOBODY, TOLD_WITH_OWN, UNFOLD
from .undo import LOCK_FOR_UNDO, LOCK_NOTICES_FOR_UNDO, UNDO
from .undo_key import LOCK_FOR_KEY_UNDO, LOCK_NOTICES_OF_KEY, NEXT_OF_KEY, UNDO_KEY

__all__ = [
    "CALL_SUMMARY",
    "COMPLETE",
    "CONFIRM",
    "COUNTERS",
    "COUNT_BATCH",
    "FIRST_OF_CONTENT",
    "FROM_CALL",
    "FROM_STAGE",
    "LOCK",
    "LOCK_ASKED",
    "LOCK_FOR_KEY_UNDO",
    "LOCK_FOR_UNDO",
    "LOCK_NOTICES_FOR_UNDO",
    "LOCK_NOTICES_OF_KEY",
    "NEXT_EVENT",
    "NEXT_OF_KEY",
    "NOTICES",
    "NOTICE_BATCH",
    "NOTICE_COUNTERS",
    "NOTICE_REPORT",
    "NO_EVENT",
    "PROBLEMS",
    "SUMMARY",
    "TAKE_BACK",
    "TOLD",
    "TOLD_NOBODY",
    "TOLD_WITH_OWN",
    "UNDO",
    "UNDO_KEY",
    "UNFOLD",
    "judge_sql",
    "write_sql",
]
