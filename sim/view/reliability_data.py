"""What the figures of a reliability draw; no matplotlib here. Amounts in kg/day become t/day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sim.base.said import LEVEL, Name, Sentence
from sim.cuts.reliability import Element, Level, Reliability
from sim.tables.of_reliability import chance

from .cut_data import credit_of, ends_of, unit_of
from .data import MapData, Page, amount

MOST_ROWS = 20
"""Places and roads that are drawn with what they add."""

MOST_NUMBERED = 9
"""Of these so many get a number on the map."""


@dataclass(frozen=True, slots=True)
class ReliabilityData:
    """What is carried how likely, and what each place or road adds by standing.

    ``need`` is what has to be carried, None where nothing is stated; ``left_out`` are so many rows
    more that are not drawn. Names are by id.
    """

    page: Page
    unit: str
    need: float | None
    levels: tuple[Level, ...]
    rows: tuple[Element, ...]
    names: Mapping[str, str]
    left_out: int


@dataclass(frozen=True, slots=True)
class ReliabilityMapData:
    """The map of what may fail: all that is in doubt or in a cut, by id, and what is numbered."""

    map: MapData
    elements: Mapping[str, Element]
    numbered: tuple[Element, ...]
    names: Mapping[str, str]


def reliability_data(found: Reliability) -> ReliabilityData:
    """The chart of a reliability."""
    case, (unit, scale) = found.case, unit_of(found.case)
    rows = found.elements[:MOST_ROWS]
    left_out = len(found.elements) - len(rows)
    subtitle = Sentence(
        ends_of(case), ": how likely so much is carried, and what each adds by standing"
    )
    if found.open.low != found.open.high:
        subtitle = Sentence(subtitle, "; bands and whiskers: ", LEVEL, " intervals")
    levels = tuple(
        level if level.flow is None else replace(level, flow=level.flow / scale)
        for level in found.levels
    )
    return ReliabilityData(
        Page(_title(found), subtitle, credit_of(case)), unit,
        None if found.need is None else found.need / scale, levels,
        tuple(_scaled(row, scale) for row in rows), {r.name: case.said(r.name) for r in rows},
        left_out,
    )  # fmt: skip


def _scaled(row: Element, scale: float) -> Element:
    return row if row.flow_gain is None else replace(row, flow_gain=row.flow_gain / scale)


def _title(found: Reliability) -> Sentence:
    """How likely it is open, and carries what is needed."""
    document, (unit, scale) = found.document(), unit_of(found.case)
    title = Sentence(
        Name(found.case.title), ": open with a chance of ", chance(document, "open/value")
    )
    if found.need is None or found.met is None:
        return title
    need = amount(found.need / scale, unit, "need")
    return Sentence(title, ", carries ", need, " with ", chance(document, "met/value"))


def reliability_map_data(base: MapData, found: Reliability) -> ReliabilityMapData:
    """The map of a reliability, over the map of its network."""
    case = found.case
    elements = {e.name: e for e in found.elements}
    numbered = tuple(e for e in found.elements if e.gain is not None and e.gain.value > 0)
    subtitle = Sentence(
        ends_of(case), ": what may fail, as wide as what its standing adds to the chance to be open"
    )
    ends = {place.id for place in base.places if place.role is not None}
    ends |= {end for road in base.roads if road.id in elements for end in (road.a, road.b)}
    ends |= {element.name for element in found.elements if element.kind == "place"}
    drawn = replace(
        base, page=Page(_title(found), subtitle, credit_of(case)), focus=tuple(sorted(ends))
    )
    return ReliabilityMapData(
        drawn, elements, numbered[:MOST_NUMBERED],
        {e.name: case.said(e.name) for e in numbered[:MOST_NUMBERED]},
    )  # fmt: skip
