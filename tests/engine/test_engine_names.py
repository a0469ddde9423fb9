"""Names are names: who renames things, and keeps their order and their luck, changes names only.

With no range anywhere, all priorities distinct and no two things in one instant the order of names
need not be kept either. Ties that have no priority go by id still, as the docs say: ways of the
same time by road, options of the same utility, what is left over where whole persons are shared out
in equal parts, and who goes first of actors, or of men from one garrison at several places.
"""

from __future__ import annotations

import dataclasses
import random
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest

from sim.engine.simulation import run
from sim.measure.along import Along
from sim.measure.summary import Analysis
from sim.scenario.distributions import Constant, Dist, Uncertain
from sim.scenario.loader import load
from sim.scenario.model import Axis, Drawn, Event, Happening, Scenario
from sim.state.luck import Luck, luck_keys

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
T = TypeVar("T")
H = TypeVar("H", bound=Happening)

Wild = Callable[[int], Scenario]
MARK = "zz_"
"""Put before every id: the order of ids stays, and taken away again the names are as before."""


def ids_of(thing: Any) -> set[str]:
    """Every id that anything within a scenario has."""
    if isinstance(thing, Mapping):
        return set().union(*map(ids_of, thing.values()))
    if not dataclasses.is_dataclass(thing):
        return set()
    found = {thing.id} if isinstance(getattr(thing, "id", None), str) else set()
    return found.union(*(ids_of(getattr(thing, f.name)) for f in dataclasses.fields(thing)))


def renamed(thing: Any, names: Mapping[str, str], *, luck: bool) -> Any:
    """The same with a new name wherever an id stands, and the old one as key of luck.

    What a scenario has in the order of ids is in that of the new ones.
    """
    if isinstance(thing, str):
        return names.get(thing, thing)
    if isinstance(thing, Mapping):
        new = {renamed(k, names, luck=luck): renamed(v, names, luck=luck) for k, v in thing.items()}
        return dict(sorted(new.items()))
    if isinstance(thing, tuple) and hasattr(thing, "_fields"):
        return thing
    if isinstance(thing, tuple | frozenset):
        return type(thing)(renamed(part, names, luck=luck) for part in thing)
    if not dataclasses.is_dataclass(thing) or isinstance(thing, type):
        return thing
    fields = [f.name for f in dataclasses.fields(thing) if f.init and f.name != "resolved"]
    new = {name: renamed(getattr(thing, name), names, luck=luck) for name in fields}
    if isinstance(thing, Event):
        new |= {"places": tuple(sorted(new["places"])), "roads": tuple(sorted(new["roads"]))}
    if luck and isinstance(thing, Drawn):
        new["luck"] = thing.id
    return type(thing)(**new)


@pytest.mark.parametrize("seed", range(20))
def test_renamed_things_do_the_same(wild_war: Wild, seed: int) -> None:
    war = wild_war(seed)
    ids = {id_: MARK + id_ for id_ in ids_of(war) - {war.id}}
    record = run(war)
    again = run(renamed(war, ids, luck=True))
    assert repr(again).replace(MARK, "") == repr(record)
    # without their luck the draws are others
    assert luck_keys(war) == {}
    if record.drawn:
        other = run(renamed(war, ids, luck=False)).drawn
        assert list(other.values()) != list(record.drawn.values())


def test_a_stated_key_takes_the_place_of_an_id_wherever_it_stands() -> None:
    keys = {("axis", "line"): "L", ("place", "axis"): "P", ("road", "axis"): "R"}
    luck, plain = Luck(7, 3, keys), Luck(7, 3)
    for key, stated in {
        "axis:line:sink:axis:demand": "axis:L:sink:P:demand",
        "convoy:line:axis:12:road:axis": "convoy:L:P:12:road:R",
        "battle:00001:axis:2:5": "battle:00001:P:2:5",
        "operation:line:ring:axis": "operation:line:ring:P",
        "axis:other:loss": "axis:other:loss",
    }.items():
        assert luck.uniform(key) == plain.uniform(stated), key


def test_things_of_one_key_have_the_same_luck(make: Callable[..., Scenario]) -> None:
    two = {name: {"kind": "close", "roads": "a-b", "at": 5, "chance": 0.5} for name in "xy"}
    scenario = make("a-b:1", events=two)
    events = {e: dataclasses.replace(v, luck="rain") for e, v in scenario.events.items()}
    for seed in range(40):
        record = run(dataclasses.replace(scenario, events=events), seed=seed)
        assert len([e for e in record.events if e.kind == "close"]) in (0, 2)


# --- names in another order ------------------------------------------------------------------


def certain(thing: T) -> T:
    """The same with the median in place of every range."""
    new: Any = thing
    if isinstance(thing, Uncertain):
        new = Constant(thing.nominal)
    elif isinstance(thing, Mapping):
        new = {key: certain(value) for key, value in thing.items()}
    elif isinstance(thing, tuple) and not hasattr(thing, "_fields"):
        new = tuple(map(certain, thing))
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        fields = [f.name for f in dataclasses.fields(thing) if f.init and f.name != "resolved"]
        new = type(thing)(**{name: certain(getattr(thing, name)) for name in fields})
    made: T = new
    return made


class Apart:
    """Makes what is random, equal or in one instant certain, different and apart."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._numbers = count(1)

    def scenario(self, of: Scenario) -> Scenario:
        """A scenario in which no order of ids is needed, but for ties without a priority."""
        s = certain(of)
        roads = {
            k: replace(r, km=r.km * self.rng.uniform(1, 1.02)) for k, r in s.network.roads.items()
        }
        return replace(
            s,
            network=replace(s.network, roads=roads),
            events={k: self.event(e) for k, e in s.events.items()},
            decisions={k: self.happening(d) for k, d in s.decisions.items()},
            operations=self.ranked({k: self.happening(o) for k, o in s.operations.items()}),
            axes=self.ranked({k: self.axis(a) for k, a in s.axes.items()}),
            garrisons=self.ranked({
                k: replace(g, strength=self.more(g.strength)) for k, g in s.garrisons.items()
            }),
            exits={k: replace(e, seconds=self.later(e.seconds)) for k, e in s.exits.items()},
            fighting=s.fighting and replace(s.fighting, unit=None),
        )  # fmt: skip

    def ranked(self, things: Mapping[str, Any]) -> dict[str, Any]:
        """Each with a priority of its own."""
        ranks = self.rng.sample(range(2, 1000), len(things))
        return {
            k: replace(v, priority=rank) for (k, v), rank in zip(things.items(), ranks, strict=True)
        }

    def later(self, dist: Dist | None) -> Dist:
        """Some seconds more, never the same."""
        seconds = 7 * next(self._numbers) + self.rng.randrange(3)
        return Constant((0.0 if dist is None else dist.nominal) + seconds)

    def more(self, dist: Dist) -> Dist:
        """A little more of what there is any of."""
        return Constant(dist.nominal and dist.nominal + self.rng.randrange(60))

    def happening(self, of: H) -> H:
        """It happens or does not, at an instant of its own."""
        chance = float(of.chance >= 0.5)
        if of.at is not None:
            return replace(of, chance=chance, at=self.later(of.at))
        return replace(of, chance=chance, delay=self.later(of.delay))

    def event(self, of: Event) -> Event:
        """It ends at an instant of its own, too."""
        found = self.happening(of)
        return found if of.lasts is None else replace(found, lasts=self.later(of.lasts))

    def axis(self, of: Axis) -> Axis:
        """Its convoys are all lost with a road, or none is."""
        sinks = {k: replace(s, demand=self.more(s.demand)) for k, s in of.sinks.items()}
        rule = replace(of.convoy, loss=Constant(float(of.convoy.loss.nominal >= 0.5)))
        return replace(of, sources=self.ranked(of.sources), sinks=sinks, convoy=rule)


def told(thing: Any, back: Callable[[str], str]) -> Any:
    """What a record says as plain data, with the old names, whatever the order of ids."""
    if isinstance(thing, str):
        return sorted(re.split(r"[;*, ]+", back(thing)))
    if isinstance(thing, Mapping):
        return sorted(([told(k, back), told(v, back)] for k, v in thing.items()), key=repr)
    if isinstance(thing, list):
        return sorted((told(part, back) for part in thing), key=repr)
    if isinstance(thing, tuple):
        parts = [told(part, back) for part in thing]
        return parts if hasattr(thing, "_fields") else sorted(parts, key=repr)
    if dataclasses.is_dataclass(thing):
        return [told(getattr(thing, f.name), back) for f in dataclasses.fields(thing)]
    return thing


def names_only(scenario: Scenario, seed: int) -> None:
    """Another name for everything, in another order, changes nothing else."""
    ids = sorted(ids_of(scenario) - {scenario.id})
    numbers = random.Random(seed).sample(range(10_000), len(ids))
    names = {id_: f"zz{n:04d}zz" for id_, n in zip(ids, numbers, strict=True)}
    olds = {new: old for old, new in names.items()}

    def back(text: str) -> str:
        return re.sub(r"zz\d{4}zz", lambda found: olds[found[0]], text)

    other = renamed(scenario, names, luck=False)
    one, two = run(scenario, nominal=True), run(other, nominal=True)
    for part in dataclasses.fields(one):
        if part.name != "solves":  # how often a solver was asked may hang on the order
            found, expected = (
                told(getattr(two, part.name), back),
                told(getattr(one, part.name), str),
            )
            assert found == expected, part.name
    measures = [Analysis(s, r, Along.of(s, r)).measures for s, r in ((other, two), (scenario, one))]
    assert told(measures[0], back) == told(measures[1], str)


FAST, ALL = 20, 300


@pytest.mark.parametrize("seed", range(FAST))
def test_any_renaming_of_a_war_without_ties_changes_names_only(wild_war: Wild, seed: int) -> None:
    names_only(Apart(seed).scenario(wild_war(seed)), seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FAST, ALL))
def test_any_renaming_of_hundreds_of_wars_changes_names_only(wild_war: Wild, seed: int) -> None:
    names_only(Apart(seed).scenario(wild_war(seed)), seed)


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(file, id=file.stem, marks=[pytest.mark.slow] if n % 8 else [])
        for n, file in enumerate(SHIPPED)
    ],
)
def test_any_renaming_of_a_shipped_scenario_changes_names_only(file: Path) -> None:
    names_only(Apart(1).scenario(load(file)), 1)
