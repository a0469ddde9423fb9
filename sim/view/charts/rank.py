"""Places and roads by what the loss of each alone costs: a dot each, with its interval."""

from __future__ import annotations

from collections.abc import Collection

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.numbers import percent
from sim.cuts.ranking import RankedLoss
from sim.view.charts.panels import few_ticks, row_axes
from sim.view.cut_data import RankData
from sim.view.draw import MARGIN, context, note, plain, sheet, short, text_size
from sim.view.look import BLUE, INK, RULE, SOFT_INK, VERMILLION, WHITE
from sim.view.tables import Numbers

from .panels import LABEL, numeral

ROW, NAMES, COLUMN = 24.0, 300.0, 84.0
"""Pixels of a row, of the names at most, and of each column of numbers."""

KINDS = {"place": ("o", BLUE, INK), "road": ("s", WHITE, VERMILLION)}
"""Mark, fill and edge."""


@context()
def draw_rank(data: RankData) -> Figure:
    """A row a place or road, the worst loss on top; whiskers where networks were drawn.

    Beside the dots: rank (median and 5 to 95 %), share of the minimum cuts, hours lost, each
    where some row has it.
    """
    rows = data.rows
    page = sheet(data.page, height=max(300.0, 176.0 + ROW * len(rows)))
    better = [sum(other.loss > r.loss for other in rows) for r in rows]
    texts = [f"{n + 1}. {short(data.names[r.name], 44)}" for n, r in zip(better, rows, strict=True)]
    names = min(NAMES, max((text_size(t, 9.2)[0] for t in texts), default=0.0) + 20)
    columns = {
        "rank": [_ranks(row) for row in rows],
        "in cuts": [percent(r.in_minimum_cuts) if r.in_minimum_cuts else "" for r in rows],
        "delay": [_delay(row) for row in rows],
    }
    heads = [head for head, cells in columns.items() if any(cells)]
    left, right = MARGIN + names, page.width - MARGIN - COLUMN * len(heads)
    foot, height = page.bottom + 52, ROW * max(len(rows), 1)
    axes = row_axes(page, (left, foot, right - left - 20, height), len(rows))
    axes.spines["left"].set_visible(False)
    if not rows:
        note(axes, "nothing carries flow")
        axes.set_xticks([])
        return page.figure
    longest = max(max(r.loss, r.interval.losses[2] if r.interval else 0.0) for r in rows)
    axes.set_xlim(0, max(longest, data.whole, 1e-9) * 1.04)
    few_ticks(axes, "x", 6)
    axes.axvline(data.whole, color=INK, lw=1.2, ls=(0, (4, 2)), zorder=2)
    for number, row in enumerate(rows):
        ends = None if row.interval is None else (row.interval.losses[0], row.interval.losses[2])
        draw_value(axes, number, row.kind, row.loss, ends)
        y = foot + height - (number + 0.5) * ROW
        page.text(MARGIN, y, short(texts[number], 48), size=9.2, va="center_baseline")
        for column, head in enumerate(heads):
            x = right + COLUMN * (column + 1) - 6
            page.text(x, y, columns[head][number], size=9, va="center_baseline", ha="right")
    top = foot + height + 8
    for column, head in enumerate(heads):
        x = right + COLUMN * (column + 1) - 6
        page.text(x, top, head, size=9, weight="bold", ha="right", va="bottom")
    whole = f"all of it: {numeral(data.whole)}"
    share = data.whole / axes.get_xlim()[1]
    page.text(left + share * (right - left - 20), top, whole, size=9, ha="right", va="bottom")
    unit = f", {plain(data.unit)}" if data.unit else ""
    page.text(left, page.bottom + 8, f"capacity lost{unit}", size=9.5, color=SOFT_INK, va="bottom")
    draw_key(page.canvas(left + 180, page.bottom + 4, 260, 20), {row.kind for row in rows})
    return page.figure


def draw_value(
    axes: Axes, line: int, kind: str, value: float, ends: tuple[float, float] | None = None
) -> None:
    """The mark of a place or road at its value, on a bar from 0; a whisker between ``ends``."""
    marker, fill, edge = KINDS[kind]
    axes.plot([0, value], [line, line], color=RULE, lw=3, zorder=1, solid_capstyle="butt")
    if ends is not None:
        axes.plot(ends, [line, line], color=INK, lw=1.4, zorder=2.5)
        axes.plot(ends, [line, line], "|", color=INK, ms=8, zorder=2.5)
    axes.plot([value], [line], marker, ms=8, mfc=fill, mec=edge, mew=1.6, zorder=3, clip_on=False)


def draw_key(axes: Axes, kinds: Collection[str]) -> None:
    """What the marks are, of those kinds that there are."""
    x = 10.0
    for kind, (marker, fill, edge) in KINDS.items():
        if kind in kinds:
            axes.plot([x], [9], marker, ms=8, mfc=fill, mec=edge, mew=1.6)
            axes.text(x + 12, 9, kind, size=LABEL, va="center_baseline")
            x += 80


def _ranks(row: RankedLoss) -> str:
    if row.interval is None:
        return ""
    low, middle, high = row.interval.ranks
    return f"{middle}" if low == high else f"{middle} ({low}\u2013{high})"


def _delay(row: RankedLoss) -> str:
    hours = row.delay_hours
    if hours is None:
        return "no way"
    if hours < 1:
        return f"+{hours * 60:.0f} min" if hours else ""
    return f"+{numeral(hours)} h"


def rank_table(data: RankData) -> Numbers:
    """The ranking row by row."""
    rows: list[tuple[object, ...]] = []
    for r in data.rows:
        drawn = (*r.interval.losses[::2], *r.interval.ranks) if r.interval else (None,) * 5
        costs = r.loss, r.loss_share, r.in_minimum_cuts, r.delay_hours
        rows.append((r.kind, r.name, data.names[r.name], *costs, *drawn))
    unit = data.unit or "unit of the file"
    columns = (
        "kind", "id", "name", f"loss ({unit})", "loss_share", "in_cuts", "delay_h", "loss_5",
        "loss_95", "rank_5", "rank_50", "rank_95",
    )  # fmt: skip
    return Numbers(columns, rows)
