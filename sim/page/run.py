"""A run folder, read whole: what a page is made from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.base.errors import FolderError
from sim.base.numbers import day_words
from sim.measure.names import name_of
from sim.measure.steps import Steps, series_by_key
from sim.measure.typical import Among
from sim.scenario.loader import load
from sim.scenario.model import DAY, Scenario
from sim.state.record import ControlRow, EventRow, FlowRow, LoadRow, SeriesRow
from sim.tables import of_run
from sim.tables.csv_files import read_rows
from sim.tables.folder import read_beside, read_summary

FORMAT = 1
"""The format of summary.json that this program reads."""


@dataclass(frozen=True)
class RunFiles:
    """The files of one run folder; rows as the engine wrote them, JSON as plain data."""

    folder: Path
    scenario: Scenario
    summary: Mapping[str, Any]
    manifest: Mapping[str, Any]
    control: Sequence[ControlRow]
    series: Sequence[SeriesRow]
    flows: Sequence[FlowRow]
    events: Sequence[EventRow]
    loads: Sequence[LoadRow] = ()  # which version 0.1.0 did not write
    beside: Among | None = None  # where it lies among many runs

    @cached_property
    def steps(self) -> dict[tuple[str, str], Steps]:
        """Every series by (subject, measure)."""
        return series_by_key(self.series)

    @property
    def focus(self) -> str | None:
        """The axis that the page is about first."""
        return self.scenario.main_axis

    def value(self, path: str) -> float | None:
        """A measure of the summary; None where it did not come or there is none."""
        return of_run.value(self.summary, path)

    def capacity(self, axis: str) -> Steps:
        """Capacity of an axis over time, kg/day."""
        return self.steps[f"axis:{axis}", "capacity_kg_per_day"]

    def name(self, item: str) -> str:
        """See :func:`name_of`."""
        return name_of(self.scenario, item)

    def date(self, seconds: float) -> str:
        """An instant for people: "24 August 2016", or "day 86"."""
        return day_words(self.scenario.start, seconds / DAY)

    def day(self, days: float | None) -> str:
        """A measure in days as a date; "-" for what did not come."""
        return day_words(self.scenario.start, days)


def read_run(folder: Path) -> RunFiles:
    """Read the folder of a single run.

    Raises:
        FolderError: it is no folder of a run, not a complete one, or one of another version.
        ScenarioError: its scenario.resolved.yaml cannot be read by this version.
    """
    summary = read_summary(folder)
    if summary.get("kind", "run") != "run" or "scenario" not in summary:
        raise FolderError(f"{folder} is not the folder of a run")
    found = summary.get("format")
    if found != FORMAT:
        raise FolderError(
            f"{folder} was written by another version of this program (format {found}, this one "
            f"reads {FORMAT}); run its scenario.resolved.yaml again"
        )
    run = RunFiles(
        folder,
        load(folder / "scenario.resolved.yaml"),
        summary,
        json.loads((folder / "manifest.json").read_bytes()),
        read_rows(folder, "control.csv", ControlRow),
        read_rows(folder, "timeseries.csv", SeriesRow),
        read_rows(folder, "flows.csv", FlowRow),
        read_rows(folder, "events.csv", EventRow),
        read_rows(folder, "loads.csv", LoadRow) if (folder / "loads.csv").is_file() else (),
        read_beside(folder),
    )
    _check(run)
    return run


def _check(run: RunFiles) -> None:
    """Refuse a run that lacks what this version writes, before anything is made of it."""
    summary = run.summary
    parts = ("measures", "axes", "pockets", "claims", "drawn", "checks")
    lacking = [key for key in parts if key not in summary]
    lacking += [
        f"capacity of {axis}"
        for axis in run.scenario.axes
        if (f"axis:{axis}", "capacity_kg_per_day") not in run.steps
        or axis not in summary.get("axes", {})
    ]
    lacking += [
        f"what the force of {operation} does"
        for operation in run.scenario.operations
        if (f"operation:{operation}", "mode") not in run.steps
    ]
    if lacking:
        raise FolderError(
            f"{run.folder} lacks {', '.join(lacking)}: another version of this program wrote it; "
            "run its scenario.resolved.yaml again"
        )
