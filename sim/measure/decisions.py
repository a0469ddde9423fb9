"""What actors decided on in a run, and the men that they sent by it, as measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sim.scenario.model import Scenario
from sim.state.record import Record

from .steps import in_days


def decided(scenario: Scenario, record: Record) -> Iterator[tuple[str, float | None, str]]:
    """Each measure's path, value and unit.

    The day of a decision (None: it did not come), and of each option its probability then (None:
    not decided; 0: not open) and whether it was decided on, 1 or 0: its mean over the runs of an
    ensemble is the share of runs in which it was.
    """
    for decision in scenario.decisions.values():
        rows = {row.option: row for row in record.decisions if row.decision == decision.id}
        path = f"decisions.{decision.id}"
        time = min((row.time for row in rows.values()), default=None)
        yield f"{path}.time", in_days(time), "day"
        for option in decision.options:
            row = rows.get(option)
            probability = round(row.probability, 4) if row else 0.0 if rows else None
            yield f"{path}.to.{option}.probability", probability, "1"
            yield f"{path}.to.{option}.chosen", row.chosen if row else 0, "1"


def sent(scenario: Scenario, record: Record) -> Iterator[tuple[str, int, str]]:
    """Each measure's path, value and unit, of actors who may send men by a decision.

    Persons sent in all and by goal; 0 where nobody was, for it was not decided on.
    """
    found: Counter[tuple[str, str]] = Counter()
    for decision in scenario.decisions.values():
        for option in decision.options.values():
            if option.sends is not None:
                found[decision.actor, option.sends.to] += 0
    for move in record.moves:
        if move.kind == "sent":
            found[move.actor, move.choice] += move.persons
    for actor in sorted({actor for actor, _ in found}):
        goals = {goal: persons for (who, goal), persons in sorted(found.items()) if who == actor}
        yield f"moves.{actor}.sent", sum(goals.values()), "persons"
        for goal, persons in goals.items():
            yield f"moves.{actor}.to.{goal}.sent", persons, "persons"
