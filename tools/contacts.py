"""Makes contact sheets: every figure of six scenarios, two comparisons, an ensemble and a study.

``make contacts`` writes each figure and a sheet of each set to build/contacts, to be looked at,
prints what cannot be read on any of them, and writes small sheets to results/gallery.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

from gallery import ROOT, SHEETS, TARGET, reduced
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from PIL import Image, ImageDraw, ImageFont
from readable import Watch, faults

import sim
from sim.api.drawing import weakness_of
from sim.many.ensemble import rows_of
from sim.view.charts.compare_figures import comparison_figures
from sim.view.charts.ensemble_figures import ensemble_figures
from sim.view.charts.study_figures import study_figures
from sim.view.draw import drawn
from sim.view.figures import figures
from sim.view.saving import Drawing, Nothing

BUILD = ROOT / "build/contacts"
RUNS, CELL_RUNS = 24, 8
"""Runs of the ensemble, and of each cell of the study: enough for figures of their kinds."""

Sheet = tuple[int, int]
"""How wide its thumbnails are (pixels), and how many stand in a row."""

LARGE, SMALL = (560, 3), (112, 10)
GAP, WORDS = 8, 15
"""Pixels between thumbnails, and of the height of a name under one."""

LEGIBLE = 200
"""Pixels of a thumbnail's width below which its name is written smaller."""

Named = tuple[str, Image.Image]


def of_run(path: str) -> Iterator[Drawing]:
    """Every figure of one run of a scenario (a file below the root of the project)."""
    analysis = sim.run(sim.load(ROOT / path)).analysis
    return figures(analysis, cache(partial(weakness_of, analysis, analysis.scenario.main_axis, 0)))


def of_comparison(*names: str) -> Iterator[Drawing]:
    """Every figure of several runs beside one another."""
    runs = [sim.run(sim.load(ROOT / f"scenarios/{name}.yaml")) for name in names]
    return comparison_figures(sim.compare(*runs))


def of_ensemble(name: str, folder: Path) -> Iterator[Drawing]:
    """Every figure of an ensemble, which is run into a folder."""
    path = ROOT / f"scenarios/{name}.yaml"
    done = sim.ensemble(path, RUNS, out=folder / name, figures=False, workers=1)
    return ensemble_figures(done.scenario, done.summary, rows_of(done))


def of_study(name: str, folder: Path) -> Iterator[Drawing]:
    """Every figure of a study of a grid, which is run into a folder."""
    path = ROOT / f"scenarios/studies/{name}.yaml"
    done = sim.study(path, CELL_RUNS, out=folder / name, figures=False, workers=1)
    assert isinstance(done, sim.Study)
    return study_figures(done)


def sets(folder: Path) -> dict[str, Callable[[], Iterable[Drawing]]]:
    """The sets of figures by name; those of many runs are run into ``folder``."""
    runs = (
        "double_offensive", "double_offensive_forces", "fronts_1_to_5", "regroup_south_forces",
        "hama_stab_forces",
    )  # fmt: skip
    towns = ("baseline", "manbij_and_jarabulus_fall", "manbij_jarabulus_and_al_rai_fall")
    push = ("push_on_aleppo", "push_on_aleppo_forces")
    return {
        **{name: partial(of_run, f"scenarios/{name}.yaml") for name in runs},
        "two_ways": partial(of_run, "tests/data/two_ways.yaml"),
        "compare_towns": partial(of_comparison, *towns),
        "compare_push": partial(of_comparison, *push),
        "ensemble": partial(of_ensemble, "double_offensive_forces", folder),
        "study": partial(of_study, "manbij_jarabulus_2x2", folder),
    }


def checked(drawings: Iterable[Drawing]) -> Iterator[tuple[str, Figure, list[str]]]:
    """Names and figures of those drawings that show something, and what is wrong with each."""
    for name, draw in drawings:
        watch = Watch()
        with watch.drawing():
            made = draw()
        if made is not None and not isinstance(made, Nothing):
            yield name, made[0], faults(watch.seen(made[0]))


def sheet(pictures: Sequence[Named], size: Sheet) -> Image.Image:
    """Thumbnails in rows, each with its name below it."""
    wide, columns = size
    small = [
        (name, one.resize((wide, round(wide * one.height / one.width)), Image.Resampling.LANCZOS))
        for name, one in pictures
    ]
    rows = [small[i : i + columns] for i in range(0, len(small), columns)]
    heights = [max(one.height for _, one in row) + WORDS + GAP for row in rows]
    made = Image.new("RGB", (columns * (wide + GAP) + GAP, sum(heights) + GAP), "#d0d0d0")
    font = ImageFont.truetype(findfont("DejaVu Sans"), WORDS - 4 if wide > LEGIBLE else 7)
    pen = ImageDraw.Draw(made)
    top = GAP
    for row, high in zip(rows, heights, strict=True):
        for column, (name, one) in enumerate(row):
            left = GAP + column * (wide + GAP)
            made.paste(one, (left, top))
            pen.text((left, top + one.height), name, "black", font)
        top += high
    return made


def png_of(picture: Image.Image) -> bytes:
    """The bytes of a picture as the gallery keeps them."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return reduced(out.getvalue())


def pictures(name: str, drawings: Iterable[Drawing]) -> Iterator[Named]:
    """The figures of a set, each written to the folder of the set; what is wrong is printed."""
    target = BUILD / name
    target.mkdir(parents=True, exist_ok=True)
    for figure_name, figure, wrong in checked(drawings):
        for fault in wrong:
            print(f"{name}/{figure_name}: {fault}")
        png = drawn(figure, "png")
        (target / f"{figure_name}.png").write_bytes(png)
        yield figure_name, Image.open(io.BytesIO(png)).convert("RGB")


def small_sheets(found: Mapping[str, Sequence[Named]]) -> Iterator[tuple[str, bytes]]:
    """The small sheets whose sets are all there, by the names of their files."""
    for file, names in SHEETS.items():
        if set(names) <= found.keys():
            together = [(name, one) for set_ in names for name, one in found[set_]]
            yield file, png_of(sheet(together, SMALL))


def main() -> None:
    """Write the pictures and sheets of all sets, or of those that the command line names."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, drawings in sets(Path(folder)).items():
            if name in sys.argv[1:] or not sys.argv[1:]:
                found[name] = list(pictures(name, drawings()))
                (BUILD / f"{name}.png").write_bytes(png_of(sheet(found[name], LARGE)))
                print(f"build/contacts/{name}.png: {len(found[name])} figures")
    for file, png in small_sheets(found):
        (TARGET / file).write_bytes(png)
        print(f"results/gallery/{file}: {len(png) / 1000:.0f} kB")


if __name__ == "__main__":
    main()
