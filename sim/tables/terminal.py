"""What the commands print for people: tables of measures, cuts and differences.

Numbers come from the documents of :mod:`sim.measure`; nothing is computed here. Colour
and width follow the terminal (rich honours NO_COLOR).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import TextIOWrapper
from typing import Any, Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.base.diagnostics import safe
from sim.measure.compare import Comparison, Row

from .spark import spark

Document = Mapping[str, Any]

MOST_CHANGES = 40
"""Differences between scenarios beyond so many are counted, not listed."""

MOST_POCKETS = 20
"""Pockets listed, those with most persons first, then stock, then places; the rest is counted."""


LEAST_SPARK, MOST_SPARK = 10, 60
"""Characters of the spark of an axis."""


def console() -> Console:
    """Standard output, as wide as the terminal; 100 columns where it is none (or COLUMNS).

    A stream that is not UTF-8 gets ``?`` for what it cannot say.
    """
    out = Console(highlight=False, markup=False)
    if not out.encoding.startswith("utf") and isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if out.is_terminal or os.environ.get("COLUMNS", "").isdigit():
        return out
    return Console(highlight=False, markup=False, width=100)


def cleaned(value: Any) -> Any:
    """Plain data with every text fit for a terminal: no control characters."""
    if isinstance(value, str):
        return safe(value, 1000)
    if isinstance(value, Mapping):
        return {cleaned(key): cleaned(one) for key, one in value.items()}
    return [cleaned(one) for one in value] if isinstance(value, (list, tuple)) else value


def print_summary(summary: Document) -> None:
    """The headline of one run: axes, pockets, displaced strength, claims."""
    out, summary = console(), cleaned(summary)
    scenario = summary["scenario"]
    out.print(Text(scenario["title"], style="bold"))
    period = f"{number(scenario['days'])} days" + (
        f" from {scenario['start'][:10]}" if scenario["start"] else ""
    )
    out.print(f"{scenario['id']}, {scenario['kind']}, {period}, seed {summary['seed']}")
    _print_axes(out, summary)
    _print_pockets(out, summary)
    _print_regroup(out, summary)
    _print_decisions(out, summary)
    _print_claims(out, summary)
    checks = summary["checks"]
    out.print(f"\n{number(checks['flows_certified'])} flows solved, each equal to its cut")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table that shows what fits: ``rank`` 0 is the last to be left out."""

    heading: str
    cells: Sequence[str]
    rank: int
    justify: Literal["left", "right"] = "right"

    @property
    def width(self) -> int:
        """Characters of its widest line."""
        return max(
            cell_len(line) for text in (self.heading, *self.cells) for line in text.split("\n")
        )


def fitting(columns: Sequence[Column], width: int) -> tuple[list[Column], int]:
    """The columns that fit into ``width`` characters, two apart, and what is left over."""
    kept: list[Column] = []
    left = width + 2
    for column in sorted(columns, key=lambda c: c.rank):
        if kept and column.width + 2 > left:
            break
        kept.append(column)
        left -= column.width + 2
    return [c for c in columns if c in kept], max(left, 0)


def _print_axes(out: Console, summary: Document) -> None:
    """A row an axis: as many columns as fit, its capacity over time in what is left."""
    focus, end = summary["scenario"]["focus"], float(summary["scenario"]["days"])
    axes = sorted(summary["axes"], key=lambda a: (a != focus, a))
    if not axes:
        return
    longest = max(12, out.width // 3)
    names = [a if len(a) <= longest else a[: longest - 1] + "~" for a in axes]
    columns = [
        Column("axis", names, 0, "left"),
        Column("capacity\nt/day", [_capacity(summary, a) for a in axes], 1),
        Column("over time", [" " * LEAST_SPARK for _ in axes], 2, "left"),
        Column("demand\nt/day", [number(_value(summary, a, "demand_start")) for a in axes], 5),
        Column("first\ncut", [_time(summary, a, "time_of_first_cut") for a in axes], 3),
        Column("cut for\ngood", [_time(summary, a, "time_of_lasting_cut") for a in axes], 7),
        Column("delivered\nt", [number(_value(summary, a, "delivered")) for a in axes], 6),
        Column("out of\nstock", [_date(summary, _first_empty(summary, a)) for a in axes], 4),
    ]
    shown, left = fitting(columns, out.width)
    width = min(LEAST_SPARK + left, MOST_SPARK)
    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), expand=False
    )
    for column in shown:
        table.add_column(column.heading, justify=column.justify, no_wrap=True)
    for number_, axis in enumerate(axes):
        looks = summary["axes"][axis]
        steps = [(look["day"], look["capacity_kg_per_day"]) for look in looks]
        line = spark(steps, end, width, ascii_only=out.options.ascii_only)
        table.add_row(*(line if c.heading == "over time" else c.cells[number_] for c in shown))
    out.print()
    out.print(table)
    out.print()
    for axis, looks in summary["axes"].items():
        cut = looks[-1]["minimum_cut"]
        ids = [*cut["places"], *cut["roads"]]
        if looks[-1]["capacity_kg_per_day"] == 0 and ids:
            out.print(f"{axis} is cut at the end; it would reopen with: {', '.join(ids)}")
        elif cut["never_open"]:
            out.print(f"{axis} was never open")


def _value(summary: Document, axis: str, measure: str) -> float | None:
    found: float | None = summary["measures"][f"axes.{axis}.{measure}"]["value"]
    return found


def _capacity(summary: Document, axis: str) -> str:
    return _arrow(_value(summary, axis, "capacity_start"), _value(summary, axis, "capacity_end"))


def _time(summary: Document, axis: str, measure: str) -> str:
    return _date(summary, _value(summary, axis, measure))


def _first_empty(summary: Document, axis: str) -> float | None:
    """When the first of an axis' stocks ran out (days), None for never."""
    stem, tail = f"axes.{axis}.sinks.", ".time_of_exhaustion"
    times = [
        measure["value"]
        for path, measure in summary["measures"].items()
        if path.startswith(stem) and path.endswith(tail) and measure["value"] is not None
    ]
    return min(times, default=None)


def _arrow(start: float | None, end: float | None) -> str:
    """Before and after in whole tonnes, once where they are the same."""
    texts = ["-" if v is None else number(round(v) or round(v, 3)) for v in (start, end)]
    return texts[0] if start == end else " > ".join(texts)


def _date(summary: Document, day: float | None) -> str:
    """A day as a date where the period has dates; '-' for what did not come."""
    start = summary["scenario"]["start"]
    if day is None:
        return "-"
    if start is None:
        return f"day {number(day)}"
    return (datetime.fromisoformat(start) + timedelta(days=day)).date().isoformat()


def _print_pockets(out: Console, summary: Document) -> None:
    still = [p for p in summary["pockets"] if p["to_day"] is None]
    if still:
        out.print("\npockets at the end, with what was in each when it formed:")
    largest = sorted(still, key=lambda p: (-p["persons"], -p["stock_t"], -len(p["places"])))
    shown = {id(pocket) for pocket in largest[:MOST_POCKETS]}
    for pocket in (p for p in still if id(p) in shown):
        inside = f"{number(pocket['persons'])} persons, {number(pocket['stock_t'])} t"
        out.print(
            f"  {pocket['actor']}: {_listed(pocket['places'])} ({inside}; "
            f"since {_date(summary, pocket['from_day'])})"
        )
    if len(still) > len(shown):
        out.print(f"  and {number(len(still) - len(shown))} smaller ones, all in summary.json")


def _print_regroup(out: Console, summary: Document) -> None:
    measures = summary["measures"]
    for path, measure in measures.items():
        if path.startswith("regroup.") and path.endswith(".displaced") and measure["value"]:
            stem = path.removesuffix("displaced") + "to."
            shares = sorted(
                (
                    (m["value"], p.removeprefix(stem).removesuffix(".share"))
                    for p, m in measures.items()
                    if p.startswith(stem) and p.endswith(".share") and m["value"]
                ),
                key=lambda pair: (-pair[0], pair[1]),
            )
            listed = ", ".join(f"{name} {share:.0%}" for share, name in shares[:6])
            out.print(
                f"\ndisplaced, {path.split('.')[1]}: {number(measure['value'])} persons: {listed}"
            )


def _print_decisions(out: Console, summary: Document) -> None:
    """What was decided when, with the probability of each option then."""
    measures = summary["measures"]
    for path, measure in measures.items():
        kind, _, rest = path.partition(".")
        if kind != "decisions" or not rest.endswith(".time"):
            continue
        decision = rest.removesuffix(".time")
        if measure["value"] is None:
            out.print(f"\ndecision {decision}: not made")
            continue
        stem = f"decisions.{decision}.to."
        shares = sorted(
            (
                (-m["value"], p.removeprefix(stem).removesuffix(".probability"))
                for p, m in measures.items()
                if p.startswith(stem) and p.endswith(".probability") and m["value"] is not None
            ),
        )
        chosen = next(o for _, o in shares if measures[f"{stem}{o}.chosen"]["value"])
        listed = ", ".join(f"{option} {-share:.0%}" for share, option in shares)
        when = _date(summary, measure["value"])
        out.print(f"\ndecision {decision}, {when}: {chosen} (probabilities: {listed})")


def _print_claims(out: Console, summary: Document) -> None:
    claims = summary["claims"]
    if not claims:
        return
    counts = {v: sum(c["verdict"] == v for c in claims) for v in ("true", "false", "undecided")}
    out.print("\nclaims: " + ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n))
    for claim in claims:
        out.print(f"  {claim['verdict']:9s} {claim['id']}: {claim['text']}")


def print_cut(document: Document) -> None:
    """One axis at one date: max flow, cut, routes, in words."""
    out, document = console(), cleaned(document)
    names = document["names"]

    def named(item: str) -> str:
        return f"{names[item]} ({item})" if item in names and names[item] != item else item

    out.print(Text(f"{document['name']} ({document['axis']}) on {document['at']}", style="bold"))
    flow = document["max_flow"]
    out.print(f"max flow: {number(flow / 1000)} t/day ({flow} kg/day)")
    if flow:
        once = "the only minimum cut" if document["unique"] else "not the only minimum cut"
        out.print(f"minimum cut, {once}:")
        for item in document["cut"]:
            out.print(f"  {named(item)}")
        if document["other_cut"]:
            out.print(f"  another, nearest the sinks: {_listed(document['other_cut'])}")
    elif document["never_open"]:
        out.print("the axis was not open at the start either")
    else:
        out.print("the axis is cut; lost since the start and in the way:")
        for item in document["lost_in_the_way"]:
            out.print(f"  {named(item)}")
        out.print(f"enough to reopen it: {', '.join(named(i) for i in document['cut'])}")
    fewest = document["fewest_places_cut"]
    if flow and fewest is None:
        out.print("fewest places: no set of places alone cuts it")
    elif flow:
        out.print(f"fewest places that cut it: {', '.join(named(p) for p in fewest)}")
    for route in document["routes"]:
        way = " - ".join(names.get(p, p) for p in route["places"])
        out.print(
            f"{number(route['kg_per_day'] / 1000)} t/day, {route['hours']:.1f} h, "
            f"{route['km']:.0f} km: {way}",
            soft_wrap=True,
        )
    out.print()


def print_comparison(comparison: Comparison, *, everything: bool = False) -> None:
    """What differs in the scenarios, then the measures side by side."""
    out = console()
    names = [o.name for o in comparison.outcomes]
    out.print(Text("What differs in the scenarios", style="bold"))
    if not comparison.changes:
        out.print("  nothing")
    for change in comparison.changes[:MOST_CHANGES]:
        out.print(f"  {change.path}")
        for name, value in zip(names, change.values, strict=True):
            out.print(f"    {name}: {_short(value, out.width - len(name) - 6)}", soft_wrap=True)
    if len(comparison.changes) > MOST_CHANGES:
        out.print(f"  ... and {len(comparison.changes) - MOST_CHANGES} more")
    rows = [r for r in comparison.rows if everything or r.changed]
    out.print(Text("\nMeasures" if everything else "\nMeasures that differ", style="bold"))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("measure", overflow="fold")
    table.add_column("unit")
    for name in names:
        table.add_column(name, justify="right", overflow="fold")
    if len(names) == 2:
        table.add_column("difference", justify="right")
    for row in rows:
        table.add_row(*_cells(row, len(names) == 2))
    if rows:
        out.print(table)
    same = sum(not r.changed for r in comparison.rows)
    out.print(f"{same} measures are the same in all")


def _cells(row: Row, difference: bool) -> list[str]:
    cells = [row.path, "" if row.unit == "1" else row.unit, *(number(v) for v in row.values)]
    if difference:
        delta = row.differences[1]
        cells.append("-" if delta is None else f"{'+' if delta > 0 else ''}{number(delta)}")
    return cells


def number(value: float | None) -> str:
    """A number for people: thousands set apart, at most one decimal above 100, '-' for none."""
    if value is None:
        return "-"
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.1f}" if abs(value) >= 100 else f"{value:,.2f}"


def _listed(items: Sequence[str], most: int = 6) -> str:
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def _short(value: Any, most: int) -> str:
    """A setting on one line: maps without braces and quotes."""
    text = (
        ", ".join(f"{k} {v}" for k, v in value.items())
        if isinstance(value, Mapping)
        else str(value)
    )
    return text if len(text) <= most else text[: max(most - 3, 20)] + "..."
