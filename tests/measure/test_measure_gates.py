"""Links abroad over time, ground gained, days held and where men went, by hand."""

from __future__ import annotations

from collections.abc import Callable

from sim.engine.simulation import run
from sim.measure.ground import links_over_time
from sim.measure.summary import Analysis
from sim.scenario.model import DAY, Scenario
from sim.state.record import Move

Make = Callable[..., Scenario]


def border(make: Make, **events: dict[str, object]) -> Scenario:
    """Two gates to one country and one to another; the axis itself runs over road x-y."""
    return make(
        "p-g:1 q-h:1 r-k:1 g-x:1 h-x:1 k-x:1 x-y:1",
        places={"p": {"country": "TR"}, "q": {"country": "TR"}, "r": {"country": "JO"}},
        held={"p": "green", "q": "green", "r": "green", "k": "blue"},
        actors={"green": {}},
        axes={"line": {"sources": "p q r", "foreign": "p q r", "sinks": {"y": {"stock": 5}}}},
        events=events,
        length=20 * DAY,
    )


def test_links_change_when_gates_change_hands(make: Make) -> None:
    scenario = border(
        make,
        one={"kind": "capture", "places": "g", "by": "blue", "at": 3 * DAY},
        both={"kind": "capture", "places": "h", "by": "blue", "at": 5 * DAY},
        back={"kind": "capture", "places": "g", "by": "red", "at": 8 * DAY},
        again={"kind": "capture", "places": "g", "by": "blue", "at": 12 * DAY},
    )
    found = run(scenario)
    # both gates to TR, one from day 3, none from day 5, one again from 8 to 12; k is blue's
    assert links_over_time(scenario, found.control) == {
        ("red", "TR"): [(0, 2), (3 * DAY, 1), (5 * DAY, 0), (8 * DAY, 1), (12 * DAY, 0)],
        ("red", "JO"): [(0, 0)],
        ("red", "all"): [(0, 2), (3 * DAY, 1), (5 * DAY, 0), (8 * DAY, 1), (12 * DAY, 0)],
    }
    analysis = Analysis(scenario, found)
    assert analysis.measures["links.red.TR.time_of_loss"] == (12.0, "day")
    assert analysis.measures["links.red.TR_start"] == (2, "links")
    assert analysis.measures["links.red.TR_end"] == (0, "links")
    # never any: lost from the start
    assert analysis.measures["links.red.JO.time_of_loss"] == (0.0, "day")
    assert [analysis.at("links.red.TR", day * DAY) for day in (2, 4, 6, 9, 13)] == [2, 1, 0, 1, 0]


def test_a_line_that_is_cut_elsewhere_loses_no_gate(make: Make) -> None:
    scenario = border(make, shut={"kind": "close", "roads": "x-y", "at": 4 * DAY})
    measures = Analysis(scenario, run(scenario)).measures
    assert measures["axes.line.time_of_lasting_cut"] == (4.0, "day")
    assert measures["links.red.TR.time_of_loss"] == (None, "day")


def test_a_gate_whose_way_abroad_is_closed_is_no_link(make: Make) -> None:
    scenario = border(
        make, shut={"kind": "close", "roads": "p-g q-h", "at": 4 * DAY}
    )  # red holds g and h all the same
    assert Analysis(scenario, run(scenario)).measures["links.red.TR.time_of_loss"].value == 4.0


def test_ground_gained_and_days_held(make: Make) -> None:
    scenario = make(
        "a-b:10 b-c:20 c-d:40",
        held={"b": "blue", "c": "blue", "d": "blue"},
        events={
            "b_falls": {"kind": "capture", "places": "b", "by": "red", "at": 2 * DAY},
            "c_falls": {"kind": "capture", "places": "c", "by": "red", "at": 3 * DAY},
            "c_back": {"kind": "capture", "places": "c", "by": "blue", "at": 7 * DAY},
        },
        length=10 * DAY,
    )
    measures = Analysis(scenario, run(scenario)).measures
    # red has a, and at the end a and b with the 10 km between; blue had 60 km and has 40
    assert measures["actors.red.road_km_gained"] == (10.0, "km")
    assert measures["actors.red.places_gained"] == (1.0, "places")
    assert measures["actors.blue.road_km_gained"] == (-20.0, "km")
    assert measures["places.c.days_held_by.red"] == (4.0, "day")  # days 3 to 7
    assert measures["places.c.days_held_by.blue"] == (6.0, "day")
    assert measures["places.b.days_held_by.red"] == (8.0, "day")


def test_where_men_went_counts_the_sent_and_the_displaced(make: Make) -> None:
    scenario = make(
        "a-b:10 b-c:10",
        exits={"south": {"places": "a"}, "north": {"places": "a"}},
        regroup={"red": {}},
        length=10 * DAY,
    )
    found = run(scenario)
    found.moves += [
        Move(DAY, "red", "b", "c", 60, 1.0, 0, "", "arrived", 2 * DAY, reserve=True),
        Move(DAY, "red", "b", "(south)", 30, 1.0, 0, "", "arrived", 2 * DAY),
        Move(DAY, "red", "b", "c", 5, 1.0, 0, "", "chose again", 2 * DAY),
        Move(2 * DAY, "red", "b", "a", 10, 1.0, 0, "", "arrived", 3 * DAY),
    ]
    measures = Analysis(scenario, found).measures
    # 60 sent, 30 + 10 displaced; the five are counted where they went in the end
    assert measures["moves.red.persons"] == (100, "persons")
    shares = {goal: measures[f"moves.red.to.{goal}.share"].value for goal in ("c", "south", "a")}
    assert shares == {"c": 0.6, "south": 0.3, "a": 0.1}
    assert measures["moves.red.to.north.share"] == (0.0, "1")  # an exit that nobody took
    assert measures["regroup.red.to.south.share"].value == 0.75  # of the displaced alone


def test_all_links_are_those_to_every_country(make: Make) -> None:
    scenario = border(
        make,
        k_taken={"kind": "capture", "places": "k", "by": "red", "at": 2 * DAY},
        gates={"kind": "capture", "places": "g h", "by": "blue", "at": 5 * DAY},
    )
    found = run(scenario)
    # 2 to TR, one to JO besides from day 2 on, which alone is left on day 5
    assert links_over_time(scenario, found.control)["red", "all"] == [
        (0, 2), (2 * DAY, 3), (5 * DAY, 1)
    ]  # fmt: skip
    measures = Analysis(scenario, found).measures
    assert measures["links.red.TR.time_of_loss"] == (5.0, "day")
    assert measures["links.red.all.time_of_loss"] == (None, "day")


def test_km_advanced_sums_the_furthest_points_of_a_side(make: Make) -> None:
    scenario = make(
        "a-b:10 b-c:20 d-e:15",
        held={"b": "", "c": "", "e": ""},
        operations={
            "far": {"route": "a b c", "tempo": 10},
            "short": {"route": "d e", "tempo": 5, "at": DAY},
            "never": {"route": "d e", "chance": 0.0},
        },
        length=2 * DAY,
    )
    measures = Analysis(scenario, run(scenario)).measures
    # 10 km/day for two days, and 5 km/day for the second of them
    assert measures["actors.red.km_advanced"] == (25.0, "km")
    assert "actors.blue.km_advanced" not in measures
