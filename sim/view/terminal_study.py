"""What the commands over many runs print for people: numbers with their ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from .terminal import console, number

Document = Mapping[str, Any]

HEADLINES = (
    "capacity_end",
    "capacity_mean",
    "time_of_first_cut",
    "time_of_lasting_cut",
    "days_cut",
    "delivered",
    "time_of_exhaustion",
    "days_without",
)
"""Measures of the main axis and its sinks that are printed, where they differ between runs;
and those that claims are about. All of them are in the tables."""


def print_ensemble(summary: Document) -> None:
    """The headline of an ensemble: measures that vary, claims with their probability."""
    out = console()
    scenario = summary["scenario"]
    out.print(Text(scenario["title"], style="bold"))
    failed = f", {len(summary['failed'])} failed" if summary["failed"] else ""
    out.print(f"{scenario['id']}, {summary['n']} runs{failed}, seed {summary['seed']}")
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("measure", overflow="fold")
    for heading in ("mean", "95 %", "median", "90 % of runs", "came"):
        table.add_column(heading, justify="right")
    claimed = {claim["measure"] for claim in summary["claims"] if claim["when_day"] is None}
    stem = f"axes.{scenario['focus']}."
    rows = [
        path
        for path, measure in summary["measures"].items()
        if _varies(measure)
        and (path in claimed or (path.startswith(stem) and path.rpartition(".")[2] in HEADLINES))
    ]
    for path in rows:
        table.add_row(*_cells(scenario, path, summary["measures"][path]))
    if rows:
        out.print(table)
    same = sum(not _varies(m) for m in summary["measures"].values())
    out.print(f"{same} of {len(summary['measures'])} measures are the same in every run")
    if summary["claims"]:
        out.print("\nclaims, and the share of runs in which they hold (95 % interval):")
    for claim in summary["claims"]:
        p = claim["probability"]
        said = "undecided" if p is None else f"{_percent(p)}"
        out.print(f"  {said:22s} {claim['id']}: {claim['text']}")


def _varies(measure: Document) -> bool:
    if not measure["n"]:
        return False
    low, high = measure["range_90"]
    came = measure.get("came")
    if came is not None and 0 < came["value"] < 1:
        return True
    spread = measure.get("sd")
    return bool(low != high or spread)


def _cells(scenario: Document, path: str, measure: Document) -> list[str]:
    unit = "" if measure["unit"] == "1" else f", {measure['unit']}"
    came = measure.get("came")

    def said(value: float | None) -> str:
        if came is None:
            return number(value)
        return "never" if value is None else day(scenario, value)

    mean = measure["mean"]
    return [
        path + ("" if came else unit),
        said(mean["value"]),
        f"{said(mean['low'])} .. {said(mean['high'])}" if mean["low"] is not None else "-",
        said(measure["median"]),
        " .. ".join(map(said, measure["range_90"])),
        "" if came is None else f"{came['value']:.0%}",
    ]


def day(scenario: Document, days: float) -> str:
    """A day of the period as a date, where the period has dates."""
    if scenario["start"] is None:
        return f"day {number(days)}"
    date = datetime.fromisoformat(scenario["start"]) + timedelta(days=days)
    return date.date().isoformat()


def _percent(interval: Document) -> str:
    return f"{interval['value']:.0%} ({interval['low']:.0%} to {interval['high']:.0%})"


def listed(names: Sequence[str], most: int = 6) -> str:
    """Names in one line, counted where they are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
