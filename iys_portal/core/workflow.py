"""States and moves as data: each app lists its `Transition`s in `transitions.py`; nothing else compares states."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from .actors import Actor
from .errors import WrongMoment


@dataclass(frozen=True)
class Transition:
    """One move. `permission` is what a person needs; None marks a move that only the system makes.

    `target` None: an act that is recorded as a move and leaves the state as it is.
    """

    name: str
    sources: frozenset[Any]
    target: Any
    permission: str | None
    verb: str
    label: str | Promise = ""


class Workflow:
    """The table of moves of one model; `attribute` is the field that holds the state."""

    def __init__(self, transitions: Iterable[Transition], *, attribute: str = "state") -> None:
        self.transitions = {transition.name: transition for transition in transitions}
        self.attribute = attribute

    def check(self, obj: Any, name: str, actor: Actor) -> Transition:
        """Return the move if the actor may make it now.

        Raises `NotAllowed` without the permission, `WrongMoment` where the state does not fit.
        """
        transition = self.transitions[name]
        actor.require(transition.permission or "system")
        if not self.fits(obj, name):
            raise WrongMoment(code=f"{name}:{getattr(obj, self.attribute)}")
        return transition

    def fits(self, obj: Any, name: str) -> bool:
        """Whether the move begins where the object stands, whoever would make it."""
        return getattr(obj, self.attribute) in self.transitions[name].sources

    def move(self, obj: Any, name: str, actor: Actor) -> Transition:
        """Check and set the new state on the object (the caller saves and records)."""
        transition = self.check(obj, name, actor)
        if transition.target is not None:
            setattr(obj, self.attribute, transition.target)
        return transition

    def available(self, obj: Any, actor: Actor) -> list[Transition]:
        """Moves that this actor may make on this object now: buttons come from here."""
        state = getattr(obj, self.attribute)
        return [
            transition
            for transition in self.transitions.values()
            if transition.permission is not None and state in transition.sources and actor.may(transition.permission)
        ]
