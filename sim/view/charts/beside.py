"""Where a run lies among the runs of an ensemble of its scenario: a line a measure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.base.numbers import day_words, percent
from sim.base.said import Name, Sentence, counted
from sim.measure.typical import Among, Standing
from sim.tables.of_many import standings
from sim.tables.table import said
from sim.view.data import Page
from sim.view.draw import MARGIN, context, sheet_for, wrap
from sim.view.look import BLUE, INK, RULE, SOFT_INK
from sim.view.tables import Numbers
from sim.view.words import Words

from .panels import LABEL, row_axes
from .time_axis import date_name

TAIL = 0.05
"""Share of the runs below, and of those above, nine in ten."""

ROW, NAMES, SAID = 36.0, 280.0, 330.0
"""Height of a line, and pixels for the names left of it and the numbers right of it."""


@dataclass(frozen=True, slots=True)
class BesideRow:
    """One measure: its name, its percentile as a share of 1, and both in words."""

    name: str
    percentile: float
    value: str
    among: str


@dataclass(frozen=True, slots=True)
class BesideData:
    """The lines of the figure, and what each is made of."""

    page: Page
    rows: tuple[BesideRow, ...]
    standings: tuple[Standing, ...]


def beside_data(run: Words, among: Among) -> BesideData:
    """The headline measures of the axis in focus and its sinks, as far as they have a standing."""
    found = among.standings
    table = standings(found, run.scenario.main_axis, run.scenario.start)
    date = partial(_date, run.scenario.start)
    rows = [
        BesideRow(_name(run, s.path), s.percentile,
                  f"{said(value, date)} {said(unit, date)}".rstrip(),
                  f"{said(ends, date)}, median {said(median, date)}")
        for s, (_, value, _, median, ends, unit) in zip(found, table.cells, strict=True)
    ]  # fmt: skip
    runs = counted(among.runs, "run")
    subtitle = Sentence(
        "Dot: share of ", runs, " with less, half of the equal ones counted; band: nine runs in ten"
    )
    return BesideData(Page(_title(rows), subtitle, run.credit), tuple(rows), found)


def _date(start: datetime | None, days: float) -> str:
    """A day as it is written where room is short: "6 Jun 2016", or "day 7"."""
    return day_words(None, days) if start is None else date_name(start + timedelta(days=days))


def _name(run: Words, path: str) -> str:
    """A measure as a line is called: "town: delivered" of a sink."""
    parts = path.split(".")
    what = parts[-1].replace("_", " ")
    return f"{run.name(parts[3])}: {what}" if parts[2] == "sinks" else what


def _title(rows: Sequence[BesideRow]) -> Sentence:
    """How many measures lie where those of nine runs in ten do, or which one does not."""
    rare = [row for row in rows if not TAIL <= row.percentile <= 1 - TAIL]
    if not rare:
        return Sentence("A usual run: each of ", counted(len(rows), "measure"),
                        " lies where nine runs in ten do")  # fmt: skip
    if len(rare) == 1:
        return Sentence("Nine runs in ten lie elsewhere in ", Name(rare[0].name))
    return Sentence("Nine runs in ten lie elsewhere in ", counted(len(rare), "measure"),
                    ", such as ", Name(rare[0].name))  # fmt: skip


@context()
def draw_beside(data: BesideData) -> Figure:
    """A dot a measure at its percentile, on the band in which nine runs in ten lie."""
    page = sheet_for(data.page, ROW * len(data.rows) + 78)
    height = ROW * len(data.rows)
    bottom, wide = page.top - height - 26, page.width - NAMES - SAID
    axes = row_axes(page, (NAMES, bottom, wide, height), len(data.rows))
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks(ticks := [0, 0.25, 0.5, 0.75, 1], [percent(tick) for tick in ticks])
    axes.set_xlabel("share of runs with less (of a time: with an earlier one)")
    for spine in axes.spines.values():
        spine.set_visible(False)
    for line, row in enumerate(data.rows):
        band = (TAIL, line - 0.24), 1 - 2 * TAIL, 0.48
        axes.add_patch(Rectangle(*band, facecolor=RULE, lw=0, zorder=1))
        usual = TAIL <= row.percentile <= 1 - TAIL
        axes.plot(
            [row.percentile], [line], "o", ms=8, mec=INK, mfc=BLUE if usual else INK, zorder=3,
            clip_on=False,
        )  # fmt: skip
        y = bottom + height - ROW * (line + 0.5)
        name = wrap(row.name, 9.5, NAMES - MARGIN - 16, 1)[0]
        page.text(NAMES - 14, y, name, size=9.5, ha="right", va="center_baseline")
        x = page.width - SAID + 16
        for text, up, colour in ((row.value, 7, INK), (row.among, -7, SOFT_INK)):
            shown = wrap(text, LABEL, SAID - MARGIN - 16, 1)[0]
            page.text(x, y + up, shown, size=LABEL, color=colour, va="center_baseline")
    page.text(NAMES, page.top - 18, "among the runs", size=9.5, weight="bold", va="bottom")
    page.text(
        page.width - SAID + 16, page.top - 18, "this run; nine runs in ten", size=9.5,
        weight="bold", va="bottom",
    )  # fmt: skip
    return page.figure


def beside_table(data: BesideData) -> Numbers:
    """Each measure as it stands, in its unit."""
    return Numbers(Standing._fields, data.standings)
