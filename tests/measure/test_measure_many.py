"""Ensembles as tables, their summaries, and comparisons run by run."""

from __future__ import annotations

import math
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sim.base.errors import BadInputError
from sim.measure import columns
from sim.measure.compare_many import Many, compare_many
from sim.measure.ensemble import Replicates, absent, describe, table
from sim.measure.steps import is_time
from sim.tables.of_many import differences


def rows(**columns: list[float | None]) -> list[dict[str, Any]]:
    names = {k: k.replace("__", ".") for k in columns}
    count = len(next(iter(columns.values())))
    return [
        {"replicate": i, "measures": {names[k]: v[i] for k, v in columns.items()}, "claims": {}}
        for i in range(count)
    ]


def many(name: str, found: Replicates, seed: int = 1, days: float = 10) -> Many:
    summary = {
        "seed": seed, "n": len(found.replicates), "claims": [],
        "scenario": {"days": days, "id": name},
    }  # fmt: skip
    return Many(name, {"id": name, "x": name}, summary, found)


def test_nobody_went_where_nobody_went() -> None:
    """A choice that a run does not list had 0 persons; its share is 0 of those displaced."""
    found = table(
        [
            {"replicate": 0, "claims": {}, "measures": {
                "regroup.red.displaced": 10, "regroup.red.to.hill.persons": 10,
                "regroup.red.to.hill.share": 1.0, "regroup.red.to.hill.lag": 2.0}},
            {"replicate": 1, "claims": {}, "measures": {"regroup.red.displaced": 5}},
            {"replicate": 2, "claims": {}, "measures": {"regroup.red.displaced": 0}},
        ],
        {}, 3,
    )  # fmt: skip
    assert found.columns["regroup.red.to.hill.persons"].tolist() == [10, 0, 0]
    share, lag = (found.columns[f"regroup.red.to.hill.{k}"] for k in ("share", "lag"))
    assert share[:2].tolist() == [1, 0]
    assert np.isnan(share[2])
    assert np.isnan(lag[1:]).all()


def test_a_time_that_never_came_has_a_description() -> None:
    found = describe("axes.a.time_of_first_cut", np.full(4, math.inf), 10)
    assert found["came"]["value"] == 0
    assert "mean" not in found  # never is no day
    assert found["restricted_mean"] == {"value": 10, "low": 10, "high": 10}
    assert found["median"] is None
    assert describe("axes.a.slack", np.full(4, math.nan), 10) == {"n": 0}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("axes.a.sinks.t.time_of_exhaustion", True),
        ("places.hill.time_taken_by.red", True),
        ("places.hill.time_lost_by.red", True),
        ("decisions.seat.time", True),
        ("decisions.seat.to.time.chosen", False),
        ("regroup.red.to.hill.lag", False),
        ("axes.a.sinks.t.days_of_supply_end", False),
        ("fallen", False),
    ],
)
def test_which_measures_are_times_that_may_not_come(path: str, expected: bool) -> None:
    assert is_time(path) is expected


def test_a_place_that_does_not_fall_counts_with_the_whole_period() -> None:
    # taken on day 4 in one run of four, of 10 days: (4 + 10 + 10 + 10) / 4 = 8.5
    column = table(rows(places__x__time_lost_by__red=[None, 4, None, None]), {}, 4).columns
    found = describe("places.x.time_lost_by.red", column["places.x.time_lost_by.red"], 10)
    assert (found["n"], found["came"]["value"]) == (4, 0.25)
    assert "mean" not in found
    assert found["restricted_mean"]["value"] == 8.5
    every = describe("places.x.time_lost_by.red", np.array([4.0, 2.0]), 10)
    assert (every["mean"]["value"], "restricted_mean" in every) == (3, False)


def test_whole_kilograms_are_compared_as_whole_kilograms() -> None:
    # 0.1 + 0.2 t and 0.3 t are 300 kg both; 301 kg are more
    units = {"a.t": "t", "b.t": "t"}
    one = table(rows(a__t=[0.3] * 4, b__t=[0.3] * 4), units, 4)
    two = table(rows(a__t=[0.1 + 0.2] * 4, b__t=[0.301] * 4), units, 4)
    found = {
        r.path: r.against[0].paired for r in compare_many([many("x", one), many("y", two)]).rows
    }
    equal, more = found["a.t"], found["b.t"]
    assert equal is not None
    assert more is not None
    assert (equal.verdict, equal.runs, equal.difference.value) == ("same", None, 0)
    assert more.verdict == "higher"


def test_ensembles_are_compared_pair_by_pair_over_what_they_share() -> None:
    units = {"a.t": "t", "a.time_of_x": "day", "a.only": "t"}
    one = table(rows(a__t=[1, 2, 3, 4], a__time_of_x=[1, None, 3, None], a__only=[1] * 4), units, 4)
    two = table(rows(a__t=[2, 3, 4], a__time_of_x=[2, None, None]), units, 3)
    found = compare_many([many("one", one), many("two", two)])
    assert found.n == 3
    by_path = {r.path: r for r in found.rows}
    pair = by_path["a.t"].against[0].paired
    assert pair is not None
    assert (pair.difference.value, pair.verdict) == (1, "higher")
    # restricted to 10 days: 1, 10, 3 and 2, 10, 10: differences 1, 0, 7
    late = by_path["a.time_of_x"].against[0]
    assert late.paired is not None
    assert late.paired.means == pytest.approx((14 / 3, 22 / 3))
    assert late.paired.difference.value == pytest.approx(8 / 3)
    # the restricted mean of Kaplan and Meier is the same: nothing is censored before the end
    stated = describe("a.time_of_x", np.array([2.0, math.inf, math.inf]), found.days)
    assert stated["restricted_mean"]["value"] == pytest.approx(late.paired.means[1])
    assert late.log_rank is not None
    assert by_path["a.only"].against[0].paired is None
    assert [c.path for c in found.changes] == ["x"]
    document = found.document(only_changed=True)
    assert [m["compared"] for m in document["measures"]] == ["mean", "restricted mean"]
    table_ = differences((row, 0) for row in found.rows)
    assert dict(zip(table_["path"], table_["compared"], strict=True)) == {
        "a.t": "mean", "a.time_of_x": "restricted mean"
    }  # fmt: skip
    for base, mean, gap in zip(
        table_["mean_base"], table_["mean"], table_["difference"], strict=True
    ):
        assert mean - base == pytest.approx(gap)
    assert [m["path"] for m in document["measures"]] == ["a.t", "a.time_of_x"]
    assert found.only_changed().document() == document


def test_unequal_seeds_are_refused_with_a_way_out() -> None:
    found = table(rows(a__t=[1, 2]), {"a.t": "t"}, 2)
    with pytest.raises(BadInputError, match="run two again with --seed 1"):
        compare_many([many("one", found), many("two", found, seed=2)])
    with pytest.raises(BadInputError, match="two ensembles at least"):
        compare_many([many("one", found)])
    other = table([{**r, "replicate": r["replicate"] + 5} for r in rows(a__t=[1])], {"a.t": "t"}, 1)
    with pytest.raises(BadInputError, match="no replicate in common"):
        compare_many([many("one", found), many("two", other)])


@given(
    some.lists(
        some.dictionaries(some.sampled_from(["events.a", "b", "c", "d"]), some.floats(-1e9, 1e9)),
        min_size=1, max_size=12,
    ),
    some.sampled_from([0, 40, 1 << 20]),
    some.integers(1, 4),
)  # fmt: skip
@settings(max_examples=60, derandomize=True, deadline=None)
def test_columns_are_what_the_runs_filled_wherever_they_are(
    runs: list[dict[str, float]], in_memory: int, at_once: int
) -> None:
    """A column that a run does not fill is 0 of a count of events, else no number."""
    with mock.patch.multiple(columns, IN_MEMORY=in_memory, _RUNS=at_once):
        stored = columns.Stored(len(runs), absent)
        for run in runs:
            stored.add(run.items())
        stored.flush()
        assert set(stored.names) == {name for run in runs for name in run}
        for name in stored.names:
            expected = np.array([run.get(name, absent(name)) for run in runs])
            for part in (slice(None), slice(2, 5), slice(20, 30)):
                np.testing.assert_array_equal(stored.read(name, part), expected[part])
