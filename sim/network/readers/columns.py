"""The columns and attributes that readers look for: one table for all formats.

The case of a name never matters, nor what stands between its words: ``Length (m)`` is
``length_m``. docs/networks.md is made from this table.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sim.base.diagnostics import suggest
from sim.base.errors import BadInputError

NONE: Mapping[str, Any] = MappingProxyType({})
"""Nothing by name."""


@dataclass(frozen=True)
class Role:
    """What a column says of a road.

    ``reads`` are the names that are taken as it, each with the factor to its unit; ``offers``
    names that may mean it, and are read only where ``--column`` says so.
    """

    meaning: str
    reads: Mapping[str, float]
    offers: tuple[str, ...] = ()


def _plain(*names: str) -> dict[str, float]:
    return dict.fromkeys(names, 1.0)


def _lengths(*units: str) -> tuple[str, ...]:
    return tuple(f"{stem}_{unit}" for stem in ("length", "distance", "dist") for unit in units)


ROLES: Mapping[str, Role] = {
    "from": Role(
        "where the road begins",
        _plain("from", "source", "u", "tail", "from_node_id", "from_node", "init_node", "name1"),
        ("start", "origin", "node1", "node_1", "a", "a_node", "begin"),
    ),
    "to": Role(
        "where it ends",
        _plain("to", "target", "v", "head", "to_node_id", "to_node", "term_node", "name2"),
        ("end", "destination", "node2", "node_2", "b", "b_node", "dest"),
    ),
    "capacity": Role(
        "what it carries each way, in the unit of the file; empty: not stated, `inf`: without "
        "limit, so that it cannot be cut",
        _plain("capacity"),
        ("cap", "weight", "max_flow", "maxflow", "throughput", "bandwidth", "upper", "ub"),
    ),
    "km": Role(
        "length (km)",
        {
            **_plain("km", "kilometres", "kilometers", *_lengths("km")),
            **dict.fromkeys(("metres", "meters", *_lengths("m")), 0.001),
            **dict.fromkeys(("miles", *_lengths("mi", "miles")), 1.609344),
            **dict.fromkeys(("feet", *_lengths("ft", "feet")), 0.0003048),
        },
        ("length", "distance", "dist", "len", "shape_length", "shape_leng", "shape_len"),
    ),
    "seconds": Role(
        "time to travel it (s)",
        {
            **_plain("seconds", "time_s", "travel_time_s"),
            **dict.fromkeys(("minutes", "time_min", "travel_time_min"), 60.0),
            **dict.fromkeys(("hours", "time_h", "travel_time_h"), 3600.0),
        },
        ("time", "travel_time", "duration", "free_flow_time", "fftt", "fft"),
    ),
    "speed": Role(
        "speed (km/h), where no time is stated",
        {
            **_plain("speed_kmh", "speed_kph", "speed_km_h"),
            **dict.fromkeys(("speed_mph", "speed_mi_h"), 1.609344),
        },
        ("speed", "maxspeed", "max_speed", "free_speed", "speed_limit"),
    ),
    "both": Role("true for a road of two ways", _plain("both", "two_way", "twoway")),
    "oneway": Role(
        "true for a road of one way, `-1` for one against its own direction",
        _plain("oneway", "one_way"),
    ),
    "class": Role(
        "class of the road, for `--capacity-by`",
        _plain("class", "highway", "fclass", "road_class", "facility_type"),
    ),
    "lanes": Role("number of lanes, for `--capacity-by`", _plain("lanes")),
    "id": Role("id of the road", _plain("id"), ("link_id", "edge_id", "road_id", "fid", "osmid")),
}

NODE_ROLES: Mapping[str, Role] = {
    "id": Role("the place", _plain("id", "node_id", "nodeid", "node", "place", "osmid", "name")),
    "name": Role("what it is called", _plain("name", "label", "title")),
    "lat": Role("latitude", _plain("lat", "latitude", "y", "y_coord", "ycoord", "gps_y")),
    "lon": Role(
        "longitude", _plain("lon", "lng", "long", "longitude", "x", "x_coord", "xcoord", "gps_x")
    ),
    "capacity": Role("what it lets through", _plain("capacity"), ("cap", "throughput")),
    "population": Role("inhabitants", _plain("population", "pop", "inhabitants")),
    "kind": Role("town, bridge, ...: a free text", _plain("kind", "place_type", "node_type")),
}
"""What a file of places says of each."""


def plain(name: str) -> str:
    """A name of a column without case, and with ``_`` for all that is no letter or digit."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_")


@dataclass(frozen=True)
class Chosen:
    """Which columns are read: ``at`` is, by role, the column and its factor.

    ``guessed`` says what stands for an end that no column names, ``unread`` what is not read.
    """

    at: Mapping[str, tuple[str, float]]
    guessed: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    def told(self) -> list[str]:
        """What was guessed and what is not read, as sentences."""
        said = [f"read as the ends of a road: {' and '.join(self.guessed)}"] if self.guessed else []
        if self.unread:
            said.append(f"not read: {', '.join(self.unread)}")
        return said


def choose(
    columns: Iterable[str],
    told: Mapping[str, str] = NONE,
    also: Mapping[str, tuple[str, float]] = NONE,
    roles: Mapping[str, Role] = ROLES,
    needed: Iterable[str] = (),
    unused: Container[str] = (),
) -> Chosen:
    """Which of these columns is what.

    ``told`` are the user's, by role (or by a name with a unit that is read as it); ``also`` the
    names that a format gives a role and a factor; ``needed`` names of columns that something
    else reads; ``unused`` roles that nobody asks for. Raises BadInputError for a column of
    ``told`` that there is not, and for two that differ in nothing but case.
    """
    names = _by_plain_name(columns)
    at: dict[str, tuple[str, float]] = {}
    for role, column in told.items():
        name, factor = _role(role, roles)
        if plain(column) not in names:
            hint = suggest(column, names.values())
            raise BadInputError(
                f"columns: there is no column '{column}'" + (f"; {hint}" if hint else "")
            )
        at[name] = names[plain(column)], factor
    for name, role_ in roles.items():
        reads = {**role_.reads, **{n: f for n, (r, f) in also.items() if r == name}}
        if name not in at and name not in unused:
            found = next(((names[n], f) for n, f in reads.items() if n in names), None)
            if found is not None and found[0] not in {c for c, _ in at.values()}:
                at[name] = found
    taken = {column for column, _ in at.values()} | {names.get(plain(c), "") for c in needed}
    ends = [
        at[end][0] for end in ("from", "to")
        if end in at and plain(at[end][0]) != end and plain(at[end][0]) not in also
    ]  # fmt: skip
    unread = [_unread(column, roles, at) for column in names.values() if column not in taken]
    return Chosen(at, tuple(ends) if roles is ROLES and not told.keys() & {"from", "to"} else (),
                  tuple(unread))  # fmt: skip


def _by_plain_name(columns: Iterable[str]) -> dict[str, str]:
    """Columns by their plain names; of two, such as ``@id`` and ``id``, by the plainest.

    Raises BadInputError where two differ in nothing but case.
    """
    names: dict[str, str] = {}
    for column in columns:
        key = plain(column)
        other = names.setdefault(key, column)
        if other == column:
            continue
        if other.casefold() == column.casefold():
            raise BadInputError(f"the columns '{other}' and '{column}' have one name")
        names[key], kept = (column, other) if column.casefold() == key else (other, column)
        names[kept] = kept
    return names


def _role(name: str, roles: Mapping[str, Role]) -> tuple[str, float]:
    wanted = plain(name)
    for role, known in roles.items():
        if wanted == role or wanted in known.reads:
            return role, known.reads.get(wanted, 1.0)
    hint = suggest(name, roles)
    raise BadInputError(
        f"columns: '{name}' is none of {', '.join(roles)}" + (f"; {hint}" if hint else "")
    )


def _unread(column: str, roles: Mapping[str, Role], at: Mapping[str, object]) -> str:
    """A column that is not read, and the option that reads it where its name says what it is."""
    name = plain(column)
    for role, known in roles.items():
        like = name in known.offers or (role == "capacity" and name.startswith("capacity_"))
        if like and role not in at and roles is ROLES:
            return f"{column} (--column {role}={column} reads it)"
    return column


UNITS: Mapping[str, Mapping[str, float]] = {
    "km": {"km": 1.0, "m": 0.001, "mi": 1.609344, "ft": 0.0003048},
    "seconds": {"s": 1.0, "min": 60.0, "h": 3600.0},
    "speed": {"km/h": 1.0, "kmh": 1.0, "kph": 1.0, "mph": 1.609344},
}
"""Units that may stand behind a number, by role, each with the factor to the role's own."""


Table = Mapping[str, Sequence[object]]
"""Columns by name; each has one value a row, None where there is none."""


@dataclass
class Records:
    """Rows of names and values, gathered to columns; the case of names does not matter."""

    columns: dict[str, list[object]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    _spelled: dict[str, str] = field(default_factory=dict)

    def add(self, record: Mapping[str, object], line: int) -> None:
        """Take a row. Raises ValueError where two names of it differ in nothing but case."""
        row = len(self.lines)
        self.lines.append(line)
        for name, value in record.items():
            column = self._spelled.setdefault(name.casefold(), name)
            values = self.columns.setdefault(column, [])
            if len(values) > row:
                raise ValueError(f"'{column}' and '{name}' have one name")
            values += [None] * (row - len(values))
            values.append(value)

    def table(self) -> dict[str, list[object]]:
        """The columns, all of one length."""
        for values in self.columns.values():
            values += [None] * (len(self.lines) - len(values))
        return self.columns
