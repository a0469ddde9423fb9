"""From a run to its figures: fills the plain data that the ``draw_*`` functions take.

Each figure says in its title what was found. A run gets maps of its main axis (start,
turning points, end), a chart over time for the main axis and for every other one whose
capacity changed, the chart of who held what, and the chart of regrouping.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from sim.engine.control import EVERYONE, Control
from sim.engine.record import DISPERSE, STAY, EventRow
from sim.measure.axis import AxisLens, AxisView
from sim.measure.compare import Comparison
from sim.measure.state import states
from sim.measure.summary import Analysis, Steps, series_by_key
from sim.scenario.dates import date_of, format_instant
from sim.scenario.model import DAY, Scenario

from .control_chart import draw_control
from .curves import draw_axis, draw_compare
from .data import (
    ActorStyle,
    AxisSeries,
    CompareData,
    ComparePanel,
    ControlData,
    ControlRow,
    Curve,
    EventMark,
    HoldSpan,
    MapData,
    MapPlace,
    MapRoad,
    Page,
    RegroupData,
    RegroupGroup,
    RegroupMove,
    SinkStock,
    Span,
)
from .map import draw_map
from .regroup_chart import draw_regroup
from .style import save
from .terminal import number

if TYPE_CHECKING:
    from sim.api import Run

MOST_GROUPS = 4
"""Displaced groups drawn one by one; the title counts all."""

MOST_MAPS = 8
"""Maps of one run at most: the start, the end, and the greatest changes between."""


def write_figures(run: Run, folder: Path) -> None:
    """Draw every figure of a run into ``folder`` as PNG and SVG."""
    folder.mkdir()
    for name, figure in figures(run):
        save(figure, folder, name)


def figures(run: Run) -> Iterator[tuple[str, Figure]]:
    """(file name, figure) of every figure of a run, one by one."""
    painter = _Painter(run.scenario, run.analysis)
    main = run.scenario.main_axis
    if main is not None:
        for i, view in enumerate(painter.turning_points(main)):
            yield f"map_{i:02d}_day_{view.time // DAY:03d}", draw_map(painter.map(main, view))
    for axis, looks in run.analysis.views.items():
        if axis == main or any(v.capacity != looks[0].capacity for v in looks):
            yield f"axis_{axis}", draw_axis(painter.axis(axis))
    control = painter.control()
    if control.rows:
        yield "who_held_what", draw_control(control)
    if run.record.moves:
        yield "regroup", draw_regroup(painter.regroup())


class _Painter:
    """Looks things up for the figures of one run."""

    def __init__(self, scenario: Scenario, analysis: Analysis) -> None:
        self.scenario = scenario
        self.analysis = analysis
        self.record = analysis.record
        self.span = Span(scenario.length, scenario.start)
        self.actors = tuple(ActorStyle(a.id, a.name, a.color) for a in scenario.actors.values())
        self._states = {
            time: control.copy() for time, control in states(scenario, self.record.control)
        }

    def _credit(self) -> str:
        return f"{self.scenario.title} ({self.scenario.id}, seed {self.record.seed})"

    def _date(self, seconds: int) -> str:
        """An instant for people: "24 August 2016", or "day 86"."""
        date = date_of(self.scenario, seconds)
        if date is None:
            return format_instant(self.scenario, seconds)
        return f"{date.day} {date:%B %Y}"

    def _name(self, item: str) -> str:
        """A place by its name, a road by the names of its ends."""
        net = self.scenario.network
        if item in net.places:
            return net.places[item].name
        road = net.roads[item]
        return f"{net.places[road.a].name} - {net.places[road.b].name}"

    def _names(self, items: Sequence[str], most: int = 3) -> str:
        names = [self._name(item) for item in items]
        if len(names) > most:
            return ", ".join(names[:most]) + f" and {len(names) - most} more"
        return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

    def _state(self, time: int) -> Control:
        return self._states[max(t for t in self._states if t <= time)]

    # --- maps ------------------------------------------------------------------------------

    def turning_points(self, axis: str) -> list[AxisView]:
        """The start, the greatest changes of capacity, the end; in order of time."""
        looks = self.analysis.views[axis]
        first, changes, last = looks[0], looks[1:-1], looks[-1]
        before = {v.time: old.capacity for old, v in zip(looks, changes, strict=False)}
        weight = {
            # a cut or a reopening is a turning point whatever its size
            v.time: (not v.capacity or not before[v.time], abs(v.capacity - before[v.time]))
            for v in changes
        }
        chosen = sorted(changes, key=lambda v: (weight[v.time], -v.time), reverse=True)
        kept = sorted(chosen[: MOST_MAPS - 2], key=lambda v: v.time)
        return [first, *kept, last]

    def map(self, axis: str, view: AxisView) -> MapData:
        """The network at one instant, with the largest flow of an axis and its cut."""
        scenario, control = self.scenario, self._state(view.time)
        lens = AxisLens(scenario, axis, self._states[0])
        passage, flow = lens.passage(control), lens.flow(control)
        this = scenario.axes[axis]
        graph = lens.graph
        net_flow = flow.road_flow[:, 0] - flow.road_flow[:, 1]
        roads = []
        for i, road in enumerate(graph.roads):
            closed = road in control.closed
            since = road in self._states[0].closed
            roads.append(
                MapRoad(
                    road,
                    graph.places[graph.a[i]],
                    graph.places[graph.b[i]],
                    int(passage.road[i, 0]),
                    control.terrain.road_capacity[i],
                    int(net_flow[i]),
                    ("closed" if since else "cut") if closed else "open",
                )
            )
        cut = view.cut
        lost = cut.barrier or cut.names
        marked = cut.names if view.capacity else lost
        return MapData(
            page=Page(
                self._map_title(axis, view),
                f"{this.name}: the largest flow its roads can carry on {self._date(view.time)}, "
                "by the fastest routes",
                self._credit(),
            ),
            when=self._date(view.time),
            actor=this.actor,
            actors=self.actors,
            places=tuple(self._place(p, control, axis) for p in graph.places),
            roads=tuple(roads),
            cut_places=frozenset(m for m in marked if m in scenario.network.places),
            cut_roads=frozenset(m for m in marked if m in scenario.network.roads),
            cut_word="minimum cut" if view.capacity else "lost, and in the way",
            focus=self._focus(axis),
            flow_word="largest flow",
        )

    def _place(self, place: str, control: Control, axis: str) -> MapPlace:
        known, this = self.scenario.network.places[place], self.scenario.axes[axis]
        sealed = control.sealed.get(place, frozenset())
        return MapPlace(
            id=place,
            name=known.name,
            lat=known.lat,
            lon=known.lon,
            holders=tuple(sorted(control.holders[place].items(), key=lambda h: (-h[1], h[0]))),
            besieged=control.besieged.get(place, frozenset()),
            sealed=EVERYONE in sealed or this.actor in sealed,
            kind=known.kind,
            crossing=known.crossing,
            role="source" if place in this.sources else "sink" if place in this.sinks else None,
            population=known.population,
        )

    def _focus(self, axis: str) -> tuple[str, ...]:
        """What the frame must show: every route that the axis ever took, and what fell on it."""
        this, net = self.scenario.axes[axis], self.scenario.network
        shown = {*this.sources, *this.sinks}
        for view in self.analysis.views[axis]:
            for route in view.routes:
                shown.update(route.places)
            for item in (*view.cut.names, *view.cut.barrier):
                shown.update(
                    [item] if item in net.places else [net.roads[item].a, net.roads[item].b]
                )
        credited = {row.event for row in self.record.credits if row.axis == axis}
        for event in credited:
            shown.update(self.scenario.events[event].places)
        return tuple(sorted(shown))

    def _map_title(self, axis: str, view: AxisView) -> str:
        name = self.scenario.axes[axis].name
        looks = self.analysis.views[axis]
        tonnes = _tonnes(view.capacity / 1000)
        if view is looks[0]:
            if not view.capacity:
                return f"{name} is not open at the start"
            first = "" if view.cut.unique else ", first of all"
            return f"{name} can carry {tonnes}, bound by {self._names(view.cut.names)}{first}"
        before = max((v for v in looks[:-1] if v.time < view.time), key=lambda v: v.time)
        if view.time == self.record.end and before.capacity == view.capacity:
            if not view.capacity:
                return f"{name} ends cut; {self._names(view.cut.barrier)} stand in the way"
            start = looks[0].capacity
            part = "all" if view.capacity == start else f"{view.capacity / start:.0%}"
            return f"{name} ends with {tonnes}, {part} of what it had"
        events = [
            e.text or self._names(e.subject.split(", ")) for e in self._causes(axis, view.time)
        ]
        why = f"{events[0]}: " if events else ""
        if not view.capacity:
            return f"{why}{name} is cut"
        old = number(round(before.capacity / 1000))
        return f"{why}{name} goes from {old} to {tonnes}"

    def _causes(self, axis: str, time: int) -> list[EventRow]:
        """The events credited with a change of an axis at one instant, the greatest first."""
        parts = {
            r.event: r.kg_per_day for r in self.record.credits if (r.time, r.axis) == (time, axis)
        }
        rows = [e for e in self.record.events if e.time == time and e.cause in parts]
        return sorted(rows, key=lambda e: (-abs(parts[e.cause]), e.cause))

    # --- over time ---------------------------------------------------------------------------

    def axis(self, axis: str) -> AxisSeries:
        """One axis over the period."""
        this, analysis = self.scenario.axes[axis], self.analysis

        def steps(measure: str) -> Curve:
            return _steps(analysis.series[f"axis:{axis}", measure])

        sinks = []
        for sink in this.sinks:
            stock = analysis.series[f"sink:{axis}/{sink}", "stock_kg"]
            out = analysis.measures[f"axes.{axis}.sinks.{sink}.time_of_exhaustion"].value
            sinks.append(
                SinkStock(
                    self._name(sink),
                    _line(stock),
                    self.record.consumption[axis, sink],
                    None if out is None else round(out * DAY),
                )
            )
        return AxisSeries(
            page=Page(self._axis_title(axis), f"{this.name}: {_AXIS_SUBTITLE}", self._credit()),
            span=self.span,
            capacity=steps("capacity_kg_per_day"),
            deliverable=steps("deliverable_kg_per_day"),
            demand=steps("demand_kg_per_day"),
            planned=steps("planned_kg_per_day"),
            delivered=_rate(
                [analysis.series[f"sink:{axis}/{s}", "delivered_kg"] for s in this.sinks]
            ),
            stocks=tuple(sinks),
            events=self._marks(axis),
        )

    def _axis_title(self, axis: str) -> str:
        name, measures = self.scenario.axes[axis].name, self.analysis.measures
        start = measures[f"axes.{axis}.capacity_start"].value or 0
        end = measures[f"axes.{axis}.capacity_end"].value or 0
        first = measures[f"axes.{axis}.time_of_first_cut"].value
        lasting = measures[f"axes.{axis}.time_of_lasting_cut"].value
        if first is None:
            found = (
                f"{name} keeps its capacity of {_tonnes(start)}"
                if start == end
                else f"{name} goes from {number(round(start))} to {_tonnes(end)} and is never cut"
            )
        elif lasting is not None:
            found = f"{name} is cut for good on {self._date(round(lasting * DAY))}"
            if lasting != first:
                found += f", first on {self._date(round(first * DAY))}"
        else:
            days = measures[f"axes.{axis}.days_cut"].value
            found = f"{name} is cut for {number(days)} days, then open again"
        empty = [
            (value, self._name(sink))
            for sink in self.scenario.axes[axis].sinks
            if (value := measures[f"axes.{axis}.sinks.{sink}.time_of_exhaustion"].value) is not None
        ]
        if empty:
            day, sink = min(empty)
            return f"{found}; {sink} runs out on {self._date(round(day * DAY))}"
        return f"{found}; no stock runs out"

    def _marks(self, axis: str) -> tuple[EventMark, ...]:
        """The scenario's events as they happened; those that changed the axis are major."""
        major = {(r.time, r.event) for r in self.record.credits if r.axis == axis}
        return tuple(
            EventMark(row.time, self._label(row), (row.time, row.cause) in major)
            for row in self.record.events
            if row.cause and row.kind != "ends"
        )

    def _label(self, row: EventRow) -> str:
        """A few words for an event on a time axis."""
        what = self._names(row.subject.split(", "), 1)
        event = self.scenario.events[row.cause]
        if row.kind != "capture":
            return f"{what} {_DONE[row.kind]}"
        if event.by is None:
            return f"{what} divided"
        return f"{what} to {self.scenario.actors[event.by].name}"

    # --- who held what, and who went where ---------------------------------------------------

    def control(self) -> ControlData:
        """Holders over time of the places that changed hands or were besieged."""
        changed: dict[str, list[int]] = defaultdict(list)
        for row in self.record.control:
            if row.time and row.kind == "place" and row.what in ("holders", "besieged"):
                changed[row.id].append(row.time)
        rows = []
        for place, times in sorted(changed.items(), key=lambda item: (item[1][0], item[0])):
            edges = sorted({0, *times})
            spans = []
            for start, end in zip(edges, [*edges[1:], self.record.end], strict=True):
                control = self._state(start)
                holders = tuple(sorted(control.holders[place].items(), key=lambda h: (-h[1], h[0])))
                ringed = control.besieged.get(place, frozenset())
                spans.append(HoldSpan(start, end, holders, ringed))
            rows.append(ControlRow(self._name(place), tuple(spans)))
        return ControlData(
            Page(self._control_title(len(rows)), "holders of every place that changed hands or "
                 "was besieged, in order of the first change", self._credit()),
            self.span, self.actors, tuple(rows),
        )  # fmt: skip

    def _control_title(self, rows: int) -> str:
        measures = self.analysis.measures
        change = {
            a.id: (measures[f"actors.{a.id}.places_end"].value or 0)
            - (measures[f"actors.{a.id}.places_start"].value or 0)
            for a in self.scenario.actors.values()
        }
        loser = min(change, key=lambda a: (change[a], a))
        winner = max(change, key=lambda a: (change[a], a))
        names = self.scenario.actors
        word = "place changes" if rows == 1 else "places change"
        if change[loser] >= 0 or change[winner] <= 0:
            return f"{rows} {word} hands or {'is' if rows == 1 else 'are'} besieged"
        return (
            f"{rows} {word} hands or {'is' if rows == 1 else 'are'} besieged: "
            f"{names[loser].name} loses {number(round(-change[loser], 1))}, "
            f"{names[winner].name} gains {number(round(change[winner], 1))}"
        )

    def regroup(self) -> RegroupData:
        """Where each displaced garrison went."""
        groups: dict[tuple[int, str, str], list[Any]] = defaultdict(list)
        for move in self.record.moves:
            groups[move.time, move.actor, move.origin].append(move)
        # the greatest groups, in order of time: a page of small ones says nothing
        shown = sorted(groups, key=lambda k: (-sum(m.persons for m in groups[k]), k))[:MOST_GROUPS]
        found = []
        for time, actor, origin in sorted(shown):
            moves = groups[time, actor, origin]
            lost = sum(m.persons for m in moves if m.outcome == "lost" and m.choice == origin)
            found.append(
                RegroupGroup(
                    origin=self._name(origin),
                    actor=actor,
                    persons=sum(m.persons for m in moves),
                    when=self._date(time),
                    lost=lost,
                    moves=tuple(
                        self._regroup_move(m.choice, m.persons, m.seconds)
                        for m in moves
                        if m.choice != origin
                    ),
                )
            )
        return RegroupData(
            Page(self._regroup_title(), "persons displaced by the loss of their place, by where "
                 "they chose to go", self._credit()),
            self.actors, tuple(found),
        )  # fmt: skip

    def _regroup_move(self, choice: str, persons: int, seconds: int) -> RegroupMove:
        hours = round(seconds / 3600, 1)
        if choice in (STAY, DISPERSE):
            return RegroupMove("stay" if choice == STAY else "disperse", persons, None, "stay")
        if choice in self.scenario.exits:
            return RegroupMove(self.scenario.exits[choice].name, persons, hours, "exit")
        return RegroupMove(self._name(choice), persons, hours)

    def _regroup_title(self) -> str:
        total = sum(m.persons for m in self.record.moves if m.outcome != "chose again")
        by_choice: dict[str, int] = defaultdict(int)
        lost = 0
        for move in self.record.moves:
            if move.outcome == "lost":
                lost += move.persons
            elif move.outcome != "chose again":
                by_choice[move.choice] += move.persons
        if not by_choice:
            return f"All {number(total)} displaced are lost"
        first = min(by_choice, key=lambda c: (-by_choice[c], c))
        if first in (STAY, DISPERSE):
            name = "staying" if first == STAY else "dispersal"
        else:
            exit_ = self.scenario.exits.get(first)
            name = exit_.name if exit_ else self._name(first)
        away = total - lost
        return (
            f"Of {number(total)} displaced {number(lost)} are lost; of the rest most choose "
            f"{name} ({by_choice[first] / away:.0%})"
        )


_DONE = {
    "besiege": "besieged", "relieve": "relieved", "close": "closed", "open": "open",
    "damage": "damaged", "seal": "sealed", "unseal": "unsealed", "raid": "raided",
}  # fmt: skip


def _tonnes(rate: float) -> str:
    """A capacity for a title: whole tonnes, but not 0 for what is more than nothing."""
    return f"{number(round(rate) or round(rate, 3))} t/day"


_AXIS_SUBTITLE = "what the roads can carry, what reaches the sinks, and what they have in store"


def _steps(steps: Steps) -> Curve:
    return Curve(tuple(steps.times), tuple(float(v) for v in steps.values))


def _line(steps: Steps) -> Curve:
    return Curve(tuple(steps.times), tuple(float(v) for v in steps.values), steps=False)


def _rate(delivered: Sequence[Steps]) -> Curve | None:
    """kg/day unloaded between samples, from the cumulative kg of all sinks of an axis."""
    times = sorted({t for steps in delivered for t in steps.times})
    if len(times) < 2:
        return None
    total = [sum(steps.at(t) or 0 for steps in delivered) for t in times]
    rates = [
        (b - a) * DAY / (u - t)
        for t, u, a, b in zip(times, times[1:], total, total[1:], strict=False)
    ]
    return Curve(tuple(times[:-1]), tuple(rates))


# --- comparisons ----------------------------------------------------------------------------


def write_comparison_figures(comparison: Comparison, folder: Path) -> None:
    """Draw the overlaid curves of every axis that differs into ``folder``."""
    folder.mkdir()
    for name, figure in comparison_figures(comparison):
        save(figure, folder, name)


def comparison_figures(comparison: Comparison) -> Iterator[tuple[str, Figure]]:
    """One figure for each axis that is in all runs and not the same in all of them."""
    tables = [series_by_key(o.series) for o in comparison.outcomes]
    axes = sorted(set.intersection(*({s for s, _ in t if s.startswith("axis:")} for t in tables)))
    changed = {r.path.split(".")[1] for r in comparison.rows if r.changed and r.path[:5] == "axes."}
    for subject in axes:
        axis = subject.removeprefix("axis:")
        if axis in changed:
            yield f"compare_{axis}", draw_compare(_compare_data(comparison, tables, axis))


def _compare_data(
    comparison: Comparison, tables: Sequence[dict[tuple[str, str], Steps]], axis: str
) -> CompareData:
    runs = tuple(o.name for o in comparison.outcomes)
    first = comparison.outcomes[0]
    scenario = first.summary["scenario"]
    start = datetime.fromisoformat(scenario["start"]) if scenario["start"] else None
    end = max(round(o.summary["scenario"]["days"] * DAY) for o in comparison.outcomes)
    panels = [
        ComparePanel(
            "capacity",
            "t/day",
            tuple(_steps(t[f"axis:{axis}", "capacity_kg_per_day"]) for t in tables),
            1000,
            True,
        ),
        ComparePanel(
            "deliverable",
            "t/day",
            tuple(_steps(t[f"axis:{axis}", "deliverable_kg_per_day"]) for t in tables),
            1000,
        ),
    ]
    sinks = sorted({s for t in tables for s, m in t if s.startswith(f"sink:{axis}/")})
    for sink in sinks:
        curves = tuple(
            _line(t[sink, "stock_kg"]) if (sink, "stock_kg") in t else None for t in tables
        )
        panels.append(ComparePanel(f"stock, {sink.split('/')[1]}", "t", curves, 1000, True))
    name = _axis_name(first.scenario, axis)
    return CompareData(
        Page(_compare_title(comparison, axis, name, start), f"{name}: {' | '.join(runs)}", ""),
        Span(end, start),
        runs,
        tuple(panels[:4]),
    )


def _axis_name(scenario: Any, axis: str) -> str:
    return str(scenario["axes"][axis].get("name", axis))


def _compare_title(comparison: Comparison, axis: str, name: str, start: datetime | None) -> str:
    """The first of capacity at the end, time of cut, tonnes delivered in which runs differ."""
    rows = {r.path: r for r in comparison.rows}
    names = [o.name for o in comparison.outcomes]

    def said(row: str, say: Any) -> str | None:
        found = rows.get(f"axes.{axis}.{row}")
        if found is None or not found.changed:
            return None
        return "; ".join(f"{say(v)} in {n}" for v, n in zip(found.values, names, strict=True))

    def date(value: float | None) -> str:
        if value is None:
            return "never"
        if start is None:
            return f"day {number(value)}"
        return (start + timedelta(days=value)).date().isoformat()

    def tonnes(value: float | None) -> str:
        return "-" if value is None else number(round(value, 1))

    lasting = said("time_of_lasting_cut", date)
    if lasting:
        return f"{name}, cut for good: {lasting}"
    mean = said("capacity_mean", lambda v: f"{tonnes(v)} t/day")
    if mean:
        return f"{name}, mean capacity: {mean}"
    delivered = said("delivered", lambda v: f"{tonnes(v)} t")
    return f"{name}, delivered: {delivered}" if delivered else f"{name}: small differences"
