"""What is in a file: places, roads, axes, events, measures and claims, listed and searched."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.base.diagnostics import did_you_mean
from sim.base.errors import BadInputError
from sim.engine import simulation
from sim.measure.summary import Analysis
from sim.network.readers import is_table
from sim.scenario import model
from sim.scenario.loader import load_network
from sim.tables import of_scenario
from sim.tables.data import DataTable
from sim.tables.table import Table

from .files import is_network_yaml
from .scenarios import Source, load
from .show import Facts, Shown, chosen, table_named


@dataclass(frozen=True, repr=False)
class Listing(Shown):
    """What a file has of each kind, as tables by kind; ``near`` is a name near to what was sought.

    ``near`` is None where something was found.
    """

    title: str
    tables: Mapping[str, Table]
    near: str | None = None

    def table(self, kind: str) -> DataTable:
        """One kind as a tidy table.

        Raises:
            BadInputError: the kind was not listed.
        """
        return table_named((DataTable.of(*item) for item in self.tables.items()), kind)

    def document(self) -> dict[str, Any]:
        """What ``sim list --json`` prints."""
        return {
            kind: [
                {column.key: value for column, value in zip(table.columns, row, strict=True)}
                for row in table.rows
            ]
            for kind, table in self.tables.items()
        }

    def _glance(self) -> tuple[str, Facts]:
        return self.title, [(kind, str(len(table.rows))) for kind, table in self.tables.items()]


def listing(
    source: model.Scenario | Source,
    kind: str | None = None,
    search: str = "",
    *,
    sets: Sequence[str] = (),
) -> Listing:
    """What there is to be named in a scenario or a network file.

    Args:
        source: a scenario, what :func:`load` takes, or the path of a YAML network file.
        kind: places, roads, axes, events, measures or claims; None: all but measures, for which a
            nominal run is made: those of a run of other luck may be more or fewer, as of who went
            where.
        search: only rows that have this in a cell, whatever case, accents and separators: "Al Bab"
            finds al-bab.
        sets: values set in a scenario by their dotted paths, texts ``path=value``.

    Raises:
        ScenarioError: the file is faulty.
        BadInputError: no such kind, or one that a network has not.
    """
    title, known = _known(source, sets)
    if kind is not None:
        chosen(kind, known, "kind")
    kinds = [name for name in known if name != "measures"] if kind is None else [kind]
    whole = {name: known[name]() for name in kinds}
    if not search:
        return Listing(title, whole)
    tables = {name: of_scenario.found(table, search) for name, table in whole.items()}
    near = None
    if not any(table.rows for table in tables.values()):
        ids = [str(row[0]) for table in whole.values() for row in table.rows]
        near = did_you_mean(search, {part for id_ in ids for part in (id_, *id_.split("."))})
    return Listing(title, tables, near)


def _known(
    source: model.Scenario | Source, sets: Sequence[str]
) -> tuple[str, dict[str, Callable[[], Table]]]:
    """What the source is called, and what makes the table of each kind that it has."""
    if isinstance(source, str | os.PathLike) and is_table(source):
        raise BadInputError(
            f"{os.fspath(source)} is a table of roads: 'sim import' makes a network of it, which "
            "can be listed"
        )
    if isinstance(source, str | os.PathLike) and is_network_yaml(os.fspath(source)):
        if sets:
            raise BadInputError("sets: a network file has no values to set")
        net = load_network(source)
        return net.title or os.fspath(source), {
            "places": lambda: of_scenario.places(net),
            "roads": lambda: of_scenario.roads(net),
        }
    scenario = source if isinstance(source, model.Scenario) else load(source, sets=sets)
    return scenario.title, {
        "places": lambda: of_scenario.places(scenario.network, scenario),
        "roads": lambda: of_scenario.roads(scenario.network),
        "axes": lambda: of_scenario.axes(scenario),
        "events": lambda: of_scenario.events(scenario),
        "measures": lambda: of_scenario.measures(
            Analysis(scenario, simulation.run(scenario, nominal=True))
        ),
        "claims": lambda: of_scenario.claims(scenario),
    }
