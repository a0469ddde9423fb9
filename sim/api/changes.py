"""What a reader changes on the page of a run, as parts of a scenario file."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from sim.base.errors import BadInputError
from sim.scenario.dates import date_of
from sim.scenario.model import Scenario

Parts = Mapping[str, Any]
"""Parts of a scenario file, by its keys."""

WHAT = {"take": "capture", "close": "close", "open": "open"}
"""What the page calls a change, and the key of an event for it."""

_PLACE: Mapping[str, type] = {"name": str, "lat": float, "lon": float, "by": str}
_ROAD: Mapping[str, type] = {"km": float, "class": str}
"""What is told of each thing that is drawn."""

_NO_MORE: Mapping[str, type] = {}


def added(scenario: Scenario, before: Parts, told: Parts) -> Parts:
    """What a scenario has more with what was added to it ``before`` and what is ``told`` now.

    Args:
        told: ``changes``, a list of what :func:`event` takes, and ``drawn``, what :func:`network`
            takes; either may be left out, not both.

    Raises:
        BadInputError: it is none of these.
    """
    changes, drawn = told.get("changes", []), told.get("drawn", {})
    if not isinstance(changes, list) or not isinstance(drawn, dict) or not (changes or drawn):
        raise BadInputError("changes, drawn: nothing is changed")
    free = _free({*scenario.events, *before.get("events", {})})
    events = {next(free): event(scenario, change) for change in changes}
    for kind, things in drawn.items():
        for id_ in things if kind in ("places", "roads") and isinstance(things, dict) else ():
            if id_ in getattr(scenario.network, kind):
                raise BadInputError(f"'{id_}' is there already: give it another id")
    ground = network(merged(scenario.resolved, before), drawn)
    return merged(before, there(events=events, **ground))


def there(**parts: Parts) -> Parts:
    """Those of the parts that hold something."""
    return {key: part for key, part in parts.items() if part}


def _free(taken: set[str]) -> Iterator[str]:
    """Ids of changes that are not taken."""
    return (id_ for id_ in map("what_if_{}".format, count(1)) if id_ not in taken)


def event(scenario: Scenario, change: object) -> Parts:
    """A change of the page's as an event of the scenario language.

    Args:
        change: ``{"take": place, "by": actor, "at": seconds}``, or with ``close`` or ``open`` of a
            road in place of ``take`` and ``by``.

    Raises:
        BadInputError: it is none of these.
    """
    said = change if isinstance(change, dict) else {}
    what = next((kind for kind in WHAT if kind in said), "")
    names = {what, "by"} if what == "take" else {what}
    at = said.get("at")
    fits = set(said) == {*names, "at"} and all(isinstance(said[name], str) for name in names)
    if not fits or type(at) is not int or not 0 <= at <= scenario.length:
        raise BadInputError(f"changes: {change!r} is no change of the page's")
    moment = date_of(scenario, at)
    taker = {"by": said["by"]} if what == "take" else {}
    return {
        "at": f"{at} s" if moment is None else moment.isoformat(),
        "text": "What if",
        WHAT[what]: [said[what]],
        **taker,
    }


def network(resolved: Parts, drawn: Parts) -> Parts:
    """Places and roads that were drawn, as the network and holders that a scenario has more.

    Args:
        resolved: what the scenario has.
        drawn: ``places`` with their name, lat and lon (degrees) and who holds them (``by``), and
            ``roads`` with their km and class, and a capacity (t/day) where it is not that of the
            class, each by its id.

    Raises:
        BadInputError: it is none of these, or one of that id is there already.
    """
    for kind, things in drawn.items():
        if kind not in ("places", "roads") or not isinstance(things, dict):
            raise BadInputError("drawn: places and roads are drawn, by their ids")
        for id_, said in things.items():
            if id_ in resolved["network"].get(kind, {}):
                raise BadInputError(f"'{id_}' is there already: give it another id")
            if kind == "places" and not fits(said, _PLACE):
                raise BadInputError(f"'{id_}' needs {', '.join(_PLACE)}")
    places = {
        id_: {key: value for key, value in said.items() if key != "by"}
        for id_, said in drawn.get("places", {}).items()
    }
    holders = {id_: said["by"] for id_, said in drawn.get("places", {}).items()}
    roads = {id_: road(id_, said) for id_, said in drawn.get("roads", {}).items()}
    return {"network": there(places=places, roads=roads), "holders": holders}


def road(id_: str, said: object) -> Parts:
    """A road that was drawn, as a scenario file says it.

    Raises:
        BadInputError: its km or class are missing, or something is no number or text.
    """
    if not isinstance(said, dict) or not fits(said, _ROAD, {"capacity": float}):
        raise BadInputError(f"'{id_}' needs {', '.join(_ROAD)}")
    own = {"capacity": f"{said['capacity']} t/day"} if "capacity" in said else {}
    return {**said, **own}


def fits(said: object, kinds: Mapping[str, type], more: Mapping[str, type] = _NO_MORE) -> bool:
    """True where each key has a text or a finite number, as its kind says; ``more`` may lack."""
    known = {**more, **kinds}
    if not isinstance(said, dict) or not set(kinds) <= set(said) <= set(known):
        return False
    return all(
        isinstance(value, str) if known[key] is str
        else type(value) in (int, float) and math.isfinite(value)
        for key, value in said.items()
    )  # fmt: skip


def merged(base: Parts, more: Parts) -> dict[str, Any]:
    """``base`` with ``more``, key by key."""
    found = dict(base)
    for key, value in more.items():
        below = found.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            value = merged(below, value)
        found[key] = value
    return found
