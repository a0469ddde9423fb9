"""Whatever a run may come to, every figure of it can be drawn, and its page made."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from sim import api
from sim.api.drawing import weakness_of
from sim.many.replicate import run_replicate
from sim.measure.compare import compare
from sim.measure.compare_many import Many, compare_many
from sim.measure.ensemble import summarize, table
from sim.page import run as of_page
from sim.page.several import page as page_of_several
from sim.page.single import page
from sim.scenario.model import Scenario
from sim.view.charts.compare_figures import comparison_figures
from sim.view.charts.ensemble_figures import ensemble_figures
from sim.view.charts.many_figures import many_figures
from sim.view.draw import drawn
from sim.view.figures import figures
from sim.view.saving import Drawing, Nothing

Wild = Callable[[int], Scenario]

RUNS = 3
"""Runs of an ensemble: enough for intervals."""


def on_the_map(scenario: Scenario, seed: int) -> Scenario:
    """The same with its places here and there in a few degrees, some of them on one parallel."""
    rng = random.Random(f"map {seed}")
    places = {
        id_: replace(place, lat=rng.choice([36, rng.uniform(35, 37)]), lon=rng.uniform(37, 40))
        for id_, place in scenario.network.places.items()
    }
    network = replace(scenario.network, places=places)
    resolved = {"network": {"places": {}}, "axes": {axis: {} for axis in scenario.axes}}
    return replace(scenario, network=network, resolved=resolved)


def draw(drawings: Iterable[Drawing], *, pixels: bool) -> int:
    """How many of the figures there were to draw; the numbers of each fit its columns.

    Of one that would show nothing there is a reason.
    """
    every = [made for _, make in drawings if (made := make()) is not None]
    assert all(made.why for made in every if isinstance(made, Nothing))
    found = [made for made in every if not isinstance(made, Nothing)]
    for figure, numbers in found:
        assert {len(row) for row in numbers.rows} <= {len(numbers.columns)}
        assert drawn(figure, "png") if pixels else figure.texts
    return len(found)


def draw_runs(scenario: Scenario, *, pixels: bool) -> tuple[api.Run, api.Run]:
    """Draw all figures of a run, and those of it beside one of other luck; gives both."""
    run, other = api.run(scenario), api.run(scenario, seed=99)
    weak = weakness_of(run.analysis, scenario.main_axis, 0)
    # whatever happens, or does not: a map, the turning points and the curves of the main axis
    assert draw(figures(run.analysis, lambda: weak), pixels=pixels) >= 3
    both = compare([run.outcome("one"), other.outcome("other")])
    draw(comparison_figures(both), pixels=pixels)
    return run, other


def draw_ensembles(scenario: Scenario, *, pixels: bool) -> None:
    """Draw all figures of an ensemble, and those of it beside one of other luck."""
    many = []
    for first in (0, RUNS):
        done = [run_replicate(scenario, first + i) for i in range(RUNS)]
        rows = [{**result.row, "replicate": i} for i, result in enumerate(done)]
        units = {path: unit for result in done for path, unit in result.units.items()}
        found = table(rows, units, RUNS)
        summary = summarize(scenario, scenario.seed, found)
        draw(ensemble_figures(scenario, summary, rows), pixels=pixels)
        many.append(Many(f"from {first}", scenario.resolved, summary, found))
    draw(many_figures(compare_many(many)), pixels=pixels)


def everything(
    scenario: Scenario, folder: Path, patch: pytest.MonkeyPatch, *, pixels: bool = False
) -> None:
    """Draw a run, an ensemble and the comparisons of them, and make the pages of the runs."""
    runs = draw_runs(scenario, pixels=pixels)
    draw_ensembles(scenario, pixels=pixels)
    patch.setattr(of_page, "load", lambda _: scenario)  # a scenario made by hand has no text
    one, other = (
        of_page.read_run(run.write(folder / str(i), figures=False)) for i, run in enumerate(runs)
    )
    assert page(one, folder / "report.html").endswith("</html>\n")
    assert page_of_several([one, other], folder / "comparison.html").endswith("</html>\n")


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 6))]
)
def test_every_figure_of_a_random_run_is_drawn(
    seed: int, wild: Wild, wild_war: Wild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = on_the_map((wild_war if seed % 2 else wild)(seed), seed)
    if seed % 5:  # what is made of many runs takes most of the time
        draw_runs(scenario, pixels=False)
    else:
        everything(scenario, tmp_path / "run", monkeypatch)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 300))
def test_every_figure_of_hundreds_of_random_runs_is_drawn(
    seed: int, wild: Wild, wild_war: Wild, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = on_the_map((wild_war if seed % 2 else wild)(seed), seed)
    everything(scenario, tmp_path / "run", monkeypatch, pixels=seed % 10 < 2)
