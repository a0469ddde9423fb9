"""GeoJSON: every LineString is a road, as :mod:`~sim.network.readers.lines` takes it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from sim.network.graph import FloatArray

from .lines import Features, take_features
from .options import Reading
from .projected import to_degrees
from .rows import Rows
from .table import in_degrees, refused

_NO_LINE = ("a line needs two points at least, each of longitude and latitude",
            "coordinates are degrees, longitude first (WGS 84)")  # fmt: skip


def read_geojson(file: str, text: str, options: Reading) -> Rows:
    """Rows of a FeatureCollection (or of a single Feature)."""
    rows = Rows(file, Path(file).stem, options)
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
    found, crs = Features(), _crs(document)
    for feature, line in zip(features, lines, strict=True):
        _take(rows, found, feature, line, crs)
    if not rows.report.diagnostics:
        take_features(rows, found)
    return rows


def _crs(document: dict[str, Any]) -> str | None:
    """The coordinate system that older files name, None for degrees (WGS 84)."""
    stated = document.get("crs")
    properties = stated.get("properties") if isinstance(stated, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or name.upper().endswith(("CRS84", ":4326")):
        return None
    return name


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


def _take(rows: Rows, found: Features, feature: Any, line: int, crs: str | None) -> None:
    """Take one feature, or say why not."""
    if not isinstance(feature, dict):
        rows.error(line, "a feature that is no map")
        return
    geometry, properties = feature.get("geometry"), feature.get("properties") or {}
    if not isinstance(properties, dict):
        rows.error(line, "properties are no map")
        return
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    parts: Any = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind is None or parts == []:
        rows.notes.add("skipped: a feature without geometry", line)
        return
    if kind not in ("Point", "LineString", "MultiLineString"):
        rows.notes.add(f"not read: {kind} is no line", line)
        return
    if feature.get("id") is not None and not {"id", "ID", "Id"} & properties.keys():
        properties = properties | {"id": feature["id"]}
    try:
        if kind == "Point":
            found.at.append(_points([parts], crs)[0].tolist())
            found.points.add(properties, line)
            return
        ways = [_points(part, crs) for part in ([parts] if kind == "LineString" else parts)]
    except (TypeError, ValueError, LookupError, OverflowError):
        rows.error(line, *_NO_LINE)
        return
    if any(len(way) < 2 for way in ways):
        rows.error(line, *_NO_LINE)
        return
    try:
        found.add(properties, line, ways)
    except ValueError as error:
        rows.error(line, f"properties {error}")


def _points(stated: Any, crs: str | None) -> FloatArray:
    """Points (k, 2) in degrees, longitude first. Raises ValueError and the like for none."""
    points = np.array([(float(p[0]), float(p[1])) for p in stated]).reshape(-1, 2)
    if crs is not None:
        points = to_degrees(points, crs)
    if not all(in_degrees(lat, lon) for lon, lat in points.tolist()):
        raise ValueError("out of range")
    return points
