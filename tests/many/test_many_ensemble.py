"""Ensembles: the same bytes by every way, prefixes, stop rules, shards."""

from __future__ import annotations

import csv
import json
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.api.verifying import verify
from sim.base.errors import BadInputError, DamageWarning, FolderError
from sim.many import ensemble as study
from sim.many import ensemble_folder
from sim.many.engines import EngineError, Finished, Pool, Serial, Task
from sim.many.frames import NAMES, ROW, frames
from sim.many.journal import DamagedError
from sim.many.stopping import StopRule
from sim.measure import columns
from sim.measure import statistics as st
from sim.scenario.loader import load
from sim.scenario.model import Scenario

OWN = {"manifest.json", "replicates.journal"}


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir() if p.name not in OWN}


def run(scenario: Scenario, out: Path, n: int, engine: Any = None, **plan: Any) -> study.Ensemble:
    folder = study.begin(scenario, study.Plan(n, scenario.seed, **plan), out)
    return study.carry_out(folder, study.Means(engine or Serial()))


class Backwards:
    """Executes the last replicate first."""

    def run(self, task: Task, replicates: Iterator[int]) -> Iterator[Finished]:
        for i in reversed(list(replicates)):
            yield Finished(i, task(i))


class Stops:
    """Executes some replicates, then is interrupted."""

    def __init__(self, after: int) -> None:
        self.after = after

    def run(self, task: Task, replicates: Iterator[int]) -> Iterator[Finished]:
        for done, i in enumerate(replicates):
            if done == self.after:
                raise KeyboardInterrupt
            yield Finished(i, task(i))


@pytest.fixture
def serial(small: Scenario, tmp_path: Path) -> Path:
    return run(small, tmp_path / "serial", 12).folder


def test_a_pool_and_any_order_give_the_same_bytes(
    small: Scenario, serial: Path, tmp_path: Path
) -> None:
    run(small, tmp_path / "pool", 12, Pool(2))
    run(small, tmp_path / "backwards", 12, Backwards())
    assert contents(tmp_path / "pool") == contents(serial)
    assert contents(tmp_path / "backwards") == contents(serial)
    assert {"replicates.csv", "scenario.resolved.yaml", "summary.json"} <= set(contents(serial))


def test_interrupted_and_resumed_gives_the_same_bytes(
    small: Scenario, serial: Path, tmp_path: Path
) -> None:
    folder = study.begin(small, study.Plan(12, small.seed), tmp_path / "broken")
    for after in (3, 0, 5):
        with pytest.raises(KeyboardInterrupt):
            study.carry_out(folder, study.Means(Stops(after)))
        assert study.read_manifest(folder)["status"] == "interrupted"
        with pytest.raises(FolderError, match="--resume"):
            study.open_ensemble(folder)
    study.carry_out(folder, study.Means(Serial()))
    assert contents(folder) == contents(serial)
    again = study.carry_out(folder, study.Means(Stops(0)))  # nothing is left to run
    assert contents(folder) == contents(serial)
    assert again.summary["n"] == 12


def test_an_ensemble_is_a_prefix_of_a_larger_one(
    small: Scenario, serial: Path, tmp_path: Path
) -> None:
    larger = run(small, tmp_path / "larger", 20).folder
    few, many = ((f / "replicates.csv").read_text().splitlines() for f in (serial, larger))
    assert many[: len(few)] == few
    assert len(many) == 21
    grown = study.carry_out(serial, study.Means(Serial()), n=20)
    assert contents(grown.folder) == contents(larger)


def test_common_luck_makes_the_interval_of_a_small_difference_several_times_narrower(
    small: Scenario, small_file: Path, tmp_path: Path
) -> None:
    """The town eats a sixteenth more: it runs out an hour or two earlier, where luck is days."""
    more = load(small_file, sets=["axes.line.sinks.town.demand=8.5 t/day"])
    tables = [run(s, tmp_path / name, 60).measured for s, name in ((small, "a"), (more, "b"))]
    path = "axes.line.sinks.town.time_of_exhaustion"
    found = st.paired(*(table.columns[path] for table in tables), horizon=10)
    own, without = found.difference.half_width, found.unpaired.half_width
    assert own is not None
    assert without is not None
    assert without > 10 * own > 0
    assert found.verdict == "lower"  # and without it nothing is found in 60 runs
    assert (found.unpaired.low or 0) < 0 < (found.unpaired.high or 0)


def test_replicate_0_is_the_single_run_and_other_seeds_differ(
    small: Scenario, serial: Path, tmp_path: Path
) -> None:
    import sim

    with (serial / "replicates.csv").open() as file:
        first = next(csv.DictReader(file))
    for path, measure in sim.run(small).summary["measures"].items():
        if not path.startswith("events."):  # credit is worked out for single runs only
            assert first[path] == ("" if measure["value"] is None else _text(measure["value"]))
    other = run(small.seeded(8), tmp_path / "other", 12).folder
    assert contents(other) != contents(serial)


def _text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def test_censored_times_and_claims_are_counted(small: Scenario, tmp_path: Path) -> None:
    summary = run(small, tmp_path / "out", 60).summary
    time = summary["measures"]["axes.line.time_of_first_cut"]
    # the gate falls with chance 0.8 on day 2 to 12 of 10: 0.8 * 0.8 = 0.64 within the period
    assert time["n"] == 60
    assert time["came"]["low"] < 0.64 < time["came"]["high"]
    assert time["range_90"][1] is None
    # mean of min(T, 10): 0.36 * 10 + 0.64 * 6 = 7.44
    assert "mean" not in time
    assert time["restricted_mean"]["low"] < 7.44 < time["restricted_mean"]["high"]
    claim = summary["claims"][0]
    assert claim["true"] + claim["false"] == 60
    assert claim["probability"] == time["came"]
    # nobody is displaced where the gate holds: no share then, and 0 persons
    persons = summary["measures"]["regroup.red.displaced"]
    assert persons["n"] == 60


def test_failed_replicates_are_named_and_the_rest_counts(
    small: Scenario, tmp_path: Path, tasks: Callable[[str], Any]
) -> None:
    folder = study.begin(small, study.Plan(20, small.seed), tmp_path / "out")

    def bad(*which: int) -> Callable[[Scenario], Task]:
        return lambda scenario: partial(tasks("error"), set(which))

    done = study.carry_out(folder, study.Means(Serial()), make_task=bad(3, 5))
    assert done.failed == {3: "RuntimeError: no 3", 5: "RuntimeError: no 5"}
    assert done.summary["failed"] == [3, 5]
    assert done.summary["n"] == 18
    assert study.read_manifest(folder)["status"] == "failed"
    assert study.open_ensemble(folder).failed == done.failed
    # tried again on resuming, they come through
    healed = study.carry_out(folder, study.Means(Serial()), make_task=bad())
    assert healed.summary["n"] == 20
    assert not healed.summary["failed"]


def test_too_many_failures_stop_an_ensemble_unless_told_to_keep_going(
    small: Scenario, tmp_path: Path, tasks: Callable[[str], Any]
) -> None:
    def bad(scenario: Scenario) -> Task:
        task: Task = partial(tasks("error"), set(range(1, 40)))
        return task

    folder = study.begin(small, study.Plan(50, small.seed), tmp_path / "out")
    done = study.carry_out(folder, study.Means(Serial()), make_task=bad)
    assert len(done.failed) == 11
    assert study.read_manifest(folder)["status"] == "stopped"
    done = study.carry_out(folder, study.Means(Serial(), keep_going=True), make_task=bad)
    assert (len(done.failed), done.summary["n"]) == (39, 11)
    empty = study.begin(small, study.Plan(5, small.seed), tmp_path / "none")
    with pytest.raises(EngineError, match="no replicate came through"):
        study.carry_out(
            empty, study.Means(Serial()), make_task=lambda s: partial(tasks("error"), set(range(5)))
        )


# --- the stop rule -----------------------------------------------------------------------


def test_a_stop_rule_stops_at_the_same_block_in_any_order(
    small: Scenario, tmp_path: Path, tasks: Callable[[str], Any]
) -> None:
    # x is i / 2: its deviation grows with n, so only a wide rule is met, at the first look
    rule = str(StopRule.parse("axes.line.x +- 5 t"))
    sizes = []
    for name, engine in (("a", Serial()), ("b", Pool(2))):
        folder = study.begin(small, study.Plan(1000, 1, until=rule), tmp_path / name)
        done = study.carry_out(folder, study.Means(engine), make_task=lambda s: tasks("toy"))
        sizes.append(done.summary["n"])
    # 0, 0.5 .. 49.5: deviation 14.5, half-width 1.984 * 14.5 / 10 = 2.9 <= 5 at 100
    assert sizes == [100, 100]
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_the_ceiling_holds_where_a_rule_is_never_met(
    small: Scenario, tmp_path: Path, tasks: Callable[[str], Any]
) -> None:
    plan = study.Plan(230, 1, until="axes.line.x ± 1 kg")
    folder = study.begin(small, plan, tmp_path / "out")
    done = study.carry_out(folder, study.Means(Serial()), make_task=lambda s: tasks("toy"))
    assert done.summary["n"] == 230


@pytest.mark.parametrize(
    ("rule", "unit", "half"),
    [
        ("axes.x.time_of_cut ± 1 day", "day", 1.0),
        ("axes.x.time_of_first_cut +- 12 h", "day", 0.5),
        ("axes.x.delivered ± 2000 kg", "t", 2.0),
        ("axes.x.slack_end ± 0.1", "1", 0.1),
        ("axes.x.convoys_lost ± 3 convoys", "convoys", 3.0),
    ],
)
def test_rules_are_read_in_the_unit_of_the_measure(rule: str, unit: str, half: float) -> None:
    parsed = StopRule.parse(rule)
    assert parsed.half_width(unit) == pytest.approx(half)
    assert parsed.measure.endswith(("first_cut", "delivered", "slack_end", "convoys_lost"))


def test_bad_rules_are_refused_before_anything_runs(small: Scenario) -> None:
    with pytest.raises(BadInputError, match="no rule like"):
        StopRule.parse("axes.line.delivered 1 day")
    with pytest.raises(BadInputError, match=r"did you mean 'axes\.line\.delivered'"):
        study.check_rule(small, StopRule.parse("axes.line.deliverd ± 1 t"))
    with pytest.raises(BadInputError, match="is needed"):
        study.check_rule(small, StopRule.parse("axes.line.delivered ± 1 day"))


# --- shards ------------------------------------------------------------------------------


def test_merged_shards_are_the_whole(small: Scenario, serial: Path, tmp_path: Path) -> None:
    parts = [run(small, tmp_path / f"part{k}", 12, shard=(k, 3)).folder for k in (1, 2, 3)]
    merged = study.merge([parts[2], parts[0], parts[1]], tmp_path / "whole")
    assert contents(merged.folder) == contents(serial)
    with pytest.raises(FolderError, match="4 of 12 replicates are in none of the shards: 1, 4"):
        study.merge([parts[2], parts[0]], tmp_path / "hole")
    assert not (tmp_path / "hole").exists()
    other = run(small.seeded(8), tmp_path / "other", 12).folder
    with pytest.raises(FolderError, match="no shards of one ensemble"):
        study.merge([parts[0], other], tmp_path / "mixed")


# --- folders -----------------------------------------------------------------------------


def test_a_folder_that_was_changed_is_not_resumed(serial: Path) -> None:
    path = serial / "scenario.resolved.yaml"
    path.write_text(path.read_text().replace("8 t/day", "9 t/day"))
    with pytest.raises(FolderError, match="was changed"):
        study.carry_out(serial, study.Means(Serial()))


def test_what_is_no_ensemble_is_told(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="not the folder of an ensemble"):
        study.carry_out(tmp_path, study.Means(Serial()))
    (tmp_path / "manifest.json").write_text(json.dumps({"status": "complete"}))
    with pytest.raises(FolderError, match="not the folder of an ensemble"):
        study.open_ensemble(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"n": "5"}, {"n": 2.5}, {"n": -5}, {"n": True}, {"seed": None}, {"shard": [0, 2]},
     {"shard": [1]}, {"shard": "12"}, {"until": 5}],
    ids=str,
)  # fmt: skip
def test_a_plan_that_is_none_is_told(
    change: dict[str, object], small: Scenario, tmp_path: Path
) -> None:
    folder = study.begin(small, study.Plan(3, 1), tmp_path / "out")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["plan"] |= change
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(FolderError, match="not the folder of an ensemble"):
        study.carry_out(folder, study.Means(Serial()))


def test_an_unfinished_ensemble_keeps_its_place(small: Scenario, tmp_path: Path) -> None:
    study.begin(small, study.Plan(3, 1), tmp_path / "out")
    with pytest.raises(FolderError, match="exists already"):
        study.begin(small, study.Plan(3, 1), tmp_path / "out")


# --- a journal that was changed ----------------------------------------------------------


def test_a_damaged_frame_is_told_and_run_again_to_the_same_bytes(
    serial: Path, tmp_path: Path
) -> None:
    whole, path = contents(serial), serial / "replicates.journal"
    data = bytearray(path.read_bytes())
    with path.open("rb") as file:
        rows = [found for found in frames(file.fileno()) if found.kind == ROW]
    data[rows[5].end - 1] ^= 1
    path.write_bytes(data)
    with pytest.raises(DamagedError, match="does not have replicate 5: it is damaged"):
        study.open_ensemble(serial)
    with pytest.warns(DamageWarning, match="in 1 place; what it lacks is run again"):
        study.finished(serial, study.Means(Serial()))
    assert contents(serial) == whole
    with warnings.catch_warnings(action="error"):
        again = study.carry_out(serial, study.Means(Stops(0)))  # nothing is left to run or to tell
    assert again.summary["n"] == 12


def test_names_that_are_damaged_once_are_no_loss(serial: Path) -> None:
    whole, path = contents(serial), serial / "replicates.journal"
    data = bytearray(path.read_bytes())
    with path.open("rb") as file:
        copy = [found for found in frames(file.fileno()) if found.kind == NAMES][-1]
    data[copy.end - 1] ^= 1
    path.write_bytes(data)
    assert [fault.why for fault in verify(serial).faults] == [
        "is not what was written there: all that is damaged stands there twice, and is mended "
        "where its folder is gone on with"
    ]
    with pytest.warns(DamageWarning, match="in 1 place; all of it stands there twice"):
        study.carry_out(serial, study.Means(Stops(0)))  # nothing is run
    assert contents(serial) == whole
    assert verify(serial).whole


def test_columns_in_a_file_are_those_in_memory(
    serial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, few = contents(serial), study.open_ensemble(serial).measured
    monkeypatch.setattr(columns, "IN_MEMORY", 100)
    monkeypatch.setattr(columns, "_RUNS", 5)
    found = study.open_ensemble(serial).measured
    assert list(found.columns) == list(few.columns)
    for path, column in found.columns.items():
        np.testing.assert_array_equal(column, few.columns[path])
        np.testing.assert_array_equal(found.part(slice(4, 9)).columns[path], column[4:9])
        np.testing.assert_array_equal(found.at([7, 2]).columns[path], column[[7, 2]])
    (serial / "replicates.csv").unlink()
    study.carry_out(serial, study.Means(Stops(0)))
    assert contents(serial) == whole
    assert not [p for p in serial.iterdir() if p.name.startswith(".")]


def test_a_large_table_is_in_several_row_groups_of_parquet(
    serial: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    path = serial / "replicates.parquet"
    whole = parquet.read_table(path)
    monkeypatch.setattr(ensemble_folder, "CELLS_AT_ONCE", 5 * (1 + len(whole.column_names)))
    study.carry_out(serial, study.Means(Stops(0)))
    assert parquet.ParquetFile(path).num_row_groups == 3  # 12 runs, five at once
    assert parquet.read_table(path).equals(whole)
