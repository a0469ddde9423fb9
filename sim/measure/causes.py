"""What settled whether a claim is true: the event or operation by which, where, and when.

docs/definitions.md says how the instant and its cause are found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple, Protocol

from sim.scenario.model import DAY, Claim, Scenario
from sim.state.record import EventRow, Record

from .claims import Value, truth
from .steps import Steps, credit_levels, in_days, is_time


class Turn(NamedTuple):
    """What a claim's truth was settled by.

    ``cause`` is the id of an event or operation: "" where nothing happened (it never came, or was
    so from the start), None where the measure is of no single instant (a total, a share). ``where``
    is the place or road that changed, or "". ``day`` is in days from the start.
    """

    cause: str | None
    where: str = ""
    day: float | None = None


NOTHING = Turn("")
UNTOLD = Turn(None)


class Looked(Protocol):
    """A run whose measures and series are known."""

    @property
    def scenario(self) -> Scenario:
        """What was run."""

    @property
    def record(self) -> Record:
        """What the run wrote down."""

    @property
    def measures(self) -> Mapping[str, Value]:
        """The catalogue, by path."""

    @property
    def timed(self) -> Mapping[str, tuple[str, str]]:
        """Subject and measure of the series of each measure that changes in time."""

    @property
    def series(self) -> Mapping[tuple[str, str], Steps]:
        """Every series by subject and measure."""


def turned(run: Looked) -> dict[str, Turn]:
    """What settled each claim of the scenario, by the claim's id."""
    causes = _Causes(run)
    return {name: causes.turn(claim) for name, claim in run.scenario.claims.items()}


def came_by(run: Looked, path: str) -> Turn:
    """By what the time that a measure tells came; ``UNTOLD`` of a measure that is no time."""
    if not is_time(path):
        return UNTOLD
    return _Causes(run).turn(Claim(path, path, path, "!=", None))


class _Causes:
    """Finds the cause of what happened at an instant of one run."""

    def __init__(self, run: Looked) -> None:
        self.run = run

    def turn(self, claim: Claim) -> Turn:
        if claim.when is None and is_time(claim.measure):
            time = self._came(claim)
        elif (steps := self._steps(claim)) is not None:
            when = self.run.record.end if claim.when is None else claim.when
            time = _last_change(claim, steps, when)
        else:
            return UNTOLD
        if time is None:
            return NOTHING
        cause, where = self._of_axis(claim, time) or self._in_instant(claim, time)
        return Turn(cause, where, in_days(time))

    def _came(self, claim: Claim) -> int | None:
        """When a time measure came; None where it did not, or not by the day that is claimed.

        What comes after that day settles nothing: that it had not come by then did.
        """
        measure = self.run.measures.get(claim.measure)
        if measure is None or measure.value is None:
            return None
        time = round(measure.value * DAY)
        if isinstance(claim.value, int | float):
            late = time > claim.value or (time == claim.value and claim.relation in ("<", ">="))
            if late and claim.relation in ("<", "<=", ">", ">="):
                return None
        return time

    def _steps(self, claim: Claim) -> Steps | None:
        """The series that a claim about an instant, or about the end, is judged by."""
        path = claim.measure
        if claim.when is None:
            path, ended, _ = path.rpartition("_end")
            if not ended:
                return None
        key = self.run.timed.get(path)
        return None if key is None else self.run.series[key]

    @cached_property
    def _credits(self) -> dict[str, list[tuple[int, str, int]]]:
        """By axis: when which event or operation changed its capacity, and by how much (kg/day)."""
        found: dict[str, list[tuple[int, str, int]]] = {}
        for (event, axis), level in credit_levels(self.run.record).items():
            before = 0
            for time, value in zip(level.times, level.values, strict=True):
                found.setdefault(axis, []).append((time, event, value - before))
                before = value
        return found

    @cached_property
    def _changed(self) -> dict[int, dict[str, None]]:
        """By each instant after the start: the places and roads of which rows tell, in order."""
        found: dict[int, dict[str, None]] = {}
        for row in self.run.record.control:
            if row.time:
                found.setdefault(row.time, {})[row.id] = None
        return found

    def _of_axis(self, claim: Claim, time: int) -> tuple[str, str] | None:
        """By what the capacity of the claim's axis last changed until ``time``, if it did.

        Of several causes in one instant it is the one that did most of the change.
        """
        kind, _, rest = claim.measure.partition(".")
        if kind != "axes":
            return None
        known = [c for c in self._credits.get(rest.partition(".")[0], []) if c[0] <= time and c[2]]
        if not known:
            return None
        last = max(when for when, _, _ in known)
        changes = [(change, event) for when, event, change in known if when == last]
        sign = 1 if sum(change for change, _ in changes) > 0 else -1
        _, cause = max(changes, key=lambda pair: (sign * pair[0], pair[1]))
        return cause, self._where(cause, last, ())

    def _in_instant(self, claim: Claim, time: int) -> tuple[str, str]:
        """What happened at ``time``, what the claim's measure names first."""
        named = claim.measure.split(".")
        events = [row for row in self.run.record.events if row.cause]
        # a place that a force gives up changes hands in the next second
        given_up = [row for row in events if (row.time, row.kind) == (time - 1, "given_up")]
        rows = [row for row in events if row.time == time] or given_up
        if not rows:
            return "", ""
        touching = [row for row in rows if set(named) & {*_subjects(row), row.cause}]
        moved = [row for row in rows if self._where(row.cause, time, named) in named]
        cause = (moved or touching or rows)[0].cause
        return cause, self._where(cause, time, named)

    def _where(self, cause: str, time: int, named: tuple[str, ...] | list[str]) -> str:
        """The place or road that ``cause`` changed at ``time``, one of ``named`` first."""
        mine = set(self._reach(cause))
        changed = [id_ for id_ in self._changed.get(time, ()) if id_ in mine]
        return next((id_ for id_ in changed if id_ in named), changed[0] if changed else "")

    def _reach(self, cause: str) -> Iterator[str]:
        """The places and roads that an event or operation may change."""
        scenario = self.run.scenario
        if cause in scenario.operations:
            yield from scenario.operations[cause].route
        elif cause in scenario.events:
            yield from (*scenario.events[cause].places, *scenario.events[cause].roads)
        else:  # in the background
            yield from (row.subject for row in self.run.record.events if row.cause == cause)


def _last_change(claim: Claim, steps: Steps, when: int) -> int | None:
    """When the claim last became what it is at ``when``; None where it was so from the start."""
    found, before = None, None
    for time, value in zip(steps.times, steps.values, strict=True):
        if time > when:
            break
        now = truth(claim, value)
        if before is not None and now != before:
            found = time
        before = now
    return found


def _subjects(row: EventRow) -> list[str]:
    return row.subject.split(", ")
