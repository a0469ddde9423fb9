"""The places of which a run tells when they were taken and lost: by the scenario, not by luck."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sim.scenario.model import Scenario


def watched_places(scenario: Scenario) -> dict[str, set[str]]:
    """Places that events or operations may take, with the actors that may hold them.

    Where places change hands in the background, those that a claim asks about are among them.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for event in scenario.events.values():
        for place in event.places:
            if event.kind in ("capture", "raid", "besiege", "relieve"):
                takers = [*event.shares, event.by] if event.kind != "besiege" else []
                found[place].update(a for a in takers if a is not None)
    for operation in scenario.operations.values():
        for place in operation.route:
            found[place].add(operation.actor)
    if scenario.kind == "forecast" and scenario.rules.background:
        for place, actor in _asked_about(scenario):
            found[place].add(actor)
    for place, actors in found.items():
        actors.update(scenario.holders[place].shares)
    return found


def _asked_about(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Places whose loss, or taking, is asked about, with by whom."""
    for claim in scenario.claims.values():
        match claim.measure.split("."):
            case ["places", place, _, actor] if (
                place in scenario.holders and actor in scenario.actors
            ):
                yield place, actor
