"""Two or more runs side by side: what differs in the scenarios, then in the measures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, NamedTuple, Protocol, Self, TypeVar

from sim.base.diagnostics import suggest
from sim.base.errors import BadInputError
from sim.scenario.model import Scenario
from sim.state.record import ControlRow, EventRow, SeriesRow

from .model_scores import SCORES, ModelScore, run_scores

MISSING = "(absent)"


class Change(NamedTuple):
    """One setting that is not the same in all scenarios: its dotted path, a value for each."""

    path: str
    values: tuple[Any, ...]


class Row(NamedTuple):
    """One measure in every run (None: it did not come, or the run does not have it).

    ``differences`` are each value less the first run's, where both are numbers.
    """

    path: str
    unit: str
    values: tuple[float | None, ...]
    differences: tuple[float | None, ...]

    @property
    def changed(self) -> bool:
        """True where not all values are equal."""
        return any(v != self.values[0] for v in self.values)


class Course(NamedTuple):
    """What the states of a run are rebuilt from (:mod:`sim.state.rebuild`)."""

    scenario: Scenario
    control: Sequence[ControlRow]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run as a comparison needs it, from memory or from its folder.

    ``course`` gives the run's own course where a map of it is wanted.
    """

    name: str
    scenario: Mapping[str, Any]  # the resolved scenario, plain data
    summary: Mapping[str, Any]
    series: Sequence[SeriesRow]
    events: Sequence[EventRow]
    course: Callable[[], Course]

    def called(self, place: str) -> str:
        """The name of a place, which a table may tell that the resolved scenario names alone."""
        found = self.course().scenario.network.places.get(place)
        return place if found is None else found.name


@dataclass(frozen=True, slots=True)
class Comparison:
    """The first outcome is the one that the others are compared with.

    ``scores`` are those of the models of regrouping, where a run has any.
    """

    outcomes: tuple[Outcome, ...]
    changes: tuple[Change, ...]
    rows: tuple[Row, ...]
    scores: tuple[ModelScore, ...] = ()

    def only_changed(self) -> Self:
        """The same without the measures that are equal in all."""
        return replace(self, rows=tuple(r for r in self.rows if r.changed))

    def only(self, *patterns: str) -> Self:
        """The same with those measures alone that match a pattern, as ``axes.*.delivered``.

        Raises:
            BadInputError: no measure matches one of them.
        """
        rows, scores = narrowed(self.rows, self.scores, patterns)
        return replace(self, rows=rows, scores=scores)

    def document(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "runs": [
                {"name": o.name, "scenario": o.summary["scenario"]["id"], "seed": o.summary["seed"]}
                for o in self.outcomes
            ],
            "scenario_differences": [change._asdict() for change in self.changes],
            "measures": [row._asdict() | {"changed": row.changed} for row in self.rows],
            "model_scores": [s.document() for s in self.scores],
        }


class OfMeasure(Protocol):
    """A row of a comparison."""

    @property
    def path(self) -> str:
        """The measure that it is about."""


Of = TypeVar("Of", bound=OfMeasure)


def narrowed(
    rows: Sequence[Of], scores: tuple[ModelScore, ...], patterns: Sequence[str]
) -> tuple[tuple[Of, ...], tuple[ModelScore, ...]]:
    """Rows of the measures that match one of some patterns, in which ``*`` stands for anything.

    The scores of models come with them where a measure of theirs is among these.

    Raises:
        BadInputError: one of them matches nothing.
    """
    for pattern in patterns:
        if not any(fnmatchcase(row.path, pattern) for row in rows):
            hint = suggest(pattern, [row.path for row in rows])
            raise BadInputError(
                f"only: no measure matches '{pattern}'" + (f"; {hint}" if hint else "")
            )
    kept = tuple(row for row in rows if any(fnmatchcase(row.path, p) for p in patterns))
    return kept, scores if any(row.path.startswith(SCORES) for row in kept) else ()


def compare(outcomes: Sequence[Outcome]) -> Comparison:
    """Compare runs.

    Raises:
        BadInputError: fewer than two.
    """
    if len(outcomes) < 2:
        raise BadInputError("a comparison needs two runs at least")
    return Comparison(
        tuple(outcomes),
        tuple(differences([o.scenario for o in outcomes])),
        tuple(_rows([o.summary["measures"] for o in outcomes])),
        tuple(s for o in outcomes for s in run_scores(o.name, o.summary["measures"])),
    )


WORDS = frozenset(
    {
        "about", "as_of", "asks", "events_on_record", "happened", "holders_on_record", "id",
        "known_on", "moves_on_record", "note", "on_record", "record", "score_on", "source",
        "sources", "tests", "text", "title", "trust",
    }
)  # fmt: skip
"""Keys of a scenario that say where something comes from or what is on record: no inputs."""


def differences(scenarios: Sequence[Any], path: str = "") -> list[Change]:
    """Settings that differ, by dotted path; what only some have is named as a whole.

    Words about a setting (its source, note, title) are no settings, see :data:`WORDS`.
    """
    if all(s == scenarios[0] for s in scenarios[1:]):
        return []
    # a section that some lack (``events``) is an empty one: each of its entries is named
    maps = [{} if s == MISSING and path and "." not in path else s for s in scenarios]
    if not all(isinstance(s, Mapping) for s in maps):
        return [Change(path, tuple(_settings(s) for s in scenarios))]
    found = []
    for key in sorted({k for s in maps for k in s} - WORDS):
        below = f"{path}.{key}" if path else str(key)
        found.extend(differences([s.get(key, MISSING) for s in maps], below))
    return found


def _settings(value: Any) -> Any:
    """A value without the words about it."""
    if isinstance(value, Mapping):
        return {k: _settings(v) for k, v in value.items() if k not in WORDS}
    return value


def _rows(measures: Sequence[Mapping[str, Mapping[str, Any]]]) -> list[Row]:
    rows = []
    for path in sorted({p for m in measures for p in m}):
        unit = next(m[path]["unit"] for m in measures if path in m)
        values = tuple(m[path]["value"] if path in m else None for m in measures)
        rows.append(Row(path, unit, values, tuple(_less(v, values[0]) for v in values)))
    return rows


def _less(value: float | None, first: float | None) -> float | None:
    return None if value is None or first is None else round(value - first, 6)
