"""The tables of what is in a scenario or a network: what there is to be named in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sim.base.names import folded
from sim.base.numbers import in_line, percent
from sim.scenario.distributions import Dist
from sim.scenario.model import PPM, Network, Scenario

from .table import Code, Column, Id, Ids, Percent, Table, Unit, UserText

if TYPE_CHECKING:
    from sim.measure.summary import Analysis

PLACES = (
    Column("id", "Place", Code), Column("name", "Name", UserText), Column("kind", "Kind", str),
    Column("holders", "Held at the start by", str), Column("population", "Population"),
)  # fmt: skip


def places(net: Network, scenario: Scenario | None = None) -> Table:
    """Every place; who holds it is told of a scenario."""
    holders = {} if scenario is None else scenario.holders
    rows = []
    for place in net.places.values():
        shares = holders[place.id].shares if place.id in holders else {}
        parted = len(shares) > 1 or any(share < PPM for share in shares.values())
        held = [
            f"{a} {percent(share / PPM)}" if parted else a for a, share in sorted(shares.items())
        ]
        rows.append([place.id, place.name, place.kind, ", ".join(held), place.population])
    table = Table("Places", PLACES, rows)
    return table.without("holders") if scenario is None else table


ROADS = (
    Column("id", "Road", Code), Column("from", "From", Code), Column("to", "To", Code),
    Column("km", "km"), Column("length", "Length", str), Column("class", "Class", Code),
    Column("capacity", "Capacity, t/day"), Column("back", "Back, t/day"),
    Column("exists", "May be there", Percent),
    Column("state", "At the start", str), Column("name", "Name", UserText),
)  # fmt: skip


def roads(net: Network) -> Table:
    """Every road, its own capacity or that of its class; of a range the median.

    The capacity back, what a length was worked out from, and how likely it is that a road is there
    at all are told where a road has them.
    """
    rows = []
    for road in net.roads.values():
        there, back = map(_tonnes, road.each_way(net.classes[road.road_class]))
        length = f"about, {length_words(net.detour)}" if road.estimated else "stated"
        state = "closed" if road.closed else "open"
        rows.append(
            [road.id, road.a, road.b, road.km, length, road.road_class, there, back,
             road.exists if road.exists < 1 else "", state, road.name or ""]
        )  # fmt: skip
    unsaid = [] if any(road.estimated for road in net.roads.values()) else ["length"]
    unsaid += [] if any(road.directed for road in net.roads.values()) else ["back"]
    unsaid += [] if any(road.exists < 1 for road in net.roads.values()) else ["exists"]
    return Table("Roads", ROADS, rows).without(*unsaid)


def length_words(detour: float) -> str:
    """What the length of a road is that states none: the great circle times a detour."""
    return f"great circle \u00d7 {detour:g}"


def _tonnes(dist: Dist) -> float:
    return round(dist.nominal / 1000, 3)


AXES = (
    Column("id", "Axis", Code), Column("name", "Name", UserText), Column("actor", "Actor", Id),
    Column("commodity", "Carries", Id), Column("priority", "Priority"),
    Column("sources", "From", Ids), Column("sinks", "To", Ids),
)  # fmt: skip


def axes(scenario: Scenario) -> Table:
    """Every axis, the one in focus first, then in the order in which they are planned."""
    focus = scenario.main_axis
    ordered = sorted(scenario.axes.values(), key=lambda a: (a.id != focus, a.priority, a.id))
    rows = [
        [a.id, a.name, a.actor, a.commodity, a.priority, Ids(a.sources), Ids(a.sinks)]
        for a in ordered
    ]
    return Table("Axes", AXES, rows)


EVENTS = (
    Column("id", "Event", Code), Column("kind", "What", str), Column("targets", "Of", Ids),
    Column("by", "By", Id), Column("due", "When", str), Column("chance", "Chance", Percent),
)  # fmt: skip


def events(scenario: Scenario) -> Table:
    """Every event, as the scenario states it."""
    rows = [
        [event.id, event.kind, Ids((*event.places, *event.roads, *event.ends)), event.by or "",
         _due(scenario.resolved["events"][event.id]), event.chance]
        for event in scenario.events.values()
    ]  # fmt: skip
    return Table("Events", EVENTS, rows)


def _due(stated: Mapping[str, Any]) -> str:
    """When an event is due, as it is written."""
    parts = [f"when {in_line(stated['when'])}"] if "when" in stated else []
    parts += [f"{key} {in_line(stated[key])}" for key in ("at", "delay") if key in stated]
    return ", ".join(parts)


CLAIMS = (
    Column("id", "Claim", Code), Column("measure", "Measure", Code),
    Column("text", "Text", UserText),
)  # fmt: skip


def claims(scenario: Scenario) -> Table:
    """Every claim, with the measure that it is about."""
    rows = [[claim.id, claim.measure, claim.text] for claim in scenario.claims.values()]
    return Table("Claims", CLAIMS, rows)


MEASURES = (
    Column("measure", "Measure", Code), Column("unit", "Unit", Unit), Column("when", "Of", str),
)  # fmt: skip


def measures(run: Analysis) -> Table:
    """Every measure that a run has, then those that a claim can ask for at an instant."""
    rows = [[path, m.unit, "the run"] for path, m in run.measures.items()]
    rows += [[path, _unit(key[1]), "an instant"] for path, key in sorted(run.timed.items())]
    return Table("Measures", MEASURES, rows)


def _unit(series: str) -> str:
    """The unit of a series, from the end of its name, as claims state it."""
    ends = {"_kg_per_day": "t/day", "_kg": "t", "_persons": "persons", "_m": "m"}
    return next((unit for end, unit in ends.items() if series.endswith(end)), "1")


def found(table: Table, search: str) -> Table:
    """The rows of which a cell has what is searched for; case and separators do not matter."""
    wanted = folded(search)
    rows = [
        row for row in table.rows
        if any(wanted in folded(in_line(list(c) if isinstance(c, Ids) else c)) for c in row)
    ]  # fmt: skip
    return Table(table.caption, table.columns, rows, table.start)
