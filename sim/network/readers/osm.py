"""OpenStreetMap extracts by pyosmium (the extra ``osm``): ways from junction to junction.

A way is one-way where ``oneway`` says so (``-1``: against its own direction), and without it where
it is a motorway or a roundabout. A node that two ways of one kind share and nothing else is no
junction. Places with a name become the junction nearest to them, or the nearest point of a road
where none is near. A bridge is a place of its own, in the middle of its road.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.diagnostics import suggest
from sim.base.errors import BadInputError
from sim.base.globe import metres
from sim.base.names import to_the_eye

from .options import Reading
from .rows import Rows
from .snap import on_the_globe
from .table import Place, refused

CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "unclassified", "residential",
           "living_street", "service", "track")  # fmt: skip
"""Classes of roads, the largest first; links count as the class that they belong to."""

KINDS = ("city", "town", "village", "suburb", "hamlet", "isolated_dwelling")
"""Kinds of places that give their names to junctions, the largest first."""

NEAR = 2_000.0
"""Metres within which a place gives its name to a junction, or to a point of a road."""

_ONE_WAY = ("yes", "true", "1")
_AGAINST = ("-1", "reverse")
_EITHER = ("no", "false", "0")


@dataclass(frozen=True, eq=False)
class _Way:
    """A part of a road: its nodes in order, and what must be the same of all of it."""

    nodes: tuple[int, ...]
    kind: str
    two_way: bool
    bridge: bool
    tags: tuple[str, ...]  # of the keys that capacities go by
    id: int = 0
    name: str | None = None

    @property
    def like(self) -> tuple[object, ...]:
        """What two parts must share to be one road."""
        return self.kind, self.two_way, self.bridge, self.tags


@dataclass
class _Extract:
    """What was found in a file: ways, places, and where nodes are (longitude first)."""

    ways: list[_Way] = field(default_factory=list)
    where: dict[int, tuple[float, float]] = field(default_factory=dict)
    places: list[tuple[tuple[float, float], Place]] = field(default_factory=list)


def read_osm(path: Path, options: Reading) -> Rows:
    """Rows of an extract.

    Raises ScenarioError for a file that cannot be read, BadInputError where pyosmium is not
    installed, or for a class that there is not.
    """
    rows = Rows(str(path), path.name.partition(".")[0], options)
    found = _extract(rows, path, kept_classes(options.classes), tuple(options.capacity_by))
    pieces = _contracted(_cut_at_junctions(found.ways), set())
    pieces = [
        replace(piece, bridge=piece.bridge and _length(found, piece) >= options.bridges)
        for piece in pieces
    ]
    names = _named_nodes(rows, found, pieces)
    pieces = _contracted(_cut_at(pieces, names.keys()), names.keys())
    _take(rows, found, pieces, names)
    return rows


def kept_classes(text: str) -> frozenset[str]:
    """The classes of ``motorway..tertiary`` or ``primary,service``.

    Raises BadInputError for one that there is not.
    """
    kept: set[str] = set()
    for part in text.split(","):
        ends = [word.strip().lower() for word in part.split("..")]
        for word in ends:
            if word not in CLASSES:
                hint = suggest(word, CLASSES)
                raise BadInputError(
                    f"classes: '{word}' is none of {', '.join(CLASSES)}"
                    + (f"; {hint}" if hint else "")
                )
        first, last = sorted((CLASSES.index(ends[0]), CLASSES.index(ends[-1])))
        kept.update(CLASSES[first : last + 1])
    return frozenset(kept)


def _extract(rows: Rows, path: Path, kept: frozenset[str], tags: tuple[str, ...]) -> _Extract:
    """The ways of these classes and all places of a file."""
    try:
        import osmium
    except ImportError as error:
        raise BadInputError(
            f'{path.name}: pyosmium reads such files: pip install "supply-axis[osm]"'
        ) from error
    found = _Extract()
    try:
        reader = osmium.FileProcessor(str(path)).with_locations()
        things: Iterable[Any] = reader.with_filter(osmium.filter.KeyFilter("highway", "place"))
        for thing in things:
            if thing.is_node():
                _take_place(found, thing)
            elif thing.is_way():
                _take_way(rows, found, thing, kept, tags)
    except (RuntimeError, OSError) as error:
        raise refused(str(path), f"cannot be read: {error}") from error
    return found


def _take_place(found: _Extract, node: Any) -> None:
    kind, name = node.tags.get("place"), node.tags.get("name:en") or node.tags.get("name")
    if kind in KINDS and name:
        people = "".join(node.tags.get("population", "").split()).replace(",", "")
        count = int(people) if people.isdecimal() and len(people) < 10 else None
        found.places.append((
            (node.location.lon, node.location.lat), Place(to_the_eye(name), None, count, kind)
        ))  # fmt: skip


def _take_way(
    rows: Rows, found: _Extract, way: Any, kept: frozenset[str], tags: tuple[str, ...]
) -> None:
    stated: Mapping[str, str] = way.tags
    kind = stated.get("highway", "").removesuffix("_link")
    if kind not in kept:
        return
    if stated.get("access") == "no":
        rows.notes.add("skipped: ways that nobody may use (access=no)", way.id)
        return
    runs: list[list[int]] = [[]]
    for node in way.nodes:
        if node.location.valid():
            runs[-1].append(node.ref)
            found.where[node.ref] = node.location.lon, node.location.lat
        else:
            runs.append([])
    if len(runs) > 1:
        rows.notes.add("shortened: ways with nodes that lie outside of the extract", way.id)
    word = stated.get("oneway", "").strip().lower()
    implied = kind == "motorway" and not stated["highway"].endswith("_link")
    implied |= stated.get("junction") in ("roundabout", "circular")
    if word and word not in (*_ONE_WAY, *_AGAINST, *_EITHER):
        rows.notes.add(f"taken as of two ways: oneway '{word}'", way.id)
    one_way = word in (*_ONE_WAY, *_AGAINST) or (implied and not word)
    bridge = stated.get("bridge", "no") != "no"
    by = tuple(kind if tag == "class" else stated.get(tag, "") for tag in tags)
    name = stated.get("bridge:name") or stated.get("name:en") or stated.get("name")
    for nodes in runs:
        if len(nodes) > 1:
            way_on = tuple(nodes[::-1] if word in _AGAINST else nodes)
            found.ways.append(_Way(way_on, kind, not one_way, bridge, by, way.id, name))


def _cut_at_junctions(ways: Sequence[_Way]) -> list[_Way]:
    """The ways, parted at the nodes that several share."""
    used = Counter(node for way in ways for node in way.nodes)
    used.update(way.nodes[k] for way in ways for k in (0, -1))
    return _cut_at(ways, {node for node, often in used.items() if often > 1})


def _cut_at(ways: Sequence[_Way], nodes: Iterable[int]) -> list[_Way]:
    """The ways, parted at these nodes."""
    cuts, pieces = set(nodes), []
    for way in ways:
        begin = 0
        for k in range(1, len(way.nodes)):
            if way.nodes[k] in cuts or k == len(way.nodes) - 1:
                pieces.append(replace(way, nodes=way.nodes[begin : k + 1]))
                begin = k
    return pieces


def _contracted(pieces: Sequence[_Way], kept: Iterable[int]) -> list[_Way]:
    """The pieces, joined where two that are alike meet at a node that is not ``kept``."""
    stay = set(kept)
    alive: dict[int, _Way] = dict(enumerate(pieces))
    at: dict[int, list[int]] = defaultdict(list)
    for number, piece in alive.items():
        at[piece.nodes[0]].append(number)
        at[piece.nodes[-1]].append(number)
    for node, numbers in at.items():
        if len(numbers) != 2 or numbers[0] == numbers[1] or node in stay:
            continue
        one, other = (alive[number] for number in numbers)
        joined = _joined(one, other, node) if one.like == other.like else None
        if joined is None:
            continue
        alive[numbers[0]] = joined
        del alive[numbers[1]]
        far = other.nodes[0] if other.nodes[-1] == node else other.nodes[-1]
        at[far] = [numbers[0] if n == numbers[1] else n for n in at[far]]
    return list(alive.values())


def _joined(one: _Way, other: _Way, node: int) -> _Way | None:
    """Two pieces as one through a node, None where their directions do not fit."""
    if one.two_way:
        before = one.nodes if one.nodes[-1] == node else one.nodes[::-1]
        after = other.nodes if other.nodes[0] == node else other.nodes[::-1]
    elif one.nodes[-1] == node and other.nodes[0] == node:
        before, after = one.nodes, other.nodes
    elif other.nodes[-1] == node and one.nodes[0] == node:
        before, after = other.nodes, one.nodes
    else:
        return None
    return replace(one, nodes=before + after[1:], name=one.name or other.name)


def _length(found: _Extract, piece: _Way) -> float:
    return metres([found.where[node] for node in piece.nodes])


def _named_nodes(rows: Rows, found: _Extract, pieces: Sequence[_Way]) -> dict[int, Place]:
    """The node that each place gives its name to; the largest place where several would."""
    from scipy.spatial import KDTree

    if not found.places or not pieces:
        return {}
    ends = sorted({piece.nodes[k] for piece in pieces for k in (0, -1)})
    every = sorted({node for piece in pieces for node in piece.nodes})
    trees = [
        (nodes, KDTree(on_the_globe(np.array([found.where[node] for node in nodes]))))
        for nodes in (ends, every)
    ]
    named: dict[int, Place] = {}
    order = sorted(
        found.places, key=lambda p: (KINDS.index(p[1].kind or ""), -(p[1].population or 0), p[1])
    )
    for at, place in order:
        for nodes, tree in trees:
            away, number = tree.query(on_the_globe(np.array([at]))[0])
            if away <= NEAR:
                node = nodes[int(number)]
                if node in named:
                    rows.notes.add("left out: smaller places at the junction of another")
                named.setdefault(node, place)
                break
        else:
            rows.notes.add(f"left out: places farther than {NEAR / 1000:g} km from a road")
    return named


def _take(rows: Rows, found: _Extract, pieces: Sequence[_Way], names: Mapping[int, Place]) -> None:
    """Take the pieces as roads, bridges in two halves with a place between."""
    often = Counter(place.name for place in names.values())
    ids = {
        node: f"{place.name} ({node})" if often[place.name] > 1 else str(place.name)
        for node, place in names.items()
    }
    rows.places |= {ids[node]: place for node, place in names.items()}
    ends: tuple[list[str], list[str]] = ([], [])
    km: list[float] = []
    roads: list[_Way] = []
    bridges = Counter[int]()
    for piece in pieces:
        points = [found.where[node] for node in piece.nodes]
        length = metres(points) / 1000
        tail, head = (ids.get(piece.nodes[k], str(piece.nodes[k])) for k in (0, -1))
        for name, point in ((tail, points[0]), (head, points[-1])):
            rows.where[name] = point[1], point[0]
            rows.places.setdefault(name, Place(kind="crossroads"))
        if not piece.bridge:
            hops = [(tail, head, length)]
        else:
            bridges[piece.id] += 1
            again = f"-{bridges[piece.id]}" if bridges[piece.id] > 1 else ""
            name = f"bridge {piece.id}{again}"
            rows.places[name] = Place(piece.name, None, None, "bridge")
            lon, lat = _middle(points)
            rows.where[name] = lat, lon
            hops = [(tail, name, length / 2), (name, head, length / 2)]
        for begin, end, part in hops:
            ends[0].append(begin)
            ends[1].append(end)
            km.append(part)
            roads.append(piece)
    columns = {"class": [road.kind for road in roads]}
    for k, tag in enumerate(rows.options.capacity_by):
        columns.setdefault(tag, [road.tags[k] for road in roads])
    rows.take(
        columns, [road.id for road in roads], both=[road.two_way for road in roads],
        needed=("class",), ends=ends, drawn=km, classes=columns["class"],
    )  # fmt: skip


def _middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The point half way along a line."""
    half = metres(points) / 2
    for (lon1, lat1), (lon2, lat2) in pairwise(points):
        step = metres([(lon1, lat1), (lon2, lat2)])
        if step >= half:
            share = half / step if step else 0.0
            return lon1 + share * (lon2 - lon1), lat1 + share * (lat2 - lat1)
        half -= step
    return points[-1]
