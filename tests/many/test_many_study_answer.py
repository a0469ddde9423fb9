"""What answers the title of a study: counts run by run, the words, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.base.diagnostics import ScenarioError
from sim.many.design import read_design
from sim.many.engines import Serial
from sim.many.ensemble import Means
from sim.many.studies import begin_study, carry_out_study, summary
from sim.many.study_answer import count
from sim.measure.ensemble import Replicates
from sim.measure.statistics import probability
from sim.tables.of_many import answer

INF = np.inf
PATH = "axes.line.time_of_first_cut"

STUDY = """\
format: 1
title: Is the town's stock gone where the gate falls, and only there?
base: small.yaml
n: 3
grid:
  events.gate_falls.chance: {holds: 0, falls: 1}
names: {events.gate_falls.chance: gate}
measures: [axes.line.delivered]
"""


def runs(*days: float) -> Replicates:
    return Replicates(tuple(range(len(days))), {}, {PATH: np.array(days)}, {})


def stated(cell: str | None, *others: str) -> dict[str, Any]:
    return {"measure": PATH, "cell": cell, "others": list(others)}


def test_runs_are_counted_in_which_it_comes_there_and_not_elsewhere() -> None:
    # together in the first three of five; alone in the second: two are left
    cells, tables = ["both", "one"], [runs(3, 4, 5, INF, INF), runs(INF, 9, INF, INF, 2)]
    found = count(stated("both", "one"), cells, tables)
    assert (found["came"], found["n"], found["anywhere"], found["runs"]) == (2, 5, 5, 10)
    wilson = probability(2, 5)
    assert (found["low"], found["high"]) == pytest.approx((wilson.low, wilson.high))
    # 2 of 5 by Wilson: (0.4 + 0.384146 -+ 1.96 sqrt(0.048 + 0.0384146)) / 1.768292
    assert str(answer(found)) == "In some: in 40 % of 5 runs (95 % interval 12 % to 77 %)"


def test_without_a_cell_the_runs_of_all_are_counted() -> None:
    found = count(stated(None), ["a", "b"], [runs(1, INF), runs(2, INF)])
    assert (found["came"], found["n"], found["runs"]) == (2, 4, 4)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        # in none of the four runs of both cells
        ([runs(INF, INF), runs(INF, INF)], "No: in none of 4 runs"),
        # in a run of the other cell: only those of the first were asked of
        ([runs(INF, INF), runs(1, INF)], "No: in none of 2 runs"),
        ([runs(1, 2), runs(INF, INF)], "Yes: in all of 2 runs"),
        ([runs(1, 2), runs(3, INF)], "In some: in 50 % of 2 runs (95 % interval 9 % to 91 %)"),
        ([runs(1), runs(INF)], "Yes: in its one run"),
    ],
)
def test_another_outcome_gives_other_words(tables: list[Replicates], said: str) -> None:
    assert str(answer(count(stated("a", "b"), ["a", "b"], tables))) == said


def test_a_cell_that_does_not_list_the_time_never_had_it() -> None:
    found = count(stated("a", "b"), ["a", "b"], [runs(1, 2), Replicates((0, 1), {}, {}, {})])
    assert found["came"] == 2


def test_a_study_writes_its_answer_and_one_without_has_none(small_file: Path) -> None:
    file = small_file.parent / "study.yaml"
    comes = "axes.line.sinks.town.time_of_exhaustion"
    file.write_text(
        STUDY + f"answer: {{comes: {comes}, in: {{gate: falls}}, not_in: [{{gate: holds}}]}}\n",
        encoding="utf-8",
    )
    done = carry_out_study(
        begin_study(read_design(file), small_file.parent / "out"), Means(Serial())
    )
    found = summary(done)["answer"]
    gone = [cell.measured.columns[comes] for cell in done.ensembles]
    expected = np.isfinite(gone[1]) & ~np.isfinite(gone[0])
    assert (found["cell"], found["others"]) == ("gate_falls", ["gate_holds"])
    assert (found["came"], found["n"], found["runs"]) == (int(expected.sum()), 3, 6)
    file.write_text(STUDY, encoding="utf-8")
    assert read_design(file).answer is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("answer: yes", "'answer' is a map"),
        ("answer: {comes: axes.line.delivered}", "needs a time that comes or does not"),
        ("answer: {in: {gate: falls}}", "needs a time that comes or does not"),
        (f"answer: {{comes: {PATH}, when: now}}", "unknown key 'when' in 'answer'"),
        (f"answer: {{comes: {PATH}, in: {{gat: falls}}}}", "no factor 'gat'"),
        (f"answer: {{comes: {PATH}, in: {{gate: gone}}}}", "no cell has these levels"),
        (f"answer: {{comes: {PATH}, not_in: [{{gate: falls}}]}}", "beside those of 'in'"),
        (f"answer: {{comes: {PATH}, in: {{gate: falls}}, not_in: [{{gate: falls}}]}}",
         "both in 'in' and in 'not_in'"),
    ],
)  # fmt: skip
def test_a_wrong_answer_is_refused_where_it_stands(
    small_file: Path, text: str, said: str
) -> None:  # fmt: skip
    file = small_file.parent / "study.yaml"
    file.write_text(STUDY + text + "\n", encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_design(file)
    assert said in str(caught.value)
    assert "study.yaml:9:" in str(caught.value)


def test_an_answer_by_an_unknown_measure_is_refused(small_file: Path) -> None:
    file = small_file.parent / "study.yaml"
    file.write_text(STUDY + "answer: {comes: axes.lin.time_of_first_cut}\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"no measure 'axes\.lin\.time_of_first_cut'"):
        begin_study(read_design(file), small_file.parent / "out")
