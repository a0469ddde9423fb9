"""How a forecast did: reliability of its chances, and where the record lies among its dates."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from matplotlib.figure import Figure

from sim.base.numbers import number, percent
from sim.base.said import LEVEL, Name, Sentence, counted
from sim.many.scoring import Scored
from sim.measure.hindcast import CONSTANT, FRONT, OWN
from sim.measure.scoring_rules import BINS, pit_histogram
from sim.measure.statistics import probability
from sim.scenario.dates import format_instant
from sim.view.charts.panels import LABEL, few_ticks
from sim.view.data import Page
from sim.view.draw import MARGIN, context, sheet
from sim.view.look import BLUE, FAINT_INK, GREEN, INK, RULE, SKY, SOFT_INK, VERMILLION
from sim.view.map.surprise import draw_surprise, surprise_data, surprise_table
from sim.view.saving import Drawing, drawing
from sim.view.tables import Numbers

SIDE = 470.0
"""Pixels of the square of the calibration plot."""

_MARKS = {OWN: ("o", BLUE), CONSTANT: ("s", VERMILLION), FRONT: ("^", GREEN)}


@dataclass(frozen=True, slots=True)
class Bin:
    """Chances of a model that lie near one another: their mean, how often it happened, of how many.

    ``low`` and ``high`` bound the share.
    """

    model: str
    chance: float
    share: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class CalibrationData:
    """Bins of every model, in the order of the models."""

    page: Page
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class PitData:
    """Mean share of the PIT in each bin, of ``n`` dates."""

    page: Page
    shares: tuple[float, ...]
    n: int


def score_figures(scored: Scored) -> Iterator[Drawing]:
    """Calibration of the chances, PIT of the dates, and the map of surprise at each date."""
    chances = partial(calibration_data, scored)
    yield drawing("calibration", chances, draw_calibration, calibration_table)
    yield drawing("pit", partial(pit_data, scored), draw_pit, pit_table)
    for date in scored.found.question.dates:
        name = f"surprise_{format_instant(scored.scenario, date).replace(' ', '_')}"
        yield drawing(name, partial(surprise_data, scored, date), draw_surprise, surprise_table)


def credit(scored: Scored) -> str:
    """Small print: scenario, seed, how many runs."""
    scenario, runs = scored.scenario, scored.found.runs
    return f"{scenario.title} ({scenario.id}, seed {scenario.seed}, {number(runs)} runs)"


def calibration_data(scored: Scored) -> CalibrationData:
    """Chances that a place is still held in ten bins, against how often it was."""
    found: list[Bin] = []
    rows = scored.found.places
    for model in _MARKS:
        cells: dict[int, list[tuple[float, bool]]] = {}
        for row in rows:
            if model in row.chances:
                chance = row.chances[model]
                cells.setdefault(min(int(chance * BINS), BINS - 1), []).append((chance, row.held))
        for _, cell in sorted(cells.items()):
            held = sum(h for _, h in cell)
            ends = probability(held, len(cell))
            mean = math.fsum(p for p, _ in cell) / len(cell)
            low, high = ends.low or 0.0, ends.high or 0.0
            found.append(Bin(model, mean, held / len(cell), low, high, len(cell)))
    side = Name(scored.scenario.actors[scored.found.question.side].name)
    mean = math.fsum(row.chances[OWN] for row in rows) / len(rows)
    share = sum(row.held for row in rows) / len(rows)
    title = Sentence(
        side, " still holds ", percent(share), " of its places on record, ", percent(mean),
        " in the runs",
    )  # fmt: skip
    text = Sentence(
        "Chances that a place is still held, in tenths, against the share that was; ", LEVEL,
        " intervals as if places were independent, which they are not",
    )  # fmt: skip
    return CalibrationData(Page(title, text, credit(scored)), tuple(found))


@context()
def draw_calibration(data: CalibrationData) -> Figure:
    """Points on the diagonal are chances that came true as often as they said."""
    made = sheet(data.page, width=860.0, height=SIDE + 190)
    axes = made.axes(MARGIN + 62, made.top - SIDE - 16, SIDE, SIDE)
    axes.plot([0, 1], [0, 1], color=FAINT_INK, lw=1.0, ls=(0, (4, 3)))
    models = [m for m in _MARKS if any(b.model == m for b in data.bins)]
    for number_, model in enumerate(models):
        mark, colour = _MARKS[model]
        bins = [b for b in data.bins if b.model == model]
        shift = (number_ - (len(models) - 1) / 2) * 0.012
        for b in bins:
            at = min(max(b.chance, 0), 1) + shift
            axes.plot([at, at], [b.low, b.high], color=colour, lw=1.2, alpha=0.7)
            axes.plot(at, b.share, mark, color=colour, ms=4 + 2.2 * math.log10(b.n), mec=INK,
                      mew=0.6, clip_on=False)  # fmt: skip
        y = made.top - 40 - 46 * number_
        key = made.canvas(MARGIN + 62 + SIDE + 34, y - 10, 24, 20)
        key.plot([12], [10], mark, color=colour, ms=8, mec=INK, mew=0.6)
        x = MARGIN + 62 + SIDE + 64
        made.text(x, y, model, size=9.5, va="center_baseline")
        counts = ", ".join(number(b.n) for b in bins)
        made.text(x, y - 16, f"n = {counts}", size=8, color=SOFT_INK, va="center_baseline")
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)
    for side in ("x", "y"):
        few_ticks(axes, "x" if side == "x" else "y", 6)
    axes.grid(color=RULE, lw=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("chance given that the place is held")
    axes.set_ylabel("share held on record")
    return made.figure


def calibration_table(data: CalibrationData) -> Numbers:
    """Every bin."""
    rows = [(b.model, b.chance, b.share, b.low, b.high, b.n) for b in data.bins]
    return Numbers(("model", "mean_chance", "share_held", "low", "high", "n"), rows)


def pit_data(scored: Scored) -> PitData | None:
    """Where the dates on record lie among those of the runs; None of no dates."""
    found = scored.found
    dates = found.scored
    if not dates:
        return None
    in_50, in_90 = found.coverage()
    title = Sentence(
        percent(in_50 or 0.0), " of the dates lie in the middle half of the runs, ",
        percent(in_90 or 0.0), " in the middle nine tenths",
    )  # fmt: skip
    text = Sentence(
        "Share of runs in which it came before the record (PIT) of ", counted(len(dates), "date"),
        "; what neither has by the end is spread over what the runs leave; flat is well calibrated",
    )  # fmt: skip
    shares = tuple(pit_histogram([row.pit for row in dates]))
    return PitData(Page(title, text, credit(scored)), shares, len(dates))


@context()
def draw_pit(data: PitData) -> Figure:
    """A histogram; the line is what a forecast that is well calibrated gives on average."""
    made = sheet(data.page, width=860.0, height=430.0)
    axes = made.axes(MARGIN + 62, 86, 860 - 2 * MARGIN - 80, made.top - 86 - 24)
    bins = len(data.shares)
    axes.bar([(i + 0.5) / bins for i in range(bins)], data.shares, 0.92 / bins, color=SKY, ec=BLUE)
    axes.axhline(1 / bins, color=INK, lw=1.0, ls=(0, (4, 3)))
    axes.set_xlim(0, 1)
    few_ticks(axes, "x", 6)
    few_ticks(axes, "y", 5)
    axes.set_xlabel("PIT: 0 is earlier than all runs, 1 later", fontsize=LABEL)
    axes.set_ylabel("share of dates")
    return made.figure


def pit_table(data: PitData) -> Numbers:
    """The bins."""
    bins = len(data.shares)
    rows = [(i / bins, (i + 1) / bins, share) for i, share in enumerate(data.shares)]
    return Numbers(("from", "to", "share"), rows)
