"""What went into a run: every input that names a source, how far to trust it, its doubts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.base.numbers import in_line, short
from sim.measure.compare import WORDS
from sim.measure.names import name_of
from sim.scenario.model import Provenance, Scenario

from .markup import Html, Piece, details, el, join, linked, named, table

_ABOUT = ("source", "trust", "note", "known_on")

_SECTIONS = {
    "axes": "Axes", "events": "Events", "operations": "Operations", "garrisons": "Garrisons",
    "holders": "Holders at the start", "network": "Network", "claims": "Claims",
}  # fmt: skip
"""Sections in the order of the page; the others follow under their own names."""

LONGEST = 160
"""Characters of a value; longer ones end in an ellipsis, for the scenario file has them whole."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input that says where it comes from."""

    path: tuple[str, ...]
    value: str
    source: str
    trust: str
    note: str
    known_on: str


def inputs(scenario: Mapping[str, Any]) -> list[Input]:
    """Every part of a resolved scenario with a source, a trust, a note or a date of knowledge."""
    return list(_walk(scenario, ()))


def _walk(part: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Input]:
    if path and _is_sourced(part):
        source, trust, note, known = (str(part.get(key) or "") for key in _ABOUT)
        yield Input(path, short(in_line(_own(part)), LONGEST), source, trust, note, known)
    for key, value in part.items():
        if isinstance(value, Mapping) and key != "sources":
            yield from _walk(value, (*path, str(key)))


def _own(value: Any) -> Any:
    """A value without words about it, and without parts that have a source of their own."""
    if isinstance(value, Mapping):
        own = {k: v for k, v in value.items() if k not in WORDS and not _is_sourced(v)}
        return {k: _own(v) for k, v in own.items()}
    return [_own(v) for v in value] if isinstance(value, list) else value


def _is_sourced(value: Any) -> bool:
    return isinstance(value, Mapping) and any(key in value for key in _ABOUT)


def source_of(given: Scenario, about: Provenance | None) -> Html:
    """Where an input is from and how far to trust it; ``about`` is None of what is no input."""
    if about is None:
        return join("worked out by the run")
    source = given.sources.get(about.source, about.source) if about.source else None
    said = linked(source) if source else "no source stated"
    return join(said, ["; trust: ", named(about.trust)] if about.trust else None)


def section(given: Scenario) -> Html:
    """The inputs by section, folded; what is assumed is counted first."""
    scenario = given.resolved
    found = inputs(scenario)
    sources = scenario.get("sources", {})
    groups: dict[str, list[Input]] = {}
    for item in found:
        groups.setdefault(item.path[0], []).append(item)
    order = [*_SECTIONS, *sorted(groups.keys() - _SECTIONS.keys())]
    assumed = sum("assumed" in (item.source, item.trust) for item in found)
    about = scenario.get("about")
    count = (
        f"{len(found)} inputs say where they come from; {assumed} of them "
        f"{'is' if assumed == 1 else 'are'} assumed."
    )
    folds = [_group(given, name, groups[name], sources) for name in order if name in groups]
    return join(
        el("p", named(str(about))) if about else None,
        el("p", count),
        el("div", folds, _sources(found, sources), class_="folds"),
    )


def _group(given: Scenario, name: str, rows: list[Input], sources: Mapping[str, Any]) -> Html:
    title = _SECTIONS.get(name, name.replace("_", " ").capitalize())
    body = [
        [
            join(named(_name(given, item.path)), " ", el("code", ".".join(item.path[1:]) or name)),
            named(item.value),
            named(str(sources.get(item.source, item.source))),
            named(item.trust),
            named(item.note),
            item.known_on,
        ]
        for item in rows
    ]
    head = ["Input", "Value", "Source", "Trust", "Doubts and notes", "Known on"]
    return details(f"{title} ({len(rows)})", table(head, body, f"{title}: inputs"))


def _name(given: Scenario, path: tuple[str, ...]) -> str:
    """The name of what an input is about, where its id alone would not say it."""
    named_by = ((part, name_of(given, part)) for part in reversed(path))
    return next((name for part, name in named_by if name != part), "")


def _sources(found: list[Input], sources: Mapping[str, Any]) -> Html | None:
    used = Counter(item.source for item in found)
    rows: list[list[Piece]] = [
        [el("code", key), named(str(text)), used[key]] for key, text in sources.items()
    ]
    if not rows:
        return None
    made = table(["Id", "Source", "Inputs"], rows, "Sources by id", numbers=(2,))
    return details(f"Sources ({len(rows)})", made)
