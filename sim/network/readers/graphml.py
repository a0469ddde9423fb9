"""GraphML, as networkx, OSMnx and igraph write it.

Attributes read are those of :mod:`~sim.network.readers.columns`, with ``length`` in metres and
``travel_time`` in seconds. An edge is one-way where the graph, or the edge itself, is directed:
OSMnx writes the way back as an edge of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from xml.parsers import expat

from sim.base.names import to_the_eye

from .columns import NODE_ROLES, Records, plain
from .lines import ALSO
from .options import Reading
from .places import take_places
from .rows import Rows

_IGRAPH = re.compile(r"n\d+")
_TRUE, _FALSE = ("true", "1"), ("false", "0")

_IDS = frozenset(NODE_ROLES["id"].reads) - {"name"}
"""Attributes that are no more than the node's id again."""


class _RefusedError(Exception):
    """An entity declaration: no network file needs one."""


class _Reader:
    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.parser = expat.ParserCreate("utf-8")  # whatever the file says: it was decoded
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.EntityDeclHandler = self.entity
        self.keys: dict[str, str] = {}
        self.defaults: dict[str, dict[str, str]] = {"node": {}, "edge": {}}
        self.domain = ""  # of the key that is being read
        self.directed = True
        self.graphs = 0
        self.item: dict[str, str] | None = None  # attributes of the node or edge being read
        self.data: dict[str, str] = {}
        self.key: str | None = None
        self.line = 0
        self.nodes: dict[str, dict[str, str]] = {}
        self.node_lines: list[int] = []
        self.edges = Records()
        self.ends: tuple[list[str], list[str]] = ([], [])
        self.both: list[bool] = []

    def entity(self, *_: object) -> None:
        raise _RefusedError

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "key":
            self.keys[attributes.get("id", "")] = attributes.get("attr.name", "")
            self.domain = attributes.get("for", "all")
            self.item, self.line = attributes, self.parser.CurrentLineNumber
        elif tag == "graph":
            self.graphs += 1
            self.directed = attributes.get("edgedefault", "directed") != "undirected"
        elif tag in ("node", "edge"):
            self.item, self.data = attributes, dict(self.defaults[tag])
            self.line = self.parser.CurrentLineNumber
        elif tag == "hyperedge":
            self.rows.notes.add("not read: a hyperedge", self.parser.CurrentLineNumber)
        elif tag == "default" and self.domain:
            self.key = attributes.get("id", "default")
            self.data = {self.key: ""}
        elif tag == "data" and self.item is not None:
            self.key = self.keys.get(attributes.get("key", ""), "")
            self.data[self.key] = ""

    def text(self, text: str) -> None:
        if self.key is not None:
            self.data[self.key] += text

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "default" and self.key is not None and self.item is not None:
            name = self.item.get("attr.name", "")
            for kind, known in self.defaults.items():
                if self.domain in (kind, "all"):
                    known[name] = self.data[self.key]
        if tag in ("data", "default"):
            self.key = None
        elif tag == "key":
            self.item, self.domain = None, ""
        elif tag in ("node", "edge") and self.item is not None:
            (self.node if tag == "node" else self.edge)(self.item)
            self.item = None

    def node(self, item: dict[str, str]) -> None:
        self.nodes[item.get("id", "")] = self.data
        self.node_lines.append(self.line)

    def edge(self, item: dict[str, str]) -> None:
        directed = self.directed
        if (stated := item.get("directed")) is not None:
            directed = stated.strip().lower() in _TRUE
            if not directed and stated.strip().lower() not in _FALSE:
                self.rows.error(self.line, f"directed '{stated}' is neither true nor false")
        for end, name in zip(self.ends, ("source", "target"), strict=True):
            end.append(item.get(name, ""))
        self.both.append(not directed)
        try:
            self.edges.add({k: v.strip() for k, v in self.data.items()}, self.line)
        except ValueError as error:
            self.rows.error(self.line, f"attributes {error}")


def read_graphml(file: str, text: str, options: Reading) -> Rows:
    """Rows of a GraphML file of one graph."""
    rows = Rows(file, Path(file).stem, options)
    reader = _Reader(rows)
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
    for tail, head, line in zip(*reader.ends, reader.edges.lines, strict=True):
        for end in (tail, head):
            if end not in reader.nodes:
                rows.error(line, f"the edge ends at unknown node '{end}'")
    if not rows.report.diagnostics:
        _take(rows, reader)
    return rows


def _take(rows: Rows, reader: _Reader) -> None:
    """Take the edges as roads, the nodes as places."""
    named = _igraph_names(reader.nodes)
    tails, heads = ([named.get(end, end) for end in ends] for ends in reader.ends)
    table = reader.edges.table()
    # a directed edge is one-way whatever it says: OSMnx's oneway is of the street
    streets = reader.directed and any(plain(column) == "oneway" for column in table)
    rows.take(
        table,
        reader.edges.lines,
        both=reader.both,
        also=ALSO,
        needed=("oneway", "reversed") if streets else (),
        unused=("oneway", "both") if streets else (),
        ends=([to_the_eye(name) for name in tails], [to_the_eye(name) for name in heads]),
    )
    places = Records()
    for (node, data), line in zip(reader.nodes.items(), reader.node_lines, strict=True):
        kept = {k: v.strip() for k, v in data.items() if plain(k) not in _IDS}
        if node in named:
            kept = {k: v for k, v in kept.items() if k != "name"}
        places.add({"id": named.get(node, node), **kept}, line)
    take_places(rows, places.table(), places.lines)


def _igraph_names(nodes: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Names by node, where igraph wrote the file: it numbers nodes and names them beside."""
    names = {node: data.get("name", "").strip() for node, data in nodes.items()}
    told = all(names.values()) and len(set(names.values())) == len(names)
    return names if told and all(map(_IGRAPH.fullmatch, names)) else {}
