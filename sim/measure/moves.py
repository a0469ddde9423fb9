"""How well the choice model foresaw the moves on record, beside two simple rules.

For each move on record of displaced strength that the run displaced too, three models give
each option a probability: the logit of the run; *nearest*, the option of the least travel
time; *gravity*, population over the square of travel time. To stay is open to the logit alone:
it takes no time, and the rules would choose nothing else. Each is scored by

- the log score, -ln p of what happened (Good 1952), with p not below
  :data:`~sim.measure.scoring_rules.FLOOR`, so that one unforeseen move is not infinitely bad;
- the Brier score, the sum over options of (p - what happened)^2 (Brier 1950).

Lower is better for both. Reserves that were sent are scored apart, by the share of those sent from
the same place that went where they went on record.

:func:`foreseen` adds two more rules: *uniform*, all options alike, and *nearest or another*, the
nearest but for an error of :data:`ERROR_RATE`, which goes to the others alike.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sim.scenario.model import RecordedMove, Scenario
from sim.state.record import STAY, ChoiceRow, Record

from .scoring_rules import FLOOR

UNKNOWN_POPULATION = 1_000
"""Persons at a place of unknown population, and at an exit, for the gravity rule."""


ERROR_RATE = 0.2
"""How often *nearest or another* takes the nearest option to be wrong: assumed."""

BLUNT, UNIFORM = "nearest or another", "uniform"


class Score(NamedTuple):
    """Mean scores of one model over the moves that could be scored; None of none."""

    model: str
    moves: int
    log: float | None
    brier: float | None


def scores(scenario: Scenario, record: Record) -> list[Score]:
    """Scores of logit, nearest, gravity (displaced), and of reserves where any are on record."""
    return [one for one in foreseen(scenario, record) if one.model not in (BLUNT, UNIFORM)]


def foreseen(scenario: Scenario, record: Record) -> list[Score]:
    """The same, and those of *nearest or another* and *uniform*."""
    models = ("logit", "nearest", "gravity", BLUNT, UNIFORM)
    found: dict[str, list[tuple[float, float]]] = {model: [] for model in models}
    reserves: list[tuple[float, float]] = []
    for move in scenario.moves_on_record.values():
        if move.reserve:
            shares = _sent(record, move)
            if shares:
                reserves.append(_scored(shares, move.to))
            continue
        options = _options(record, move)
        if all(o.option == STAY for o in options):
            continue
        goals = [o for o in options if o.option != STAY]
        for model, shares in (
            ("logit", {o.option: o.probability for o in options}),
            ("nearest", nearest(goals)),
            ("gravity", gravity(scenario, goals)),
            (BLUNT, nearest(goals, ERROR_RATE)),
            (UNIFORM, {o.option: 1 / len(goals) for o in goals}),
        ):
            found[model].append(_scored(shares, move.to))
    if any(move.reserve for move in scenario.moves_on_record.values()):
        found["reserves"] = reserves
    return [
        Score(model, len(pairs), _mean([p[0] for p in pairs]), _mean([p[1] for p in pairs]))
        for model, pairs in found.items()
    ]


def nearest(options: Sequence[ChoiceRow], error: float = 0.0) -> dict[str, float]:
    """All on the option of the least travel time, ties by id; but ``error`` on the others alike."""
    first = min(options, key=lambda o: (o.seconds, o.option))
    others = len(options) - 1
    wrong = error if others else 0.0
    return {o.option: 1 - wrong if o.option == first.option else wrong / others for o in options}


def gravity(scenario: Scenario, options: Sequence[ChoiceRow]) -> dict[str, float]:
    """Shares in proportion to population over travel time squared (Stewart 1948)."""
    places = scenario.network.places
    weights = {
        o.option: ((p.population if (p := places.get(o.option)) else None) or UNKNOWN_POPULATION)
        / max(o.seconds, 1) ** 2
        for o in options
    }
    total = math.fsum(weights.values())
    return {option: weight / total for option, weight in weights.items()}


def _options(record: Record, move: RecordedMove) -> list[ChoiceRow]:
    """What the displaced of the move's origin chose among, the first time that they did."""
    rows = [c for c in record.choices if (c.actor, c.origin) == (move.actor, move.origin)]
    first = min((c.time for c in rows), default=None)
    return [c for c in rows if c.time == first]


def _sent(record: Record, move: RecordedMove) -> dict[str, float]:
    """Shares by goal of the reserves that an actor sent from the move's origin."""
    sent: Counter[str] = Counter()
    for m in record.moves:
        if m.reserve and (m.actor, m.origin) == (move.actor, move.origin):
            sent[m.choice] += m.persons
    total = sum(sent.values())
    return {goal: persons / total for goal, persons in sent.items()}


def _scored(shares: Mapping[str, float], happened: str) -> tuple[float, float]:
    """Log and Brier score of shares over options against what happened."""
    p = shares.get(happened, 0.0)
    others = math.fsum(q * q for option, q in shares.items() if option != happened)
    return -math.log(max(p, FLOOR)), (1 - p) ** 2 + others


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None
