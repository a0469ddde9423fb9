"""What a reader explores: the scenario of a file, or one that was drawn on an empty map."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.base.diagnostics import ScenarioError
from sim.base.errors import BadInputError, FolderError
from sim.scenario.model import BinaryTable

from .changes import Parts, fits, merged, road, there
from .scenarios import Scenario, load, path_and_text
from .show import made

_DRAWN: Mapping[str, Mapping[str, type]] = {
    "places": {"name": str, "lat": float, "lon": float},
    "sources": {},
    "sinks": {"demand": float},
}
"""What is told of each thing that is drawn on an empty map, but of roads."""

_MORE = {"sources": {"supply": "t/day"}, "sinks": {"demand": "t/day", "stock": "t"}}
"""Amounts of ends of the line, and their units; those that ``_DRAWN`` lacks may be left out."""

_WHOLE: Mapping[str, type] = {"title": str, "days": float, "speed": float, "capacity": float}
"""What is told of a drawn scenario as a whole; speed (km/h) and capacity (t/day) of its roads."""

LINE, CLASS = "line", "road"
"""Ids of the axis and of the class of roads of a drawn scenario."""


@dataclass(frozen=True)
class Opened:
    """The scenario of a file: what is saved builds on that file."""

    file: Path
    scenario: Scenario

    def whole(self, parts: Parts) -> Parts:
        """The scenario with parts more."""
        return {**merged(self.scenario.resolved, parts), "title": _titled(self.scenario)}

    def saved(self, parts: Parts, target: Path) -> Parts:
        """What a file at ``target`` says.

        Raises:
            FolderError: the file is not any more what was run.
        """
        if load(self.file).resolved != self.scenario.resolved:
            raise FolderError(f"{self.file} was changed meanwhile: stop, and explore it again")
        extended = Path(os.path.relpath(self.file, target.parent)).as_posix()
        return {"format": 1, "extends": extended, "title": _titled(self.scenario), **parts}


@dataclass(frozen=True)
class Drawn:
    """A scenario that was drawn: what is saved is whole."""

    document: Parts
    scenario: Scenario

    def whole(self, parts: Parts) -> Parts:
        """The scenario with parts more."""
        title = {"title": _titled(self.scenario)} if parts else {}
        return {**merged(self.document, parts), **title}

    def saved(self, parts: Parts, target: Path) -> Parts:
        """What a file says, wherever it is."""
        return self.whole(parts)


Origin = Opened | Drawn


def drawn(told: object) -> Drawn:
    """The scenario that was drawn on an empty map.

    Raises:
        BadInputError: it is none, or no source or sink is named.
    """
    document = document_of(told)
    if "axes" not in document:
        raise BadInputError("a source and a sink are needed")
    return Drawn(document, loaded(document))


def check(told: object) -> None:
    """See that what was drawn so far is a part of a scenario.

    Raises:
        BadInputError: it is none.
    """
    document = document_of(told, partly=True)
    if document["network"].get("places"):
        loaded(document)


def document_of(told: object, *, partly: bool = False) -> dict[str, Any]:
    """What was drawn as what a scenario file says; it names no actor, so one holds every place.

    Args:
        told: title, days, speed and capacity of the roads; ``places`` with their name, lat and lon
            (degrees), ``roads`` as :func:`sim.api.changes.network` takes them, ``sources`` that may
            state a supply (t/day), ``sinks`` with their demand (t/day) and a stock (t).
        partly: where no source is named yet, a place that is no sink stands in for it, so that
            what is said of sinks is checked.

    Raises:
        BadInputError: it is none of these.
    """
    said = told if isinstance(told, dict) else {}
    things = {key: _things(said, key) for key in (*_DRAWN, "roads")}
    whole = {key: value for key, value in said.items() if key not in things}
    if not fits(whole, _WHOLE):
        raise BadInputError(f"needed are {', '.join(_WHOLE)}")
    sources, sinks = things["sources"], things["sinks"]
    if partly and sinks and not sources:
        sources = {id_: {} for id_ in list(things["places"]) if id_ not in sinks}
    line = {"name": _named(things), "sources": sources, "sinks": sinks}
    kind = {"speed": f"{whole['speed']} km/h", "capacity": f"{whole['capacity']} t/day"}
    return {
        "format": 1,
        "title": whole["title"],
        "period": {"length": f"{whole['days']} days"},
        "network": {
            "title": whole["title"],
            "classes": {CLASS: kind},
            **there(places=things["places"], roads=things["roads"]),
        },
        **({"axes": {LINE: line}} if sources and sinks else {}),
    }


def _named(things: Mapping[str, Mapping[str, Parts]]) -> str:
    """A line by its ends, as far as there is one of each."""
    names = [
        str(things["places"].get(next(iter(things[end])), {}).get("name", "one"))
        if len(things[end]) == 1 else many
        for end, many in (("sources", "all sources"), ("sinks", "all sinks"))
    ]  # fmt: skip
    return " to ".join(names)


def _things(said: Mapping[str, Any], key: str) -> dict[str, Parts]:
    """What was drawn of a kind, as a scenario file says it, by its ids."""
    told = said.get(key, {})
    if not isinstance(told, dict):
        raise BadInputError(f"{key}: they are drawn by their ids")
    if key == "roads":
        return {id_: road(id_, one) for id_, one in told.items()}
    units, found = _MORE.get(key, {}), dict[str, Parts]()
    for id_, one in told.items():
        if not fits(one, _DRAWN[key], dict.fromkeys(units, float)):
            raise BadInputError(f"'{id_}' needs {', '.join(_DRAWN[key]) or 'numbers alone'}")
        found[id_] = {k: f"{v} {units[k]}" if k in units else v for k, v in one.items()}
    return found


def loaded(document: Parts, table: BinaryTable | None = None) -> Scenario:
    """The scenario that a document says; ``table`` is what its network is of, if it is of one.

    Raises:
        BadInputError: what is wrong with it, without the lines of no file.
    """
    from sim.scenario.loader import load as read

    try:
        path, text = path_and_text(document, "scenario")
        return made(Scenario, read(path, text=text, table=table))
    except ScenarioError as error:
        hints = ((d.message, d.hint) for d in error.diagnostics)
        said = (f"{message} ({hint})" if hint else message for message, hint in hints)
        raise BadInputError("; ".join(said)) from error


def around(told: Mapping[str, object]) -> tuple[float, float]:
    """A point of the globe that is told as ``lat`` and ``lon`` (degrees).

    Raises:
        BadInputError: it is none.
    """
    lat, lon = _degrees(told.get("lat"), 90), _degrees(told.get("lon"), 180)
    if lat is None or lon is None:
        raise BadInputError("a latitude from -90 to 90 and a longitude from -180 to 180 are needed")
    return lat, lon


def _degrees(value: object, most: float) -> float | None:
    """Degrees between ``-most`` and ``most``; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= most:
        return None
    return float(value)


def _titled(scenario: Scenario) -> str:
    return f"What if: {scenario.title}"
