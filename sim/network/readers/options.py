"""What a user says of a network file: how its columns are read, and what stands for what lacks."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sim.base.diagnostics import Diagnostic, ScenarioError

SNAP = 1.0
"""Metres within which ends of lines meet, unless told."""

CLASSES = "motorway..tertiary"
"""Classes of OpenStreetMap's roads that are kept, unless told."""


@dataclass(frozen=True)
class ByClass:
    """What a class of roads carries (as text, in the file's unit) and how fast one drives on it."""

    capacity: str
    speed: float | None = None


@dataclass(frozen=True)
class Reading:
    """How a network file is read.

    ``default_capacity`` (text) stands where a row states none and nothing of ``capacity_by``
    does; that gives, by column, what each value of it carries. ``columns`` says which column is
    what (:data:`~sim.network.readers.columns.ROLES`). ``nodes`` is a file of places. ``snap`` and
    ``layer`` are of lines in a map: metres within which they are joined (0: not at all), and the
    layer that is read. ``classes`` and ``bridges`` are of OpenStreetMap: what is kept, and the
    metres from which on a bridge is a place.
    """

    default_capacity: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    capacity_by: Mapping[str, Mapping[str, ByClass]] = field(default_factory=dict)
    nodes: Path | None = None
    snap: float = SNAP
    layer: str | None = None
    classes: str = CLASSES
    bridges: float = 0.0


def read_capacities(path: str | os.PathLike[str]) -> dict[str, ByClass]:
    """What each class (or number of lanes) carries: ``class,capacity[,speed]``, km/h.

    The case of a class does not matter; ``*`` stands for all others. Raises ScenarioError with
    what cannot be used.
    """
    file = os.fspath(path)

    def refuse(line: int, what: str) -> ScenarioError:
        hint = "rows are class,capacity[,speed], the speed in km/h, after a header"
        return ScenarioError([Diagnostic(file, line, min(line, 1), what, hint)])

    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(0, f"cannot be read: {error}") from error
    found: dict[str, ByClass] = {}
    for line, row in enumerate(csv.reader(text.splitlines()), start=1):
        fields = [part.strip() for part in row]
        if line == 1 or not any(fields):
            continue
        if not 2 <= len(fields) <= 3:
            raise refuse(line, f"{len(fields)} fields, not two or three")
        speed = _number(fields[2]) if len(fields) == 3 and fields[2] else None
        if _number(fields[1]) is None or speed == 0 or (speed is None and fields[2:] > [""]):
            raise refuse(line, f"'{', '.join(fields[1:])}' is no capacity and speed")
        found[fields[0].casefold()] = ByClass(fields[1], speed)
    if not found:
        raise refuse(0, "states no class")
    return found


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 0 <= value < math.inf and "_" not in text else None
