"""Every number in a sentence is what its measure says, over shipped and random runs.

Terminal, page and titles of figures are made of random runs of the engine, whose scenarios the
conftest of this folder makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.api.drawing import weakness_of
from sim.base.numbers import ELLIPSIS
from sim.base.said import Name, Said, Sentence, at
from sim.page.prose import finding, happenings
from sim.page.run import RunFiles
from sim.scenario.model import Scenario
from sim.tables.terminal import told
from sim.view.data import Page
from sim.view.draw import MARGIN, headed, wrap
from sim.view.figures import figures
from sim.view.look import WIDTH
from sim.view.map.regroup import displacements_of
from sim.view.saving import Nothing
from sim.view.words import Words

SHIPPED = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (n % 6 != 0))
    for n, path in enumerate(sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml")))
]
"""Every sixth of them is fast; the others are slow."""
HeldTo = Callable[[str, Callable[[Said], list[float]], datetime | None], None]


def sentences(run: api.Run, *, cuts: bool) -> Iterator[tuple[str, str]]:
    """Each sentence that is made of a run, and where it stands."""
    record, summary = run.record, run.summary
    for sentence in told(summary):
        yield "terminal", sentence
    files = RunFiles(Path(), run.scenario, summary, {}, record.control, record.series, record.flows,
                     record.events)  # fmt: skip
    for sentence in finding(files):
        yield "page", sentence
    for happening in happenings(files):
        for sentence in (*(cause.said for cause in happening.causes), *happening.effects):
            yield "page", sentence
    axis = run.scenario.main_axis if cuts else None
    for name, make in figures(run.analysis, lambda: weakness_of(run.analysis, axis, 0)):
        data = make.args[0]()  # what it is drawn from
        if data is not None and not isinstance(data, Nothing):
            page = (data.map if hasattr(data, "map") else data).page
            yield name, page.title
            yield name, Sentence(page.subtitle)
            if cuts:
                assert_in_two_lines(page)


def of_run(run: api.Run, *, cuts: bool = False) -> Callable[[Said], list[float]]:
    """The values that a run, and the cuts of its axis, have for what a number says that it is."""
    analysis, document = run.analysis, displaced(run)
    answers = of_cuts(run) if cuts else {}

    def stated(said: Said) -> list[float]:
        if said.measure.startswith("displaced/"):
            return [at(document, said.measure)]
        if said.measure.partition("/")[0] in answers:
            found = at(answers, said.measure)
            return [found / 1000 if said.unit == "t/day" else found]
        if said.measure not in analysis.measures and said.measure in analysis.timed:
            values = analysis.series[analysis.timed[said.measure]].values
            return [value / 1000 for value in values]
        first, _, less = said.measure.partition(" - ")
        found = [analysis.measures[path] for path in (first, *([less] if less else []))]
        assert {measure.unit for measure in found} == {said.unit}, said
        numbers = [measure.value or 0.0 for measure in found]
        return [numbers[0] - sum(numbers[1:])]

    return stated


def displaced(run: api.Run) -> dict[str, Any]:
    """Shares of the displaced, as ``displaced/<actor>/<origin>/<choice>/share``."""
    found: dict[str, Any] = {}
    for d in displacements_of(Words(run.analysis)):
        goals = found.setdefault(d.actor, {}).setdefault(d.origin, {})
        goals[d.choice] = {"share": d.share.value}
    return {"displaced": found}


def of_cuts(run: api.Run) -> dict[str, Any]:
    """What is found of the cuts of the axis in focus at the start."""
    axis = run.scenario.main_axis
    weak = None if axis is None else weakness_of(run.analysis, axis, 0)
    return {} if weak is None else weak[0].ranking.document() | weak[1].document()


@pytest.mark.parametrize("path", SHIPPED)
def test_sentences_of_shipped_scenarios(path: Path, held_to: HeldTo) -> None:
    run = api.run(api.load(path))
    stated = of_run(run, cuts=True)
    for _, sentence in sentences(run, cuts=True):
        held_to(sentence, stated, run.scenario.start)


@pytest.mark.parametrize(
    "seed", [pytest.param(n, marks=[pytest.mark.slow] if n > 40 else []) for n in range(0, 100, 5)]
)
def test_sentences_of_random_runs(
    wild: Callable[[int], Scenario],
    wild_war: Callable[[int], Scenario],
    held_to: HeldTo,
    seed: int,
) -> None:
    for n in range(seed, seed + 5):
        run = api.run((wild_war if n % 2 else wild)(n))
        stated = of_run(run)
        for _, sentence in sentences(run, cuts=False):
            held_to(sentence, stated, None)


def test_a_number_that_says_nothing_of_itself_is_found(
    wild: Callable[[int], Scenario], held_to: HeldTo
) -> None:
    run = api.run(wild(1))
    values = of_run(run)
    held_to(Sentence("a line of ", Name("Fort 7")), values, None)
    lost = run.summary["measures"]["axes.line.convoys_lost"]["value"]
    true = Said(str(lost), lost, "convoys", "axes.line.convoys_lost")
    held_to(Sentence(true), values, None)
    for wrong in (
        Sentence("a line of 7 roads"),
        "a line",
        Sentence(Said(str(lost + 1), lost + 1, "convoys", "axes.line.convoys_lost")),
        Sentence(Said(str(lost + 1), lost, "convoys", "axes.line.convoys_lost")),
        Sentence(Said(str(lost), lost, "t", "axes.line.convoys_lost")),
        Sentence(Said("7")),
    ):
        with pytest.raises(AssertionError):
            held_to(wrong, values, None)


def assert_in_two_lines(page: Page) -> None:
    """The title in two lines at most, and nothing of it or of the subtitle cut off."""
    room = WIDTH - 2 * MARGIN
    title, _, subtitle = headed(page, room)
    assert len(title) <= 2, page.title
    words = " ".join([*title, *wrap(subtitle, 10.5, room, 3)])
    assert ELLIPSIS not in words, page
