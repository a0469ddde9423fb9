"""Figures of studies: interaction plots, ranks with intervals, tornados of sensitivity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from sim.measure.sensitivity import Index
from sim.view.data import Page
from sim.view.draw import MARGIN, plain, save, sheet, short, styled, wrap
from sim.view.look import BLUE, INK, RULE, SKY, SOFT_INK
from sim.view.tables import Table, save_table

from .many import SHAPES
from .panels import LABEL, line_style, numeral, side_names

if TYPE_CHECKING:
    from sim.many.sensitivity import SensitivityStudy
    from sim.many.studies import Study
    from sim.measure.effects import Effect

MOST_BARS, MOST_CELLS = 15, 40


def write_study_figures(study: Study, folder: Path) -> None:
    """Draw interaction plots and ranks of cells into ``figures/``, each with its CSV."""
    _write(folder, study_figures(study))


def write_tornados(study: SensitivityStudy, folder: Path) -> None:
    """Draw a tornado for each measure with indices into ``figures/``, each with its CSV."""
    _write(folder, tornados(study))


def _write(folder: Path, figures: Iterator[tuple[str, Figure, Table]]) -> None:
    target, partial = folder / "figures", folder / ".figures.partial"
    rmtree(partial, ignore_errors=True)
    partial.mkdir()
    for name, figure, table in figures:
        save(figure, partial, name)
        save_table(table, partial, name)
    rmtree(target, ignore_errors=True)
    partial.rename(target)


Points = Mapping[tuple[str, str], tuple[float, float, float]]
"""Mean and its interval by (level across, level of the line)."""


def study_figures(study: Study) -> Iterator[tuple[str, Figure, Table]]:
    """Means of the cells of two factors, and ranks of the cells where there are three or more.

    A study of more or fewer factors has ranks alone.
    """
    for path, found in study.effects.items():
        stem = path.replace(".", "_")
        unit = next((e.table.units[path] for e in study.ensembles if path in e.table.units), "")
        points = _points(study, path) if len(study.names) == 2 else {}
        if points:
            subtitle = (
                f"Mean of {path}, {unit}, with 95 % intervals; {study.names[0]} across, a line for "
                f"each level of {study.names[1]}"
            )
            page = Page(_found(path, found, unit), subtitle, study.title)
            table = Table(
                (*study.names, "mean", "low", "high"), [(*at, *mean) for at, mean in points.items()]
            )
            yield f"interaction_{stem}", draw_interaction(page, study.names, points), table
        ranks = study.ranks.get(path, [])
        if len(ranks) > 2 and len({middle for middle, _, _ in ranks}) > 1:
            rows = _rank_rows(study, ranks)
            page = Page(_rank_title(path, rows), RANKS.format(path=path), study.title)
            table = Table(("cell", "rank", "low", "high"), rows)
            yield f"ranks_{stem}", draw_ranks(page, rows[:MOST_CELLS]), table


def _points(study: Study, path: str) -> dict[tuple[str, str], tuple[float, float, float]]:
    points = {}
    for cell, ensemble in zip(study.cells, study.ensembles, strict=True):
        mean = ensemble.summary["measures"].get(path, {}).get("mean")
        if mean is not None and mean["low"] is not None:
            points[cell.levels[0], cell.levels[1]] = (mean["value"], mean["low"], mean["high"])
    return points


RANKS = "Rank of each cell by its mean of {path}, 1 the highest: median and 90 % range"

RankRow = tuple[str, float, float, float]
"""A cell by its levels, its median rank and the range of it."""


def _rank_rows(study: Study, ranks: Sequence[tuple[float, float, float]]) -> list[RankRow]:
    rows = [
        (", ".join(f"{n}: {x}" for n, x in zip(study.names, cell.levels, strict=True)), *rank)
        for cell, rank in zip(study.cells, ranks, strict=True)
    ]
    return sorted(rows, key=lambda r: (r[1], r[2], r[3], r[0]))


def _rank_title(path: str, rows: Sequence[RankRow]) -> str:
    """Who ranks first, or that it is open."""
    what = _plainly(path)
    name, _, low, high = rows[0]
    same = sum(row[1:] == rows[0][1:] for row in rows)
    rivals = sum(row[2] <= high for row in rows)
    if low < high or rivals > same:
        return f"{what}: {rivals} of {len(rows)} cells may rank first"
    if same > 1:
        return f"{what}: {same} of {len(rows)} cells share the highest"
    return f"{what} is highest with {name}"


def _plainly(path: str) -> str:
    return path.rpartition(".")[2].replace("_", " ").capitalize()


def _found(path: str, found: Sequence[Effect], unit: str) -> str:
    """The effects with their intervals; the unit stands with the first number."""
    parts = []
    shown = "" if unit == "1" else f" {unit}"
    for effect in found:
        d = effect.paired.difference
        name = " x ".join(effect.term)
        if (
            effect.paired.verdict in ("higher", "lower")
            and d.low is not None
            and d.high is not None
        ):
            sign = "+" if d.value > 0 else ""
            ends = f"({numeral(d.low)} to {numeral(d.high)})"
            parts.append(f"{name} {sign}{numeral(d.value)}{shown} {ends}")
            shown = ""
        elif effect.paired.verdict == "same":
            parts.append(f"no effect of {name}")
        else:
            parts.append(f"no difference found for {name}")
    return f"{_plainly(path)}: {', '.join(parts)}"


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
    axes.set_xlim(-0.25, len(across) - 0.75)
    axes.set_xticks(range(len(across)), [plain(level) for level in across])
    span = max(reach) - min(reach) or 1.0
    axes.set_ylim(min(reach) - 0.15 * span, max(reach) + 0.15 * span)  # points: no need of 0
    axes.locator_params(axis="y", nbins=6)
    axes.yaxis.set_major_formatter(lambda v, _: f"{v:,.10g}".replace("-", "\u2212"))
    axes.grid(axis="y", color=RULE, lw=0.6)
    middle = 84 + (made.width - 84 - 220) / 2
    made.text(
        middle, made.bottom + 22, plain(names[0]), size=LABEL + 1, color=SOFT_INK, ha="center"
    )
    side_names(made, axes, ends)
    return made.figure


@styled
def draw_ranks(page: Page, rows: Sequence[RankRow]) -> Figure:
    """A line a cell: its median rank as a dot and the range as a bar, rank 1 at the left."""
    height = 27.0 * len(rows)
    words = sheet(page)
    made = sheet(page, height=height + words.height - words.top + words.bottom + 96)
    left = 430.0
    low = made.top - height - 26
    axes = made.axes(left, low, made.width - left - 80, height)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0.6, len(rows) + 0.4)
    axes.set_yticks([])
    axes.set_xticks(range(1, len(rows) + 1))
    axes.grid(axis="x", color=RULE, lw=0.6)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)
    for line, (name, middle, least, most) in enumerate(rows):
        axes.plot(
            [least, most], [line, line], color=BLUE, lw=4.5, solid_capstyle="round", alpha=0.45
        )
        axes.plot([middle], [line], "o", color=BLUE, ms=8, mec=INK, mew=0.8)
        y = low + height * (1 - (line + 0.5) / len(rows))
        shown = wrap(name, 9.2, left - MARGIN - 18, 1)[0]
        made.text(left - 14, y, shown, size=9.2, ha="right", va="center_baseline")
    made.text(left, low - 46, "rank; 1 is the highest mean", size=LABEL, color=SOFT_INK)
    return made.figure


def tornados(study: SensitivityStudy) -> Iterator[tuple[str, Figure, Table]]:
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
        table = Table(
            ("input", "index", "half_width"), [(i.name, i.main, i.half_width) for i in indices]
        )
        yield f"tornado_{path.replace('.', '_')}", draw_tornado(page, indices), table


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
    axes.xaxis.set_major_formatter(lambda v, _: f"{v:,.10g}")
    if rest:
        made.text(left, low - 42, f"{rest} other inputs do less or nothing", size=LABEL,
                  color=SOFT_INK)  # fmt: skip
    return made.figure
