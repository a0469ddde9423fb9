"""What is handed to draw with; matplotlib is imported when it draws.

Each draws PNGs; with ``svg`` an SVG of each figure too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.tables.manifest import Undrawn
from sim.tables.verified import ALTERED, altered

if TYPE_CHECKING:
    from sim.cuts.from_scenario import Weak
    from sim.many.learned import Learned
    from sim.many.scoring import Scored
    from sim.many.sensitivity import SensitivityStudy
    from sim.many.studies import Study
    from sim.measure.compare import Comparison
    from sim.measure.compare_many import ManyComparison
    from sim.measure.summary import Analysis
    from sim.scenario.model import Scenario

Draws = Callable[..., Sequence[Undrawn]]


def drawer(draw: Draws, figures: bool, svg: bool) -> Draws | None:
    """What of here draws, as SVG too where wanted; None where no figures are."""
    return partial(draw, svg=svg) if figures else None


def _noted(read: Iterable[Mapping[str, Any]]) -> AbstractContextManager[None]:
    """Inside, figures say which files their numbers were read from were changed since."""
    from sim.view.draw import noted

    return noted(altered([file for summary in read for file in summary.get(ALTERED, ())]))


def draw_ensemble(
    scenario: Scenario,
    summary: Mapping[str, Any],
    rows: Iterable[Mapping[str, Any]],
    folder: Path,
    *,
    svg: bool = False,
) -> Sequence[Undrawn]:
    """Draw the figures of an ensemble into a folder that is there."""
    from sim.view.charts.ensemble_figures import ensemble_figures
    from sim.view.saving import save_each

    with _noted([summary]):
        return save_each(ensemble_figures(scenario, summary, rows), folder, svg=svg)


def draw_study(study: Study, folder: Path, *, svg: bool = False) -> Sequence[Undrawn]:
    """Draw the figures of a study into a folder that is there."""
    from sim.view.charts.study_figures import study_figures
    from sim.view.saving import save_each

    with _noted([cell.summary for cell in study.ensembles]):
        return save_each(study_figures(study), folder, svg=svg)


def draw_sensitivity(
    study: SensitivityStudy, folder: Path, *, svg: bool = False
) -> Sequence[Undrawn]:
    """Draw the tornados of a sensitivity study into a folder that is there."""
    from sim.view.charts.study_figures import tornados
    from sim.view.saving import save_each

    with _noted([study.runs.summary]):
        return save_each(tornados(study), folder, svg=svg)


def draw_comparison(
    comparison: Comparison, folder: Path, *, svg: bool = False
) -> Sequence[Undrawn]:
    """Draw the figures of a comparison of runs into a folder that is there."""
    from sim.view.charts.compare_figures import comparison_figures
    from sim.view.saving import save_each

    with _noted([one.summary for one in comparison.outcomes]):
        return save_each(comparison_figures(comparison), folder, svg=svg)


def draw_many(comparison: ManyComparison, folder: Path, *, svg: bool = False) -> Sequence[Undrawn]:
    """Draw the figures of a comparison of ensembles into a folder that is there."""
    from sim.view.charts.many_figures import many_figures
    from sim.view.saving import save_each

    with _noted([one.summary for one in comparison.outcomes]):
        return save_each(many_figures(comparison), folder, svg=svg)


def draw_scores(scored: Scored, folder: Path, *, svg: bool = False) -> Sequence[Undrawn]:
    """Draw the figures of scores into a folder that is there."""
    from sim.view.charts.hindcast import score_figures
    from sim.view.saving import save_each

    return save_each(score_figures(scored), folder, svg=svg)


def draw_learned(learned: Learned, folder: Path, *, svg: bool = False) -> Sequence[Undrawn]:
    """Draw the figures of a calibration into a folder that is there."""
    from sim.view.charts.learned import learned_figures
    from sim.view.saving import save_each

    return save_each(learned_figures(learned), folder, svg=svg)


def weakness_of(analysis: Analysis, axis: str | None, time: int) -> Weak | None:
    """Where an axis of a run is weak at ``time`` (s), named as figures name it.

    None of no axis, and where nothing flows or nothing bounds the flow.
    """
    from sim.cuts.from_scenario import weakness_of_axis
    from sim.view.words import course_of, written

    if axis is None:
        return None
    scenario = written(analysis.scenario)
    return weakness_of_axis(scenario, course_of(analysis, scenario), axis, time)
