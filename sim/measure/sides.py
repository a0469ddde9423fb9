"""The sides of a run over time: ground held, losses, men on the road; fronts lost and given up.

docs/definitions.md gives the formulas.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from sim.scenario.model import DAY, PPM, Operation, Scenario
from sim.state.rebuild import changed, states
from sim.state.record import Record, SeriesRow

from .ground import ground_of
from .holders import actors_of, at_start
from .steps import Steps


class FrontCount(NamedTuple):
    """Fronts of one actor: faced at the start, lost, and lost without a battle for them."""

    faced: int
    lost: int
    given_up: int


def side_series(scenario: Scenario, record: Record) -> list[SeriesRow]:
    """Rows of actors over time, subject ``actor:<id>``, in the order of time.

    Measures: ``places_ppm`` (shares of places held, summed, in parts per million),
    ``road_m`` (metres of road held), ``fallen_persons`` as of each event of a battle,
    ``reserves_on_road_persons`` and ``displaced_on_road_persons``; the last three of actors that
    have any.
    """
    rows = [*_ground(scenario, record), *_fallen(record)]
    for who, reserve in (("reserves", True), ("displaced", False)):
        measure = f"{who}_on_road_persons"
        for actor, steps in on_the_road(record, reserve=reserve).items():
            rows += [SeriesRow(time, f"actor:{actor}", measure, men) for time, men in steps]
    return sorted(rows)


def _fallen(record: Record) -> Iterator[SeriesRow]:
    for actor, total in record.fallen.items():
        subject, last = f"actor:{actor}", -1
        known = {row.time: row.value for row in record.losses if row.subject == subject}
        for time, persons in sorted({0: 0, **known, record.end: total}.items()):
            if persons != last:
                last = persons
                yield SeriesRow(time, subject, "fallen_persons", persons)


def _ground(scenario: Scenario, record: Record) -> Iterator[SeriesRow]:
    last: dict[tuple[str, str], int] = {}
    touched = changed(record.control)
    actors, count = list(scenario.actors), len(scenario.network.places)
    shares = np.zeros((len(actors), count), dtype=np.int64)  # of places (ppm), of each actor
    for time, control in states(scenario, record.control):
        graph = control.terrain.graph
        for place in touched[time][0]:
            held = control.holders[place]
            shares[:, graph.place_index[place]] = [held.get(actor, 0) for actor in actors]
        for actor, (places, km) in zip(actors, ground_of(graph, shares), strict=True):
            rounded = (("places_ppm", round(places * PPM)), ("road_m", round(km * 1000)))
            for measure, value in rounded:
                if last.get((actor, measure)) != value:
                    last[actor, measure] = value
                    yield SeriesRow(time, f"actor:{actor}", measure, value)


def on_the_road(record: Record, *, reserve: bool) -> dict[str, list[tuple[int, int]]]:
    """(time, persons under way) by actor, from 0 on, at each change.

    Args:
        reserve: reserves that were sent to fronts; else displaced strength.
    """
    changes: dict[str, Counter[int]] = defaultdict(Counter)
    for move in record.moves:
        if move.reserve == reserve and move.ended != move.time:
            changes[move.actor][move.time] += move.persons
            if move.ended is not None:
                changes[move.actor][move.ended] -= move.persons
    found = {}
    for actor, at in sorted(changes.items()):
        men = at.pop(0, 0)
        steps = [(0, men)]
        for time in sorted(at):
            if at[time]:
                men += at[time]
                steps.append((time, men))
        found[actor] = steps
    return found


def person_days(steps: list[tuple[int, int]], end: int) -> float:
    """Persons under way times the days that they were (seconds given)."""
    times = [time for time, _ in steps] + [end]
    return sum(men * (times[i + 1] - time) for i, (time, men) in enumerate(steps)) / DAY


def holders_over_time(
    scenario: Scenario, record: Record, places: Iterable[str]
) -> Mapping[str, list[tuple[int, tuple[str, ...]]]]:
    """(time, actors that hold a share) by each of some places, at the start and at each change."""
    found = {place: [(0, at_start(scenario, place))] for place in places}
    for row in record.control:
        if row.what == "holders" and row.id in found:
            if not row.time:
                found[row.id].clear()
            found[row.id].append((row.time, actors_of(row.value)))
    return found


def fronts(scenario: Scenario, record: Record) -> dict[str, FrontCount]:
    """Fronts by actor: places that it holds at the start on the route of another's force.

    A front is lost when the actor first holds no part of it, and given up where no battle was
    fought there until then. Friends of the force face no front.
    """
    routes = {place for operation in scenario.operations.values() for place in operation.route}
    holders = holders_over_time(scenario, record, routes)
    fought: dict[str, int] = {}
    for event in record.events:
        if event.kind == "battle":
            fought.setdefault(event.subject, event.time)
    faced: dict[str, set[str]] = defaultdict(set)
    for operation in scenario.operations.values():
        friends = {operation.actor, *scenario.actors[operation.actor].friends}
        for place in operation.route:
            for actor in holders[place][0][1]:
                if actor not in friends and operation.actor not in scenario.actors[actor].friends:
                    faced[actor].add(place)
    found = {}
    for actor, places in sorted(faced.items()):
        lost = given_up = 0
        for place in places:
            gone = min((t for t, names in holders[place] if actor not in names), default=None)
            if gone is not None:
                lost += 1
                given_up += fought.get(place, gone + 1) > gone
        found[actor] = FrontCount(len(places), lost, given_up)
    return found


def days_carried(
    drawn: Mapping[str, float], series: Mapping[tuple[str, str], Steps], operation: Operation
) -> list[tuple[int, float]]:
    """(time, days of supply that a force has with it) at each row; empty where it eats nothing.

    What it carries over its consumption at its strength then; 0 of a force of nobody. ``drawn``
    are the numbers that the run drew.
    """
    subject = f"operation:{operation.id}"
    each = drawn.get(f"{subject}:each", operation.each.nominal)
    if operation.axis is None or each <= 0:
        return []
    strength, carried = series[subject, "strength_persons"], series[subject, "carried_kg"]
    return [
        (time, kg / (each * men) if (men := strength.at(time) or 0) else 0.0)
        for time, kg in zip(carried.times, carried.values, strict=True)
    ]


def days_stocked(
    scenario: Scenario, series: Mapping[tuple[str, str], Steps], actor: str, place: str
) -> list[tuple[int, float | None]]:
    """(time, days that the stock of an actor's sink at a place lasts); empty of no sink that eats.

    Of several axes to the place the first by id counts whose sink eats; see :func:`days_left`.
    """
    for axis in sorted(scenario.axes.values(), key=lambda axis: axis.id):
        subject = f"sink:{axis.id}/{place}"
        if axis.actor == actor and place in axis.sinks:
            demand = series[subject, "demand_kg_per_day"]
            if any(demand.values):
                return days_left(series[subject, "stock_kg"], demand)
    return []


def days_left(stock: Steps, demand: Steps) -> list[tuple[int, float | None]]:
    """(time, days that a stock lasts) at each row of it.

    ``stock`` is in kg, ``demand`` all that eats from it at that instant, forces included, in
    kg/day. No stock is drawn as 0 days, whoever eats; None where there is one that nothing eats.
    """
    return [
        (time, kg / eaten if (eaten := demand.at(time)) else None if kg else 0.0)
        for time, kg in zip(stock.times, stock.values, strict=True)
    ]
