"""The tables of a forecast held against the record, for people and as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from sim.base.numbers import number, percent
from sim.measure.hindcast import CONSTANT, FRONT, OWN, DateRow, Hindcast, ScoreLine
from sim.measure.names import name_of
from sim.measure.on_record import Rate
from sim.measure.scoring_rules import pit_histogram
from sim.scenario.dates import format_instant
from sim.scenario.model import Scenario

from .table import Column, Percent, Points, Table, UserText, said

SCORES = (
    Column("what", "Asked", str), Column("date", "At", str), Column("rule", "Score", str),
    Column("model", "Model", str), Column("score", "Mean", Points),
    Column("error", "Error", Points), Column("against", "Against the model", str),
    Column("n", "Of"),
)  # fmt: skip

PLACES = (
    Column("date", "At", str), Column("place", "Place", UserText),
    Column("on_record", "Record", str), Column("where", "Where", str),
)  # fmt: skip
STAYS = {OWN: "Model", CONSTANT: "Constant rate", FRONT: "Front and inner"}
SURPRISE = Column("surprise", "-ln p", Points)

DATES = (
    Column("event", "Event", UserText), Column("came", "Record", str),
    Column("chance", "Comes in", Percent), Column("median", "Median", str),
    Column("crps", "CRPS", float), Column("crps_constant", "Constant rate"),
    Column("crps_never", "Never"), Column("pit", "PIT", str), Column("in_50", "In 50 %", str),
    Column("in_90", "In 90 %", str),
)  # fmt: skip


def scores(found: Hindcast, scenario: Scenario, *, every_date: bool = True) -> Table:
    """Mean scores, a row a model; those that beat the model stand before it."""
    rows = [
        [x.what, "all dates" if x.date is None else format_instant(scenario, x.date), x.rule,
         x.model, x.score, x.error if x.model == OWN else None, x.verdict, x.n]
        for x in found.lines if every_date or x.date is None
    ]  # fmt: skip
    return Table("Scores, lower is better", SCORES, rows)


def listed(found: Hindcast, scenario: Scenario, *, every: bool = False) -> Table:
    """Chances that the side still holds each place that is listed (or every one), by date."""
    chosen = found.places if every else found.listed
    models = [m for m in STAYS if any(m in row.chances for row in chosen)]
    rows = [
        [format_instant(scenario, row.date), name_of(scenario, row.place),
         "held" if row.held else "lost", "front" if row.front else "inner",
         *(row.chances[m] for m in models), row.surprise]
        for row in sorted(chosen, key=lambda row: (row.date, -row.surprise, row.place))
    ]  # fmt: skip
    heads = [Column(m.replace(" ", "_"), STAYS[m], Percent) for m in models]
    caption = "Chance that the place is still held"
    return Table(caption, [*PLACES, *heads, SURPRISE], rows)


def dates(found: Hindcast, scenario: Scenario) -> Table:
    """Every event on record and when the runs have it; CRPS in days."""
    return Table("When", DATES, [_date(row, scenario) for row in found.dates])


def _date(row: DateRow, scenario: Scenario) -> list[Any]:
    on = partial(format_instant, scenario)
    came = f"not by {on(row.until)}" if row.came is None else on(row.came)
    low, high = (f"{end:.2f}" for end in row.pit)
    ends = [low if low == high else f"{low} to {high}", *map(_yes, (row.in_50, row.in_90))]
    crps = [row.crps[OWN], row.crps.get(CONSTANT), row.crps["never"]] if row.scored else [None] * 3
    return [
        row.text, came, row.chance, "never" if row.median is None else on(row.median), *crps,
        *(ends if row.scored else ["known before", "", ""]),
    ]  # fmt: skip


def _yes(what: bool) -> str:
    return "yes" if what else "no"


def sentences(found: Hindcast, scenario: Scenario) -> Iterator[str]:
    """What the tables say in words, made from their numbers."""
    on = partial(format_instant, scenario)
    asked = found.question
    side = scenario.actors[asked.side].name
    held = len({row.place for row in found.places})
    yield (
        f"{number(found.runs)} runs against the record: {number(held)} places that {side} held on "
        f"{on(asked.as_of)}, {number(len(found.scored))} events after it."
    )
    winners: dict[str, list[ScoreLine]] = {}
    for line in found.winners():
        winners.setdefault(f"{line.what} ({line.rule})", []).append(line)
    for what, lines in winners.items():
        own = next(x for x in found.lines if x.model == OWN and x.date is None
                   and f"{x.what} ({x.rule})" == what)  # fmt: skip
        names = ", ".join(f"{x.model} {x.score:.3f}" for x in lines)
        yield f"Better than the model at {what}: {names}; the model has {own.score:.3f}."
    if not winners:
        yield "No baseline beats the model over all dates."
    rates = found.rates
    if rates[None].place_days:
        yield (
            f"Rate of loss on record from {on(found.record_from)} to {on(asked.as_of)}: "
            f"{_rate(rates[None])}; front {_rate(rates[True])}; inner {_rate(rates[False])}."
        )
    in_50, in_90 = found.coverage()
    if in_50 is not None and in_90 is not None:
        yield (
            f"Of the dates {percent(in_50)} lie in the middle 50 % of the runs, {percent(in_90)} "
            "in the middle 90 %."
        )


def _rate(rate: Rate) -> str:
    return f"{number(rate.losses)} losses in {number(rate.place_days)} place-days"


def document(found: Hindcast, scenario: Scenario) -> dict[str, Any]:
    """All of it as plain data for JSON; times are dates or days from the start, CRPS days."""
    on = partial(format_instant, scenario)
    names = {True: "front", False: "inner", None: "all"}
    in_50, in_90 = found.coverage()
    return {
        "scenario": scenario.id,
        "side": found.question.side,
        "as_of": on(found.question.as_of),
        "dates": [on(date) for date in found.question.dates],
        "runs": found.runs,
        "rates": {
            names[k]: {"losses": r.losses, "place_days": r.place_days, "a_day": r.a_day}
            for k, r in found.rates.items()
        },
        "record_from": on(found.record_from),
        "scores": _rows(scores(found, scenario)),
        "places": _rows(listed(found, scenario, every=True)),
        "listed": _rows(listed(found, scenario)),
        "events": _rows(dates(found, scenario)),
        "coverage": {"in_50": in_50, "in_90": in_90},
        "pit": pit_histogram([row.pit for row in found.scored]),
        "said": list(sentences(found, scenario)),
    }


def _rows(table: Table) -> list[dict[str, Any]]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


def markdown(found: Hindcast, scenario: Scenario) -> str:
    """The same as a text in Markdown: in words, then table by table."""
    lines = [f"# {scenario.title}: scores against the record", ""]
    for sentence in sentences(found, scenario):
        lines += [sentence, ""]
    tables = (scores(found, scenario), dates(found, scenario), listed(found, scenario))
    for table in tables:
        if table.rows:
            lines += [f"## {table.caption}", "", *markdown_rows(table), ""]
    return "\n".join(lines)


def markdown_rows(table: Table) -> Iterator[str]:
    """The lines of one table in Markdown."""
    yield _line(column.head for column in table.columns)
    yield _line("---:" if column.numeric else "---" for column in table.columns)
    for row in table.cells:
        yield _line("" if cell is None else said(cell, str) for cell in row)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
