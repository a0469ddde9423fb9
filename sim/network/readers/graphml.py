"""GraphML, as OSMnx and networkx write it.

Nodes may have ``x`` and ``y`` (longitude, latitude); edges ``capacity``, ``km`` or ``length``
(metres), ``travel_time`` (seconds), ``oneway``. An edge of a directed graph is one-way, for
OSMnx writes the way back as an edge of its own.
"""

from __future__ import annotations

from pathlib import Path
from xml.parsers import expat

from .table import Rows, in_degrees


class _RefusedError(Exception):
    """An entity declaration: no network file needs one."""


class _Reader:
    def __init__(self, file: str) -> None:
        self.rows = Rows(file, Path(file).stem)
        self.parser = expat.ParserCreate("utf-8")  # whatever the file says: it was decoded
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.EntityDeclHandler = self.entity
        self.keys: dict[str, str] = {}
        self.directed = True
        self.graphs = 0
        self.item: dict[str, str] | None = None  # attributes of the node or edge being read
        self.data: dict[str, str] = {}
        self.key: str | None = None
        self.line = 0
        self.nodes: dict[str, int] = {}

    def entity(self, *_: object) -> None:
        raise _RefusedError

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "key":
            self.keys[attributes.get("id", "")] = attributes.get("attr.name", "")
        elif tag == "graph":
            self.graphs += 1
            self.directed = attributes.get("edgedefault", "directed") != "undirected"
        elif tag in ("node", "edge"):
            self.item, self.data = attributes, {}
            self.line = self.parser.CurrentLineNumber
        elif tag == "data" and self.item is not None:
            self.key = self.keys.get(attributes.get("key", ""), "")
            self.data[self.key] = ""

    def text(self, text: str) -> None:
        if self.key is not None:
            self.data[self.key] += text

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "data":
            self.key = None
        elif tag in ("node", "edge") and self.item is not None:
            (self.node if tag == "node" else self.edge)(self.item)
            self.item = None

    def node(self, item: dict[str, str]) -> None:
        name, rows = item.get("id", ""), self.rows
        self.nodes[name] = self.line
        if "x" in self.data and "y" in self.data:
            try:
                lat, lon = float(self.data["y"]), float(self.data["x"])
            except ValueError:
                rows.error(self.line, f"coordinates of node '{name}' are no numbers")
                return
            if in_degrees(lat, lon):
                rows.where[name] = (lat, lon)

    def edge(self, item: dict[str, str]) -> None:
        rows, line, data = self.rows, self.line, self.data
        ends = item.get("source", ""), item.get("target", "")
        if ends[0] == ends[1] and ends[0]:
            return  # a loop of a street network carries nothing from place to place
        km = rows.number(line, "km", data.get("km"))
        if km is None:
            length = rows.number(line, "length", data.get("length"))
            km = None if length is None else length / 1000
        time = rows.number(line, "travel_time", data.get("travel_time"))
        stated = item.get("directed")
        directed = self.directed if stated is None else stated.lower() == "true"
        rows.add(
            *ends,
            data.get("capacity"),
            line=line,
            km=km,
            seconds=round(time) if time else None,
            both=not directed,
        )


def read_graphml(file: str, text: str) -> Rows:
    """Rows of a GraphML file of one graph."""
    reader = _Reader(file)
    rows = reader.rows
    try:
        reader.parser.Parse(text.encode(), True)
    except expat.ExpatError as error:
        rows.error(error.lineno, f"not XML: {expat.ErrorString(error.code)}")
        return rows
    except _RefusedError:
        rows.error(reader.parser.CurrentLineNumber, "entity declarations are refused")
        return rows
    if reader.graphs != 1:
        rows.error(0, f"the file holds {reader.graphs} graphs, not one")
    unknown = [
        (line, end)
        for tail, head, line in zip(rows.tails, rows.heads, rows.lines, strict=True)
        for end in (tail, head)
        if end not in reader.nodes
    ]
    for line, end in unknown:
        rows.error(line, f"the edge ends at unknown node '{end}'")
    return rows
