"""The headline measures, against runs worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from sim.engine.simulation import run
from sim.many.inputs import fixed
from sim.measure.ground import pockets_of
from sim.measure.steps import Steps, series_by_key
from sim.measure.summary import Analysis
from sim.scenario.distributions import Constant, Product, Uniform
from sim.scenario.model import DAY, Scenario
from sim.state.record import SeriesRow

Make = Callable[..., Scenario]


def analyse(scenario: Scenario) -> Analysis:
    return Analysis(scenario, run(scenario))


def value(analysis: Analysis, path: str) -> Any:
    return analysis.measures[path].value


def shut(at: float) -> dict[str, Any]:
    return {"kind": "close", "roads": "s-t", "at": at}


def opened(at: float) -> dict[str, Any]:
    return {"kind": "open", "roads": "s-t", "at": at}


AXES = {"line": {"sources": "s", "sinks": {"t": {"demand": 400, "stock": 4_000}}}}


def line(make: Make, *events: dict[str, Any], roads: str = "s-t:1", **more: Any) -> Analysis:
    named = {f"e{i}": event for i, event in enumerate(events)}
    return analyse(make(roads, **{"axes": AXES, "events": named, **more}))


@pytest.mark.parametrize(
    ("events", "first", "lasting", "cut"),
    [
        ([], None, None, 0),
        ([shut(2 * DAY)], 2, 2, 8),
        ([shut(2 * DAY), opened(3 * DAY)], 2, None, 1),
        ([shut(2 * DAY), opened(3 * DAY), shut(7 * DAY)], 2, 7, 4),
        # cut at the last instant: the period has it
        ([shut(10 * DAY)], 10, 10, 0),
        # open again at the last instant: it does not last
        ([shut(2 * DAY), opened(10 * DAY)], 2, None, 8),
        ([shut(0)], 0, 0, 10),
    ],
)
def test_first_and_lasting_cut(
    make: Make, events: list[dict[str, Any]], first: Any, lasting: Any, cut: float
) -> None:
    found = line(make, *events)
    assert value(found, "axes.line.time_of_first_cut") == first
    assert value(found, "axes.line.time_of_lasting_cut") == lasting
    assert value(found, "axes.line.days_cut") == cut


def test_a_road_that_was_closed_from_the_start(make: Make) -> None:
    found = line(make, roads="s-t:1!")
    assert value(found, "axes.line.time_of_first_cut") == 0
    assert value(found, "axes.line.slack_start") == 0
    assert value(found, "axes.line.fastest_hours_start") is None
    last = found.views["line"][-1]
    assert (last.cut.never_open, last.cut.names, last.routes) == (True, (), ())


def test_capacity_over_time_and_slack(make: Make) -> None:
    half = {"kind": "damage", "roads": "s-t", "loss": 0.5, "at": 5 * DAY}
    found = line(make, half)
    # 1,000 kg/day for five days, 500 for five; 400 are needed
    assert [value(found, f"axes.line.capacity_{w}") for w in ("start", "end", "mean", "least")] == [
        1.0, 0.5, 0.75, 0.5,
    ]  # fmt: skip
    assert value(found, "axes.line.slack_start") == 2.5
    assert value(found, "axes.line.slack_end") == 1.25
    assert value(found, "axes.line.deliverable_end") == 0.4
    assert value(found, "events.e0.capacity_change.line") == -0.5
    assert [view.time for view in found.views["line"]] == [0, 5 * DAY, 10 * DAY]


def test_nobody_eats_no_slack(make: Make) -> None:
    found = line(make, axes={"line": {"sources": "s", "sinks": {"t": {}}}})
    assert value(found, "axes.line.slack_start") is None
    assert value(found, "axes.line.sinks.t.days_of_supply_end") is None


def test_routes_and_the_fewest_places(make: Make) -> None:
    found = line(make, {"kind": "capture", "places": "m", "by": "blue", "at": DAY},
                 roads="s-m:3 m-t:4 s-n:5 n-t:6 s-m#x:9")  # fmt: skip
    # s-m-t 7 km at 3.6 km/h; s-n-t 11 km
    assert value(found, "axes.line.fastest_km_start") == 7.0
    assert value(found, "axes.line.fastest_hours_start") == round(7 / 3.6, 2)
    assert value(found, "axes.line.fastest_km_end") == 11.0
    assert (value(found, "axes.line.routes_by_roads_start"),
            value(found, "axes.line.routes_by_places_start"),
            value(found, "axes.line.fewest_places_cut_start")) == (2, 2, 2)  # fmt: skip
    assert value(found, "axes.line.fewest_places_cut_end") == 1
    assert found.views["line"][0].fewest_places == ("m", "n")


def test_links_ground_and_pockets(make: Make) -> None:
    places = {"f": {"country": "FR"}, "g": {"country": "FR"}, "h": {}}
    held = {
        "f": "grey", "g": "grey", "h": "grey", "a": {"red": 600_000, "blue": 400_000}, "z": "blue",
    }  # fmt: skip
    axes = {
        "line": {"sources": "f g h", "sinks": {"b": {}}, "foreign": "f g h"},
        "theirs": {"sources": "z", "sinks": {"a": {}}, "actor": "blue"},
    }
    events = {"cut": {"kind": "close", "roads": "f-a", "at": DAY}}
    found = analyse(
        make("f-a:1 g-b:1 h-f:1 a-b:10 b-z:2", places=places, held=held, axes=axes, events=events,
             actors={"grey": {}}, garrisons={"men": {"place": "b", "strength": 5}})
    )  # fmt: skip
    # f leads to a, g to b; h only over f, which is no way of its own
    assert value(found, "links.red.FR_start") == 2
    assert value(found, "links.red.FR_end") == 1
    assert value(found, "links.red.abroad_start") == 0
    assert "links.blue.FR_start" not in found.measures
    # 0.6 of a and b; of the 10 km between them 0.6, and nothing of roads that end elsewhere
    assert value(found, "actors.red.places_start") == 1.6
    assert value(found, "actors.red.road_km_start") == 6.0
    assert value(found, "actors.blue.places_start") == 1.4
    assert value(found, "actors.blue.road_km_start") == 0.0
    assert value(found, "actors.blue.pockets_start") == 1
    assert value(found, "actors.red.pockets_end") == 0
    assert "actors.grey.pockets_start" not in found.measures
    assert pockets_of(found.scenario, found.start, "red") == []
    assert pockets_of(found.scenario, found.start, "blue") == [("a",)]


def test_persons_in_pockets(make: Make) -> None:
    found = line(make, {"kind": "close", "roads": "s-t", "at": DAY},
                 garrisons={"men": {"place": "t", "strength": 5}})  # fmt: skip
    assert value(found, "actors.red.pockets_start") == 0
    assert value(found, "actors.red.pockets_end") == 1
    assert value(found, "actors.red.persons_in_pockets_end") == 5


def test_who_is_in_a_pocket_is_not_0_where_nobody_is_said_to_be(make: Make) -> None:
    # the arm s-t is cut; red's men are stated elsewhere, and in t and a sink of it there is stock
    found = line(make, {"kind": "close", "roads": "s-t", "at": DAY},
                 garrisons={"men": {"place": "s", "strength": 5}})  # fmt: skip
    assert value(found, "actors.red.persons_in_pockets_end") is None
    (pocket,) = found.document["pockets"]
    assert (pocket["places"], pocket["persons"]) == (["t"], None)
    assert pocket["stock_t"] is not None
    # a garrison that is stated and gone is none
    found = line(make, {"kind": "close", "roads": "s-t", "at": DAY},
                 garrisons={"men": {"place": "t", "strength": 0}})  # fmt: skip
    assert value(found, "actors.red.persons_in_pockets_end") == 0


def test_convoys_and_sinks(make: Make) -> None:
    # 400 kg/day and convoys of 100 kg: one each 21,600 s, from 21,600 s on, there 1,000 s later;
    # the way closes at 2 days, before the 8th leaves (closures go before dispatch): 7 in all
    found = line(make, shut(2 * DAY), axes={
        "line": {"sources": "s", "sinks": {"t": {"demand": 400, "stock": 1_000}}}})  # fmt: skip
    assert value(found, "axes.line.convoys_sent") == 7
    assert value(found, "axes.line.convoys_arrived") == 7
    assert (value(found, "axes.line.sent"), value(found, "axes.line.delivered")) == (0.7, 0.7)
    assert value(found, "axes.line.sinks.t.delivered") == 0.7
    # 1,700 kg in all last 4.25 days; 5.75 of 10 are left
    assert value(found, "axes.line.sinks.t.time_of_exhaustion") == 4.25
    assert value(found, "axes.line.sinks.t.days_without") == 5.75
    assert value(found, "axes.line.sinks.t.stock_start") == 1.0
    assert value(found, "axes.line.sinks.t.stock_end") == 0
    assert value(found, "axes.line.sinks.t.days_of_supply_end") == 0


def test_regrouping(make: Make) -> None:
    # 40 displaced, 10 lost; x an hour away, y two, 3 to 1 ... of 30: 22.5 and 7.5, ties by id
    found = analyse(
        make("g-x:3.6 g-y:7.2", garrisons={"m": {"place": "g", "strength": 40, "loss": 0.25}},
             events={"e": {"kind": "capture", "places": "g", "by": "blue", "at": DAY}},
             regroup={"red": {"hours": -math.log(3)}, "blue": {}},
             exits={"sea": {"places": "x", "value": -99, "seconds": 99 * DAY}})
    )  # fmt: skip
    assert value(found, "regroup.red.displaced") == 40
    assert value(found, "regroup.red.to.lost.share") == 0.25
    assert value(found, "regroup.red.to.x.persons") == 23
    assert value(found, "regroup.red.to.y.persons") == 7
    assert value(found, "regroup.red.to.y.lag") == round(2 / 24, 6)
    assert value(found, "regroup.red.to.sea.persons") == 0
    assert value(found, "regroup.red.to.sea.lag") is None
    assert value(found, "regroup.blue.displaced") == 0


def test_the_lag_is_that_of_those_who_are_there(make: Make) -> None:
    # two hours to y, which those of day 1 have behind them at the end and those of day 5 have not
    found = analyse(
        make("g-y:7.2 f-y:7.2",
             garrisons={"m": {"place": "g", "strength": 30}, "n": {"place": "f", "strength": 90}},
             events={"e": {"kind": "capture", "places": "g", "by": "blue", "at": DAY},
                     "f": {"kind": "capture", "places": "f", "by": "blue", "at": 5 * DAY - 60}},
             regroup={"red": {}}, length=5 * DAY)
    )  # fmt: skip
    persons, lag = (value(found, f"regroup.red.to.y.{what}") for what in ("persons", "lag"))
    assert persons > 90
    assert lag == round(2 / 24, 6)


def test_who_chooses_again_is_counted_once(make: Make) -> None:
    events = {
        "e": {"kind": "capture", "places": "g", "by": "blue", "at": DAY},
        "f": {"kind": "capture", "places": "y", "by": "blue", "at": DAY + 1_500},
    }
    found = analyse(
        make("g-x:1 x-y:1", garrisons={"m": {"place": "g", "strength": 40}}, events=events,
             regroup={"red": {"value": 99, "values": {"y": 1}}})
    )  # fmt: skip
    assert value(found, "regroup.red.displaced") == 40
    assert value(found, "regroup.red.to.x.share") == 1
    assert "regroup.red.to.y.persons" not in found.measures


def test_steps() -> None:
    rows = [SeriesRow(time, "x", "y", value) for time, value in ((30, 6), (0, 2), (10, 4))]
    (steps,) = series_by_key(rows).values()
    assert [steps.at(t) for t in (-1, 0, 9, 10, 99)] == [None, 2, 2, 4, 6]
    assert steps.spans(40) == [(0, 10, 2), (10, 30, 4), (30, 40, 6)]
    # 10 s of 2, 20 s of 4, 10 s of 6: 160 / 40
    assert steps.mean(40) == 4.0
    # the last instant is a span of no length
    assert steps.spans(30)[-1] == (30, 30, 6)
    assert steps.mean(30) == pytest.approx(100 / 30)
    assert Steps([0], [5]).mean(0) == 5.0


def test_a_record_that_contradicts_itself_is_refused(make: Make) -> None:
    scenario = make("s-t:1", axes=AXES, events={"e": shut(DAY)})
    record = run(scenario)
    i = next(i for i, r in enumerate(record.noted)
             if r.time == DAY and r.measure == "capacity_kg_per_day")  # fmt: skip
    record.noted[i] = record.noted[i]._replace(value=7)
    with pytest.raises(AssertionError, match="control rows give 0 kg/day, the run wrote 7"):
        Analysis(scenario, record)


def test_what_was_needed_and_was_not_there(make: Make) -> None:
    # no road: at 400 kg/day t eats its 1,000 kg in 2.5 days and wants for 7.5 of 10; at
    # 100 kg/day u eats its 200 kg in 2 and wants for 8. 4,000 + 1,000 kg are needed, of which
    # 3,000 + 800 are not there, and somebody wants from day 2 on
    sinks = {"t": {"demand": 400, "stock": 1_000}, "u": {"demand": 100, "stock": 200}}
    found = line(make, roads="s-t:1! t-u:1", axes={"line": {"sources": "s", "sinks": sinks}})
    names = ("needed", "unmet", "unmet_share")
    assert [value(found, f"axes.line.sinks.t.{n}") for n in names] == [4.0, 3.0, 0.75]
    assert [value(found, f"axes.line.sinks.u.{n}") for n in names] == [1.0, 0.8, 0.8]
    assert [value(found, f"axes.line.{n}") for n in names] == [5.0, 3.8, 0.76]
    assert value(found, "axes.line.days_short") == 8
    assert value(found, "axes.line.sinks.t.days_without") == 7.5


def test_persons_who_went_short_are_told_where_the_demand_is_by_head(make: Make) -> None:
    # 200 persons of 2 kg/day with food for 2.5 days of 10: 1,500 person-days; u states no persons
    head = Product(Constant(200.0), Constant(2.0))
    sinks = {"t": {"demand": head, "stock": 1_000}, "u": {"demand": 100}}
    found = line(make, roads="s-t:1! t-u:1", axes={"line": {"sources": "s", "sinks": sinks}})
    assert found.measures["axes.line.sinks.t.person_days_short"] == (1_500, "person-days")
    assert "axes.line.sinks.u.person_days_short" not in found.measures
    assert "axes.line.person_days_short" not in found.measures
    alone = line(make, roads="s-t:1!", axes={"line": {"sources": "s", "sinks": {"t": sinks["t"]}}})
    assert value(alone, "axes.line.person_days_short") == 1_500


def test_persons_are_drawn_with_what_they_eat(make: Make) -> None:
    head = Product(Uniform(100, 300), Uniform(1, 3))
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": head}}}}
    scenario = make("s-t:1!", axes=axes)
    record = run(scenario, replicate=7)
    # one u for both: persons (100 + 200 u) times kg (1 + 2 u), so 100 persons are one kg each
    persons, eaten = record.persons["line", "t"], record.drawn["axis:line:sink:t:demand"]
    assert eaten == pytest.approx(persons * persons / 100, rel=0.01)
    sample = fixed(scenario, {"axes.line.sinks.t.demand": 0.5})
    assert run(sample).persons == {("line", "t"): 200}


def test_a_force_eats_from_the_stock_that_days_of_supply_divide(make: Make) -> None:
    # b eats 100 kg/day, a force of 300 with 3 kg each 900 beside it: 4,000 kg last 4 days
    axes = {"line": {"sources": "s", "sinks": {"b": {"demand": 100, "stock": 5_000}}}}
    force = {"route": "b x", "axis": "line", "strength": 300, "each": 3, "carries": 0}
    found = analyse(make("s-b:1! b-x:1000", axes=axes, operations={"op": force}, length=DAY))
    assert value(found, "axes.line.sinks.b.stock_end") == 4.0
    assert value(found, "axes.line.sinks.b.days_of_supply_end") == 4.0
    assert value(found, "axes.line.sinks.b.needed") == 1.0


def test_what_binds_an_axis_over_the_whole_path(make: Make) -> None:
    # 400 kg/day are asked all along. The road carries 1,000, 200 from day 2 to 5 and again 1,000;
    # the source gives 500, so 500 / 400 is what it could do, and 200 / 400 at its worst
    events = {"kind": "damage", "roads": "s-t", "loss": 0.8, "at": 2 * DAY, "lasts": 3 * DAY}
    axes = {"line": {"sources": "s", "sinks": {"t": {"demand": 400}}, "supply": {"s": 500}}}
    found = line(make, events, axes=axes)
    binds = {by: value(found, f"axes.line.days_bound_by_{by}")
             for by in ("roads", "sources", "need")}  # fmt: skip
    assert binds == {"roads": 3, "sources": 0, "need": 7}
    slack = [value(found, f"axes.line.slack_{w}") for w in ("start", "least", "end")]
    assert slack == [1.25, 0.5, 1.25]
    assert value(found, "axes.line.capacity_least") == 0.2
    assert value(found, "axes.line.time_of_capacity_least") == 2
    assert value(found, "axes.line.days_at_capacity_least") == 3
    axes["line"]["supply"] = {"s": 300}
    found = line(make, events, axes=axes)
    # 300 of 400 come while the road is whole, 200 while it is not
    assert value(found, "axes.line.days_bound_by_sources") == 7
    assert value(found, "axes.line.days_bound_by_roads") == 3
    assert value(found, "axes.line.slack_start") == 0.75
