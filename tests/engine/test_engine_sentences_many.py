"""Titles and subtitles of figures of many runs, and of pairs, over shipped and random scenarios.

Each number is what its measure says in the document of the answer; words hold no digits.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.base.said import Said, Sentence
from sim.many.design import Cell
from sim.many.ensemble import Ensemble, Plan
from sim.many.replicate import run_replicate
from sim.many.sensitivity import SensitivityStudy
from sim.many.studies import Study, _conclude, findings
from sim.measure.compare import Comparison, compare
from sim.measure.compare_many import Many, compare_many
from sim.measure.ensemble import summarize, table
from sim.measure.flows import displacements
from sim.measure.sensitivity import Index
from sim.page.run import RunFiles
from sim.page.several import finding
from sim.scenario.model import Scenario
from sim.tables.headline import common_axis
from sim.view.charts.compare_figures import comparison_figures
from sim.view.charts.ensemble_figures import ensemble_figures
from sim.view.charts.many_figures import many_figures
from sim.view.charts.study_figures import study_figures, tornados
from sim.view.saving import Drawing, Nothing

SHIPPED = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (n % 6 != 0))
    for n, path in enumerate(sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))[:12])
]
"""Every sixth of them is fast; the others are slow."""
FACTORS = ("war 2", "raid 3")
HeldTo = Callable[[str, Callable[[Said], list[float]], datetime | None], None]
OfDocument = Callable[[Mapping[str, Any]], Callable[[Said], list[float]]]


def ensemble(scenario: Scenario, n: int) -> tuple[Ensemble, list[dict[str, Any]]]:
    """An ensemble of ``n`` runs that is in no folder, and the rows of its journal."""
    done = [run_replicate(scenario, i) for i in range(n)]
    rows = [result.row for result in done]
    units = {path: unit for result in done for path, unit in result.units.items()}
    measured = table(rows, units, n)
    found = summarize(scenario, scenario.seed, measured)
    return Ensemble(Path(), scenario, Plan(n, scenario.seed), measured, found, {}), rows


def words(figures: Iterable[Drawing]) -> Iterator[str]:
    """Titles and subtitles of figures that are not drawn."""
    for _, make in figures:
        data = make.args[0]()  # what it is drawn from
        if data is not None and not isinstance(data, Nothing):
            yield data.page.title
            yield Sentence(data.page.subtitle)


def displaced(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Shares of the displaced of many runs, with the ends of their intervals within 0 to 1."""
    found: dict[str, Any] = {}
    for d in displacements([{"moves": row["moves"]} for row in rows]):
        share, goals = d.share, found.setdefault(d.actor, {}).setdefault(d.origin, {})
        low, high = share.low or 0.0, share.high or 1.0
        goals[d.choice] = {"share": share.value, "low": max(low, 0), "high": min(high, 1)}
    return {"displaced": found}


def of_ensemble(done: Ensemble, rows: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    document = done.summary | displaced(rows)
    for sentence in words(ensemble_figures(done.scenario, done.summary, rows)):
        yield sentence, document


def of_many(ensembles: Sequence[Ensemble]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of ensembles side by side: two of them, then all."""
    many = [Many(f"e {i}", {"axes": {}}, e.summary, e.measured) for i, e in enumerate(ensembles)]
    for some in (many[:2], many):
        compared = compare_many(some)
        document = compared.document()
        for sentence in words(many_figures(compared)):
            yield sentence, document


def of_study(ensembles: Sequence[Ensemble]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of four ensembles as the cells of two factors."""
    levels = [(a, b) for a in ("no 1", "yes 2") for b in ("few 3", "many 4")]
    cells = [Cell(f"c{i}", pair, ()) for i, pair in enumerate(levels)]
    shared = set.intersection(*(set(e.summary["measures"]) for e in ensembles))
    wanted = [p for p in sorted(shared) if p.startswith("axes.") and "_km" not in p]
    named = {"names": list(FACTORS), "measures": wanted, "title": "Study 5"}
    study: Study = _conclude(Path(), named, cells, ensembles)
    document = findings(study)
    for sentence in words(study_figures(study)):
        yield sentence, document


def of_sensitivity(done: Ensemble, method: str) -> Iterator[tuple[str, dict[str, Any]]]:
    index = Index("events.e1.at", 0.5, 0.1, 0.2)
    paths = [p for p in done.summary["measures"] if p.startswith("axes.")]
    study = SensitivityStudy(
        Path(), "Study 6", method, done.scenario, done, {p: [index] for p in paths}
    )
    for sentence in words(tornados(study)):
        yield sentence, {"days": study.days}


def of_pair(runs: Sequence[api.Run]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Figures of two runs side by side, and the finding of their page."""
    outcomes = []
    for i, run in enumerate(runs):
        axes = {axis: {"name": axis} for axis in run.scenario.axes}
        resolved = {"network": {"places": {}}, "axes": axes, "road 5": {"speed": i}}
        outcomes.append(dataclasses.replace(run.outcome(), name=f"run {i}", scenario=resolved))
    compared: Comparison = compare(outcomes)
    document = compared.document()
    for sentence in words(comparison_figures(compared)):
        yield sentence, document
    files = [
        RunFiles(Path(), r.scenario, r.summary, {}, r.record.control, r.record.series,
                 r.record.flows, r.record.events)
        for r in runs
    ]  # fmt: skip
    axis = common_axis([run.summary for run in runs])
    yield finding(files, axis, compared)[-1], document


@pytest.mark.parametrize("path", SHIPPED)
def test_figures_of_shipped_ensembles(path: Path, held_to: HeldTo, of_document: OfDocument) -> None:
    scenario = api.load(path)
    done, rows = ensemble(scenario, 2)
    found = [*of_ensemble(done, rows), *of_sensitivity(done, "morris")]
    assert found
    for sentence, document in found:
        held_to(sentence, of_document(document), scenario.start)


SEEDS = [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 100, 4))]


@pytest.mark.parametrize("seed", SEEDS)
def test_figures_of_random_ensembles(
    wild: Callable[[int], Scenario],
    wild_war: Callable[[int], Scenario],
    held_to: HeldTo,
    of_document: OfDocument,
    seed: int,
) -> None:
    kind = random.Random(seed).choice([wild, wild_war])
    scenarios = [kind(n) for n in range(seed, seed + 4)]
    made = [ensemble(scenario, 3) for scenario in scenarios]
    ensembles = [done for done, _ in made]
    found = [pair for done, rows in made for pair in of_ensemble(done, rows)]
    found += of_many(ensembles)
    found += of_study(ensembles)
    found += of_sensitivity(ensembles[0], "morris")
    found += of_sensitivity(ensembles[1], "sobol")
    found += of_pair([api.run(scenario) for scenario in scenarios[:2]])
    for sentence, document in found:
        held_to(sentence, of_document(document), None)
