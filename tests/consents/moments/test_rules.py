"""R-L4, the pure rules: what stood at T on both clocks, against a replay that goes step by step."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from consents.enums import EventKind, Hold, Source, Status
from consents.moments import Difference, StateAt, differences, known_at, now_known_at

ZERO = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Event:
    version: int
    registered: int
    dated: int | None = None
    status: int = Status.ONAY
    kind: int = EventKind.RECORD
    source: int | None = Source.HS_WEB
    holds: int = 0
    undoes_version: int | None = None
    hold_from: datetime | None = None

    @property
    def registered_at(self) -> datetime:
        return at(self.registered)

    @property
    def consent_date(self) -> datetime | None:
        return None if self.dated is None else at(self.dated)


def at(hours: int) -> datetime:
    return ZERO + timedelta(hours=hours)


def both(events: list[Event], hours: int) -> tuple[StateAt | None, StateAt | None]:
    return known_at(events, at(hours)), now_known_at(events, at(hours))


def versions(events: list[Event], hours: int) -> tuple[int | None, int | None]:
    known, now_known = both(events, hours)
    return known and known.event.version, now_known and now_known.event.version  # type: ignore[return-value]


def test_r_l4_a_refusal_that_was_registered_late_counts_from_its_own_date() -> None:
    events = [Event(1, registered=0, dated=0), Event(2, registered=50, dated=10, status=Status.RET)]
    assert versions(events, 9) == (1, 1)
    assert versions(events, 10) == versions(events, 49) == (1, 2)
    assert versions(events, 50) == (2, 2)
    known, now_known = both(events, 20)
    assert differences(events, at(20), known, now_known) == [Difference.REGISTERED_LATER]
    assert differences(events, at(60), *both(events, 60)) == []


def test_r_l4_nothing_stands_before_the_first_date() -> None:
    assert both([Event(1, registered=5, dated=2)], 1) == (None, None)
    assert versions([Event(1, registered=5, dated=2)], 3) == (None, 1)


def test_r_l4_at_equal_moments_the_refusal_wins() -> None:
    refusal_last = [Event(1, registered=1, dated=0), Event(2, registered=2, dated=0, status=Status.RET)]
    refusal_first = [Event(1, registered=1, dated=0, status=Status.RET), Event(2, registered=2, dated=0)]
    assert versions(refusal_last, 0)[1] == 2
    assert versions(refusal_first, 0)[1] == 1


def test_r_l4_an_undone_import_counts_for_nothing_afterwards_but_was_known_meanwhile() -> None:
    events = [
        Event(1, registered=0, dated=0, status=Status.RET),
        Event(2, registered=10, dated=5),
        Event(3, registered=20, dated=0, status=Status.RET, kind=EventKind.UNDO, undoes_version=2),
    ]
    assert versions(events, 15) == (2, 1)
    assert differences(events, at(15), *both(events, 15)) == [Difference.UNDONE_LATER]
    assert versions(events, 20) == (3, 1)
    assert differences(events, at(20), *both(events, 20)) == []


def test_r_l4_a_dateless_record_is_earlier_than_any_date() -> None:
    events = [Event(1, registered=10, dated=None, source=None), Event(2, registered=20, dated=-500)]
    assert versions(events, -1000) == (None, 1)
    assert versions(events, -500) == (None, 2)


def test_r_l4_the_recipients_own_act_counts_from_its_registration() -> None:
    events = [
        Event(1, registered=0, dated=0),
        Event(2, registered=10, dated=3, status=Status.RET, source=Source.IYS_WEB),
    ]
    assert versions(events, 9) == (1, 1)
    assert versions(events, 10) == (2, 2)


def test_r_l4_a_clock_that_runs_ahead_never_puts_a_consent_after_the_refusal_that_followed_it() -> None:
    events = [
        Event(1, registered=0, dated=2),
        Event(2, registered=1, dated=1, status=Status.RET, source=Source.IYS_EPOSTA),
    ]
    assert versions(events, 3) == (2, 2)


def test_r_l4_evidence_counts_from_the_consent_and_a_confirmation_from_its_own_moment() -> None:
    held = Hold.AWAITING_CONFIRMATION | Hold.EVIDENCE_MISSING
    events = [
        Event(1, registered=0, dated=0, holds=held),
        Event(2, registered=10, dated=0, holds=Hold.EVIDENCE_MISSING, kind=EventKind.CONFIRM),
        Event(3, registered=20, dated=0, holds=0, kind=EventKind.EVIDENCE),
    ]
    known, now_known = both(events, 5)
    assert known is not None
    assert now_known is not None
    assert (known.holds, now_known.holds) == (held, Hold.AWAITING_CONFIRMATION)
    assert differences(events, at(5), known, now_known) == [Difference.COMPLETED_LATER]
    known, now_known = both(events, 10)
    assert known is not None
    assert now_known is not None
    assert (known.holds, now_known.holds) == (Hold.EVIDENCE_MISSING, 0)
    assert now_known.completed_by == (events[1], events[2])


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events of every kind, in any order of dates; an undo takes back any run of versions before it."""
    events: list[Event] = []
    for version in range(1, draw(st.integers(1, 9)) + 1):
        registered = draw(st.integers(0, 12))
        before = events[-1] if events else None
        kind = draw(st.sampled_from(EventKind if before else [EventKind.RECORD]))
        if kind is EventKind.UNDO:
            first = draw(st.integers(1, version - 1))
            former = events[first - 2] if first > 1 else None
            status = former.status if former else Status.IPTAL
            events.append(Event(version, registered, status=status, kind=kind, undoes_version=first))
        elif kind is EventKind.RECORD or before is None:
            events.append(
                Event(
                    version,
                    registered,
                    dated=draw(st.none() | st.integers(-12, 14)),
                    status=draw(st.sampled_from([Status.ONAY, Status.RET])),
                    source=draw(st.sampled_from([None, Source.HS_WEB, Source.IYS_WEB])),
                    holds=draw(st.integers(0, 3)),
                )
            )
        else:
            lifted = draw(st.integers(0, 3))
            events.append(
                Event(version, registered, before.dated, before.status, kind, before.source, before.holds & ~lifted)
            )
    return events


def naive_known(events: Iterable[Event], moment: datetime) -> Event | None:
    answer = None
    for event in events:  # in the order of versions
        if event.registered_at <= moment:
            answer = event
    return answer


def naive_now_known(events: Iterable[Event], moment: datetime) -> tuple[Event, int] | None:
    """Keeps, after every version, the list of what counts; an undo brings back the list of the version before."""
    lists: list[list[Event]] = [[]]
    for event in events:
        if event.kind == EventKind.UNDO:
            lists.append(lists[(event.undoes_version or 0) - 1])
        else:
            lists.append([*lists[-1], event])
    best: Event | None = None
    for event in lists[-1]:
        if event.kind != EventKind.RECORD or own_moment(event) > moment:
            continue
        if best is None or own_moment(event) > own_moment(best):
            best = event
        elif own_moment(event) == own_moment(best) and Status.RET in (event.status, best.status):
            best = max((one for one in (best, event) if one.status == Status.RET), key=lambda one: one.version)
        elif own_moment(event) == own_moment(best):
            best = event
    if best is None:
        return None
    holds, before = best.holds, best.holds
    for event in lists[-1][lists[-1].index(best) + 1 :]:
        if event.kind == EventKind.RECORD:
            break
        if event.kind == EventKind.ERASURE:
            continue
        counts = event.kind == EventKind.EVIDENCE or event.registered_at <= moment
        for bit in Hold:
            if counts and before & bit and not event.holds & bit:
                holds &= ~bit
        before = event.holds
    return best, holds


def own_moment(event: Event) -> datetime:
    if event.source == Source.IYS_WEB:
        return event.registered_at
    if event.dated is None:
        return datetime.min.replace(tzinfo=UTC)
    return at(min(event.dated, event.registered))


@given(events=histories(), hours=st.integers(-13, 15))
def test_r_l4_both_clocks_agree_with_a_step_by_step_replay(events: list[Event], hours: int) -> None:
    known, now_known = known_at(reversed(events), at(hours)), now_known_at(reversed(events), at(hours))
    assert (known and known.event) == naive_known(events, at(hours))
    expected = naive_now_known(events, at(hours))
    assert (now_known and (now_known.event, now_known.holds)) == expected
