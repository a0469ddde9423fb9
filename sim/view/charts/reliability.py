"""What is carried how likely, above; what each place or road adds by standing, below."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.numbers import number
from sim.cuts.reliability import Element
from sim.measure.statistics import Estimate
from sim.tables.of_reliability import chance
from sim.view.draw import MARGIN, Sheet, context, note, plain, sheet, short, text_size
from sim.view.look import BLUE, CUT_INK, RULE, SOFT_INK
from sim.view.reliability_data import ReliabilityData
from sim.view.tables import Numbers

from .panels import LABEL, LEFT, few_ticks, row_axes
from .rank import draw_key, draw_value

CURVE, ROW, NAMES, COLUMN = 240.0, 24.0, 280.0, 104.0
"""Pixels of the curve, of a row, of the names at most, and of each column of numbers."""

BAND = "#e4eef5"


@context()
def draw_reliability(data: ReliabilityData) -> Figure:
    """The chance that at least so much is carried, and the gain of each element with whiskers."""
    rows = len(data.rows)
    page = sheet(data.page, height=CURVE + 246.0 + ROW * rows)
    top = page.top - 26
    _draw_curve(page, page.axes(LEFT, top - CURVE, page.width - LEFT - 40, CURVE), data)
    page.text(LEFT, top + 6, "chance to carry at least so much", size=10, weight="bold",
              va="bottom")  # fmt: skip
    if data.rows:
        _draw_rows(page, data, top - CURVE - 84)
    return page.figure


def _draw_curve(page: Sheet, axes: Axes, data: ReliabilityData) -> None:
    """Steps down: each level is reached with its chance by all amounts up to it."""
    levels = [level for level in reversed(data.levels) if level.flow is None or level.flow > 0]
    most = max([1e-9, data.need or 0.0, *(level.flow or 0.0 for level in levels)])
    beyond = most * 1.12
    at = [0.0, *(beyond if level.flow is None else level.flow for level in levels)]
    first = levels[0].at_least if levels else None
    ends = [e for level in levels[:1] for e in (level.at_least,)] + [x.at_least for x in levels]
    axes.set_xlim(0, beyond if any(level.flow is None for level in levels) else most * 1.04)
    axes.set_ylim(0, 1.04)
    axes.grid(axis="y", color=RULE, lw=0.6)
    axes.set_axisbelow(True)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    few_ticks(axes, "x", 8)
    if first is None:
        note(axes, "nothing is ever carried")
    else:
        low = [end.low or 0.0 for end in ends]
        high = [1.0 if end.high is None else end.high for end in ends]
        axes.fill_between(at, low, high, step="pre", color=BAND, lw=0, zorder=1)
        steps = [end.value for end in ends]
        if levels[-1].flow is not None:  # no more than the most is ever carried
            at, steps = [*at, at[-1], beyond], [*steps, 0.0, 0.0]
        axes.step(at, steps, where="pre", color=BLUE, lw=2.2, zorder=3)
    if data.need is not None:
        axes.axvline(data.need, color=CUT_INK, lw=1.4, ls=(0, (4, 2)), zorder=2)
        share = data.need / axes.get_xlim()[1]
        side = "left" if share < 0.5 else "right"
        axes.annotate(
            f" needed: {number(data.need)} ", (share, 0.06), xycoords="axes fraction", size=LABEL,
            color=CUT_INK, ha=side, va="bottom", parse_math=False,
        )  # fmt: skip
    unit = f", {plain(data.unit)}" if data.unit else ""
    box = axes.get_position()
    page.text(
        page.width - 40, box.y0 * page.height - 26, f"carried{unit}", size=9.5, color=SOFT_INK,
        ha="right", va="top",
    )  # fmt: skip


def _draw_rows(page: Sheet, data: ReliabilityData, top: float) -> None:
    """A row an element: its gain, and columns of its chances."""
    rows = data.rows
    columns = {
        head: cells
        for head, cells in (
            ("stands", [_percent(row.stands) for row in rows]),
            ("in the cut", [_percent(row.in_cut.value) for row in rows]),
            (f"{plain(data.unit) or 'carries'} more", [_more(row) for row in rows]),
        )
        if any(cells)
    }
    texts = [short(data.names[row.name], 40) for row in rows]
    names = min(NAMES, max((text_size(t, 9.2)[0] for t in texts), default=0.0) + 20)
    left, right = MARGIN + names, page.width - MARGIN - COLUMN * len(columns)
    height = ROW * len(rows)
    foot = top - height
    axes = row_axes(page, (left, foot, right - left - 20, height), len(rows))
    axes.spines["left"].set_visible(False)
    page.text(MARGIN, top + 10, "what standing adds to the chance to be open", size=10,
              weight="bold", va="bottom")  # fmt: skip
    longest = max([1e-9, *(_reach(row) for row in rows)])
    axes.set_xlim(0, longest * 1.04)
    few_ticks(axes, "x", 5)
    ticks = axes.get_xticks().tolist() if any(_reach(row) for row in rows) else []
    axes.set_xticks(ticks, [_percent(max(0.0, tick)) for tick in ticks])
    axes.set_xlim(0, longest * 1.04)
    for line, row in enumerate(rows):
        if row.gain is not None:
            draw_value(axes, line, row.kind, row.gain.value, _ends(row.gain))
        y = foot + height - (line + 0.5) * ROW
        page.text(MARGIN, y, texts[line], size=9.2, va="center_baseline")
        for column, cells in enumerate(columns.values()):
            x = right + COLUMN * (column + 1) - 6
            page.text(x, y, cells[line], size=9, va="center_baseline", ha="right")
    for column, head in enumerate(columns):
        x = right + COLUMN * (column + 1) - 6
        page.text(x, top + 10, head, size=9, weight="bold", ha="right", va="bottom")
    draw_key(page.canvas(left, page.bottom + 4, 260, 20), {row.kind for row in rows})
    if data.left_out:
        page.text(left + 280, page.bottom + 8, f"{data.left_out} more that add less are not drawn",
                  size=9.5, color=SOFT_INK, va="bottom")  # fmt: skip


def _percent(value: float) -> str:
    return str(chance({"value": value}, "value"))


def _more(row: Element) -> str:
    return "" if row.flow_gain is None else f"+{number(max(0.0, row.flow_gain))}"


def _reach(row: Element) -> float:
    return 0.0 if row.gain is None else max(row.gain.value, row.gain.high or 0.0)


def _ends(gain: Estimate) -> tuple[float, float] | None:
    """The ends of its interval; None where it has none."""
    low, high = gain.low or 0.0, gain.high
    return (low, high) if high is not None and high > low else None


def reliability_table(data: ReliabilityData) -> Numbers:
    """The amounts, then the elements, each with its chances and their intervals."""
    rows: list[tuple[object, ...]] = []
    for level in data.levels:
        ends = level.at_least
        rows.append(("carried", "", "", level.flow, level.chance, ends.value, ends.low, ends.high,
                     None, None))  # fmt: skip
    for row in data.rows:
        gain = (None,) * 3 if row.gain is None else (row.gain.value, row.gain.low, row.gain.high)
        rows.append((row.kind, row.name, data.names[row.name], row.flow_gain, row.stands, *gain,
                     row.in_cut.low, row.in_cut.high))  # fmt: skip
    unit = data.unit or "unit of the file"
    columns = (
        "kind", "id", "name", f"carried ({unit})", "chance", "at_least_or_gain", "low", "high",
        "in_cut_low", "in_cut_high",
    )  # fmt: skip
    return Numbers(columns, rows)
