"""Interaction plots: means of two factors, levels of one across, a line for each of the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from matplotlib.figure import Figure

from sim.base.said import LEVEL, Name, Sentence, several, share
from sim.measure.steps import is_time
from sim.view.charts.many import Document, difference, plainly
from sim.view.charts.panels import (
    LABEL,
    SHAPES,
    few_ticks,
    line_style,
    numeral,
    side_names,
)
from sim.view.data import Page
from sim.view.draw import context, plain, sheet, short
from sim.view.look import RULE, SOFT_INK
from sim.view.tables import Numbers

if TYPE_CHECKING:
    from sim.many.studies import Study
    from sim.measure.effects import Effect


Points = Mapping[tuple[str, str], tuple[float, float, float]]
"""A mean, or a chance in percent, and its interval by (level across, level of the line)."""


@dataclass(frozen=True, slots=True)
class InteractionData:
    """A measure in the cells of two factors ``names``; ``what`` is "mean" or "came"."""

    page: Page
    names: tuple[str, ...]
    what: Literal["mean", "came"]
    points: Points


def interaction_data(study: Study, path: str, found: Sequence[Effect]) -> InteractionData | None:
    """A measure in the cells of two factors: its means; of a time that may not come its chances.

    None of more factors, of no mean, and of a time that never comes.
    """
    if len(study.names) != 2:
        return None
    cells = [e.summary["measures"].get(path, {"n": 0}) for e in study.ensembles]
    known = [measure for measure in cells if measure["n"]]
    always = all(measure.get("came", {"value": 1})["value"] == 1 for measure in known)
    what: Literal["mean", "came"] = "mean" if always else "came"
    points = _points(study, cells, what)
    if not points or (is_time(path) and not any(m["came"]["value"] for m in known)):
        return None
    unit = next((e.measured.units[path] for e in study.ensembles if path in e.measured.units), "")
    shown = Sentence(Name(path), ": in how many runs it came, %")
    if what == "mean":
        shown = Sentence("Mean of ", Name(path), ", ", Name(unit))
    across, lines = map(Name, study.names)
    subtitle = Sentence(
        shown, ", with ", LEVEL, " intervals; ", across, " across, a line for each level of ", lines
    )
    title = effects_found(path, found, unit) if what == "mean" else _chances(study, path)
    return InteractionData(Page(title, subtitle, study.title), study.names, what, points)


def _points(study: Study, cells: Sequence[Document], what: str) -> Points:
    points = {}
    scale = 100 if what == "came" else 1
    for cell, measure in zip(study.cells, cells, strict=True):
        found = measure.get(what)
        if found is not None and found["low"] is not None:
            value, low, high = (scale * found[end] for end in ("value", "low", "high"))
            points[cell.levels[0], cell.levels[1]] = (value, low, high)
    return points


def _chances(study: Study, path: str) -> Sentence:
    """In how many runs a time came, from the least cell to the greatest."""
    measures = (ensemble.summary["measures"].get(path) for ensemble in study.ensembles)
    found = [
        (measure["came"]["value"], i) for i, measure in enumerate(measures) if measure is not None
    ]
    least, most = (
        share(value, f"cells/{i}/means/{path}/came") for value, i in (min(found), max(found))
    )
    span = least if least == most else Sentence(least, " to ", most)
    return Sentence(plainly(path), ": comes in ", span, " of runs, by cell")


def effects_found(path: str, found: Sequence[Effect], unit: str) -> Sentence:
    """The effects with their intervals; the unit stands with the first number."""
    parts = []
    shown = unit
    for i, effect in enumerate(found):
        name = Name(" x ".join(effect.term))
        if effect.paired.verdict in ("higher", "lower"):
            size = difference(effect.paired.difference, unit, f"effects/{path}/{i}", behind=shown)
            parts.append(Sentence(name, " ", *size))
            shown = ""
        elif effect.paired.verdict == "same":
            parts.append(Sentence("no effect of ", name))
        else:
            parts.append(Sentence("no difference found for ", name))
    return Sentence(plainly(path), ": ", several(parts, last=", "))


@context()
def draw_interaction(data: InteractionData) -> Figure:
    """Means of two factors: levels of one across, a line for each level of the other."""
    made, names, points = sheet(data.page, height=640), data.names, data.points
    axes = made.axes(84, made.bottom + 70, made.width - 84 - 220, made.top - made.bottom - 100)
    across = list(dict.fromkeys(a for a, _ in points))
    lines = list(dict.fromkeys(b for _, b in points))
    ends = []
    reach: list[float] = []
    for number_, line in enumerate(lines):
        colour, dashes = line_style(number_)
        xs = [i for i, level in enumerate(across) if (level, line) in points]
        shift = (number_ - (len(lines) - 1) / 2) * 0.03
        triples = [points[across[i], line] for i in xs]
        at = [x + shift for x in xs]
        values = [value for value, _, _ in triples]
        axes.plot(at, values, color=colour, ls=dashes, lw=1.8, zorder=2)
        axes.plot(at, values, SHAPES[number_ % len(SHAPES)], color=colour, ms=7, zorder=3)
        axes.vlines(
            at, [low for _, low, _ in triples], [high for _, _, high in triples],
            color=colour, lw=1.4, zorder=2,
        )  # fmt: skip
        reach += [v for triple in triples for v in triple]
        ends.append((values[-1], short(f"{names[1]}: {line}, {numeral(values[-1])}", 30), colour))
    axes.set_xlim(-0.25, len(across) - 0.75)
    axes.set_xticks(range(len(across)), [plain(level) for level in across])
    span = max(reach) - min(reach) or 1.0
    axes.set_ylim(min(reach) - 0.15 * span, max(reach) + 0.15 * span)  # points: no need of 0
    few_ticks(axes, "y", 6)
    axes.grid(axis="y", color=RULE, lw=0.6)
    middle = 84 + (made.width - 84 - 220) / 2
    made.text(
        middle, made.bottom + 22, plain(names[0]), size=LABEL + 1, color=SOFT_INK, ha="center"
    )
    side_names(made, axes, ends)
    return made.figure


def interaction_table(data: InteractionData) -> Numbers:
    """The mean, or the chance, of each cell."""
    rows = [(*at, *mean) for at, mean in data.points.items()]
    return Numbers((*data.names, data.what, "low", "high"), rows)
