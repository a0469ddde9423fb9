"""Who held each place, and whether an axis was open, in how many of many runs, day by day."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from sim.measure.holders import at_start
from sim.measure.passable import passable_at
from sim.measure.statistics import Values
from sim.network import IntArray
from sim.scenario.model import DAY, Scenario

Row = Mapping[str, Any]
"""A row of an ensemble's journal."""

Holders = tuple[str, ...]
"""Actors that hold a place together, sorted; none where nobody does."""

Days = list[tuple[int, Holders]]
"""Who holds a place from which instant (seconds) on; the first is the start."""


def instants(scenario: Scenario) -> list[int]:
    """The instants (seconds) that are looked at: the start, each day after it, and the end."""
    return [*range(0, scenario.length, DAY), scenario.length]


def holders_of_run(scenario: Scenario, row: Row, times: Sequence[int]) -> dict[str, Days]:
    """Who lastingly held each place that changed hands, as it stood at ``times``.

    Raises:
        KeyError: the row does not tell who held what.
    """
    found: dict[str, Days] = {}
    for place, time, actors in row["held"]:
        seen = bisect_left(times, time)
        if seen == len(times):
            continue
        days = found.setdefault(place, [(times[0], at_start(scenario, place))])
        if days[-1][0] == times[seen]:
            days.pop()
        if not days or days[-1][1] != tuple(actors):
            days.append((times[seen], tuple(actors)))
    return found


def holders_by_day(
    scenario: Scenario, runs: Sequence[Mapping[str, Days]]
) -> dict[str, list[tuple[int, dict[Holders, int]]]]:
    """In how many runs who held a place, from each instant on at which that changes.

    Args:
        runs: of each run the places that changed hands, as :func:`holders_of_run` has them.

    Returns:
        Of each place that changed hands in any run its instants (seconds) with the runs by
        holders; they always sum to the number of runs.
    """
    found = {}
    for place in sorted({place for run in runs for place in run}):
        moved: dict[int, Counter[Holders]] = defaultdict(Counter)
        as_stated = [(0, at_start(scenario, place))]
        for run in runs:
            days = run.get(place, as_stated)
            moved[days[0][0]][days[0][1]] += 1
            for (_, before), (time, after) in pairwise(days):
                moved[time][before] -= 1
                moved[time][after] += 1
        now: Counter[Holders] = Counter()
        states = []
        for time, change in sorted(moved.items()):
            if any(change.values()):
                now.update(change)
                states.append((time, {who: n for who, n in sorted(now.items()) if n}))
        found[place] = states
    return found


def carried(rows: Sequence[Row], axis: str, times: Sequence[int]) -> Values:
    """What the network could carry for an axis (kg/day) at ``times``, runs x times."""
    found = np.zeros((len(rows), len(times)))
    for i, row in enumerate(rows):
        since, values = row["series"][f"axes.{axis}.capacity"]
        found[i] = np.array(values)[np.searchsorted(since, times, side="right") - 1]
    return found


def passed(rows: Sequence[Row], axis: str, roads: int, times: Sequence[int]) -> IntArray | None:
    """In how many runs an axis could pass each of so many roads at ``times``: times x roads.

    None where a row does not tell it: an older version wrote it.
    """
    if not all("passable" in row for row in rows):
        return None
    found = np.zeros((len(times), roads), dtype=np.int64)
    for row in rows:
        found += passable_at(row["passable"][axis], roads, times)
    return found


def uncut(rows: Sequence[Row], axis: str, times: Sequence[int]) -> list[int]:
    """In how many runs an axis was not cut up to and at each of ``times``."""
    first = [row["measures"].get(f"axes.{axis}.time_of_first_cut") for row in rows]
    days = np.array([np.inf if day is None else day for day in first])
    return [int((days * DAY > time).sum()) for time in times]
