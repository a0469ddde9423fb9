"""The tables of one run, from its summary (the document of :mod:`sim.measure.summary`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sim.base.numbers import amount, day_words, tonnes, whole
from sim.measure.claims import VERDICTS
from sim.measure.steps import is_time
from sim.scenario.model import DAY

from .table import Code, Column, Day, Id, Ids, Percent, Table, Unit, UserText, Whole

Document = Mapping[str, Any]


def start_of(summary: Document) -> datetime | None:
    """The date of day 0, of a run or an ensemble; None where the period has none."""
    start = summary["scenario"]["start"]
    return None if start is None else datetime.fromisoformat(start)


def value(summary: Document, path: str) -> float | None:
    """A measure; None where it did not come or there is none."""
    found = summary["measures"].get(path)
    return None if found is None else found["value"]


def by_thing(summary: Document, kind: str, last: str) -> Iterator[tuple[str, float | None]]:
    """The measures ``kind.<...>.last``: what stands between, and the value."""
    for path, measure in summary["measures"].items():
        if path.startswith(f"{kind}.") and path.endswith(f".{last}"):
            yield path.removeprefix(f"{kind}.").removesuffix(f".{last}"), measure["value"]


AXES = (
    Column("axis", "Axis", Id), Column("capacity", "Capacity, t/day"),
    Column("capacity_start", "at the start, t/day", Whole),
    Column("capacity_end", "at the end, t/day", Whole), Column("demand_start", "Demand, t/day"),
    Column("time_of_first_cut", "First cut", Day),
    Column("time_of_lasting_cut", "Cut for good", Day), Column("delivered", "Delivered, t"),
    Column("needed", "Needed, t", Whole), Column("unmet", "of it not there, t", Whole),
    Column("unmet_share", "Not there", Percent), Column("out_of_stock", "First out of stock", Day),
)  # fmt: skip


def axes(summary: Document) -> Table:
    """What each axis could carry, and what became of it; the axis in focus first."""
    focus = summary["scenario"]["focus"]
    rows = []
    for axis in sorted(summary["axes"], key=lambda a: (a != focus, a)):
        found = [value(summary, f"axes.{axis}.{column.key}") for column in AXES[2:-1]]
        ends = dict.fromkeys(map(whole, found[:2]))
        empty = by_thing(summary, f"axes.{axis}.sinks", "time_of_exhaustion")
        dry = min((when for _, when in empty if when is not None), default=None)
        rows.append([axis, " > ".join(ends), *found, dry])
    return Table("Every axis of the run; choose one to see it above", AXES, rows, start_of(summary))


STOCKS = (
    Column("sink", "Sink", Id), Column("axis", "Axis", Id),
    Column("stock_start", "Stock at the start, t"), Column("stock_end", "at the end, t"),
    Column("days_of_supply_end", "Days of supply at the end"), Column("delivered", "Delivered, t"),
    Column("needed", "Needed, t", Whole), Column("unmet", "of it not there, t", Whole),
    Column("unmet_share", "Not there", Percent),
    Column("time_of_exhaustion", "Ran out", Day), Column("days_without", "Days without"),
    Column("person_days_short", "Person-days without", Whole),
)  # fmt: skip


def stocks(summary: Document) -> Table:
    """What each sink had at the start and the end, and when it ran out."""
    rows = [
        [sink, axis, *(value(summary, f"axes.{axis}.sinks.{sink}.{c.key}") for c in STOCKS[2:])]
        for axis in summary["axes"]
        for sink, _ in by_thing(summary, f"axes.{axis}.sinks", "days_without")
    ]
    return Table("Stocks of the sinks", STOCKS, rows, start_of(summary))


NOT_MODELLED = "not modelled"

POCKETS = (
    Column("places", "Places", Ids), Column("actor", "Actor", Id), Column("from_day", "From", Day),
    Column("to_day", "To", Day), Column("persons", "Persons then"),
    Column("stock_t", "Stock then, t"),
)  # fmt: skip


_UNSAID = {
    "to_day": "the end of the period", "persons": NOT_MODELLED, "stock_t": NOT_MODELLED,
}  # fmt: skip


def pockets(summary: Document, caption: str = "Pockets") -> Table:
    """Parts of a territory that no source reached, with what is modelled of who was in them."""
    rows = [
        [_UNSAID[c.key] if pocket[c.key] is None else pocket[c.key] for c in POCKETS]
        for pocket in summary["pockets"]
    ]
    return Table(
        f"{caption}, with what was in each when it formed", POCKETS, rows, start_of(summary)
    )


def unsupplied(summary: Document) -> list[Document]:
    """The pockets that have a sink: where nobody holds anything, all that is told of."""
    return [pocket for pocket in summary["pockets"] if pocket["stock_t"] is not None]


FORCES = (
    Column("operation", "Operation", Id), Column("furthest_km", "Furthest, km"),
    Column("km_end", "At the end, km"), Column("strength_start", "Persons at the start"),
    Column("strength_end", "at the end"), Column("time_of_start", "Began", Day),
    Column("time_of_cut_off", "Cut off", Day), Column("time_of_stall", "Stalled", Day),
    Column("time_of_ring", "Closed a ring", Day), Column("time_of_repulse", "Beaten", Day),
)  # fmt: skip


def forces(summary: Document) -> Table:
    """How far each operation came and what became of it."""
    rows = [
        [operation, *(value(summary, f"operations.{operation}.{c.key}") for c in FORCES[1:])]
        for operation, _ in by_thing(summary, "operations", "furthest_km")
    ]
    return Table("Operations", FORCES, rows, start_of(summary))


DISPLACED = (
    Column("goal", "Went to", Id), Column("actor", "Actor", Id), Column("persons", "Persons"),
    Column("share", "Share of those displaced", Percent), Column("lag", "Days on the way, mean"),
)  # fmt: skip


def displaced(summary: Document) -> Table:
    """Where displaced strength went, by actor, the most first."""
    found = []
    for thing, persons in by_thing(summary, "regroup", "persons"):
        actor, _, goal = thing.partition(".to.")
        if persons:
            found.append((actor, -persons, goal))
    rows = []
    for actor, _, goal in sorted(found):
        stem = f"regroup.{actor}.to.{goal}"
        rows.append([goal, actor, *(value(summary, f"{stem}.{c.key}") for c in DISPLACED[2:])])
    return Table("Where displaced strength went", DISPLACED, rows)


CLAIMS = (
    Column("verdict", "Verdict", str), Column("id", "Claim", Code),
    Column("text", "Claim", UserText), Column("measure", "Measure", Code),
    Column("stated", "What is claimed", str), Column("when", "When", Day),
    Column("observed", "Observed", str),
)  # fmt: skip


def claim_text(claim: Document) -> str:
    """What a claim says, and the file that it is inherited from, if it is."""
    origin = claim.get("stated_in")
    return f"{claim['text']} (from {origin})" if origin else str(claim["text"])


def claims(summary: Document) -> Table:
    """What the scenario claims, and what the run says to it."""
    start = start_of(summary)
    rows = []
    for claim in summary["claims"]:
        seen = "did not come" if is_time(claim["measure"]) else "not in this run"
        stated = quantity(claim["value"], claim["unit"], start, "never")
        rows.append(
            [claim["verdict"], claim["id"], claim_text(claim), claim["measure"],
             f"{SIGNS[claim['relation']]} {stated}",
             "the whole period" if claim["when_day"] is None else claim["when_day"],
             quantity(claim["observed"], claim["unit"], start, seen)]
        )  # fmt: skip
    return Table("Claims, and what the run says to them", CLAIMS, rows, start)


SIGNS = {"<": "<", "<=": "\u2264", "=": "=", ">=": "\u2265", ">": ">", "!=": "\u2260"}


def quantity(found: Any, unit: str, start: datetime | None, none: str) -> str:
    """A value of a claim for people, or what is said of none: claims keep base units."""
    if found is None:
        return none
    if isinstance(found, bool) or not isinstance(found, int | float):
        return str(found)
    if unit == "s":
        return day_words(start, round(found) / DAY)
    if unit in ("kg", "kg/day"):
        return f"{tonnes(found)} {unit.replace('kg', 't')}"
    return amount(found, unit)


def verdict_counts(table: Table) -> str:
    """How many claims came out how: "3 true, 1 undecided"."""
    found = table["verdict"]
    return ", ".join(f"{found.count(v)} {v}" for v in VERDICTS if v in found)


MEASURES = (
    Column("measure", "Measure", Code), Column("value", "Value"), Column("unit", "Unit", Unit),
)  # fmt: skip


def measures(summary: Document) -> dict[str, Table]:
    """Every measure with its unit, by what it is about."""
    groups: dict[str, list[list[object]]] = defaultdict(list)
    for path, measure in summary["measures"].items():
        group, what = parted(path)
        groups[group].append([what, measure["value"], measure["unit"]])
    return {group: Table(f"Measures of {group}", MEASURES, rows) for group, rows in groups.items()}


def parted(path: str) -> tuple[str, str]:
    """The path of a measure as what it is about (``axes.x``) and what it says of it."""
    kind, _, rest = path.partition(".")
    thing, _, what = rest.partition(".")
    return f"{kind}.{thing}", what or path


def luck_words(nominal: bool, ranges: int, chances: int) -> str:
    """What one run is: how many of its ranges and chances were drawn, or are at their medians."""
    found = [
        f"{count:,} {what}{'' if count == 1 else 's'}"
        for count, what in ((ranges, "range"), (chances, "chance"))
        if count
    ]
    if not found:
        return "a run without uncertain inputs"
    of = " and ".join(found)
    return f"a nominal run, at the medians of {of}" if nominal else f"one draw of {of}"


def is_drawn(summary: Document) -> bool:
    """True of a run in which some input was drawn, or is at its median."""
    return bool(summary["drawn"] or summary.get("chances"))


def luck_of(summary: Document) -> str:
    """:func:`luck_words` of the summary of a run; folders of version 0.1.0 tell no chances."""
    chances = summary.get("chances", {})
    return luck_words(summary.get("nominal", False), len(summary["drawn"]), len(chances))


def luck(summary: Document) -> Table:
    """What was drawn for the run, or the medians in place of it."""
    rows = [[path, f"{drawn:,.6g}"] for path, drawn in summary["drawn"].items()]
    for path, came in summary.get("chances", {}).items():
        road = path.startswith("road:")
        told = ("is there", "is not there") if road else ("happened", "did not happen")
        rows.append([path, told[not came]])
    what = "Medians taken" if summary.get("nominal") else "Drawn"
    caption = f"{what} for this run, in base units (kg, kg/day, s, km/h, persons, 1)"
    return Table(caption, (Column("input", "What", Code), Column("value", "Value")), rows)
