"""Batches of the API (docs/api.md): looked through and kept at once, worked by a task, told by their number.

A batch is worked in one transaction that holds its row: a worker that dies leaves the row as it was, and the next one
works it from the beginning. Rows of a batch about the same consent are taken in their order (R-C10).
"""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from consents.enums import Verdict, WayIn
from consents.models import ApiBatch
from consents.written_moments import from_microseconds, microseconds
from iys_portal.core.actors import Actor, ActorKind, Bound
from iys_portal.core.calendar import years_before
from iys_portal.core.errors import DomainError
from iys_portal.core.jobs import enqueue
from providers.models import Brand
from providers.selectors.api import retailer_ids

from .api_consents import Given, first_of
from .records import Entry, Outcome, read_and_judge, record_consents
from .retailer_access import Key, open_access

log = logging.getLogger(__name__)
TASK = "consents.work_batch"
PICK_UP_AFTER = timedelta(seconds=20)
AT_ONCE = frozenset(range(110, 122)) | {155, 156, 157, 158, 160, 162, 180, 408, 464}
"""Problems that no stored state changes: one of them refuses the whole batch when it is sent, as the document says."""
REFUSED, CLOSED = 1, 2
"""In a result: it could not be recorded when the batch was worked, for the provider was suspended or closed (R-P7)."""


@dataclass(frozen=True)
class EntryProblem:
    """What is wrong with one entry of a batch that was not taken."""

    index: int
    number: int
    value: str


class BatchRefused(DomainError):
    """The batch is not taken: some entries are malformed."""

    status = 422

    def __init__(self, problems: Sequence[EntryProblem]) -> None:
        super().__init__(code="batch")
        self.problems = list(problems)


class RetailersUnknown(DomainError):
    """Dealers of some entries are no active ones of the brand: (index, place in the list, code)."""

    status = 403

    def __init__(self, found: Sequence[tuple[int, int, str]]) -> None:
        super().__init__(code="H180")
        self.found = list(found)


@transaction.atomic
def accept_batch(
    *, actor: Actor, brand: Brand, given: Sequence[Given], moment: datetime, repeats: bool = False
) -> ApiBatch:
    """Take a batch: its row with what was sent, and a task that works it after the commit.

    Raises `BatchRefused` with every entry that is malformed, `RetailersUnknown`, `NotAllowed`, `WrongMoment` (R-P7).
    """
    judged = read_and_judge(actor=actor, brand=brand, entries=[one.entry for one in given], moment=moment)
    _refuse_malformed(judged)
    _refuse_unknown(brand, given)
    batch = ApiBatch.objects.create(
        brand=brand,
        accepted_at=moment,
        total=len(given),
        entries=[{**_short(one.entry), "access": list(one.access)} for one in given],
        actor=_kept(actor),
        actor_kind=actor.kind,
        actor_id=actor.id,
        repeats=repeats,
    )
    enqueue(TASK, batch.pk)
    return batch


def work_batch(batch_id: int) -> bool:
    """Record a batch's entries and keep what became of each; False where another worker did or does.

    One transaction that locks the batch first. The moment is that of the call, so waiting makes no consent late.
    """
    with transaction.atomic():
        rows = ApiBatch.objects.select_related("brand__provider").select_for_update(of=("self",), skip_locked=True)
        batch = rows.filter(pk=batch_id, worked_at=None).first()
        if batch is None:
            return False
        batch.results = _results(batch)
        batch.worked_at, batch.entries = timezone.now(), None
        batch.save(update_fields=["results", "worked_at", "entries"])
    return True


def sweep_batches() -> int:
    """Publish again every batch whose task was lost or whose worker died; how many."""
    waiting = ApiBatch.objects.filter(worked_at=None, accepted_at__lt=timezone.now() - PICK_UP_AFTER)
    found = list(waiting.order_by("accepted_at").values_list("pk", flat=True)[:100])
    for pk in found:
        enqueue(TASK, pk)
    return len(found)


def forget_batches(now: datetime) -> int:
    """R-L5: results go when records of their day would."""
    before = years_before(now, settings.REGISTRY["KEEP_YEARS"])
    return ApiBatch.objects.filter(worked_at__lt=before).delete()[0]


def _refuse_malformed(judged: Sequence[tuple[int, str]]) -> None:
    wrong = [EntryProblem(index, number, value) for index, (number, value) in enumerate(judged) if number in AT_ONCE]
    if wrong:
        raise BatchRefused(wrong)


def _refuse_unknown(brand: Brand, given: Sequence[Given]) -> None:
    known = _named_retailers(brand, given)
    unknown = [
        (index, place, code)
        for index, one in enumerate(given)
        for place, code in enumerate(one.access)
        if code not in known
    ]
    if unknown:
        raise RetailersUnknown(unknown)


def _named_retailers(brand: Brand, given: Sequence[Given]) -> dict[str, int]:
    """The keys of the dealers that are named and active ones of the brand, by code."""
    codes = sorted({code for one in given for code in one.access})
    return retailer_ids(brand, codes) if codes else {}


def _short(entry: Entry) -> dict[str, str]:
    return {name: value for name, value in asdict(entry).items() if value}


def _kept(actor: Actor) -> dict[str, Any]:
    bound = actor.bound
    return {
        "name": actor.name,
        "permissions": sorted(actor.permissions),
        "provider_id": actor.provider_id,
        "request_id": actor.request_id,
        "party": bound.party_id if bound else None,
        "writes": sorted(bound.writes) if bound else [],
    }


def _actor(batch: ApiBatch) -> Actor:
    """The key as it was when it sent the batch; what an integrator may write is asked again when it is written."""
    kept = batch.actor
    parts = frozenset((brand, channel) for brand, channel in kept["writes"])
    bound = None if kept["party"] is None else Bound(party_id=kept["party"], reads=parts, writes=parts)
    return Actor(
        kind=ActorKind(batch.actor_kind),
        id=batch.actor_id,
        name=kept["name"],
        permissions=frozenset(kept["permissions"]),
        provider_id=kept["provider_id"],
        request_id=kept["request_id"],
        way="api",
        bound=bound,
    )


def _results(batch: ApiBatch) -> list[list[Any]]:
    given = [
        Given(Entry(**{"type": "", "status": "", "recipient": "", **entry}), tuple(access))
        for access, entry in ((row.pop("access", []), row) for row in batch.entries or [])
    ]
    try:
        return _recorded(batch, given)
    except DomainError as error:  # R-P7: suspended or closed since it was taken
        log.info("batch_refused id=%s code=%s", batch.pk, error.code)
        return _refusals_only(batch, given, closed=error.code == "provider-closed")


def _recorded(batch: ApiBatch, given: Sequence[Given]) -> list[list[Any]]:
    """Record entries with their dealers' access, all or none; their results."""
    with transaction.atomic():
        outcomes = record_consents(
            actor=_actor(batch),
            brand=batch.brand,
            entries=[one.entry for one in given],
            way=WayIn.API,
            strict=True,
            moment=batch.accepted_at,
        )
        _open(batch.brand, given, outcomes)
        return _told(batch, outcomes)


def _refusals_only(batch: ApiBatch, given: Sequence[Given], *, closed: bool) -> list[list[Any]]:
    """A suspended provider's refusals are still recorded (R-P7), a closed one's are not."""
    results: list[list[Any]] = [[CLOSED if closed else REFUSED, None, 0] for _one in given]
    places = [place for place, one in enumerate(given) if one.entry.status == "RET"]
    if closed or not places:
        return results
    try:
        recorded = _recorded(batch, [given[place] for place in places])
    except DomainError:
        return results
    for place, found in zip(places, recorded, strict=True):
        results[place] = found
    return results


def _open(brand: Brand, given: Sequence[Given], outcomes: Sequence[Outcome]) -> None:
    """Open accepted consents to their dealers: one statement for each list of dealers that is named."""
    known = _named_retailers(brand, given)
    keys: dict[frozenset[int], list[Key]] = {}
    for one, outcome in zip(given, outcomes, strict=True):
        retailers = frozenset(known[code] for code in one.access if code in known)
        if retailers and outcome.verdict.accepted and outcome.key:
            keys.setdefault(retailers, []).append(outcome.key)
    for retailers, opened in keys.items():
        open_access(opened, retailers)


def _told(batch: ApiBatch, outcomes: Sequence[Outcome]) -> list[list[Any]]:
    repeated = [one for one in outcomes if one.verdict is Verdict.UNCHANGED]
    firsts = iter(first_of(repeated))
    results: list[list[Any]] = []
    for one in outcomes:
        if one.problem is not None:
            results.append([one.problem.number, None, 0])
        elif one.verdict is Verdict.UNCHANGED:
            transaction_id, registered_at = next(firsts)
            results.append([0, transaction_id, microseconds(registered_at)])
        else:
            results.append([0, one.transaction_id, microseconds(batch.accepted_at)])
    if batch.repeats:
        _name_originals(batch, results)
    return results


def _name_originals(batch: ApiBatch, results: list[list[Any]]) -> None:
    """Add to each repeat the batch that brought its consent first, and the place in it, where it was a batch."""
    own = microseconds(batch.accepted_at)
    repeats = [result for result in results if not result[0] and result[2] != own]
    wanted = {result[1] for result in repeats}
    moments = {from_microseconds(result[2]) for result in repeats}
    rows = ApiBatch.objects.filter(brand=batch.brand, accepted_at__in=moments).exclude(results=None).order_by("pk")
    origins: dict[str, tuple[str, int]] = {}
    for public_id, others in rows.values_list("public_id", "results").iterator(chunk_size=10):
        for index, (number, transaction_id, *_more) in enumerate(others or []):
            if not number and transaction_id in wanted:
                origins.setdefault(transaction_id, (str(public_id), index))
    for result in repeats:
        result.extend(origins.get(result[1], ()))
