"""Gates held over time, ground gained, days held, and where all who moved went, by hand."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.measure.ground import links, links_over_time, passages
from sim.measure.summary import Analysis
from sim.scenario.loader import load
from sim.scenario.model import DAY, Scenario
from sim.state.pockets import sources_of
from sim.state.rebuild import states

Make = Callable[..., Scenario]


def border(make: Make) -> Scenario:
    """red holds two gates, g and h, before sources abroad in X; a line runs from g by m to t.

    blue takes m on day 2 (the line is cut, the gates are held), g on day 4 and h on day 6; red has
    h back on day 7, and loses it for good on day 8.
    """
    scenario = make(
        "s-g:1 u-h:1 g-m:1 h-n:1 m-t:1",
        axes={"line": {"sources": "s u", "foreign": "s u", "sinks": {"t": {"demand": 100}}}},
        held={"s": None, "u": None},
        events={
            "m": {"kind": "capture", "places": "m", "by": "blue", "at": 2 * DAY},
            "g": {"kind": "capture", "places": "g", "by": "blue", "at": 4 * DAY},
            "h": {"kind": "capture", "places": "h n", "by": "blue", "at": 6 * DAY},
            "back": {"kind": "capture", "places": "h", "by": "red", "at": 7 * DAY},
            "again": {"kind": "capture", "places": "h", "by": "blue", "at": 8 * DAY},
        },
    )
    places = {
        name: dataclasses.replace(place, country="X" if name in "su" else None)
        for name, place in scenario.network.places.items()
    }
    return dataclasses.replace(
        scenario, network=dataclasses.replace(scenario.network, places=places)
    )


def test_the_gates_are_held_while_the_line_is_cut(make: Make) -> None:
    scenario = border(make)
    record = run(scenario)
    found = links_over_time(scenario, record.control)["red", "X"]
    assert [(time / DAY, count) for time, count in found] == [
        (0, 2),
        (4, 1),
        (6, 0),
        (7, 1),
        (8, 0),
    ]
    analysis = Analysis(scenario, record)
    measures = {path: m.value for path, m in analysis.measures.items()}
    assert measures["links.red.X.time_of_loss"] == 8
    assert (measures["links.red.X_start"], measures["links.red.X_end"]) == (2, 0)
    assert measures["axes.line.time_of_lasting_cut"] == 2
    assert analysis.at("links.red.X", 5 * DAY) == 1
    # of its places g, h, m, n, t (s and u are nobody's) red has t alone at the end
    assert measures["actors.red.places_gained"] == -4
    assert measures["places.h.days_held_by.red"] == 7  # days 0 to 6, and 7 to 8
    assert measures["places.h.days_held_by.blue"] == 3  # 6 to 7, and 8 to 10


def test_links_over_time_are_those_of_each_state(
    random_scenario: Callable[[int], dict[str, Any]],
) -> None:
    changes = 0
    for seed in range(40):
        said = random_scenario(seed)
        for axis in said["axes"].values():
            axis["sources"] = {key: {"foreign": True} for key in axis["sources"]}
        scenario = load("random.yaml", text=json.dumps(said))
        record = run(scenario)
        for (actor, country), steps in links_over_time(scenario, record.control).items():
            told: list[tuple[int, int]] = []
            for time, control in states(scenario, record.control):
                _, sources = sources_of(scenario, actor)
                counts = links(scenario, passages(scenario, control).of(actor, sources))
                count = sum(counts.values()) if country == "all" else counts[country]
                if not told or told[-1][1] != count:
                    told.append((time, count))
            assert steps == told, (seed, actor)
            changes += len(told) - 1
    assert changes > 40


def test_where_all_who_moved_went(make: Make) -> None:
    # 100 of red lose x, of whom 20 do not get away; the 80 left have one place to go to, b
    record = run(
        scenario := make(
            "b-x:1 x-y:1",
            held={"y": "blue"},
            garrisons={"g": {"place": "x", "strength": 100, "loss": 0.2}},
            events={"e": {"kind": "capture", "places": "x", "by": "blue", "at": DAY}},
            regroup={"red": {}},
        )
    )
    measures = {path: m.value for path, m in Analysis(scenario, record).measures.items()}
    assert measures["moves.red.persons"] == 100
    assert measures["moves.red.to.b.share"] == pytest.approx(0.8)
    assert measures["moves.red.to.lost.share"] == pytest.approx(0.2)
