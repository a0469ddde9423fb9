"""Closed forms and faults of flows, cuts and their certificate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from ortools.graph.python import min_cost_flow

from sim.network import UNLIMITED, CertificateError, Cut, Flow, FlowProblem, Graph, certify
from sim.network.certificate import check_amounts


def chain(letters: str, seconds: int = 60) -> Graph:
    """a - b - c - ... with roads ab, bc, ..."""
    return Graph.build(letters, [(x + y, x, y, seconds, 1.0) for x, y in pairwise(letters)])


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


def diamond() -> FlowProblem:
    return FlowProblem(DIAMOND, [0], [1])


def test_a_chain_carries_what_its_narrowest_road_does() -> None:
    flow = FlowProblem(chain("abcd"), [0], [3]).max_flow([7, 3, 5])
    assert flow.value == 3
    assert not flow.unlimited
    assert flow.road_flow.tolist() == [[3, 0]] * 3
    assert flow.place_flow.tolist() == [3] * 4
    assert flow.source_flow.tolist() == flow.sink_flow.tolist() == [3]
    assert flow.cut.arcs == ((1, 0),)
    assert flow.cut.roads == (1,)
    assert (flow.cut.value, flow.cut.places, flow.cut.supplies, flow.cut.demands) == (3, (), (), ())
    assert flow.cut.source_side.tolist() == [True, True, False, False]
    assert flow.cut.unique
    assert flow.cut.sink_side_cut is None


def test_of_tied_cuts_the_one_nearest_the_source_is_canonical() -> None:
    # Roads 0 and 2 both hold 3: two minimum cuts, one at either end.
    cut = FlowProblem(chain("abcd"), [0], [3]).max_flow([3, 9, 3]).cut
    assert cut.arcs == ((0, 0),)
    assert not cut.unique
    assert cut.sink_side_cut is not None
    assert cut.sink_side_cut.arcs == ((2, 0),)
    assert cut.sink_side_cut.source_side.tolist() == [True, True, True, False]


def test_a_dead_end_does_not_make_a_cut_doubtful() -> None:
    # d hangs on b only: it can stand on either side, but the roads cut are the same.
    graph = Graph.build(
        "abcd", [("ab", "a", "b", 1, 1), ("bc", "b", "c", 1, 1), ("bd", "b", "d", 1, 1)]
    )
    cut = FlowProblem(graph, [0], [2]).max_flow([1, 2, 9]).cut
    assert cut.arcs == ((0, 0),)
    assert cut.unique


def test_two_ways_add_up() -> None:
    flow = diamond().max_flow([4, 2, 3, 9])  # min(4, 3) + min(2, 9) = 5
    assert flow.value == 5
    assert flow.cut.arcs == ((1, 0), (2, 0))


def test_a_place_counts_once_for_what_starts_ends_and_passes_there() -> None:
    graph = chain("abc")
    # a and b send, c receives; b passes 4 in all, its own goods and those of a.
    problem = FlowProblem(graph, [0, 1], [2])
    flow = problem.max_flow([9, 9], [9, 4, 9])
    assert flow.value == 4
    assert flow.cut.places == (1,)
    assert flow.cut.arcs == ()
    # The cut place is reached, not passed: it is not on the source side.
    assert flow.cut.source_side.tolist() == [True, False, False]
    # The place of the sink binds too, and so does the place of a source.
    assert FlowProblem(graph, [0], [2]).max_flow([9, 9], [9, 9, 2]).value == 2
    assert FlowProblem(graph, [0], [2]).max_flow([9, 9], [1, 9, 9]).value == 1
    # Goods for c that pass the sink b count at b: 3 in all, whoever eats them.
    assert FlowProblem(graph, [0], [1, 2]).max_flow([9, 9], [9, 3, 9]).value == 3


def test_supply_and_demand_are_limits_like_any_other() -> None:
    problem = FlowProblem(chain("abcd"), [3, 0], [1, 2])
    # d sends at most 2 (to c); a at most 5 (to b, which takes 1, and on to c).
    flow = problem.max_flow([9, 9, 9], None, [2, 5], [1, 9])
    assert flow.value == 7
    assert flow.source_flow.tolist() == [2, 5]
    assert flow.cut.supplies == (0, 3)
    assert flow.cut.demands == ()
    flow = problem.max_flow([9, 9, 9], None, [20, 5], [1, 4])
    assert (flow.value, flow.cut.demands, flow.cut.supplies) == (5, (1, 2), ())


def test_each_direction_has_its_own_capacity() -> None:
    graph = chain("abc")
    capacity = [[5, 0], [5, 2]]
    assert FlowProblem(graph, [0], [2]).max_flow(capacity).value == 5
    assert FlowProblem(graph, [2], [0]).max_flow(capacity).value == 0
    # From c to b goes the way back of road 1, which holds 2.
    assert FlowProblem(graph, [2], [1]).max_flow(capacity).value == 2
    assert FlowProblem(graph, [2], [1]).max_flow(capacity).cut.arcs == ((1, 1),)


def test_what_is_closed_is_in_no_cut() -> None:
    cut = FlowProblem(chain("abc"), [0], [2]).max_flow([4, 0]).cut
    assert cut.value == 0
    assert (cut.arcs, cut.places, cut.supplies, cut.demands) == ((), (), (), ())
    assert cut.unique
    assert cut.source_side.tolist() == [True, True, False]


@pytest.mark.parametrize("size", [2, 3, 5])
def test_a_square_grid_carries_two_from_corner_to_corner(size: int) -> None:
    names = {(i, j): f"p{i}{j}" for i in range(size) for j in range(size)}
    rows = [
        (f"{name}--{names[other]}", name, names[other], 60, 1.0)
        for (i, j), name in names.items()
        for other in ((i + 1, j), (i, j + 1))
        if other in names
    ]
    graph = Graph.build(names.values(), rows)
    problem = FlowProblem(graph, [0], [size * size - 1])
    flow = problem.max_flow(np.ones(len(rows), dtype=np.int64))
    # A corner has two roads; they and the two of the other corner are minimum cuts.
    assert flow.value == 2
    assert not flow.cut.unique
    # Both fastest ways have 2 (size - 1) roads.
    plan = problem.plan(np.ones(len(rows), dtype=np.int64))
    assert int(plan.road_flow.sum()) == 2 * 2 * (size - 1)


def test_a_plan_takes_the_fast_way_first() -> None:
    plan = diamond().plan([4, 9, 4, 9], None, None, [6])
    # 4 go by u at 120 s, the other 2 by v at 180 s.
    assert plan.road_flow[:, 0].tolist() == [4, 2, 4, 2]
    assert plan.road_flow[:, 1].tolist() == [0, 0, 0, 0]
    assert plan.cut.demands == (1,)
    assert plan.value == 6


def test_no_answer_depends_on_what_was_solved_before() -> None:
    problem = diamond()
    first = [problem.max_flow([4, 2, 3, 9]), problem.plan([4, 2, 3, 9])]
    problem.max_flow([0, 0, 0, 0])
    problem.plan([9, 9, 9, 9], [1, 1, 1, 1])
    problem.max_flow([UNLIMITED] * 4)
    again = [problem.max_flow([4, 2, 3, 9]), problem.plan([4, 2, 3, 9])]
    fresh = [diamond().max_flow([4, 2, 3, 9]), diamond().plan([4, 2, 3, 9])]
    for flows in (again, fresh):
        for one, other in zip(first, flows, strict=True):
            assert one.road_flow.tolist() == other.road_flow.tolist()
            assert one.cut.arcs == other.cut.arcs


def test_no_sources_or_no_sinks_carry_nothing() -> None:
    for sources, sinks in (([], [2]), ([0], []), ([], [])):
        problem = FlowProblem(chain("abc"), sources, sinks)
        assert problem.max_flow([1, 1]).value == problem.plan([1, 1]).value == 0
    assert FlowProblem(Graph.build([], []), [], []).plan(np.zeros((0, 2), dtype=int)).value == 0


# --- large numbers ------------------------------------------------------------------------


def test_whole_numbers_beyond_what_floats_hold_stay_exact() -> None:
    most = 2**58 + 1  # floats are exact to 2**53
    problem = FlowProblem(chain("abc"), [0], [2])
    assert problem.max_flow([most, most + 1]).value == most
    assert problem.plan([most, most + 1]).value == most


def test_sums_beyond_the_range_are_refused_not_wrapped() -> None:
    problem = FlowProblem(chain("abc"), [0], [2])
    with pytest.raises(OverflowError, match="sum to more than"):
        problem.max_flow([2**61, 2**61])
    with pytest.raises(OverflowError, match="sum to more than"):
        problem.plan([2**62 - 1, 1])
    # Two sources without limit push twice what the roads can hold.
    with pytest.raises(OverflowError, match="times sources"):
        FlowProblem(chain("abc"), [0, 1], [2]).max_flow([[2**61, 0], [2**60, 0]])


@pytest.mark.parametrize("above", [0, 1, 2**61])
def test_a_way_without_limit_is_unlimited_and_not_a_number(above: int) -> None:
    problem = diamond()
    for solve in (problem.max_flow, problem.plan):
        flow = solve([UNLIMITED + above, 5, UNLIMITED + above, 7])
        assert flow.unlimited
        assert flow.value == flow.cut.value == UNLIMITED
        assert not flow.road_flow.any()
        assert (flow.cut.arcs, flow.cut.places) == ((), ())


@pytest.mark.parametrize("which", range(4))
def test_one_limit_anywhere_on_the_way_bounds_it(which: int) -> None:
    limits: list[Any] = [[UNLIMITED] * 2, [UNLIMITED] * 3, [UNLIMITED], [UNLIMITED]]
    limits[which] = [8] * len(limits[which])
    flow = FlowProblem(chain("abc"), [0], [2]).max_flow(*limits)
    assert flow.value == 8
    assert not flow.unlimited


# --- faults -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sources", "sinks", "words"),
    [
        ([0], [0], "all be different"),
        ([0, 0], [1], "all be different"),
        ([0], [1, 1], "all be different"),
        ([4], [1], "not a place"),
        ([0], [-1], "not a place"),
    ],
)
def test_terminals_are_checked(sources: list[int], sinks: list[int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        FlowProblem(DIAMOND, sources, sinks)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (([1, 2, 3],), "roads has shape"),
        (([1, 2, 3, 4], [1, 1]), "places has shape"),
        (([1, 2, 3, 4], None, [1, 1]), "supply has shape"),
        (([1, 2, 3, 4], None, None, []), "demand has shape"),
        (([1, 2, -3, 4],), "must not be negative"),
        (([1, 2, 3, 4], None, [-1]), "must not be negative"),
        (([1.0, 2.0, 3.0, 4.0],), "whole numbers"),
        (([True, True, True, True],), "whole numbers"),
    ],
)
def test_limits_are_checked(limits: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        diamond().max_flow(*limits)


def more(array: Any, at: int | tuple[int, ...], by: int) -> Any:
    changed = array.copy()
    changed[at] += by
    return changed


def with_cut(change: Callable[[Cut], Cut]) -> Callable[[Flow], Flow]:
    return lambda flow: replace(flow, cut=change(flow.cut))


PARTS = ("road_flow", "place_flow", "source_flow", "sink_flow")

TAMPER: dict[str, tuple[Callable[[Flow], Flow], str]] = {
    "a road carries more than it can": (
        lambda f: replace(f, road_flow=more(f.road_flow, (0, 0), 9)),
        "not within",
    ),
    "a road carries less than nothing": (
        lambda f: replace(f, road_flow=more(f.road_flow, (0, 1), -1)),
        "not within",
    ),
    "goods vanish on the way": (
        lambda f: replace(f, road_flow=more(f.road_flow, (2, 0), -1)),
        "not conserved",
    ),
    "a place passes what never came": (
        lambda f: replace(f, place_flow=more(f.place_flow, 2, 1)),
        "not conserved",
    ),
    "the value is not what is sent": (lambda f: replace(f, value=f.value + 1), "is not the value"),
    "an array is too short": (
        lambda f: replace(f, place_flow=f.place_flow[:-1]),
        "wrong shape",
    ),
    "the cut leaves out a road": (
        with_cut(lambda cut: replace(cut, arcs=cut.arcs[1:])),
        "not what leads out",
    ),
    "the cut names a road it does not need": (
        with_cut(lambda cut: replace(cut, arcs=((0, 0), *cut.arcs))),
        "not what leads out",
    ),
    "the cut names a place it does not cut": (
        with_cut(lambda cut: replace(cut, places=(3,))),
        "not what leads out",
    ),
    "the source side is another": (
        with_cut(lambda cut: replace(cut, source_side=~cut.source_side)),
        "not what leads out",
    ),
    "the cut has another value": (
        with_cut(lambda cut: replace(cut, value=4)),
        "the cut holds 4 kg/day, the flow 5",
    ),
    "the cut, and all that is sent, have another value": (
        lambda f: replace(
            f,
            value=0,
            cut=replace(f.cut, value=0),
            **{name: np.zeros_like(getattr(f, name)) for name in PARTS},
        ),
        "the cut holds 5 kg/day, stated 0, flow 0",
    ),
    "the cut is proper but not smallest": (
        # All roads out of s: 4 + 2 = 6 where the flow is 5.
        with_cut(
            lambda cut: replace(
                cut, arcs=((0, 0), (1, 0)), source_side=np.array([True, False, False, False])
            )
        ),
        "the cut holds 6 kg/day",
    ),
    "the other cut is no cut": (
        with_cut(lambda cut: replace(cut, farther=lambda near: replace(near, arcs=((3, 0),)))),
        "not what leads out",
    ),
    "a limited flow is called unlimited": (
        lambda f: replace(f, unlimited=True, value=UNLIMITED, cut=replace(f.cut, value=UNLIMITED)),
        "every way has a limit",
    ),
    "an unlimited flow has a finite value": (lambda f: replace(f, unlimited=True), "finite value"),
}


@pytest.mark.parametrize("name", TAMPER)
def test_a_tampered_flow_fails_its_certificate(name: str) -> None:
    tamper, words = TAMPER[name]
    problem, capacity = diamond(), [4, 2, 3, 9]
    flow = problem.max_flow(capacity)
    certify(problem, flow, capacity)
    with pytest.raises(CertificateError, match=words):
        certify(problem, tamper(flow), capacity)


def test_a_flow_that_is_not_largest_fails_its_certificate() -> None:
    # Nothing is sent and nothing is wrong with that, but the cut holds 5.
    problem = diamond()
    flow = problem.max_flow([4, 2, 3, 9])
    none = {name: np.zeros_like(getattr(flow, name)) for name in PARTS}
    with pytest.raises(CertificateError, match="the cut holds 5 kg/day, the flow 0"):
        certify(problem, replace(flow, value=0, **none), [4, 2, 3, 9])


class Broken:
    """A solver whose answers can be spoilt one by one."""

    def __init__(self, solver: Any, **spoilt: Any) -> None:
        self._solver = solver
        self._spoilt = spoilt

    def __getattr__(self, name: str) -> Any:
        return self._spoilt.get(name, getattr(self._solver, name))


@pytest.mark.parametrize(
    "spoilt",
    [
        {"optimal_flow": lambda: 4},
        {"flows": lambda arcs: np.zeros(len(arcs), dtype=np.int64)},
        {"get_source_side_min_cut": lambda: [0]},
        {"OPTIMAL": None},
    ],
)
def test_a_solver_that_errs_is_found_out(
    spoilt: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = diamond()
    monkeypatch.setattr(problem, "_solver", Broken(problem._solver, **spoilt))
    with pytest.raises(CertificateError):
        problem.max_flow([4, 2, 3, 9])


def test_a_solver_that_errs_about_the_cut_nearest_the_sinks_is_found_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = diamond()
    monkeypatch.setattr(
        problem, "_solver", Broken(problem._solver, get_sink_side_min_cut=lambda: [1, 5, 9])
    )
    flow = problem.max_flow([4, 2, 3, 9])
    # Place 1, entered at node 1 and left at 4 + 1, and the super sink lie behind it: the roads
    # into the sink hold 3 + 9, and the flow is 5.
    with pytest.raises(CertificateError, match="one cut holds 5 kg/day, another 12"):
        assert flow.cut.unique


def test_the_cut_nearest_the_sinks_is_found_after_other_solves() -> None:
    problem = FlowProblem(chain("abcd"), [0], [3])
    first = problem.max_flow([3, 9, 3])
    assert problem.max_flow([9, 2, 9]).cut.unique
    far = first.cut.sink_side_cut
    assert far is not None
    assert far.arcs == ((2, 0),)


def test_a_planner_that_errs_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, whole = diamond(), min_cost_flow.SimpleMinCostFlow
    problem.plan([4, 2, 3, 9])
    for spoilt in ({"OPTIMAL": None}, {"flows": lambda arcs: np.ones(len(arcs), dtype=np.int64)}):
        broken = Broken(whole(), **spoilt)
        monkeypatch.setattr(min_cost_flow, "SimpleMinCostFlow", lambda made=broken: made)
        with pytest.raises(CertificateError):
            problem.plan([4, 2, 3, 9])


def test_amounts_too_large_for_floats_are_still_checked_to_the_last_unit() -> None:
    # 2**54 + 1 is no float: sums in floats would take it for 2**54.
    big = 2**54 + 1
    problem = FlowProblem(chain("abc"), [0], [2])
    flow = problem.max_flow([big, big + 8])
    assert flow.value == big
    certify(problem, flow, [big, big + 8])
    for by in (-1, 1):
        wrong = replace(flow, road_flow=more(flow.road_flow, (1, 0), by))
        with pytest.raises(CertificateError, match="not conserved"):
            certify(problem, wrong, [big, big + 8])


@pytest.mark.parametrize("bits", [52, 53, 54, 60])
def test_one_kilogram_that_is_lost_is_found_at_any_size(bits: int) -> None:
    # from the root 2**bits + 1 to a node, of which 2**bits go on: above 2**53 the two are one float
    tail, head = np.array([0, 1]), np.array([1, 2])
    amounts = np.array([2**bits + 1, 2**bits])
    with pytest.raises(CertificateError, match="not conserved"):
        check_amounts(tail, head, amounts, amounts, 0, 2, 2**bits)
    check_amounts(tail, head, amounts, np.minimum(amounts, 2**bits), 0, 2, 2**bits)
