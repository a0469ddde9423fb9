"""Plans over the fastest ways against those of the solver."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.network import (
    UNLIMITED,
    CertificateError,
    FastestWays,
    Flow,
    FlowProblem,
    Graph,
    certify,
    decompose,
)

PROPERTY = settings(max_examples=400, deadline=None)

# s joins t by s-u-t (60 + 60 s) and by s-v-t (90 + 90 s).
# Roads in order of id: 0 su, 1 sv, 2 ut, 3 vt; places s 0, t 1, u 2, v 3.
DIAMOND = Graph.build(
    "stuv",
    [
        ("su", "s", "u", 60, 1),
        ("ut", "u", "t", 60, 1),
        ("sv", "s", "v", 90, 1),
        ("vt", "v", "t", 90, 1),
    ],
)
FREE = np.full(4, UNLIMITED)


def roads(*kg: int) -> Any:
    return np.repeat(np.array(kg, dtype=np.int64), 2).reshape(-1, 2)


def whole(*kg: int) -> Any:
    return np.array(kg, dtype=np.int64)


def ways(road: Any, place: Any = FREE, supply: int = UNLIMITED) -> FastestWays:
    return FastestWays(FlowProblem(DIAMOND, [0], [1]), road, place, whole(supply))


def parts(flow: Flow) -> list[list[int]]:
    """All amounts of a flow."""
    amounts = (flow.road_flow.ravel(), flow.place_flow, flow.source_flow, flow.sink_flow)
    return [part.tolist() for part in amounts]


def test_what_is_asked_goes_the_fastest_way() -> None:
    road = roads(5, 9, 5, 9)
    found = ways(road)
    plan = found.plan(road, FREE, whole(5))
    assert plan is not None
    assert plan.value == 5
    assert plan.road_flow.tolist() == [[5, 0], [0, 0], [5, 0], [0, 0]]
    assert plan.place_flow.tolist() == [5, 5, 5, 0]
    assert plan.cut.demands == (1,)
    (route,) = found.routes(plan)
    assert (route.places, route.seconds, route.rate) == ((0, 2, 1), 120, 5)


def test_too_much_for_the_fastest_way_is_left_to_the_solver() -> None:
    road = roads(5, 9, 5, 9)
    assert ways(road).plan(road, FREE, whole(6)) is None
    assert ways(road).plan(road, whole(UNLIMITED, UNLIMITED, 4, UNLIMITED), whole(5)) is None
    assert ways(road, supply=4).plan(road, FREE, whole(5)) is None
    assert ways(road).plan(road, FREE, whole(UNLIMITED)) is None


def test_a_sink_without_a_way_gets_nothing_and_that_is_proven() -> None:
    road = roads(5, 0, 0, 9)
    plan = ways(road).plan(road, FREE, whole(5))
    assert plan is not None
    assert (plan.value, plan.cut.demands) == (0, ())
    assert ways(road).routes(plan) == ()


def test_of_ways_that_are_no_more_the_fastest_none_proves_itself() -> None:
    # Seen while all was closed; now 5 kg/day could come, and 0 is no plan.
    assert ways(roads(0, 0, 0, 0)).plan(roads(5, 9, 5, 9), FREE, whole(5)) is None


def test_amounts_that_are_no_flow_are_refused() -> None:
    problem = FlowProblem(DIAMOND, [0], [1])
    limits = problem.limits(roads(5, 9, 5, 9), FREE, whole(UNLIMITED), whole(5))
    amounts = np.zeros(len(limits), dtype=np.int64)
    amounts[-1] = 5  # arrives, but never left
    side = np.ones(10, dtype=bool)
    side[[1, 5]] = True
    with pytest.raises(CertificateError, match="not conserved"):
        problem.proven(limits, amounts, side)


@PROPERTY
@given(data=st.data())
def test_plans_are_those_of_the_solver(data: st.DataObject, cases: Any) -> None:
    case = data.draw(cases())
    problem = case.problem()
    found = FastestWays(problem, case.roads, case.places, case.supply)
    demand = np.minimum(case.demand, 9)
    plan = found.plan(case.roads, case.places, demand)
    best = problem.plan(case.roads, case.places, case.supply, demand)
    if plan is None:
        # The same through what is open, without limits: it must overload something.
        limits = case.roads, case.places, case.supply
        loose = [np.where(kg > 0, UNLIMITED, 0) for kg in limits]
        free = FastestWays(problem, *loose).plan(*loose[:2], demand)
        assert free is not None
        assert parts(free) == parts(problem.plan(*loose, demand))
        assert any(
            (carried > most).any()
            for carried, most in zip(
                (free.road_flow, free.place_flow, free.source_flow), limits, strict=True
            )
        )
        return
    certify(problem, plan, case.roads, case.places, case.supply, demand)
    assert parts(plan) == parts(best)
    assert found.routes(plan) == decompose(problem, plan)
