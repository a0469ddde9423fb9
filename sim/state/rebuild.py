"""The state at any instant, rebuilt from the rows of control.csv alone."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Protocol

from sim.scenario.model import PPM, Network, Scenario
from sim.state.control import CAPACITY, CAPACITY_BACK, ENDS, GIVEN, KINDS, Control, put
from sim.state.record import ControlRow
from sim.state.terrain import Terrain


def states(scenario: Scenario, rows: Iterable[ControlRow]) -> Iterator[tuple[int, Control]]:
    """The state from each instant of change on, first at time 0.

    ``rows`` must be sorted by time. Which raids are in force they do not tell, only who holds a
    place, and who holds it lastingly. The same :class:`Control` is handed out again and
    again, changed: copy it to keep it.
    """
    by_time = groupby(rows, key=lambda row: row.time)
    control: Control | None = None
    for time, group in by_time:
        now = list(group)
        if control is None:
            control = Control(_terrain(scenario.network, now))
        for row in now:
            _apply(control, row)
        yield time, control


def changed(rows: Iterable[ControlRow]) -> Mapping[int, tuple[set[str], set[str]]]:
    """The places and the roads of which rows tell, by the instant (s)."""
    found: dict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for row in rows:
        places, roads = found[row.time]
        if row.kind in KINDS:
            (roads if row.kind == "road" else places).add(row.id)
    return found


def state_at(scenario: Scenario, rows: Iterable[ControlRow], time: int) -> Control:
    """The state at ``time`` (seconds), what changes at that instant included.

    Raises:
        ValueError: ``rows`` hold nothing at or before ``time``.
    """
    last = None
    for _, control in states(scenario, (row for row in rows if row.time <= time)):
        last = control
    if last is None:
        raise ValueError("control rows do not begin at time 0")
    return last


class States(Protocol):
    """The state at any instant of a run."""

    def at(self, time: int) -> Control:
        """That at ``time`` (seconds), what changes then included; it must stay as it is."""


class StatesSeen:
    """States that a run was seen in, by their instants (s); at another it is the last before."""

    def __init__(self, states: Mapping[int, Control]) -> None:
        self._states = states

    def at(self, time: int) -> Control:
        """As :meth:`States.at`."""
        return self._states[max(seen for seen in self._states if seen <= time)]


class Rebuilt:
    """The state at any instant of a run, by its rows of control: each is rebuilt once.

    ``rows`` must be sorted by time. The same :class:`Control` is handed out for instants between
    which nothing changes, so it must stay as it is. ``times`` are those (s) at which they begin.
    States that are ``known`` by an instant (s) are not rebuilt.
    """

    def __init__(
        self, scenario: Scenario, rows: Sequence[ControlRow],
        known: Mapping[int, Control] | None = None,
    ) -> None:  # fmt: skip
        self._scenario, self._rows = scenario, rows
        self.times = sorted({row.time for row in rows})
        self._found = {
            bisect_right(self.times, time): state for time, state in (known or {}).items()
        }

    def at(self, time: int) -> Control:
        """:func:`state_at` a time (seconds). Raises as it."""
        last = bisect_right(self.times, time)
        if last not in self._found:
            first = max((known for known in self._found if known < last), default=None)
            if first is None:
                self._found[last] = state_at(self._scenario, self._rows, time)
            else:
                self._found[last] = self._later(first, last)
        return self._found[last]

    def _later(self, first: int, last: int) -> Control:
        """The state of the ``last`` of some instants by one that is known, and what changes."""
        control = self._found[first].copy()
        begin, end = (
            bisect_right(self._rows, self.times[one - 1], key=attrgetter("time"))
            for one in (first, last)
        )
        for row in self._rows[begin:end]:
            _apply(control, row)
        return control


_DRAWN = ("seconds", CAPACITY, CAPACITY_BACK)
"""What rows tell of the terrain, which stays as it is."""


def _terrain(network: Network, rows: Iterable[ControlRow]) -> Terrain:
    drawn: dict[str, dict[str, int]] = {what: {} for what in _DRAWN}
    for row in rows:
        if row.what in drawn:
            drawn[row.what][row.id] = int(row.value)
    capacity, back = drawn[CAPACITY], drawn[CAPACITY_BACK]
    each_way = {road: (capacity[road], back.get(road, capacity[road])) for road in network.roads}
    return Terrain.of(network, drawn["seconds"], each_way, capacity)


def _apply(control: Control, row: ControlRow) -> None:
    if row.what in _DRAWN:  # half of all rows
        return
    names = [name for name in row.value.split(";") if name]
    if row.what in ("holders", "lasting"):
        pairs = (name.split("=") for name in names)
        shares = {actor: _ppm(share) for actor, share in pairs}
        if row.what == "holders":
            control.holders[row.id] = shares
        elif shares:
            control.lasting[row.id] = shares
        else:
            control.lasting.pop(row.id, None)
    elif row.what == "besieged":
        put(control.besieged, row.id, frozenset(names))
    elif row.what == "sealed":
        put(control.sealed, row.id, frozenset(names))
    elif row.what == "state":
        put(control.closed, row.id, frozenset({row.value} - {"open"}))
    elif row.what == "kept":
        kind = next(kind for kind in (*KINDS, *ENDS) if kind == row.kind)
        control.kept.pop((kind, row.id), None)
        if factors := _factors(row.value):
            control.kept[kind, row.id] = factors
    elif row.what == "speed":
        control.pace.pop(row.id, None)
        if factors := _factors(row.value):
            control.pace[row.id] = factors
    elif row.what in GIVEN.values():
        end = next(end for end in ENDS if end == row.kind)
        control.give(end, row.id, "", int(row.value) if row.value else None)


def _factors(text: str) -> dict[str, int]:
    """Factors (ppm) that multiply, by what orders them; 1 is none."""
    return {} if text == "1" else {str(i): _ppm(part) for i, part in enumerate(text.split("*"))}


def _ppm(text: str) -> int:
    return int(Decimal(text) * PPM)
