"""The page of an ensemble: chances and ranges, its figures, its inputs."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.base.errors import FolderError
from sim.base.numbers import number, percent
from sim.many.ensemble_folder import JOURNAL
from sim.measure.ensemble import MOST_DRAWN
from sim.measure.names import name_of
from sim.scenario.loader import load
from sim.scenario.model import Scenario
from sim.tables import of_many, of_run
from sim.tables.folder import read_summary

from . import chances, inputs, tables
from .markup import Html, el, join, named, source_line
from .pictures import picture
from .sensitivity import SAMPLES, is_sensitivity
from .shell import (
    NOSCRIPT,
    Links,
    bar,
    chance_figure,
    curve_figure,
    document,
    finding_section,
    section,
)


@dataclass(frozen=True, slots=True)
class _Ensemble:
    link: Links
    scenario: Scenario
    summary: Mapping[str, Any]


def page(folder: Path, file: Path) -> str:
    """The page of the ensemble in ``folder``, to be written to ``file``.

    Raises:
        FolderError: it is no ensemble that is complete, or holds the runs of a sensitivity study.
        ScenarioError: its scenario.resolved.yaml cannot be read.
    """
    manifest = json.loads((folder / "manifest.json").read_bytes())
    kind = manifest.get("kind")
    if kind != "ensemble":
        raise FolderError(
            f"{folder} is a {kind}: there is no page of one; its tables and figures are in the "
            "folder"
        )
    whole = folder.resolve()
    if whole.name == SAMPLES and is_sensitivity(whole.parent):
        raise FolderError(
            f"the runs in {folder} are settings that a sensitivity study chose, so shares of them "
            f"are no chances; the page is that of {whole.parent}"
        )
    if not (folder / "summary.json").is_file():
        raise FolderError(f"{folder} is not complete; go on with: sim ensemble --resume {folder}")
    summary = read_summary(folder)
    if summary.get("format") != 1 or not {"measures", "claims", "n"} <= summary.keys():
        raise FolderError(f"{folder} was written by another version of this program; run it again")
    scenario = load(folder / "scenario.resolved.yaml")
    this = _Ensemble(Links(file, folder), scenario, summary)
    failed = f", {len(summary['failed'])} failed" if summary["failed"] else ""
    cell = _cell(whole)
    about = join(el("code", scenario.id), f", {scenario.kind}, {summary['n']} runs{failed}, "
                 f"seed {summary['seed']}",
                 [", a cell of ", named(cell[0])] if cell else None,
                 tables.programs(summary))  # fmt: skip
    title = f"{scenario.title} ({cell[1]})" if cell else scenario.title
    rows = chances.rows_of(folder)
    parts = [
        finding_section(finding(this)),
        section("stage", "The runs, day by day", _stage(this, rows is not None)),
        section("claims", "How likely each claim is", _claims(this)),
        section("figures", "Figures", _figures(this)),
        section("doubts", "What hangs on roads that may not be there", _doubts(this)),
        section("measures", "Measures", _measures(this)),
        section("inputs", "Inputs, their sources and doubts", inputs.section(scenario)),
        section("manifest", "Manifest", tables.manifest(manifest, this.link)),
    ]
    stage = None if rows is None else chances.stage(scenario, rows)
    return document(f"{title}: {summary['n']} runs", about, parts, stage, of=[folder])


def _stage(this: _Ensemble, told: bool) -> Html:
    """The map of chances beside the curves; what is missing where the folder does not tell it."""
    if not told:
        return el(
            "p",
            "Who held what in each run is not in this folder: its journal is gone, or "
            "an older version wrote it. Run the scenario again for a map of chances.",
        )
    axes = [(id_, axis.name) for id_, axis in this.scenario.axes.items()]
    data = this.link.data(JOURNAL)
    some = this.summary["n"] > MOST_DRAWN
    which = f"the first {number(MOST_DRAWN)}" if some else "all"
    return join(
        el("noscript", el("p", NOSCRIPT)),
        el("p", f"Shown are {which} of {number(this.summary['n'])} runs.") if some else None,
        bar(axes, this.scenario.main_axis),
        el(
            "div",
            el("div", chance_figure(data), class_="stuck"),
            el("div", curve_figure(f", in {which} runs", data)) if axes else None,
            class_="stage",
        ),
    )  # fmt: skip


def _cell(folder: Path) -> tuple[str, str] | None:
    """The title of the study that an ensemble is a cell of, and the cell's levels; None of none."""
    try:
        study = json.loads((folder.parent.parent / "study.json").read_bytes())
        cell = next(cell for cell in study["cells"] if cell["id"] == folder.name)
    except (OSError, ValueError, LookupError, TypeError, StopIteration):
        return None
    levels = zip(study["names"], cell["levels"], strict=True)
    return study["title"], ", ".join(
        f"{name}: {level or 'as in the base'}" for name, level in levels
    )


def finding(this: _Ensemble) -> tuple[Html, Html]:
    """Two sentences: the chance that the axis in focus is cut; what it can carry at the end."""
    axis, n = this.scenario.main_axis, this.summary["n"]
    if axis is None:
        return Html(f"{n} runs of a scenario without an axis."), Html("Its measures are below.")
    name, measures = named(name_of(this.scenario, axis)), this.summary["measures"]
    cut = measures[f"axes.{axis}.time_of_first_cut"].get("came")
    said = f" is never cut in {n} runs"
    if cut is not None and cut["value"]:
        said = f" is cut at some time in {percent(cut['value'])} of {n} runs"
    first = join(name, said, _interval(cut), ".")
    end = measures[f"axes.{axis}.capacity_end"]
    low, high = end["range_90"]
    second = (
        f"At the end it can carry {number(end['median'])} t/day in the middle run, "
        f"{number(low)} to {number(high)} in nine of ten."
    )
    return first, Html(second)


def _interval(chance: Mapping[str, Any] | None) -> str:
    """The interval of a chance, in brackets; nothing where it is not known."""
    if chance is None:
        return ""
    return f" (95 % interval {percent(chance['low'])} to {percent(chance['high'])})"


def _figures(this: _Ensemble) -> list[Html | None]:
    """The figures of the folder as pictures in the page, each with its numbers."""
    titles = _titles(this.scenario)
    there = sorted(file.stem for file in (this.link.folder / "figures").glob("*.png"))
    known = [stem for stem in titles if stem in there]
    return [
        picture(this.link, stem, titles.get(stem, stem.replace("_", " ")))
        for stem in dict.fromkeys([*known, *there])
    ]


def _titles(scenario: Scenario) -> dict[str, str]:
    """What each figure of an ensemble shows, by its file's name, in the order of the page."""
    found = {}
    for id_, axis in scenario.axes.items():
        found[f"survival_{id_}"] = f"When {axis.name} is cut"
        found[f"fan_{id_}"] = f"What {axis.name} can carry"
    for id_, operation in scenario.operations.items():
        found[f"fan_advance_{id_}"] = f"How far it comes: {operation.name}"
    return {**found, "regroup_map": "Where displaced strength goes"}


def _doubts(this: _Ensemble) -> Html | None:
    """What hangs on roads that may not be there, where any may not."""
    found = of_many.doubtful_roads(this.summary)
    if not found.rows:
        return None
    return join(tables.html(found), source_line(this.link.data("doubtful_roads.csv")))


def _claims(this: _Ensemble) -> Html | None:
    """The chance of each claim, with its interval."""
    found = of_many.claims(this.summary)
    return tables.html(found.without("id")) if found.rows else None


def _measures(this: _Ensemble) -> Html:
    """What differs between runs by what it is about; what does not is counted."""
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    same = 0
    for path, measure in this.summary["measures"].items():
        if not measure["n"] or measure["range_90"][0] == measure["range_90"][1]:
            same += 1
            continue
        group, what = of_run.parted(path)
        groups[group][path] = what
    made = {
        group: of_many.measures(this.summary, names, f"Measures of {group}").without("chance", "n")
        for group, names in groups.items()
    }
    return join(
        source_line(f"{same} measures are the same in nearly every run and left out. All: ",
                    this.link("summary.json"), ", every run: ", this.link("replicates.csv")),
        tables.folds(made),
    )  # fmt: skip
