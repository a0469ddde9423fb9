"""Verdicts on a folder of claims: for each the runs that answer it, in a folder to go on with.

Every claim has one ensemble that answers it, one that confirms what it hangs on most, and one for
each step of the search for what would flip it. Each is a folder that is resumed as ensembles are,
and what is run next follows from rows alone: stopped and gone on with, the answers are the same
bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from math import isfinite
from pathlib import Path
from statistics import fmean
from typing import Any

from sim.base.errors import BadInputError, FolderError
from sim.base.files import fingerprint, write_json
from sim.measure import statistics as st
from sim.measure import verdicts as measure
from sim.measure.ensemble import absent, interval, tidy
from sim.measure.steps import is_time
from sim.measure.verdicts import Bisection, Flip, Hang, Outcome
from sim.scenario.model import Scenario
from sim.scenario.shared import luck_key
from sim.tables.folder import interrupted_folder, make_folder
from sim.tables.manifest import put_manifest, write_manifest

from .engines import Task
from .ensemble import Means, Plan, begin, finished, rows_of
from .inputs import Setting, part_of, run_setting, uncertain
from .questions import Question, Rows, value_at
from .replicate import run_replicate

RUNS = 600
"""Runs that answer a claim, unless told."""

MOST = 3
"""Assumptions that are confirmed, and searched for what would flip the claim."""

STEPS = 6
"""Settings of each that are tried: the end of its range, then halves."""

TAILS = (1 / 6, 5 / 6)
"""Quantiles at which an input is set to confirm it: the middles of its bottom and top third."""

ENDS = (0.001, 0.999)
"""Quantiles that count as the ends of a range."""

PLAN = "plan.json"


@dataclass(frozen=True)
class Split:
    """How many runs answer a claim, confirm each setting, and are made at each step of a search."""

    main: int
    confirm: int
    flip: int

    @classmethod
    def of(cls, n: int) -> Split:
        """By default 600 + 3 * 2 * 100 + 3 * 6 * 33 = 1,794; the rest goes with the first."""
        return cls(n, max(n // 6, 1), max(n * 11 // 200, 1))


def begin_verdicts(
    questions: Sequence[Question], n: int | None, out: Path | None = None, *, resume: bool = False
) -> Path:
    """Make the folder of verdicts with nothing run, and return it.

    Args:
        n: runs that answer each claim; None: as many as it was begun with, else ``RUNS``.
        resume: return the folder of these very questions where it was begun before.

    Raises:
        BadInputError: there is no question.
        FolderError: the folder holds something already, or was begun with other questions or runs.
    """
    if not questions:
        raise BadInputError("no file of the folder states a claim of its own")
    begun = _plan(out) if resume and out is not None else None
    document = {
        "format": 1,
        "version": version("supply-axis"),
        "n": n or (RUNS if begun is None else begun["n"]),
        "questions": [[q.file, q.claim, q.mark] for q in questions],
    }
    key = fingerprint(document)
    left = interrupted_folder("verdicts", key) if resume and out is None else None
    if begun is not None and begun != document:
        raise FolderError(
            f"{out} was begun with other claims or another number of runs; name another folder"
        )
    there = left if begun is None else out
    if there is not None:
        return there

    def fill(place: Path) -> None:
        write_json(place / PLAN, document)
        put_manifest(place, _head("running"))

    return make_folder(out, "verdicts", key, fill)


def _plan(folder: Path) -> dict[str, Any] | None:
    """What a folder of verdicts was begun with; None of what is none."""
    try:
        found = json.loads((folder / PLAN).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise FolderError(f"{folder / PLAN} cannot be read: {error}") from error
    if not isinstance(found, dict) or not isinstance(found.get("n"), int):
        raise FolderError(f"{folder / PLAN} is no plan of verdicts")
    return found


def _head(status: str) -> dict[str, Any]:
    return {"status": status, "kind": "verdicts", "version": version("supply-axis")}


def carry_out_verdicts(folder: Path, questions: Sequence[Question], means: Means) -> dict[str, Any]:
    """Run what is missing, and return the answers as plain data.

    Raises:
        EngineError, FullDiskError: as :func:`~sim.many.ensemble.carry_out`.
    """
    plan = _plan(folder)
    assert plan is not None
    split = Split.of(plan["n"])
    mark(folder, "running")
    try:
        rows = [_Case(q, folder, split, means).row() for q in questions]
    except KeyboardInterrupt:
        mark(folder, "interrupted")
        raise
    return {"format": 1, "runs": runs_of(split), "claims": rows}


def mark(folder: Path, status: str) -> None:
    """Say in the manifest how far the verdicts are."""
    put_manifest(folder, _head(status))


def close(folder: Path, argv: Sequence[str]) -> None:
    """Write the manifest of verdicts whose tables are whole; their ensembles have their own."""
    write_manifest(folder, _head("complete"), argv, ["runs"])


def runs_of(split: Split) -> dict[str, int]:
    """How many runs each part takes, as plain data."""
    return {"main": split.main, "confirm": split.confirm, "flip": split.flip}


_Confirmed = Mapping[str, tuple[tuple[int, int], tuple[int, int]]]
"""(true, decided) of the runs with an input set low, and high, by its path."""


def _told(top: Sequence[Hang], confirmed: _Confirmed) -> list[Hang]:
    """The inputs that change the chance of the claim in runs of their own too."""

    def changes(runs: tuple[tuple[int, int], tuple[int, int]]) -> bool:
        if not all(of for _, of in runs):
            return False
        found = st.difference_of_probabilities(*runs)
        return max(found.low or 0.0, -(found.high or 0.0)) > 0

    return [hang for hang in top if changes(confirmed[hang.input])]


def _chance(runs: tuple[int, int]) -> float:
    true, decided = runs
    return true / max(decided, 1)


class _Case:
    """Answers one question from runs below a folder."""

    def __init__(self, question: Question, folder: Path, split: Split, means: Means) -> None:
        self.question, self.split, self.means = question, split, means
        self.main = folder / "runs" / Path(question.file).stem
        self.rest = self.main / "claims" / question.claim
        scenarios = question.scenarios
        paths = sorted({path for scenario in scenarios for path in uncertain(scenario)})
        self.keys = {path: key for path in paths if (key := luck_key(path)) is not None}
        self.units: dict[str, str] = {}

    def row(self) -> dict[str, Any]:
        """What is told of the claim, as plain data."""
        question = self.question
        runs = self._run(self.main / "main", self.split.main, self._watched)
        first = [rows[0] for rows in runs]
        outcomes = [question.judge(rows) for rows in runs]
        true, decided = measure.count(outcomes)
        intended = measure.by_intended(outcomes, question.caused_by)
        found = measure.hangs(first, outcomes, self.keys)
        verdict = measure.judged(
            (true, decided), undecided=len(outcomes) - decided, happened=question.happened,
            undecidable=question.undecidable is not None, by_intended=intended,
        )  # fmt: skip
        top = [hang for hang in found if hang.difference.value][:MOST]
        if verdict == measure.UNDECIDABLE or not decided:
            top = []
        confirmed = self._confirm(top)
        flips = self._flips(_told(top, confirmed), confirmed, outcomes)
        return {
            "file": question.file,
            "claim": question.claim,
            "seed_claim": question.seed_claim,
            "title": question.title,
            "text": question.text,
            "asked": question.asked,
            "kind": question.scenarios[0].kind,
            "runs": len(outcomes),
            "true": true,
            "decided": decided,
            "probability": interval(st.probability(true, decided)) if decided else None,
            "happened": question.happened,
            "record": question.record,
            "undecidable": question.undecidable,
            "verdict": verdict,
            "causes": _causes(outcomes),
            "cells": self._cells(runs, outcomes),
            "caused_by": list(question.caused_by),
            "by_intended": None if intended is None else list(intended),
            "other_cause": measure.by_another(intended),
            "same": self._same(runs, outcomes),
            "inputs": len(found),
            "assumptions": [self._said(hang, confirmed.get(hang.input)) for hang in found[:MOST]],
            "flip": self._flip(flips),
            "flips_sought": len(flips),
            "links": [self._said(h, None) for h in found if h.input.startswith("network.roads.")
                      and h.input.endswith(".exists")],
        }  # fmt: skip

    # --- runs ----------------------------------------------------------------------------

    def _run(
        self, folder: Path, n: int, make_task: Callable[[Scenario], Task] | None = None
    ) -> list[tuple[Mapping[str, Any], ...]]:
        """The rows of ``n`` runs of each scenario of the question, run by run."""
        scenarios = self.question.scenarios
        found = []
        for scenario in scenarios:
            place = folder / scenario.id if len(scenarios) > 1 else folder
            if not place.exists():
                begin(scenario, Plan(n, scenario.seed), place)
            done = finished(place, self.means, make_task)
            self.units |= done.measured.units
            found.append({row["replicate"]: self._slim(row) for row in rows_of(done)})
        both = [r for r in found[0] if all(r in other for other in found)]
        return [tuple(rows[r] for rows in found) for r in both]

    def _watched(self, scenario: Scenario) -> Task:
        return partial(run_replicate, scenario, watched=self.question.watched)

    def _slim(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What is needed of a row."""
        keys = ("claims", "turned", "came", "drawn", "chances")
        kept = {key: row[key] for key in keys if key in row}
        measures = {p: row["measures"][p] for p in self.question.paths if p in row["measures"]}
        return {**kept, "replicate": row["replicate"], "measures": measures}

    def _at(self, name: str, settings: Sequence[Setting], each: int) -> list[tuple[int, int]]:
        """(true, decided) of ``each`` runs at each setting, all under the same luck."""
        if not settings:
            return []

        def task(scenario: Scenario) -> Task:
            return partial(run_setting, scenario, tuple(settings), each)

        runs = self._run(self.rest / name, len(settings) * each, task)
        found: list[list[Outcome]] = [[] for _ in settings]
        for rows in runs:
            found[rows[0]["replicate"] // each].append(self.question.judge(rows))
        return [measure.count(outcomes) for outcomes in found]

    # --- what it hangs on ----------------------------------------------------------------

    def _confirm(self, top: Sequence[Hang]) -> _Confirmed:
        """(true, decided) with each input set low and high, or not happening and happening."""
        settings = [
            {hang.input: at} for hang in top for at in ((1.0, 0.0) if hang.chance else TAILS)
        ]
        found = self._at("confirm", settings, self.split.confirm)
        return {hang.input: (found[2 * i], found[2 * i + 1]) for i, hang in enumerate(top)}

    def _flips(
        self, top: Sequence[Hang], confirmed: _Confirmed, outcomes: Sequence[Outcome]
    ) -> dict[str, tuple[Hang, Flip | None]]:
        """What would flip the claim, by input: of each that was confirmed to change its chance.

        The runs at a setting have the luck of the first of those that answer the claim, and
        differ from these by the setting alone; that difference is added to the chance of all.
        """
        now = _chance(measure.count(outcomes))

        def moved(runs: tuple[int, int]) -> float:
            same = _chance(measure.count(outcomes[: self.split.flip]))
            return min(max(now + _chance(runs) - same, 0.0), 1.0)

        searches: dict[str, Bisection] = {}
        flips: dict[str, Flip | None] = {}
        for hang in top:
            low, high = map(_chance, confirmed[hang.input])
            if hang.chance:
                stated = float(self._part(hang.input))
                flips[hang.input] = measure.flip_of_chance(stated, now, high - low)
            else:
                up = (high > low) != (now >= measure.EVEN)
                searches[hang.input] = Bisection(now, ENDS[up])
        for step in range(STEPS):
            going = {path: s for path, s in searches.items() if not s.hopeless}
            settings = [{path: search.at} for path, search in going.items()]
            found = self._at(f"flip-{step + 1}", settings, self.split.flip)
            for search, runs in zip(going.values(), found, strict=True):
                search.tell(moved(runs))
        flips |= {path: search.flip for path, search in searches.items()}
        return {hang.input: (hang, flips[hang.input]) for hang in top}

    def _part(self, path: str) -> Any:
        """The distribution or the chance at a path, in the first scenario that has it."""
        parts = (part_of(scenario, path) for scenario in self.question.scenarios)
        return next(part for part in parts if part is not None)

    def _words(self, path: str, at: float) -> str:
        scenarios = self.question.scenarios
        return value_at(next(s for s in scenarios if part_of(s, path) is not None), path, at)

    # --- as plain data -------------------------------------------------------------------

    def _cells(self, runs: Sequence[Rows], outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
        """Of a claim over two cells by what its measure came in each; of one of no time its mean.

        In the runs decided, by outcome of the claim.
        """
        question, found = self.question, []
        pairs = [(r, o) for r, o in zip(runs, outcomes, strict=True) if o.verdict != "undecided"]
        for n, cell in enumerate(question.cells):
            causes = _causes([question.came(rows, n, o.verdict) for rows, o in pairs])
            path, mean = question.paths[0], None
            if pairs and not is_time(path):
                mean = tidy(fmean(rows[n]["measures"].get(path, absent(path)) for rows, _ in pairs))
            unit = self.units.get(path, "1")
            found.append({"cell": cell, "causes": causes, "mean": mean, "unit": unit})
        return found

    def _same(self, runs: Sequence[Rows], outcomes: Sequence[Outcome]) -> dict[str, Any] | None:
        """Of a claim that comes out the same in every run, how near one came to the contrary.

        None of another, and of one whose measure is compared with no number.
        """
        bound = self.question.bound
        decided = [r for r, o in zip(runs, outcomes, strict=True) if o.verdict != "undecided"]
        if bound is None or measure.count(outcomes)[0] not in (0, len(decided)):
            return None
        unit = self.units.get(self.question.paths[0], "1")
        value = bound.nearest(decided, unit)
        if value is None:
            return None
        words = self.question.words(value, unit) if isfinite(value) else "never"
        return {"bound": bound.words, "nearest": words, "value": tidy(value), "unit": unit}

    def _said(
        self, hang: Hang, confirmed: tuple[tuple[int, int], tuple[int, int]] | None
    ) -> dict[str, Any]:
        values = ["not", "happens"]
        if not hang.chance:
            values = [self._words(hang.input, at) for at in TAILS]
        elif hang.input.endswith(".exists"):
            values = ["not there", "there"]
        return {
            "input": hang.input,
            "chance": hang.chance,
            "values": values,
            **_compared(hang.runs),
            "difference": interval(hang.difference),
            "clear": hang.clear,
            "confirmed": None if confirmed is None else _confirmed(confirmed),
        }

    def _flip(self, flips: Mapping[str, tuple[Hang, Flip | None]]) -> dict[str, Any] | None:
        """The smallest of the changes that would flip the claim, as a share of its range."""
        known = [(flip, hang) for hang, flip in flips.values() if flip is not None]
        if not known:
            return None
        flip, hang = min(known, key=lambda pair: (pair[0].size, pair[1].input))
        if hang.chance:
            before, after = float(self._part(hang.input)), flip.at
            said = [f"{100 * share:.0f} %" for share in (before, after)]
        else:
            before, after = 0.5, flip.at
            said = [self._words(hang.input, at) for at in (before, after)]
        return {
            "input": hang.input, "chance": hang.chance, "from": said[0], "to": said[1],
            "probability": tidy(flip.chance), "size": tidy(flip.size),
        }  # fmt: skip


def _causes(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The runs by what settled the claim, as plain data; ``share`` is of those decided."""
    _, decided = measure.count(outcomes)
    return [
        {"verdict": s.verdict, "cause": s.cause, "where": s.where, "came": s.came,
         "runs": s.runs, "share": tidy(s.runs / decided)}
        for s in measure.shares(outcomes)
    ]  # fmt: skip


def _compared(runs: tuple[tuple[int, int], tuple[int, int]]) -> dict[str, Any]:
    low, high = runs
    return {"low": interval(st.probability(*low)), "high": interval(st.probability(*high))}


def _confirmed(runs: tuple[tuple[int, int], tuple[int, int]]) -> dict[str, Any] | None:
    """The chances at both settings and their difference; None where nothing was decided."""
    if not all(of for _, of in runs):
        return None
    return {**_compared(runs), "difference": interval(st.difference_of_probabilities(*runs))}
