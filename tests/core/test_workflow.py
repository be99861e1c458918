"""States and moves as data: the full product of states and moves."""

from dataclasses import dataclass
from itertools import product

import pytest

from iys_portal.core.actors import SYSTEM, Actor, ActorKind
from iys_portal.core.errors import NotAllowed, WrongMoment
from iys_portal.core.workflow import Transition, Workflow

STATES = ("draft", "sent", "closed")
TABLE = (
    Transition("send", frozenset({"draft"}), "sent", "thing.send", "thing.sent"),
    Transition("close", frozenset({"draft", "sent"}), "closed", "thing.close", "thing.closed"),
    Transition("expire", frozenset({"sent"}), "closed", None, "thing.expired"),
)
FLOW = Workflow(TABLE)


@dataclass
class Thing:
    state: str


def person(*permissions: str) -> Actor:
    return Actor(kind=ActorKind.USER, id=1, name="Deneme", permissions=frozenset(permissions))


@pytest.mark.parametrize(
    ("state", "move"), list(product(STATES, TABLE)), ids=lambda value: getattr(value, "name", value)
)
def test_a_move_works_from_its_sources_only(state, move):
    thing = Thing(state)
    if state in move.sources:
        assert FLOW.move(thing, move.name, SYSTEM) is move
        assert thing.state == move.target
    else:
        with pytest.raises(WrongMoment):
            FLOW.move(thing, move.name, SYSTEM)
        assert thing.state == state


@pytest.mark.parametrize("move", TABLE, ids=lambda move: move.name)
def test_a_move_needs_its_permission(move):
    thing = Thing(next(iter(move.sources)))
    before = thing.state
    with pytest.raises(NotAllowed):
        FLOW.move(thing, move.name, person("thing.other"))
    assert thing.state == before


def test_the_permission_is_asked_before_the_moment():
    """Who may not act learns nothing about the state."""
    with pytest.raises(NotAllowed):
        FLOW.check(Thing("closed"), "send", person())


def test_moves_of_the_system_are_closed_to_people():
    with pytest.raises(NotAllowed):
        FLOW.move(Thing("sent"), "expire", person("thing.send", "thing.close"))
    assert FLOW.move(Thing("sent"), "expire", SYSTEM).target == "closed"


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("held", [(), ("thing.send",), ("thing.send", "thing.close")])
def test_buttons_are_exactly_what_would_work(state, held):
    actor, thing = person(*held), Thing(state)
    offered = {move.name for move in FLOW.available(thing, actor)}
    working = set()
    for move in TABLE:
        try:
            FLOW.check(thing, move.name, actor)
        except (NotAllowed, WrongMoment):
            continue
        working.add(move.name)
    assert offered == working
