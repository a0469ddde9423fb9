"""Learning from the early record: the ranges of a scenario narrowed by runs, in a folder.

Only ``events_on_record`` up to the end of the window are read, and runs end there. The distance of
a run is the mean over events of |min(T, W) - min(R, W)| over a scale, T being the day in the run, R
that on record, W the end of the window: what had not come by then is censored there on both sides.
The scale of an event is the mean absolute deviation of min(T, W) from its median in the first
round, one day at least. Rounds are those of :mod:`sim.measure.abc`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.errors import FolderError
from sim.base.files import fingerprint, whole_file, whole_folder
from sim.measure import abc
from sim.measure.abc import Array
from sim.scenario.dates import date_of, format_instant
from sim.scenario.distributions import Dist
from sim.scenario.emit import to_yaml
from sim.scenario.model import DAY, Scenario
from sim.scenario.shared import luck_key
from sim.scenario.units import DIMENSIONS, format_quantity
from sim.tables.data import DataTable
from sim.tables.folder import MANIFEST, default_target, write_json, write_manifest

from .calibration_file import Calibration
from .engines import Engine, EngineError
from .ensemble import Progress
from .inputs import INSTANTS, dimension_of, fixed, inputs_by_path, uncertain
from .journal import Journal
from .replicate import Result, run_replicate

STATED = "calibration.json"
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


def begin(stated: Calibration, out: Path | None) -> Path:
    """The folder of a calibration, made where it is not there yet.

    Raises:
        FolderError: it holds something else.
    """
    document = stated.document()
    target = out or default_target(stated.file.stem, fingerprint(document))
    if (target / STATED).is_file():
        if json.loads((target / STATED).read_text(encoding="utf-8")) != document:
            raise FolderError(f"{target} holds another calibration; name another folder")
        return target
    with whole_folder(target) as made:
        write_json(made / STATED, document)
        write_json(made / MANIFEST, {"status": "running", "kind": "calibration"})
    return target


def carry_out(
    stated: Calibration, folder: Path, engine: Engine, progress: Progress | None = None,
    argv: Sequence[str] = (),
) -> Learned:  # fmt: skip
    """Run what is missing of a calibration, and write what it learned.

    Interrupted, each round keeps its journal, and the same call goes on to the same bytes.

    Raises:
        EngineError: a run failed; a round needs them all.
        FolderError: a journal cannot be opened.
    """
    tell = progress or (lambda done, of: None)
    short = replace(stated.scenario, length=stated.until, claims={}, seed=stated.seed)
    inputs = len(stated.inputs)
    quantiles = abc.prior(stated.seed, stated.runs, inputs)
    days = _days(stated, short, folder, 0, quantiles, engine, tell)
    scale = _scales(days)
    population = abc.rejected(quantiles, _distances(stated, days, scale), stated.kept)
    tolerances = [population.tolerance]
    for number in range(1, stated.rounds):
        quantiles, inside = abc.proposed(population, stated.seed, number, stated.runs)
        days = _days(stated, short, folder, number, quantiles, engine, tell)
        distances = _distances(stated, days, scale)
        population = abc.joined(population, quantiles, distances, inside)
        tolerances.append(population.tolerance)
    learned = Learned(folder, stated, population, tuple(tolerances))
    for table in tables(learned):
        table.write_csv(folder / f"{table.name}.csv")
    with whole_file(folder / LEARNED) as path:
        path.write_text(learned_text(learned), encoding="utf-8")
    journals = [_journal(number) for number in range(stated.rounds)]
    head = {"status": "complete", "kind": "calibration"}
    write_manifest(folder, head, argv, journals, pending=False)
    return learned


def _journal(number: int) -> str:
    return f"round_{number + 1}.jsonl"


def _run(
    scenario: Scenario, inputs: tuple[str, ...], measures: tuple[str, ...], first: int,
    quantiles: Array, number: int,
) -> Result:  # fmt: skip
    """One particle: the days of the events in a run with its own luck and these inputs."""
    at = dict(zip(inputs, quantiles[number].tolist(), strict=True))
    row, units = run_replicate(fixed(scenario, at), first + number)
    kept = {path: row["measures"].get(path) for path in measures}
    return Result(
        {"replicate": number, "measures": kept}, {path: units.get(path, "day") for path in kept}
    )


def _days(
    stated: Calibration, scenario: Scenario, folder: Path, number: int, quantiles: Array,
    engine: Engine, tell: Progress,
) -> Array:  # fmt: skip
    """Days of the events (runs, events) in the runs of a round, those to come at its end."""
    paths = tuple(stated.scenario.events_on_record[e].measure for e in stated.events)
    first = number * stated.runs
    task = partial(_run, scenario, _object_paths(stated), tuple(sorted(set(paths))), first,
                   quantiles)  # fmt: skip
    with Journal(folder / _journal(number)) as journal:
        missing = (n for n in range(stated.runs) if n not in journal)
        with closing(engine.run(task, missing)) as outcomes:
            for replicate, result, error in outcomes:
                if result is None:
                    raise EngineError(f"run {replicate} of round {number + 1} failed: {error}")
                journal.append(result.row, result.units)
                tell(number * stated.runs + len(journal.done), stated.rounds * stated.runs)
        journal.sync()
        rows = list(journal.rows(range(stated.runs)))
    horizon = stated.until / DAY
    days = [[_or_end(row["measures"][path], horizon) for path in paths] for row in rows]
    return np.array(days, dtype=float)


def _or_end(day: float | None, horizon: float) -> float:
    return horizon if day is None else min(day, horizon)


def _object_paths(stated: Calibration) -> tuple[str, ...]:
    """The inputs by the names of the objects, as :func:`sim.many.inputs.fixed` takes them."""
    by_key = {luck_key(path): path for path in uncertain(stated.scenario)}
    return tuple(by_key.get(luck_key(path), path) for path in stated.inputs)


def _scales(days: Array) -> Array:
    """Mean absolute deviation from the median of each event (events,), one day at least."""
    scale: Array = np.maximum(np.abs(days - np.median(days, axis=0)).mean(axis=0), 1.0)
    return scale


def _distances(stated: Calibration, days: Array, scale: Array) -> Array:
    on_record = np.array([min(stated.on_record(e), stated.until) / DAY for e in stated.events])
    distances: Array = (np.abs(days - on_record) / scale).mean(axis=1)
    return distances


# --- what was learned ------------------------------------------------------------------------

LEVELS = (0.05, 0.5, 0.95)


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
    if path.rpartition(".")[2] in INSTANTS and (date := date_of(scenario, value)) is not None:
        return date.isoformat()
    return format_quantity(value, dimension_of(scenario, path))


def learned_text(learned: Learned) -> str:
    """A scenario file that extends the base with each input between its posterior quantiles.

    Each is uniform between its 5 and 95 % quantiles: what holds of several inputs together is lost,
    and its note says so.
    """
    stated = learned.stated
    end = format_instant(stated.scenario, stated.until)[:10]
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
        "extends": Path(os.path.relpath(stated.base, learned.folder)).as_posix(),
        "id": f"{stated.scenario.id}_learned",
        "title": f"{stated.scenario.title}, learned from the record up to {end}",
        "about": f"Ranges that 'sim calibrate' narrowed on the record up to {end}.",
        **({"as_of": end} if stated.scenario.start is not None else {}),
        "overrides": overrides,
    }
    return to_yaml(document)
