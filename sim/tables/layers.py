"""Places and roads as layers of a map: fields with their meaning, and rows of plain values.

What a layer holds is stated here once: :mod:`sim.tables.layer_files` writes it, docs/export.md
lists it. Rows are as long as their fields; None is no value. Units are in the names of fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple


class Each(NamedTuple):
    """A number of a road each way: from its first place to its second, and back."""

    there: float | None
    back: float | None

    @property
    def greater(self) -> float | None:
        """The greater of the two; None, which is no limit, where either is."""
        if self.there is None or self.back is None:
            return None
        return max(self.there, self.back)


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its name with its unit, what it means, and the kind of its values.

    The values of one that is told ``each_way`` are :class:`Each`.
    """

    name: str
    meaning: str
    kind: type = float
    each_way: bool = False

    def way(self, word: str) -> str:
        """The name of one direction: ``capacity_there_t_day`` of ``capacity_t_day``."""
        stem = self.name.removesuffix(PER_DAY)
        return f"{stem}_{word}{self.name[len(stem) :]}"

    def of(self, axis: str) -> Field:
        """The field of an axis, which its name begins with."""
        return replace(self, name=f"{axis}_{self.name}")

    def bare(self) -> Field:
        """The field of a network whose amounts have no unit of their own."""
        return replace(self, name=self.name.removesuffix(PER_DAY))


PER_DAY = "_t_day"
"""How the names of fields in tonnes a day end."""

WHEN = (
    Field("day", "the instant in days from the start"),
    Field("date", "the same as a date, if the period has a start", str),
)  # fmt: skip
HELD = (
    Field("holder", "who holds most of it; a road as far as who holds both of its ends", str),
    Field("holders", "every holder with its share, as control.csv writes them", str),
)  # fmt: skip

PLACES = (
    *WHEN, Field("id", "the place", str), Field("name", "its name", str),
    Field("kind", "town, crossroads, bridge, ...", str), Field("country", "its country", str),
    Field("population", "inhabitants", int), *HELD,
    Field("state", "open, besieged, sealed, or besieged and sealed", str),
    Field("besieged", "which holders are besieged in it", str),
    Field("sealed", "to whom the crossing is sealed; * is to all", str),
    Field("capacity_t_day", "its own capacity, none where nothing limits it"),
    Field("kept", "the share of its capacity that damage and profiles leave"),
    Field("load_t_day", "what all axes together plan to send through it, in standard loads"),
)  # fmt: skip
"""What is told of a place at an instant of a run."""

ROADS = (
    *WHEN, Field("id", "the road", str), Field("name", "its ends by name", str),
    Field("number", "name or number of the road", str), Field("from_place", "its first place", str),
    Field("to_place", "its second place", str), Field("class", "its class", str),
    Field("km", "its length"), Field("estimated", "no length is stated", bool),
    Field("one_way", "open from its first place to its second alone", bool), *HELD,
    Field("state", "open or closed", str),
    Field("capacity_t_day", "its own capacity", each_way=True),
    Field("kept", "the share of its capacity that damage and profiles leave"),
    Field("load_t_day", "what all axes together plan to send, in standard loads", each_way=True),
)  # fmt: skip
"""What is told of a road at an instant of a run."""

WEAK = (
    Field("in_cut", "in the minimum cut; of an axis that is cut: lost, and in the way", bool),
    Field("loss_t_day", "what its loss alone takes from the capacity of the axis"),
    Field("loss_share", "the same as a share of that capacity"),
    Field("rank", "its rank by that loss, 1 the worst; equal losses share the better", int),
)  # fmt: skip

AXIS_PLACES = (
    Field("role", "source or sink of the axis", str),
    Field("capacity_t_day", "what the actor can use of it, none where nothing limits it"),
    Field("largest_flow_t_day", "what of the largest flow passes, starts or ends here"), *WEAK,
    Field("stock_t", "stock of a sink"),
    Field("days_of_supply", "days that this stock lasts"),
)  # fmt: skip
"""What is told of a place for each axis; the name of the axis comes before."""

AXIS_ROADS = (
    Field("capacity_t_day", "what the actor can use of it", each_way=True),
    Field("flow_t_day", "what the axis plans to send, as flows.csv has it", each_way=True),
    Field("largest_flow_t_day", "what the largest flow sends over it", each_way=True), *WEAK,
)  # fmt: skip
"""What is told of a road for each axis; the name of the axis comes before."""

CASE_PLACES = (
    Field("id", "the place", str), Field("name", "its name, where it has one", str),
    Field("capacity_t_day", "its capacity, none where nothing limits it"),
)  # fmt: skip
CASE_ROADS = (
    Field("id", "the road", str), Field("from_place", "its first place", str),
    Field("to_place", "its second place", str), Field("km", "its length"),
    Field("capacity_t_day", "its capacity, none where nothing limits it", each_way=True),
)  # fmt: skip
"""What is told of the places and roads of a network that is cut, attacked or ranked."""

CUT_PLACES = (
    Field("in_cut", "in the minimum cut nearest the sources", bool),
    Field("flow_t_day", "what of the largest flow passes, starts or ends here"),
)  # fmt: skip
CUT_ROADS = (CUT_PLACES[0], Field("flow_t_day", "what the largest flow sends", each_way=True))
ATTACK = (Field("removed", "lost in the best attack of the whole budget that is named", bool),)
RANKING = (
    Field("loss_t_day", "what its loss alone takes from the flow"),
    Field("loss_share", "the same as a share of the flow"),
    Field("rank", "its rank by that loss, 1 the worst; equal losses share the better", int),
    Field("flow_share", "the share of the flow that goes over it"),
    Field("in_minimum_cuts", "the share of the minimum cuts that it is in"),
    Field("delay_hours", "so much longer is the fastest route without it; none: no way is left"),
    Field("deliverable_loss_t_day", "its loss of what supply and demand let through"),
    Field("places_shut_off", "places that are reached only through it", int),
)  # fmt: skip
RELIABILITY = (
    Field("stands", "the chance that it stands"),
    Field("gain", "what its standing adds to the chance that something is carried, if in doubt"),
    Field("flow_gain_t_day", "what its standing adds to what is carried on average"),
    Field("in_cut", "the chance that it is in the minimum cut nearest the sources"),
)  # fmt: skip
"""What an answer tells beside; of a ranking nothing where a place or road is not ranked."""

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """Places and roads, of one instant where there are several; the only one has no name."""

    name: str
    places: Sequence[Row]
    roads: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Style:
    """How a map shows layers: the colour of each holder, and which fields mark and measure.

    ``marks`` is a field that is true of what is to be seen first, ``wide`` is a number that a
    road is drawn as wide as.
    """

    marks: str | None = None
    wide: str | None = None
    colours: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """Layers of the same fields, ``id`` among them, and of roads ``from_place`` and ``to_place``.

    ``at`` are latitude and longitude of places by id; None where they are not known.
    """

    title: str
    place_fields: Sequence[Field]
    road_fields: Sequence[Field]
    layers: Sequence[Layer]
    at: Mapping[str, tuple[float, float]] | None
    style: Style

    def flat(self) -> Ground:
        """With plain numbers alone.

        A number told each way is the greater of the two, with a field for each direction beside
        it where they differ anywhere.
        """
        split = frozenset(
            field.name
            for i, field in enumerate(self.road_fields)
            if field.each_way
            and any(
                row[i] and row[i].there != row[i].back for la in self.layers for row in la.roads
            )
        )
        layers = [
            replace(layer, roads=[self._plain(row, split) for row in layer.roads])
            for layer in self.layers
        ]
        fields: list[Field] = []
        for field in self.road_fields:
            fields.append(replace(field, each_way=False))
            if field.name in split:
                for word, ends in (("there", "first place to its second"), ("back", "second back")):
                    name, meaning = field.way(word), f"{field.meaning}; from its {ends}"
                    fields.append(Field(name, meaning, field.kind))
        return replace(self, road_fields=fields, layers=layers)

    def _plain(self, row: Row, split: frozenset[str]) -> list[Any]:
        plain: list[Any] = []
        for field, value in zip(self.road_fields, row, strict=True):
            plain.append(value.greater if isinstance(value, Each) else value)
            if field.name in split:
                plain.extend(value or (None, None))
        return plain
