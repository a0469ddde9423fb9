"""The file of a calibration: which ranges are to be narrowed, and on which record.

format: 1
title: What the first three weeks say of the ranges
base: ../double_offensive_forces.yaml
until: 2016-06-20              # the window is the start of the period to this day
inputs: [fighting.attack, operations.march.tempo]
events: [town_ringed]          # default: every event on record
runs: 600                      # of a round; the nearest quarter is kept
keep: 0.25
rounds: 3
seed: 1
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.base.diagnostics import Report, safe, suggest
from sim.base.files import fingerprint
from sim.scenario.checks import RECORDED
from sim.scenario.dates import format_instant, parse_instant
from sim.scenario.faults import InputError
from sim.scenario.loader import load
from sim.scenario.model import Scenario
from sim.scenario.tree import Items, Node, Scalar, read_file

from .file_reader import FileReader
from .inputs import inputs_by_path

KEYS = (
    "format", "title", "base", "until", "inputs", "events", "runs", "keep", "rounds", "seed",
)  # fmt: skip

MOST_RUNS = 1_000_000


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibration as its file states it: ``until`` in seconds, ``events`` by id."""

    file: Path
    title: str
    base: Path
    scenario: Scenario
    until: int
    inputs: tuple[str, ...]
    events: tuple[str, ...]
    runs: int
    keep: float
    rounds: int
    seed: int

    @property
    def kept(self) -> int:
        """Particles that each round leaves."""
        return max(2, round(self.keep * self.runs))

    def document(self) -> dict[str, Any]:
        """Plain data by which a folder is known again; what came after the window is not in it."""
        record = {name: min(self.on_record(name), self.until) for name in self.events}
        inputs = {k: v for k, v in self.scenario.resolved.items() if k not in RECORDED}
        return {
            "format": 1, "title": self.title, "scenario": self.scenario.id,
            "stated": fingerprint(inputs), "until": self.until,
            "inputs": list(self.inputs), "events": record, "runs": self.runs, "keep": self.keep,
            "rounds": self.rounds, "seed": self.seed,
        }  # fmt: skip

    def on_record(self, event: str) -> float:
        """When an event came on record (s); infinite where it did not."""
        at = self.scenario.events_on_record[event].at
        return np.inf if at is None else at


def read_calibration(path: Path) -> Calibration:
    """The calibration in a YAML file.

    Raises:
        ScenarioError: with every fault found, each with its file, line and column.
    """
    report = Report()
    tree = read_file(path, report)
    found = None if tree is None else _Reader(report, path, tree).calibration()
    report.stop_on_errors()
    assert found is not None
    return found


class _Reader(FileReader):
    """Reads one file, going on past faults to find them all."""

    def calibration(self) -> Calibration | None:
        self._check_keys(KEYS)
        base = self._text("base", "")
        if not base:
            self.report.error(self._mark("base"), "a scenario is needed", "base: file.yaml")
        runs = self._real("runs", 600, 4, MOST_RUNS)
        keep = self._real("keep", 0.25, 0.001, 1)
        rounds = self._real("rounds", 3, 1, 100)
        self.report.stop_on_errors()
        scenario = load(self.file.parent / base)
        seed = self._real("seed", scenario.seed, 0, 2**63 - 1)
        until = self._until(scenario)
        inputs = self._inputs(scenario)
        events = self._events(scenario)
        self.report.stop_on_errors()
        return Calibration(
            self.file, self._text("title", "") or self.file.stem, self.file.parent / base, scenario,
            until, inputs, events, int(runs), keep, int(rounds), int(seed),
        )  # fmt: skip

    def _until(self, scenario: Scenario) -> int:
        text = self._text("until", "")
        try:
            until = round(parse_instant(text, scenario.start))
        except InputError as error:
            hint = error.hint if text else "until: DATE, the end of the window that is learned from"
            self.report.error(self._mark("until"), error.message, hint)
            return scenario.length
        if not 0 < until <= scenario.length:
            ends = format_instant(scenario, scenario.length)
            self.report.error(
                self._mark("until"), "the window ends outside the period", f"which ends on {ends}"
            )
        return until

    def _inputs(self, scenario: Scenario) -> tuple[str, ...]:
        known = inputs_by_path(scenario)
        found = []
        for node in self._some("inputs"):
            path = node.text if isinstance(node, Scalar) else ""
            if path in known:
                found.append(path)
            else:
                hint = suggest(path, known) or "name a range or a chance as --set does"
                self.report.error(node.mark, f"nothing uncertain at '{safe(path)}'", hint)
        if not found and not self.report.diagnostics:
            self.report.error(self._mark("inputs"), "no inputs", "inputs: [PATH, PATH]")
        return tuple(dict.fromkeys(found))

    def _events(self, scenario: Scenario) -> tuple[str, ...]:
        """Those named, else all on record."""
        record = scenario.events_on_record
        if not record:
            self.report.error(
                self._mark("base"), "nothing is on record to learn from",
                "state 'events_on_record' in the scenario",
            )  # fmt: skip
        if "events" not in self.tree.entries:
            return tuple(record)
        for node in self._some("events"):
            name = node.text if isinstance(node, Scalar) else ""
            if name not in record:
                self.report.error(
                    node.mark, f"no event '{safe(name)}' on record", suggest(name, record)
                )
        return tuple(n.text for n in self._some("events") if isinstance(n, Scalar))

    def _some(self, key: str) -> list[Node]:
        """The items of a list; a single one stands for a list of one."""
        node = self._node(key)
        if node is None:
            return []
        return node.items if isinstance(node, Items) else [node]

    def _real(self, key: str, default: float, least: float, most: float) -> float:
        if key not in self.tree.entries:
            return default
        text = self._text(key, "")
        try:
            number = float(text)
        except ValueError:
            number = np.nan
        if not least <= number <= most or (least >= 1 and number != int(number)):
            said = f"'{safe(text)}' is no number from {least:g} to {most:g}"
            self.report.error(self._mark(key), said)
            return default
        return number
