"""What the commands print for people: tables of measures, cuts and differences.

Numbers come from the documents of :mod:`sim.measure`; nothing is computed here. Colour
and width follow the terminal (rich honours NO_COLOR).
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterable, Mapping
from functools import partial
from io import TextIOWrapper
from itertools import groupby
from typing import Any, Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from sim.base.diagnostics import safe
from sim.base.numbers import day_iso, enumerated, number, percent, short

from . import of_run
from .spark import spark
from .table import Column, Ids, Table, said

Document = Mapping[str, Any]

MOST_POCKETS = 20
"""Pockets listed, those with most persons first, then stock, then places; the rest is counted."""

MOST_NAMES = 6
"""Places or choices named in one line; the others are counted or left out."""

MOST_UNFOLDED = 24
"""Characters of the names of rows that are never folded."""

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
    _print_displaced(out, summary)
    _print_decisions(out, summary)
    _print_claims(out, summary)
    checks = summary["checks"]
    out.print(f"\n{number(checks['flows_certified'])} flows solved, each equal to its cut")


def print_table(out: Console, table: Table) -> None:
    """The table, what is too long folded, but for short names of rows; nothing without rows."""
    if not table.rows:
        return
    rows = texts(table)
    short_names = wide(row[0] for row in rows) <= MOST_UNFOLDED
    grid = Grid(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for i, column in enumerate(table.columns):
        justify: Literal["left", "right"] = "right" if column.numeric else "left"
        whole = short_names and not i
        grid.add_column(column.head, justify=justify, overflow="fold", no_wrap=whole)
    for row in rows:
        grid.add_row(*row)
    out.print(grid)


def texts(table: Table) -> list[list[str]]:
    """The cells of a table as a terminal shows them."""
    date = partial(day_iso, table.start)

    def text(cell: object) -> str:
        return enumerated(cell, MOST_NAMES) if isinstance(cell, Ids) else said(cell, date)

    return [[text(cell) for cell in row] for row in table.cells]


def wide(texts: Iterable[str]) -> int:
    """Characters of the widest line."""
    return max(cell_len(line) for text in texts for line in text.split("\n"))


def fitting(columns: Mapping[str, tuple[int, int]], width: int) -> tuple[list[str], int]:
    """The columns that fit into ``width`` characters, two apart, and what is left over.

    Args:
        columns: by name, how wide each is and its rank: 0 is the last to be left out.
    """
    kept: set[str] = set()
    left = width + 2
    for name in sorted(columns, key=lambda name: columns[name][1]):
        if kept and columns[name][0] + 2 > left:
            break
        kept.add(name)
        left -= columns[name][0] + 2
    return [name for name in columns if name in kept], max(left, 0)


_OVER_TIME = Column("over_time", "Over time", str)
_RANKS = {
    "axis": 0, "capacity": 1, "over_time": 2, "demand_start": 5, "time_of_first_cut": 3,
    "time_of_lasting_cut": 7, "delivered": 6, "out_of_stock": 4,
}  # fmt: skip
"""The columns of the table of axes in order, and which of them give way first."""


def _print_axes(out: Console, summary: Document) -> None:
    """A row an axis: as many columns as fit, its capacity over time in what is left."""
    table = of_run.axes(summary)
    if not table.rows:
        return
    axes, longest = table["axis"], max(12, out.width // 3)
    table = table.put(_OVER_TIME, [" " * LEAST_SPARK for _ in axes]).pick(*_RANKS)
    shown = {}
    for column, cells in zip(table.columns, zip(*texts(table), strict=True), strict=True):
        fit = [short(cell, longest, "~") for cell in cells]
        head = textwrap.fill(column.head, wide([*fit, *column.head.split()]))
        shown[column.key] = [head, *fit]
    widths = {key: (wide(shown[key]), rank) for key, rank in _RANKS.items()}
    kept, left = fitting(widths, out.width)
    width, end = min(LEAST_SPARK + left, MOST_SPARK), float(summary["scenario"]["days"])
    steps = [[(x["day"], x["capacity_kg_per_day"]) for x in summary["axes"][axis]] for axis in axes]
    lines = [spark(each, end, width, ascii_only=out.options.ascii_only) for each in steps]
    shown["over_time"][1:] = lines
    grid = Grid(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for column in table.pick(*kept).columns:
        justify: Literal["left", "right"] = "right" if column.numeric else "left"
        grid.add_column(shown[column.key][0], justify=justify, no_wrap=True)
    for row in zip(*(shown[key][1:] for key in kept), strict=True):
        grid.add_row(*row)
    out.print()
    out.print(grid)
    out.print()
    for axis, looks in summary["axes"].items():
        cut = looks[-1]["minimum_cut"]
        ids = [*cut["places"], *cut["roads"]]
        if looks[-1]["capacity_kg_per_day"] == 0 and ids:
            out.print(f"{axis} is cut at the end; it would reopen with: {', '.join(ids)}")
        elif cut["never_open"]:
            out.print(f"{axis} was never open")


def _print_pockets(out: Console, summary: Document) -> None:
    still = [p for p in summary["pockets"] if p["to_day"] is None]
    if still:
        out.print("\npockets at the end, with what was in each when it formed:")
    largest = sorted(
        still, key=lambda p: (-(p["persons"] or 0), -(p["stock_t"] or 0), -len(p["places"]))
    )
    shown = {id(pocket) for pocket in largest[:MOST_POCKETS]}
    table = of_run.pockets({**summary, "pockets": [p for p in still if id(p) in shown]})
    for actor, places, persons, stock, since in texts(
        table.pick("actor", "places", "persons", "stock_t", "from_day")
    ):
        amounts = (persons, "persons"), (stock, "t")
        inside = ", ".join(f"{n} {unit}" for n, unit in amounts if n != of_run.NOT_MODELLED)
        out.print(f"  {actor}: {places} ({inside or 'persons not modelled'}; since {since})")
    if len(still) > len(shown):
        out.print(f"  and {number(len(still) - len(shown))} smaller ones, all in summary.json")


def _print_displaced(out: Console, summary: Document) -> None:
    rows = texts(of_run.displaced(summary).pick("actor", "goal", "share"))
    for actor, moves in groupby(rows, key=lambda row: row[0]):
        total = number(of_run.value(summary, f"regroup.{actor}.displaced"))
        went = [f"{goal} {share}" for _, goal, share in moves]
        out.print(f"\ndisplaced, {actor}: {total} persons: {', '.join(went[:MOST_NAMES])}")


def _print_decisions(out: Console, summary: Document) -> None:
    """What was decided when, with the probability of each option then."""
    for decision, day in of_run.by_thing(summary, "decisions", "time"):
        if day is None:
            out.print(f"\ndecision {decision}: not made")
            continue
        stem = f"decisions.{decision}.to"
        options = of_run.by_thing(summary, stem, "probability")
        ranked = sorted((-share, option) for option, share in options if share is not None)
        chosen = next(o for _, o in ranked if of_run.value(summary, f"{stem}.{o}.chosen"))
        listed = ", ".join(f"{option} {percent(-share)}" for share, option in ranked)
        when = day_iso(of_run.start_of(summary), day)
        out.print(f"\ndecision {decision}, {when}: {chosen} (probabilities: {listed})")


def _print_claims(out: Console, summary: Document) -> None:
    table = of_run.claims(summary)
    if not table.rows:
        return
    out.print(f"\nclaims: {of_run.verdict_counts(table)}")
    for verdict, claim, text in texts(table.pick("verdict", "id", "text")):
        out.print(f"  {verdict:9s} {claim}: {text}")
