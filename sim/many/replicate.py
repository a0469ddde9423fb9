"""One replicate of an ensemble, and what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sim.base.collector import collector_paused
from sim.engine import simulation
from sim.measure.along import Along
from sim.measure.causes import came_by
from sim.measure.flows import displaced
from sim.measure.holders import changes
from sim.measure.moves import foreseen
from sim.measure.steps import Steps
from sim.measure.summary import Analysis
from sim.scenario.model import Scenario


class Result(NamedTuple):
    """A finished replicate: its row of the journal, and the unit of each of its measures.

    The row is plain data: ``"replicate"``, ``"measures"`` (value by path, None: did not come
    or does not apply), ``"claims"`` (verdict by id), ``"turned"`` (what settled each claim: cause,
    place or road, day, see :class:`~sim.measure.causes.Turn`), ``"series"`` (curves for fan charts
    by path: a list of times in seconds and one of values in kg, kg/day or, for positions, m),
    ``"moves"`` (displaced persons by where they came from and last chose: actor, origin, choice,
    persons), ``"drawn"`` (inputs by key, in base units), ``"chances"`` (whether each thing that
    has a chance happened), ``"held"`` (changes of lasting holders: place, seconds, actors) and
    ``"passable"`` (the roads that each axis could pass, see :mod:`sim.measure.passable`). Of a
    scenario that states moves on record it has ``"foreseen"`` too (of each model of a move: moves,
    log score, Brier score). Where measures are watched it has ``"came"``: by what each came, as in
    ``"turned"``.
    """

    row: dict[str, Any]
    units: dict[str, str]


def run_replicate(scenario: Scenario, replicate: int, watched: Sequence[str] = ()) -> Result:
    """Execute one replicate under the scenario's seed; it depends on nothing else.

    Args:
        watched: paths of measures of which it is told by what they came.

    Raises:
        CertificateError: a flow did not prove itself (see :mod:`sim.network`).
    """
    with collector_paused():
        return _replicate(scenario, replicate, watched)  # the record is gone before the pause ends


def _replicate(scenario: Scenario, replicate: int, watched: Sequence[str]) -> Result:
    along = Along(scenario)
    record = simulation.run(scenario, replicate=replicate, lean=True, look=along.look)
    analysis = Analysis(scenario, record, along)
    row: dict[str, Any] = {
        "replicate": replicate,
        "measures": analysis.measures.numbers,
        "claims": {v.id: v.verdict for v in analysis.verdicts},
        "turned": {claim: list(turn) for claim, turn in analysis.turns.items()},
        "series": _curves(scenario, analysis),
        "moves": [[*ends, persons] for ends, persons in displaced(record.moves).items()],
        "drawn": {key: float(f"{value:.12g}") for key, value in record.drawn.items()},
        "chances": record.chances,
        "held": changes(scenario, record),
        "passable": along.passable.found,
    }
    if scenario.moves_on_record and scenario.kind != "replay":
        row["foreseen"] = foreseen(scenario, record)
    if watched:
        row["came"] = {path: list(came_by(analysis, path)) for path in watched}
    return Result(row, analysis.measures.units)


def _curves(scenario: Scenario, analysis: Analysis) -> dict[str, list[list[int]]]:
    """Capacity of every axis; deliverable and stocks of the main one."""
    main = scenario.main_axis
    found = {}
    for path, key in analysis.timed.items():
        if path.endswith(".capacity") or (
            path.startswith(f"axes.{main}.") and path.endswith((".deliverable", ".stock"))
        ):
            found[path] = _changes(analysis.series[key])
        elif path.startswith("operations.") and path.endswith(".position_m"):
            found[path] = _turns(analysis.series[key])
    return dict(sorted(found.items()))


NEAR = 100
"""Metres by which a position that is left out may lie off the straight line between others."""


def _turns(steps: Steps) -> list[list[int]]:
    """Times and values of straight parts joined, without the samples amid them."""
    times, values = steps.times[:1], steps.values[:1]
    for i in range(1, len(steps.times)):
        time, value = steps.times[i], steps.values[i]
        if i + 1 < len(steps.times):
            share = (time - times[-1]) / (steps.times[i + 1] - times[-1])
            straight = values[-1] + share * (steps.values[i + 1] - values[-1])
            if abs(value - straight) <= NEAR:
                continue
        times.append(time)
        values.append(value)
    return [times, values]


def _changes(steps: Steps) -> list[list[int]]:
    """Times and values of a series, without the rows that repeat a value."""
    times, values, last = steps.times, steps.values, len(steps.times) - 1
    kept = [i for i, v in enumerate(values) if i in (0, last) or v != values[i - 1]]
    return [[times[i] for i in kept], [values[i] for i in kept]]
