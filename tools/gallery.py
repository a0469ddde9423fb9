"""Makes results/gallery, a few pictures of the shipped scenarios and a page about them.

Pictures are reduced to 256 colours, which keeps them small and looks the same.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import groupby
from pathlib import Path

from PIL import Image

import sim
from sim.api.drawing import weakness_of
from sim.view.charts.compare_figures import comparison_figures
from sim.view.draw import drawn
from sim.view.figures import figures

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "results/gallery"
COLOURS = 256


@dataclass(frozen=True)
class Picture:
    """One picture: its file, the scenarios it is of, the figure's name, what it says.

    ``asked`` is true of a figure that a run draws where all are asked for, and not unless told.
    """

    file: str
    scenarios: tuple[str, ...]
    figure: str
    words: str
    asked: bool = False

    @property
    def commands(self) -> list[str]:
        """What a user types to get it."""
        more = " --figures all" if self.asked else ""
        runs = [f"sim run scenarios/{s}.yaml --out build/{s}{more}" for s in self.scenarios]
        if len(runs) == 1:
            return runs
        folders = " ".join(f"build/{s}" for s in self.scenarios)
        return [*runs, f"sim compare {folders} --out build/compared"]

    @property
    def source(self) -> str:
        """The file that these commands write."""
        folder = self.scenarios[0] if len(self.scenarios) == 1 else "compared"
        return f"build/{folder}/figures/{self.figure}.png"


PICTURES = (
    Picture(
        "double_offensive_map_start.png", ("double_offensive",), "map_00_day_000",
        "What the roads from Turkey to Raqqa can carry on the first day, over which routes, and "
        "which roads bind it. Insets show the gates, where places crowd.",
        asked=True,
    ),
    Picture(
        "double_offensive_axis.png", ("double_offensive",), "axis_turkey_raqqa",
        "Capacity, what is asked for and delivered, and the stock at the end of the line, with "
        "the events that changed them.",
    ),
    Picture(
        "double_offensive_cut_map.png", ("double_offensive",), "cut_map_turkey_raqqa",
        "Where the axis can be cut: every minimum cut, by how many share each road, and the "
        "places whose loss alone costs most.",
    ),
    Picture(
        "double_offensive_who_held_what.png", ("double_offensive",), "who_held_what",
        "Every place that changed hands or was besieged, over the period.",
    ),
    Picture(
        "double_offensive_regroup.png", ("double_offensive",), "regroup_map",
        "Where the garrisons of fallen places went by the choice model, and how many did not get "
        "away.",
        asked=True,
    ),
    Picture(
        "forces_advance.png", ("double_offensive_forces",), "advance_gov_march",
        "An advance that lives off its own supply: where it stood, its strength and what it "
        "carried; what is on record beside it.",
    ),
    Picture(
        "nepal_2015_axis_fuel.png", ("aid/nepal_2015",), "axis_fuel",
        "Fuel for the towns of Nepal while its main border crossing is shut: what crossings let "
        "in, what was asked for and delivered, and the stocks of the towns that lacked most.",
    ),
    Picture(
        "one_more_gate.png",
        ("baseline", "manbij_and_jarabulus_fall", "manbij_jarabulus_and_al_rai_fall"),
        "compare_turkey_raqqa",
        "Two towns lost, and a third: the same axis in three scenarios, and the differences from "
        "the first.",
    ),
)  # fmt: skip

SHEETS = {
    "contacts_1.png": ("double_offensive", "double_offensive_forces"),
    "contacts_2.png": ("fronts_1_to_5", "regroup_south_forces"),
    "contacts_3.png": ("hama_stab_forces", "two_ways"),
    "contacts_4.png": ("compare_towns", "compare_push"),
    "contacts_5.png": ("ensemble", "study"),
}
"""Small contact sheets, which ``make contacts`` makes, and the sets of figures on each."""


def reduced(png: bytes) -> bytes:
    """A PNG with 256 colours at most; the same bytes for the same picture."""
    with Image.open(io.BytesIO(png)) as picture:
        made = picture.convert("RGB").quantize(
            COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
        )
    out = io.BytesIO()
    made.save(out, "PNG", optimize=True)
    return out.getvalue()


def pictures() -> Iterator[tuple[Picture, bytes]]:
    """Every picture of the gallery with its bytes."""
    for scenarios, group in groupby(PICTURES, key=lambda picture: picture.scenarios):
        runs = [sim.run(sim.load(ROOT / f"scenarios/{name}.yaml")) for name in scenarios]
        if len(runs) == 1:
            analysis = runs[0].analysis
            weak = cache(partial(weakness_of, analysis, analysis.scenario.main_axis, 0))
            draw = {all_: dict(figures(analysis, weak, everything=all_)) for all_ in (False, True)}
        else:
            draw = {False: dict(comparison_figures(sim.compare(*runs)))}
        for picture in group:
            made = draw[picture.asked][picture.figure]()
            assert made is not None, picture.figure
            yield picture, reduced(drawn(made[0], "png"))


def page() -> str:
    """The page of the gallery, in Markdown."""
    parts = [
        "# Gallery",
        "Made by `make gallery` from the scenarios in `scenarios/`; titles, captions and numbers "
        "are the program's own. Every figure of a run folder has a CSV beside it, with `--svg` an "
        "SVG too.",
        "[verdicts.md](verdicts.md) says what the fourteen claims come to (`make verdicts`).",
    ]
    for picture in PICTURES:
        commands = "\n".join(picture.commands)
        parts += [
            f"## {picture.file.removesuffix('.png').replace('_', ' ').capitalize()}",
            picture.words,
            f"![{picture.words}]({picture.file})",
            f"`{picture.source}`, from",
            f"```\n{commands}\n```",
        ]
    parts += [
        "## Every figure",
        "Every figure of six runs, two comparisons, an ensemble and a study, small; larger and one "
        "by one in `build/contacts`, from",
        "```\nmake contacts\n```",
        *(f"![{' and '.join(names)}]({file})" for file, names in SHEETS.items()),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Write the gallery, and remove pictures that are no longer in it."""
    TARGET.mkdir(parents=True, exist_ok=True)
    # the verdicts are made by make verdicts, the sheets by make contacts
    kept = {"README.md", "verdicts.md", "verdicts.json", *SHEETS}
    for picture, png in pictures():
        (TARGET / picture.file).write_bytes(png)
        kept.add(picture.file)
        print(f"{TARGET.relative_to(ROOT) / picture.file}: {len(png) / 1000:.0f} kB")
    (TARGET / "README.md").write_text(page(), encoding="utf-8")
    for path in TARGET.iterdir():
        if path.name not in kept:
            path.unlink()


if __name__ == "__main__":
    main()
