"""Every capacity of every shipped scenario, computed once more from the files of its run.

Nothing here is shared with the engine or the measures: the state is read from control.csv, who
may pass from scenario.resolved.yaml, the flow is networkx's over a graph of split places.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
import yaml

from sim import api

SCENARIOS = sorted(Path(__file__).parents[1].glob("scenarios/*.yaml"))
Things = dict[tuple[str, str, str], str]


def shares(text: str) -> dict[str, Fraction]:
    pairs = (word.split("=") for word in text.split(";") if word)
    return {actor: Fraction(Decimal(share)) for actor, share in pairs}


def kept(text: str) -> Fraction:
    product = Fraction(1)
    for factor in text.split("*"):
        product *= Fraction(Decimal(factor))
    return product


def kg(text: str) -> Fraction:
    number, unit = text.split()
    return Fraction(Decimal(number)) * {"t/truck": 1000, "kg/truck": 1}[unit]


class Naive:
    """One scenario's rules, and the largest flow of an axis in a state."""

    def __init__(self, resolved: dict[str, Any]) -> None:
        self.axes: dict[str, dict[str, Any]] = resolved["axes"]
        self.truck = kg(resolved["truck_load"])
        self.loads = {
            name: kg(given["load"]) if "load" in given else self.truck
            for name, given in resolved.get("commodities", {}).items()
        }
        self.actors = {name: given or {} for name, given in resolved["actors"].items()}
        self.ends = {
            road: given["between"] if "between" in given else road.split("--")
            for road, given in resolved["network"]["roads"].items()
        }
        self.places: list[str] = list(resolved["network"]["places"])
        self.seen: dict[tuple[Any, ...], int] = {}

    def may_use(self, actor: str, holder: str) -> Fraction:
        if holder == actor:
            return Fraction(1)
        if holder in self.actors[actor].get("friends", ()):
            return Fraction(1)
        if actor in self.actors[holder].get("friends", ()):
            return Fraction(1)
        return Fraction(str(self.actors[actor].get("transit", {}).get(holder, 0)))

    def share(self, axis: dict[str, Any], place: str, state: Things) -> Fraction:
        sealed = state.get(("place", place, "sealed"), "").split(";")
        if axis["actor"] in sealed or "*" in sealed:
            return Fraction(0)
        source = axis["sources"].get(place)
        if isinstance(source, dict) and source.get("foreign"):
            return Fraction(1)
        ringed = state.get(("place", place, "besieged"), "").split(";")
        return sum(
            (
                part * self.may_use(axis["actor"], holder)
                for holder, part in shares(state["place", place, "holders"]).items()
                if holder not in ringed
            ),
            Fraction(0),
        )

    def capacity(self, name: str, state: Things) -> int:
        axis = self.axes[name]
        load = self.loads[axis["commodity"]] if "commodity" in axis else self.truck
        usable = {place: self.share(axis, place, state) for place in self.places}
        limits: dict[str, int | None] = {}  # None: without limit
        for place, part in usable.items():
            whole = state.get(("place", place, "capacity_kg_per_day"))
            if part == 0:
                limits[place] = 0
            elif whole is None:
                limits[place] = None
            else:
                left = kept(state.get(("place", place, "kept"), "1"))
                limits[place] = int(int(whole) * part * left * load / self.truck)
        roads: dict[tuple[str, str], int] = defaultdict(int)
        for road, (a, b) in self.ends.items():
            if state["road", road, "state"] == "open":
                whole = int(state["road", road, "capacity_kg_per_day"])
                left = kept(state.get(("road", road, "kept"), "1"))
                roads[a, b] += int(whole * min(usable[a], usable[b]) * left * load / self.truck)
        key = (name, *limits.values(), *sorted(roads.items()))
        if key not in self.seen:
            self.seen[key] = self.flow(axis, limits, roads)
        return self.seen[key]

    def flow(
        self,
        axis: dict[str, Any],
        limits: dict[str, int | None],
        roads: dict[tuple[str, str], int],
    ) -> int:
        graph = nx.DiGraph()
        for place, most in limits.items():
            # networkx takes an arc without a capacity as one without limit
            graph.add_edge(("in", place), ("out", place), **_capacity(most))
        for (a, b), most in roads.items():
            graph.add_edge(("out", a), ("in", b), capacity=most)
            graph.add_edge(("out", b), ("in", a), capacity=most)
        for place in axis["sources"]:
            graph.add_edge("sources", ("in", place))
        for place in axis["sinks"]:
            graph.add_edge(("out", place), "sinks")
        return int(nx.maximum_flow_value(graph, "sources", "sinks"))


def _capacity(most: int | None) -> dict[str, int]:
    return {} if most is None else {"capacity": most}


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_every_capacity_follows_from_control_csv(path: Path, tmp_path: Path) -> None:
    folder = api.run(api.load(path)).write(tmp_path / "run", figures=False)
    resolved = yaml.safe_load((folder / "scenario.resolved.yaml").read_text(encoding="utf-8"))
    naive = Naive(resolved)
    written: dict[str, dict[int, int]] = defaultdict(dict)
    for row in read(folder / "timeseries.csv"):
        if row["measure"] == "capacity_kg_per_day":
            written[row["subject"].removeprefix("axis:")][int(row["time_s"])] = int(row["value"])
    assert written.keys() == naive.axes.keys()

    changes: dict[int, list[dict[str, str]]] = defaultdict(list)
    for row in read(folder / "control.csv"):
        changes[int(row["time_s"])].append(row)
    assert min(changes) == 0
    state: Things = {}
    in_force: dict[str, int] = {}
    for time in sorted(changes):
        for row in changes[time]:
            state[row["kind"], row["id"], row["what"]] = row["value"]
        for axis in naive.axes:
            in_force[axis] = written[axis].get(time, in_force.get(axis, -1))
            assert naive.capacity(axis, state) == in_force[axis], (axis, time)
    # and at no other instant does a capacity change
    for axis, rows in written.items():
        assert rows.keys() <= changes.keys(), axis
