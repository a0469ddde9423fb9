"""What the commands print for people: tables of measures, cuts and differences.

Numbers come from the documents of :mod:`sim.measure`; nothing is computed here. Colour
and width follow the terminal (rich honours NO_COLOR).
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterator, Mapping
from functools import partial
from io import TextIOWrapper
from itertools import groupby
from types import MappingProxyType
from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from sim.base.diagnostics import safe
from sim.base.numbers import amount, day_iso, enumerated, number
from sim.base.said import Name, Said, Sentence, counted, several

from . import grid, of_run
from .grid import wide
from .headline import Teller, alone, findings
from .of_scenario import length_words
from .spark import spark
from .table import Code, Column, Id, Ids, Table, said

Document = Mapping[str, Any]

MOST_POCKETS = 20
"""Pockets listed, those with most persons first, then stock, then places; the rest is counted."""

MOST_NAMES = 6
"""Places or choices named in one line; the others are counted."""

WIDEST_NAME = 22
"""Characters of a line of the name of an axis."""

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


def say(out: Console, text: object, style: str = "") -> None:
    """Prints words in lines as wide as the terminal, no name and no amount broken in two."""
    for line in str(text).split("\n"):
        for part in grid.wrapped(line, out.width):
            out.print(Text(part, style=style))  # what is wider still is folded


def print_summary(summary: Document, file: str = "FILE") -> None:
    """The headline of one run: axes, pockets, displaced strength, claims, luck.

    ``file`` is the scenario of which many runs tell how typical this one is.
    """
    out, summary = console(), cleaned(summary)
    scenario = summary["scenario"]
    say(out, scenario["title"], "bold")
    period = amount(scenario["days"], "day") + (
        f" from {scenario['start'][:10]}" if scenario["start"] else ""
    )
    say(out, f"{scenario['id']}, {scenario['kind']}, {period}, seed {summary['seed']}")
    _print_axes(out, summary)
    for sentence in told(summary):
        say(out, sentence)
    _print_claims(out, summary)
    checks = summary["checks"]
    say(out, f"\n{counted(checks['flows_certified'], 'flow')} solved, each equal to its cut")
    luck = of_run.luck_of(summary)
    if lengths := scenario.get("estimated_lengths"):
        lack = f"Roads without a length: {number(lengths['roads'])} of {number(lengths['of'])}"
        say(out, f"{lack}; taken is about the {length_words(lengths['detour'])}.")
    if doubtful := scenario.get("doubtful_roads"):
        exists = {road: summary["measures"][f"roads.{road}.exists"]["value"] for road in doubtful}
        absent = [Teller(summary).name(road) for road in doubtful if not exists[road]]
        which = f"not there in this run: {', '.join(absent)}" if absent else "all there in this run"
        say(out, f"Roads that may not be there: {number(len(doubtful))}; {which}.")
    typical = " How typical it is, many runs tell:" if of_run.is_drawn(summary) else ""
    say(out, f"{luck[0].upper()}{luck[1:]}.{typical}")
    if typical:
        out.print(f"  sim ensemble {safe(file, 1000)}", soft_wrap=True)


def print_table(out: Console, table: Table) -> None:
    """The table, no name broken in its middle; nothing without rows."""
    if not table.rows:
        return
    heads = [column.head for column in table.columns]
    right = [column.numeric for column in table.columns]
    rule = "-" if out.options.ascii_only else "\u2500"
    out.print()
    for line in grid.lines(heads, texts(table), right, out.width, rule):
        out.print(line, soft_wrap=True)
    out.print()


def print_beside(table: Table, ensemble: str, runs: int) -> None:
    """Where a run lies among those of an ensemble."""
    out = console()
    of = counted(runs, "run")
    out.print(f"\n{table.caption}, {of} of {safe(ensemble, 1000)}:", soft_wrap=True)
    print_table(out, table)


def print_found(tables: Mapping[str, Table], search: str, near: str | None) -> None:
    """Tables by what they list; where none has a row, what was searched for and what is near."""
    out = console()
    for kind, table in tables.items():
        if len(tables) > 1 and table.rows:
            out.print(Text(table.caption, style="bold"))
        print_table(out, table)
        if not search and not table.rows:
            out.print(f"no {kind}")
    if search and not any(table.rows for table in tables.values()):
        hint = f"; did you mean '{safe(near)}'?" if near else ""
        out.print(f"nothing has '{safe(search)}'{hint}")


def texts(table: Table, names: Mapping[str, str] = MappingProxyType({})) -> list[list[str]]:
    """The cells of a table as a terminal shows them, ids as ``names`` has them."""
    date = partial(day_iso, table.start)

    def text(cell: object) -> str:
        if isinstance(cell, Ids):
            return enumerated([names.get(item, item) for item in cell], MOST_NAMES)
        return said(names.get(cell, cell) if isinstance(cell, Id) else cell, date)

    return [[text(cell) for cell in row] for row in table.cells]


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
_ID = Column("id", "Id", Code)
_RANKS = {
    "axis": 0, "id": 3, "capacity": 1, "over_time": 2, "demand_start": 7, "time_of_first_cut": 5,
    "time_of_lasting_cut": 10, "delivered": 8, "needed": 9, "unmet_share": 4, "out_of_stock": 6,
}  # fmt: skip
"""The columns of the table of axes in order, and which of them give way first."""


def _print_axes(out: Console, summary: Document) -> None:
    """A row an axis: as many columns as fit, its capacity over time in what is left.

    Which columns do not fit is said below.
    """
    table = of_run.axes(summary)
    if not table.rows:
        return
    axes, names = table["axis"], summary.get("names", {})
    ranks = {key: rank for key, rank in _RANKS.items() if key != "id" or names.keys() & set(axes)}
    table = table.put(_ID, axes).put(_OVER_TIME, [" " * LEAST_SPARK for _ in axes]).pick(*ranks)
    shown = {}
    for column, cells in zip(table.columns, zip(*texts(table, names), strict=True), strict=True):
        if column.key == "axis":
            cells = tuple(textwrap.fill(name, min(WIDEST_NAME, out.width)) for name in cells)
        head = textwrap.fill(column.head, wide([*cells, *column.head.split()]))
        shown[column.key] = [head, *cells]
    widths = {key: (wide(shown[key]), rank) for key, rank in ranks.items()}
    kept, left = fitting(widths, out.width)
    width, end = min(LEAST_SPARK + left, MOST_SPARK), float(summary["scenario"]["days"])
    steps = [[(x["day"], x["capacity_kg_per_day"]) for x in summary["axes"][axis]] for axis in axes]
    lines = [spark(each, end, width, ascii_only=out.options.ascii_only) for each in steps]
    shown["over_time"][1:] = lines
    drawn = Grid(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for column in table.pick(*kept).columns:
        justify: Literal["left", "right"] = "right" if column.numeric else "left"
        drawn.add_column(
            shown[column.key][0], justify=justify, no_wrap=True, min_width=widths[column.key][0]
        )
    for row in zip(*(shown[key][1:] for key in kept), strict=True):
        drawn.add_row(*row)
    out.print()
    out.print(drawn, crop=False)
    if lacking := [c.head for c in table.columns if c.key not in kept]:
        say(out, f"no room here for: {'; '.join(lacking)}")
    out.print()


def told(summary: Document) -> Iterator[Sentence]:
    """What is said of one run beside its tables, line by line."""
    yield from findings(summary)
    yield from _pockets(summary)
    yield from _displaced(summary)
    yield from _decisions(summary)


def _pockets(summary: Document) -> Iterator[Sentence]:
    nobodys = alone(Teller(summary))
    told = of_run.unsupplied(summary) if nobodys else summary["pockets"]
    still = [p for p in told if p["to_day"] is None]
    if still:
        what = "cut off" if nobodys else "pockets"
        yield Sentence(f"\n{what} at the end, with what was in each when it formed:")
    largest = sorted(
        still, key=lambda p: (-(p["persons"] or 0), -(p["stock_t"] or 0), -len(p["places"]))
    )
    shown = {id(pocket) for pocket in largest[:MOST_POCKETS]}
    kept = [p for p in still if id(p) in shown]
    table = of_run.pockets({**summary, "pockets": kept})
    names = summary.get("names", {})
    rows = texts(table.pick("actor", "places", "persons", "stock_t", "from_day"), names)
    for pocket, (actor, places, persons, stock, since) in zip(kept, rows, strict=True):
        amounts = [
            Said(f"{shown_as} {unit}", pocket[key], unit)
            for key, shown_as, unit in (("persons", persons, "persons"), ("stock_t", stock, "t"))
            if shown_as != of_run.NOT_MODELLED
        ]
        inside = several(amounts, last=", ") if amounts else Sentence("persons not modelled")
        began = Said(since, pocket["from_day"], "day")
        whose = [] if nobodys else [Name(actor), ": "]
        yield Sentence("  ", *whose, Name(places), " (", inside, "; since ", began, ")")
    if more := len(still) - len(shown):
        yield Sentence("  and ", counted(more, "smaller one"), ", all in summary.json")


def _displaced(summary: Document) -> Iterator[Sentence]:
    tell, table = Teller(summary), of_run.displaced(summary)
    pairs = zip(table["actor"], table["goal"], strict=True)
    for actor, moves in groupby(pairs, key=lambda pair: pair[0]):
        stem = f"regroup.{actor}"
        went = [
            Sentence(tell.name(goal), " ", tell.share(f"{stem}.to.{goal}.share"))
            for _, goal in moves
        ]
        total = tell.size(f"{stem}.displaced")
        goals = several(went[:MOST_NAMES], last=", ")
        more = len(went) - MOST_NAMES
        rest = Sentence(" and to ", counted(more, "other goal")) if more > 0 else Sentence("")
        yield Sentence("\ndisplaced, ", tell.name(actor), ": ", total, ": ", goals, rest)


def _decisions(summary: Document) -> Iterator[Sentence]:
    """What was decided when, with the probability of each option then."""
    tell = Teller(summary)
    for decision, day in of_run.by_thing(summary, "decisions", "time"):
        name, stem = tell.name(decision), f"decisions.{decision}.to"
        if day is None:
            yield Sentence("\ndecision ", name, ": not made")
            continue
        options = of_run.by_thing(summary, stem, "probability")
        ranked = [o for _, o in sorted((-share, o) for o, share in options if share is not None)]
        chosen = next(o for o in ranked if of_run.value(summary, f"{stem}.{o}.chosen"))
        listed = [
            Sentence(tell.name(o), " ", tell.share(f"{stem}.{o}.probability")) for o in ranked
        ]
        when = Said(
            day_iso(of_run.start_of(summary), day), day, "day", f"decisions.{decision}.time"
        )
        yield Sentence("\ndecision ", name, ", ", when, ": ", tell.name(chosen),
                       " (probabilities: ", several(listed, last=", "), ")")  # fmt: skip


def _print_claims(out: Console, summary: Document) -> None:
    table = of_run.claims(summary)
    if not table.rows:
        return
    say(out, f"\nclaims: {of_run.verdict_counts(table)}")
    for verdict, claim, text in texts(table.pick("verdict", "id", "text")):
        say(out, f"  {verdict:9s} {claim}: {text}")
