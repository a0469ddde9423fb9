"""What ``sim compare`` prints for people: settings and measures that differ, scores of models."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from sim.base.numbers import in_line, short
from sim.measure.compare import Change, Comparison
from sim.measure.model_scores import ModelScore

from . import of_many
from .terminal import console, print_table

MOST_CHANGES = 40
"""Differences between scenarios beyond so many are counted, not listed."""


def print_comparison(comparison: Comparison, *, everything: bool = False) -> None:
    """What differs in the scenarios, then the measures side by side."""
    out = console()
    names = [o.name for o in comparison.outcomes]
    print_changes(out, comparison.changes, names)
    rows = [r for r in comparison.rows if everything or r.changed]
    out.print(Text("\nMeasures" if everything else "\nMeasures that differ", style="bold"))
    table = of_many.side_by_side(rows, names)
    if len(names) > 2:
        table = table.pick("path", "unit", *names)
    print_table(out, table)
    same = sum(not r.changed for r in comparison.rows)
    out.print(f"{same} measures are the same in all")
    print_scores(out, comparison.scores)


def print_changes(out: Console, changes: Sequence[Change], names: Sequence[str]) -> None:
    """Settings that differ between scenarios, a value for each of them."""
    out.print(Text("What differs in the scenarios", style="bold"))
    if not changes:
        out.print("  nothing")
    for change in changes[:MOST_CHANGES]:
        out.print(f"  {change.path}")
        for name, value in zip(names, change.values, strict=True):
            most = max(out.width - len(name) - 6, 23)
            out.print(f"    {name}: {short(in_line(value), most, '...')}", soft_wrap=True)
    if len(changes) > MOST_CHANGES:
        out.print(f"  ... and {len(changes) - MOST_CHANGES} more")


def print_scores(out: Console, scores: Sequence[ModelScore]) -> None:
    """A line for each score of each run and model; nothing where no move was scored."""
    table = of_many.scores(scores).ranged()
    if table.rows:
        out.print(Text(f"\n{table.caption}", style="bold"))
    shown = ("run", "model", "rule", "moves", "score", "interval", "less_own", "verdict")
    print_table(out, table.pick(*shown))
