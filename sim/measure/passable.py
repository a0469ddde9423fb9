"""Which roads an axis could pass when, kept small: what is so at the start, then what turns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.network import BoolArray
from sim.scenario.model import Scenario
from sim.state.passages import Passage
from sim.state.rebuild import changed, states
from sim.state.record import Record

from .axis import AxisLens

Turns = Sequence[Any]
"""The roads that are passable at the start (hex digits, a bit a road), then the list
``[seconds, road, seconds, road, ...]`` of those that turn from passable to not, or back."""


def passable(scenario: Scenario, record: Record) -> dict[str, Turns]:
    """Which roads each axis could pass: those on which its capacity was above 0, either way.

    Roads are numbered as in the scenario's network.
    """
    touched = changed(record.control)
    number = {road: i for i, road in enumerate(scenario.network.roads)}
    passages: dict[str, Passage] = {}
    now: dict[str, BoolArray] = {}
    found: dict[str, tuple[str, list[int]]] = {}
    order: list[int] = []
    for time, control in states(scenario, record.control):
        if not time:
            order = [number[road] for road in control.terrain.graph.roads]
        for axis in scenario.axes:
            if not time:
                passages[axis] = AxisLens(scenario, axis, control).passage(control)
            elif not passages[axis].refresh(*touched[time]):
                continue
            flags = np.zeros(len(order), dtype=bool)
            flags[order] = (passages[axis].road > 0).any(axis=1)
            if not time:
                found[axis] = np.packbits(flags).tobytes().hex(), []
            else:
                turned = np.flatnonzero(flags != now[axis]).tolist()
                found[axis][1].extend(part for road in turned for part in (time, road))
            now[axis] = flags
    return {axis: list(turns) for axis, turns in found.items()}


def passable_at(turns: Turns, roads: int, times: Sequence[int]) -> BoolArray:
    """Whether each of so many ``roads`` is passable at ``times`` (sorted): times x roads."""
    start, turned = turns
    flags = np.unpackbits(np.frombuffer(bytes.fromhex(start), np.uint8), count=roads).astype(bool)
    odd = np.zeros((len(times), roads), dtype=bool)
    seen = np.searchsorted(times, turned[::2])
    for first, road in zip(seen.tolist(), turned[1::2], strict=True):
        odd[first:, road] ^= True
    return flags ^ odd
