"""Where the displaced of each fallen place went, in one run and over many.

docs/definitions.md gives the formulas.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.scenario.model import Scenario
from sim.state.record import AGREED, BROKE_OUT, LOST, ORDERED, TAKEN, WENT, Move

from . import statistics as st

Ends = tuple[str, str, str]
"""Actor, place that fell, last choice: a place, an exit, ``stays``, ``disperses``, ``lost`` or
``taken``."""


@dataclass(frozen=True, slots=True)
class Displacement:
    """What became of the displaced of one place, over the runs in which there were any.

    ``share`` is the mean of each run's share that made this choice, with its 95 % interval
    (None of one run); ``persons`` their mean number a run, ``runs`` in how many of them.
    """

    actor: str
    origin: str
    choice: str
    runs: int
    persons: float
    share: st.Estimate

    @property
    def settled(self) -> bool:
        """True where the interval of the share leaves 0 out."""
        return self.share.low is None or self.share.low > 0


def displaced(moves: Iterable[Move]) -> dict[Ends, int]:
    """Persons by where they came from and last chose; reserves that were sent are no part of it.

    Those who chose again on the way count from the place at which they did.
    """
    found: dict[Ends, int] = defaultdict(int)
    for move, choice in last_choices(moves):
        found[move.actor, move.origin, choice] += move.persons
    return dict(sorted(found.items()))


def last_choices(moves: Iterable[Move]) -> Iterator[tuple[Move, str]]:
    """Moves of displaced strength, without those that chose again, each with its choice."""
    for move in moves:
        if not move.reserve and move.outcome != "chose again":
            lost = move.outcome in (LOST, TAKEN)
            yield move, move.outcome if lost else move.choice.strip("()")


@dataclass(slots=True)
class Went:
    """Displaced persons of one choice, those of them ``there``, and what these took (person-s)."""

    persons: int = 0
    there: int = 0
    seconds: int = 0


def went_to(moves: Iterable[Move]) -> dict[tuple[str, str], Went]:
    """Those of each actor and choice, as :func:`displaced` counts them."""
    found: dict[tuple[str, str], Went] = defaultdict(Went)
    for move, choice in last_choices(moves):
        went = found[move.actor, choice]
        went.persons += move.persons
        if move.ended is not None:
            went.there += move.persons
            went.seconds += move.persons * (move.ended - move.time)
    return dict(found)


def leavers(scenario: Scenario) -> list[str]:
    """Actors whose garrisons may leave their places: by a rule, an event or a decision."""
    found = {*scenario.rules.leave}
    found |= {str(e.by) for e in scenario.events.values() if e.kind == "withdraw"}
    for decision in scenario.decisions.values():
        if any(option.leaves is not None for option in decision.options.values()):
            found.add(decision.actor)
    return sorted(found)


def fates(moves: Iterable[Move], actor: str) -> dict[str, int]:
    """Persons of an actor by how they left a place or what became of them where they did not.

    Those who went, broke out or left by agreement or order are those who got away; who is displaced
    and moves in order is none of them. The fallen of battles are told elsewhere.
    """
    ways = ("dead", "taken", "went", "broke_out", "by_agreement", "by_order", "dispersed")
    found = dict.fromkeys(ways, 0)
    ends = {LOST: "dead", TAKEN: "taken", "dispersed": "dispersed"}
    manners = {WENT: "went", BROKE_OUT: "broke_out", AGREED: "by_agreement", ORDERED: "by_order"}
    for move in moves:
        told = ends.get(move.outcome) or manners.get(move.manner)
        if move.actor == actor and told is not None:
            found[told] += move.persons
    return found


def displacements(rows: Iterable[Mapping[str, Any]]) -> list[Displacement]:
    """Shares over the rows of a journal, by actor and origin, the greatest first."""
    runs: dict[tuple[str, str], list[dict[str, int]]] = defaultdict(list)
    for row in rows:
        for key, persons in _by_origin(row["moves"]).items():
            runs[key].append(persons)
    found = []
    for (actor, origin), seen in sorted(runs.items()):
        totals = np.array([sum(persons.values()) for persons in seen], dtype=float)
        some = []
        for choice in sorted({c for persons in seen for c in persons}):
            chose = np.array([persons.get(choice, 0) for persons in seen], dtype=float)
            share = st.mean(chose / totals)
            mean = float(chose.mean())
            some.append(Displacement(actor, origin, choice, len(seen), mean, share))
        found += sorted(some, key=lambda d: (-d.share.value, d.choice))
    return found


def _by_origin(moves: Sequence[Sequence[Any]]) -> dict[tuple[str, str], dict[str, int]]:
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for actor, origin, choice, persons in moves:
        if persons:
            found[actor, origin][choice] = found[actor, origin].get(choice, 0) + persons
    return found
