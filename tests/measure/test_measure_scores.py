"""Models of regrouping side by side: their scores and how far they are from the run's own."""

from __future__ import annotations

import numpy as np
import pytest

from sim.measure.model_scores import ensemble_scores, run_scores
from sim.tables import of_many

NAN = float("nan")


def columns(**models: list[float]) -> dict[str, np.ndarray]:
    found = {}
    for model, log in models.items():
        found[f"regroup.score.{model}.log"] = np.array(log)
        found[f"regroup.score.{model}.brier"] = np.array(log) / 10
        found[f"regroup.score.{model}.moves"] = np.array([0.0 if x != x else 2.0 for x in log])
    return found


def test_scores_are_over_the_runs_that_have_one() -> None:
    given = columns(logit=[1.0, NAN, 3.0], nearest=[4.0, NAN, 5.0])
    own, own_brier, nearest, _ = ensemble_scores("base", given)
    assert (own.model, own.rule, own.n, own.moves, own.score.value) == ("logit", "log", 2, 2, 2)
    assert own.less_own is None
    assert own.verdict == ""
    assert own_brier.score.value == pytest.approx(0.2)
    # differences of 3 and 2 in the same runs: mean 2.5, half-width 12.706 * 0.7071 / sqrt(2)
    assert nearest.less_own is not None
    assert nearest.less_own.value == 2.5
    assert nearest.less_own.low == pytest.approx(2.5 - 12.7062 / 2, abs=1e-4)
    assert nearest.verdict == "no difference found"


@pytest.mark.parametrize(
    ("gravity", "verdict"),
    [([2.0, 3.1, 4.0], "worse"), ([0.1, 1.2, 2.0], "better"), ([1.0, 2.0, 3.0], "the same")],
)
def test_the_interval_decides(gravity: list[float], verdict: str) -> None:
    found = ensemble_scores("base", columns(logit=[1.0, 2.0, 3.0], gravity=gravity))
    assert {s.verdict for s in found if s.model == "gravity"} == {verdict}


def test_reserves_are_compared_with_nobody_and_nothing_comes_of_nothing() -> None:
    found = ensemble_scores("base", columns(logit=[1.0, 1.0], reserves=[2.0, 2.0]))
    assert [s.less_own for s in found if s.model == "reserves"] == [None, None]
    assert ensemble_scores("base", {}) == []
    assert ensemble_scores("base", columns(logit=[NAN])) == []


def test_of_one_run_the_difference_decides() -> None:
    measures = {
        f"regroup.score.{model}.{name}": {"value": value, "unit": "1"}
        for model, value in (("logit", 1.5), ("nearest", 1.0), ("gravity", None))
        for name in ("log", "brier", "moves")
    }
    found = run_scores("one", measures)
    assert [(s.model, s.rule, s.verdict) for s in found] == [
        ("logit", "log", ""),
        ("logit", "brier", ""),
        ("nearest", "log", "better"),
        ("nearest", "brier", "better"),
    ]
    table = of_many.scores(found)
    rows = table.rows
    assert all(len(row) == len(table.columns) for row in rows)
    assert rows[2] == ["one", "nearest", "log", 1, 1.0, 1.0, None, None, -0.5, None, None, "better"]
    assert found[2].document()["less_own"] == {"value": -0.5, "low": None, "high": None}
