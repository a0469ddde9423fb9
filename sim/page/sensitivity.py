"""The page of a sensitivity study: which uncertain inputs each measure depends on."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.base.errors import FolderError
from sim.base.numbers import in_line, number, percent, short, with_unit
from sim.measure.sensitivity import COLUMNS, Index
from sim.measure.steps import is_time
from sim.scenario.loader import load
from sim.scenario.model import Scenario
from sim.tables import of_many
from sim.tables.folder import read_summary
from sim.tables.table import Column, UserText

from . import inputs, tables
from .inputs import Input
from .markup import Html, Piece, details, el, few, join, listed, named, source_line
from .pictures import picture
from .shell import Links, document, finding_section, measure_fold, section
from .study_words import MOST_NAMED, amount, ends, measure_name
from .tables import whisker

SAMPLES = "samples"
"""The folder of a sensitivity study that holds its runs."""


@dataclass(frozen=True)
class _Sensitivity:
    link: Links
    scenario: Scenario
    design: Mapping[str, Any]
    samples: Mapping[str, Any]
    indices: Mapping[str, Sequence[Index]]
    units: Mapping[str, str]

    @cached_property
    def about(self) -> dict[tuple[str, ...], Input]:
        """What the scenario says of where its parts come from, by path."""
        return {item.path: item for item in inputs.inputs(self.scenario.resolved)}

    @property
    def is_morris(self) -> bool:
        return bool(self.design["sensitivity"]["method"] == "morris")

    def name(self, path: str) -> Html:
        """A measure for people."""
        return measure_name(self.scenario, path)


def is_sensitivity(folder: Path) -> bool:
    """True for the folder of a sensitivity study."""
    try:
        return "sensitivity" in json.loads((folder / "study.json").read_bytes())
    except (OSError, ValueError, TypeError):
        return False


def page(folder: Path, file: Path, manifest: Mapping[str, Any]) -> str:
    """The page of the sensitivity study in ``folder``, to be written to ``file``.

    Raises:
        FolderError: a file of it is missing or cannot be read.
        ScenarioError: its scenario cannot be read.
    """
    design = json.loads((folder / "study.json").read_bytes())
    if design.get("format") != 1:
        raise FolderError(f"{folder} was written by another version of this program; run it again")
    indices, units = _read(folder, design["sensitivity"]["method"])
    this = _Sensitivity(
        Links(file, folder), load(folder / SAMPLES / "scenario.resolved.yaml"), design,
        read_summary(folder / SAMPLES), indices, units,
    )  # fmt: skip
    link, scenario, wanted = this.link, this.scenario, design["sensitivity"]
    what = "Morris screening" if this.is_morris else "Sobol indices"
    about = join(
        named(scenario.title), f", {scenario.kind}: {what} of {len(design['inputs'])} inputs, "
        f"{number(this.samples['n'])} runs, seed {design['seed']}",
    )  # fmt: skip
    sizes = "trajectories" if this.is_morris else "base samples"
    parts = [
        finding_section(_finding(this)),
        section("design", "The design",
                el("p", f"{wanted['size']} {sizes} through {len(design['inputs'])} inputs: every "
                   "distribution of the scenario, and every chance of an event. Each run sets all "
                   "of them, each at a quantile; all other luck is the same in every run. "
                   + _METHODS[wanted["method"]]),
                source_line("The indices: ", link("sensitivity.csv"), "; the inputs: ",
                            link("study.json"), "; every run: ",
                            link(f"{SAMPLES}/replicates.csv"))),
        section("measures", "What each measure depends on",
                [_measure(this, path, first=not i) for i, path in enumerate(indices)],
                _left_out(this)),
        section("inputs", "Inputs, their sources and doubts", inputs.section(scenario),
                source_line("The whole scenario: ", link(f"{SAMPLES}/scenario.resolved.yaml"))),
        section("manifest", "Manifest", tables.manifest(manifest, link)),
    ]  # fmt: skip
    return document(design["title"], about, parts, of=[folder])


_METHODS = {
    "morris": "mu* (Morris 1991) is how much a measure changes, on average and whichever way, "
    "from the 2.5 % to the 97.5 % quantile of an input; sigma is how much that depends on where "
    "the input and the others stand.",
    "sobol": "The total index (Sobol 2001) is the share of a measure's variance that an input has "
    "a part in, the first-order index the share that it explains alone.",
}


def _read(folder: Path, method: str) -> tuple[dict[str, list[Index]], dict[str, str]]:
    """Indices by measure in the order of sensitivity.csv, and the units of the indices."""
    path = folder / "sensitivity.csv"
    found: dict[str, list[Index]] = {}
    units: dict[str, str] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                units[row["measure"]] = row["unit"]
                values = (float(row[column] or 0) for column in COLUMNS[method])
                found.setdefault(row["measure"], []).append(Index(row["input"], *values))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FolderError(f"{path} cannot be read: {error}") from error
    return found, units


def _finding(this: _Sensitivity) -> tuple[Html, Html]:
    """Two sentences: what the first measure depends on most; what else, and what the others do."""
    inputs_ = len(this.design["inputs"])
    if not this.indices:
        lost = [join(this.name(path), " ", _why(this, path)) for path in _lost(this)]
        return (Html(f"No measure of this study depends on any of the {inputs_} inputs."),
                join(listed(lost[:MOST_NAMED]) or "Every run gives the same", "."))  # fmt: skip
    path, *rest = this.indices
    ranked = this.indices[path]
    top, name = ranked[0], this.name(path)
    does = _does(this, path, top)
    rivals = [i for i in ranked[1:] if i.main and i.high >= top.low]
    if rivals:
        near = few([el("code", i.name) for i in rivals], MOST_NAMED)
        tail = join(", but the interval", "s" if len(near) > 1 else "", " of ", listed(near),
                    " overlap" if len(near) > 1 else " overlaps", " with it")  # fmt: skip
    else:
        tail = Html("")
    first = join(f"Of {inputs_} uncertain inputs ", _named(this, top.name), " matters most to ",
                 name, ": ", does, tail, ".")  # fmt: skip
    idle = sum(not i.main for i in ranked)
    others = [join(this.name(other), " depends most on ", el("code", this.indices[other][0].name))
              for other in rest[:MOST_NAMED]]  # fmt: skip
    said: list[Piece] = [
        f"{idle} of the inputs do nothing to it" if idle != 1 else "One input does nothing to it"
    ]
    if others:
        said.append(listed(others))
    said += [join(this.name(p), " ", _why(this, p)) for p in _lost(this)[:MOST_NAMED]]
    return first, join([[piece, "; "] for piece in said[:-1]], said[-1], ".")


def _named(this: _Sensitivity, path: str) -> Html:
    """An input with how far the scenario trusts it, where it says so."""
    given = _given(this, path)
    trust = f" (trust: {given.trust})" if given is not None and given.trust else ""
    return join(el("code", path), trust)


def _given(this: _Sensitivity, path: str) -> Input | None:
    """The part of the scenario that says where an input comes from, if one does."""
    parts = tuple(path.split("."))
    about = this.about
    return next((about[parts[:n]] for n in range(len(parts), 0, -1) if parts[:n] in about), None)


def _does(this: _Sensitivity, path: str, index: Index) -> str:
    """What an input does to a measure, with its interval."""
    what = "the number of days of the period without it" if is_time(path) else "the measure"
    if this.is_morris:
        return (
            f"across the middle 95 % of it {what} changes by "
            f"{amount(index.main, this.units[path])} on average "
            f"(95 % interval {ends(index.low, index.high)})"
        )
    low, high = _share(index.low), _share(index.high)
    of = f"the variance of {what}" if is_time(path) else "the variance"
    return f"it has a part in {_share(index.main)} of {of} (95 % interval {low} to {high})"


def _share(value: float) -> str:
    """A share for a sentence: an estimate of one may pass the whole, which the table shows."""
    return percent(min(value, 1.0))


def _measure(this: _Sensitivity, path: str, *, first: bool) -> Html:
    """One measure: the inputs that do anything to it, and its figure."""
    ranked, unit = this.indices[path], this.units[path]
    some = [index for index in ranked if index.main]
    idle = [index for index in ranked if not index.main]
    name = this.name(path)
    top = join(": ", el("code", ranked[0].name))
    return measure_fold(
        join(el("strong", name), with_unit("", unit) if this.is_morris else "", top), path,
        _indices(this, some, unit if this.is_morris else "", name),
        details(f"{len(idle)} inputs that do nothing to it" if len(idle) > 1
                else "1 input that does nothing to it",
                el("p", listed([el("code", i.name) for i in idle], ", "))) if idle else None,
        picture(this.link, f"tornado_{path.replace('.', '_')}", "The greatest indices",
                kind="svg", about=path),
        unfolded=first,
    )  # fmt: skip


def _indices(this: _Sensitivity, some: Sequence[Index], unit: str, name: Html) -> Html:
    """Inputs with what they do to a measure, and with what the scenario says of them."""
    found = of_many.indices(some, this.design["sensitivity"]["method"], unit)
    most = max((i.high for i in some), default=1.0)
    from_0 = [whisker(i.main, i.low, i.high, most, zero=0.0) for i in some]
    found = found.put(Column("from_0", "From 0", str), from_0)
    given = [_given(this, i.name) for i in some]
    stated = [_stated(this.scenario.resolved, i.name.split(".")) for i in some]
    found = found.put(Column("stated", "As stated", UserText), stated)
    sources = this.scenario.resolved.get("sources", {})
    named_by = ["" if g is None else str(sources.get(g.source, g.source)) for g in given]
    trust = ["" if g is None else g.trust for g in given]
    found = found.put(Column("source", "Source", UserText), named_by)
    found = found.put(Column("trust", "Trust", UserText), trust)
    keys = ("input", "main", "interval", "from_0", "second", "stated", "source", "trust")
    return tables.html(found.pick(*keys), caption=join("Inputs that matter to ", name), sorts=True)


def _stated(resolved: Mapping[str, Any], parts: Sequence[str]) -> str:
    """The value of an input as the scenario states it; nothing where it is not found whole."""
    found: Any = resolved
    for part in parts:
        if not isinstance(found, Mapping) or part not in found:
            return ""
        found = found[part]
    return short(in_line(found), inputs.LONGEST)


def _left_out(this: _Sensitivity) -> Html | None:
    """Measures that the study names and that have no indices, each with why."""
    lost = _lost(this)
    if not lost:
        return None
    return el("p", "Without indices: ", listed([
        join(this.name(path), " (", el("code", path), ") ", _why(this, path)) for path in lost
    ], "; "), ".")  # fmt: skip


def _lost(this: _Sensitivity) -> list[str]:
    return [path for path in this.design["measures"] if path not in this.indices]


def _why(this: _Sensitivity, path: str) -> str:
    measure = this.samples["measures"].get(path)
    if measure is None or measure["n"] < this.samples["n"]:
        return "has no value in some runs"
    if "came" in measure and not measure["came"]["value"]:
        return f"did not come in any of the {number(this.samples['n'])} runs"
    return "is the same in every run"
