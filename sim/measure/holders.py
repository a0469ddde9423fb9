"""Who held which place lastingly, from the rows of a run; raids do not count."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

from sim.scenario.model import DAY, Scenario
from sim.state.record import Record

Change = tuple[str, int, tuple[str, ...]]
"""A place, the second from which, and the actors that held it lastingly from then on."""


@lru_cache(maxsize=4096)
def actors_of(value: str) -> tuple[str, ...]:
    """The actors that hold a share, by the value of a row of ``holders`` or ``lasting``."""
    return tuple(share.partition("=")[0] for share in value.split(";") if share)


def changes(scenario: Scenario, record: Record) -> list[Change]:
    """Each change of lasting holders against those of the scenario, by place, then time.

    While a raid is in force the rows of ``lasting`` tell who holds the place lastingly, not those
    of ``holders``.
    """
    raided: dict[str, tuple[str, ...]] = {}
    in_force: dict[str, tuple[str, ...]] = {}
    found: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for row in record.control:  # of one instant, holders before lasting
        if row.kind != "place" or row.what not in ("holders", "lasting"):
            continue
        actors = actors_of(row.value)
        if row.what == "holders":
            in_force[row.id] = actors
        elif actors:
            raided[row.id] = actors
        else:
            raided.pop(row.id, None)
        begun = at_start(scenario, row.id)
        held = found.setdefault(row.id, [(-1, begun)])
        if held[-1][0] == row.time:
            held.pop()
        now = raided.get(row.id, in_force.get(row.id, begun))
        if held[-1][1] != now:
            held.append((row.time, now))
    return [(place, *change) for place, held in sorted(found.items()) for change in held[1:]]


def at_start(scenario: Scenario, place: str) -> tuple[str, ...]:
    """The holders of a place at the start, sorted."""
    holding = scenario.holders.get(place)
    return tuple(sorted(holding.shares)) if holding else ()


def taken_and_lost(
    holders: Iterable[tuple[int, Collection[str]]], actor: str
) -> tuple[int | None, int | None]:
    """When (s) an actor first takes a place after the start, and first loses it.

    ``holders`` are those of the start and of each change after it, with when.
    """
    first: dict[bool, int] = {}  # when it first came to hold the place, or to hold it no more
    before = None
    for time, actors in holders:
        now = actor in actors
        if before is not None and now != before:
            first.setdefault(now, time)
        before = now
    return first.get(True), first.get(False)


def day_of(scenario: Scenario, row: Mapping[str, Any], measure: str) -> float | None:
    """The day (from the start) that a time measure has in a run, None where it never came.

    ``row`` is that of a journal. Of a place without measures (nothing in the scenario is about
    it) the changes of its holders tell when an actor first took or lost it.
    """
    if measure in row["measures"]:
        day: float | None = row["measures"][measure]
        return day
    match measure.split("."):
        case ["places", place, "time_lost_by" | "time_taken_by" as what, actor]:
            held = [(time, actors) for where, time, actors in row["held"] if where == place]
            taken, lost = taken_and_lost([(0, at_start(scenario, place)), *held], actor)
            time = taken if what == "time_taken_by" else lost
            return None if time is None else time / DAY
    return None


def seconds_held(holders: list[tuple[int, tuple[str, ...]]], actor: str, end: int) -> int:
    """Seconds for which an actor holds a part of a place."""
    untils = [*(time for time, _ in holders[1:]), end]
    spans = zip(holders, untils, strict=True)
    return sum(until - since for (since, actors), until in spans if actor in actors)
