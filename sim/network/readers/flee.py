"""Flee (locations.csv, routes.csv, closures.csv, conflicts.csv): where people flee, and by what.

Distances are km. A route is open both ways, but for one of forced redirection, which leads one
way (1: from the second place to the first, 2: from the first to the second). Closures of
borders, places and camps close roads from a day to a day; days count from the start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.base.diagnostics import ScenarioError
from sim.base.names import to_the_eye

from .columns import plain
from .csv_edges import records
from .options import Reading
from .places import take_places
from .rows import Rows
from .table import Closure, utf8
from .taken import flag

_LOCATIONS = ("name", "region", "country", "lat", "lon", "location_type", "conflict_date",
              "population")  # fmt: skip
_ROUTES = ("name1", "name2", "distance", "forced_redirection")
_LEAST = 3  # fields of a row: what comes behind may lack
_CLOSURES = ("closure_type", "name1", "name2", "closure_start", "closure_end")


def read_flee(folder: Path, options: Reading) -> Rows:
    """Rows of the folder's routes, with its places, and its closures as such."""
    rows = Rows(str(folder / "routes.csv"), folder.name, options)
    table, lines = _columns(folder / "routes.csv", _ROUTES)
    forced = [word.strip() for word in table.pop("forced_redirection", [""] * len(lines))]
    given = {"1": "-1", "2": "true"}
    rows.take(
        {**table, "oneway": [given.get(word, "") for word in forced]}, lines, both=True,
        also={"distance": ("km", 1.0), "name1": ("from", 1.0), "name2": ("to", 1.0)},
    )  # fmt: skip
    odd = sorted(set(forced) - {"", "0", *given})
    if odd:
        rows.notes.add(f"taken as none: forced redirections '{', '.join(odd)}'")
    if (file := folder / "locations.csv").exists():
        places, where = _columns(file, _LOCATIONS)
        kinds = places.pop("location_type", [""] * len(where))
        take_places(rows, {**places, "kind": kinds}, where, str(file))
        countries = dict(
            zip(map(to_the_eye, places["name"]), places.get("country", ()), strict=False)
        )
        _take_closures(rows, folder / "closures.csv", countries)
        _take_conflicts(rows, folder / "conflicts.csv")
    return rows


def _columns(file: Path, names: Sequence[str]) -> tuple[dict[str, Sequence[str]], list[int]]:
    """The columns of a file of Flee, which goes by their order where its header is none.

    Raises ScenarioError with the rows that cannot be used.
    """
    own = Rows(str(file), file.stem)
    text = utf8(file)
    header = [plain(part) for part in text.partition("\n")[0].replace('"', "").split(",")]
    known = {*names, "latitude", "longitude"}
    if len(known & set(header)) < 2:
        text = "#" + ",".join(names[: len(header)]) + "\n" + text
    else:  # some repeat a '#', or leave a name out: the order tells
        told = [h or f"column_{k + 1}" for k, h in enumerate(header)]
        told = [names[k] if k < len(names) and told.index(h) < k else h for k, h in enumerate(told)]
        text = ",".join(told) + "\n" + text.partition("\n")[2]
    table, lines = records(own, text, _LEAST)
    if own.report.diagnostics:
        raise ScenarioError(own.report.diagnostics)
    return {plain(name): column for name, column in table.items()}, lines


def _take_closures(rows: Rows, file: Path, countries: Mapping[str, str]) -> None:
    """The roads that closures close: between two countries, or at a place or camp."""
    if not file.exists():
        return
    table, lines = _columns(file, _CLOSURES)
    roads = list(zip(rows.tails, rows.heads, strict=True))
    for row, line in enumerate(lines):
        kind, one, other, begin, end = (
            to_the_eye(table[name][row]) if name in table else "" for name in _CLOSURES
        )

        ends = {one, other}
        closed = []
        for road in roads:
            across = {countries.get(place) for place in road} == ends
            if (
                (kind == "country" and across)
                or (kind in ("location", "camp") and one in road)
                or (kind in ("link", "links") and set(road) == ends)
            ):
                closed.append(road)
        days = _days(begin, end)
        if not closed or days is None:
            rows.notes.add(f"not read of closures.csv: {kind} {one} {other}".rstrip(), line)
            continue
        why = f"{kind} {one}" + (f" - {other}" if other else "") + " closed"
        rows.closures.append(Closure(tuple(closed), *days, why))


def _days(begin: str, end: str) -> tuple[float, float | None] | None:
    """First and last day of a closure; the last None for good (0 or less, or none)."""
    try:
        first, last = float(begin or 0), float(end or 0)
    except ValueError:
        return None
    if first < 0:
        return None
    return first, last if last > first else None


def _take_conflicts(rows: Rows, file: Path) -> None:
    """Days on which places are in conflict are told: whose they are then is not said there."""
    if not file.exists():
        return
    own = Rows(str(file), file.stem)
    table, lines = records(own, utf8(file))
    if own.report.diagnostics:
        rows.notes.add("not read: conflicts.csv, which is no table")
        return
    found = []
    for name, values in list(table.items())[1:]:
        days = [row for row, word in enumerate(values) if flag(word)]
        if days:
            found.append(f"{name} from day {days[0]}")
    if found:
        rows.notes.add(f"conflicts.csv ({len(lines)} days), no event is made of it: "
                       + ", ".join(found[:10]) + (", ..." if len(found) > 10 else ""))  # fmt: skip
