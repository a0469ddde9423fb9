"""Tornados of sensitivity: bars of the greatest indices, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sim.base.said import LEVEL, Name, Sentence
from sim.measure.sensitivity import Index
from sim.view.charts.many import plainly, restricted_to
from sim.view.charts.panels import LABEL, few_ticks, numeral, row_axes
from sim.view.data import Page
from sim.view.draw import MARGIN, context, sheet, wrap
from sim.view.look import BLUE, INK, SKY, SOFT_INK
from sim.view.tables import Numbers

if TYPE_CHECKING:
    from sim.many.sensitivity import SensitivityStudy


MOST_BARS = 15


@dataclass(frozen=True, slots=True)
class TornadoData:
    """The indices of one measure, the greatest first."""

    page: Page
    indices: tuple[Index, ...]


def tornado_data(study: SensitivityStudy, path: str, indices: Sequence[Index]) -> TornadoData:
    """On which inputs a measure depends most."""
    what = Sentence("share of variance of each input, alone and with others (total index)")
    if study.method == "morris":
        unit = Name(study.runs.measured.units[path])
        what = Sentence(
            "mean absolute effect (mu*) of each input over the middle ", LEVEL, " of it, ", unit
        )
    limits = restricted_to(path, study.days)
    page = Page(
        Sentence(plainly(path), " depends most on ", Name(indices[0].name)),
        Sentence(Name(path), limits, ": ", what, ", with ", LEVEL, " intervals"),
        f"{study.title} ({study.scenario.id}, seed {study.scenario.seed}, "
        f"{study.runs.summary['n']} runs)",
    )
    return TornadoData(page, tuple(indices))


@context()
def draw_tornado(data: TornadoData) -> Figure:
    """Bars of the greatest indices, the greatest on top, with their intervals."""
    indices = data.indices
    shown = [i for i in indices if i.main > 0][:MOST_BARS] or indices[:1]
    rest = len(indices) - len(shown)
    made = sheet(data.page, height=190.0 + 30.0 * len(shown))
    left = 430.0
    height = 30.0 * len(shown)
    low = made.top - height - 10
    axes = row_axes(made, (left, low, made.width - left - 110, height), len(shown))
    axes.barh(range(len(shown)), [i.main for i in shown], 0.62, color=SKY, ec=BLUE, lw=0.8)
    for line, index in enumerate(shown):
        ends = [max(index.main - index.half_width, 0.0), index.main + index.half_width]
        axes.plot(ends, [line, line], color=INK, lw=1.3)
        y = low + height * (1 - (line + 0.5) / len(shown))
        name = wrap(index.name, 9.2, left - MARGIN - 14, 1)[0]
        made.text(left - 12, y, name, size=9.2, ha="right", va="center_baseline")
        made.text(made.width - 96, y, numeral(index.main), size=LABEL, va="center_baseline")
    axes.set_xlim(0, max(i.main + i.half_width for i in shown) * 1.04 or 1.0)
    few_ticks(axes, "x", 7)
    if rest:
        made.text(left, low - 42, f"{rest} other inputs do less or nothing", size=LABEL,
                  color=SOFT_INK)  # fmt: skip
    return made.figure


def tornado_table(data: TornadoData) -> Numbers:
    """Every index, and half the width of its interval."""
    rows = [(i.name, i.main, i.half_width) for i in data.indices]
    return Numbers(("input", "index", "half_width"), rows)
