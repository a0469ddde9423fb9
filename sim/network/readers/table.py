"""A network as a file states it: arrays, and what else is known of its places."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim.base.diagnostics import Diagnostic, ScenarioError
from sim.network.certificate import UNLIMITED
from sim.network.graph import BoolArray, FloatArray, Graph, IntArray

KM_PER_HOUR = 60
"""Speed assumed where a file states lengths and no times."""

UNSTATED_KM = 1.0
"""Length of a road that states none."""

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""What no name may hold: it would break lines, or speak to a terminal."""

MOST_CAPACITY = 2**59
"""Sum of all capacities (in the finest unit of the file) from which on a file is refused."""

MOST = 1e9
"""Longest length (km) or time (s, min) that is read: no network is so large."""


class Closure(NamedTuple):
    """Roads that are closed from one day to another (None: for good), by their places."""

    roads: tuple[tuple[str, str], ...]
    begin: float
    end: float | None
    why: str


class Place(NamedTuple):
    """What a file says of a place beside where it is."""

    name: str | None = None
    capacity: str | None = None
    population: int | None = None
    kind: str | None = None


@dataclass(frozen=True, eq=False)
class NetworkTable:
    """A network with capacities, both as arrays. Names of roads are their ids.

    Whole numbers of ``roads`` and ``limits`` count 1 / ``scale`` of the file's own unit.
    ``line`` is where a road came from in its ``file`` (0 where unknown). ``notes`` are what its
    reader left out, guessed or doubts.
    """

    graph: Graph
    roads: IntArray  # (m, 2) UNLIMITED for no bound; column 1 is 0 for one-way roads
    two_way: BoolArray  # (m,)
    scale: int
    title: str
    lengths: bool  # lengths are stated, not 1 km each
    coordinates: FloatArray | None = None  # (n, 2) latitude and longitude
    line: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    file: str = ""
    stated: BoolArray | None = None  # (m,) capacities that are stated; None: all
    limits: IntArray | None = None  # (n,) capacities of places; None: none has one
    through: BoolArray | None = None  # (n,) places that may be passed; None: all
    known: Mapping[str, Place] = field(default_factory=dict)  # what is said of some places
    classes: tuple[str | None, ...] | None = None  # (m,) where the file knows them
    closures: tuple[Closure, ...] = ()
    notes: tuple[str, ...] = ()
    unit: str = ""  # of the file's capacities, where it is known

    @property
    def places(self) -> IntArray:
        """Capacities of the places (n,) where none begins or ends a flow."""
        return self.limits_between(())

    def limits_between(self, ends: Collection[int]) -> IntArray:
        """Capacities of the places (n,) between these: only they may be ends and not passed."""
        if self.limits is None:
            limits = np.full(len(self.graph.places), UNLIMITED, dtype=np.int64)
        else:
            limits = self.limits.copy()
        if self.through is not None:
            closed = ~self.through
            closed[list(ends)] = False
            limits[closed] = 0
        return limits

    @property
    def names(self) -> dict[str, str]:
        """What places are called, of those that have a name beside their id."""
        return {p: said.name for p, said in self.known.items() if said.name is not None}


def refused(file: str, message: str, hint: str | None = None, line: int = 0) -> ScenarioError:
    """The error of a file that cannot be read at all."""
    fault = Diagnostic(file, line, min(line, 1), message, hint)
    return ScenarioError([fault])


def in_degrees(lat: float, lon: float) -> bool:
    """True of a place on the globe."""
    return -90 <= lat <= 90 and -180 <= lon <= 180


LARGEST = 2**31
"""Longest text file that is read (bytes)."""


def utf8(file: Path) -> str:
    """The text of a file. Raises ScenarioError where it is none, or cannot be read."""
    try:
        if file.stat().st_size > LARGEST:
            raise refused(str(file), f"the file is larger than {LARGEST} bytes")
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise refused(str(file), "the file is not UTF-8 text", "save it as UTF-8", line) from error
    except OSError as error:
        raise refused(str(file), f"cannot be read: {error.strerror or error}") from error
