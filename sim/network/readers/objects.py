"""Networks that are in memory already: graphs of networkx, frames of pandas, rows."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from numbers import Rational
from typing import TYPE_CHECKING, Any

from sim.base.errors import BadInputError
from sim.base.names import to_the_eye

from .rows import Rows
from .table import MOST_CAPACITY, NetworkTable, in_degrees
from .taken import flag

if TYPE_CHECKING:
    import networkx
    import pandas

Number = float | Decimal | Fraction
"""A capacity: exact, a float by the digits that Python writes of it."""

COLUMNS = ("from", "to", "capacity", "km")
"""What the parts of a row are that is no mapping."""


def read_graph(
    graph: networkx.Graph, capacity: str, length: str, default: Number | None
) -> tuple[NetworkTable, dict[str, Hashable]]:
    """The network of a graph, and its nodes by the names of the places that they become.

    ``capacity`` and ``length`` (km) are attributes of edges; a loop is left out. Raises
    ScenarioError with the edges that cannot be used, BadInputError where two nodes have one
    name or capacities fit no common scale.
    """
    nodes: dict[str, Hashable] = {}
    for node in graph.nodes:
        other = nodes.setdefault(to_the_eye(str(node)), node)
        if other != node:
            raise BadInputError(f"the nodes {other!r} and {node!r} are both called '{node}'")
    edges = _Edges("graph", default)
    edges.rows.title = str(graph.name or "graph")
    edges.rows.lone.update(nodes)
    for tail, head, data in graph.edges(data=True):
        if tail != head:
            edge = dict(
                zip(COLUMNS, (tail, head, data.get(capacity), data.get(length)), strict=True)
            )
            edges.add(edge, 0, not graph.is_directed())
    for name, node in nodes.items():
        where = _position(graph.nodes[node])
        if where is not None:
            edges.rows.where[name] = where
    return edges.table(), nodes


def read_edges(
    rows: pandas.DataFrame | Iterable[Mapping[str, object] | Sequence[object]],
    default: Number | None,
    two_way: bool,
    positions: Mapping[str, tuple[float, float]],
) -> NetworkTable:
    """The network of rows with the columns of a CSV file, or of ``COLUMNS`` where they name none.

    ``two_way`` is what a row is that says nothing of ``both``; ``positions`` are latitude and
    longitude. Raises ScenarioError with the rows that cannot be used, BadInputError where
    capacities fit no common scale.
    """
    edges = _Edges("edges", default)
    for line, row in enumerate(_records(rows), start=1):
        stated = row.get("both")
        both = two_way if _missing(stated) else flag(str(stated))
        if both is None:
            edges.rows.error(line, f"both '{stated}' is neither true nor false")
        edges.add(row, line, bool(both))
    edges.rows.where.update(positions)
    return edges.table()


class _Edges:
    """Rows whose capacities are numbers. ``default`` stands where an edge states none."""

    def __init__(self, title: str, default: Number | None) -> None:
        self.rows = Rows(title, title)
        self.default = default
        self.amounts: list[Fraction | None] = []

    def add(self, edge: Mapping[str, object], line: int, both: bool) -> None:
        """Take one edge; what is wrong with it is reported."""
        rows = self.rows
        tail, head, label = (
            "" if _missing(edge.get(key)) else str(edge[key]) for key in ("from", "to", "id")
        )
        if tail and to_the_eye(tail) == to_the_eye(head):
            rows.notes.add("skipped: a road from a place to itself", line)
            return
        what = f"edge '{tail}' to '{head}'"
        stated = self.default if _missing(edge.get("capacity")) else edge["capacity"]
        if stated is None:
            rows.error(
                line, f"{what} states no capacity", "default_capacity gives one to such edges"
            )
        else:
            try:
                self.amounts.append(_exact(stated))
            except (ValueError, ArithmeticError):
                rows.error(line, f"{what}: capacity {stated!r} is not a number of at least 0")
        km = edge.get("km")
        length = rows.number(line, f"{what}: km", None if _missing(km) else str(km))
        rows.add(tail, head, None, line=line, km=length, both=both, label=label or None)

    def table(self) -> NetworkTable:
        """The network, its scale the least that makes all capacities whole."""
        rows = self.rows
        rows.report.stop_on_errors()
        if not rows.tails:
            raise BadInputError("there are no edges")
        finite = [amount for amount in self.amounts if amount is not None]
        scale = math.lcm(*(amount.denominator for amount in finite))
        if 2 * scale * sum(finite) >= MOST_CAPACITY:
            raise BadInputError(
                f"capacities in units of 1/{scale} sum to 2**58 or more, too many for 64-bit "
                "flows; use a larger unit or fewer decimals"
            )
        rows.capacity = ["inf" if a is None else str(int(a * scale)) for a in self.amounts]
        return replace(rows.table(), scale=scale)


def _missing(value: object) -> bool:
    """None and NaN, which stands in frames for what is missing."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def _exact(value: object) -> Fraction | None:
    """A capacity exactly, None for one without limit.

    Raises ValueError or ArithmeticError for what is no number of at least 0.
    """
    if isinstance(value, Rational):
        amount = Fraction(int(value.numerator), int(value.denominator))
    else:
        number = Decimal(str(value).strip())
        if number == Decimal("inf"):
            return None
        amount = Fraction(number)
    if amount < 0:
        raise ValueError("less than 0")
    return amount


def _records(
    rows: pandas.DataFrame | Iterable[Mapping[str, object] | Sequence[object]],
) -> Iterable[Mapping[str, object]]:
    frame: Any = rows
    if hasattr(rows, "to_dict"):  # a frame of pandas, which is not imported for this
        frame = frame.astype(object).where(frame.notna(), None).to_dict("records")
    for row in frame:
        if isinstance(row, Mapping):
            yield row
        elif (
            isinstance(row, Sequence) and not isinstance(row, str) and 2 <= len(row) <= len(COLUMNS)
        ):
            yield dict(zip(COLUMNS, row, strict=False))
        else:
            raise BadInputError(f"an edge is a mapping or {', '.join(COLUMNS)}, not {row!r}")


def _position(data: Mapping[str, Any]) -> tuple[float, float] | None:
    """Latitude and longitude of a node, None where it has none."""
    for keys in (("lat", "lon"), ("y", "x")):
        if all(key in data for key in keys):
            found = tuple(data[key] for key in keys)
            break
    else:
        found = tuple(reversed(data.get("pos", ())))
    try:
        lat, lon = (float(value) for value in found)
    except (TypeError, ValueError):
        return None
    return (lat, lon) if in_degrees(lat, lon) else None
