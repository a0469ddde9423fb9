"""What a calibration found: ranges before and after as tables, as a text and as a scenario file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.base.errors import BadInputError
from sim.base.files import whole_file, write_json
from sim.base.numbers import number
from sim.measure import abc
from sim.scenario.dates import date_of, format_instant
from sim.scenario.distributions import Dist
from sim.scenario.emit import to_yaml
from sim.scenario.model import DAY
from sim.scenario.units import DIMENSIONS, format_quantity
from sim.tables import of_many
from sim.tables.data import DataTable
from sim.tables.of_scores import markdown_rows

from .calibration_file import Calibration
from .inputs import INSTANTS, dimension_of, inputs_by_path

LEVELS = (0.05, 0.5, 0.95)

LEARNED = "learned.yaml"


@dataclass(frozen=True)
class Learned:
    """What a calibration found: its last population, its inputs in their units, its folder."""

    folder: Path
    stated: Calibration
    population: abc.Population
    tolerances: tuple[float, ...]

    @property
    def ranges(self) -> tuple[Dist | float, ...]:
        """The inputs as the scenario states them: ranges, and chances as numbers."""
        known = inputs_by_path(self.stated.scenario)
        return tuple(known[path] for path in self.stated.inputs)

    @property
    def until(self) -> str:
        """The day with which what is learned from ends."""
        return format_instant(self.stated.scenario, self.stated.until)[:10]


def tables(learned: Learned) -> list[DataTable]:
    """``inputs``: prior and posterior side by side; ``particles``: what the last round kept.

    Of a chance there is one number before, and one after.
    """
    population = learned.population
    shrunk = abc.contraction(population)
    scenario, inputs = learned.stated.scenario, learned.stated.inputs
    rows = [
        (path, *_in_days(dimension_of(scenario, path), (*before, *after)), round(float(c), 4))
        for path, (before, after), c in zip(
            inputs, _before_and_after(learned), shrunk, strict=True
        )
    ]  # fmt: skip
    heads = ("input", "unit", "prior_5", "prior_50", "prior_95", "posterior_5", "posterior_50",
             "posterior_95", "contraction")  # fmt: skip
    weights = population.weights / population.weights.sum()
    kept = [
        (round(float(w), 8), round(float(d), 6), *(round(float(u), 6) for u in us))
        for w, d, us in zip(weights, population.distances, population.quantiles, strict=True)
    ]
    return [
        DataTable("inputs", heads, rows),
        DataTable("particles", ("weight", "distance", *inputs), kept),
    ]


def _in_days(dimension: str, values: Sequence[float | None]) -> Iterator[Any]:
    """The unit in which people read values of a dimension, and the values in it."""
    lasts = dimension == "duration"
    yield "day" if lasts else DIMENSIONS[dimension].base
    for value in values:
        yield _shown(value / DAY) if lasts and value is not None else value


Levels = tuple[float | None, float, float | None]


def _before_and_after(learned: Learned) -> Iterator[tuple[Levels, Levels]]:
    """5, 50 and 95 % of each input as stated, and as learned."""
    population = learned.population
    weights = population.weights / population.weights.sum()
    at = [abc.quantile(population, level) for level in LEVELS]
    for k, stated in enumerate(learned.ranges):
        if isinstance(stated, float):
            happened = float(weights[population.quantiles[:, k] < stated].sum())
            yield (None, stated, None), (None, _shown(happened), None)
            continue
        low, middle, high = (_shown(stated.ppf(level)) for level in LEVELS)
        after = [_shown(stated.ppf(float(q[k]))) for q in at]
        yield (low, middle, high), (after[0], after[1], after[2])


def _shown(value: float) -> float:
    return float(f"{value:.6g}")


def _stated(learned: Learned, path: str, value: float) -> str:
    """A value of an input as a file states it: an instant as a date where there are dates."""
    scenario = learned.stated.scenario
    if is_instant(path) and (date := date_of(scenario, value)) is not None:
        return date.isoformat()
    if (dimension := dimension_of(scenario, path)) == "duration":
        return f"{value / DAY:.6g} days"
    return format_quantity(value, dimension)


def is_instant(path: str) -> bool:
    """Whether an input is an instant, not a length of time."""
    return path.rpartition(".")[2] in INSTANTS


def learned_text(learned: Learned, folder: Path) -> str:
    """A scenario file that extends the base with each input between its posterior quantiles.

    Each is uniform between its 5 and 95 % quantiles: what holds of several inputs together is lost,
    and its note says so. The file is to stand in ``folder``, from which the base is named.
    """
    stated = learned.stated
    end = learned.until
    dated = {"known_on": end} if stated.scenario.start is not None else {}
    overrides: dict[str, Any] = {}
    for path, (_, (low, middle, high)) in zip(
        stated.inputs, _before_and_after(learned), strict=True
    ):
        if low is None or high is None:
            overrides[path] = middle
            continue
        overrides[path] = {
            "uniform": [_stated(learned, path, end) for end in (low, high)],
            "trust": "learned",
            "note": f"5 to 95 % of what agrees with the record up to {end}; each input by itself",
            **dated,
        }
    document: dict[str, Any] = {
        "format": 1,
        "extends": Path(os.path.relpath(stated.base, folder)).as_posix(),
        "id": f"{stated.scenario.id}_learned",
        "title": f"{stated.scenario.title}, learned from the record up to {end}",
        "about": f"Ranges that 'sim calibrate' narrowed on the record up to {end}.",
        **({"as_of": end} if stated.scenario.start is not None else {}),
        "overrides": overrides,
    }
    return to_yaml(document)


def sentences(learned: Learned) -> Iterator[str]:
    """What was learned in words, made from its numbers."""
    stated, until = learned.stated, learned.stated.until
    came = sum(stated.on_record(event) < until for event in stated.events)
    yield (
        f"{number(len(stated.inputs))} inputs of {stated.scenario.title} ({stated.scenario.id}) "
        f"held against {number(len(stated.events))} events on record up to {learned.until}: "
        f"{number(came)} had come, {number(len(stated.events) - came)} had not."
    )
    near = ", ".join(number(t) for t in learned.tolerances)
    yield (
        f"{number(stated.rounds)} rounds of {number(stated.runs)} runs, of which the nearest "
        f"{number(stated.kept)} are kept; greatest distance kept, round by round: {near}."
    )
    yield (
        f"{LEARNED} extends the scenario with each range uniform between its 5 and 95 % "
        "quantiles; what holds of several inputs together is not in it."
    )


def document(learned: Learned) -> dict[str, Any]:
    """All of it as plain data for JSON: what was asked, distances kept, inputs before and after."""
    table = tables(learned)[0]
    return {
        "kind": "calibration",
        **learned.stated.document(),
        "tolerances": [round(t, 6) for t in learned.tolerances],
        "learnt": [dict(zip(table.columns, row, strict=True)) for row in table.rows],
        "said": list(sentences(learned)),
    }


def markdown(learned: Learned) -> str:
    """The same as a text in Markdown: in words, then the inputs before and after."""
    lines = [f"# {learned.stated.title}", ""]
    for sentence in sentences(learned):
        lines += [sentence, ""]
    table = of_many.learnt(tables(learned)[0])
    return "\n".join([*lines, f"## {table.caption}", "", *markdown_rows(table), ""])


def write_what_was_learned(learned: Learned) -> None:
    """Write tables, summary and scenario into the folder, each file whole.

    Raises:
        FullDiskError, FolderError: one cannot be written.
    """
    folder = learned.folder
    for table in tables(learned):
        table.write_csv(folder / f"{table.name}.csv")
    with whole_file(folder / "summary.json") as path:
        write_json(path, document(learned))
    with whole_file(folder / "summary.md") as path:
        path.write_text(markdown(learned), encoding="utf-8")
    write_learned(learned, folder / LEARNED)


def check_apart(stated: Calibration, path: Path) -> None:
    """Refuse to put what is learned in place of what was read.

    Raises:
        BadInputError: the path is that of the calibration or of its scenario.
    """
    if path.resolve() in (stated.file.resolve(), stated.base.resolve()):
        raise BadInputError(f"{path} is what is learned from; name another file")


def write_learned(learned: Learned, path: Path) -> None:
    """Write the scenario with the learned ranges, whole.

    Raises:
        FullDiskError, FolderError: it cannot be written.
    """
    with whole_file(path) as partial:
        partial.write_text(learned_text(learned, path.parent), encoding="utf-8")
