"""The file of a study: which settings are varied over a base scenario, and in which cells.

    format: 1
    title: Does a raid starve the march, and do reserves?
    base: ../hama_stab.yaml
    n: 200                         # replicates a cell, all under one seed: cells share luck
    grid:                          # every combination of these levels
      events.raid.chance: [0, 1]
      events.reserves.chance: {held back: 0, sent: 1}     # levels with names
      weather:                                            # levels of several settings each
        dry: {set: {}}
        wet: {set: {operations.march.tempo: 5 km/day, events.flood.chance: 1}}
    exclude: [{events.raid.chance: 1, events.reserves.chance: held back}]
    include: [{events.raid.chance: 0.5, events.reserves.chance: sent}]
    list: []                       # cells one by one, in place of a grid or beside it
    names: {events.raid.chance: raid}
    measures: [axes.line.delivered]
    claims: {}                     # over two cells each: see sim.many.study_claims
    answer: {comes: axes.line.time_of_first_cut}   # to the title: see sim.many.study_answer

Or, in place of grid and list, ``sensitivity: {method: morris, trajectories: 10}``.
"""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.base.diagnostics import Mark, Report, suggest
from sim.scenario.tree import Items, Map, Node, Quoted, Scalar, plain_data, read_file, read_map

from .file_reader import FileReader
from .study_answer import Answer, read_answer
from .study_claims import StudyClaim, read_claims

KEYS = (
    "format", "title", "about", "base", "n", "seed", "grid", "list", "include", "exclude",
    "names", "measures", "sensitivity", "claims", "answer",
)  # fmt: skip

MOST_CELLS = 1000

MOST_SAMPLES = 1_000_000
"""Trajectories or base samples of a sensitivity; each is several runs."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One setting of every factor: ``settings`` are texts PATH=VALUE for the loader.

    ``levels`` names the level of each factor, in the order of the study's factors ('' where a
    cell does not set it).
    """

    id: str
    levels: tuple[str, ...]
    settings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Morris screening or Sobol indices: ``size`` trajectories or base samples."""

    method: str
    size: int


@dataclass(frozen=True, slots=True)
class Design:
    """A study as its file states it. ``factors`` are dotted paths, ``names`` what to call them.

    ``marks`` say where the ``file`` names each factor and measure, ``sources`` hold its lines.
    """

    file: Path
    title: str
    base: Path
    n: int
    seed: int | None
    factors: tuple[str, ...]
    names: tuple[str, ...]
    cells: tuple[Cell, ...]
    measures: tuple[str, ...]
    sensitivity: Sensitivity | None
    marks: Mapping[str, Mark]
    sources: Mapping[str, list[str]]
    claims: tuple[StudyClaim, ...] = ()
    answer: Answer | None = None

    def report(self) -> Report:
        """An empty report of faults, which shows them in the lines of the file."""
        report = Report()
        report.sources.update(self.sources)
        return report


def read_design(path: str | os.PathLike[str], text: str | None = None) -> Design:
    """The design in a YAML file; ``text`` is what it holds, where it is not on disk.

    Raises:
        ScenarioError: with every fault found, each with its file, line and column.
    """
    report = Report()
    file = Path(path)
    tree = read_file(file, report) if text is None else read_map(text, Mark(str(file)), report)
    design = None if tree is None else _Reader(report, file, tree).design()
    report.stop_on_errors()
    assert design is not None
    return design


Level = tuple[str, str]
"""Name of a level and the text of its value."""


class _Reader(FileReader):
    """Reads the parts of one file, going on past faults to find them all."""

    def __init__(self, report: Report, file: Path, tree: Map) -> None:
        super().__init__(report, file, tree)
        self.labels: dict[str, dict[str, str]] = {}  # value text by level name, by factor
        self.marks: dict[str, Mark] = {}
        self.bundles: dict[Level, tuple[str, ...]] = {}  # settings of a level of several

    def design(self) -> Design | None:
        self._check_keys(KEYS)
        base = self._text("base", "")
        if not base:
            self.report.error(
                self._mark("base"), "a study needs a base scenario", "base: file.yaml"
            )
        n = self._whole("n", 100, 1, 10**9)
        seed = self._whole("seed", None, 0, 2**63 - 1)
        grid = self._grid()
        cells = self._cells(grid)
        factors = tuple(dict.fromkeys(itertools.chain(grid, *(cell for cell in cells))))
        sensitivity = self._sensitivity()
        if sensitivity is None and not cells and not self.report.diagnostics:
            self.report.error(self._mark("grid"), "a study needs a grid, a list or a sensitivity")
        if len(cells) > MOST_CELLS:
            self.report.error(self._mark("grid"), f"{len(cells)} cells; {MOST_CELLS} at most")
            cells = cells[:MOST_CELLS]
        names = self._names(factors)
        measures = self._list("measures")
        self.marks |= {node.text: node.mark for node in measures if isinstance(node, Scalar)}
        numbered = self._numbered(factors, names, cells)
        claims, answer = self._asked(factors, names, numbered)
        if self.report.diagnostics:
            return None
        return Design(
            self.file, self._text("title", self.file.stem), self.file.parent / base, n or 100, seed,
            factors, names, numbered, tuple(self._scalar(m) for m in measures), sensitivity,
            self.marks, self.report.sources, claims, answer,
        )  # fmt: skip

    def _asked(
        self, factors: Sequence[str], names: Sequence[str], cells: Sequence[Cell]
    ) -> tuple[tuple[StudyClaim, ...], Answer | None]:
        """The claims, and what answers the title."""
        node, answers = self._node("claims"), self._node("answer")

        def fitting(levels: Mapping[str, str]) -> list[str]:
            return [
                cell.id for cell in cells
                if all(cell.levels[factors.index(f)] == level for f, level in levels.items())
            ]  # fmt: skip

        paths = {**dict(zip(names, factors, strict=True)), **{f: f for f in factors}}
        answer = None if answers is None else read_answer(answers, paths, fitting, self.report)
        if answers is not None and not cells:
            self.report.error(answers.mark, "a sensitivity has no cells to answer by")
        if not isinstance(node, Map):
            self._map("claims")  # says what is wrong with it, where there is one
            return (), answer
        return tuple(read_claims(node, paths, fitting, self.report)), answer

    # --- cells -----------------------------------------------------------------------------

    def _grid(self) -> dict[str, list[Level]]:
        found = {}
        self._seen(self._node("grid"))
        for factor, node in self._map("grid").items():
            if isinstance(node, Map):
                levels = [(name, _value(e.value)) for name, e in node.entries.items()]
                self.labels[factor] = dict(levels)
                for level, e in zip(levels, node.entries.values(), strict=True):
                    if isinstance(e.value, Map) and list(e.value.entries) == ["set"]:
                        self.bundles[level] = self._bundle(e.value.entries["set"].value)
            elif isinstance(node, Items):
                levels = [(_label(_value(item)), _value(item)) for item in node.items]
            else:
                self.report.error(node.mark, "levels are a list or a map of names to values")
                continue
            if not levels or len({name for name, _ in levels}) < len(levels):
                self.report.error(node.mark, "levels must differ, and there must be some")
            found[factor] = levels
        return found

    def _bundle(self, node: Node) -> tuple[str, ...]:
        """The settings of a level that makes several."""
        self._seen(node)
        if isinstance(node, Map):
            return tuple(f"{path}={_value(e.value)}" for path, e in node.entries.items())
        self.report.error(node.mark, "'set' is a map of dotted paths to values")
        return ()

    def _cells(self, grid: Mapping[str, Sequence[Level]]) -> list[dict[str, Level]]:
        cells = []
        out = [self._cell(node) for node in self._list("exclude")]
        if grid:
            for levels in itertools.product(*grid.values()):
                cell = dict(zip(grid, levels, strict=True))
                if not any(o and all(cell.get(f) == v for f, v in o.items()) for o in out):
                    cells.append(cell)
        for key in ("list", "include"):
            for node in self._list(key):
                cell = self._cell(node)
                if cell and cell not in cells:
                    cells.append(cell)
        return cells

    def _cell(self, node: Node) -> dict[str, Level]:
        if not isinstance(node, Map):
            self.report.error(node.mark, "a cell is a map of dotted paths to values")
            return {}
        self._seen(node)
        cell = {}
        for factor, entry in node.entries.items():
            value = _value(entry.value)
            named = self.labels.get(factor, {})
            if value in named:
                cell[factor] = (value, named[value])
            else:
                name = next((name for name, v in named.items() if v == value), _label(value))
                cell[factor] = (name, value)
        return cell

    def _seen(self, node: Node | None) -> None:
        if isinstance(node, Map):
            for factor, entry in node.entries.items():
                self.marks.setdefault(factor, entry.key_mark)

    def _numbered(
        self, factors: Sequence[str], names: Sequence[str], cells: Sequence[Mapping[str, Level]]
    ) -> tuple[Cell, ...]:
        found = []
        taken: set[str] = set()
        for cell in cells:
            levels = tuple(cell[f][0] if f in cell else "" for f in factors)
            words = (f"{n}_{level}" for n, level in zip(names, levels, strict=True) if level)
            slug = re.sub(r"[^A-Za-z0-9_-]+", "_", "-".join(words))[:80].strip("_-") or "base"
            while slug in taken:
                slug += "_"
            taken.add(slug)
            each = (
                self.bundles.get(level, (f"{factor}={level[1]}",)) for factor, level in cell.items()
            )
            found.append(Cell(slug, levels, tuple(itertools.chain.from_iterable(each))))
        return tuple(found)

    def _names(self, factors: Sequence[str]) -> tuple[str, ...]:
        """The stated name of each factor, else the last words of its path that tell it apart."""
        stated = {path: self._scalar(node) for path, node in self._map("names").items()}
        for path, node in self._map("names").items():
            if path not in factors:
                self.report.error(node.mark, f"no factor '{path}'", suggest(path, factors))
        found = []
        for factor in factors:
            words = factor.split(".")
            tails = (".".join(words[-k:]) for k in range(1, len(words) + 1))
            unique = (t for t in tails if sum(f.endswith(t) for f in factors) == 1)
            found.append(stated.get(factor) or next(unique, factor))
        return tuple(found)

    def _sensitivity(self) -> Sensitivity | None:
        part = self._map("sensitivity")
        if not part:
            return None
        method = self._scalar(part["method"]) if "method" in part else "morris"
        sizes = {"morris": "trajectories", "sobol": "samples"}
        if method not in sizes:
            self.report.error(self._mark("sensitivity"), f"method '{method}': morris or sobol")
            return None
        size = part.get(sizes[method])
        for key, node in part.items():
            if key not in ("method", sizes[method]):
                self.report.error(node.mark, f"unknown key '{key}' for {method}")
        text = "10" if size is None else self._scalar(size)
        number = self._number(text, "sensitivity", 1, MOST_SAMPLES)
        return None if number is None else Sensitivity(method, number)


def _value(node: Node) -> str:
    """A value as the text that ``--set`` takes."""
    return _flow(plain_data(node))


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{k}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if value is None:
        return "null"
    return json.dumps(str(value), ensure_ascii=False) if isinstance(value, Quoted) else str(value)


def _label(value: str) -> str:
    return value if len(value) <= 40 else value[:37] + "..."
