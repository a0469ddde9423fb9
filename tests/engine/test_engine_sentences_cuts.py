"""What ``sim cut``, ``rank`` and ``interdict`` say: each number is what the answer has for it.

Of axes of shipped and random scenarios, and of random networks; terminal and figures.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import sim as package
from sim.api.axes import axes_at, cuts_at
from sim.api.between import Between
from sim.base.said import Name, Said, Sentence
from sim.cuts.ranking import with_intervals
from sim.scenario.loader import load
from sim.scenario.model import Scenario
from sim.tables import of_cuts
from sim.tables.table import Table
from sim.view.cut_data import flow_map_data, frontier_data, rank_data
from sim.view.data import MapData, Page

SHIPPED = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (n % 6 != 0))
    for n, path in enumerate(sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))[-12:])
]
"""Every sixth of them is fast; the others are slow."""
HeldTo = Callable[[str, Callable[[Said], list[float]], datetime | None], None]
OfDocument = Callable[[Mapping[str, Any]], Callable[[Said], list[float]]]
Told = Iterator[tuple[str, Mapping[str, Any]]]
"""A sentence, and the document that its numbers are of."""


def cells(table: Table) -> Iterator[Sentence]:
    for row in table.rows:
        for cell in row:
            yield Sentence(cell)


def figure(page: Page, document: Mapping[str, Any]) -> Told:
    yield page.title, document
    yield Sentence(page.subtitle), document


def told(between: Between, seed: int) -> Told:
    """All that is said of attacks on a network or an axis, and of what each loss costs."""
    attack = between.interdict(2, targets="both")
    document = attack.document()
    document["defence"] = between.hold(1, 1, targets="both").document()
    document["uncertain"] = asdict(between.gamble(1, {}, 0.7, targets="both"))
    for sentence in (of_cuts.title(document), *cells(of_cuts.frontier(document)),
                     *of_cuts.beside_frontier(document)):  # fmt: skip
        yield sentence, document
    yield from figure(frontier_data(attack.frontier).page, document)

    slow = between.slow_down(2)
    for sentence in of_cuts.delay(slow.document()):
        yield sentence, slow.document()
    yield from figure(frontier_data(slow.frontier).page, slow.document())

    captured = None if between.case.axis is None else ()
    found = between.rank(captured=captured, seed=seed).ranking
    found = with_intervals(found, [between.case], "both")
    document = found.document()
    for sentence in (*cells(of_cuts.ranking(document)), *of_cuts.shapley(document)):
        yield sentence, document
    yield from figure(rank_data(found).page, document)


def of_axes(scenario: Scenario, axes: list[str]) -> Told:
    """What is said of the axes of a scenario at its start, and of their cuts at its end."""
    for cut in cuts_at(scenario, axes):
        document = cut.document(20, "5000")
        for sentence in (*of_cuts.axis_cut(document), *of_cuts.explained(document)):
            yield sentence, document
    for between in axes_at(scenario, axes):
        if between.case.flow.value:
            yield from told(between, 1)
    weights = {axis: i + 1 for i, axis in enumerate(axes)}
    joint = package.interdict(scenario, weights, 1)
    for sentence in of_cuts.joint(joint.document()):
        yield sentence, joint.document()
    yield from figure(frontier_data(joint.frontier).page, joint.document())


def network(seed: int) -> Between:
    """A random network whose names hold digits."""
    rng = random.Random(seed)
    names = [f"p {i}" for i in range(9)]
    capacities = [1, 2.5, 7, 1200]
    rows = [
        (names[rng.randrange(i)], names[i], rng.choice(capacities), rng.random())
        for i in range(1, 9)
    ]
    rows += [(*rng.sample(names, 2), rng.choice([0.05, 3, 40]), 12) for _ in range(7)]
    return package.Network.from_edges(rows, two_way=True).between(names[0], names[-1])


@pytest.mark.parametrize("path", SHIPPED)
def test_answers_about_shipped_axes(path: Path, held_to: HeldTo, of_document: OfDocument) -> None:
    scenario = load(path)
    axis = scenario.main_axis
    assert axis is not None
    for sentence, document in of_axes(scenario, [axis]):
        held_to(sentence, of_document(document), scenario.start)


SEEDS = [pytest.param(n, marks=[pytest.mark.slow] if n > 30 else []) for n in range(0, 100, 10)]


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_about_random_axes(
    wild: Callable[[int], Scenario], held_to: HeldTo, of_document: OfDocument, seed: int
) -> None:
    for n in range(seed, seed + 10):
        for sentence, document in of_axes(wild(n), ["line", "other"]):
            held_to(sentence, of_document(document), None)


@pytest.mark.parametrize("seed", SEEDS)
def test_answers_about_random_networks(held_to: HeldTo, of_document: OfDocument, seed: int) -> None:
    for n in range(seed, seed + 10):
        between = network(n)
        cut = between.min_cut().document(10, 2)
        base = MapData(Page(""), "", "", (), (), ())
        page = flow_map_data(base, between.case).page
        found = [(sentence, cut) for sentence in of_cuts.case_cut(cut)]
        found += [*figure(page, cut), *told(between, n)]
        for sentence, document in found:
            held_to(sentence, of_document(document), None)


def test_what_an_answer_has_not_is_found(held_to: HeldTo, of_document: OfDocument) -> None:
    document = network(1).min_cut().document()
    values = of_document(document)
    tell = of_cuts.Answer(document)
    held_to(Sentence("max flow: ", tell.amount("max_flow")), values, None)
    other = document | {"max_flow": document["max_flow"] + 1}
    for wrong, stated in (
        (Sentence("max flow: ", tell.amount("max_flow")), of_document(other)),
        (Sentence(f"max flow: {document['max_flow']}"), values),
        (Sentence(str(tell.amount("max_flow"))), values),
    ):
        with pytest.raises(AssertionError):
            held_to(wrong, stated, None)
    held_to(Sentence(Name("p 7")), values, None)
