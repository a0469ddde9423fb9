"""Learning from the early record: the ranges of a scenario narrowed by runs, in a folder.

Only ``events_on_record`` up to the end of the window are read, and runs end there. The distance of
a run is the mean over events of |min(T, W) - min(R, W)| over a scale, T being the day in the run, R
that on record, W the end of the window: what had not come by then is censored there on both sides.
The scale of an event is the mean absolute deviation of min(T, W) from its median in the first
round, one day at least. Rounds are those of :mod:`sim.measure.abc`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.errors import FolderError
from sim.base.files import digest_of, fingerprint, write_json
from sim.measure import abc
from sim.measure.abc import Array
from sim.measure.holders import day_of
from sim.scenario.model import DAY, Scenario
from sim.scenario.shared import luck_key
from sim.tables.folder import make_folder
from sim.tables.identity import PROGRAMS, Identity, identity, joined
from sim.tables.manifest import Undrawn, draw_into, manifest_of, put_manifest, write_manifest
from sim.tables.verified import check_unaltered, reading

from .calibration_file import Calibration
from .engines import Engine, EngineError
from .ensemble import Progress
from .ensemble_folder import check_programs
from .inputs import fixed, uncertain
from .journal import Journal
from .learned import Learned, write_what_was_learned
from .replicate import Result, run_replicate

STATED = "calibration.json"

DrawLearned = Callable[[Learned, Path], Sequence[Undrawn]]
"""Draws the figures of a calibration into a folder that is there."""


def begin(stated: Calibration, out: Path | None, any_version: bool = False) -> Path:
    """The folder of a calibration, made where it is not there yet.

    Raises:
        FolderError: it holds something else, was changed, or another version of the program began
            it and ``any_version`` does not allow it.
    """
    document = stated.document()
    if out is not None and (out / STATED).is_file():
        check_unaltered(out, [STATED])
        with reading([out]):
            there = json.loads((out / STATED).read_text(encoding="utf-8"))
        if there != document:
            raise FolderError(f"{out} holds another calibration; name another folder")
        if not any_version:
            check_programs(out, _programs(out))
        return out

    def fill(place: Path) -> None:
        write_json(place / STATED, document)
        sha256 = {STATED: digest_of(place / STATED)}
        put_manifest(place, {**_head("running", [identity()]), "sha256": sha256})

    return make_folder(out, stated.file.stem, fingerprint(document), fill)


def _head(status: str, programs: Sequence[Identity]) -> dict[str, Any]:
    return {"status": status, "kind": "calibration", PROGRAMS: list(programs)}


def _programs(folder: Path) -> list[Identity]:
    """The programs that made runs of a calibration, as far as its manifest says so."""
    return list(manifest_of(folder).get(PROGRAMS, []))


def carry_out(
    stated: Calibration, folder: Path, engine: Engine, progress: Progress | None = None,
    argv: Sequence[str] = (), draw: DrawLearned | None = None,
) -> Learned:  # fmt: skip
    """Run what is missing of a calibration, write what it learned, and draw it.

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
    write_what_was_learned(learned)
    head = _head("complete", joined(_programs(folder), [identity()]))
    write_manifest(folder, head, argv, pending=draw is not None)
    draw_into(folder, None if draw is None else partial(draw, learned))
    return learned


def _journal(number: int) -> str:
    return f"round_{number + 1}.journal"


def _run(
    scenario: Scenario, inputs: tuple[str, ...], measures: tuple[str, ...], first: int,
    quantiles: Array, number: int,
) -> Result:  # fmt: skip
    """One particle: the days of the events in a run with its own luck and these inputs."""
    at = dict(zip(inputs, quantiles[number].tolist(), strict=True))
    row, units = run_replicate(fixed(scenario, at), first + number)
    kept = {path: day_of(scenario, row, path) for path in measures}
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
                tell(number * stated.runs + len(journal), stated.rounds * stated.runs)
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
