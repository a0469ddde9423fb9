"""Figures of cuts: the cut map, the frontier, the ranking, from answers made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from sim.cuts.attacks import (
    AttackAnswer,
    Captures,
    DelayFrontier,
    FlowFrontier,
    JointFrontier,
    OptimalSets,
)
from sim.cuts.case import Case
from sim.cuts.cut import NamedCut, NamedCuts
from sim.cuts.ranking import Interval, RankedLoss, Ranking
from sim.cuts.reliability import Element, Level, Reliability
from sim.cuts.weakness import Weakness
from sim.measure.statistics import Estimate
from sim.network.graph import Graph
from sim.view.charts.frontier import draw_frontier, frontier_table
from sim.view.charts.rank import draw_rank, rank_table
from sim.view.charts.reliability import draw_reliability, reliability_table
from sim.view.cut_data import cut_map_data, frontier_data, listed, one_of, rank_data
from sim.view.data import MapData
from sim.view.draw import drawn
from sim.view.map.cut import cut_map_table, draw_cut_map
from sim.view.reliability_data import reliability_data
from sim.view.saving import save
from sim.view.tables import write_numbers


def case(**more: Any) -> Case:
    """An axis from port to fort, or what ``more`` says; its network is never looked at."""
    graph = Graph.build(["fort", "port"], [])
    none = np.zeros((0, 2), dtype=np.int64)
    given: dict[str, Any] = {"title": "Line", "unit": "kg/day", "axis": "line", "at": "2001-03-01"}
    given |= {"sources": (1,), "sinks": (0,), **more}
    return Case(graph=graph, roads=none, places=np.zeros(2, dtype=np.int64), **given)


def row(name: str, loss: int, **more: Any) -> RankedLoss:
    """A row of a ranking of a whole of 500,000 kg/day."""
    given: dict[str, Any] = {
        "kind": "place", "loss_share": loss / 500_000, "flow_share": 0.0, "in_minimum_cuts": 0.0,
        "delay_hours": 0.0,
    }  # fmt: skip
    return RankedLoss(name, loss=loss, **(given | more))


def ranking(*rows: RankedLoss, of: Case | None = None, whole: int = 500_000) -> Ranking:
    return Ranking(of or case(), whole, 0, True, rows, None)


def attack(k: int, left: float | None, *removed: str, **more: Any) -> AttackAnswer:
    return AttackAnswer(k, left, removed, **({"proven": True, "bound": None} | more))


def flow_frontier(
    attacks: Sequence[AttackAnswer],
    greedy: Sequence[AttackAnswer] = (),
    captures: Captures | None = None,
    of: Case | None = None,
) -> FlowFrontier:
    return FlowFrontier(
        of or case(), "auto", "both", tuple(attacks), None, tuple(greedy), 0, captures
    )


def words(figure: Figure) -> list[str]:
    texts = list(figure.texts)
    for axes in figure.axes:
        texts += [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]
    return [t.get_text() for t in texts]


# --- the ranking -----------------------------------------------------------------------------


def test_a_ranking_says_which_loss_stops_all() -> None:
    data = rank_data(ranking(row("ford", 500_000), row("mill", 500_000), row("gate", 9)))
    assert data.page.title == "Line: the loss of ford or mill alone stops it"
    assert data.whole == 500  # t/day of 500,000 kg/day
    assert [r.loss for r in data.rows] == [500, 500, 0.009]


@pytest.mark.parametrize(
    ("rows", "title"),
    [
        ((row("ford", 200_000),), "Line: the loss of ford costs most: 200 t/day of 500"),
        ((row("ford", 0),), "Line: no single loss takes anything from the capacity"),
        ((), "Line: no single loss takes anything from the capacity"),
    ],
)
def test_titles_of_rankings(rows: tuple[RankedLoss, ...], title: str) -> None:
    assert rank_data(ranking(*rows)).page.title == title


def test_the_ranks_chart_shows_ties_intervals_and_delays() -> None:
    drawn_rows = {"interval": Interval((1, 2, 4), (100_000, 2e5, 300_000))}
    data = rank_data(
        ranking(
            row("ford", 200_000, **drawn_rows, in_minimum_cuts=0.25),
            row("mill", 200_000, delay_hours=2.5),
            row("gate", 100_000, kind="road", delay_hours=0.5),
            row("fort", 1, delay_hours=None),
        ),
    )
    assert data.rows[0].interval == Interval((1, 2, 4), (100, 200, 300))
    shown = words(draw_rank(data))
    # equal losses share the better place, so the third is 3, not 2
    for text in ("1. ford", "1. mill", "3. gate", "4. fort", "2 (1\u20134)", "25 %"):
        assert text in shown
    for text in ("+2.5 h", "+30 min", "no way", "all of it: 500", "rank", "in cuts", "delay"):
        assert text in shown


def test_a_ranking_has_no_column_that_is_empty() -> None:
    shown = words(draw_rank(rank_data(ranking(row("a", 9), row("b", 7, delay_hours=2.0)))))
    assert "delay" in shown
    assert not {"rank", "in cuts"} & set(shown)


def test_a_file_is_ranked_in_its_own_unit() -> None:
    file = case(title="net.csv", unit="unit of the file", axis=None, at=None)
    data = rank_data(ranking(row("c", 7, loss_share=1.0), of=file, whole=7))
    assert (data.whole, data.unit) == (7, "")
    assert data.page.credit == "Amounts are in the unit of the file."


# --- the frontier ----------------------------------------------------------------------------


def test_a_frontier_says_how_many_losses_stop_it_and_what_greedy_needs() -> None:
    names = case(names={name: name.upper() for name in "abcd"})
    data = frontier_data(
        flow_frontier(
            [attack(0, 500_000), attack(1, 300_000, "a"), attack(2, 0, "b", "c")],
            [attack(0, 500_000), attack(1, 300_000, "a"), attack(2, 100_000, "a", "b")],
            Captures(("b", "c", "d"), 3, 100_000, attack(3, 0, "b", "c"), 2, None),
            names,
        )
    )
    expected = "Line: 2 losses stop it: B and C; one by one does not within the budget"
    assert data.page.title == expected
    assert [a.left for a in data.exact] == [500, 300, 0]
    assert [(own.k, own.left) for own in data.captures] == [(3, 100)]
    shown = words(draw_frontier(data))
    for text in ("500", "300: A", "0: B and C", "the scenario's own: B, C and D"):
        assert text in shown


@pytest.mark.parametrize(
    ("frontier", "greedy", "title"),
    [
        ([attack(0, 9_000), attack(1, 0, "a")], [], "Line: 1 loss stops it: a"),
        (
            [attack(0, 9_000), attack(1, 4_000, "a")],
            [attack(0, 9_000), attack(1, 6_000, "b")],
            "Line: 1 loss can leave 4 t/day of 9; taken one by one they leave 6",
        ),
        ([attack(0, None)], [], "Line: no 0 losses bound the flow"),
        (
            [attack(0, 9_000), attack(1, 4_000, "a", proven=False, bound=1_000)], [],
            "Line: 1 loss can leave 4 t/day of 9",
        ),
    ],
)  # fmt: skip
def test_titles_of_frontiers(
    frontier: list[AttackAnswer], greedy: list[AttackAnswer], title: str, tmp_path: Path
) -> None:
    data = frontier_data(flow_frontier(frontier, greedy))
    assert data.page.title == title
    assert all(p.stat().st_size for p in save(draw_frontier(data), tmp_path, "f", svg=True))


def test_a_bound_is_drawn_where_nothing_is_proven() -> None:
    rows = [attack(0, 9_000, bound=9_000), attack(1, 4_000, "a", proven=False, bound=1_000)]
    data = frontier_data(flow_frontier(rows))
    assert [a.bound for a in data.exact] == [None, 1.0]
    assert "the best found; whisker: what is proven" in words(draw_frontier(data))


def test_delay_and_joint_frontiers_have_their_own_quantity() -> None:
    file = case(title="n", unit="unit of the file", axis=None, at=None)
    data = frontier_data(DelayFrontier(file, "roads", (attack(0, 2.0), attack(1, None, "r"))))
    assert data.page.title == "n: 1 loss can leave no way: r"
    assert (data.unit, data.quantity) == ("h", "fastest route")
    assert "no way left: r" in words(draw_frontier(data))
    axes = case(axis="x", at="day 0"), case(axis="y", at="day 0")
    joint = JointFrontier(axes, (1, 1), "places", (attack(0, 9_000),), ((4_000, 5_000),))
    assert frontier_data(joint).quantity == "weighted flow left"


# --- the cut map -----------------------------------------------------------------------------

CUTS = NamedCuts(
    True,
    (
        NamedCut(500_000, ("port--ford",)),
        NamedCut(500_000, ("ford--fort", "ford")),
        NamedCut(500_000, ("ford--fort",)),
    ),
)


def weakness(*rows: RankedLoss, cuts: NamedCuts = CUTS, of: Case | None = None) -> Weakness:
    return Weakness(of or case(), cuts, ranking(*rows, of=of))


def test_the_cut_map_counts_the_cuts_of_each_thing(map_data: MapData) -> None:
    data = cut_map_data(map_data, weakness(row("ford", 500_000), row("mill", 250_000)))
    # three cuts: ford--fort is in two of them, the others in one
    assert data.shares == pytest.approx({"port--ford": 1 / 3, "ford--fort": 2 / 3, "ford": 1 / 3})
    assert data.map.cut_places == {"ford"}
    assert data.map.cut_roads == {"port--ford", "ford--fort"}
    assert not any(road.flow for road in data.map.roads)
    title = "Line: 3 minimum cuts hold 500 t/day; the loss of ford alone stops it"
    assert data.map.page.title == title
    shown = words(draw_cut_map(data))
    for text in ("2 of 3", "in so many of 3 cuts", "ford \u2212100 %", "mill \u221250 %"):
        assert text in shown


def test_a_list_that_is_cut_says_how_many_more_there_are(map_data: MapData) -> None:
    # nine of thirty places are numbered; the chart has 25 of them; one costs nothing
    rows = [row(f"p{n:02d}", 1000 * (30 - n)) for n in range(30)] + [row("idle", 0)]
    given = replace(weakness(), ranking=ranking(*rows))
    data = cut_map_data(map_data, given)
    assert [r.name for r in data.numbered] == [f"p{n:02d}" for n in range(9)]
    assert data.more == 30 - 9
    assert "and 21 more that cost less" in words(draw_cut_map(data))
    assert rank_data(ranking(*rows)).page.subtitle.endswith("; 5 more that cost less are not drawn")
    assert not any("more that" in text for text in words(draw_cut_map(cut_map_data(
        map_data, weakness(row("ford", 500_000))))))  # fmt: skip


def test_sets_that_do_the_same_are_told_with_or() -> None:
    assert one_of([]) == ""
    assert one_of([("a",)]) == "a"
    assert one_of([("a",), ("b",)]) == "a or b"
    assert one_of([(c,) for c in "abcde"]) == "a, b, c or 2 more"
    assert one_of([("a", "b"), ("c", "d")]) == "a and b, or c and d"
    assert one_of([("a",)], complete=False) == "a or others"


def test_a_frontier_names_every_set_that_stops_it() -> None:
    rows = [attack(0, 9_000), attack(1, 0, "a"), attack(2, 0, "a")]
    sets = OptimalSets(True, (("a",), ("b",)))
    data = frontier_data(replace(flow_frontier(rows), stopping=sets))
    assert data.page.title == "Line: 1 loss stops it: a or b"
    assert "0: a or b" in words(draw_frontier(data))


def test_a_frontier_of_zeros_is_a_map_of_what_stops_the_flow_alone(map_data: MapData) -> None:
    rows = [attack(0, 9_000), attack(1, 0, "ford"), attack(2, 0, "ford")]
    sets = OptimalSets(True, (("ford",), ("port--ford",)))
    one = replace(flow_frontier(rows), stopping=sets)
    data = frontier_data(one, map_data)
    assert data.map is not None
    assert (data.map.cut_places, data.map.cut_roads) == ({"ford"}, {"port--ford"})
    assert data.map.page.title == "Line: 1 loss stops it: ford or port--ford"
    shown = words(draw_frontier(data))
    assert "the flow" in shown  # the end of "place: its loss alone stops the flow"
    # two losses, nothing that flows, or nothing listed: a curve
    pair = OptimalSets(True, (("ford", "mill"),))
    for other in (
        replace(one, stopping=pair), replace(one, stopping=None),
        replace(flow_frontier([attack(0, 0), attack(1, 0)]), stopping=OptimalSets(True, ((),))),
    ):  # fmt: skip
        assert frontier_data(other, map_data).map is None


def test_a_single_cut_is_not_counted(map_data: MapData) -> None:
    data = cut_map_data(map_data, weakness(cuts=NamedCuts(False, CUTS.cuts[:1])))
    assert data.map.page.title.startswith("Line: 1 minimum cut holds 500 t/day (more not listed)")
    shown = words(draw_cut_map(data))
    assert "cut" in shown
    assert not any("of 1" in text for text in shown)


def test_a_map_without_focus_frames_the_ends_and_the_cuts(map_data: MapData) -> None:
    data = cut_map_data(map_data, weakness())
    assert data.map.focus == ("ford", "fort", "port")  # source, sink, and the ends of the cuts


def test_the_same_cut_map_has_the_same_bytes(map_data: MapData) -> None:
    data = cut_map_data(map_data, weakness(row("ford", 500_000)))
    for kind in ("png", "svg"):
        assert drawn(draw_cut_map(data), kind) == drawn(draw_cut_map(data), kind)


# --- tables and words ------------------------------------------------------------------------


def test_the_tables_hold_what_the_figures_show(map_data: MapData, tmp_path: Path) -> None:
    ford = row("ford", 500_000, interval=Interval((1, 1, 2), (1e5, 5e5, 6e5)))
    write_numbers(rank_table(rank_data(ranking(ford))), tmp_path / "rank.csv")
    assert (tmp_path / "rank.csv").read_text().splitlines()[1] == (
        "place,ford,ford,500,1,0,0,100,600,1,1,2"
    )
    cuts = cut_map_data(map_data, weakness(ford))
    write_numbers(cut_map_table(cuts), tmp_path / "cut.csv")
    assert (tmp_path / "cut.csv").read_text().splitlines() == [
        "kind,id,in_cuts,cuts,loss (t/day),loss_share",
        "place,ford,1,3,500,1",
        "road,ford--fort,2,3,,",
        "road,port--ford,1,3,,",
    ]
    rows = [attack(0, 9_000), attack(1, 4_000, "a", "b")]
    frontier = frontier_data(flow_frontier(rows, rows[:1]))
    write_numbers(frontier_table(frontier), tmp_path / "frontier.csv")
    assert (tmp_path / "frontier.csv").read_text().splitlines() == [
        "by,losses,flow left (t/day),bound,removed",
        "exact,0,9,,",
        "exact,1,4,,a; b",
        "greedy,0,9,,",
    ]


NASTY = "<script>$x_1$\\frac{</script> \u0628\u0627\u0628 \U0001f600 \x1b[31m\n" + "W" * 200


def test_names_are_never_read_as_markup(map_data: MapData) -> None:
    def nasty(name: str) -> str:
        return NASTY + name

    names = {name: nasty(name) for name in ("ford", "a", "fort", "port")}
    bad = case(title=NASTY, at=NASTY, names=names)
    worst = row("ford", 500_000)
    places = tuple(replace(p, name=nasty(p.id)) for p in map_data.places)
    rows = [attack(0, 9_000), attack(1, 0, "a")]
    for figure in (
        draw_rank(rank_data(ranking(worst, of=bad))),
        draw_frontier(frontier_data(flow_frontier(rows, of=bad))),
        draw_cut_map(cut_map_data(replace(map_data, places=places), weakness(worst, of=bad))),
    ):
        svg = drawn(figure, "svg")
        assert b"<script" not in svg
        assert b"\x1b" not in svg
        boxes = [t.get_window_extent() for t in figure.texts]
        assert max(box.x1 for box in boxes) <= figure.bbox.width


def test_lists_in_words() -> None:
    assert listed([]) == "nothing"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"], "or") == "a, b or c"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


# --- reliability -----------------------------------------------------------------------------


def reliability(*elements: Element, of: Case | None = None, sure: bool = True) -> Reliability:
    """Half of the states carry 300 t/day, a tenth 100, the others nothing; 200 are needed."""
    spread = 0.0 if sure else 0.05
    levels = [
        Level(flow, chance, Estimate(least, least - spread, min(1.0, least + spread)))
        for flow, chance, least in ((300_000, 0.5, 0.5), (100_000, 0.1, 0.6), (0, 0.4, 1.0))
    ]
    open_ = Estimate(0.6, 0.6 - spread, 0.6 + spread)
    return Reliability(
        of or case(), "exact" if sure else "stratified", 9, open_, 200_000, Estimate(0.5, 0.5, 0.5),
        Estimate(160_000, 160_000, 160_000), tuple(levels), elements,
    )  # fmt: skip


def element(name: str, gain: float, **more: Any) -> Element:
    told: dict[str, Any] = {"kind": "place", "stands": 0.75, "flow_gain": 12_000.0}
    told["in_cut"] = Estimate(0.25, 0.2, 0.3)
    return Element(name, gain=Estimate(gain, gain - 0.01, gain + 0.01), **(told | more))


def test_the_chart_of_a_reliability() -> None:
    many = [element(f"p{i}", 0.5 - i / 100) for i in range(24)]
    data = reliability_data(reliability(*many, sure=False))
    assert data.page.title == "Line: open with a chance of 60 %, carries 200 t/day with 50 %"
    assert (data.need, data.left_out, len(data.rows)) == (200, 4, 20)
    assert [level.flow for level in data.levels] == [300, 100, 0]
    shown = words(draw_reliability(data))
    for text in (" needed: 200 ", "p0", "75 %", "25 %", "+12", "stands", "in the cut",
                 "t/day more", "carried, t/day", "4 more that add less are not drawn"):  # fmt: skip
        assert text in shown
    rows = reliability_table(data).rows
    assert rows[0] == ("carried", "", "", 300, 0.5, 0.5, 0.45, 0.55, None, None)
    assert rows[3][:5] == ("place", "p0", "p0", 12, 0.75)


def test_a_reliability_of_nothing_carried_is_drawn() -> None:
    nothing = Estimate(0.0, 0.0, 0.0)
    levels = (Level(0, 1.0, Estimate(1.0, 1.0, 1.0)),)
    found = Reliability(case(), "exact", 2, nothing, None, None, nothing, levels, ())
    shown = words(draw_reliability(reliability_data(found)))
    assert "nothing is ever carried" in shown


def test_a_flow_without_limit_is_drawn_to_the_edge() -> None:
    sure = Estimate(0.5, 0.5, 0.5)
    levels = (Level(None, 0.5, sure), Level(0, 0.5, Estimate(1.0, 1.0, 1.0)))
    found = Reliability(case(), "exact", 2, sure, None, None, None, levels, (element("fort", 0.4),))
    figure = draw_reliability(reliability_data(found))
    assert figure.axes[0].get_xlim()[1] > 0
