"""Have the newest seal dated by an authority (RFC 3161, R-L2). Sealing never waits for it."""

import logging
import time
from datetime import datetime, timedelta

import requests
from django.conf import settings
from django.db.models import F, Q
from django.utils import timezone
from requests.auth import HTTPBasicAuth
from rfc3161_client import TimeStampRequest
from urllib3.exceptions import HTTPError

from consents.enums import StampProblem
from consents.models import LedgerSeal, SealStamp, StampPace
from consents.proof import stamps
from consents.proof.publish import content_of
from consents.proof.stamps import Stamp, StampRefused

log = logging.getLogger(__name__)
TIMEOUT = (5, 10)  # seconds to connect, seconds of silence
LONGEST = 20.0  # seconds that a whole answer may take
MOST_BYTES = 64 * 1024  # of an answer
LEASE = timedelta(minutes=2)  # longer than one attempt can take
PACE = 1


def stamp_newest(*, now: datetime) -> SealStamp | None:
    """Stamp the newest seal, where it has none and `STAMP_EVERY` has passed; None where nothing was stamped.

    One at a time, by a lease that is committed before the network is used; an attempt that died is repeated when the
    lease has run out. An answer is kept only when all of `proof.stamps.checked` holds.
    """
    if not settings.TIMESTAMP_URL or not _due(now) or not _claim(now):
        return None
    seal = LedgerSeal.objects.order_by("-number").first()
    assert seal is not None
    try:
        answer, said = _stamped(seal)
    except StampRefused as refused:
        _note_failure(refused.problem, now)
        log.warning("stamp_failed seal=%s reason=%s", seal.number, refused.problem.name)
        return None
    stamp = SealStamp.objects.create(seal_number=seal.number, requested_at=now, answer=answer, **vars(said))
    StampPace.objects.filter(pk=PACE).update(lease_until=None, failures=0, failing_since=None, problem=None)
    return stamp


def _due(now: datetime) -> bool:
    newest = LedgerSeal.objects.order_by("-number").values_list("number", flat=True).first()
    last = SealStamp.objects.order_by("-seal_number").first()
    if newest is None or (last is not None and last.seal_number >= newest):
        return False
    return last is None or now - last.requested_at >= settings.REGISTRY["STAMP_EVERY"]


def _claim(now: datetime) -> bool:
    StampPace.objects.get_or_create(pk=PACE)
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    return bool(StampPace.objects.filter(free, pk=PACE).update(lease_until=now + LEASE, tried_at=now))


def _note_failure(problem: StampProblem, now: datetime) -> None:
    pace = StampPace.objects.filter(pk=PACE)
    pace.filter(failing_since=None).update(failing_since=now)
    wait = settings.REGISTRY["STAMP_EVERY"]
    pace.update(lease_until=now + wait, failures=F("failures") + 1, problem=problem)


def _stamped(seal: LedgerSeal) -> tuple[bytes, Stamp]:
    canonical = content_of(seal).canonical
    request = stamps.request_for(canonical)
    answer = ask(request)
    policy = settings.REGISTRY["STAMP_POLICY"]
    said = stamps.checked(answer, canonical, roots=stamps.trusted_roots(), nonce=request.nonce, policy=policy)
    difference = settings.REGISTRY["STAMP_CLOCK_DIFFERENCE"]
    if not seal.sealed_at - difference <= said.stamped_at <= timezone.now() + difference:
        raise StampRefused(StampProblem.CLOCK)
    return answer, said


def ask(request: TimeStampRequest) -> bytes:
    """The authority's answer. Raises `StampRefused` where there is none, or none in time."""
    user = settings.TIMESTAMP_USER
    auth = HTTPBasicAuth(user.encode(), settings.TIMESTAMP_PASSWORD.encode()) if user else None
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        with requests.post(
            settings.TIMESTAMP_URL,
            data=request.as_bytes(),
            headers=headers,
            auth=auth,
            timeout=TIMEOUT,
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code != 200:
                raise StampRefused(StampProblem.REFUSED if answer.status_code < 500 else StampProblem.UNREACHABLE)
            return _bounded(answer)
    except (requests.RequestException, HTTPError) as error:
        raise StampRefused(StampProblem.UNREACHABLE) from error


def _bounded(answer: requests.Response) -> bytes:
    until, parts, size = time.monotonic() + LONGEST, [], 0
    while block := answer.raw.read1(4096, decode_content=True):
        parts.append(block)
        size += len(block)
        if size > MOST_BYTES:
            raise StampRefused(StampProblem.UNREADABLE)
        if time.monotonic() > until:
            raise StampRefused(StampProblem.UNREACHABLE)
    return b"".join(parts)
