"""Every number in a sentence is what its measure says, over shipped and random runs.

Terminal, page and titles of figures are made of random runs of the engine, whose scenarios the
conftest of this folder makes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sim import api
from sim.api.runs import weakness_of
from sim.base.numbers import day_iso, day_words
from sim.base.said import Name, Said, Sentence
from sim.measure.summary import Analysis
from sim.page.prose import finding, happenings
from sim.page.run import RunFiles
from sim.scenario.model import Scenario
from sim.tables.terminal import told
from sim.view.figures import figures

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
NUMBER = re.compile(r"-?[\d,]*\.?\d+(?:e-?\d+)?")


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
        for sentence in (*happening.causes, *happening.effects):
            yield "page", sentence
    axis = run.scenario.main_axis if cuts else None
    for name, make in figures(run.analysis, lambda: weakness_of(run.analysis, axis, 0)):
        data = make.args[0]()  # what it is drawn from
        if data is not None:
            yield name, (data.map if hasattr(data, "map") else data).page.title


def check(sentence: str, run: api.Run) -> None:
    """Words hold no digits; what a number says of itself is what the run says."""
    assert isinstance(sentence, Sentence), sentence
    for part in sentence.parts:
        if isinstance(part, Said):
            check_number(part, run)
        elif not isinstance(part, Name):
            assert not re.search(r"\d", part), (part, sentence)


def check_number(said: Said, run: api.Run) -> None:
    assert said.unit, said
    assert said.value is not None, said
    if said.measure:
        assert any(abs(said.value - v) < 1e-6 for v in stated(said, run.analysis)), said
    text, start = said.replace("\u2212", "-"), run.scenario.start
    if said.unit == "day" and not re.fullmatch(r"[\d.,]+ days?", text):
        words = day_words(start, said.value)
        dates = {words, words[:-5], day_iso(start, said.value)}
        assert text in dates or start is None, said
    elif "under" in text or "over" in text:
        assert 0 < said.value < 0.005 or 0.995 <= said.value < 1, said
    else:
        found = NUMBER.search(text)
        assert found is not None, said
        shown, digits = float(found[0].replace(",", "")), found[0].partition(".")[2]
        size = said.value * (100 if text.endswith("%") else 1)
        least = 0.06 * abs(size) if 0 < abs(size) < 0.1 else 0.5 * 10 ** -len(digits)
        assert abs(shown - size) <= least + 1e-6, (said, said.value)


def stated(said: Said, analysis: Analysis) -> list[float]:
    """The values that its measure has: one of the whole run, several of one that changes."""
    if said.measure not in analysis.measures and said.measure in analysis.timed:
        values = analysis.series[analysis.timed[said.measure]].values
        return [value / 1000 for value in values]
    first, _, less = said.measure.partition(" - ")
    found = [analysis.measures[path] for path in (first, *([less] if less else []))]
    assert {measure.unit for measure in found} == {said.unit}, said
    numbers = [measure.value or 0.0 for measure in found]
    return [numbers[0] - sum(numbers[1:])]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_sentences_of_shipped_scenarios(path: Path) -> None:
    run = api.run(api.load(path))
    for _, sentence in sentences(run, cuts=True):
        check(sentence, run)


@pytest.mark.parametrize("seed", range(0, 100, 5))
def test_sentences_of_random_runs(
    wild: Callable[[int], Scenario], wild_war: Callable[[int], Scenario], seed: int
) -> None:
    for n in range(seed, seed + 5):
        run = api.run((wild_war if n % 2 else wild)(n))
        for _, sentence in sentences(run, cuts=False):
            check(sentence, run)


def test_a_number_that_says_nothing_of_itself_is_found(wild: Callable[[int], Scenario]) -> None:
    run = api.run(wild(1))
    check(Sentence("a line of ", Name("Fort 7")), run)
    with pytest.raises(AssertionError):
        check(Sentence("a line of 7 roads"), run)
    with pytest.raises(AssertionError):
        check("a line", run)
    lost = run.summary["measures"]["axes.line.convoys_lost"]["value"]
    check(Sentence(Said(str(lost), lost, "convoys", "axes.line.convoys_lost")), run)
    with pytest.raises(AssertionError):
        check(Sentence(Said(str(lost + 1), lost + 1, "convoys", "axes.line.convoys_lost")), run)
    with pytest.raises(AssertionError):
        check(Sentence(Said(str(lost + 1), lost, "convoys", "axes.line.convoys_lost")), run)
