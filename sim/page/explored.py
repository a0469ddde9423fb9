"""The page of a run as it is served to one reader, who runs and saves changed scenarios there.

It is the page of a run with a script more, which may speak to where the page is from. The page of
a changed run also shows the numbers and curves of the run that all began with, its base.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sim.base.files import write_whole
from sim.measure.compare import compare
from sim.view.map.frame import Frame

from . import several
from .ground import frame_of
from .markup import Html, details, el, join, source_line
from .run import RunFiles, read_run
from .sentences import EXPLORING, SENTENCES
from .shell import section
from .single import page
from .states import States

BACK = "Back to the map on which this was drawn"

FILE = "my_scenario.yaml"
"""What a drawn scenario is saved as, unless its reader says otherwise."""

NAMES, GAP = ("Base", "This run"), "Change"

TOLD = (
    "capacity_mean", "capacity_end", "days_cut", "delivered", "needed", "unmet", "days_without",
)  # fmt: skip
"""Measures of the axis in focus that are always shown beside those of the base."""


def write_explored(folder: Path, number: str, base: Path | None, *, drawn: bool = False) -> Path:
    """Write the served page of a run into its folder, and return its path.

    Args:
        number: what the page calls the run when it asks for something.
        base: the folder of the run to show it beside, named by its number; None where it is the
            base itself.
        drawn: it began with an empty map, whose page is number 0; it is saved whole.

    Raises:
        FolderError, ScenarioError: a folder cannot be read, or the page not written.
        FullDiskError: there is no room for it.
    """
    run, file = read_run(folder), folder / "report.html"
    curves, beside = None, el("p", el("a", BACK, href="../0/")) if drawn else None
    if base is not None:
        first = read_run(base)
        curves, beside = _curves(first), join(beside, _beside(first, run))
    told = {
        "say": {**SENTENCES, **EXPLORING},
        "explore": {
            "run": number, "base": curves, "file": FILE if drawn else None,
            "draw": drawing(frame_of(run), run.scenario.network.classes),
        },
    }  # fmt: skip
    text = page(run, file, told=told, beside=beside)
    write_whole(file, text)
    return file


def drawing(frame: Frame, classes: Iterable[str]) -> dict[str, Any]:
    """What places and roads are drawn with: classes of roads, and the map's frame.

    ``east`` and ``north`` are the degrees of its middle, ``across`` and ``up`` map units in a
    degree there.
    """
    across = float(frame.xy([frame.east + 1, frame.north])[0, 0]) - frame.width / 2
    return {
        "classes": list(classes),
        "frame": {
            "east": frame.east, "north": frame.north, "across": across, "up": frame.per_degree,
            "width": frame.width, "height": frame.height,
        },
    }  # fmt: skip


def _curves(base: RunFiles) -> dict[str, Any]:
    """What the script draws curves of the base from."""
    axes = States(base, frame_of(base)).document()["axes"]
    return {"axes": [{key: axis[key] for key in ("id", "series", "sinks")} for axis in axes]}


def _beside(base: RunFiles, run: RunFiles) -> Html | None:
    """What was changed, and what it changed: the axis in focus first, then all measures."""
    found = compare([several.outcome(base), several.outcome(run)])
    told = {f"axes.{run.focus}.{measure}" for measure in TOLD}
    rows = [row for row in found.rows if row.path in told]
    return section(
        "base", "Beside the base",
        source_line(el("a", "The page of the base", href=f"../{base.folder.name}/")),
        several.settings(found, NAMES),
        several.side_by_side(rows, "What became of the axis in focus", NAMES, GAP),
        details("All measures of both", several.measures(found, NAMES, GAP)),
    )  # fmt: skip
