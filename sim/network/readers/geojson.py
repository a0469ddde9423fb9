"""GeoJSON lines: every LineString is a road between its two ends.

Properties read: ``capacity``, ``km`` or ``length`` (metres), ``oneway``, ``id``; ``from`` and
``to`` (or ``u`` and ``v``) name the ends. Ends without names meet where
their coordinates agree to seven decimals (about 1 cm). A road is two-way unless ``oneway`` is true.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from sim.base.globe import metres

from .table import Rows, flag, in_degrees, refused, stated

Point = tuple[float, float]


def read_geojson(file: str, text: str) -> Rows:
    """Rows of a FeatureCollection (or of a single Feature)."""
    rows = Rows(file, Path(file).stem)
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise refused(file, f"not JSON: {error.msg}", line=error.lineno) from error
    except RecursionError as error:
        raise refused(file, "nested too deeply") from error
    except ValueError as error:  # Python reads no whole number of thousands of digits
        raise refused(file, "a number has too many digits") from error
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "Feature":
        features, lines = [document], [1]
    elif kind == "FeatureCollection" and isinstance(document.get("features"), list):
        features = document["features"]
        lines = _lines(text, len(features))
    else:
        raise refused(file, "not a GeoJSON FeatureCollection")
    for feature, line in zip(features, lines, strict=True):
        _take(rows, feature, line)
    return rows


def _lines(text: str, count: int) -> list[int]:
    """The line on which each feature begins; 0 where they cannot be told apart."""
    decoder = json.JSONDecoder()
    start = re.search(r'"features"\s*:\s*\[', text)
    if start is None:
        return [0] * count
    lines, at, line, counted = [], start.end(), 1, 0
    gap = re.compile(r"[\s,]*")
    for _ in range(count):
        found = gap.match(text, at)
        at = found.end() if found else at
        line += text.count("\n", counted, at)
        counted = at
        lines.append(line)
        try:
            _, at = decoder.raw_decode(text, at)
        except json.JSONDecodeError:
            return [0] * count
    return lines


def _take(rows: Rows, feature: Any, line: int) -> None:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict):
        rows.error(line, "a feature without geometry")
        return
    kind, shape = geometry.get("type"), geometry.get("coordinates")
    if kind in ("Point", "MultiPoint"):
        return
    if kind not in ("LineString", "MultiLineString"):
        rows.error(line, f"geometry '{kind}' is no line")
        return
    parts: Any = [shape] if kind == "LineString" else shape
    try:
        ways = [[_point(p) for p in part] for part in parts]
    except (TypeError, ValueError, LookupError, OverflowError):
        ways = []
    if not ways or any(len(way) < 2 for way in ways):
        rows.error(
            line, "a line needs two points at least, each of longitude and latitude",
            "coordinates are degrees, longitude first (WGS 84)",
        )  # fmt: skip
        return
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        rows.error(line, "properties are no map")
        return
    one_way = flag(stated(properties, "oneway") or "")
    if one_way is None:
        rows.error(line, f"oneway '{properties['oneway']}' is neither true nor false")
    label = stated(properties, "id") or stated(feature, "id")
    for number, way in enumerate(ways):
        named = len(ways) == 1
        tail = (stated(properties, "from", "u") if named else None) or _name(way[0])
        head = (stated(properties, "to", "v") if named else None) or _name(way[-1])
        for place, (lon, lat) in ((tail, way[0]), (head, way[-1])):
            rows.where.setdefault(place, (lat, lon))
        rows.add(
            tail,
            head,
            stated(properties, "capacity"),
            line=line,
            km=_length(rows, line, properties if named else {}, way),
            both=not one_way,
            label=label if label is None or named else f"{label}.{number + 1}",
        )


def _point(value: Any) -> Point:
    lon, lat = float(value[0]), float(value[1])
    if not in_degrees(lat, lon):
        raise ValueError("out of range")
    return lon, lat


def _name(point: Point) -> str:
    lon, lat = (round(x, 7) + 0.0 for x in point)
    return f"{lat:.7f} {lon:.7f}"


def _length(rows: Rows, line: int, properties: dict[str, Any], way: list[Point]) -> float | None:
    for name, share in (("km", 1.0), ("length", 0.001)):
        text = stated(properties, name)
        if text is not None:
            value = rows.number(line, name, text)
            return None if value is None else value * share
    return metres(way) / 1000
