"""What the commands over many runs print for people: numbers with their ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from sim.measure.compare_many import ManyComparison, ManyRow
from sim.measure.statistics import Paired

from .terminal import console, number
from .terminal_scores import print_scores

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
    table.add_column(f"axes.{scenario['focus']}.", overflow="fold")
    for heading in ("mean, 95 %", "median", "90 % of runs", "came"):
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
    wide = ""
    if mean["low"] is not None:
        half = number((mean["high"] - mean["low"]) / 2)
        wide = f" ± {half}" + ("" if came is None else " days")
    return [
        path.removeprefix(f"axes.{scenario['focus']}.") + ("" if came else unit),
        said(mean["value"]) + wide,
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


MOST_DIFFERENCES = 40
"""Differences printed at most; all of them are in the tables."""


def print_many(comparison: ManyComparison, *, everything: bool = False) -> None:
    """What differs in the scenarios, then the differences of the measures, settled ones first."""
    out = console()
    out.print(Text("What differs in the scenarios", style="bold"))
    names = [o.name for o in comparison.outcomes]
    if not comparison.changes:
        out.print("  nothing")
    for change in comparison.changes[:MOST_DIFFERENCES]:
        values = ", ".join(f"{n}: {v}" for n, v in zip(names, change.values, strict=True))
        out.print(f"  {change.path}: {_clip(values)}", soft_wrap=True)
    base = names[0]
    for number_, name in enumerate(names[1:]):
        out.print(Text(f"\n{name} less {base}, {comparison.n} pairs", style="bold"))
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
        table.add_column("measure", overflow="fold")
        for heading in (f"mean in\n{base}", "difference", "95 %", "higher in"):
            table.add_column(heading, justify="right", overflow="fold")
        table.add_column("finding")
        rows = [(r, r.against[number_].paired) for r in comparison.rows]
        ranked = sorted(
            ((r, p) for r, p in rows if p is not None and (everything or p.verdict != "same")),
            key=lambda pair: (_order(pair[1]), pair[0].path),
        )
        for row, found in ranked if everything else ranked[:MOST_DIFFERENCES]:
            table.add_row(*_difference_cells(row, found))
        if ranked:
            out.print(table)
        if len(ranked) > MOST_DIFFERENCES and not everything:
            out.print(f"... and {len(ranked) - MOST_DIFFERENCES} more in the tables")
        same = sum(p is not None and p.verdict == "same" for _, p in rows)
        out.print(f"{same} measures are the same in every pair")
    print_scores(out, comparison.scores)


def _order(found: Paired) -> tuple[bool, float]:
    """Settled differences first, the clearest of them first."""
    half = found.difference.half_width
    clear = abs(found.difference.value) / half if half else 0.0
    return found.verdict == "no difference found", -clear


def _difference_cells(row: ManyRow, found: Paired) -> list[str]:
    unit = "" if row.unit == "1" else f", {row.unit}"
    base = row.stated[0]
    mean = None if base is None or not base.get("mean") else base["mean"]["value"]
    d = found.difference
    ends = "-" if d.low is None else f"{number(d.low)} .. {number(d.high)}"
    finding = found.verdict
    if found.runs is not None:
        finding += f"; {found.runs:,} runs would settle it"
    sign = "+" if d.value > 0 else ""
    return [
        row.path + unit, number(mean), sign + number(d.value), ends, f"{found.above:.0%}", finding
    ]  # fmt: skip


def _clip(text: str, most: int = 110) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


MOST_CELLS = 16
"""Cells of a study whose means are printed; where there are more they are in the tables only."""


def print_study(document: Document) -> None:
    """By measure: the mean of each cell, then effects with intervals."""
    out = console()
    out.print(Text(document["title"], style="bold"))
    cells = document["cells"]
    sizes = sorted({cell["n"] for cell in cells})
    runs = " to ".join(map(str, dict.fromkeys((sizes[0], sizes[-1]))))
    out.print(f"{len(cells)} cells of {runs} runs, one luck over all cells")
    crossed = False
    late = False
    for path, found in document["effects"].items():
        unit = document["units"][path]
        out.print(Text("\n" + path + ("" if unit in ("1", "") else f", {unit}"), style="bold"))
        if len(cells) <= MOST_CELLS:
            out.print(_means(document["factors"], cells, path))
        late = late or any("came" in (cell["means"][path] or {}) for cell in cells)
        for effect in found:
            change = ", ".join(f"{a} to {b}" for a, b in effect["levels"])
            name = " x ".join(effect["term"])
            crossed = crossed or len(effect["term"]) > 1
            out.print(f"  {name} ({change}): {_effect(effect)}", soft_wrap=True)
    if crossed or late:
        out.print()
    if crossed:
        out.print("a x b: how much more the one does where the other is at its second level")
    if late:
        out.print("a time that did not come counts as the length of the period in its mean")


def _means(factors: Sequence[str], cells: Sequence[Document], path: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("")
    for factor in factors:
        table.add_column(factor, overflow="fold")
    means = [cell["means"][path] for cell in cells]
    times = any(mean is not None and "came" in mean for mean in means)
    for heading in ("mean", "95 %", "came") if times else ("mean", "95 %"):
        table.add_column(heading, justify="right")
    for cell, mean in zip(cells, means, strict=True):
        if mean is None:
            said = ["-", "-"]
        elif mean.get("came") == 0:
            said = ["never", "", "0%"]
        else:
            came = [f"{mean['came']:.0%}"] if times else []
            said = [number(mean["value"]), _ends(mean), *came]
        table.add_row("", *cell["levels"], *said)
    return table


def _ends(interval: Document) -> str:
    if interval["low"] is None:
        return "-"
    return f"{number(interval['low'])} .. {number(interval['high'])}"


def _effect(effect: Document) -> str:
    if effect["verdict"] == "same":
        return "the same in every pair of runs"
    sign = "+" if effect["value"] > 0 else ""
    said = f"{sign}{number(effect['value'])} ({_ends(effect)})"
    if effect["verdict"] == "no difference found":
        runs = effect["runs_to_settle"]
        said += "; no difference found" + (f", {runs:,} runs would settle it" if runs else "")
    return said


MOST_INPUTS = 8


def print_sensitivity(document: Document) -> None:
    """The inputs that each measure depends on most."""
    out = console()
    out.print(Text(document["title"], style="bold"))
    morris = document["method"] == "morris"
    what = (
        "mean absolute effect over the middle 95 % of an input (Morris)"
        if morris
        else "share of the variance that an input has a part in (Sobol, total)"
    )
    out.print(f"{document['runs']} runs; {what}")
    for path, indices in document["indices"].items():
        unit = document["units"][path]
        out.print(Text("\n" + path + (f", {unit}" if morris and unit != "1" else ""), style="bold"))
        some = [index for index in indices if index["main"]]
        for index in some[:MOST_INPUTS]:
            spread = f"{number(index['main'])} +- {number(index['half_width'])}"
            out.print(f"  {spread:>18s}  {index['name']}", soft_wrap=True)
        if len(some) > MOST_INPUTS:
            out.print(f"  {len(some) - MOST_INPUTS} more inputs do less")
        if len(some) < len(indices):
            out.print(f"  {len(indices) - len(some)} inputs do nothing")
