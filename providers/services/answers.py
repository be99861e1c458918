"""One act for one `Idempotency-Key`: what was answered is answered again, whatever happened in between.

The key's lock, the act and its answer are one transaction. A process that dies in the middle has done nothing and
stored nothing, so the call may be tried again and is never done twice.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.storage import only_if_written
from providers.models import ApiAnswer

KEPT = timedelta(hours=24)
KEY_FORM = "^[!-~]{1,255}$"
"""Of an idempotency key: visible characters of ASCII. Also in the document."""


@dataclass(frozen=True)
class Answer:
    """A call's answer; `replayed` says that it was given before."""

    status: int
    body: Any
    replayed: bool = False


def answer_once(*, owner: str, key: str, digest: bytes, now: datetime, act: Callable[[], Answer]) -> Answer:
    """Act and keep the answer, or give the answer that was kept. A refusal keeps nothing, no file that came either.

    Raises `WrongMoment` ("idempotency-running") while another call with the key runs, `Invalid` for a key that is none
    (`KEY_FORM`) or was used for another call. Locks the key.
    """
    if not re.fullmatch(KEY_FORM, key):
        raise Invalid(_("An idempotency key has 1 to 255 visible ASCII characters."), code="idempotency-key")
    with only_if_written():
        if not _lock(owner, key):
            text = _("A call with this idempotency key is running. Ask again in a moment.")
            raise WrongMoment(text, code="idempotency-running")
        kept = ApiAnswer.objects.filter(owner=owner, key=key, answered_at__gt=now - KEPT).first()
        if kept is None:
            answer = act()
            values = {"digest": digest, "status": answer.status, "body": answer.body, "answered_at": now}
            ApiAnswer.objects.update_or_create(owner=owner, key=key, defaults=values)
            return answer
    if bytes(kept.digest) != digest:
        raise Invalid(_("This idempotency key was used for another call."), code="idempotency-reused")
    return Answer(kept.status, kept.body, replayed=True)


def forget_answers(*, now: datetime) -> int:
    return ApiAnswer.objects.filter(answered_at__lt=now - KEPT).delete()[0]


def _lock(owner: str, key: str) -> bool:
    """Whether the key is ours until the transaction ends; nobody waits for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"{owner}\n{key}"])
        return bool(cursor.fetchone()[0])
