"""Holders, capacities, loads and stocks of runs, computed once more from the files of the run.

Nothing here is shared with the engine or the measures: who holds what follows from the list of what
happened, who may pass from scenario.resolved.yaml, the flow is networkx's over a graph of split
places. The runs are those of every shipped scenario and of 300 random ones, of which every other
one has roads that are one-way, carry less one way than the other, state no length, or may not be
there.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections import defaultdict
from collections.abc import Callable
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
        self.loads = {"supplies": self.truck} | {
            name: kg(given["load"]) if "load" in given else self.truck
            for name, given in resolved.get("commodities", {}).items()
        }
        self.actors = {name: given or {} for name, given in resolved["actors"].items()}
        self.ends = {
            road: given["between"] if "between" in given else road.split("--")
            for road, given in resolved["network"]["roads"].items()
        }
        self.one_way = {
            road for road, given in resolved["network"]["roads"].items() if given.get("one_way")
        }
        self.places: list[str] = list(resolved["network"]["places"])
        self.seen: dict[tuple[Any, ...], int] = {}
        self.eaten: dict[tuple[str, str], int] = {}  # kg/day by axis and sink, as drawn

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
                left = kept(state.get(("road", road, "kept"), "1"))
                left *= min(usable[a], usable[b]) * load / self.truck
                for start, end in ((a, b), (b, a)):
                    roads[start, end] += int(self.whole(road, start, state) * left)
        key = (name, *limits.values(), *sorted(roads.items()))
        if key not in self.seen:
            self.seen[key] = self.flow(axis, limits, roads)
        return self.seen[key]

    def whole(self, road: str, start: str, state: Things) -> int:
        """What a road was drawn to carry from one of its places (kg/day)."""
        there = int(state["road", road, "capacity_kg_per_day"])
        back = state.get(("road", road, "capacity_back_kg_per_day"), there)
        assert (road in self.one_way) <= (int(back) == 0), road
        return there if start == self.ends[road][0] else int(back)

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


class Held:
    """Who holds each place: a lasting holder, and a list of raids above it."""

    def __init__(self, resolved: dict[str, Any]) -> None:
        self.events = resolved.get("events") or {}
        self.raids: dict[str, list[tuple[str, str]]] = defaultdict(list)
        places = resolved["network"]["places"]
        self.named = {given.get("name", place): place for place, given in places.items()}
        self.actors = {given.get("name", a): a for a, given in resolved["actors"].items()}
        default = resolved.get("default_holder")
        self.lasting: dict[str, dict[str, Fraction]] = {
            place: {default: Fraction(1)} if default else {} for place in places
        }
        for place, given in (resolved.get("holders") or {}).items():
            self.lasting[place] = shares_of(given)

    def now(self, place: str) -> dict[str, Fraction]:
        if self.raids[place]:
            return {self.raids[place][-1][1]: Fraction(1)}
        return self.lasting[place]

    def captured(self, row: dict[str, str]) -> dict[str, Fraction]:
        """Whose a place is by a capture: of an event, or of a change that no event names."""
        if row["cause"] in self.events:
            return shares_of(self.events[row["cause"]])
        return {self.actors[row["text"].partition(" takes it from ")[0]]: Fraction(1)}

    def take(self, place: str, holders: dict[str, Fraction]) -> None:
        self.lasting[place] = holders
        self.raids[place].clear()

    def happen(self, rows: list[dict[str, str]], actors: dict[str, str]) -> None:
        """Take in what the list says of one instant: ends, then captures, then raids, by id."""
        of: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in rows:
            of[row["kind"]].append(row)
        for row in of["ends"]:
            for place in row["subject"].split(", "):
                self.raids[place] = [r for r in self.raids[place] if r[0] != row["cause"]]
        for row in sorted(of["capture"], key=lambda row: row["cause"]):
            for place in row["subject"].split(", "):
                self.take(place, self.captured(row))
        for row in of["taken"]:
            place = self.named[row["text"].rpartition(" takes ")[2]]
            self.take(place, {actors[row["cause"]]: Fraction(1)})
        for row in sorted(of["raid"], key=lambda row: row["cause"]):
            by = self.events[row["cause"]]["by"]
            for place in row["subject"].split(", "):
                if place in self.lasting and (
                    self.raids[place] or self.lasting[place] != {by: Fraction(1)}
                ):
                    self.raids[place].append((row["cause"], by))


def shares_of(given: Any) -> dict[str, Fraction]:
    """Holders by share of what a file says: an actor, ``by``, or ``shares``."""
    if isinstance(given, str):
        return {given: Fraction(1)}
    if given.get("shares"):
        return {actor: Fraction(str(share)) for actor, share in given["shares"].items()}
    return {given["by"]: Fraction(1)} if given.get("by") else {}


def holders_follow(resolved: dict[str, Any], folder: Path) -> None:
    """Who holds what at each instant, against control.csv."""
    operations = resolved.get("operations") or {}
    actors = {name: given["actor"] for name, given in operations.items()}
    told: dict[int, list[dict[str, str]]] = defaultdict(list)
    for row in read(folder / "events.csv"):
        told[int(row["time_s"])].append(row)
    written: dict[int, dict[str, dict[str, Fraction]]] = defaultdict(dict)
    for row in read(folder / "control.csv"):
        if row["what"] == "holders":
            written[int(row["time_s"])][row["id"]] = shares(row["value"])
    held, seen = Held(resolved), written.get(0, {})
    for time in sorted({0} | told.keys() | written.keys()):
        held.happen(told[time], actors)
        # who gives a place up says so a second before; to whom, the list does not say
        for row in told[time - 1]:
            place = held.named.get(row["text"].rpartition(" gives ")[2].removesuffix(" up"), "")
            if row["kind"] == "given_up" and place in written[time]:
                held.take(place, written[time][place])
        seen |= written[time]
        assert seen == {place: held.now(place) for place in held.lasting}, time


def capacities_follow(naive: Naive, folder: Path) -> None:
    """Every capacity, and that it changes at no other instant than the state does."""
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


def loads_follow(naive: Naive, folder: Path) -> None:
    """Loads of roads from the flows of all axes; none is above what state and damage leave."""
    state: Things = {}
    flows: dict[tuple[str, str, str], dict[str, Fraction]] = defaultdict(dict)
    loads: dict[tuple[str, str, str], int] = {}
    rows: dict[int, list[tuple[str, dict[str, str]]]] = defaultdict(list)
    for name in ("control", "flows", "loads"):
        for row in read(folder / f"{name}.csv"):
            rows[int(row["time_s"])].append((name, row))
    for time in sorted(rows):
        for name, row in rows[time]:
            if name == "control":
                state[row["kind"], row["id"], row["what"]] = row["value"]
            elif name == "flows":
                axis = naive.axes[row["axis"]]
                load = naive.loads[axis["commodity"]] if "commodity" in axis else naive.truck
                standard = int(row["kg_per_day"]) * naive.truck / load
                flows[row["road"], row["origin"], row["destination"]][row["axis"]] = standard
            elif row["kind"] == "road":
                key = row["id"], row["origin"], row["destination"]
                loads[key] = int(row["kg_per_day"])
        for key, by_axis in flows.items():
            road, used = key[0], sum(by_axis.values())
            assert sum(map(math.ceil, by_axis.values())) == loads.get(key, 0), (key, time)
            most = Fraction(naive.whole(road, key[1], state))
            most *= kept(state.get(("road", road, "kept"), "1"))
            assert used <= (most if state["road", road, "state"] == "open" else 0), (key, time)


def roads_follow(resolved: dict[str, Any], folder: Path) -> None:
    """Which roads are there from the seed alone, and when each is open from what happened."""
    happened: dict[int, list[dict[str, str]]] = defaultdict(list)
    for row in read(folder / "events.csv"):
        happened[int(row["time_s"])].append(row)
    seen = {(int(row["time_s"]), row["id"]): row["value"]
            for row in read(folder / "control.csv") if row["what"] == "state"}  # fmt: skip
    for road, given in resolved["network"]["roads"].items():
        key = f"{resolved['seed']}\x1f0\x1froad:{road}:exists".encode()
        number = int.from_bytes(hashlib.blake2b(key, digest_size=8).digest(), "big") >> 12
        there = (number + 0.5) / 2**52 < given.get("exists", 1)
        causes = {"start"} if given.get("closed") else set()
        state = ""
        for time in sorted({0, *happened}):
            # of one instant what ends comes first, then what opens, then what closes
            for kind in ("ends", "open", "close", "raid"):
                for row in happened[time]:
                    if row["kind"] == kind and road in row["subject"].split(", "):
                        if kind == "open":
                            causes.clear()
                        elif kind == "ends":
                            causes.discard(row["cause"])
                        else:
                            causes.add(row["cause"])
                        assert ("not there in this run" in row["text"]) <= (not there)
                        if kind == "open":
                            assert (f"no effect on {road}" in row["text"]) == (not there)
            now = ("closed" if causes else "open") if there else "absent"
            if now != state:
                assert seen.pop((time, road)) == now, (road, time)
                state = now
    assert not seen


def stocks_follow(naive: Naive, folder: Path) -> None:
    """Stocks of sinks that feed no force and never ran out: what was there and came, less eaten."""
    gone = {row["subject"] for row in read(folder / "events.csv")
            if row["kind"] in ("stock_out", "stock_lost", "hand_to_mouth")}  # fmt: skip
    series: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for row in read(folder / "timeseries.csv"):
        series[row["subject"], row["measure"]][int(row["time_s"])] = int(row["value"])
    for name, axis in naive.axes.items():
        demand = sum(naive.eaten[name, place] for place in axis["sinks"])
        if set(series[f"axis:{name}", "demand_kg_per_day"].values()) != {demand}:
            continue  # forces eat with it, or a place was lost
        for place in axis["sinks"]:
            if f"{name}/{place}" in gone:
                continue
            subject, eaten = f"sink:{name}/{place}", naive.eaten[name, place]
            stock, came = series[subject, "stock_kg"], series[subject, "delivered_kg"]
            for time, kg in stock.items():
                if time in came:
                    exact = stock[0] + came[time] - Fraction(eaten * time, 86_400)
                    assert kg == math.floor(exact), (subject, time)


def all_follows(scenario: Any, folder: Path) -> None:
    run = api.run(scenario)
    run.write(folder, figures=False)
    resolved = yaml.safe_load((folder / "scenario.resolved.yaml").read_text(encoding="utf-8"))
    naive = Naive(resolved)
    naive.eaten = {key: int(kg) for key, kg in run.record.consumption.items()}
    holders_follow(resolved, folder)
    roads_follow(resolved, folder)
    capacities_follow(naive, folder)
    loads_follow(naive, folder)
    stocks_follow(naive, folder)


SHIPPED = [
    pytest.param(path, marks=[pytest.mark.slow] if n % 6 else [], id=path.stem)
    for n, path in enumerate(SCENARIOS)
]
"""Every sixth in the fast tests."""


@pytest.mark.parametrize("path", SHIPPED)
def test_a_shipped_scenario_is_as_a_second_program_has_it(path: Path, tmp_path: Path) -> None:
    all_follows(api.load(path), tmp_path / "run")


BATCHES = [*range(3), *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 30))]


@pytest.mark.parametrize("batch", BATCHES)
def test_random_scenarios_are_as_a_second_program_has_them(
    batch: int, random_scenario: Callable[[int], dict[str, Any]], tmp_path: Path
) -> None:
    for seed in range(10 * batch, 10 * batch + 10):
        all_follows(api.load(random_scenario(seed)), tmp_path / str(seed))
