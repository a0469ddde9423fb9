"""Makes the film of a run folder and writes it to a file."""

from __future__ import annotations

import json
from pathlib import Path

from sim import api
from sim.base.errors import FolderError
from sim.scenario.loader import load
from sim.tables.folder import read_summary
from sim.view.charts.fill_axes import Axes
from sim.view.data import Page
from sim.view.map.fill import Maps
from sim.view.words import steps

from .frames import FilmData, frame_times, make_film


def write_film(
    run: Path, target: Path, *, axis: str | None = None, fps: float = 10, seconds: float = 20
) -> None:
    """Run the folder's scenario again and film it into ``target`` (.png, .apng or .gif).

    ``axis`` None takes the scenario's main one.

    Raises:
        FolderError: it is no run folder, one of another version of the program, or has no axis
            of that name; or the file cannot be written.
        ScenarioError: its scenario.resolved.yaml cannot be read.
    """
    summary = read_summary(run)
    if summary.get("kind") is not None:
        raise FolderError(f"{run} is the folder of many runs: a film shows one")
    scenario = load(run / "scenario.resolved.yaml")
    chosen = scenario.main_axis if axis is None else axis
    if chosen is None:
        raise FolderError(f"{run} has no axis to film")
    if chosen not in scenario.axes:
        known = ", ".join(sorted(scenario.axes)) or "none"
        raise FolderError(f"{run} has no axis '{chosen}'; its axes: {known}")
    again = api.run(scenario, summary["seed"])
    measures = json.loads(json.dumps(again.summary["measures"]))
    if measures != summary["measures"]:
        raise FolderError(
            f"{run} was written by another version of the program, which ran it otherwise; "
            f"run it again: sim run {run / 'scenario.resolved.yaml'}"
        )
    analysis = again.analysis
    maps, axes = Maps(analysis), Axes(analysis)
    name = scenario.axes[chosen].name
    times = frame_times(scenario.length, fps, seconds)
    data = FilmData(
        Page(
            scenario.title,
            f"{name}: the largest flow that its roads can carry, from day to day "
            f"({scenario.id}, seed {again.record.seed})",
        ),
        name,
        axes.span,
        maps.every_change(chosen, times),
        steps(analysis.series[f"axis:{chosen}", "capacity_kg_per_day"]),
        axes.marks(chosen),
        tuple((time, maps.forces(time)) for time in times) if scenario.operations else (),
    )
    made = make_film(data, "gif" if target.suffix.lower() == ".gif" else "png", fps, seconds)
    partial = target.with_name(f".{target.name}.partial")
    try:
        partial.write_bytes(made)
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise FolderError(f"cannot write {target}: {error.strerror}") from error
