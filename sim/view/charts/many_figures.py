"""From comparisons of ensembles to figures; each title says what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from matplotlib.figure import Figure

from sim.base.numbers import number
from sim.measure.compare_many import Many, ManyComparison, ManyRow
from sim.measure.ensemble import survival
from sim.measure.statistics import Paired
from sim.scenario.model import DAY
from sim.tables.terminal_study import HEADLINES
from sim.view.data import Page, Span
from sim.view.draw import save
from sim.view.tables import Table, save_table

from .ensemble_figures import STRUCK, credit, survival_table
from .many import Dot, DotData, DotRow, ShareCurve, SurvivalData, draw_dots, draw_survival

MOST_DOTS = 14


def write_many_figures(comparison: ManyComparison, folder: Path) -> None:
    """Draw the figures of a comparison of ensembles into ``folder``, each with its CSV."""
    folder.mkdir()
    for name, figure, table in many_figures(comparison):
        save(figure, folder, name)
        save_table(table, folder, name)


def many_figures(comparison: ManyComparison) -> Iterator[tuple[str, Figure, Table]]:
    """Differences with intervals, and survival curves of the main axis side by side."""
    comparison = replace(comparison, outcomes=_apart(comparison.outcomes))
    rows = _dot_rows(comparison)
    if rows:
        dots = _dots(comparison, rows)
        yield "differences", draw_dots(dots), _dot_table(dots)
    curves = _compared_survival(comparison)
    if curves is not None:
        yield "survival", draw_survival(curves), survival_table(curves)


def _apart(outcomes: Sequence[Many]) -> tuple[Many, ...]:
    """The outcomes without the words, up to a hyphen, with which all of their names begin."""
    first, last = min(o.name for o in outcomes), max(o.name for o in outcomes)
    pairs = enumerate(zip(first, last, strict=False))
    shared = next((i for i, (a, b) in pairs if a != b), len(first))
    begin = first.rfind("-", 0, shared) + 1
    return tuple(replace(o, name=o.name[begin:] or o.name) for o in outcomes)


def _dot_rows(comparison: ManyComparison) -> list[ManyRow]:
    """Headline measures that change: those of the main axis, then the clearest of the others."""
    focus = comparison.outcomes[0].summary["scenario"]["focus"]
    ranked = []
    for row in comparison.rows:
        parts = row.path.split(".")
        if parts[-1] == "delivered" and parts[2] == "sinks":
            continue  # its axis says it already
        if parts[0] == "axes" and parts[-1] in HEADLINES and row.changed:
            ranked.append(((parts[1] != focus, -_clearest(row), row.path), row))
    return [row for _, row in sorted(ranked, key=lambda r: r[0])[:MOST_DOTS]]


def _clearest(row: ManyRow) -> float:
    return max((_clear(a.paired) for a in row.against if a.paired is not None), default=0.0)


def _clear(found: Paired) -> float:
    half = found.difference.half_width
    return abs(found.difference.value) / half if half else 0.0


def _dots(comparison: ManyComparison, rows: Sequence[ManyRow]) -> DotData:
    base = comparison.outcomes[0]
    names = tuple(o.name for o in comparison.outcomes[1:])
    dots = [DotRow(_label(base, r.path), r.unit, tuple(_dot(a.paired) for a in r.against))
            for r in rows]  # fmt: skip
    page = Page(
        _dots_title(comparison, rows),
        f"Mean difference from {base.name} with 95 % intervals, {comparison.n} pairs of runs under "
        "the same luck; an empty mark: no difference found",
        credit(base.summary),
    )
    scale = f"left of the line: less than in {base.name}; right: more"
    return DotData(page, names, tuple(dots), scale)


def _dot_table(data: DotData) -> Table:
    rows = (
        (row.name, row.unit, name, dot.value, dot.low, dot.high)
        for row in data.rows
        for name, dot in zip(data.series, row.dots, strict=True)
        if dot is not None
    )
    return Table(("measure", "unit", "against", "difference", "low", "high"), rows)


def _dot(found: Paired | None) -> Dot | None:
    if found is None or found.difference.low is None or found.difference.high is None:
        return None
    return Dot(found.difference.value, found.difference.low, found.difference.high)


def _label(base: Many, path: str) -> str:
    parts = path.split(".")
    axis = base.scenario["axes"].get(parts[1], {})
    name = axis.get("name", parts[1]) if isinstance(axis, Mapping) else parts[1]
    where = f", {_place(base, path)}" if parts[2] == "sinks" else ""
    return f"{name}{where}: {parts[-1].replace('_', ' ')}"


def _place(base: Many, path: str) -> str:
    """The name of the sink in a path."""
    sink = path.split(".")[3]
    place = base.scenario.get("network", {}).get("places", {}).get(sink, {})
    return str(place.get("name", sink))


def _dots_title(comparison: ManyComparison, rows: Sequence[ManyRow]) -> str:
    names = [o.name for o in comparison.outcomes[1:]]
    settled = [
        (_clear(a.paired), row, replace(a, name=name))
        for row in rows
        for a, name in zip(row.against, names, strict=True)
        if a.paired is not None and a.paired.verdict in ("higher", "lower")
    ]
    base = comparison.outcomes[0]
    if not settled:
        return f"No difference from {base.name} found in {comparison.n} pairs of runs"
    main = [s for s in settled if s[1] is rows[0]] or settled
    _, row, against = max(main, key=lambda s: s[0])
    assert against.paired is not None
    d = against.paired.difference
    sign = "+" if d.value > 0 else ""
    unit = "" if row.unit == "1" else f" {row.unit}"
    return (
        f"{_label(base, row.path)} is {against.paired.verdict} in {against.name}: "
        f"{sign}{_number(d.value)}{unit} ({_number(d.low)} to {_number(d.high)})"
    )


def _number(value: float | None) -> str:
    return number(value).replace("-", "\u2212")


def _compared_survival(comparison: ManyComparison) -> SurvivalData | None:
    base = comparison.outcomes[0]
    stem = f"axes.{base.summary['scenario']['focus']}."
    order = list(STRUCK)
    found = [
        row
        for row in comparison.rows
        if row.path.startswith(stem) and row.path.rpartition(".")[2] in STRUCK and row.changed
    ]
    found.sort(key=lambda row: (order.index(row.path.rpartition(".")[2]), row.path))
    panels = []
    for row in found:
        curves = tuple(_share_curve(o, row.path) for o in comparison.outcomes)
        place = f" ({_place(base, row.path)})" if ".sinks." in row.path else ""
        struck = STRUCK[row.path.rpartition(".")[2]].capitalize()
        panels.append((f"{struck}{place}, % of runs", curves))
    if not panels:
        return None
    start = base.summary["scenario"]["start"]
    end = round(max(o.days for o in comparison.outcomes) * DAY)
    page = Page(
        _survival_title(comparison, found[0]),
        "Share of runs that it has not come to, with 95 % intervals (Kaplan and Meier)",
        credit(base.summary),
    )
    span = Span(end, datetime.fromisoformat(start) if start else None)
    return SurvivalData(page, span, tuple(panels[:3]), tuple(o.name for o in comparison.outcomes))


def _survival_title(comparison: ManyComparison, row: ManyRow) -> str:
    shares = [
        (stated["came"]["value"], outcome.name)
        for stated, outcome in zip(row.stated, comparison.outcomes, strict=True)
        if stated is not None
    ]
    what = STRUCK[row.path.rpartition(".")[2]].removeprefix("not yet ")
    label = _label(comparison.outcomes[0], row.path).partition(":")[0]
    if len(shares) > 2:
        (low, first), (high, last) = min(shares), max(shares)
        said = f"from {low:.0%} of runs in {first} to {high:.0%} in {last}"
    else:
        said = "; ".join(f"{share:.0%} of runs in {name}" for share, name in shares)
    return f"{label}, {what} in the end: {said}"


def _share_curve(outcome: Many, path: str) -> ShareCurve | None:
    column = outcome.table.columns.get(path)
    if column is None:
        return None
    curve = survival(column, outcome.days)
    return ShareCurve(
        outcome.name,
        tuple((curve.times * DAY).tolist()),
        tuple(curve.share.tolist()),
        tuple(curve.low.tolist()),
        tuple(curve.high.tolist()),
    )
