"""Plans that prove themselves those of other capacities, against plans made anew."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import UNLIMITED, FastestWays, Flow, FlowProblem, Graph
from sim.network.graph import passable

PROPERTY = settings(max_examples=400, deadline=None)

# s joins t by s-u-t (60 + 60 s) and by s-v-t (90 + 90 s), u joins w (10 s), which joins t.
# Places s 0, t 1, u 2, v 3, w 4; roads in order of id: su, sv, ut, uw, vt, wt.
PLACES = "stuvw"


def problem(wt: int = 50) -> FlowProblem:
    seconds = {"su": 60, "sv": 90, "ut": 60, "uw": 10, "vt": 90, "wt": wt}
    graph = Graph.build(PLACES, [(r, r[0], r[1], s, 1) for r, s in seconds.items()])
    return FlowProblem(graph, [0], [1])


def limits(of: FlowProblem, asked: int, shut: str = "", supply: int = UNLIMITED, **kg: int) -> Any:
    """Every road takes 5 kg/day each way, or what is stated; places in ``shut`` are closed."""
    road = np.array([[kg.get(r, 5)] * 2 for r in of.graph.roads])
    place = np.array([0 if p in shut else UNLIMITED for p in PLACES])
    road = np.where(passable(of.graph, road > 0, place > 0), road, 0)
    return of.limits(road, place, supply, asked)


def plan(of: FlowProblem, within: Any) -> Flow:
    m, n = len(of.graph.roads), len(of.graph.places)
    road, place, supply, demand = np.split(within, np.cumsum([2 * m, n, len(of.sources)]))
    return of.plan(road.reshape(m, 2), place, supply, demand)


def stands(before: Any, now: Any, of: FlowProblem | None = None) -> bool:
    of = of or problem()
    found = of.still_plan(plan(of, before), before, now)
    assert found is None or same(found, plan(of, now))
    return found is not None


def same(one: Flow, other: Flow) -> bool:
    return bool(one.value == other.value and (one.amounts == other.amounts).all())


def test_a_plan_stands_where_what_it_does_not_use_closes() -> None:
    of = problem()
    whole = limits(of, 3)
    assert stands(whole, limits(of, 3, sv=0))
    assert stands(whole, limits(of, 3, shut="v"))
    assert stands(whole, limits(of, 3, su=3))
    assert not stands(whole, limits(of, 3, su=2))
    assert not stands(whole, limits(of, 3, su=0))


def test_a_plan_stands_where_only_a_longer_way_opens() -> None:
    of = problem()
    whole = limits(of, 3)
    assert stands(limits(of, 3, sv=0), whole)
    assert stands(limits(of, 3, shut="v"), whole)
    assert not stands(limits(of, 3, su=0), whole)
    assert not stands(limits(of, 3, shut="u"), whole)


@pytest.mark.parametrize(("wt", "road", "place"), [(53, 1, 1), (52, 1, 0), (51, 1, 0), (50, 0, 0)])
def test_what_opens_must_take_longer_than_the_plan(wt: int, road: int, place: int) -> None:
    # s-u-t takes 120 s, s-u-w-t takes 70 s and wt. A second for each thing that opens proves it:
    # for the road wt one, for the place w three, its two roads and itself. At 50 s they are equal
    # and ut, the first road, goes first; but prices tell no ties apart.
    of = problem(wt)
    assert stands(limits(of, 3, wt=0), limits(of, 3), of) == road
    assert stands(limits(of, 3, shut="w"), limits(of, 3), of) == place


def test_what_is_short_stands_only_where_no_more_can_come() -> None:
    # Of 20 that are asked 5 go by u and 5 by v; w adds nothing, for su is full.
    of = problem(70)
    assert stands(limits(of, 20, shut="w"), limits(of, 20), of)
    assert not stands(limits(of, 20, shut="w"), limits(of, 20, su=9), of)
    assert not stands(limits(of, 10, shut="w"), limits(of, 11, su=9), of)
    # A road that was full and is wider: it could take more from another, and no price rules it out.
    assert not stands(limits(of, 20, shut="w"), limits(of, 20, ut=9, shut="w"), of)


def test_a_source_that_opens_is_looked_at_anew() -> None:
    graph = Graph.build("abc", [("ab", "a", "b", 60, 1), ("bc", "b", "c", 60, 1)])
    of = FlowProblem(graph, [0, 1], [2])
    road = np.array([[5, 5], [5, 5]])
    shut, free = (of.limits(road, UNLIMITED, np.array([9, kg]), 3) for kg in (0, 9))
    assert not stands(shut, free, of)  # from a as before, by the order of sources: not proven


def test_a_flow_that_is_no_plan_never_stands() -> None:
    of = problem()
    whole = limits(of, 3)
    flow = of.max_flow(np.full((6, 2), 5), None, None, 3)
    assert flow.prices is None
    assert of.still_plan(flow, whole, whole) is None


def test_a_largest_flow_is_one_still_where_it_fits_and_its_cut_holds_no_more() -> None:
    # s - a - b - t carries 3, by the cut at ab; c lies behind the cut, on a road that may be shut.
    rows = [("sa", "s", "a"), ("ab", "a", "b"), ("bt", "b", "t"), ("bc", "b", "c")]
    graph = Graph.build("abcst", [(road, *ends, 60, 1) for road, *ends in rows])
    of = FlowProblem(graph, [3], [4])

    def at(shut: str = "", **kg: int) -> tuple[Any, Any]:
        each = {"sa": 7, "ab": 3, "bt": 5, "bc": 4} | kg
        place = np.array([0 if p in shut else UNLIMITED for p in graph.places])
        road = np.array([[each[r]] * 2 for r in graph.roads])
        return np.where(passable(graph, road > 0, place > 0), road, 0), place

    found = of.max_flow(*at(shut="c"))
    assert found.value == 3
    assert all(
        of.still(found, of.limits(*at(**now))) for now in ({}, {"sa": 3}, {"bt": 9}, {"bc": 0})
    )
    # what it needs is narrower, its cut wider
    changes = ({"sa": 2}, {"bt": 2}, {"ab": 2}, {"ab": 4}, {"shut": "b"})
    assert not any(of.still(found, of.limits(*at(**now))) for now in changes)


@PROPERTY
@given(data=st.data())
def test_a_flow_that_is_largest_still_is_as_large_as_one_found_anew(
    data: st.DataObject, cases: Any
) -> None:
    case = data.draw(cases())
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    of = case.problem()
    flow = of.max_flow(case.roads, case.places)
    assert flow.unlimited or of.still(flow, of.limits(case.roads, case.places))
    for _ in range(4):
        road, place = (np.where(rng.random(x.shape) < 0.2, 0, x) for x in (case.roads, case.places))
        fresh, limits = of.max_flow(road, place), of.limits(road, place)
        if of.still(flow, limits):
            assert flow.value == fresh.value
        assert fresh.unlimited or of.still(fresh, limits)
        flow = fresh


@PROPERTY
@given(data=st.data())
def test_a_plan_that_stands_is_the_one_made_anew(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases())
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    of = case.problem()
    m, n = case.roads.shape[0], len(case.places)

    def change(some: Any, most: Any) -> Any:
        """One in six as it could be at most, one in six 0, the others as they were."""
        luck = rng.random(some.shape)
        return np.where(luck < 1 / 6, most, np.where(luck < 1 / 3, 0, some))

    def state(road: Any, place: Any) -> Any:
        shut = ~passable(case.graph, road > 0, place > 0)
        return of.limits(np.where(shut, 0, road), place, case.supply, np.minimum(case.demand, 9))

    road, place = change(case.roads, case.roads), change(case.places, case.places)
    before, flows = state(road, place), []
    flows.append(plan(of, before))
    ways = FastestWays(of, before[: 2 * m].reshape(m, 2), before[2 * m : 2 * m + n], case.supply)
    demand = np.minimum(case.demand, 9)
    fast = ways.plan(before[: 2 * m].reshape(m, 2), before[2 * m : 2 * m + n], demand)
    flows += [] if fast is None else [fast]
    for _ in range(4):
        road, place = change(road, case.roads), change(place, case.places)
        now = state(road, place)
        fresh = plan(of, now)
        again = [of.still_plan(flow, before, now) for flow in flows]
        anew = [of.plan_again(flow, before, now) for flow in flows]
        flows = [flow for flow in again if flow is not None] or [fresh]
        assert all(same(flow, fresh) for flow in flows)
        assert [flow is None for flow in anew] == [flow is None for flow in again]
        for flow in anew:  # with the cut of now, too
            assert flow is None or (same(flow, fresh) and flow.cut.members == fresh.cut.members)
        before = now
    assert plan(of, before).unlimited or of.still_plan(plan(of, before), before, before)
