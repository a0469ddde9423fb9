"""Networks in Python: from files, graphs of networkx or rows, and what flows and cuts there.

>>> net = sim.Network.from_edges([("a", "b", 3), ("b", "c", 2)])
>>> net.max_flow("a", "c").value
2.0

A place is named as it was given: by the node of the graph, by the text in the rows or the file.
Where one is asked for, several may be given in a list; they then share the flow.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from sim.base.errors import BadInputError
from sim.base.files import whole_file
from sim.base.names import to_the_eye
from sim.cuts.case import Case, Doubt, unknown
from sim.network.arcs import Kinds
from sim.network.readers import NetworkTable, Reading, is_table, read_capacities, read_table
from sim.network.readers.objects import Number, read_edges, read_graph
from sim.network.readers.options import CLASSES, SNAP
from sim.network.readers.snap import coordinates_as_name
from sim.network.readers.table import Place

from .between import Between
from .files import check_ending
from .network_answers import (
    Interdicted,
    MaxFlow,
    MinCut,
    RankedLosses,
    graph_of,
    listed,
    roads_table,
    yes,
)
from .show import Facts, Shown

if TYPE_CHECKING:
    import networkx
    import pandas
    from matplotlib.figure import Figure

    from sim.network.interdict import Method
    from sim.scenario import model


T = TypeVar("T")


@dataclass(frozen=True)
class WrittenNetwork:
    """A network that was written: how much is in the file, and what is to be said of it.

    ``scenario`` is the file of a scenario with the closures that the network's source states.
    """

    path: Path
    places: int
    roads: int
    notes: tuple[str, ...] = ()
    scenario: Path | None = None

    def document(self) -> dict[str, object]:
        """What ``sim import --json`` prints."""
        found: dict[str, object] = {
            "file": str(self.path), "places": self.places, "roads": self.roads,
        }  # fmt: skip
        found |= {} if self.scenario is None else {"scenario": str(self.scenario)}
        return found | ({"notes": list(self.notes)} if self.notes else {})

    def said(self) -> list[str]:
        """The same in lines."""
        roads = f"{self.roads} road{'s' * (self.roads != 1)}"
        lines = [f"note: {note}" for note in self.notes]
        lines.append(f"{self.path}: {self.places} places, {roads}")
        if self.scenario is not None:
            lines.append(f"{self.scenario}: a scenario with the closures")
        return lines


@dataclass(frozen=True, eq=False, repr=False)
class Network(Shown):
    """Places and roads with capacities, and what flows and cuts there.

    Made by :meth:`from_file`, :meth:`from_networkx` or :meth:`from_edges`. ``nodes`` are the nodes
    of the graph that was given, by place id; ``of_yaml`` is true of a network of scenarios,
    of which roads that are ``estimated`` state no length, and for which ``exists`` says what is
    known of those that may not be there.
    """

    roads: NetworkTable
    unit: str
    nodes: Mapping[str, Hashable] = field(default_factory=dict)
    of_yaml: bool = False
    estimated: frozenset[str] = frozenset()
    exists: Mapping[str, Doubt] = field(default_factory=dict)

    @classmethod
    def from_file(
        cls, path: str | os.PathLike[str], *, default_capacity: Number | str | None = None,
        columns: Mapping[str, str] | None = None,
        capacity_by: Mapping[str, str | os.PathLike[str]] | None = None,
        nodes: str | os.PathLike[str] | None = None, snap: float = SNAP, layer: str | None = None,
        classes: str = CLASSES, bridges: float = 0.0,
    ) -> Network:  # fmt: skip
        """A network of a file or folder of any kind that docs/networks.md lists, or of a YAML file.

        What a reader left out, guessed or doubts is in :attr:`notes`.

        Args:
            default_capacity: of roads of a table that state none; such a road is without limit
                if None.
            columns: which column is what, as ``{"capacity": "weight"}``.
            capacity_by: files with what each class of roads carries (``class,capacity[,speed]``),
                by the column that states the class, as ``{"lanes": "lanes.csv"}``.
            nodes: a file of places: coordinates, names, capacities, inhabitants.
            snap: metres within which lines of a map are joined; 0 joins none.
            layer: the layer of a file with several.
            classes: what is kept of OpenStreetMap, as "motorway..tertiary" or "primary,service".
            bridges: the metres from which on a bridge of OpenStreetMap is a place of its own.

        Raises:
            ScenarioError: with every line that cannot be used.
            BadInputError: a column, layer or class that there is not, an ending that no such file
                has, or a library that lacks.
        """
        if is_table(path):
            reading = Reading(
                None if default_capacity is None else str(default_capacity), columns or {},
                {c: read_capacities(file) for c, file in (capacity_by or {}).items()},
                None if nodes is None else Path(nodes), snap, layer, classes, bridges,
            )  # fmt: skip
            return cls(read_table(path, reading), "unit of the file")
        if os.path.isdir(path):
            held = "link.csv (GMNS) or routes.csv (Flee)"
            raise BadInputError(f"{os.fspath(path)}: a folder of a network holds {held}")
        check_ending(os.fspath(path))
        if default_capacity is not None or columns or capacity_by or nodes or layer:
            raise BadInputError(f"{os.fspath(path)}: a YAML file says itself how it is to be read")
        from sim.scenario.loader import load_network

        return cls.from_model(load_network(path))

    @classmethod
    def from_model(cls, net: model.Network) -> Network:
        """The network of a scenario, its medians, roads that are closed at 0."""
        from sim.cuts.from_scenario import doubts_of_network, graph_of_network

        graph, roads, limits = graph_of_network(net)
        at = np.array([(net.places[p].lat, net.places[p].lon) for p in graph.places])
        two_way = np.array([not net.roads[road].one_way for road in graph.roads], dtype=bool)
        table = NetworkTable(
            graph, roads, two_way, 1, net.title, True, at, limits=limits,
            known={p.id: Place(p.name) for p in net.places.values()},
            classes=tuple(net.roads[road].road_class for road in graph.roads),
        )  # fmt: skip
        estimated = frozenset(road.id for road in net.roads.values() if road.estimated)
        exists = doubts_of_network(net)
        return cls(table, "kg/day", of_yaml=True, estimated=estimated, exists=exists)

    @classmethod
    def from_networkx(
        cls,
        graph: networkx.Graph,
        capacity: str = "capacity",
        length: str = "km",
        *,
        default_capacity: Number | None = None,
    ) -> Network:
        """A network of a graph of networkx; of an undirected one each road carries both ways.

        Capacities are taken exactly, floats by the digits that Python writes of them; an
        infinite one is no limit. Nodes lie at ``lat`` and ``lon``, at ``y`` and ``x``, or at
        ``pos`` (x, y), in degrees, where all have these. Loops are left out.

        Args:
            capacity: the attribute of edges that holds it.
            length: the attribute of edges that holds their kilometres; 1 where it is missing.
            default_capacity: of edges that state none; they are refused if None.

        Raises:
            ScenarioError: with every edge that cannot be used.
            BadInputError: two nodes have the same name, or capacities fit no common scale.
        """
        table, nodes = read_graph(graph, capacity, length, default_capacity)
        return cls(table, "unit of the edges", nodes=nodes)

    @classmethod
    def from_edges(
        cls,
        rows: pandas.DataFrame | Iterable[Mapping[str, object] | Sequence[object]],
        *,
        default_capacity: Number | None = None,
        two_way: bool = False,
        positions: Mapping[str, tuple[float, float]] | None = None,
    ) -> Network:
        """A network of rows: a frame of pandas, mappings, or ``(from, to, capacity[, km])``.

        Columns are those of a CSV file: ``from``, ``to``, ``capacity``, and ``km``, ``both`` and
        ``id`` where there are such. Capacities as :meth:`from_networkx` takes them.

        Args:
            default_capacity: of rows that state none; they are refused if None.
            two_way: each row carries both ways, where it does not say ``both`` itself.
            positions: latitude and longitude of each place.

        Raises:
            ScenarioError: with every row that cannot be used.
            BadInputError: rows without ends, or capacities that fit no common scale.
        """
        table = read_edges(rows, default_capacity, two_way, positions or {})
        return cls(table, "unit of the edges")

    @property
    def places(self) -> tuple[str, ...]:
        """The names of the places, sorted."""
        return self.roads.graph.places

    def write(
        self, out: str | os.PathLike[str], *, unit: str = "t/day", two_way: bool = False
    ) -> Path:
        """Write a network YAML for scenarios, or a binary table (.npz), and return its path.

        Closures that the file states become a scenario of events beside a YAML.

        Args:
            unit: that of the capacities in a scenario, "t/day" or "kg/day".
            two_way: take one-way roads as two-way.

        Raises:
            BadInputError: the file is to end otherwise, or the network is of a YAML file.
            ScenarioError: with every road that a YAML cannot state.
            FullDiskError: there is no room for it.
        """
        return self.written(out, unit=unit, two_way=two_way).path

    def written(
        self, out: str | os.PathLike[str], *, unit: str = "t/day", two_way: bool = False
    ) -> WrittenNetwork:
        """:meth:`write`, and what was written. Raises as it."""
        from sim.network.readers.binary import write_binary
        from sim.scenario.from_table import network_yaml

        target = Path(out)
        if target.suffix not in (".yaml", ".yml", ".npz"):
            raise BadInputError("out: write to a file that ends in .yaml or .npz")
        if self.of_yaml:
            raise BadInputError(f"{self.roads.title} is of a network YAML already")
        graph = self.roads.graph
        if target.suffix == ".npz":
            with whole_file(target) as partial:
                write_binary(partial, replace(self.roads, unit=unit))
            return WrittenNetwork(target, len(graph.places), len(graph.roads), self.notes)
        made = network_yaml(self.roads, unit, two_way)
        with whole_file(target) as partial:
            partial.write_text(made.text, encoding="utf-8")
        scenario = None
        if made.scenario is not None:
            scenario = target.with_name(f"{target.stem}_closures.yaml")
            with whole_file(scenario) as partial:
                named = made.scenario.replace("NETWORK", target.name, 1)
                partial.write_text(named, encoding="utf-8")
        return WrittenNetwork(target, made.places, made.roads, (*self.notes, *made.notes), scenario)

    @property
    def case(self) -> Case:
        """The network without ends, as :mod:`sim.cuts` takes it."""
        return self._case()

    def between(self, a: object, b: object) -> Between:
        """The network between ``a`` and ``b``, each a place or several.

        Raises:
            BadInputError: a place that is unknown, with the nearest name; or at both ends.
        """
        sources, sinks = self._named(a), self._named(b)
        for name in sources:
            if name in sinks:
                raise BadInputError(f"'{name}' is both a source and a sink")
        return Between(self._case(sources, sinks), self.nodes)

    def max_flow(self, a: object, b: object) -> MaxFlow:
        """:meth:`Between.max_flow` between two places. Raises as :meth:`between` too."""
        return self.between(a, b).max_flow()

    def min_cut(self, a: object, b: object) -> MinCut:
        """:meth:`Between.min_cut` between two places. Raises as :meth:`between` too."""
        return self.between(a, b).min_cut()

    def interdict(
        self, a: object, b: object, k: int, *, targets: Kinds = "roads",
        protect: Iterable[str] = (), cost: Mapping[str, int] | None = None,
        method: Method = "auto", sets: int = 10,
    ) -> Interdicted:  # fmt: skip
        """:meth:`Between.interdict` between two places. Raises as :meth:`between` too."""
        return self.between(a, b).interdict(
            k, targets=targets, protect=protect, cost=cost, method=method, sets=sets
        )

    def rank(
        self, a: object, b: object, *, targets: Kinds = "both", top: int | None = None,
        captured: Sequence[str] | None = None, seed: int = 0,
    ) -> RankedLosses:  # fmt: skip
        """:meth:`Between.rank` between two places. Raises as :meth:`between` too."""
        return self.between(a, b).rank(targets=targets, top=top, captured=captured, seed=seed)

    def to_networkx(self) -> networkx.MultiDiGraph:
        """The network as a graph, each road once for each way that it carries, by its id."""
        return graph_of(self._case(), self.nodes, {}, {})

    def to_frame(self) -> pandas.DataFrame:
        """The roads as a frame of pandas.

        Raises:
            BadInputError: pandas is not installed.
        """
        return roads_table(self._case()).to_frame()

    def plot(self) -> Figure:
        """The map of the network.

        Raises:
            BadInputError: the places have no coordinates.
        """
        from sim.view.cut_files import network_of

        return network_of(self._case())

    @property
    def notes(self) -> tuple[str, ...]:
        """What the reader of the file left out, guessed or doubts."""
        return self.roads.notes

    def _case(self, sources: Iterable[str] = (), sinks: Iterable[str] = ()) -> Case:
        table, index = self.roads, self.roads.graph.place_index
        begin, end = (tuple(index[name] for name in names) for names in (sources, sinks))
        return Case(
            table.title, table.graph, table.roads, table.limits_between((*begin, *end)), begin, end,
            self.unit, table.scale, names=table.names, estimated=self.estimated,
            coordinates=table.coordinates, stated=table.stated, notes=table.notes,
            classes=table.classes, exists=self.exists,
        )  # fmt: skip

    @cached_property
    def _ids(self) -> Mapping[Hashable, str]:
        return {node: name for name, node in self.nodes.items()}

    def _named(self, given: object) -> tuple[str, ...]:
        """Ids of the place or the places that were given."""
        if (name := self._id(given)) is not None:
            return (name,)
        each = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else []
        names = [self._id(one) for one in each]
        known = [name for name in names if name is not None]
        if each and len(known) == len(each):
            return tuple(dict.fromkeys(known))
        a_node = isinstance(given, tuple) and any(isinstance(node, tuple) for node in self._ids)
        wrong = given if not each or (a_node and not known) else each[names.index(None)]
        raise BadInputError(unknown("place", str(wrong), self.places))

    def _id(self, given: object) -> str | None:
        if not isinstance(given, Hashable):
            return None
        if given in self._ids:
            return self._ids[given]
        if not isinstance(given, str):
            return None
        known = self.roads.graph.place_index
        seen = to_the_eye(given)
        spelled = (given, seen, self._called.get(seen), coordinates_as_name(seen))
        return next((name for name in spelled if name is not None and name in known), None)

    @cached_property
    def _called(self) -> Mapping[str, str]:
        """Places by what they are called, of those of a name of their own."""
        names = self.roads.names
        often = Counter(names.values())
        return {name: place for place, name in names.items() if often[name] == 1}

    def _glance(self) -> tuple[str, Facts]:
        graph = self.roads.graph
        one_way = int((~self.roads.two_way).sum())
        return f"Network: {self.roads.title}", [
            ("places", f"{len(graph.places):,}: {listed(graph.places)}"),
            ("roads", f"{len(graph.roads):,}, {one_way:,} of them one-way"),
            ("capacities", f"{self.unit}, exact to 1/{self.roads.scale}"),
            ("coordinates", yes(self.roads.coordinates is not None)),
            *(("note", note) for note in self.notes),
        ]
