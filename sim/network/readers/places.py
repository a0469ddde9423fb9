"""A file of places beside a file of roads: where they lie, what they are called and let through.

CSV, or the node files of the TNTP collection (``Node X Y ;``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.base.diagnostics import ScenarioError
from sim.base.names import to_the_eye

from .columns import NODE_ROLES, Table, choose
from .csv_edges import records
from .rows import Rows
from .table import Place, in_degrees, utf8
from .taken import text


def read_places(rows: Rows, file: Path) -> None:
    """Take the places of a file. Raises ScenarioError for one that cannot be read."""
    stated = utf8(file)
    if file.suffix.lower() == ".tntp":
        bare = (line.partition("~")[0].partition(";")[0] for line in stated.splitlines())
        stated = "\n".join(",".join(line.split()) for line in bare).lstrip()
        if stated[:1].isdigit():
            stated = "node,x,y\n" + stated
        rows.notes.add("X and Y of the nodes are taken as degrees (longitude, latitude)")
    own = Rows(str(file), file.stem)
    table, lines = records(own, stated)
    if not own.report.diagnostics and table and not take_places(rows, table, lines, str(file)):
        own.error(1, "the header has no column 'id'", f"columns are {', '.join(NODE_ROLES)}")
    if own.report.diagnostics:
        raise ScenarioError(own.report.diagnostics)


def take_places(rows: Rows, table: Table, lines: Sequence[int], file: str = "") -> bool:
    """Take places by the columns of a table; False where none says which place it is.

    What is no place on the globe, and no whole number of inhabitants, is left out with a note.
    """
    chosen = choose(table, roles=NODE_ROLES)
    if "id" not in chosen.at:
        return False
    if chosen.unread:
        rows.notes.add(f"not read of the places: {', '.join(chosen.unread)}")
    columns = {
        role: [text(value) for value in table[column]] for role, (column, _) in chosen.at.items()
    }

    def said(role: str, row: int) -> str | None:
        return (columns[role][row] or "").strip() or None if role in columns else None

    for row, line in enumerate(lines):
        name = to_the_eye(columns["id"][row] or "")
        if not name:
            rows.notes.add("skipped: a place without a name", line)
            continue
        rows.lone.add(name)
        lat, lon = _number(said("lat", row)), _number(said("lon", row))
        if lat is not None and lon is not None:
            if in_degrees(lat, lon):
                rows.where[name] = (lat, lon)
            else:
                rows.notes.add("not read: coordinates that are no degrees (WGS 84)")
        people = _number(said("population", row))
        place = Place(
            said("name", row), said("capacity", row),
            round(people) if people is not None and people >= 0 else None, said("kind", row),
        )  # fmt: skip
        if any(part is not None for part in place):
            rows.places[name] = place
    return True


def _number(stated: str | None) -> float | None:
    try:
        value = float(stated or "nan")
    except ValueError:
        return None
    return value if abs(value) < 1e12 else None
