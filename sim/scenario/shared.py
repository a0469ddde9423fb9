"""Which inputs share one draw: ``same_as``, and the key by which luck draws each input.

An input is named by its dotted path, as ``--set`` has it; where the objects call a thing otherwise
than the files, a sensitivity study has its path by the names of the objects, so both are known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from sim.base.diagnostics import safe, suggest

from .distributions import Dist
from .faults import InputError
from .model import Road
from .quantities import FORMS

_LUCK: Mapping[str, str] = {
    "network.classes.*.(speed|capacity|cost)": "class:{}:{}",
    "network.roads.*.(speed|capacity|back|exists)": "road:{}:{}",
    "network.roads.*.capacity.there": "road:{}:capacity",
    "network.roads.*.capacity.back": "road:{}:back",
    "network.places.*.(capacity|cost)": "place:{}:{}",
    "axes.*.sinks.*.(demand|stock|target|refill|weight)": "axis:{}:sink:{}:{}",
    "axes.*.sources.*.(supply|floor)": "axis:{}:source:{}:{}",
    "axes.*.convoy.size": "axis:{}:convoy",
    "axes.*.convoy.loss": "axis:{}:loss",
    "axes.*.fleet.(lorries|hours|loading|unloading)": "axis:{}:fleet:{}",
    "actors.*.fleet.(lorries|hours|loading|unloading)": "actor:{}:fleet:{}",
    "events.*.(at|delay|loss|ring_loss|lasts|factor|to)": "event:{}:{}",
    "profiles.*.factors.*": "profile:{}:{}",
    "events.*.repaired_after": "event:{}:lasts",
    "events.*.chance": "event:{}:happens",
    "garrisons.*.(strength|loss|ring_loss|reserve)": "garrison:{}:{}",
    "fighting.(attack|defend|breaks)": "fighting:{}",
    "rules.manoeuvre.(rate|ways|arrivals|pursuit|ringed)": "manoeuvre:{}",
    "rules.memory.better": "memory:better",
    "rules.reserves.*.(near|threat|holds|news|lifts)": "reserves:{}:{}",
    "rules.background.*.(front|inner)": "background:{}:{}",
    "rules.bodies.*.size": "bodies:{}:size",
    "rules.bodies.*.regions.dissimilarity": "bodies:{}:dissimilarity",
    "rules.leave.*.(odds|within|worth|goes|goes_loss|left|breaks_out|breaks_out_loss|offers|takes|"
    "per_thousand|agreed_loss|taken)": "leave:{}:{}",
    "operations.*.(at|delay|strength|each|carries|breaks|retreat)": "operation:{}:{}",
    "operations.*.stands.km": "operation:{}:stands",
    "operations.*.chance": "operation:{}:happens",
    "operations.*.tempo": "operation:{}:tempo:",
    "operations.*.tempo.": "operation:{}:tempo:",
    "operations.*.tempo.*": "operation:{}:tempo:{}",
    "operations.*.rings.*": "operation:{}:ring:{}",
    "operations.*.support.*.factor": "operation:{}:support:{}",
    "operations.*.support.*.(from|until)": "operation:{}:support:{}:{}",
    "operations.*.support.*.start": "operation:{}:support:{}:from",
    "operations.*.support.*.end": "operation:{}:support:{}:until",
    "exits.*.(takes|seconds)": "exit:{0}:takes",
    "regroup.*.(hours|threat|supply|billets|value|stay|max_seconds)": "regroup:{}:{}",
    "regroup.*.within": "regroup:{}:max_seconds",
    "fronts.*.(hours|value|threat|ratio|delay|counter|reach|sees)": "fronts:{}:{}",
    "decisions.*.chance": "decision:{}:happens",
    "decisions.*.(at|delay|hours|threat|supply|value|population|strength|enemies|axis)":
        "decision:{}:{}",
    "decisions.*.options.*.sends.share": "decision:{}:sends:{}",
    "decisions.*.options.*.leaves.(loss|ring_loss)": "decision:{}:leaves:{}:{}",
}  # fmt: skip
_PATTERNS: dict[str, list[tuple[re.Pattern[str], str]]] = {}
"""By the section that a path begins with: most paths are of places and roads, few rules are."""
for _path, _key in _LUCK.items():
    _pattern = re.compile(_path.replace(".", r"\.").replace("*", "([^.]+)"))
    _PATTERNS.setdefault(_path.partition(".")[0], []).append((_pattern, _key))


def luck_key(path: str) -> str | None:
    """The key by which the input at a dotted path is drawn; None where no single draw is made."""
    for pattern, key in _PATTERNS.get(path.partition(".")[0], ()):
        if found := pattern.fullmatch(path):
            return key.format(*found.groups())
    return None


def _inputs(stated: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that stands by itself in the plain data of a scenario, with its path."""
    if path and not (isinstance(stated, Mapping) and not _is_range(stated)):
        yield path, stated
    if isinstance(stated, Mapping):
        for key, value in stated.items():
            yield from _inputs(value, f"{path}.{key}" if path else str(key))


def _followers(stated: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """The path of each range that shares the draw of an input, and that of the input."""
    for key, value in stated.items():
        if isinstance(value, Mapping):
            here = f"{path}.{key}" if path else str(key)
            if "same_as" in value and _is_range(value):
                yield here, value["same_as"]
            yield from _followers(value, here)


def stated_inputs(resolved: Mapping[str, Any]) -> dict[str, Any]:
    """What the plain data of a scenario state of each input, by the dotted path of ``--set``."""
    return {path: stated for path, stated in _inputs(resolved) if luck_key(path) is not None}


def _is_range(stated: Mapping[str, Any]) -> bool:
    return not stated.keys().isdisjoint((*FORMS, "persons"))


class Shared:
    """The draws that are shared in a scenario, from its ``resolved`` plain data.

    ``followers`` name the input whose draw each shares, by path; ``roads`` are those of each class
    whose roads draw what it states. ``left`` are the roads of a table, of which the plain data say
    nothing.
    """

    def __init__(self, resolved: Mapping[str, Any], left: Mapping[str, Road]) -> None:
        self.followers = dict(_followers(resolved))
        network = resolved["network"]
        roads = {name: road for name, road in network.get("roads", {}).items() if road is not None}
        classes = {name: str(road["class"]) for name, road in roads.items()}
        classes |= {name: road.road_class for name, road in left.items()}
        self.roads: dict[str, list[str]] = {
            name: sorted(road for road, of in classes.items() if of == name)
            for name, stated in network.get("classes", {}).items() if stated.get("each") == "road"
        }  # fmt: skip
        self._resolved, self._roads, self._left = resolved, roads, left

    @cached_property
    def known(self) -> set[str]:
        """The inputs that may be named, by path."""
        found = {
            path for path, stated in _inputs(self._resolved)
            if stated is not None and luck_key(path) is not None and self._class_of(path) is None
        }  # fmt: skip
        for of_class in self.roads.values():
            for what in ("speed", "capacity"):
                found |= {f"network.roads.{road}.{what}" for road in of_class}
        return found

    def _class_of(self, path: str) -> str | None:
        """The class whose roads each draw what stands at a path; None of another input."""
        words = path.split(".")
        if words[:2] == ["network", "classes"] and words[3:] in (["speed"], ["capacity"]):
            return words[2] if words[2] in self.roads else None
        return None

    def check(self, path: str) -> None:
        """Whether a follower and the input that it names are such. Raises InputError."""
        name = self.followers[path]
        if luck_key(path) is None:
            raise InputError(
                "'same_as' cannot stand here: no one number is drawn for this",
                "beside 'persons' and 'each' it holds for both",
            )
        of_table = re.fullmatch(r"network\.roads\.([^.]+)\.(speed|capacity)", name)
        known = name in self.known or (of_table is not None and self._of_table(*of_table.groups()))
        if not known and not self._beside(path, name):
            if (of := self._class_of(name)) is not None:
                raise InputError(
                    f"each road of class '{of}' draws its own: '{safe(name)}' is no one input",
                    "name that of a road",
                )
            raise InputError(
                f"unknown input '{safe(name)}'",
                suggest(name, sorted(self.known))
                or "name a quantity or a chance by its dotted path, as --set does",
            )
        seen = [path]
        while (name := self.followers.get(seen[-1], "")) and name not in seen:
            seen.append(name)
        if name == path:
            raise InputError("'same_as' goes round in a circle: " + " - ".join((*seen, path)))

    def _of_table(self, road: str, what: str) -> bool:
        """True where a road of a table states a speed or a capacity."""
        return road in self._left and getattr(self._left[road], what) is not None

    def _beside(self, path: str, name: str) -> bool:
        """True of two inputs of one class whose roads each draw theirs."""
        stem = path.rpartition(".")[0]
        return self._class_of(path) is not None and name in (f"{stem}.speed", f"{stem}.capacity")

    def ties(self) -> dict[str, str]:
        """The key of the draw that each follower shares, by its own key."""
        found: dict[str, str] = {}
        for path, name in self.followers.items():
            of_class = self._class_of(path)
            for own, other in [(path, name)] if of_class is None else self._each(path, name):
                found[str(luck_key(own))] = str(luck_key(other))
        return {key: _root(found, key) for key in sorted(found)}

    def _each(self, path: str, name: str) -> Iterator[tuple[str, str]]:
        """A follower in a class as one of each road that draws what the class states."""
        what = path.rpartition(".")[2]
        for road in self.roads[str(self._class_of(path))]:
            if self._roads.get(road, {}).get(what) is None and not self._of_table(road, what):
                shared = self._beside(path, name)
                other = f"network.roads.{road}.{name.rpartition('.')[2]}" if shared else name
                yield f"network.roads.{road}.{what}", other


def _root(ties: Mapping[str, str], key: str) -> str:
    while key in ties:
        key = ties[key]
    return key


def drawn_for_each(own: Dist | None, of_class: Dist) -> Dist | None:
    """What a road has of its own where each road draws: its own, else a range of its class."""
    return of_class if own is None and of_class.uncertain else own
