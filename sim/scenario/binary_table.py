"""The binary table that a network names, or that is made of a map: known by its SHA-256."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from sim.base.diagnostics import Mark, Report, ScenarioError, safe
from sim.base.errors import BadInputError
from sim.base.files import digest

from .faults import InputError
from .model import BinaryTable, Place, Road
from .tree import Map, Node, Scalar

ENDING, MAP = ".npz", ".gpkg"
"""Of a table, and of a map of which one is made."""

MOST_BYTES = 2**29
"""Largest file that is read: no table of bounded size has more."""


def table_of(
    network: Map, held: BinaryTable | None, find: Callable[[Node], Path], report: Report
) -> tuple[BinaryTable, Map]:
    """The table that a network's own map names, and what it says of a network.

    ``held`` is in memory: where the map states its SHA-256, no file is looked for. ``find`` gives
    the file that a node names.

    Raises:
        InputError: there is none, or one of another SHA-256 than the map states.
    """
    from .ground import ground_of  # with numpy and readers, which most scenarios do without

    node, sha256 = network.entries["table"].value, _stated(network)
    if held is not None and held.sha256 == sha256 and isinstance(node, Scalar):
        table, name = held, node.text
    else:
        file = _found(node, sha256, find)
        table, name = _read(file), file.name
        if sha256 not in (None, table.sha256):
            raise InputError(
                f"'{safe(name)}' is another table than this was written for: its SHA-256 is "
                f"{table.sha256}, not {safe(str(sha256))}",
                "put that table back; to take this one, leave 'sha256' out",
            )
    try:
        ground = ground_of(table, name)
    except ScenarioError as error:
        fault = error.diagnostics[0]
        other = None if name.endswith(ENDING) else f"sim import FILE --out FILE{ENDING} makes one"
        raise InputError(f"'{safe(name)}': {fault.message}", fault.hint or other) from error
    for what, hint in ground.faults():
        report.error(node.mark, what, hint)
    return replace(table, shut=ground.shut), ground.tree(node.mark)


def _found(node: Node, sha256: str | None, find: Callable[[Node], Path]) -> Path:
    """The file of a table; where there is none, which one it was is told too."""
    try:
        return find(node)
    except InputError as error:
        which = "" if sha256 is None else f", which had the SHA-256 {safe(sha256)}"
        raise InputError(f"{error.message}{which}", error.hint) from None


def _stated(network: Map) -> str | None:
    entry = network.entries.get("sha256")
    node = None if entry is None else entry.value
    return node.text.strip() if isinstance(node, Scalar) and not node.null else None


def _read(file: Path) -> BinaryTable:
    if file.suffix.lower() == MAP:
        return _made_of(file)
    try:
        with file.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"'{safe(file.name)}' cannot be read: {error.strerror}") from error
    if len(data) > MOST_BYTES:
        raise InputError(f"'{safe(file.name)}' is larger than {MOST_BYTES:,} bytes")
    return BinaryTable(digest(data), data)


def _made_of(file: Path) -> BinaryTable:
    """The table that ``sim import`` makes of a map where it is told nothing more."""
    from sim.network.readers import read_table
    from sim.network.readers.binary import packed

    from .ground import UNIT

    name = safe(file.name)
    otherwise = f"sim import {name} --out {safe(file.stem)}{ENDING} takes options; name its table"
    try:
        table = read_table(file)
    except ScenarioError as error:
        fault, *more = error.diagnostics
        where = f" (feature {fault.line}" + (f", and {len(more)} more)" if more else ")")
        said = f"'{name}': {fault.message}{where if fault.line else ''}"
        raise InputError(said, fault.hint or otherwise) from error
    except BadInputError as error:
        lacks = isinstance(error.__cause__, ImportError)
        raise InputError(f"'{name}': {error}", None if lacks else otherwise) from error
    data = packed(replace(table, unit=UNIT))
    return BinaryTable(digest(data), data, notes=table.notes)


def check_one(base: Map, over: Map, mark: Mark, report: Report) -> None:
    """Two networks that are laid over each other are not both of a table."""
    if base.rows is not None and over.rows is not None:
        report.error(
            mark,
            "the network that this extends is of a binary table already",
            "a network has one table: extend a scenario without one, or state what differs",
        )


class Beneath(NamedTuple):
    """What a scenario leaves of a table as it is: places and roads, sorted by id."""

    places: Mapping[str, Place]
    roads: Mapping[str, Road]


def beneath(network: Map) -> Beneath:
    """What is left of the table of a network; nothing where it has none."""
    return Beneath(*(_left(network, key) for key in Beneath._fields))


def _left(network: Map, key: str) -> Mapping[str, Any]:
    entry = network.entries.get(key)
    node = None if entry is None else entry.value
    if not isinstance(node, Map) or node.rows is None:
        return {}
    things: Mapping[str, Any] = getattr(node.rows.of, key)
    over = {*node.entries, *node.left_out}
    return {name: one for name, one in things.items() if name not in over} if over else things


def written_over(network: Map, key: str, dumped: Mapping[str, Any]) -> dict[str, Any]:
    """What is to be written of the things ``dumped`` so that it says the same over a table again.

    Null stands for what the table says and they do not, and for things that are left out.
    """
    entry = network.entries.get(key)
    rows = entry.value.rows if entry is not None and isinstance(entry.value, Map) else None
    if rows is None or entry is None or not isinstance(entry.value, Map):
        return dict(dumped)
    found: dict[str, Any] = {
        name: {**dict.fromkeys(rows.said(name)), **said} if name in rows.ids else said
        for name, said in dumped.items()
    }
    found |= {name: None for name in entry.value.left_out if name in rows.ids}
    return dict(sorted(found.items()))
