"""What plans cost: every tonne over each road and through each place of its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from sim.scenario.model import DAY, Scenario
from sim.state.costs import Costs
from sim.state.record import FlowRow, Record

from .steps import Steps

DIGITS = 2
"""Decimals of an amount of money."""


def measures(
    scenario: Scenario, record: Record, series: Mapping[tuple[str, str], Steps]
) -> Iterator[tuple[str, float | None, str]]:
    """Those of each axis: path, value, unit; none where the scenario states no cost."""
    costs = Costs.of(scenario.network, lambda dist, key: record.drawn.get(key, dist.nominal))
    if costs is None:
        return
    for axis in scenario.axes:
        rows = [row for row in record.flows if row.axis == axis]
        rates = [(0, 0.0), *_rates(rows, costs)]
        times = [time for time, _ in rates]
        spans = zip(times, [*times[1:], record.end], rates, strict=True)
        total = sum((until - since) * rate for since, until, (_, rate) in spans) / DAY
        kg = series[f"axis:{axis}", "planned_kg_per_day"].mean(record.end) * record.end / DAY
        for at, rate in (("start", _at(rates, 0)), ("end", _at(rates, record.end))):
            yield f"axes.{axis}.cost_a_day_{at}", round(rate, DIGITS), "cost/day"
        yield f"axes.{axis}.cost", round(total, DIGITS), "cost"
        each = round(total / kg * 1000, DIGITS) if kg else None
        yield f"axes.{axis}.cost_a_tonne", each, "cost/t"


def _at(rates: list[tuple[int, float]], time: int) -> float:
    """What holds at a time."""
    return next(rate for since, rate in reversed(rates) if since <= time)


def _rates(rows: list[FlowRow], costs: Costs) -> Iterator[tuple[int, float]]:
    """Instants (s) at which the plan of an axis changes, and its cost a day from then on."""
    flows: dict[tuple[str, str, str], int] = {}
    for time, changed in groupby(sorted(rows), key=lambda row: row.time):
        for row in changed:
            flows[row.road, row.origin, row.destination] = row.kg_per_day
        yield time, cost_a_day(flows, costs)


def cost_a_day(flows: Mapping[tuple[str, str, str], int], costs: Costs) -> float:
    """Of kg/day by road, from and to.

    Through a place goes what comes there or leaves it, whichever is more: at a source more leaves,
    at a sink more comes.
    """
    comes: dict[str, int] = {}
    leaves: dict[str, int] = {}
    for (_, origin, destination), kg in flows.items():
        leaves[origin] = leaves.get(origin, 0) + kg
        comes[destination] = comes.get(destination, 0) + kg
    roads = sum(kg * costs.road[road] for (road, *_), kg in flows.items())
    places = {*comes, *leaves}
    tolls = sum(max(comes.get(p, 0), leaves.get(p, 0)) * costs.place[p] for p in sorted(places))
    return (roads + tolls) / 1000
