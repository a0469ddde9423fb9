"""The page of a study: what each factor does, and the chances and ranges of its cells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.base.errors import FolderError
from sim.base.numbers import number, percent, with_unit
from sim.measure.steps import RESTRICTED_MEAN, is_time
from sim.scenario.loader import load
from sim.scenario.model import Scenario
from sim.tables import of_many
from sim.tables.folder import read_summary
from sim.tables.of_run import claim_text
from sim.tables.table import Column, Gap

from . import inputs, tables
from .markup import Html, details, el, join, listed, named, source_line, table
from .pictures import picture
from .sensitivity import is_sensitivity
from .sensitivity import page as sensitivity_page
from .shell import Links, document, finding_section, measure_fold, section
from .study_words import brief, change, finding, level, levels, measure_name, term, verdict
from .tables import whisker

MOST_CELLS = 250
"""Cells, or effects, in a table of the page; the files have them all."""


@dataclass(frozen=True)
class _Study:
    link: Links
    scenario: Scenario
    design: Mapping[str, Any]
    summary: Mapping[str, Any]
    cells: Sequence[Mapping[str, Any]]

    @cached_property
    def names(self) -> dict[str, Html]:
        """The measures that the study is about, for people."""
        return {path: measure_name(self.scenario, path) for path in self.summary["effects"]}

    @cached_property
    def late(self) -> frozenset[str]:
        """Those of them that are times, which may not come."""
        return frozenset(filter(is_time, self.names))

    @property
    def pairs(self) -> int:
        """Runs that every cell has."""
        lost = {run for cell in self.summary["cells"] for run in cell["failed"]}
        return int(self.design["n"]) - len(lost)


def page(folder: Path, file: Path) -> str:
    """The page of the study in ``folder``, to be written to ``file``.

    Raises:
        FolderError: it is not complete, or a cell of it is missing.
        ScenarioError: the scenario of a cell cannot be read.
    """
    manifest = json.loads((folder / "manifest.json").read_bytes())
    if manifest.get("status") not in ("complete", "failed"):
        raise FolderError(
            f"{folder} is a study that is not complete; go on with: sim study --resume {folder}"
        )
    if is_sensitivity(folder):
        return sensitivity_page(folder, file, manifest)
    summary = read_summary(folder)
    design = json.loads((folder / "study.json").read_bytes())
    if summary.get("format") != 1 or design.get("format") != 1:
        raise FolderError(f"{folder} was written by another version of this program; run it again")
    at = [folder / "cells" / cell["id"] for cell in design["cells"]]
    this = _Study(
        Links(file, folder), load(at[0] / "scenario.resolved.yaml"), design, summary,
        [read_summary(cell) for cell in at],
    )  # fmt: skip
    scenario, runs = this.scenario, sum(cell["n"] for cell in summary["cells"])
    failed = sum(len(cell["failed"]) for cell in summary["cells"])
    cells = len(design["cells"])
    about = join(
        named(scenario.title), f", {scenario.kind}: {cells} cell{'s' if cells > 1 else ''}, "
        f"{number(runs)} runs", f", {failed} failed" if failed else "", f", seed {design['seed']}",
        tables.programs(summary),
    )  # fmt: skip
    said = finding(this.names, summary["units"], this.late, summary["effects"], this.pairs,
                   _is_whole(design))  # fmt: skip
    parts = [
        finding_section([*_answer(this), *said]),
        section("design", "The design", _design(this), _cells(this)),
        section("measures", "What the factors do", _reading(this),
                [_measure(this, path, first=not i) for i, path in enumerate(this.names)],
                _left_out(this)),
        section("claims", "Claims, by cell", _claims(this)),
        section("inputs", "Inputs, their sources and doubts",
                source_line("As in the first cell, ", el("code", design["cells"][0]["id"]), ": ",
                            this.link(f"cells/{design['cells'][0]['id']}/scenario.resolved.yaml")),
                inputs.section(scenario)),
        section("manifest", "Manifest", tables.manifest(manifest, this.link)),
    ]  # fmt: skip
    return document(design["title"], about, parts, of=[folder])


def _answer(this: _Study) -> list[Html]:
    """What answers the title, and which runs were counted; nothing where the study does not say."""
    found = this.summary.get("answer")
    if found is None:
        return []
    cells = {cell["id"]: cell["levels"] for cell in this.design["cells"]}
    said = [" comes"]
    if found["cell"] is not None:
        said += [" with ", levels(this.design["names"], cells[found["cell"]])]
    if found["others"]:
        each = [levels(this.design["names"], cells[other]) for other in found["others"]]
        said += [", and does not in the same run with ", listed(each, ", or with ")]
    name = measure_name(this.scenario, found["measure"])
    return [join(of_many.answer(found), ". Counted are runs in which the ", name, said, ".")]


def _is_whole(design: Mapping[str, Any]) -> bool:
    """True where every combination of two levels of every factor is a cell, once."""
    cells = {tuple(cell["levels"]) for cell in design["cells"]}
    two = all(len(levels) == 2 for levels in _levels(design))
    return two and len(cells) == 2 ** len(design["names"])


def _levels(design: Mapping[str, Any]) -> list[list[str]]:
    """The levels of each factor, in the order of the cells."""
    return [
        list(dict.fromkeys(cell["levels"][i] for cell in design["cells"]))
        for i in range(len(design["names"]))
    ]


def _design(this: _Study) -> Html:
    """The factors, and what each of them sets."""
    design, sizes = this.design, [cell["n"] for cell in this.summary["cells"]]
    each = f"{min(sizes)} to {max(sizes)}" if min(sizes) < max(sizes) else str(sizes[0])
    rows = [
        [named(name), join(el("code", path) if path != name else "several settings at once"),
         listed(map(level, levels), ", ")]
        for name, path, levels in zip(
            design["names"], design["factors"], _levels(design), strict=True
        )
    ]  # fmt: skip
    return join(
        el("p", f"{each} run{'' if each == '1' else 's'} a cell. All cells share one luck: run i "
           "of one differs from run i of another by the settings alone, so cells are compared run "
           "by run."),
        table(["Factor", "Sets", "Levels"], rows, "Factors, and the levels of each; the first is "
              "what the others are compared with"),
    )  # fmt: skip


def _cells(this: _Study) -> Html:
    """Every cell with its settings and its folder."""
    link, cells = this.link, list[tuple[Sequence[str], list[object]]]()
    for cell, done in zip(this.design["cells"], this.summary["cells"], strict=True):
        settings = [join(el("code", text), el("br")) for text in cell["settings"]]
        folded = details(f"{len(settings)} settings", settings) if len(settings) > 2 else settings
        place = f"cells/{cell['id']}"
        made_page = (link.folder / place / "report.html").is_file()
        where = join(link(place), [" ", link(f"{place}/report.html")] if made_page else None)
        sets = join(folded or "the base as it is")
        cells.append((cell["levels"], [done["n"], len(done["failed"]), where, sets]))
    columns = (Column("n", "Runs"), Column("failed", "Failed"), Column("folder", "Folder", str),
               Column("settings", "Settings", str))  # fmt: skip
    made = tables.html(of_many.by_level(this.design["names"], columns, cells),
                       sorts=True, most=MOST_CELLS)  # fmt: skip
    return details(f"The {len(cells)} cells, each an ensemble in a folder of its own", made)


def _reading(this: _Study) -> Html:
    """How to read the effects, and the files that hold them."""
    late = (
        " An effect on a time is a difference of restricted means: of the mean days without it "
        "within the period, which are all of them in a run in which it did not come. A mean of a "
        "time is given where it came in every run; in a median or range one that did not come is "
        "later than any."
    )
    ranked = this.summary.get("ranked_runs")
    some = "" if ranked is None else f" (of the first {number(ranked)} runs)"
    return join(
        el("p", "A factor's effect is what its level changes against its first level, averaged "
           "over the other factors; a \u00d7 b is how much the effect of a differs between levels "
           "of b. Each is a difference run by run, with its 95 % interval. Among many measures "
           "one interval in twenty leaves out 0 by chance.", late if this.late else None),
        source_line("All effects: ", this.link("effects.csv"), "; every measure of every cell: ",
                    this.link("study.csv"), f"; ranks of the cells{some}: ",
                    this.link("ranks.csv"),
                    "; all of it: ", this.link("summary.json")),
    )  # fmt: skip


def _measure(this: _Study, path: str, *, first: bool) -> Html:
    """One measure: effects, then the cells, then its figures."""
    unit, found = this.summary["units"][path], this.summary["effects"][path]
    stem = path.replace(".", "_")
    name = join(el("strong", this.names[path]), with_unit("", unit))
    pictures = [
        picture(this.link, f"{kind}_{stem}", title, kind="svg", about=path)
        for kind, title in (
            ("interaction", "The cells" if path in this.late else "Means of the cells"),
            ("ranks", "Ranks of the cells"),
        )
    ]
    return measure_fold(
        join(name, ": ", brief(unit, found, this.pairs)), path,
        _effects(this, path, found, unit), _means(this, path), pictures, unfolded=first,
    )  # fmt: skip


def _effects(this: _Study, path: str, found: Sequence[Mapping[str, Any]], unit: str) -> Html | None:
    """Effects with their intervals, main ones first."""
    if not found:
        return None
    most = max((abs(v) for e in found for v in (e["value"], e["low"], e["high"]) if v), default=1.0)
    table = of_many.effects({path: found}).ranged()
    table = table.put(Column("factor", "Factor", str), map(term, found))
    table = table.put(Column("change", "Change", str), map(change, found))
    head = with_unit("Effect", unit)
    if path in this.late:
        head = f"Effect on the {RESTRICTED_MEAN}, days"
    table = table.put(Column("size", head, Gap), table["effect"])
    table = table.put(Column("finding", "Finding", str), map(verdict, found))
    about_0 = [whisker(e["value"], e["low"], e["high"], most) for e in found]
    table = table.put(Column("about_0", "About 0", str), about_0)
    table = table.pick("factor", "change", "size", "interval", "about_0", "finding", "pairs")
    caption = join("Effects on ", this.names[path])
    return tables.html(table, caption=caption, sorts=True, most=MOST_CELLS)


def _means(this: _Study, path: str) -> Html:
    """A measure in every cell: mean, median and range, and of a time the chance that it came."""
    cells = [
        (cell["levels"], of_many.spread(found["measures"].get(path)))
        for cell, found in zip(this.design["cells"], this.cells, strict=True)
    ]
    table = of_many.by_level(this.design["names"], of_many.SPREAD, cells, this.scenario.start)
    if path not in this.late:
        table = table.without("came", "chance")
    caption = join("Cells: ", this.names[path])
    return tables.html(table, caption=caption, sorts=True, most=MOST_CELLS)


def _left_out(this: _Study) -> Html | None:
    """Measures that the study names and that have no effects."""
    lost = [path for path in this.design["measures"] if path not in this.names]
    if not lost:
        return None
    return el("p", "Not in every cell, so without effects: ",
              listed([el("code", path) for path in lost]), ".")  # fmt: skip


def _claims(this: _Study) -> list[Html]:
    """The chance of each claim in every cell; those that differ between cells are open."""
    found: dict[str, list[tuple[Sequence[str], Mapping[str, Any]]]] = {}
    for cell in this.summary["cells"]:
        for claim in cell["claims"]:
            found.setdefault(claim["id"], []).append((cell["levels"], claim))
    made = [_claim(this, rows) for rows in found.values()]
    return [html for same, html in sorted(made, key=lambda pair: pair[0])]


def _claim(
    this: _Study, rows: Sequence[tuple[Sequence[str], Mapping[str, Any]]]
) -> tuple[bool, Html]:
    """Whether the chance of a claim is the same in all cells, and what is said of it."""
    known = [claim["probability"]["value"] for _, claim in rows if claim["probability"]]
    low, high = min(known, default=None), max(known, default=None)
    told = f"holds in {percent(low)} to {percent(high)} of runs, by cell"
    if low is None:
        told = "undecided in every cell"
    elif low == high:
        told = f"holds in {percent(low)} of the runs of every cell"
    text = named(claim_text(rows[0][1]))
    cells = [(levels, of_many.chance(claim)) for levels, claim in rows]
    table = of_many.by_level(this.design["names"], of_many.CHANCE, cells)
    shown = tables.html(table, caption=join("Cells: ", text), sorts=True, most=MOST_CELLS)
    title, measure = join(text, ": ", told), rows[0][1]["measure"]
    return low == high, measure_fold(title, measure, shown, unfolded=low != high)
