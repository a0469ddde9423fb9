"""What is said of a reliability: sentences and tables, from the document of ``--json``."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from typing import Any

from sim.base.numbers import percent
from sim.base.said import LEVEL, Said, Sentence, at

from .of_cuts import Answer
from .table import Column, Table

Document = Mapping[str, Any]

MOST_ROWS = 12
"""Amounts, and places and roads, that are told in the terminal; all are in ``--json``."""


def chance(document: Document, path: str) -> Said:
    """A chance in percent, with two digits of it or of what it lacks to 1."""
    value = at(document, path)
    apart = 100 * min(value, 1 - value)
    digits = 0 if apart < 1e-13 else max(0, 1 - math.floor(math.log10(apart)))
    text = percent(value, digits)
    if digits:
        text = text.removesuffix(" %").rstrip("0").rstrip(".") + " %"
    return Said(text, value, "1", path)


def _between(document: Document, path: str) -> Sentence:
    """A chance with its interval, which one that is exact has not."""
    found = at(document, path)
    told = chance(document, f"{path}/value")
    if found["low"] == found["high"]:
        return Sentence(told)
    ends = (chance(document, f"{path}/{end}") for end in ("low", "high"))
    low, high = ends
    return Sentence(told, " (", low, " to ", high, ")")


def reliability(document: Document) -> Iterator[Sentence]:
    """How likely something is carried, what is needed is, and how much is on average."""
    tell = Answer(document)
    yield Sentence("open with a chance of ", _between(document, "open"))
    if document["need"] is not None:
        need = tell.amount("need")
        yield Sentence("carries ", need, " with a chance of ", _between(document, "met"))
    if document["mean"] is None:
        yield Sentence("may carry without limit, so there is no average")
    else:
        mean = Sentence(tell.amount("mean/value"))
        low, high = document["mean"]["low"], document["mean"]["high"]
        if low is not None and low != high:
            ends = tell.amount("mean/low"), tell.amount("mean/high")
            mean = Sentence(mean, " (", ends[0], " to ", ends[1], ")")
        yield Sentence("carries on average ", mean)
    yield _how(document)


def _how(document: Document) -> Sentence:
    solves = document["solves"]
    flows = Said(f"{solves:,} flows", solves, "flows", "solves")
    ways = {
        "exact": ("exact, from ", flows),
        "stratified": ("drawn by the number of losses, ", flows, "; intervals at ", LEVEL),
        "plain": ("drawn plainly, ", flows, "; intervals at ", LEVEL),
        "replicates": ("in replicates of the scenario, ", flows, "; intervals at ", LEVEL),
    }
    return Sentence(*ways[document["method"]])


CARRIED = (
    Column("flow", "carried"), Column("chance", "chance"), Column("at_least", "at least this"),
)  # fmt: skip


def carried(document: Document) -> Table:
    """The amounts that are carried, with the chance of each, and of at least as much.

    Of many those that part the chances evenly; what lies between is then of none of them.
    """
    tell, levels = Answer(document), document["levels"]
    shown = list(range(len(levels)))
    if few := len(levels) > MOST_ROWS:
        reached = [level["at_least"]["value"] for level in levels]
        steps = (reached[-1] * i / (MOST_ROWS - 1) for i in range(MOST_ROWS))
        shown = sorted({min(bisect_left(reached, step), len(levels) - 1) for step in steps})
    rows = [
        [tell.amount(f"levels/{i}/flow"), chance(document, f"levels/{i}/chance"),
         _between(document, f"levels/{i}/at_least")]
        for i in shown
    ]  # fmt: skip
    table = Table("What it carries", CARRIED, rows)
    return table.without("chance") if few else table


ELEMENTS = (
    Column("name", "", str), Column("stands", "stands"), Column("gain", "open gains"),
    Column("flow_gain", "carried gains"), Column("in_cut", "in the cut"),
)  # fmt: skip


def elements(document: Document) -> Table:
    """What the standing of each place or road adds, that of most gain first."""
    tell = Answer(document)
    rows: list[list[str]] = []
    for i, row in enumerate(document["elements"][:MOST_ROWS]):
        stem = f"elements/{i}"
        gain = "" if row["gain"] is None else _between(document, f"{stem}/gain")
        more = "" if row["flow_gain"] is None else tell.amount(f"{stem}/flow_gain")
        rows.append([
            tell.called(row["name"]), chance(document, f"{stem}/stands"), gain, more,
            _between(document, f"{stem}/in_cut"),
        ])  # fmt: skip
    return Table("What each adds by standing", ELEMENTS, rows)
