"""Which roads an axis could pass when, kept small: what is so at the start, then what turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.network import BoolArray
from sim.scenario.model import Axis, Scenario
from sim.state.passages import Passage, Seen

Turns = Sequence[Any]
"""The roads that are passable at the start (hex digits, a bit a road), then the list
``[seconds, road, seconds, road, ...]`` of those that turn from passable to not, or back."""


class Passable:
    """The roads that each axis can pass, looked at along a :func:`~sim.measure.ground.walk`."""

    def __init__(self, scenario: Scenario) -> None:
        self._axes = {axis.id: _asked_of(scenario, axis) for axis in scenario.axes.values()}
        self._number = {road: i for i, road in enumerate(scenario.network.roads)}
        self._order: list[int] = []
        self._now: dict[Passage, BoolArray] = {}  # what axes of an actor share is looked at once
        self._turns: dict[Passage, tuple[str, list[int]]] = {}
        self._of: dict[str, Passage] = {}

    def look(self, seen: Seen) -> None:
        """Take in a state; that of the start comes first."""
        if not self._order:
            self._order = [self._number[road] for road in seen.control.terrain.graph.roads]
            self._of = {axis: seen.ways.of(*asked) for axis, asked in self._axes.items()}
            for passage in self._of.values():
                self._now[passage] = now = _carries(passage)
                flags = np.zeros(len(now), dtype=bool)
                flags[self._order] = now
                self._turns[passage] = np.packbits(flags).tobytes().hex(), []
        for passage in self._now.keys() & seen.moved:
            now, (_, turns) = _carries(passage), self._turns[passage]
            turned = (now != self._now[passage]).nonzero()[0].tolist()
            for road in sorted([self._order[r] for r in turned]):
                turns.extend((seen.time, road))
            self._now[passage] = now

    @property
    def found(self) -> dict[str, Turns]:
        """The roads by axis on which its capacity was above 0, either way.

        They are numbered as in the scenario's network.
        """
        return {axis: [*self._turns[passage]] for axis, passage in self._of.items()}


def _carries(passage: Passage) -> BoolArray:
    """The roads (m,) that can be passed, either way."""
    return np.logical_or(passage.road[:, 0], passage.road[:, 1])


_Asked = tuple[str, frozenset[str], int]
"""What an axis asks passages for: its actor, its sources abroad, the load of a truck (kg)."""


def _asked_of(scenario: Scenario, axis: Axis) -> _Asked:
    foreign = frozenset(source.place for source in axis.sources.values() if source.foreign)
    return axis.actor, foreign, scenario.commodities[axis.commodity].load


def passable_at(turns: Turns, roads: int, times: Sequence[int]) -> BoolArray:
    """Whether each of so many ``roads`` is passable at ``times`` (sorted): times x roads."""
    start, turned = turns
    flags = np.unpackbits(np.frombuffer(bytes.fromhex(start), np.uint8), count=roads).astype(bool)
    odd = np.zeros((len(times), roads), dtype=bool)
    seen = np.searchsorted(times, turned[::2])
    for first, road in zip(seen.tolist(), turned[1::2], strict=True):
        odd[first:, road] ^= True
    return flags ^ odd
