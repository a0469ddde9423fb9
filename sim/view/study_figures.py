"""Figures of studies: interaction plots, ranks with intervals, tornados of sensitivity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sim.measure.sensitivity import Index

from .data import Page
from .many import SHAPES
from .panels import LABEL, line_style, numeral, side_names
from .style import BLUE, INK, MARGIN, RULE, SKY, SOFT_INK, plain, save, sheet, short, styled, wrap
from .terminal import number

if TYPE_CHECKING:
    from sim.measure.effects import Effect
    from sim.study.sensitivity import SensitivityStudy
    from sim.study.studies import Study

MOST_BARS = 15


def write_study_figures(study: Study, folder: Path) -> None:
    """Draw an interaction plot for each measure with effects into ``figures/``."""
    _write(folder, study_figures(study))


def write_tornados(study: SensitivityStudy, folder: Path) -> None:
    """Draw a tornado for each measure with indices into ``figures/``."""
    _write(folder, tornados(study))


def _write(folder: Path, figures: Iterator[tuple[str, Figure]]) -> None:
    target, partial = folder / "figures", folder / ".figures.partial"
    rmtree(partial, ignore_errors=True)
    partial.mkdir()
    for name, figure in figures:
        save(figure, partial, name)
    rmtree(target, ignore_errors=True)
    partial.rename(target)


Points = Mapping[tuple[str, str], tuple[float, float, float]]
"""Mean and its interval by (level across, level of the line)."""


def study_figures(study: Study) -> Iterator[tuple[str, Figure]]:
    """Means of the cells of two factors; a study of more or fewer has none."""
    if len(study.names) != 2:
        return
    for path, found in study.effects.items():
        points = {}
        for cell, ensemble in zip(study.cells, study.ensembles, strict=True):
            mean = ensemble.summary["measures"].get(path, {}).get("mean")
            if mean is not None and mean["low"] is not None:
                points[cell.levels[0], cell.levels[1]] = (mean["value"], mean["low"], mean["high"])
        if not points:
            continue
        unit = study.ensembles[0].table.units[path]
        subtitle = (
            f"Mean of {path}, {unit}, with 95 % intervals; {study.names[0]} across, a line for "
            f"each level of {study.names[1]}"
        )
        page = Page(_found(study, path, found, unit), subtitle, study.title)
        yield f"interaction_{path.replace('.', '_')}", draw_interaction(page, study.names, points)


def _found(study: Study, path: str, found: list[Effect], unit: str) -> str:
    parts = []
    for effect in found:
        d = effect.paired.difference
        name = " x ".join(effect.term)
        if effect.paired.verdict in ("higher", "lower"):
            sign = "+" if d.value > 0 else ""
            text = f"{sign}{number(d.value)} ({number(d.low)} to {number(d.high)})"
            parts.append(f"{name}: {text}")
        elif effect.paired.verdict == "same":
            parts.append(f"{name}: none at all")
        else:
            parts.append(f"{name}: no difference found")
    what = f"{path.rpartition('.')[2].replace('_', ' ').capitalize()}, {unit}"
    return f"{what}: {'; '.join(parts)}".replace("-", "\u2212")


@styled
def draw_interaction(page: Page, names: tuple[str, ...], points: Points) -> Figure:
    """Means of two factors: levels of one across, a line for each level of the other."""
    made = sheet(page, height=640)
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
    axes.set_xlim(-0.4, len(across) - 0.6)
    axes.set_xticks(range(len(across)), [plain(level) for level in across])
    span = max(reach) - min(reach) or 1.0
    axes.set_ylim(min(reach) - 0.15 * span, max(reach) + 0.15 * span)  # points: no need of 0
    axes.locator_params(axis="y", nbins=6)
    axes.grid(axis="y", color=RULE, lw=0.6)
    made.text(84, made.bottom + 22, plain(names[0]), size=LABEL + 1, color=SOFT_INK)
    side_names(made, axes, ends)
    return made.figure


def tornados(study: SensitivityStudy) -> Iterator[tuple[str, Figure]]:
    """A tornado for each measure."""
    for path, indices in study.indices.items():
        unit = study.runs.table.units[path]
        if study.method == "morris":
            what = f"mean absolute effect (mu*) of each input over the middle 95 % of it, {unit}"
        else:
            what = "share of variance of each input, alone and with others (total index)"
        top = indices[0]
        page = Page(
            f"{path.rpartition('.')[2].replace('_', ' ').capitalize()} depends most on {top.name}",
            f"{path}: {what}, with 95 % intervals",
            f"{study.title} ({study.scenario.id}, seed {study.scenario.seed}, "
            f"{study.runs.summary['n']} runs)",
        )
        yield f"tornado_{path.replace('.', '_')}", draw_tornado(page, indices)


@styled
def draw_tornado(page: Page, indices: list[Index]) -> Figure:
    """Bars of the greatest indices, the greatest on top, with their intervals."""
    shown = [i for i in indices if i.main > 0][:MOST_BARS] or indices[:1]
    rest = len(indices) - len(shown)
    made = sheet(page, height=190.0 + 30.0 * len(shown))
    left = 430.0
    height = 30.0 * len(shown)
    low = made.top - height - 10
    axes = made.axes(left, low, made.width - left - 110, height)
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_yticks([])
    axes.grid(axis="x", color=RULE, lw=0.6)
    axes.set_axisbelow(True)
    axes.barh(range(len(shown)), [i.main for i in shown], 0.62, color=SKY, ec=BLUE, lw=0.8)
    for line, index in enumerate(shown):
        ends = [max(index.main - index.half_width, 0.0), index.main + index.half_width]
        axes.plot(ends, [line, line], color=INK, lw=1.3)
        y = low + height * (1 - (line + 0.5) / len(shown))
        name = wrap(index.name, 9.2, left - MARGIN - 14, 1)[0]
        made.text(left - 12, y, name, size=9.2, ha="right", va="center_baseline")
        made.text(made.width - 96, y, numeral(index.main), size=LABEL, va="center_baseline")
    axes.set_xlim(0, max(i.main + i.half_width for i in shown) * 1.04 or 1.0)
    axes.locator_params(axis="x", nbins=7)
    if rest:
        made.text(left, low - 42, f"{rest} other inputs do less or nothing", size=LABEL,
                  color=SOFT_INK)  # fmt: skip
    return made.figure
