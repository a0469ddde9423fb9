"""The kinds of network files, what of each is read, and by what: docs/networks.md is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from .options import Reading
from .places import read_places
from .rows import Rows
from .table import NetworkTable, utf8


@dataclass(frozen=True)
class Format:
    """One kind of file. ``endings`` of "/" is a folder with the files ``holds``.

    ``reader`` names the module and its function; ``whole`` is true where that takes the path,
    not the text. ``extra`` is what has to be installed beside the program.
    """

    name: str
    endings: tuple[str, ...]
    reader: str
    read_as: str
    ways: str
    holds: str = ""
    whole: bool = False
    extra: str = ""

    def read(self, path: Path, options: Reading) -> NetworkTable:
        """The network of a file or folder. Raises as :func:`sim.network.readers.read_table`."""
        module, _, function = self.reader.partition(".")
        read = getattr(import_module(f".{module}", __package__), function)
        if self.reader == "binary.read_binary":
            table: NetworkTable = read(path)
            return table
        rows: Rows = read(path, options) if self.whole else read(str(path), utf8(path), options)
        if options.nodes is not None and not rows.report.diagnostics:
            read_places(rows, options.nodes)
        return rows.table()


FORMATS: tuple[Format, ...] = (
    Format(
        "CSV of roads", (".csv",), "csv_edges.read_csv",
        "one road a row; commas, semicolons, tabs or bars part the columns, which the header names",
        "a row is one-way unless `both` is true, or `oneway` is there and false",
    ),
    Format(
        "GeoJSON", (".geojson", ".json"), "geojson.read_geojson",
        "lines are roads; ends meet by `from` and `to` (or `u` and `v`), else by where they lie; "
        "`length` is metres, `travel_time` seconds; points give names to the places where they lie",
        "two-way unless `oneway`; OSMnx's lines (`u`, `v`, `key`) one-way each",
    ),
    Format(
        "GeoPackage, Shapefile, FlatGeobuf", (".gpkg", ".shp", ".fgb"), "vector.read_vector",
        "as GeoJSON, the coordinate system of the file turned into degrees; of several layers "
        "the one of lines, or `--layer`, and those of points",
        "as GeoJSON", whole=True, extra="gis",
    ),
    Format(
        "OpenStreetMap", (".osm.pbf", ".osm.bz2", ".osm.gz", ".osm"), "osm.read_osm",
        "ways with a `highway` of `--classes`, from junction to junction; places with a name at "
        "the nearest junction; each bridge a place of its own, of the kind bridge",
        "as `oneway`, `junction` and motorways say", whole=True, extra="osm",
    ),
    Format(
        "GraphML", (".graphml",), "graphml.read_graphml",
        "as networkx, OSMnx and igraph write it: attributes as columns, `length` metres, "
        "`travel_time` seconds, `<default>` of a key obeyed; igraph's nodes by their `name`; "
        "hyperedges are not read",
        "as the graph or the edge is directed; of an undirected one `oneway`",
    ),
    Format(
        "TNTP", (".tntp",), "tntp.read_tntp",
        "length in km, free-flow time in minutes; nothing passes through nodes below "
        "`<FIRST THRU NODE>`; node files by `--nodes`",
        "one-way",
    ),
    Format(
        "DIMACS max-flow", (".max", ".dimacs"), "dimacs.read_dimacs",
        "`p max`, `n` and `a` lines", "one-way",
    ),
    Format(
        "GMNS", ("/",), "gmns.read_gmns",
        "link.csv and node.csv, units from config.csv; capacity is a lane's, times `lanes`",
        "one-way where `directed` is true", holds="link.csv", whole=True,
    ),
    Format(
        "Flee", ("/",), "flee.read_flee",
        "routes.csv in km, locations.csv; closures.csv become events of a scenario that `sim "
        "import` writes beside the network; conflicts.csv is told",
        "two-way, forced redirection one-way", holds="routes.csv", whole=True,
    ),
    Format(
        "binary table", (".npz",), "binary.read_binary",
        "what `sim import` writes: all that was read, exact, fast to load", "as it was read",
        whole=True,
    ),
)  # fmt: skip


def ending_of(path: Path) -> tuple[Format, str] | None:
    """The format of a path and the ending that tells it, None for no network."""
    if path.is_dir():
        for form in FORMATS:
            if form.holds and (path / form.holds).exists():
                return form, "/"
    name = path.name.lower()
    return next(
        ((form, e) for form in FORMATS for e in form.endings if e != "/" and name.endswith(e)), None
    )
