"""Answers about networks and axes: what was found, as numbers, a frame, a graph or a figure."""

from __future__ import annotations

import math
import os
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sim.base.numbers import percent
from sim.cuts.case import Amount, Case, Document
from sim.cuts.cut import CutAnswer, NamedCuts, every_minimum_cut, every_near_cut
from sim.tables.data import DataTable

from .show import Facts, Shown

if TYPE_CHECKING:
    import networkx
    import pandas
    from matplotlib.figure import Figure

    from sim.cuts.attacks import AttackAnswer, DelayFrontier, FlowFrontier, JointFrontier
    from sim.cuts.on_ground import Findings
    from sim.cuts.ranking import CapturedShare, RankedLoss, Ranking
    from sim.network.readers.objects import Number
    from sim.view.cut_files import Drawing

Found = Mapping[str, Amount]
"""What was found of a place or road, as attributes of a graph of networkx."""


def listed(names: Sequence[str], most: int = 6) -> str:
    """Names in a row, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) or "nothing") + more


def yes(true: bool) -> str:
    """Yes or no."""
    return "yes" if true else "no"


def roads_table(case: Case) -> DataTable:
    """The roads of a case, each with its ends, length and capacity the way it is stated.

    Where roads of it carry another amount back, that has a column too.
    """
    columns = ("road", "from", "to", "km", "capacity", "back")
    rows = [(road, *ends, km, *(_finite(case, amount) for amount in amounts))
            for road, ends, km, amounts in _roads_of(case)]  # fmt: skip
    if not any(0 != back != there for *_, there, back in rows):
        return DataTable("roads", columns[:-1], [row[:-1] for row in rows])
    return DataTable("roads", columns, rows)


def _roads_of(case: Case) -> Iterator[tuple[str, tuple[str, str], float, list[int]]]:
    """Each road with its ends, its length, and its amounts there and back."""
    graph, places = case.graph, case.graph.places
    columns = graph.a.tolist(), graph.b.tolist(), graph.km.tolist(), case.roads.tolist()
    for road, a, b, km, amounts in zip(graph.roads, *columns, strict=True):
        yield road, (places[a], places[b]), km, amounts


def _finite(case: Case, amount: int) -> float:
    value = case.value(amount)
    return math.inf if value is None else value


def graph_of(
    case: Case, nodes: Mapping[str, Hashable], found: Mapping[str, Found], others: Found
) -> networkx.MultiDiGraph:
    """A graph with what was found of places and roads by id; a flow stands on its own way."""
    import networkx

    graph = networkx.MultiDiGraph(name=case.title)
    for i, place in enumerate(case.graph.places):
        at = {} if case.coordinates is None else {
            "lat": float(case.coordinates[i, 0]), "lon": float(case.coordinates[i, 1])
        }  # fmt: skip
        graph.add_node(nodes.get(place, place), **at, **{**others, **found.get(place, {})})
    for road, (a, b), km, amounts in _roads_of(case):
        for way, (tail, head) in enumerate(((a, b), (b, a))):
            amount = amounts[way]
            if amount == 0 and (way or amounts[1]):
                continue
            data = {**others, **found.get(road, {})}
            if "flow" in data:
                data["flow"] = max(0, data["flow"] * (1 - 2 * way))
            ends = nodes.get(tail, tail), nodes.get(head, head)
            graph.add_edge(*ends, road, capacity=_finite(case, amount), km=km, **data)
    return graph


class Drawn(Shown):
    """What has a figure, with the table of its numbers."""

    def drawing(self) -> Drawing:
        """The figure and the table of its numbers.

        Raises:
            BadInputError: a map is wanted, and the places have no coordinates.
        """
        raise NotImplementedError

    def save(self, target: str | os.PathLike[str]) -> None:
        """Write the figure as a .png or .svg file, its numbers as .csv beside it.

        Raises:
            BadInputError: as :meth:`drawing`.
            FullDiskError: there is no room for it.
        """
        from sim.view.cut_files import write_drawing

        write_drawing(self.drawing(), Path(target))

    def plot(self) -> Figure:
        """The figure. Raises as :meth:`drawing`."""
        return self.drawing()[0]


@dataclass(frozen=True, eq=False, repr=False)
class Answer(Drawn):
    """An answer about a case. ``nodes`` are the nodes of the graph that was given, by place."""

    case: Case
    nodes: Mapping[str, Hashable]

    def table(self) -> DataTable:
        """The answer as rows."""
        raise NotImplementedError

    def to_frame(self) -> pandas.DataFrame:
        """The answer as a frame of pandas.

        Raises:
            BadInputError: pandas is not installed.
        """
        return self.table().to_frame()

    def export(self, to: str | os.PathLike[str]) -> Path:
        """Write the places and roads, with what was found of them, for a GIS; the path.

        A .gpkg, .geojson or .graphml file; docs/export.md lists the fields.

        Raises:
            BadInputError: it ends otherwise, places have no coordinates (which a .graphml file
                does without), or pyogrio is not installed.
            FolderError: it cannot be written there.
            FullDiskError: there is no room for it.
        """
        from sim.cuts.on_ground import ground_of_case
        from sim.tables.layer_files import write_layers, writer_of

        target = Path(to)
        writer_of(target)
        write_layers(target, ground_of_case(self.case, self._on_ground()))
        return target

    def to_networkx(self) -> networkx.MultiDiGraph:
        """The network as a graph, each road once for each way that it carries, by its id.

        Edges have ``capacity`` (infinite without limit), ``km`` and what was found of them.
        """
        return graph_of(self.case, self.nodes, *self._found())

    def _found(self) -> tuple[Mapping[str, Found], Found]:
        """What was found of places and roads by id, and what holds for all others."""
        raise NotImplementedError

    def _on_ground(self) -> Findings:
        """What was found of places and roads as fields of layers."""
        from sim.cuts.on_ground import cut_found

        return cut_found(self.case)

    def _ends(self) -> Facts:
        case, at = self.case, [] if self.case.at is None else [("at", str(self.case.at))]
        ends = [("from", case.ids(case.sources)), ("to", case.ids(case.sinks))]
        return [*at, *((label, listed(names)) for label, names in ends)]

    def _said(self, value: Amount | None) -> str:
        if value is None:
            return "without limit"
        return f"{value:,.6g}" + (" kg/day" if self.case.unit == "kg/day" else "")


@dataclass(frozen=True, eq=False, repr=False)
class MaxFlow(Answer):
    """A largest flow and the minimum cut nearest its sources, which proves it largest."""

    @property
    def value(self) -> Amount | None:
        """The flow; None where nothing bounds it."""
        return self.case.value(self.case.flow.value)

    @property
    def exact(self) -> Fraction | None:
        """The flow as a fraction, exactly."""
        return None if self.value is None else Fraction(self.case.flow.value, self.case.scale)

    @cached_property
    def flow(self) -> dict[str, Amount]:
        """What each road carries: more than 0 the way it was stated, less than 0 the other."""
        net = self.case.flow.road_flow[:, 0] - self.case.flow.road_flow[:, 1]
        return {
            road: self.case.value(amount) or 0
            for road, amount in zip(self.case.graph.roads, net.tolist(), strict=True)
        }

    @property
    def cut(self) -> tuple[str, ...]:
        """The places and roads of the minimum cut."""
        cut = self.case.flow.cut
        return self.case.ids(cut.places, cut.roads)

    def table(self) -> DataTable:
        """The roads: their ends, length, capacity the way they are stated, and flow."""
        cut, roads = set(self.cut), roads_table(self.case)
        rows = [(*row, self.flow[row[0]], row[0] in cut) for row in roads.rows]
        return DataTable("flow", (*roads.columns, "flow", "cut"), rows)

    def drawing(self) -> Drawing:
        """The map of the flow and the cut. Raises BadInputError without coordinates."""
        from sim.view.cut_files import flow_of

        return flow_of(self.case)

    def _found(self) -> tuple[Mapping[str, Found], Found]:
        cut = set(self.cut)
        return {road: {"flow": a, "cut": road in cut} for road, a in self.flow.items()}, {}

    def _glance(self) -> tuple[str, Facts]:
        facts = [*self._ends(), ("cut", listed(self.cut))]
        return f"Largest flow: {self._said(self.value)}", facts


@dataclass(frozen=True, eq=False, repr=False)
class MinCut(Answer):
    """The minimum cut nearest the sources, whether it is the only one, and the routes."""

    answer: CutAnswer

    @property
    def value(self) -> Amount | None:
        """What the cut holds, which is the largest flow; None where nothing bounds it."""
        return self.answer.max_flow

    @property
    def cut(self) -> tuple[str, ...]:
        """Its places and roads."""
        return self.answer.cut

    @property
    def places(self) -> tuple[str, ...]:
        """Its places: those whose own capacity binds."""
        return self.case.ids(self.case.flow.cut.places)

    @property
    def roads(self) -> tuple[str, ...]:
        """Its roads."""
        return self.case.ids((), self.case.flow.cut.roads)

    @property
    def unique(self) -> bool:
        """Whether it is the only minimum cut."""
        return self.answer.unique

    def every(self, most: int = 100) -> NamedCuts:
        """All minimum cuts, up to ``most``."""
        return every_minimum_cut(self.case, most)

    def near(self, gap: Number, most: int = 100) -> NamedCuts:
        """All cuts that hold up to ``gap`` more, up to ``most``.

        Raises:
            BadInputError: the gap is less than 0.
        """
        return every_near_cut(self.case, str(gap), most)

    def document(self, most: int | None = None, gap: Number | str | None = None) -> Document:
        """What ``sim cut --json`` prints; up to ``most`` cuts of those within a gap, if asked."""
        return self.answer.document(most, gap if gap is None else str(gap))

    def table(self) -> DataTable:
        """What is in the cut, with what each carries."""
        flow, case = self.case.flow, self.case
        rows = [(p, "place", case.value(int(flow.place_flow[case.graph.place_index[p]])))
                for p in self.places]  # fmt: skip
        over = flow.road_flow.sum(axis=1)
        rows += [(r, "road", case.value(int(over[case.graph.road_index[r]]))) for r in self.roads]
        return DataTable("cut", ("name", "kind", "flow"), rows)

    def drawing(self) -> Drawing:
        """The map of all minimum cuts, and of the places by what the loss of each costs.

        Raises BadInputError without coordinates, and where nothing flows.
        """
        from sim.cuts.weakness import weakness_of
        from sim.view.cut_files import cut_of_network

        return cut_of_network(weakness_of(self.case))

    def _found(self) -> tuple[Mapping[str, Found], Found]:
        return {name: {"cut": True} for name in self.cut}, {"cut": False}

    def _glance(self) -> tuple[str, Facts]:
        facts = [*self._ends(), ("cut", listed(self.cut)), ("the only one", yes(self.unique))]
        return f"Minimum cut: {self._said(self.value)}", facts


@dataclass(frozen=True, eq=False, repr=False)
class Interdicted(Answer):
    """The best attack for each budget from 0 on: on a flow, on a time, or on several axes."""

    frontier: FlowFrontier | DelayFrontier | JointFrontier

    @property
    def attacks(self) -> tuple[AttackAnswer, ...]:
        """The best attack of each budget."""
        return self.frontier.attacks

    @property
    def left(self) -> Amount | None:
        """What the best attack of the whole budget leaves."""
        return self.attacks[-1].left

    @property
    def removed(self) -> tuple[str, ...]:
        """One set that the best attack of the whole budget loses."""
        return self.attacks[-1].removed

    @property
    def proven(self) -> bool:
        """Whether no attack of the whole budget leaves less."""
        return self.attacks[-1].proven

    def document(self) -> Document:
        """What ``sim interdict --json`` prints."""
        return self.frontier.document()

    def table(self) -> DataTable:
        """One row a budget."""
        rows = [(a.k, a.left, ", ".join(a.removed), a.proven, a.bound) for a in self.attacks]
        return DataTable("attacks", ("k", "left", "removed", "proven", "bound"), rows)

    def drawing(self) -> Drawing:
        """The chart of what so many losses leave."""
        from sim.view.cut_files import frontier_of

        return frontier_of(self.frontier)

    def _told(self, left: Amount | None) -> str:
        from sim.cuts.attacks import DelayFrontier

        if isinstance(self.frontier, DelayFrontier):
            return "no way" if left is None else f"{left:g} h"
        return self._said(left)

    def _found(self) -> tuple[Mapping[str, Found], Found]:
        return {name: {"removed": True} for name in self.removed}, {"removed": False}

    def _on_ground(self) -> Findings:
        from sim.cuts.on_ground import attack_found

        return attack_found(self.case, self.removed)

    def _glance(self) -> tuple[str, Facts]:
        facts = []
        for a in self.attacks[:10]:
            sure = "" if a.proven else " (not proven)"
            facts.append((f"{a.k} lost", f"{self._told(a.left)}{sure}: {listed(a.removed)}"))
        return f"What up to {self.attacks[-1].k} losses leave", [*self._ends(), *facts]


@dataclass(frozen=True, eq=False, repr=False)
class RankedLosses(Answer):
    """Places and roads by what the loss of each alone costs, the worst first."""

    ranking: Ranking

    @property
    def rows(self) -> tuple[RankedLoss, ...]:
        """What is ranked."""
        return self.ranking.rows

    @property
    def shapley(self) -> tuple[CapturedShare, ...] | None:
        """What each captured place has in the loss of all; None where that was not asked."""
        return self.ranking.shapley

    def document(self) -> Document:
        """What ``sim rank --json`` prints."""
        return self.ranking.document()

    def table(self) -> DataTable:
        """One row a place or road."""
        from sim.cuts.ranking import RankedLoss

        columns = tuple(f for f in RankedLoss.__dataclass_fields__ if f != "interval")
        rows = [tuple(getattr(row, name) for name in columns) for row in self.rows]
        return DataTable("rank", columns, rows)

    def drawing(self) -> Drawing:
        """The chart of the ranking."""
        from sim.view.cut_files import rank_of

        return rank_of(self.ranking)

    def _found(self) -> tuple[Mapping[str, Found], Found]:
        return {row.name: {"loss": row.loss} for row in self.rows}, {"loss": 0}

    def _on_ground(self) -> Findings:
        from sim.cuts.on_ground import ranking_found

        return ranking_found(self.ranking)

    def _glance(self) -> tuple[str, Facts]:
        worst = [
            (row.name, f"{row.loss:,.6g} ({percent(row.loss_share)})") for row in self.rows[:10]
        ]
        title = f"Loss of each alone, of {self._said(self.ranking.max_flow)}"
        return title, [*self._ends(), *worst]
