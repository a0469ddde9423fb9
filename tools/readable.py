"""What a reader of a figure would stumble over: words over words, cut or beside another's mark.

It looks at what matplotlib draws, not at pixels, and knows nothing of how things were placed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from math import hypot, sqrt
from unittest.mock import patch

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import Collection, PatchCollection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from sim.base.numbers import ELLIPSIS
from sim.view.draw import PT, context
from sim.view.map import names, regroup
from sim.view.map.labels import Placed
from sim.view.map.layout import Line
from sim.view.map.marks import Z_FRONT, Z_PLACE, Z_WORDS

INTO = 2.0
"""Pixels by which boxes of words may run into one another: they are a little larger than ink."""

OUT = 1.0
"""Pixels that the box of a text may reach over an edge."""


LEFT = 16
"""Letters that an ellipsis leaves of a text, at least."""


@dataclass(frozen=True)
class Written:
    """The name of a place as it was written on a map: its own mark, and whether a line ties it."""

    axes: Axes
    text: Text
    at: tuple[float, float]
    leader: bool


@dataclass(frozen=True)
class Drawn:
    """A figure, the words on it that are drawn, and which of them are names of places."""

    figure: Figure
    words: tuple[Text, ...]
    names: tuple[Written, ...]


class Watch:
    """Watches a figure being drawn, down to the words that are really written."""

    def __init__(self) -> None:
        self._names: list[Written] = []

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Inside, the names that are written on maps are noted."""
        write, write_regrouped = names._write, regroup._write

        def noted(axes: Axes, of: Line, placed: Placed, draw: Callable[[], None]) -> None:
            before = len(axes.texts)
            draw()
            at = (float(of[0]), float(of[1]))
            self._names.append(Written(axes, axes.texts[before], at, placed.leader))

        def note(axes: Axes, name: names.Name, colour: str) -> None:
            noted(axes, name.spot.xy, name.placed, partial(write, axes, name, colour))

        def note_regrouped(
            axes: Axes, of: Line, placed: Placed, *text: object, **style: object
        ) -> None:
            again = partial(write_regrouped, axes, of, placed, *text, **style)
            noted(axes, of, placed, again)

        with (
            patch.object(names, "_write", note), patch.object(regroup, "_write", note_regrouped),
        ):  # fmt: skip
            yield

    def seen(self, figure: Figure) -> Drawn:
        """What was drawn."""
        words: list[Text] = []
        write = Text.draw

        def note(self: Text, renderer: object, *args: object, **more: object) -> None:
            if self.get_visible() and self.get_text().strip():
                words.append(self)
            write(self, renderer, *args, **more)

        with context(), patch.object(Text, "draw", note):
            figure.draw_without_rendering()
        return Drawn(figure, tuple(words), tuple(self._names))


def watched(draw: Callable[[], Figure]) -> Drawn:
    """What a call draws."""
    watch = Watch()
    with watch.drawing():
        figure = draw()
    return watch.seen(figure)


def faults(drawn: Drawn) -> list[str]:
    """All that is wrong with a figure, in words."""
    with context():
        boxes = _boxes(drawn.words)
        found = [*_overlaps(boxes), *_cut_off(drawn.figure, boxes), *_misread(drawn)]
        found += _shortened(text for text, _ in boxes)
    return [*found, *_unexplained(drawn.figure)]


def _boxes(words: tuple[Text, ...]) -> list[tuple[Text, Bbox]]:
    """Where each text stands; words and the rim behind them once."""
    seen: dict[tuple[str, float, float], tuple[Text, Bbox]] = {}
    for text in words:
        box = ink(text)
        seen.setdefault((text.get_text(), round(box.x0), round(box.y0)), (text, box))
    return list(seen.values())


def ink(text: Text) -> Bbox:
    """The box of what a text blackens, in pixels of the figure.

    That of a line as matplotlib gives it is as high as the highest and the deepest letter.
    """
    box, words = text.get_window_extent(), text.get_text()
    if "\n" in words or text.get_rotation():
        return box
    renderer = text.get_figure(root=True)._get_renderer()
    font = text.get_fontproperties()
    _, high, deep = renderer.get_text_width_height_descent(words, font, False)
    _, _, deepest = renderer.get_text_width_height_descent("lp", font, False)
    base = box.y0 + max(deep, deepest)
    return Bbox.from_extents(box.x0, base - deep, box.x1, base + high - deep)


def _overlaps(boxes: list[tuple[Text, Bbox]]) -> Iterator[str]:
    for (one, a), (other, b) in combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        upward = min(a.y1, b.y1) - max(a.y0, b.y0)
        if min(across, upward) > INTO:
            yield f"{said(one)} and {said(other)} overlap by {across:.0f} x {upward:.0f} pixels"


def _cut_off(figure: Figure, boxes: list[tuple[Text, Bbox]]) -> Iterator[str]:
    """Words over the edge of the figure, or of the map or the legend on which they stand."""
    for text, box in boxes:
        axes = text.axes
        edges = [("figure", figure.bbox)]
        if axes is not None and (is_map(axes) or is_legend(axes)):
            edges.append(("legend" if is_legend(axes) else "map", axes.bbox))
        for name, edge in edges:
            over = max(edge.x0 - box.x0, edge.y0 - box.y0, box.x1 - edge.x1, box.y1 - edge.y1)
            if over > OUT:
                yield f"{said(text)} reaches {over:.0f} pixels over the edge of the {name}"


def _shortened(words: Iterable[Text]) -> Iterator[str]:
    """Words of which an ellipsis leaves too little to know what they were."""
    for text in words:
        left, dots, _ = text.get_text().partition(ELLIPSIS)
        if dots and len(left) < LEFT:
            yield f"{said(text)} is cut short"


def _misread(drawn: Drawn) -> Iterator[str]:
    """Names of places of which another mark is as near as their own, with no line to tell."""
    labels: dict[tuple[Axes, tuple[float, float]], list[Written]] = defaultdict(list)
    for line in drawn.names:
        labels[line.axes, line.at].append(line)
    for (axes, at), lines in labels.items():
        written, marks = lines[0], list(places_of(axes))
        box = Bbox.union([ink(line.text) for line in lines])
        x, y = axes.transData.transform(at)
        gaps = [(_gap(box, mark), hypot(mark[0] - x, mark[1] - y) < 1) for mark in marks]
        own = min((gap for gap, mine in gaps if mine), default=None)
        other = min((gap for gap, mine in gaps if not mine), default=float("inf"))
        if own is None:
            yield f"{said(written.text)} has no mark"
        elif not written.leader and other <= own:
            yield f"{said(written.text)}: another mark is {other:.0f} pixels off, its own {own:.0f}"
        elif written.leader and other <= 0:
            yield f"{said(written.text)} lies on another mark"


def is_legend(axes: Axes) -> bool:
    """Whether axes are the column of a map's legend, which is filled from 0 down."""
    return not axes.axison and axes.get_ylim()[0] < 0


def is_map(axes: Axes) -> bool:
    """Whether axes are a map or one of its insets."""
    return not axes.axison and axes.get_ylim()[0] >= 0 and any(places_of(axes))


def places_of(axes: Axes) -> Iterator[tuple[float, float, float]]:
    """The marks of places that are drawn on a map: x, y and radius in pixels of the figure."""
    for one in axes.collections:
        if one.get_zorder() != Z_PLACE + 0.1:
            continue
        if isinstance(one, PathCollection):
            sizes = one.get_sizes()
            for i, point in enumerate(axes.transData.transform(one.get_offsets())):
                yield point[0], point[1], sqrt(sizes[i % len(sizes)]) / 2 / PT
        elif isinstance(one, PatchCollection):  # a divided place
            box = one.get_paths()[0].get_extents(axes.transData)
            yield (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, box.width / 2


def _gap(box: Bbox, mark: tuple[float, float, float]) -> float:
    """Pixels from a box to the rim of a mark."""
    x, y, radius = mark
    across, upward = max(box.x0 - x, x - box.x1, 0.0), max(box.y0 - y, y - box.y1, 0.0)
    return hypot(across, upward) - radius


def _unexplained(figure: Figure) -> Iterator[str]:
    """Kinds of marks that a map has and its legend has not, or the legend alone."""
    legends = [axes for axes in figure.axes if is_legend(axes)]
    maps = [axes for axes in figure.axes if is_map(axes)]
    if not legends or not maps:
        return
    there = set().union(*(kinds(axes) for axes in maps))
    told = set().union(*(kinds(axes) for axes in legends))
    cut_short = any(t.get_text().endswith(" more") for axes in legends for t in axes.texts)
    for kind in sorted(there - told):
        if not cut_short:
            yield f"the legend lacks {kind}"
    for kind in sorted(told - there):
        yield f"the legend has {kind}, the map has not"


def kinds(axes: Axes) -> set[str]:
    """The kinds of marks on axes, as far as one sees them: layer, fill and edge."""
    seen = set()
    for one in axes.collections:
        if Z_FRONT <= one.get_zorder() < Z_WORDS:
            fills, edges = one.get_facecolor(), one.get_edgecolor()
            for i in _visible(axes, one):
                fill = to_hex(fills[i % len(fills)]) if len(fills) else "none"
                edge = to_hex(edges[i % len(edges)]) if len(edges) else "none"
                seen.add(f"{one.get_zorder():.2f} {fill} {edge}")
    return seen


def _visible(axes: Axes, one: Collection) -> Iterator[int]:
    """Which marks of a collection lie on the axes, at least in part."""
    paths, points = one.get_paths(), np.asarray(one.get_offsets())
    if isinstance(one, PathCollection) and one.get_offset_transform() == axes.transData:
        placed = axes.transData.transform(points)
        sheet = axes.bbox.padded(max(one.get_sizes()) ** 0.5 / 2 / PT)
        yield from (i for i, (x, y) in enumerate(placed) if sheet.contains(x, y))
        return
    for i, path in enumerate(paths):
        seen = path.transformed(axes.transData).intersects_bbox(axes.bbox, filled=False)
        if seen and len(path.vertices) > 1:
            yield i


def said(text: Text) -> str:
    """A text as it is quoted."""
    return f"'{text.get_text()}'"
