"""What ``sim compare`` prints for people: settings and measures that differ, scores of models."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from sim.base.numbers import in_line, short
from sim.base.said import counted
from sim.measure.compare import Change, Comparison, Row
from sim.measure.model_scores import ModelScore

from . import of_many
from .headline import common_axis, same_deliveries
from .terminal import console, print_table, say

MOST_CHANGES = 40
"""Differences between scenarios beyond so many are counted, not listed."""


def print_comparison(comparison: Comparison, *, everything: bool = False) -> None:
    """Whether deliveries differ, the axis in focus, what differs in the scenarios, the rest."""
    out = console()
    summaries = [o.summary for o in comparison.outcomes]
    axis = common_axis(summaries)
    if axis is not None and (said := same_deliveries(summaries, axis)) is not None:
        out.print(Text(said.capitalized(), style="bold"))
    names = [o.name for o in comparison.outcomes]
    heads = columns_for(names, out.width)
    for head, name in zip(heads, names, strict=True):
        if head != name:
            out.print(f"{head}: {name}", soft_wrap=True)
    focus = comparison.outcomes[0].summary["scenario"]["focus"]
    first = [r for r in comparison.rows if of_many.is_headline(r.path, focus)]
    if first:
        named = summaries[0].get("names", {}).get(focus)
        called = f"{named} ({focus})" if named else focus
        _print_rows(out, f"{called}, the axis in focus", first, heads, everything)
    print_changes(out, comparison.changes, names)
    rest = [r for r in comparison.rows if r not in first]
    if rest:
        title = "Other measures" if everything else "Other measures that differ"
        _print_rows(out, f"\n{title}", rest, heads, everything)
    print_scores(out, comparison.scores)


def columns_for(names: Sequence[str], width: int) -> Sequence[str]:
    """What columns of runs are called: their names, or letters where these take a third."""
    if sum(map(cell_len, names)) <= width // 3 or len(names) > len(ascii_uppercase):
        return names
    return ascii_uppercase[: len(names)]


def _print_rows(
    out: Console, title: str, rows: Sequence[Row], names: Sequence[str], everything: bool
) -> None:
    """Measures side by side, those that differ unless ``everything`` is wanted."""
    shown = [r for r in rows if everything or r.changed]
    out.print(Text(title, style="bold"))
    table = of_many.side_by_side(shown, names)
    if len(names) > 2:
        table = table.pick("path", "unit", *names)
    print_table(out, table)
    same = sum(not r.changed for r in rows)
    of = counted(len(rows), "measure")
    say(out, f"{same} of {of} {'is' if same == 1 else 'are'} the same in all")


def print_changes(out: Console, changes: Sequence[Change], names: Sequence[str]) -> None:
    """Settings that differ between scenarios, a value for each of them."""
    out.print(Text("\nWhat differs in the scenarios", style="bold"))
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
