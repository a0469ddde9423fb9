"""The map: an axis in its country at one instant.

Behind: countries, lakes and rivers, and the fronts as the holders hint at them. Roads: a
casing as wide as the capacity that the axis' actor can use, a core as wide as the flow, both
on one scale. Places: shape and colour by holder. On top: what is cut, and labels that touch
nothing. Where places crowd, an inset shows them and the forces there larger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

import numpy as np
from matplotlib.figure import Figure

from sim.base.said import Name, Sentence
from sim.measure.axis import AxisLens, AxisView, turning_points
from sim.measure.routes import DOING, stops_km
from sim.measure.summary import Analysis
from sim.state.control import EVERYONE, Control
from sim.state.record import MODES
from sim.state.sides import Side
from sim.view.data import MapData, MapForce, MapPlace, MapRoad, Page
from sim.view.draw import context, legible
from sim.view.look import HEIGHT, WIDTH
from sim.view.map.compose import compose
from sim.view.tables import Numbers, held_words
from sim.view.words import Words, rate


class Maps(Words):
    """The network at one instant, with the largest flow of an axis and its cut."""

    def __init__(self, analysis: Analysis) -> None:
        super().__init__(analysis)
        self._lenses: dict[str, AxisLens] = {}
        self._made: dict[tuple[str, int], MapData] = {}

    def _lens(self, axis: str) -> AxisLens:
        """The lens of an axis, made once for all its maps."""
        if axis not in self._lenses:
            self._lenses[axis] = AxisLens(self.scenario, axis, self.state(0))
        return self._lenses[axis]

    def turning_points(self, axis: str) -> list[AxisView]:
        """The start, the greatest changes of capacity, the end; in order of time."""
        return turning_points(self.analysis.views[axis])

    def every_change(self, axis: str, times: Sequence[int]) -> tuple[tuple[int, MapData], ...]:
        """The maps that stand at some of ``times`` (seconds): (from when on, map)."""
        starts = self.course.times
        wanted = sorted({max(t for t in starts if t <= time) for time in times})
        return tuple((time, self.at(axis, time)) for time in wanted)

    def at(self, axis: str, time: int) -> MapData:
        """The map of an axis at an instant (seconds)."""
        known = (view for view in self.analysis.views[axis] if view.time == time)
        return self.map(axis, next(known, None) or self._lens(axis).look(self.state(time), time))

    def map(self, axis: str, view: AxisView) -> MapData:
        """The network at one instant, with the largest flow of an axis and its cut.

        The same map again for the same instant: the small multiples show the single maps.
        """
        if (axis, view.time) not in self._made:
            self._made[axis, view.time] = self._map(axis, view)
        return self._made[axis, view.time]

    def _map(self, axis: str, view: AxisView) -> MapData:
        scenario, control = self.scenario, self.state(view.time)
        lens, this = self._lens(axis), scenario.axes[axis]
        passage, graph = lens.passage(control), lens.graph
        net_flow: Counter[str] = Counter()  # kg/day from the first end of each road to the other
        for route in view.routes:
            for start, road in zip(route.places, route.roads, strict=False):
                forth = start == graph.places[graph.a[graph.road_index[road]]]
                net_flow[road] += route.kg_per_day if forth else -route.kg_per_day
        roads, at_start = [], self.state(0).closed
        capacity, stated_roads = control.terrain.road_capacity, scenario.network.roads
        for road, ends, ways, own in zip(
            graph.roads, graph.shape.ends, passage.road.tolist(), capacity, strict=True
        ):
            state: Literal["open", "closed", "cut", "absent"] = "open"
            if road in control.closed:
                state = "closed" if road in at_start else "cut"
                state = "absent" if control.absent(road) else state
            stated = stated_roads[road]
            roads.append(
                MapRoad(
                    road, graph.places[ends[0]], graph.places[ends[1]], ways[0], max(own),
                    net_flow.get(road, 0), state, ways[1] if stated.directed else None,
                    stated.one_way, stated.exists,
                )
            )  # fmt: skip
        marked = view.marked
        when = self.date(view.time)
        subtitle = Sentence(
            Name(this.name), ": the largest flow its roads can carry on ", when,
            ", by the fastest routes",
        )  # fmt: skip
        return MapData(
            Page(self._map_title(axis, view), subtitle, self.credit),
            when, this.actor, self.actors,
            tuple(self._place(p, control, axis) for p in graph.places), tuple(roads),
            cut_places=frozenset(m for m in marked if m in scenario.network.places),
            cut_roads=frozenset(m for m in marked if m in scenario.network.roads),
            cut_word="minimum cut" if view.capacity else "lost, and in the way",
            focus=self._focus(axis), flow_word="largest flow", opposed=self._opposed,
            forces=self.forces(view.time), subjects=self._subjects(axis, view),
        )  # fmt: skip

    def _subjects(self, axis: str, view: AxisView) -> frozenset[str]:
        """The places that the title of a map speaks of, the ends of roads too."""
        named = [*view.cut.names, *view.cut.barrier]
        for event in self.causes(axis, view.time):
            named += event.subject.split(", ")
        net = self.scenario.network
        ends = [end for i in named if i in net.roads for end in (net.roads[i].a, net.roads[i].b)]
        return frozenset([*ends, *named]) & net.places.keys()

    def forces(self, time: int) -> tuple[MapForce, ...]:
        """The forces in the field at an instant (s), each where its series has it then.

        Between two rows a position runs straight; what came at the instant itself is included.
        """
        found = []
        for id_, operation in self.scenario.operations.items():
            series, subject = self.analysis.series, f"operation:{id_}"
            mode = series[subject, "mode"].at(time)
            strength = series[subject, "strength_persons"].at(time)
            if not strength or mode is None or MODES[mode] not in DOING:
                continue
            position = series[subject, "position_m"]
            metres = float(np.interp(time, position.times, position.values))
            stops = self._stops[id_]
            found.append(
                MapForce(
                    id_, operation.name, operation.actor, tuple(p for p, _ in stops),
                    tuple(km for _, km in stops), metres / 1000, strength, DOING[MODES[mode]],
                )
            )  # fmt: skip
        return tuple(found)

    @cached_property
    def _stops(self) -> dict[str, list[tuple[str, float]]]:
        graph, net = self.state(0).terrain.graph, self.scenario.network
        return {id_: stops_km(net, o, graph) for id_, o in self.scenario.operations.items()}

    @cached_property
    def _opposed(self) -> frozenset[frozenset[str]]:
        """Pairs of actors that are no friends and both take part: who only holds ground does not.

        Taking part is to have an axis or an operation, or to take a place by an event.
        """
        scenario = self.scenario
        active = {a.actor for a in scenario.axes.values()}
        active |= {o.actor for o in scenario.operations.values()}
        active |= {e.by for e in scenario.events.values() if e.by is not None}
        return frozenset(
            frozenset((a, b)) for a in active for b in active - Side.of(a, scenario.actors).own
        )

    def _place(self, place: str, control: Control, axis: str) -> MapPlace:
        known, this = self.scenario.network.places[place], self.scenario.axes[axis]
        sealed = control.sealed.get(place, frozenset())
        return MapPlace(
            id=place, name=known.name, lat=known.lat, lon=known.lon,
            holders=tuple(sorted(control.holders[place].items(), key=lambda h: (-h[1], h[0]))),
            besieged=control.besieged.get(place, frozenset()),
            sealed=EVERYONE in sealed or this.actor in sealed, kind=known.kind,
            crossing=known.crossing,
            role="source" if place in this.sources else "sink" if place in this.sinks else None,
            population=known.population,
        )  # fmt: skip

    def _focus(self, axis: str) -> tuple[str, ...]:
        """What the frame must show: every route that the axis ever took, and what fell on it.

        So must the roads that may not be there, where one end is shown: another run takes them.
        """
        this, roads = self.scenario.axes[axis], self.scenario.network.roads.values()
        ends = {road.id: (road.a, road.b) for road in roads}
        shown = {*this.sources, *this.sinks}
        for view in self.analysis.views[axis]:
            for route in view.routes:
                shown.update(route.places)
            for item in (*view.cut.names, *view.cut.barrier):
                shown.update(ends.get(item, [item]))
        credited = {row.event for row in self.record.credits if row.axis == axis}
        # what forces took is on the routes or in the cut already
        for event in credited & self.scenario.events.keys():
            shown.update(self.scenario.events[event].places)
        doubtful = [{road.a, road.b} for road in roads if road.doubtful]
        return tuple(sorted(shown.union(*(pair for pair in doubtful if pair & shown))))

    def _map_title(self, axis: str, view: AxisView) -> Sentence:
        name = Name(self.scenario.axes[axis].name)
        looks = self.analysis.views[axis]
        carries = rate(axis, view.capacity)
        if view.time == looks[0].time:
            if not view.capacity:
                return Sentence(name, " is not open at the start")
            others = "" if view.cut.unique else " (other cuts bind it too)"
            bound = self.names(view.cut.names)
            return Sentence(name, " can carry ", carries, ", bound by ", bound, others)
        before = max((v for v in looks[:-1] if v.time < view.time), key=lambda v: v.time)
        if view.time == self.record.end and before.capacity == view.capacity:
            if not view.capacity:
                way = self.names(view.cut.barrier)
                stand = "stands" if len(view.cut.barrier) == 1 else "stand"
                ends = Sentence(name, " ends cut")
                return Sentence(ends, "; ", way, f" {stand} in the way") if way else ends
            start = looks[0].capacity
            if not start:
                return Sentence(name, " was not open at the start, ends with ", carries)
            of = "all" if view.capacity == start else rate(axis, start)
            had = " that it had" if view.capacity == start else " that it had at the start"
            return Sentence(name, " ends with ", carries, ", " if of == "all" else " of ", of, had)
        events = [
            Name(e.text) if e.text and legible(e.text) else self.names(e.subject.split(", "))
            for e in self.causes(axis, view.time)
        ]
        why = Sentence(events[0], ": ") if events else Sentence("")
        if not view.capacity:
            return Sentence(why, name, " is cut")
        return Sentence(why, name, " goes from ", rate(axis, before.capacity, ""), " to ", carries)


@context()
def draw_map(data: MapData, width: float = WIDTH, height: float = HEIGHT) -> Figure:
    """The map of one axis at one instant, ``width`` by ``height`` pixels; higher if its legend is.

    Places and roads outside the frame are left out, as are labels that find no room (last
    in order of importance: cut, sources and sinks, besieged, focus, population).

    Raises:
        ValueError: a colour, a marker, or a coordinate that is not a finite number.
        KeyError: a road whose end is not among the places.
    """
    return compose(data, width=width, height=height)


def map_table(data: MapData) -> Numbers:
    """Places with their holders, roads with capacity and flow in kg/day, forces if any."""
    rows: list[tuple[object, ...]] = []
    for p in sorted(data.places, key=lambda p: p.id):
        state = [*(["besieged"] if p.besieged else []), *(["sealed"] if p.sealed else [])]
        cut = "yes" if p.id in data.cut_places else ""
        held = held_words(p.holders)
        rows.append(("place", p.id, p.name, held, ";".join(state), *[None] * 4, cut))
    for r in sorted(data.roads, key=lambda r: r.id):
        cut = "yes" if r.id in data.cut_roads else ""
        rows.append(("road", r.id, "", "", r.state, r.a, r.b, r.capacity, r.flow, cut))
    columns: tuple[str, ...] = (
        "kind", "id", "name", "holders", "state", "from", "to", "capacity_kg_per_day",
        "flow_kg_per_day", "in_cut",
    )  # fmt: skip
    if data.forces:
        columns = (*columns, "km_from_base", "persons")
        rows = [(*row, None, None) for row in rows]
    for f in sorted(data.forces, key=lambda f: f.id):
        ends = f.stops[0], f.stops[-1]
        blank = None, None, ""
        rows.append(
            ("force", f.id, f.name, f.actor, f.state, *ends, *blank, round(f.km, 3), f.strength)
        )
    back = {r.id: r.back for r in data.roads if r.back is not None}
    if back:  # a column more; of a road that carries the same both ways it is the same
        columns = (*columns, "capacity_back_kg_per_day")
        rows = [(*row, back.get(str(row[1]), row[7])) for row in rows]
    return Numbers(columns, rows)
