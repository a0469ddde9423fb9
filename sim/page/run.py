"""A run folder, read whole: what a page is made from."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from sim.base.errors import FolderError
from sim.base.numbers import number
from sim.measure.steps import Steps, series_by_key
from sim.scenario.dates import date_of, format_instant
from sim.scenario.loader import load
from sim.scenario.model import DAY, Scenario
from sim.state.record import ControlRow, EventRow, FlowRow, SeriesRow
from sim.tables.folder import read_summary

T = TypeVar("T")

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
        found = self.summary["measures"].get(path)
        return None if found is None else found["value"]

    def capacity(self, axis: str) -> Steps:
        """Capacity of an axis over time, kg/day."""
        return self.steps[f"axis:{axis}", "capacity_kg_per_day"]

    def name(self, item: str) -> str:
        """See :func:`name_of`."""
        return name_of(self.scenario, item)

    def date(self, seconds: float) -> str:
        """See :func:`date_words`."""
        return date_words(self.scenario, seconds)

    def day(self, days: float | None) -> str:
        """A measure in days as a date; "-" for what did not come."""
        return "-" if days is None else self.date(round(days * DAY))


def name_of(scenario: Scenario, item: str) -> str:
    """A place, actor or axis by its name, a road by its ends; else the id itself."""
    if road := scenario.network.roads.get(item):
        return f"{name_of(scenario, road.a)} - {name_of(scenario, road.b)}"
    for known in (scenario.network.places, scenario.actors, scenario.axes, scenario.exits):
        if item in known:
            return str(known[item].name)
    return item


def date_words(scenario: Scenario, seconds: float) -> str:
    """An instant for people: "24 August 2016", or "day 86"."""
    date = date_of(scenario, seconds)
    if date is None:
        return format_instant(scenario, int(seconds) // DAY * DAY)
    return f"{date.day} {date:%B %Y}"


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
        _rows(folder, "control.csv", _control),
        _rows(folder, "timeseries.csv", _series),
        _rows(folder, "flows.csv", _flow),
        _rows(folder, "events.csv", _event),
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


def _rows(folder: Path, name: str, parse: Callable[[dict[str, str]], T]) -> list[T]:
    path = folder / name
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [parse(row) for row in csv.DictReader(file)]
    except FileNotFoundError as error:
        raise FolderError(f"{folder} has no {name}: it is not the folder of a run") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FolderError(f"{path} cannot be read: {error}") from error


def _control(row: dict[str, str]) -> ControlRow:
    return ControlRow(int(row["time_s"]), row["kind"], row["id"], row["what"], row["value"])


def _flow(row: dict[str, str]) -> FlowRow:
    return FlowRow(
        int(row["time_s"]), row["axis"], row["road"], row["origin"], row["destination"],
        int(row["kg_per_day"]),
    )  # fmt: skip


def _series(row: dict[str, str]) -> SeriesRow:
    return SeriesRow(int(row["time_s"]), row["subject"], row["measure"], int(row["value"]))


def _event(row: dict[str, str]) -> EventRow:
    return EventRow(int(row["time_s"]), row["kind"], row["subject"], row["cause"], row["text"])


def tonnes(kg: float) -> str:
    """Kilograms, or kg/day, as tonnes for people: whole, but not 0 for more than nothing."""
    t = kg / 1000
    return number(round(t)) if abs(t) >= 10 else number(round(t, 3))
