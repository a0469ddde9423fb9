"""Fills the charts of forces and places: advances, who held what, regrouping."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from sim.base.numbers import number
from sim.measure.flows import Displacement, displaced, displacements
from sim.measure.routes import stops_km
from sim.measure.sides import days_carried, days_stocked, side_series
from sim.measure.steps import Steps, series_by_key
from sim.scenario.model import DAY, Operation
from sim.state.record import DISPERSE, STAY, EventRow, Move
from sim.view.data import (
    WHOLE,
    AdvanceData,
    ControlData,
    ControlRow,
    Curve,
    EventMark,
    GarrisonData,
    GarrisonRow,
    HoldSpan,
    Page,
    RecordPoint,
    RegroupData,
    RegroupGroup,
    RegroupMove,
    SidesData,
    SidesPanel,
)
from sim.view.words import Words, joined, steps

MOST_GARRISONS = 8
"""Garrisons drawn, those whose strength changed most."""

MOST_GROUPS = 4
"""Displaced groups drawn one by one; the title counts all."""

_ADVANCE = {
    "operation": "begins", "taken": "takes a place", "ring": "closes a ring", "battle": "battle",
    "repulsed": "beaten", "won": "wins", "stalled": "stalls", "given_up": "gives a place up",
}  # fmt: skip


def on_record(
    operation: Operation, stops: Sequence[tuple[str, float]], end: int
) -> tuple[RecordPoint, ...]:
    """What is on record of an operation's position within a period, in order of time."""
    at = dict(reversed(stops))  # a place that a route passes twice: the first time
    points = (
        (p.at, at[p.place] if p.place is not None else p.km or 0.0, p.text or "on record")
        for p in operation.on_record.values()
        if 0 <= p.at <= end
    )
    return tuple(sorted(points))


_SIDES: tuple[tuple[str, str, float, Literal["change", "total", "on the road"]], ...] = (
    ("places_ppm", "Ground: places won or lost since the start", WHOLE, "change"),
    ("fallen_persons", "Fallen in battle, persons", 1, "total"),
    ("reserves_on_road_persons", "Reserves on the road, persons", 1, "on the road"),
    ("displaced_on_road_persons", "Displaced on the road, persons", 1, "on the road"),
)
"""Panels of the chart of sides: measure, name, what its values are divided by, kind."""


class Forces(Words):
    """Advances in space and time, holders over time, where displaced strength went."""

    def advance(self, operation: str) -> AdvanceData:
        """One operation in space and time."""
        this, series = self.scenario.operations[operation], self.analysis.series
        subject = f"operation:{operation}"
        position, fed = series[subject, "position_m"], series[subject, "fed"]
        strength = series[subject, "strength_persons"]
        supply = joined(days_carried(self.record.drawn, series, this))
        stops = stops_km(self.scenario.network, this, self._states[0].terrain.graph)
        return AdvanceData(
            Page(self._advance_title(operation), f"{this.name}: position, strength and supply",
                 self._credit()),
            self.span,
            Curve(tuple(position.times), tuple(v / 1000 for v in position.values), steps=False),
            steps(strength),
            supply,
            tuple((km, self._name(place)) for place, km in stops),
            tuple((a, b) for a, b, v in fed.spans(self.record.end) if not v and b > a),
            tuple(
                EventMark(e.time, _ADVANCE[e.kind], e.kind in ("repulsed", "stalled"))
                for e in self.record.events
                if e.subject == operation and e.kind in _ADVANCE
            ),
            on_record(this, stops, self.record.end),
        )  # fmt: skip

    def _advance_title(self, operation: str) -> str:
        """How far it came, and what stopped it."""
        this, measures = self.scenario.operations[operation], self.analysis.measures
        path = f"operations.{operation}"
        if measures[f"{path}.time_of_start"].value is None:
            return f"{this.name} does not begin"
        far = measures[f"{path}.furthest_km"].value or 0
        when = measures[f"{path}.time_of_furthest"].value
        found = f"{this.name} comes {number(round(far))} km"
        if when is not None:
            found += f" by {self._date(round(when * DAY))}"
        stops = [
            (value, kind, words)
            for measure, kind, words in (
                ("stall", "stalled", "stalls out of supply"), ("repulse", "repulsed", "is beaten"),
            )
            if (value := measures[f"{path}.time_of_{measure}"].value) is not None
        ]  # fmt: skip
        if stops:
            day, kind, words = min(stops)
            times = sum((e.kind, e.subject) == (kind, operation) for e in self.record.events)
            often = f" {times} times, first" if times > 1 else ""
            found += f"; it {words}{often} on {self._date(round(day * DAY))}"
        return found

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
                control = self.state(start)
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

    def garrisons(self) -> GarrisonData:
        """Strength and days of supply of the garrisons that changed most."""
        found = []
        for (subject, measure), steps_ in self.analysis.series.items():
            kind, _, post = subject.partition(":")
            if kind != "garrison" or measure != "strength_persons":
                continue
            change = max(steps_.values) - min(steps_.values)
            if change:
                found.append((-change, post, steps_))
        rows = []
        for _, post, steps_ in sorted(found, key=lambda f: f[:2])[:MOST_GARRISONS]:
            actor, _, place = post.partition("/")
            name = f"{self._name(place)} ({self.scenario.actors[actor].name})"
            rows.append(GarrisonRow(name, steps(steps_), self._days_there(actor, place)))
        return GarrisonData(
            Page(self._garrison_title(found), "Strength, and days of supply in stock where an axis "
                 "supplies the place: the garrisons that changed most", self._credit()),
            self.span, tuple(rows),
        )  # fmt: skip

    def _days_there(self, actor: str, place: str) -> Curve | None:
        """Days of supply in the stock of the actor's sink at a place, over time."""
        days = days_stocked(
            self.scenario, self.record.consumption, self.analysis.series, actor, place
        )
        return joined(days)

    def _garrison_title(self, found: Sequence[tuple[int, str, Steps]]) -> str:
        """The greatest garrison that is gone at the end, else the one that lost most."""
        fewer = [
            (bool(men.values[-1]), men.values[-1] - men.values[0], post, men)
            for _, post, men in found
            if men.values[-1] < men.values[0]
        ]
        if not fewer:
            return f"{len(found)} garrisons change, none ends with fewer men"
        left, _, post, men = min(fewer, key=lambda f: f[:3])
        where, before = self._name(post.partition("/")[2]), number(men.values[0])
        if not left:
            return f"The garrison of {where}, {before} men at the start, is gone in the end"
        return f"The garrison of {where} goes from {before} men to {number(men.values[-1])}"

    def sides(self) -> SidesData:
        """Ground, losses and men on the road by actor; actors of whom nothing changes left out."""
        found = series_by_key(side_series(self.scenario, self.record))
        panels = [
            SidesPanel(name, curves, kind)
            for measure, name, scale, kind in _SIDES
            if (curves := self._curves(found, measure, scale, kind == "change"))
        ]
        marks = tuple(
            EventMark(e.time, self._taken(e), True)
            for e in self.record.events
            if e.kind in ("taken", "given_up", "capture")
        )
        return SidesData(
            Page(self._sides_title(found), "Ground won and lost, losses, men on the road",
                 self._credit()),
            self.span, self.actors, tuple(panels), marks,
        )  # fmt: skip

    def _curves(
        self, found: Mapping[tuple[str, str], Steps], measure: str, scale: float, change: bool
    ) -> tuple[tuple[str, Curve], ...]:
        curves = []
        for actor in self.scenario.actors:
            steps_ = found.get((f"actor:{actor}", measure))
            if steps_ is None or len(set(steps_.values)) < 2:
                continue
            first = steps_.values[0] if change else 0
            values = tuple((v - first) / scale for v in steps_.values)
            curves.append((actor, Curve(tuple(steps_.times), values)))
        return tuple(curves)

    def _taken(self, event: EventRow) -> str:
        if event.kind == "capture":
            return f"{self._names(event.subject.split(', '))} captured"
        return event.text

    def _sides_title(self, found: Mapping[tuple[str, str], Steps]) -> str:
        """Who lost most ground, and what each side's battles cost it."""
        said = []
        actors = self.scenario.actors
        change = {
            a: (held.values[-1] - held.values[0]) / WHOLE
            for a in actors
            if (held := found.get((f"actor:{a}", "places_ppm"))) is not None
        }
        loser = min(change, key=lambda a: (change[a], a), default=None)
        if loser is not None and change[loser] < 0:
            gone = round(-change[loser], 1)
            places = "place" if gone == 1 else "places"
            said.append(f"{actors[loser].name} loses {number(gone)} {places}")
        fallen = sorted(self.record.fallen.items(), key=lambda p: (-p[1], p[0]))
        losses = [f"{actors[a].name} {number(n)}" for a, n in fallen if n]
        if losses:
            said.append(f"fallen: {', '.join(losses[:2])}")
        found_ = "; ".join(said) or "No side loses ground or men"
        return found_[0].upper() + found_[1:]

    def _displaced(self) -> list[Move]:
        """The moves of the displaced; reserves that were sent are another thing."""
        return [move for move in self.record.moves if not move.reserve]

    def regroup(self) -> RegroupData:
        """Where each displaced garrison went."""
        groups: dict[tuple[int, str, str], list[Any]] = defaultdict(list)
        for move in self._displaced():
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

    def displacements(self) -> list[Displacement]:
        """Shares of the displaced of each place by where they went."""
        moves = [[*ends, persons] for ends, persons in displaced(self.record.moves).items()]
        return displacements([{"moves": moves}])

    @property
    def credit(self) -> str:
        """Small print of the run's figures."""
        return self._credit()

    def _regroup_move(self, choice: str, persons: int, seconds: int) -> RegroupMove:
        hours = round(seconds / 3600, 1)
        if choice in (STAY, DISPERSE):
            return RegroupMove("stay" if choice == STAY else "disperse", persons, None, "stay")
        if choice in self.scenario.exits:
            return RegroupMove(self.scenario.exits[choice].name, persons, hours, "exit")
        return RegroupMove(self._name(choice), persons, hours)

    def _regroup_title(self) -> str:
        total = sum(m.persons for m in self._displaced() if m.outcome != "chose again")
        by_choice: dict[str, int] = defaultdict(int)
        lost = 0
        for move in self._displaced():
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
        return (
            f"Of {number(total)} displaced {number(lost)} are lost; {name} takes more than any "
            f"other choice ({by_choice[first] / total:.0%})"
        )
