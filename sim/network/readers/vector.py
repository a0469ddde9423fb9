"""GeoPackage, Shapefile and FlatGeobuf by pyogrio (the extra ``gis``), as lines of a map."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.diagnostics import suggest
from sim.base.errors import BadInputError

from .lines import Features, take_features
from .options import Reading
from .projected import to_degrees
from .rows import Rows
from .table import in_degrees, refused


def read_vector(path: Path, options: Reading) -> Rows:
    """Rows of the layer of lines, with what points of other layers say of places.

    Raises ScenarioError for a file that cannot be read, BadInputError where pyogrio is not
    installed, or several layers hold lines and none is named.
    """
    try:
        import pyogrio
    except ImportError as error:
        raise BadInputError(
            f'{path.name}: pyogrio reads such files: pip install "supply-axis[gis]"'
        ) from error
    rows = Rows(str(path), path.stem, options)
    found = Features()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of layers without a coordinate system
            for layer in _layers(rows, pyogrio.list_layers(path)):
                _take_layer(rows, found, path, layer)
    except pyogrio.errors.DataSourceError as error:
        raise refused(str(path), f"cannot be read: {error}") from error
    take_features(rows, found)
    return rows


def _layers(rows: Rows, layers: Any) -> list[str]:
    """The layers that are read: the one of lines, or the one named, and those of points."""
    kinds = {str(name): str(kind or "no geometry") for name, kind in layers.tolist()}
    points = [name for name, kind in kinds.items() if "Point" in kind]
    others = [name for name, kind in kinds.items() if "Polygon" in kind or kind == "no geometry"]
    lines = [name for name in kinds if name not in points and name not in others]
    wanted = rows.options.layer
    if wanted is not None:
        if wanted not in kinds:
            hint = suggest(wanted, kinds)
            raise BadInputError(
                f"layer: there is no layer '{wanted}'" + (f"; {hint}" if hint else "")
            )
        if wanted in others:
            raise BadInputError(f"layer: '{wanted}' holds {kinds[wanted]}, not lines")
        lines = [wanted]
    elif len(lines) > 1:
        raise BadInputError(f"layer: name one of {', '.join(lines)}, which all hold lines")
    for name in others:
        rows.notes.add(f"not read: layer '{name}' holds {kinds[name]}")
    return [*lines, *(name for name in points if name not in lines)]


def _take_layer(rows: Rows, found: Features, path: Path, layer: str) -> None:
    """Take the features of a layer; what is no line is left out with a note."""
    import shapely
    from pyogrio.raw import read

    meta, ids, geometry, data = read(path, layer=layer, force_2d=True, return_fids=True)
    shapes = shapely.from_wkb(geometry)
    fields = [str(name) for name in meta["fields"]]
    crs = meta["crs"]
    if crs is None:
        box = shapely.total_bounds(shapes)
        if np.isfinite(box).all() and not (np.abs(box) <= (180, 90, 180, 90)).all():
            hint = "state it, as in a .prj file beside a Shapefile"
            raise refused(str(path), "coordinates are no degrees, and no system is named", hint)
        rows.notes.add("the file names no coordinate system: degrees (WGS 84) are taken")
    elif crs not in ("EPSG:4326", "OGC:CRS84"):
        shapes = shapely.transform(shapes, lambda points: to_degrees(points, crs))
    for row, shape in enumerate(shapes):
        line = int(ids[row])
        if shape is None or shape.is_empty:
            rows.notes.add("skipped: a feature without geometry", line)
            continue
        parts = shapely.get_parts(shape).tolist()
        kinds = {part.geom_type for part in parts}
        record = {name: _plain(data[k][row]) for k, name in enumerate(fields)}
        points = [shapely.get_coordinates(part) for part in parts]
        if not all(in_degrees(lat, lon) for part in points for lon, lat in part.tolist()):
            rows.notes.add("skipped: a feature that is nowhere on the globe", line)
        elif kinds == {"LineString"}:
            found.add(record, line, points)
        elif kinds == {"Point"} and len(parts) == 1:
            found.points.add(record, line)
            found.at.append((float(points[0][0, 0]), float(points[0][0, 1])))
        else:
            rows.notes.add(f"not read: {shape.geom_type} is no line", line)


def _plain(value: Any) -> object:
    """A value of a field as Python has it; None for a date that is none, and the like."""
    item = value.item() if isinstance(value, np.generic) else value
    return None if item != item else item
