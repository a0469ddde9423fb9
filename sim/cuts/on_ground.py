"""What a run says of places and roads at its instants, and what an answer says of its case."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from sim.cuts.case import Case
from sim.cuts.from_scenario import AxisCut, cut_of_axis
from sim.cuts.ranking import Ranking, losses_alone, ranks_of
from sim.cuts.reliability import Reliability
from sim.measure.axis import turning_points
from sim.measure.names import name_of
from sim.measure.summary import Analysis
from sim.network import UNLIMITED
from sim.network.arcs import Target
from sim.scenario.dates import date_of
from sim.scenario.model import DAY, PPM, Network
from sim.state.control import Control, Kind, shares_text
from sim.state.pace import graph_at
from sim.state.rebuild import Rebuilt
from sim.tables.layers import (
    ATTACK,
    AXIS_PLACES,
    AXIS_ROADS,
    CASE_PLACES,
    CASE_ROADS,
    CUT_PLACES,
    CUT_ROADS,
    PLACES,
    RANKING,
    RELIABILITY,
    ROADS,
    Each,
    Field,
    Ground,
    Layer,
    Style,
)

Values = list[Any]


def ground_of_run(
    analysis: Analysis, axes: Sequence[str], time: int | None, colours: Mapping[str, str]
) -> Ground:
    """Places and roads of a run for some of its axes, at ``time`` (s) or at each turning point.

    The turning points are those of the first of the axes; without any the start and the end.
    ``colours`` are those of the actors.
    """
    times = [time] if time is not None else _turns(analysis, axes)
    layers = []
    for i, instant in enumerate(times):
        name = "" if time is not None else f"{i:02d}_day_{instant // DAY:03d}"
        at = _Instant(analysis, axes, instant)
        layers.append(Layer(name, at.places(), at.roads()))
    net = analysis.scenario.network
    place_fields = [*PLACES, *(field.of(axis) for axis in axes for field in AXIS_PLACES)]
    road_fields = [*ROADS, *(field.of(axis) for axis in axes for field in AXIS_ROADS)]
    style = Style(colours=colours, wide="capacity_t_day")
    if axes:
        style = Style(f"{axes[0]}_in_cut", f"{axes[0]}_capacity_t_day", colours)
    title = analysis.scenario.title
    return Ground(title, place_fields, road_fields, layers, positions(net), style)


def positions(net: Network) -> dict[str, tuple[float, float]]:
    """Latitude and longitude of every place."""
    return {place.id: (place.lat, place.lon) for place in net.places.values()}


def _turns(analysis: Analysis, axes: Sequence[str]) -> list[int]:
    if not axes:
        return [0, analysis.record.end]
    return [view.time for view in turning_points(analysis.views[axes[0]])]


class _Instant:
    """A run at one instant, in the order of :mod:`sim.tables.layers`."""

    def __init__(self, analysis: Analysis, axes: Sequence[str], time: int) -> None:
        self.analysis, self.scenario, self.time = analysis, analysis.scenario, time
        control = analysis.record.control
        course = Rebuilt(self.scenario, control)
        self.control = course.at(time)
        self.graph = graph_at(self.control)
        self.axes = [
            _AxisThen(analysis, cut_of_axis(self.scenario, course, axis, time), time)
            for axis in axes
        ]
        rows = (row for row in analysis.record.loads if row.time <= time)
        self._loads = {(row.kind, row.id, row.origin): row.kg_per_day for row in rows}

    @cached_property
    def _when(self) -> Values:
        date = date_of(self.scenario, self.time)
        return [self.time / DAY, None if date is None else date.isoformat()]

    def places(self) -> list[Values]:
        """A row a place."""
        return [self._place(i, place) for i, place in enumerate(self.graph.places)]

    def roads(self) -> list[Values]:
        """A row a road."""
        return [self._road(i, road) for i, road in enumerate(self.graph.roads)]

    def _place(self, i: int, place: str) -> Values:
        known, value = self.scenario.network.places[place], self.control.value
        besieged, sealed = (value(("place", place, what)) for what in ("besieged", "sealed"))
        words = [word for word, true in (("besieged", besieged), ("sealed", sealed)) if true]
        return [
            *self._when, place, known.name, known.kind, known.country, known.population,
            *_held(self.control.holders[place]), " and ".join(words) or "open",
            besieged or None, sealed or None, _tonnes(self.control.terrain.place_capacity[i]),
            self._kept("place", place), _tonnes(self._loads.get(("place", place, place), 0)),
            *(value for axis in self.axes for value in axis.place(i)),
        ]  # fmt: skip

    def _road(self, i: int, road: str) -> Values:
        known, ends = self.scenario.network.roads[road], self.control.holders
        both = {a: min(share, ends[known.b].get(a, 0)) for a, share in ends[known.a].items()}
        loads = (self._loads.get(("road", road, end), 0) for end in (known.a, known.b))
        return [
            *self._when, road, name_of(self.scenario, road), known.name, known.a, known.b,
            known.road_class, known.km, known.estimated, known.one_way,
            *_held({actor: share for actor, share in both.items() if share}),
            self.control.value(("road", road, "state")),
            _each(self.control.terrain.road_capacity[i]), self._kept("road", road), _each(loads),
            *(value for axis in self.axes for value in axis.road(i)),
        ]  # fmt: skip

    def _kept(self, kind: Kind, id_: str) -> float:
        return kept_of(self.control, kind, id_)


def kept_of(control: Control, kind: Kind, id_: str) -> float:
    """The share of its capacity that damage and profiles leave a place or a road."""
    left = 0.0 if kind == "road" and control.stands(id_) else 1.0
    for kept in control.kept.get((kind, id_), {}).values():
        left *= kept / PPM
    return left


def _held(shares: Mapping[str, int]) -> Values:
    """Who holds most, of equals the first by id, and every holder with its share."""
    most = min(shares, key=lambda actor: (-shares[actor], actor), default=None)
    return [most, shares_text(shares) or None]


def _tonnes(kg: int) -> float | None:
    return None if kg >= UNLIMITED else kg / 1000


def _each(kg: Iterable[int]) -> Each:
    return Each(*map(_tonnes, kg))


class _AxisThen:
    """An axis of a run at one instant."""

    def __init__(self, analysis: Analysis, cut: AxisCut, time: int) -> None:
        self._analysis, self._time, self._axis, self._case = analysis, time, cut.axis, cut.case
        self._whole, self._marked = cut.view.capacity, frozenset(cut.view.marked)
        self._lost = losses_alone(self._case)
        self._ranks = ranks_of(kg for kg in self._lost.values() if kg)
        rows = analysis.record.flows
        self._flows = {
            (row.road, row.origin): row.kg_per_day
            for row in rows
            if row.time <= time and row.axis == self._axis
        }

    def place(self, i: int) -> Values:
        """The values of a place."""
        case, place = self._case, self._case.graph.places[i]
        role = "source" if i in case.sources else "sink" if i in case.sinks else None
        return [
            role, _tonnes(int(case.places[i])), _tonnes(int(case.flow.place_flow[i])),
            *self._weak(Target("place", i), place), *self._supply(place),
        ]  # fmt: skip

    def road(self, i: int) -> Values:
        """The values of a road."""
        case, graph = self._case, self._case.graph
        road, ends = graph.roads[i], (graph.places[graph.a[i]], graph.places[graph.b[i]])
        return [
            _each(case.roads[i].tolist()),
            _each(self._flows.get((road, end), 0) for end in ends),
            _each(case.flow.road_flow[i].tolist()),
            *self._weak(Target("road", i), road),
        ]  # fmt: skip

    def _weak(self, target: Target, name: str) -> Values:
        marked = name in self._marked
        if target in self._case.ends:  # which are no targets
            return [marked, None, None, None]
        lost = self._lost.get(target, 0)
        share = round(lost / self._whole, 6) if self._whole else 0.0
        return [marked, lost / 1000, share, self._ranks.get(lost)]

    def _supply(self, place: str) -> Values:
        stock, eaten = self._at(place, "stock_kg"), self._at(place, "demand_kg_per_day")
        if stock is None:
            return [None, None]
        return [stock / 1000, round(stock / eaten, 3) if eaten else None]

    def _at(self, sink: str, measure: str) -> int | None:
        steps = self._analysis.series.get((f"sink:{self._axis}/{sink}", measure))
        return None if steps is None else steps.at(self._time)


class Findings(NamedTuple):
    """Fields of places and of roads, and the values of one of them."""

    places: Sequence[Field]
    roads: Sequence[Field]
    values: Callable[[Target], Values]


def cut_found(case: Case) -> Findings:
    """A largest flow of a case, and its minimum cut."""
    flow = case.flow

    def values(target: Target) -> Values:
        if target.kind == "place":
            there = amount_of(case, int(flow.place_flow[target.at]))
            return [target.at in flow.cut.places, there]
        ways = (amount_of(case, amount) for amount in flow.road_flow[target.at].tolist())
        return [target.at in flow.cut.roads, Each(*ways)]

    return Findings(CUT_PLACES, CUT_ROADS, values)


def attack_found(case: Case, removed: Collection[str]) -> Findings:
    """What an attack on a case loses."""
    return Findings(ATTACK, ATTACK, lambda target: [_id(case, target) in removed])


def ranking_found(ranking: Ranking) -> Findings:
    """What the loss of each place and road alone costs, of those that are ranked."""
    case = ranking.case
    ranks = ranks_of(row.loss for row in ranking.rows if row.loss)
    tons = 1000 if case.unit == "kg/day" else 1
    found: dict[tuple[str, str], Values] = {}
    for row in ranking.rows:
        rank = ranks.get(row.loss)
        late = row.deliverable_loss
        found[row.kind, row.name] = [
            row.loss / tons, row.loss_share, rank, row.flow_share, row.in_minimum_cuts,
            row.delay_hours, None if late is None else late / tons, row.places_shut_off,
        ]  # fmt: skip
    unranked = [None] * len(RANKING)
    return Findings(
        RANKING, RANKING, lambda target: found.get((target.kind, _id(case, target)), unranked)
    )


def reliability_found(found: Reliability) -> Findings:
    """How likely each place and road stands, what that adds, and how likely it is in the cut."""
    case = found.case
    tons = 1000 if case.unit == "kg/day" else 1
    rows: dict[tuple[str, str], Values] = {
        (e.kind, e.name): [
            e.stands, None if e.gain is None else e.gain.value,
            None if e.flow_gain is None else e.flow_gain / tons, e.in_cut.value,
        ]
        for e in found.elements
    }  # fmt: skip
    return Findings(
        RELIABILITY, RELIABILITY,
        lambda target: rows.get((target.kind, _id(case, target)), [1.0, None, None, 0.0]),
    )  # fmt: skip


def _id(case: Case, target: Target) -> str:
    graph = case.graph
    return (graph.places if target.kind == "place" else graph.roads)[target.at]


def ground_of_case(case: Case, found: Findings) -> Ground:
    """The places and roads of a case, each with its capacity and what was found of it.

    Amounts of a scenario are in t/day, those of a network in its own unit.
    """
    graph = case.graph
    places = [
        [place, case.names.get(place), amount_of(case, int(case.places[i])),
         *found.values(Target("place", i))]
        for i, place in enumerate(graph.places)
    ]  # fmt: skip
    ends = zip(graph.a.tolist(), graph.b.tolist(), case.roads.tolist(), strict=True)
    roads = [
        [graph.roads[i], graph.places[a], graph.places[b], float(graph.km[i]),
         Each(*(amount_of(case, amount) for amount in amounts)), *found.values(Target("road", i))]
        for i, (a, b, amounts) in enumerate(ends)
    ]  # fmt: skip
    place_fields, road_fields = [*CASE_PLACES, *found.places], [*CASE_ROADS, *found.roads]
    if case.unit != "kg/day":
        place_fields, road_fields = (
            [field.bare() for field in fields] for fields in (place_fields, road_fields)
        )
    marks = next((field.name for field in found.roads if field.kind is bool), None)
    style = Style(marks, next(f.name for f in road_fields if f.each_way))
    return Ground(
        case.title, place_fields, road_fields, [Layer("", places, roads)], _known(case), style
    )


def _known(case: Case) -> dict[str, tuple[float, float]] | None:
    """Where places are; None where that is not known of every one."""
    if case.located is None:
        return None
    places = zip(case.graph.places, case.located.tolist(), strict=True)
    return {place: (lat, lon) for place, (lat, lon) in places}


def amount_of(case: Case, amount: int) -> float | None:
    """An amount of a case as its fields have it; None for one without limit."""
    value = case.value(amount)
    if value is None:
        return None
    return value / 1000 if case.unit == "kg/day" else float(value)
