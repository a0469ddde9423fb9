"""Parts of the document of a run that stand beside its measures: plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sim.scenario.blocks import blocks, fleets_of
from sim.scenario.model import Scenario
from sim.state.record import Pocket, Record

from . import fleets, shares, short
from .steps import Steps, in_days, in_tonnes


def scenario_document(scenario: Scenario) -> dict[str, Any]:
    """What a summary says of its scenario, as plain data."""
    return {
        "id": scenario.id,
        "title": scenario.title,
        "kind": scenario.kind,
        "start": scenario.start.isoformat() if scenario.start else None,
        "days": in_days(scenario.length),
        "tests": list(scenario.tests),
        "focus": scenario.main_axis,
        **_estimated(scenario),
        **_doubtful(scenario),
    }


def _estimated(scenario: Scenario) -> dict[str, Any]:
    """How many roads state no length, and what it was worked out with; nothing where all do."""
    roads = scenario.network.roads.values()
    estimated = sum(road.estimated for road in roads)
    told = {"roads": estimated, "of": len(roads), "detour": scenario.network.detour}
    return {"estimated_lengths": told} if estimated else {}


def _doubtful(scenario: Scenario) -> dict[str, Any]:
    """The probability of each road that may not be there; nothing where all are."""
    roads = scenario.network.roads.values()
    doubtful = {road.id: road.exists for road in roads if road.doubtful}
    return {"doubtful_roads": doubtful} if doubtful else {}


def pockets_document(scenario: Scenario, record: Record) -> list[dict[str, Any]]:
    """Where and when pockets were, with what is modelled of who and what was in each."""
    return [
        {
            "actor": row.pocket.actor,
            "places": list(row.pocket.places),
            "from_day": in_days(row.time),
            "to_day": in_days(row.ended),
            "persons": persons_in(scenario, row.pocket),
            "stock_t": _stock_in(scenario, row.pocket),
        }
        for row in record.pockets
    ]


def persons_in(scenario: Scenario, pocket: Pocket) -> int | None:
    """Who was in a pocket when it formed; None where nobody was ever said to be."""
    there = {(g.actor, g.place) for g in scenario.garrisons.values()}
    stated = any((pocket.actor, place) in there for place in pocket.places)
    return pocket.persons if pocket.persons or stated else None


def _stock_in(scenario: Scenario, pocket: Pocket) -> float | None:
    """Tonnes of stock in a pocket when it formed; None where no sink of its actor is in it."""
    axes = (axis for axis in scenario.axes.values() if axis.actor == pocket.actor)
    modelled = any(place in axis.sinks for axis in axes for place in pocket.places)
    return in_tonnes(pocket.stock_kg) if modelled else None


def short_document(
    scenario: Scenario, record: Record, series: Mapping[tuple[str, str], Steps]
) -> dict[str, Any]:
    """Who went short, by which rule, and what lorries do; of actors only what is stated."""
    ruled = any(block.name not in scenario.axes for block in blocks(scenario))
    hauled = bool(fleets_of(scenario))
    found: dict[str, Any] = {}
    if ruled:
        found["shares"] = shares.document(scenario, record)
    if hauled:
        found["fleets"] = fleets.document(record)
    if ruled or hauled or scenario.without_actors:
        found["unmet"] = short.document(scenario, record, series)
    return found
