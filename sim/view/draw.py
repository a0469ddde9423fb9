"""Drawing with matplotlib: a style of its own, files of the same bytes for the same data, text.

The numbers are those of :mod:`sim.view.look`. Lengths are pixels at ``DPI`` dots an inch, from
the lower left corner, unless they say points.
"""

from __future__ import annotations

import functools
import io
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, cast

import matplotlib as mpl
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.patheffects import Stroke
from matplotlib.textpath import TextToPath

from sim.base import numbers
from sim.base.numbers import ELLIPSIS
from sim.base.said import Sentence, several
from sim.view.look import DPI, FAINT_INK, HEIGHT, INK, SOFT_INK, WHITE, WIDTH, Look, hatch_ink

from .data import Page

Kind = Literal["png", "svg"]
"""Kinds of files that a figure is written to."""

PT = 72 / DPI
"""Points in a pixel: widths of lines are points to matplotlib."""

MARKERS = {
    "circle": "o", "square": "s", "triangle": "^", "diamond": "D", "pentagon": "p", "down": "v",
    "hexagon": "h", "plus": "P", "cross": "X", "star": "*",
}  # fmt: skip
"""What matplotlib calls the shapes of :data:`sim.view.look.OPTICAL`."""

_RC: dict[str, Any] = {
    "axes.edgecolor": FAINT_INK,
    "axes.labelcolor": SOFT_INK,
    "axes.labelsize": 9.5,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.dpi": DPI,
    "figure.facecolor": WHITE,
    "font.family": ["DejaVu Sans"],
    "font.size": 9.5,
    "hatch.linewidth": 0.7,
    "legend.frameon": False,
    "savefig.dpi": DPI,
    "savefig.facecolor": WHITE,
    "svg.hashsalt": "supply-axis",
    "text.color": INK,
    "text.hinting": "no_hinting",
    "text.parse_math": False,
    "xtick.color": FAINT_INK,
    "xtick.labelcolor": INK,
    "xtick.labelsize": 9,
    "ytick.color": FAINT_INK,
    "ytick.labelcolor": INK,
    "ytick.labelsize": 9,
}
"""Settings that are not matplotlib's own defaults."""


@contextmanager
def context() -> Iterator[None]:
    """Inside, matplotlib draws as this project does, whatever the user's own settings.

    As a decorator it is entered anew for each call of a drawing function.
    """
    with mpl.rc_context():
        mpl.rcdefaults()
        # rcdefaults leaves the backend alone, so nothing of the user's session is switched
        cast(Any, mpl.rcParams).update(_RC)
        yield


PNG_LEVEL = 2
"""How hard a PNG is compressed: files as small as by zlib's 6, in two thirds of the time."""


def drawn(figure: Figure, kind: Kind) -> bytes:
    """The figure as the bytes of a file; the same bytes with the same matplotlib."""
    made = io.BytesIO()
    with context():
        if kind == "png":
            light = {"compress_level": PNG_LEVEL}
            figure.savefig(
                made, format="png", dpi=DPI, metadata={"Software": None}, pil_kwargs=light
            )
            return made.getvalue()
        figure.savefig(made, format="svg", metadata={"Date": None, "Creator": None})
    # paths to a hundredth of a point: half the size, the same to see
    return _PATH.sub(lambda path: _LONG.sub(rb"\1", path.group()), made.getvalue())


_PATH = re.compile(rb' d="[^"]*"')
_LONG = re.compile(rb"(\.\d\d)\d+")


LEFT_TO_RIGHT = "\u200e"
"""A mark without width: what follows is read from left to right."""


@functools.cache
def _glyphs() -> frozenset[int]:
    path = font_manager.findfont(FontProperties(family="DejaVu Sans"))
    return frozenset(font_manager.get_font(path).get_charmap())


def plain(text: str) -> str:
    """The text on one line, without control characters; a square for what the font lacks.

    What begins with a name written from right to left and goes on in Latin letters is to be
    read from left to right all the same, and says so with a mark that takes no room.
    """
    glyphs = _glyphs()
    shown = []
    for character in " ".join(text.split()):
        hidden = unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn", "Cf")
        if hidden and character != LEFT_TO_RIGHT:
            continue
        if unicodedata.combining(character) and ord(character) not in glyphs:
            continue
        shown.append(character if ord(character) in glyphs else "\u25a1")
    sides = _sides("".join(shown))
    mixed = "L" in sides and sides[0] != "L"
    return "".join([LEFT_TO_RIGHT if mixed else "", *shown])


def ended(name: str) -> str:
    """The name, so that a number behind it stays behind it where the name runs to the left."""
    return name + LEFT_TO_RIGHT if {"R", "AL"} & {*_sides(name)} else name


def _sides(text: str) -> list[str]:
    """Ways in which the letters run: L, R or AL (Unicode Standard Annex 9)."""
    return [way for c in text if (way := unicodedata.bidirectional(c)) in ("L", "R", "AL")]


def legible(text: str) -> bool:
    """Whether the font has more than half of the letters of a text."""
    letters = [c for c in text if unicodedata.category(c)[0] == "L"]
    return 2 * sum(ord(c) in _glyphs() for c in letters) >= len(letters)


def short(text: str, limit: int = 32) -> str:
    """:func:`plain` text of at most ``limit`` characters, with an ellipsis where it is cut."""
    return numbers.short(plain(text), limit)


class _Outlines(TextToPath):
    """Letters as outlines, those of a text found once for all figures."""

    def get_text_path(self, prop: Any, s: str, ismath: Any = False, **more: Any) -> Any:
        if ismath:
            return super().get_text_path(prop, s, ismath, **more)
        return self._found(s, prop.copy(), *more.items())

    @functools.lru_cache(maxsize=1024)  # noqa: B019 - there is one of it
    def _found(self, text: str, font: FontProperties, *more: tuple[str, Any]) -> Any:
        lines, codes = super().get_text_path(font, text, **dict(more))
        return np.array(lines).reshape(-1, 2), np.array(codes)


class Canvas(FigureCanvasAgg):
    """A canvas on which texts are measured and outlined once for all figures.

    As matplotlib does it, letter by letter, that is a fifth of the time of drawing.
    """

    outlines: ClassVar[TextToPath] = _Outlines()

    def get_renderer(self) -> Any:
        made: Any = cast(Any, super()).get_renderer()
        made._text2path = self.outlines
        if made.dpi == DPI:
            made.get_text_width_height_descent = _measured
        return made


@functools.cache
def _renderer() -> Any:
    canvas: Any = FigureCanvasAgg(Figure(figsize=(1, 1), dpi=DPI))
    return canvas.get_renderer()


def _measured(text: str, font: FontProperties, ismath: Any = False) -> tuple[float, float, float]:
    """Width, height and depth of a text in pixels."""
    return _measures(text, font.copy(), ismath)  # a copy, for what is kept may not change


@functools.lru_cache(maxsize=4096)
def _measures(text: str, font: FontProperties, ismath: Any) -> tuple[float, float, float]:
    # as drawn, see _RC; entering a context costs more than the measuring
    hinted = mpl.rcParams["text.hinting"] != _RC["text.hinting"]
    with mpl.rc_context({"text.hinting": _RC["text.hinting"]}) if hinted else nullcontext():
        width, height, depth = _renderer().get_text_width_height_descent(text, font, ismath)
    return float(width), float(height), float(depth)


@functools.lru_cache(maxsize=4096)
def text_size(text: str, points: float, weight: str = "normal") -> tuple[float, float]:
    """Width and height in pixels of one line of :func:`plain` text."""
    font = FontProperties(family="DejaVu Sans", size=points, weight=weight)
    return _measures(text, font, False)[:2]


def wrap(text: str, points: float, width: float, lines: int, weight: str = "normal") -> list[str]:
    """The text in at most ``lines`` lines no wider than ``width`` pixels.

    A word wider than a line is broken; what does not fit ends in an ellipsis.
    """

    def fits(piece: str) -> bool:
        return text_size(piece, points, weight)[0] <= width

    done: list[str] = []
    words = plain(text).split()
    while words and len(done) <= lines:
        # text is measured in time that grows with its length: few measures, not one a word
        some = bisect_left(range(len(words)), 1, key=lambda n: not fits(" ".join(words[: n + 1])))
        if some:
            done.append(" ".join(words[:some]))
            words[:some] = []
        else:
            word = words[0]
            cut = next((n for n in range(len(word) - 1, 1, -1) if fits(word[:n])), 1)
            done.append(word[:cut])
            words[:1] = [word[cut:]] if word[cut:] else []
    if len(done) > lines:
        last = done[lines - 1]
        while last and not fits(last + ELLIPSIS):
            last = last[:-1]
        done = [*done[: lines - 1], last.rstrip() + ELLIPSIS]
    return done


@dataclass(frozen=True, slots=True)
class Sheet:
    """An empty figure with its words around it; ``top`` and ``bottom`` bound what is free."""

    figure: Figure
    width: float
    height: float
    top: float
    bottom: float

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Axes at a place in pixels."""
        w, h = self.width, self.height
        return self.figure.add_axes((left / w, bottom / h, width / w, height / h))

    def canvas(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Bare axes whose data coordinates are their own pixels."""
        axes = self.axes(left, bottom, width, height)
        axes.set(xlim=(0, width), ylim=(0, height))
        axes.set_axis_off()
        return axes

    def text(self, x: float, y: float, text: str, **style: Any) -> None:
        """Text at a place in pixels, never read as markup."""
        self.figure.text(x / self.width, y / self.height, text, parse_math=False, **style)


MARGIN = 24.0


class Picture(Figure):
    """A figure that shows itself where it ends a cell of a notebook, as no other does without
    pyplot."""

    def _repr_png_(self) -> bytes:
        return drawn(self, "png")


def blank(width: float, height: float, colour: str = WHITE) -> Sheet:
    """An empty figure without words."""
    figure = Picture(figsize=(width / DPI, height / DPI), dpi=DPI, facecolor=colour)
    Canvas(figure)
    return Sheet(figure, width, height, 0, 0)


TITLE_LINES = 2
"""Lines of a title, unless its first clause alone takes more."""


def headed(page: Page, room: float) -> tuple[list[str], float, str]:
    """The lines of a title in ``room`` pixels, their size in points, and the subtitle.

    As many clauses of the title as fit into its lines; those that do not begin the subtitle.
    """
    clauses = (page.title if isinstance(page.title, Sentence) else Sentence(page.title)).clauses()
    for kept in range(len(clauses), 0, -1):
        title = several(clauses[:kept], "; ", "; ")
        wide = text_size(plain(title), 16, "bold")[0]
        size = next((points for points in (16, 15, 14) if wide * points / 16 <= room - 4), 14.5)
        lines = wrap(title, size, room, TITLE_LINES + 1, "bold")
        if len(lines) <= TITLE_LINES:
            break
    rest = several(clauses[kept:], "; ", "; ").capitalized() if clauses[kept:] else ""
    return lines, size, f"{rest}. {page.subtitle}" if rest else page.subtitle


_NOTE: ContextVar[str] = ContextVar("note", default="")


@contextmanager
def noted(note: str) -> Iterator[None]:
    """Inside, every figure says something more in its small print, in a line of its own."""
    token = _NOTE.set(note)
    try:
        yield
    finally:
        _NOTE.reset(token)


def sheet(page: Page, width: float = WIDTH, height: float = HEIGHT) -> Sheet:
    """A white figure with its title, subtitle and credit."""
    room = width - 2 * MARGIN
    titles, size, rest = headed(page, room)
    subtitles = wrap(rest, 10.5, room, 3) if rest else []
    credits_ = wrap(page.credit, 7.5, room, 2) if page.credit else []
    credits_ += wrap(_NOTE.get(), 7.5, room, 2) if _NOTE.get() else []
    y = height - 18.0
    made = blank(width, height)
    for line in titles:
        made.text(MARGIN, y, line, size=size, weight="bold", va="top")
        y -= 27
    y -= 1
    for line in subtitles:
        made.text(MARGIN, y, line, size=10.5, color=SOFT_INK, va="top")
        y -= 19
    low = 12.0
    for line in reversed(credits_):
        made.text(MARGIN, low, line, size=7.5, color=FAINT_INK, va="bottom")
        low += 14
    return replace(made, top=y - 6, bottom=low + 4)


def sheet_for(page: Page, body: float) -> Sheet:
    """A sheet as high as its words and ``body`` pixels of what is drawn."""
    words = sheet(page)  # to see what room its words take
    return sheet(page, height=body + words.height - words.top + words.bottom)


def put(axes: Axes, x: float, y: float, text: str, size: float, **style: Any) -> None:
    """Text at data coordinates, never read as markup; ``y`` is its middle unless told."""
    axes.text(x, y, text, size=size, parse_math=False, **{"va": "center_baseline", **style})


def halo_text(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Text with a white rim, at data coordinates.

    Two texts, of which only the lower is drawn as outlines: that halves an SVG of many labels.
    """
    rim = [Stroke(linewidth=2.8, foreground=WHITE, alpha=0.9)]
    axes.text(x, y, text, parse_math=False, path_effects=rim, **style)
    axes.text(x, y, text, parse_math=False, **style)


def outline(
    axes: Axes, corner: tuple[float, float], width: float, height: float, colour: str = INK,
    lw: float = 0.7, zorder: float = 1.0,
) -> None:  # fmt: skip
    """The edge of a box at data coordinates, ``corner`` its lower left one; ``lw`` in points."""
    box = Rectangle(corner, width, height, fill=False, edgecolor=colour, lw=lw, zorder=zorder)
    axes.add_patch(box)


def draw_bar(
    axes: Axes, look: Look, corner: tuple[float, float], width: float, height: float,
    zorder: float = 1.0,
) -> None:  # fmt: skip
    """A bar in the look of an actor, hatched and without an edge, at data coordinates."""
    axes.add_patch(
        Rectangle(
            corner, width, height, facecolor=look.fill, edgecolor=hatch_ink(look),
            hatch=look.hatch, lw=0, zorder=zorder,
        )
    )  # fmt: skip


def note(axes: Axes, text: str) -> None:
    """Says in the middle of empty axes why they are empty."""
    put(
        axes, 0.5, 0.5, plain(text), 11, transform=axes.transAxes, ha="center", va="center",
        color=SOFT_INK,
    )  # fmt: skip
