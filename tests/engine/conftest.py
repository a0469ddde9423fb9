"""Random scenarios with everything in them, for properties that hold in every run."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from typing import Any

import pytest

from sim.scenario.distributions import Constant, Uniform
from sim.scenario.model import DAY, PPM, Scenario

HOUR = 3600


@pytest.fixture(scope="session")
def wild(
    make: Callable[..., Scenario], some_ways: Callable[[str, int], str]
) -> Callable[[int], Scenario]:
    """``wild(seed)``: a small war with ties, coincidences and doubtful numbers.

    Where the seed is odd some roads are one-way or carry less one way than the other.
    """

    def scenario(seed: int) -> Scenario:
        rng = random.Random(seed)
        names = list("abcdefgh")
        pairs = [(names[rng.randrange(i)], names[i]) for i in range(1, len(names))]
        pairs += [tuple(sorted(rng.sample(names, 2))) for _ in range(6)]
        pairs = sorted(set(pairs))
        road_ids = [f"{a}-{b}" for a, b in pairs]
        roads = " ".join(
            f"{r}:{rng.choice([2, 5, 9])}/{rng.choice([200, 700, 700])}"
            + rng.choice(["", "", "", "", "", "!"])
            for r in road_ids
        )
        if seed % 2:
            roads = some_ways(roads, seed)
        held: dict[str, Any] = {
            p: rng.choice(
                ["red"] * 7 + ["blue", "blue", "green", {"red": 600_000, "blue": 400_000}, None]
            )
            for p in names
        }

        def event(i: int) -> dict[str, Any]:
            kind = rng.choice(
                ["capture", "capture", "besiege", "relieve", "close", "open", "damage", "seal",
                 "unseal", "raid", "raid"]
            )  # fmt: skip
            found: dict[str, Any] = {"kind": kind}
            who = rng.choice(["red", "blue", "green"])
            where = " ".join(rng.sample(names, rng.choice([1, 1, 2])))
            which = " ".join(rng.sample(road_ids, rng.choice([1, 2])))
            if kind in ("close", "open"):
                found["roads"] = which
            elif kind == "damage":
                found |= {rng.choice(["places", "roads"]): ""} | {"roads": which}
                found |= {"loss": Uniform(0.2, 1), "lasts": rng.choice([None, 9 * HOUR])}
            elif kind == "raid":
                found |= {rng.choice(["places"] * 3 + ["roads"]): where}
                if "roads" in found:
                    found["roads"] = which
                found |= {"by": who, "lasts": rng.choice([HOUR, Uniform(HOUR, 30 * HOUR)])}
            else:
                found["places"] = where
            if kind == "capture":
                if rng.random() < 0.3:
                    found["shares"] = {"red": PPM // 2, "blue": PPM // 4}
                else:
                    found["by"] = who
            elif kind == "besiege":
                found |= rng.choice([{"by": who}, {"by": who, "against": "red green"}])
            elif kind in ("seal", "unseal"):
                found["against"] = rng.choice(["", "red", "blue red"])
            if i and rng.random() < 0.3:
                found["when"] = rng.choice(
                    [
                        ("event", f"e{rng.randrange(i)}"),
                        ("falls", rng.choice(names)),
                        ("all", ("axis_cut", "line"), ("any", ("stock_out", "line"))),
                        ("any", ("besieged", rng.choice(names)), ("axis_open", "other")),
                    ]
                )
                found["delay"] = rng.choice([None, 0, 5 * HOUR, Uniform(0, 20 * HOUR)])
            else:
                # few instants, so that events coincide with each other and with arrivals
                found["at"] = rng.choice([0, 10, 10, 20, 33, 50, 70, 100]) * 1000
            found["chance"] = rng.choice([1, 1, 1, 0.5])
            return found

        ends = rng.sample(names, 6)
        size = rng.choice([10, Uniform(5, 30)])

        def sink() -> dict[str, Any]:
            return {
                "demand": rng.choice([0, 200, Uniform(100, 900)]),
                "stock": rng.choice([0, 300, 800]),
                "target": rng.choice([None, 600, 2000]),
                "refill": rng.choice([0, 300]),
            }

        return make(
            roads,
            places={p: {"billets": rng.choice([None, 0, 40, 400])} for p in names}
            | {"a": {"capacity": 500}, "h": {"billets": 25}},
            held=held,
            besieged={p: "red" for p in names if held[p] == "red" and rng.random() < 0.15},
            sealed={rng.choice(names): rng.choice(["*", "red", "blue"])},
            actors={
                "red": {"transit": {"blue": rng.choice([0, 0, PPM // 3])}},
                "green": {"friends": rng.choice(["", "red"])},
            },
            commodities={"goods": 10, "fuel": 7},
            axes={
                "line": {
                    "sources": ends[:2], "sinks": {ends[2]: sink(), ends[3]: sink()},
                    "size": size, "loss": rng.choice([0, 0.5, 1]), "foreign": ends[0],
                    "supply": {ends[1]: 400},
                },
                "fuel": {
                    "sources": ends[1], "sinks": {ends[4]: sink()}, "size": 9, "loss": 0.5,
                    "commodity": "fuel", "priority": rng.choice([0, 1, 2]),
                },
                "other": {
                    "sources": ends[3], "sinks": {ends[5]: sink()}, "actor": "blue", "size": 8,
                },
            },
            events={f"e{i}": event(i) for i in range(14)},
            garrisons={
                f"g{i}": {
                    "actor": rng.choice(["red", "red", "red", "blue", "green"]),
                    "place": rng.choice(names),
                    "strength": rng.choice([0, 7, 60, Uniform(10, 500)]),
                    "loss": rng.choice([0, 0.3, 1]),
                    "ring_loss": 0.5,
                }
                for i in range(8)
            },
            exits={
                "sea": {"places": "a h", "seconds": 2000, "billets": 30},
                "hills": {"places": "c", "seconds": 0, "actor": rng.choice(["red", "blue"])},
            },
            regroup={
                "red": {
                    "hours": Uniform(-1, 0), "threat": -1, "supply": 1, "billets": 0.3,
                    "stay": rng.choice([None, 0]), "max_seconds": 9 * HOUR,
                },
                "blue": {"hours": -0.5},
            },
            length=130_000,
            sample=50_000,
        )  # fmt: skip

    return scenario


@pytest.fixture(scope="session")
def wild_war(
    make: Callable[..., Scenario], wild: Callable[[int], Scenario]
) -> Callable[[int], Scenario]:
    """``wild_war(seed)``: the same with forces that march, fight, fall back and try again."""

    def scenario(seed: int) -> Scenario:
        rng, peace = random.Random(f"war {seed}"), wild(seed)
        joined: dict[str, list[str]] = {p: [] for p in peace.network.places}
        for road in peace.network.roads.values():
            for here, there in ((road.a, road.b), (road.b, road.a)):
                joined[here] += [there] if road.leads_from(here) else []
        bases = [(a.actor, a.id, s) for a in peace.axes.values() for s in a.sinks]

        def operation(i: int) -> dict[str, Any]:
            actor, axis, base = rng.choice(bases)
            found: dict[str, Any] = {"actor": actor, "axis": axis, "each": rng.choice([0, 0.7, 3])}
            if rng.random() < 0.3:
                found = {"actor": rng.choice(["red", "blue", "green"])}
                base = rng.choice(sorted(peace.network.places))
            if not joined[base]:  # no road leads out
                base = rng.choice(sorted(p for p in joined if joined[p]))
                found.pop("axis", None)
            stops = [base]
            for _ in range(rng.choice([1, 2, 4])):
                stops += [rng.choice(joined[stops[-1]])] if joined[stops[-1]] else []
            when: dict[str, Any] = {"at": rng.choice([0, 0, 1000, 10_000, Uniform(0, 60_000)])}
            if rng.random() < 0.2:
                when = {"at": None, "when": rng.choice([("axis_cut", "line"), ("falls", "c")]),
                        "delay": rng.choice([None, 5000])}  # fmt: skip
            return found | when | {
                "route": " ".join(stops),
                "strength": rng.choice([0, 1, 60, 300, Uniform(50, 900)]),
                "tempo": rng.choice([20, 60, {"road": 90}, Uniform(10, 80)]),
                "carries": rng.choice([0, 4 * HOUR, DAY]),
                "breaks": rng.choice([0, 0.3, 0.3, 1]),
                "rings": {p: rng.choice([0, HOUR, 9 * HOUR]) for p in rng.sample("abcdefgh", 3)},
                "on_stall": rng.choice(["hold", "fall_back"]),
                "on_repulse": rng.choice(["hold", "fall_back", "give_up"]),
                "retreat": rng.choice([40, 200]),
                "again": rng.choice([None, 0, 5 * HOUR]),
                "tries": rng.choice([1, 3, 10]),
                "support": {"s": (rng.choice([0.5, 3]), rng.choice([None, 20_000]), 50_000)},
                "chance": rng.choice([1, 1, 0.7]),
            }  # fmt: skip

        war = make(
            "a-b:1",
            fighting={
                "attack": rng.choice([0.5, 4, 40]), "defend": rng.choice([0.5, 4, 40]),
                "law": rng.choice(["square", "square", "linear", "mixed"]),
                "breaks": rng.choice([0.4, 1, Uniform(0.2, 0.8)]),
                "terrain": {"town": rng.choice([1, 2])},
                "bands": rng.choice([((0, 1.0),), ((7 * HOUR, 1.0), (2 * HOUR, 0.4), (0, 0.0))]),
                "unit": rng.choice([None, None, 1, 5]),
            },
            operations={f"o{i}": operation(i) for i in range(5)},
            fronts={
                "red": {"ratio": 2, "delay": rng.choice([0, 3 * HOUR]), "hold": "a",
                        "counter": rng.choice([None, 0.5, 2]), "threat": 1,
                        "reach": rng.choice([1, 9]), "sees": rng.choice([None, 4])},
                "blue": {"hours": -1, "counter": 1, "sees": rng.choice([None, 1, 12])},
            },
            decisions={
                "seat": {
                    "seat": "a", "at": None, "when": ("any", ("falls", "c"), ("axis_cut", "line")),
                    "delay": rng.choice([None, 5000]), "threat": -1, "enemies": -1, "axis": 1,
                    "options": {"stay": {}, "move": {"place": "b"},
                                "go": {"place": "d", "operation": "o0", "axis": "line"}},
                },
            },
        )  # fmt: skip
        return dataclasses.replace(
            peace,
            fighting=war.fighting,
            operations=war.operations,
            fronts=war.fronts,
            decisions=war.decisions,
            garrisons={
                k: dataclasses.replace(g, reserve=Constant(rng.choice([0, 0.4, 1])))
                for k, g in peace.garrisons.items()
            },
        )

    return scenario
