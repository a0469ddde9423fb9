"""What a calibration learned: each input as it was stated and as it was learned, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.numbers import amount, day_words, number, percent, true_minus
from sim.base.said import Name, Said, Sentence, counted, share
from sim.many.learned import Learned, is_instant, tables
from sim.view.charts.panels import LABEL, row_axes
from sim.view.data import Page
from sim.view.draw import MARGIN, Sheet, context, sheet_for, wrap
from sim.view.look import BLUE, FAINT_INK, INK, SOFT_INK
from sim.view.saving import Drawing, drawing
from sim.view.tables import Numbers

ROW = 44.0
"""Pixels of an input: two bars, one above the other."""

LEFT, RIGHT = 380.0, 390.0
"""Pixels for the names of inputs, and for their numbers."""

SETTLED = 0.1
"""The title counts inputs whose variance fell by this share at least."""

Levels = tuple[float | None, float, float | None]


@dataclass(frozen=True, slots=True)
class LearnedRow:
    """An input: 5, 50 and 95 % as stated and as learned in ``unit``, each in words beside it.

    Of a chance the middle alone is there. ``contraction`` is 1 less the variance over that stated.
    """

    input: str
    unit: str
    stated: Levels
    learned: Levels
    words: tuple[str, str]
    contraction: float


@dataclass(frozen=True, slots=True)
class LearnedData:
    """Inputs, the one that was narrowed most first."""

    page: Page
    rows: tuple[LearnedRow, ...]


def learned_figures(learned: Learned) -> Iterator[Drawing]:
    """The inputs before and after."""
    yield drawing("learned", partial(learned_data, learned), draw_learned, learned_table)


def learned_data(learned: Learned) -> LearnedData:
    """The inputs of a calibration, the one that was narrowed most first."""
    rows = [_row(learned, cells) for cells in tables(learned)[0].rows]
    rows.sort(key=lambda row: (-row.contraction, row.input))
    stated = learned.stated
    narrowed = sum(row.contraction >= SETTLED for row in rows)
    title = Sentence(
        Said(number(narrowed), narrowed, "inputs"), " of ", counted(len(rows), "input"),
        " were narrowed by ", share(SETTLED), " or more; most of all ", Name(rows[0].input),
    )  # fmt: skip
    text = Sentence(
        "Medians and middle ", share(0.9), " as stated and as learned from the record up to ",
        Said(learned.until), ", each on a scale of its own; narrowed: what is gone of the variance",
    )  # fmt: skip
    credit = (
        f"{stated.scenario.title} ({stated.scenario.id}, seed {stated.seed}, "
        f"{number(stated.rounds)} rounds of {number(stated.runs)} runs)"
    )
    return LearnedData(Page(title, text, credit), tuple(rows))


def _row(learned: Learned, cells: Sequence[object]) -> LearnedRow:
    path, unit = str(cells[0]), str(cells[1])
    values = [value if isinstance(value, int | float) else None for value in cells[2:9]]
    stated = (values[0], values[1] or 0.0, values[2])
    after = (values[3], values[4] or 0.0, values[5])
    words = _words(learned, path, unit, stated), _words(learned, path, unit, after)
    return LearnedRow(path, unit, stated, after, words, values[6] or 0.0)


def _words(learned: Learned, path: str, unit: str, levels: Levels) -> str:
    low, middle, high = levels
    if is_instant(path):
        start = learned.stated.scenario.start
        ends = "" if low is None or high is None else (
            f" ({day_words(start, low)} to {day_words(start, high)})"
        )  # fmt: skip
        return day_words(start, middle) + ends
    if low is None or high is None:
        return amount(middle, unit)
    return f"{number(middle)} ({number(low)} to {amount(high, unit)})"


@context()
def draw_learned(data: LearnedData) -> Figure:
    """Two bars an input: grey what was stated, blue what was learned; a mark at each median."""
    height = ROW * len(data.rows)
    made = sheet_for(data.page, height + 74)
    low = made.top - 44 - height
    axes = row_axes(made, (LEFT, low, made.width - LEFT - RIGHT, height), len(data.rows))
    axes.set_xlim(-0.06, 1.06)
    axes.set_xticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    right = made.width - RIGHT + 16
    for x, text in ((right, "median (middle nine tenths)"), (made.width - 96, "narrowed")):
        made.text(x, made.top - 28, text, size=LABEL, color=SOFT_INK, va="center_baseline")
    _key(made, LEFT, made.top - 28)
    for line, row in enumerate(data.rows):
        _draw_row(axes, line, row)
        y = low + height * (1 - (line + 0.5) / len(data.rows))
        name = wrap(row.input, 9.2, LEFT - MARGIN - 14, 1)[0]
        made.text(LEFT - 12, y, name, size=9.2, ha="right", va="center_baseline")
        room = RIGHT - 16 - 104
        for text, dy, colour in zip(row.words, (9, -9), (SOFT_INK, BLUE), strict=True):
            said = wrap(text, LABEL, room, 1)[0]
            made.text(right, y + dy, said, size=LABEL, color=colour, va="center_baseline")
        gone = true_minus(percent(row.contraction))
        colour = INK if row.contraction >= SETTLED else FAINT_INK
        made.text(made.width - 44, y, gone, size=9.2, color=colour, ha="right",
                  va="center_baseline")  # fmt: skip
    return made.figure


def _key(made: Sheet, x: float, y: float) -> None:
    strip = made.canvas(x, y - 8, 200, 16)
    for at, colour, text in ((0, FAINT_INK, "as stated"), (100, BLUE, "as learned")):
        strip.plot([at, at + 24], [8, 8], color=colour, lw=4, solid_capstyle="butt")
        made.text(x + at + 30, y, text, size=LABEL, color=SOFT_INK, va="center_baseline")


def _draw_row(axes: Axes, line: int, row: LearnedRow) -> None:
    """The scale of a row is what was stated, wider where what was learned goes beyond it."""
    bars = (row.stated, -0.2, FAINT_INK), (row.learned, 0.2, BLUE)
    ends = [v for levels, _, _ in bars for v in levels if v is not None]
    least, most = (min(ends), max(ends)) if row.stated[0] is not None else (0.0, 1.0)
    span = most - least or 1.0
    if line:
        axes.axhline(line - 0.5, color=FAINT_INK, lw=0.3)
    for (low, middle, high), shift, colour in bars:
        at = line + shift
        if low is not None and high is not None:
            xs = [(low - least) / span, (high - least) / span]
            axes.plot(xs, [at, at], color=colour, lw=4, solid_capstyle="butt")
        axes.plot([(middle - least) / span], [at], "o", ms=7, mfc="white", mec=colour, mew=1.8)


def learned_table(data: LearnedData) -> Numbers:
    """Every input, as drawn."""
    heads = ("input", "unit", "stated_5", "stated_50", "stated_95", "learned_5", "learned_50",
             "learned_95", "contraction")  # fmt: skip
    rows = [(r.input, r.unit, *r.stated, *r.learned, r.contraction) for r in data.rows]
    return Numbers(heads, rows)
