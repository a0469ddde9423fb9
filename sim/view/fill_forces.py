"""Fills the charts of forces and places: advances, who held what, regrouping."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

from sim.engine.record import DISPERSE, STAY, Move
from sim.scenario.model import DAY

from .data import (
    AdvanceData,
    ControlData,
    ControlRow,
    Curve,
    EventMark,
    HoldSpan,
    Page,
    RegroupData,
    RegroupGroup,
    RegroupMove,
)
from .terminal import number
from .words import Words, steps

MOST_GROUPS = 4
"""Displaced groups drawn one by one; the title counts all."""

_ADVANCE = {
    "operation": "begins", "taken": "takes a place", "ring": "closes a ring", "battle": "battle",
    "repulsed": "beaten", "won": "wins", "stalled": "stalls", "given_up": "gives a place up",
}  # fmt: skip


class Forces(Words):
    """Advances in space and time, holders over time, where displaced strength went."""

    def advance(self, operation: str) -> AdvanceData:
        """One operation in space and time."""
        this, series = self.scenario.operations[operation], self.analysis.series
        subject = f"operation:{operation}"
        position, fed = series[subject, "position_m"], series[subject, "fed"]
        strength, carried = series[subject, "strength_persons"], series[subject, "carried_kg"]
        each = self.record.drawn.get(f"operation:{operation}:each", this.each.nominal)
        supply = None
        if this.axis is not None and each > 0:
            days = [
                kg / (each * men) if (men := strength.at(t) or 0) else 0.0
                for t, kg in zip(carried.times, carried.values, strict=True)
            ]
            supply = Curve(tuple(carried.times), tuple(days), steps=False)
        graph = self._states[0].terrain.graph
        km, stops = 0.0, [(0.0, self._name(this.base))]
        for a, b in pairwise((this.base, *this.route)):
            ends = {graph.place_index[a], graph.place_index[b]}
            km += min(
                (int(graph.seconds[r]), float(graph.km[r]))
                for r in range(len(graph.roads))
                if {int(graph.a[r]), int(graph.b[r])} == ends
            )[1]
            stops.append((km, self._name(b)))
        return AdvanceData(
            Page(self._advance_title(operation), f"{this.name}: position, strength and supply",
                 self._credit()),
            self.span,
            Curve(tuple(position.times), tuple(v / 1000 for v in position.values), steps=False),
            steps(strength),
            supply,
            tuple(stops),
            tuple((a, b) for a, b, v in fed.spans(self.record.end) if not v and b > a),
            tuple(
                EventMark(e.time, _ADVANCE[e.kind], e.kind in ("repulsed", "stalled"))
                for e in self.record.events
                if e.subject == operation and e.kind in _ADVANCE
            ),
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
            (value, words)
            for name, words in (("stall", "stalls out of supply"), ("repulse", "is beaten"))
            if (value := measures[f"{path}.time_of_{name}"].value) is not None
        ]
        if stops:
            day, words = min(stops)
            found += f"; it {words} on {self._date(round(day * DAY))}"
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
        away = total - lost
        return (
            f"Of {number(total)} displaced {number(lost)} are lost; of the rest most choose "
            f"{name} ({by_choice[first] / away:.0%})"
        )
