"""Names are names: who renames things, and keeps their order and their luck, changes names only."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.scenario.model import Drawn, Scenario
from sim.state.luck import Luck, luck_keys

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


def renamed(thing: Any, ids: set[str], *, luck: bool) -> Any:
    """The same with another name wherever an id stands, and the old one as key of luck."""
    if isinstance(thing, str):
        return MARK + thing if thing in ids else thing
    if isinstance(thing, Mapping):
        return {renamed(k, ids, luck=luck): renamed(v, ids, luck=luck) for k, v in thing.items()}
    if isinstance(thing, tuple | frozenset):
        return type(thing)(renamed(part, ids, luck=luck) for part in thing)
    if not dataclasses.is_dataclass(thing) or isinstance(thing, type):
        return thing
    fields = [f.name for f in dataclasses.fields(thing) if f.init]
    new = {name: renamed(getattr(thing, name), ids, luck=luck) for name in fields}
    if luck and isinstance(thing, Drawn):
        new["luck"] = thing.id
    return type(thing)(**new)


@pytest.mark.parametrize("seed", range(20))
def test_renamed_things_do_the_same(wild_war: Wild, seed: int) -> None:
    war = wild_war(seed)
    ids = ids_of(war) - {war.id}
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
