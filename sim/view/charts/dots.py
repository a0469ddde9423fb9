"""Differences between ensembles with their intervals: a line a measure, a panel a unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.numbers import amount
from sim.base.said import LEVEL, Name, Said, Sentence
from sim.measure.compare_many import Many, ManyComparison, ManyRow
from sim.measure.statistics import Estimate, Paired
from sim.measure.steps import RESTRICTED_MEAN, is_time
from sim.tables.of_many import HEADLINES
from sim.view.charts.many import credit, difference
from sim.view.charts.panels import LABEL, SHAPES, few_ticks, line_style, row_axes, signed_numeral
from sim.view.data import Page
from sim.view.draw import MARGIN, Sheet, context, plain, sheet_for, wrap
from sim.view.look import FAINT_INK, INK, SOFT_INK
from sim.view.tables import Numbers

MOST_DOTS = 14

ROW, PANEL_GAP = 26.0, 62.0

NAMES = 400.0
"""Pixels at the left for the names of rows."""

KEY_ROW = 19.0


@dataclass(frozen=True, slots=True)
class DotRow:
    """One measure; ``dots`` in the order of ``DotData.series``. ``unit`` names its panel."""

    name: str
    unit: str
    dots: tuple[Estimate | None, ...]


@dataclass(frozen=True, slots=True)
class DotData:
    """Differences from a base: rows of dots, in a panel for each unit.

    ``scale`` says what is to be read, as "less than in x | more than in x".
    """

    page: Page
    series: tuple[str, ...]
    rows: tuple[DotRow, ...]
    scale: str = ""


def dot_rows(comparison: ManyComparison) -> list[ManyRow]:
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
    return max((a.paired.clearness for a in row.against if a.paired is not None), default=0.0)


def dot_data(comparison: ManyComparison, rows: Sequence[ManyRow]) -> DotData:
    """Differences of some measures from the first ensemble."""
    base = comparison.outcomes[0]
    names = tuple(o.name for o in comparison.outcomes[1:])
    dots = [
        DotRow(
            measure_label(base, r.path), _unit(r, comparison.days),
            tuple(_dot(a.paired) for a in r.against),
        )
        for r in rows
    ]  # fmt: skip
    subtitle = Sentence(
        "Mean difference from ", Name(base.name), " with ", LEVEL, " intervals, ",
        _pairs(comparison), " under the same luck; an empty mark: no difference found",
    )  # fmt: skip
    page = Page(_dots_title(comparison, rows), subtitle, credit(base.summary))
    scale = f"left of the line: less than in {base.name}; right: more"
    return DotData(page, names, tuple(dots), scale)


def _pairs(comparison: ManyComparison) -> Said:
    return Said(f"{comparison.n:,} pairs of runs", comparison.n, "pairs", "pairs")


def _unit(row: ManyRow, days: float) -> str:
    """What a difference is counted in; times that may not come have a panel of their own."""
    if not is_time(row.path):
        return row.unit
    return f"days without it within the period of {amount(days, 'day')} ({RESTRICTED_MEAN})"


def _dot(found: Paired | None) -> Estimate | None:
    """The difference, None where too few runs tell its interval."""
    return None if found is None or found.difference.low is None else found.difference


def measure_label(base: Many, path: str) -> str:
    """A measure of an axis by the names of the axis and the sink."""
    parts = path.split(".")
    axis = base.scenario["axes"].get(parts[1], {})
    name = axis.get("name", parts[1]) if isinstance(axis, Mapping) else parts[1]
    where = f", {sink_name(base, path)}" if parts[2] == "sinks" else ""
    return f"{name}{where}: {parts[-1].replace('_', ' ')}"


def sink_name(base: Many, path: str) -> str:
    """The name of the sink in a path."""
    return base.called(path.split(".")[3])


def _dots_title(comparison: ManyComparison, rows: Sequence[ManyRow]) -> Sentence:
    """The clearest difference of the first measure that has one, or that none is found."""
    names = [o.name for o in comparison.outcomes[1:]]
    settled = [
        (against.paired, row, i)
        for row in rows
        for i, against in enumerate(row.against)
        if against.paired is not None and against.paired.verdict in ("higher", "lower")
    ]
    base = comparison.outcomes[0]
    if not settled:
        return Sentence(
            "No difference from ", Name(base.name), " found in ", _pairs(comparison)
        )  # fmt: skip
    main = [s for s in settled if s[1] is rows[0]] or settled
    paired, row, i = max(main, key=lambda s: s[0].clearness)
    stem = f"measures/{row.path}/differences/{i}/difference"
    label, mean = Name(measure_label(base, row.path)), ""
    if is_time(row.path):
        mean = f", {RESTRICTED_MEAN},"
    return Sentence(
        label, f"{mean} is {paired.verdict} in ", Name(names[i]), ": ",
        *difference(paired.difference, row.unit, stem),
    )  # fmt: skip


@context()
def draw_dots(data: DotData) -> Figure:
    """Differences and their 95 % intervals, one line a measure, with the line of no difference.

    A filled mark is an interval that leaves out 0, an empty one that covers it.
    """
    units = list(dict.fromkeys(row.unit for row in data.rows))
    groups = [[row for row in data.rows if row.unit == unit] for unit in units]
    lines = max(1, len(data.series))
    heights = [ROW * len(g) * (1 + 0.45 * (lines - 1)) + 14 for g in groups]
    key = KEY_ROW * lines + 8 if lines > 1 else 0.0
    page = sheet_for(data.page, sum(heights) + PANEL_GAP * len(groups) + key + 44)
    if lines > 1:
        _dot_key(page, data.series)
    top = page.top - key - 18
    for unit, group, height in zip(units, groups, heights, strict=True):
        box = NAMES, top - height, page.width - NAMES - 150, height
        axes = row_axes(page, box, len(group))
        _draw_dot_panel(page, axes, group, unit, top)
        top -= height + PANEL_GAP
    if data.scale:
        page.text(NAMES, top + PANEL_GAP - 50, plain(data.scale), size=LABEL, color=SOFT_INK)
    return page.figure


def _dot_key(page: Sheet, series: Sequence[str]) -> None:
    strip = page.canvas(0, 0, page.width, page.height)
    strip.set_zorder(-1)
    for nth, name in enumerate(series):
        y = page.top - 10 - KEY_ROW * nth
        strip.plot([MARGIN + 8], [y], SHAPES[nth % len(SHAPES)], ms=7, color=line_style(nth)[0])
        page.text(MARGIN + 24, y, wrap(name, 9.5, page.width - 80, 1)[0], size=9.5, va="center")


def _draw_dot_panel(page: Sheet, axes: Axes, rows: Sequence[DotRow], unit: str, top: float) -> None:
    axes.axvline(0, color=INK, lw=1.1, zorder=1)
    axes.spines["left"].set_visible(False)
    reach = [0.0]
    box = axes.get_position()
    low_y, height = box.y0 * page.height, (box.y1 - box.y0) * page.height
    for line, row in enumerate(rows):
        y = low_y + height * (1 - (line + 0.5) / len(rows))
        words = wrap(row.name, 9.2, NAMES - MARGIN - 20, 1)[0]
        page.text(NAMES - 14, y, words, size=9.2, ha="right", va="center_baseline")
        several = len(row.dots)
        size = 7 if several < 4 else 6
        for nth, dot in enumerate(row.dots):
            if dot is None or dot.low is None or dot.high is None:
                continue
            at = line + (nth - (several - 1) / 2) * 0.75 / max(several, 1)
            colour = line_style(nth)[0]
            settled = dot.low > 0 or dot.high < 0
            axes.plot([dot.low, dot.high], [at, at], color=colour, lw=1.8, zorder=2)
            axes.plot(
                [dot.value], [at], SHAPES[nth % len(SHAPES)], ms=size, mec=colour,
                mfc=colour if settled else "white", mew=1.4, zorder=3,
            )  # fmt: skip
            reach += [dot.low, dot.high]
            if several == 1:
                x, colour = box.x1 * page.width + 10, INK if settled else FAINT_INK
                said = signed_numeral(dot.value)
                page.text(x, y, said, size=LABEL, color=colour, va="center_baseline")
    span = max(reach) - min(reach) or 1.0
    axes.set_xlim(min(reach) - 0.06 * span, max(reach) + 0.06 * span)
    few_ticks(axes, "x", 7)
    page.text(NAMES, top + 5, plain(f"difference, {unit}"), size=9.5, weight="bold", va="bottom")


def dot_table(data: DotData) -> Numbers:
    """Every dot with the ends of its interval."""
    rows = (
        (row.name, row.unit, name, dot.value, dot.low, dot.high)
        for row in data.rows
        for name, dot in zip(data.series, row.dots, strict=True)
        if dot is not None
    )
    return Numbers(("measure", "unit", "against", "difference", "low", "high"), rows)
