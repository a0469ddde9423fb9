"""What the API takes, and how it refuses what it does not: always in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

import sim


@pytest.mark.parametrize(
    "at", ["2020-01-10", "9 days", date(2020, 1, 10), datetime(2020, 1, 10), 9 * 86400, "216 h"],
    ids=repr,
)  # fmt: skip
def test_an_instant_is_what_yaml_takes(at: sim.api.scenarios.When, home: Path) -> None:
    # the gate, with 20 t/day of the 25, falls on day 5
    assert sim.cut("two_ways.yaml", "line", at).capacity == 5000
    assert sim.cut("two_ways.yaml", at=0).capacity == 25_000


def test_a_path_will_do_where_a_scenario_is_due(home: Path) -> None:
    scenario = sim.load("two_ways.yaml")
    for given in ("two_ways.yaml", Path("two_ways.yaml"), Path("two_ways.yaml").read_text()):
        assert sim.run(given).summary["measures"] == sim.run(scenario).summary["measures"]
    assert sim.cut(sim.run(scenario), at="6 days") == sim.cut(scenario, at="6 days")


def test_numbers_of_numpy_are_numbers(home: Path) -> None:
    run = sim.run("one_way.yaml", np.int64(3))
    assert sim.load(run.write("r", figures=False) / "scenario.resolved.yaml").seed == 3
    assert sim.cut(run, at=np.float64(0)) == sim.cut(run, at=np.int64(0)) == sim.cut(run, at=0)


def test_a_seed_is_carried_by_what_is_written(home: Path) -> None:
    run = sim.run("one_way.yaml", seed=3)
    assert sim.load(run.write("r", figures=False) / "scenario.resolved.yaml").seed == 3


Call = Callable[[], object]

REFUSED: list[tuple[Call, type[sim.Error], str]] = [
    (lambda: sim.load(5), sim.BadInputError, "a path, a text or a mapping, not of type int"),
    (
        lambda: sim.run("two_ways.yaml").write("r", figures="al"),
        sim.BadInputError,
        "unknown choice of figures 'al'; did you mean 'all'",
    ),
    (lambda: sim.run("no.yaml"), sim.ScenarioError, "no such file"),
    (lambda: sim.run("two_ways.yaml", -1), sim.BadInputError, "seed: -1 is not"),
    (lambda: sim.run("two_ways.yaml", 2**63), sim.BadInputError, "seed: 9223372036854775808"),
    (lambda: sim.cut("two_ways.yaml", "lime"), sim.BadInputError, "did you mean 'line'"),
    (lambda: sim.cut("two_ways.yaml", at="soon"), sim.BadInputError, "at: .*soon"),
    (lambda: sim.cut("two_ways.yaml", at="30 days"), sim.BadInputError, "outside the period"),
    (lambda: sim.cut("two_ways.yaml", at=-1), sim.BadInputError, "outside the period"),
    (lambda: sim.cut("two_ways.yaml", at=True), sim.BadInputError, "not a value of type bool"),
    (lambda: sim.cut(sim.run("two_ways.yaml"), seed=3), sim.BadInputError, "has one already"),
    (lambda: sim.ensemble("one_way.yaml", 0), sim.BadInputError, "n: .*one run at least"),
    (lambda: sim.ensemble("one_way.yaml", 2, workers=0), sim.BadInputError, "workers: one"),
    (lambda: sim.ensemble("one_way.yaml", 2, shard=(3, 2)), sim.BadInputError, "shard: "),
    (
        lambda: sim.ensemble("one_way.yaml", 2, until="x ± 1", shard=(1, 2)),
        sim.BadInputError,
        "do not go together",
    ),
    (lambda: sim.ensemble("one_way.yaml", 2, until="x"), sim.BadInputError, "no rule like"),
    (
        lambda: sim.ensemble("one_way.yaml", 2, until="axes.lime.delivered ± 1 t"),
        sim.BadInputError,
        "did you mean 'axes.line.delivered'",
    ),
    (lambda: sim.ensemble("one_way.yaml", 2, address="x"), sim.BadInputError, "address: "),
    (lambda: sim.merge(), sim.BadInputError, "one shard at least"),
    (lambda: sim.compare(), sim.BadInputError, "needs two"),
    (lambda: sim.compare(sim.run("one_way.yaml")), sim.BadInputError, "two runs at least"),
    (lambda: sim.compare(5, 6), sim.BadInputError, "of type int"),
    (lambda: sim.compare("no", "nothing"), sim.FolderError, "no is not a folder"),
    (lambda: sim.open_run("no"), sim.FolderError, "no is not a folder"),
    (lambda: sim.open_ensemble("no"), sim.FolderError, "is not the folder of an ensemble"),
    (lambda: sim.open_study("no"), sim.FolderError, "is not the folder of a study"),
    (lambda: sim.resume("no"), sim.FolderError, "is not the folder of an ensemble"),
    (lambda: sim.study("no.yaml"), sim.ScenarioError, "no such file"),
    (lambda: sim.report(), sim.BadInputError, "one folder or of 2 to 6 runs"),
    (lambda: sim.report(*"abcdefg"), sim.BadInputError, "one folder or of 2 to 6 runs"),
    (lambda: sim.film("no"), sim.FolderError, "no is not a folder"),
    (lambda: sim.film("no", fps=0), sim.BadInputError, "fps: "),
    (lambda: sim.run("two_ways.yaml", "7"), sim.BadInputError, "seed: '7' is not"),
    (lambda: sim.film("no", fps=50, seconds=99), sim.BadInputError, "3,000 frames at most"),
]


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_is_wrong_is_told_and_nothing_is_left(number: int, home: Path) -> None:
    call, kind, said = REFUSED[number]
    before = sorted(home.iterdir())
    with pytest.raises(kind, match=said):
        call()
    assert sorted(home.iterdir()) == before


def test_runs_and_ensembles_are_not_compared(home: Path) -> None:
    many = sim.ensemble("one_way.yaml", 2, out="many", workers=1, figures=False)
    with pytest.raises(sim.BadInputError, match="many holds many runs, one_way a single one"):
        sim.compare(many, sim.run("one_way.yaml"))
    with pytest.raises(sim.BadInputError, match=r"sim\.report\(run\.write\(\)\)"):
        sim.report(sim.run("one_way.yaml"))
    with pytest.raises(sim.FolderError, match="many is the folder of many runs"):
        sim.open_run("many")


def test_nothing_is_printed(home: Path, capfd: pytest.CaptureFixture[str]) -> None:
    seen: list[tuple[int, int]] = []
    many = sim.ensemble(
        "one_way.yaml", 4, out="many", workers=1, figures=False,
        progress=lambda done, of: seen.append((done, of)),
    )  # fmt: skip
    sim.report(many)
    sim.run("one_way.yaml").write("run")
    assert capfd.readouterr() == ("", "")
    assert seen == [(done, 4) for done in range(5)]
