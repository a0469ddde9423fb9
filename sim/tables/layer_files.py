"""Layers of places and roads as GeoJSON, GraphML and GeoPackage, the same bytes each time.

Positions are in WGS 84; a road is a straight line between its ends.
"""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.base.errors import BadInputError
from sim.base.files import whole_file

from .layers import Each, Field, Ground, Row
from .qgis import place_style, road_style

if TYPE_CHECKING:
    import networkx

PLACE, ROAD = "place", "road"
Point = tuple[float, float]
"""Degrees east, degrees north."""


def write_layers(target: Path, ground: Ground) -> None:
    """Write a .gpkg, .geojson or .graphml file, whole or not at all.

    Raises:
        BadInputError: it ends otherwise, its places have no coordinates, or pyogrio is missing.
        FolderError: it cannot be written there.
        FullDiskError: there is no room for it.
    """
    write = writer_of(target)
    if ground.at is None and write is not _write_graphml:
        raise BadInputError(
            f"{target.name}: not every place of {ground.title} has coordinates; a .graphml file "
            "needs none"
        )
    with whole_file(target) as partial:
        write(partial, ground)


def writer_of(target: Path) -> Callable[[Path, Ground], None]:
    """What writes a file of this ending. Raises BadInputError where nothing does, or can."""
    write = _WRITERS.get(target.suffix.lower())
    if write is None:
        raise BadInputError(f"{target.name}: write to a file that ends in {', '.join(_WRITERS)}")
    if write is _write_geopackage:
        _pyogrio()
    return write


def _columns(fields: Sequence[Field]) -> dict[str, int]:
    return {field.name: i for i, field in enumerate(fields)}


class _Geometry:
    """Where the rows of a ground lie."""

    def __init__(self, ground: Ground) -> None:
        self._at = ground.at or {}
        self._id = _columns(ground.place_fields)["id"]
        columns = _columns(ground.road_fields)
        self._ends = columns["from_place"], columns["to_place"]

    def place(self, row: Row) -> Point:
        """The point of a place."""
        return self._point(row[self._id])

    def road(self, row: Row) -> tuple[Point, Point]:
        """The ends of a road."""
        first, last = self._ends
        return self._point(row[first]), self._point(row[last])

    def _point(self, place: str) -> Point:
        lat, lon = self._at[place]
        return lon, lat


def _write_geojson(path: Path, ground: Ground) -> None:
    """One FeatureCollection (RFC 7946); the layer is a property."""
    flat = ground.flat()
    where = _Geometry(flat)
    places, roads = ([f.name for f in fields] for fields in (flat.place_fields, flat.road_fields))
    features = []
    for layer in flat.layers:
        for what, names, rows in ((PLACE, places, layer.places), (ROAD, roads, layer.roads)):
            for row in rows:
                line = what == ROAD
                features.append(
                    {
                        "type": "Feature",
                        "geometry": {
                            "type": "LineString" if line else "Point",
                            "coordinates": where.road(row) if line else where.place(row),
                        },
                        "properties": {
                            **({"layer": layer.name} if layer.name else {}),
                            "what": what,
                            **dict(zip(names, row, strict=True)),
                        },
                    }
                )
    lines = (json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in features)
    collection = '{"type": "FeatureCollection", "features": [\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(collection, encoding="utf-8")


def _write_graphml(path: Path, ground: Ground) -> None:
    import networkx

    networkx.write_graphml_xml(graph_of_layers(ground), path, infer_numeric_types=False)


def graph_of_layers(ground: Ground) -> networkx.MultiDiGraph:
    """A graph of networkx, each road once for each way that it is open: by its first number.

    Where there are several layers each is a part of its own: its name begins the names of nodes
    and stands at each of them. A number that is told each way is that of the edge's way.
    """
    import networkx

    graph = networkx.MultiDiGraph(name=ground.title)
    ids, ends = _columns(ground.place_fields), _columns(ground.road_fields)
    for layer in ground.layers:
        stem, told = (f"{layer.name}/", {"layer": layer.name}) if layer.name else ("", {})
        for row in layer.places:
            place, at = row[ids["id"]], {}
            if ground.at is not None:
                at = dict(zip(("lat", "lon"), ground.at[place], strict=True))
            graph.add_node(stem + place, **told, **at, **_said(ground.place_fields, row))
        for row in layer.roads:
            tail, head = (stem + row[ends[end]] for end in ("from_place", "to_place"))
            key = stem + row[ends["id"]]
            there, back = next(value for value in row if isinstance(value, Each))
            if there != 0 or back == 0:
                graph.add_edge(tail, head, key, **told, **_said(ground.road_fields, row, 0))
            if back != 0 or there == 0:
                said = _said(ground.road_fields, row, 1)
                graph.add_edge(head, tail, f"{key}/back", **told, **said)
    return graph


def _said(fields: Sequence[Field], row: Row, way: int = 0) -> dict[str, Any]:
    """The values of a row that there are."""
    values = (value[way] if isinstance(value, Each) else value for value in row)
    return {
        field.name: field.kind(value)
        for field, value in zip(fields, values, strict=True)
        if value is not None
    }


def _write_geopackage(path: Path, ground: Ground) -> None:
    """A table of places and one of roads for each layer, and how QGIS is to draw each."""
    flat = ground.flat()
    where = _Geometry(flat)
    styles: list[list[Any]] = []
    with TemporaryDirectory() as folder, _at_a_fixed_time():
        file = Path(folder) / "layers.gpkg"  # GDAL wants this ending
        for layer in flat.layers:
            end = f"_{layer.name}" if layer.name else ""
            points = [_point(where.place(row)) for row in layer.places]
            lines = [_line(where.road(row)) for row in layer.roads]
            for name, kind, shapes, fields, rows, style in (
                ("places", "Point", points, flat.place_fields, layer.places, place_style(flat)),
                ("roads", "LineString", lines, flat.road_fields, layer.roads, road_style(flat)),
            ):
                _write_table(file, name + end, kind, shapes, fields, rows)
                styles.append([name + end, style])
        _write_styles(file, styles)
        shutil.copyfile(file, path)


def _point(at: Point) -> bytes:
    """Well-known binary of a point."""
    return struct.pack("<BIdd", 1, 1, *at)


def _line(ends: tuple[Point, Point]) -> bytes:
    """Well-known binary of a line."""
    return struct.pack("<BII4d", 1, 2, 2, *chain(*ends))


_KINDS = {str: object, int: np.int64, float: np.float64, bool: np.bool_}


def _write_table(
    file: Path, name: str, kind: str | None, shapes: Sequence[bytes] | None,
    fields: Sequence[Field], rows: Sequence[Row], **options: str,
) -> None:  # fmt: skip
    """Add a table to a GeoPackage; one without a kind of geometry is a plain one."""
    columns: list[np.ndarray[Any, Any]] = []
    masks: list[np.ndarray[Any, Any]] = []
    for i, field in enumerate(fields):
        values = [row[i] for row in rows]
        none = np.array([value is None for value in values], dtype=bool)
        filled = [field.kind() if value is None else value for value in values]
        columns.append(np.array(filled, dtype=_KINDS[field.kind]))
        masks.append(none)
    _pyogrio().raw.write(
        file, None if shapes is None else np.array(shapes, dtype=object), columns,
        [field.name for field in fields], field_mask=masks, layer=name, driver="GPKG",
        geometry_type=kind, crs=None if shapes is None else "EPSG:4326", append=file.exists(),
        layer_options=options,
    )  # fmt: skip


def _write_styles(file: Path, styles: Sequence[Sequence[Any]]) -> None:
    """The table ``layer_styles`` in which QGIS keeps how the layers of a GeoPackage look."""
    texts = (
        "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column", "styleName",
        "styleQML", "styleSLD", "description", "owner", "ui",
    )  # fmt: skip
    fields = [*(Field(name, "", str) for name in texts), Field("useAsDefault", "", bool)]
    rows = [["", "", name, "geom", name, qml, "", "", "", "", True] for name, qml in styles]
    _write_table(file, "layer_styles", None, None, fields, rows, FID="id")


@contextmanager
def _at_a_fixed_time() -> Iterator[None]:
    """GDAL writes when each layer was changed: the same instant each time, for the same bytes."""
    pyogrio = _pyogrio()
    before = pyogrio.get_gdal_config_option(_CLOCK)
    pyogrio.set_gdal_config_options({_CLOCK: "2000-01-01T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({_CLOCK: before})


_CLOCK = "OGR_CURRENT_DATE"


def _pyogrio() -> Any:
    """pyogrio. Raises BadInputError where it is not installed."""
    try:
        import pyogrio
        import pyogrio.raw
    except ImportError:
        raise BadInputError(
            "a .gpkg file needs pyogrio: pip install 'supply-axis[gis]'; .geojson needs nothing"
        ) from None
    return pyogrio


_WRITERS: Mapping[str, Callable[[Path, Ground], None]] = {
    ".gpkg": _write_geopackage, ".geojson": _write_geojson, ".graphml": _write_graphml,
}  # fmt: skip
