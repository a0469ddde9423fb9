"""Study files and what they leave: cells under one luck, resumed to the same bytes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.base.diagnostics import ScenarioError
from sim.base.errors import DamageWarning
from sim.many import studies
from sim.many.design import read_design
from sim.many.engines import Finished, Serial, Task
from sim.many.ensemble import Means
from sim.many.inputs import fixed, part_of, uncertain
from sim.many.replicate import run_replicate
from sim.many.sensitivity import begin_sensitivity, carry_out_sensitivity, count
from sim.many.studies import begin_study, carry_out_study, open_study, scenarios, summary
from sim.measure.ensemble import describe
from sim.scenario.loader import load
from sim.scenario.model import Scenario
from sim.view.charts.interaction import interaction_data
from sim.view.charts.ranks import ranked_cells
from sim.view.charts.study_figures import study_figures

STUDY = """\
format: 1
title: Two by two
base: small.yaml
n: 12
seed: 3
grid:
  events.gate_falls.chance: {holds: 0, falls: 1}
  axes.line.sinks.town.stock: [8 t, 40 t]
names: {events.gate_falls.chance: gate}
measures: [axes.line.sinks.town.time_of_exhaustion, axes.line.delivered]
"""


@pytest.fixture
def file(small_file: Path) -> Path:
    path = small_file.parent / "study.yaml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    own = {"manifest.json", "replicates.journal"}
    files = (p for p in folder.rglob("*") if p.is_file() and p.name not in own)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def test_a_grid_makes_its_cells(file: Path) -> None:
    design = read_design(file)
    assert design.names == ("gate", "stock")
    assert [c.id for c in design.cells] == [
        "gate_holds-stock_8_t", "gate_holds-stock_40_t", "gate_falls-stock_8_t",
        "gate_falls-stock_40_t",
    ]  # fmt: skip
    assert design.cells[2].levels == ("falls", "8 t")
    made = scenarios(design)
    assert {s.seed for s in made} == {3}
    assert [s.events["gate_falls"].chance for s in made] == [0, 0, 1, 1]


def test_cells_are_left_out_put_in_and_listed(file: Path) -> None:
    more = """\
exclude: [{events.gate_falls.chance: falls, axes.line.sinks.town.stock: 8 t}]
include: [{events.gate_falls.chance: 0.5}]
list: [{axes.line.sinks.town.demand: 9 t/day}]
"""
    file.write_text(STUDY + more, encoding="utf-8")
    design = read_design(file)
    assert [c.levels for c in design.cells] == [
        ("holds", "8 t", ""), ("holds", "40 t", ""), ("falls", "40 t", ""),
        ("", "", "9 t/day"), ("0.5", "", ""),
    ]  # fmt: skip


def test_a_level_may_make_several_settings(file: Path) -> None:
    several = """\
  plan:
    none: {set: {}}
    both: {set: {events.gate_falls.chance: 1, axes.line.sinks.town.demand: 9 t/day}}
exclude: [{plan: none, axes.line.sinks.town.stock: 8 t}]
names"""
    text = STUDY.replace("  events.gate_falls.chance: {holds: 0, falls: 1}\n", "")
    text = text.replace("{events.gate_falls.chance: gate}", "{plan: what}")
    file.write_text(text.replace("names", several, 1), encoding="utf-8")
    design = read_design(file)
    assert design.names == ("stock", "what")
    assert [c.levels for c in design.cells] == [("8 t", "both"), ("40 t", "none"), ("40 t", "both")]
    assert design.cells[1].settings == ("axes.line.sinks.town.stock=40 t",)
    made = scenarios(design)
    assert [s.events["gate_falls"].chance for s in made][0::2] == [1, 1]
    assert {s.axes["line"].sinks["town"].demand.nominal for s in made[0::2]} == {9000}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{holds: 0, falls: 1}", "{holds: {set: 3}}", "'set' is a map"),
        ("n: 12", "n: twelve", "no whole number"),
        ("n: 12", "n: 12\nseed: 9223372036854775808", "from 0 to 9223372036854775807"),
        ("grid:", "sensitivity: {method: sobol, samples: 9999999999}\ngrid:", "from 1 to 1000000"),
        ("title:", "titel:", "did you mean 'title'"),
        ("base: small.yaml", "base: small.yml", "no such file"),
        ("format: 1", "format: 2", "format: 1"),
        ("[8 t, 40 t]", "[8 t, 8 t]", "must differ"),
        ("[8 t, 40 t]", "8 t", "levels are a list"),
        ("chance: {holds: 0", "chanse: {holds: 0", "chanse"),
        ("holds: 0", "holds: 2 t", "7:3: error: chance: '2 t' is not a share"),
        ("grid:", "list:", "'list' is a list"),
        ("axes.line.delivered]", "axes.line.deliverd]", "did you mean 'axes.line.delivered'?"),
    ],
)
def test_faults_of_a_study_file_are_told(file: Path, old: str, new: str, said: str) -> None:
    file.write_text(STUDY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        scenarios(read_design(file))
    assert said in str(error.value)


class Stops:
    def __init__(self, after: int) -> None:
        self.after = after

    def run(self, task: Task, replicates: Iterator[int]) -> Iterator[Finished]:
        for i in replicates:
            self.after -= 1
            if self.after < 0:
                raise KeyboardInterrupt
            yield Finished(i, task(i))


def test_a_study_has_effects_and_is_resumed_to_the_same_bytes(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    design = read_design(file)
    whole = carry_out_study(begin_study(design, tmp_path / "a"), Means(Serial()))
    broken = begin_study(design, tmp_path / "b")
    for after in (5, 20):
        with pytest.raises(KeyboardInterrupt):
            carry_out_study(broken, Means(Stops(after)))
    carry_out_study(broken, Means(Serial()))
    assert contents(broken) == contents(whole.folder)
    journal = broken / "cells/gate_falls-stock_8_t/replicates.journal"
    data = journal.read_bytes()
    journal.write_bytes(data[:-1])
    with pytest.warns(DamageWarning, match="gate_falls-stock_8_t.* at its end; .* run again"):
        carry_out_study(broken, Means(Serial()))
    assert contents(broken) == contents(whole.folder)
    with (whole.folder / "effects.csv").open() as table:
        rows = {(r["measure"].rpartition(".")[2], r["term"]): r for r in csv.DictReader(table)}
    # with 40 t at 8 t/day the town lasts 5 days longer than with 8 t, if the gate falls; if it
    # holds neither runs out: half of what the gate's fall makes of it is interaction
    stock, gate = rows["time_of_exhaustion", "stock"], rows["time_of_exhaustion", "gate"]
    assert float(stock["effect"]) > 0
    assert float(gate["effect"]) < 0
    assert rows["time_of_exhaustion", "gate x stock"]["pairs"] == "12"
    with (whole.folder / "study.csv").open() as table:
        cells = list(csv.DictReader(table))
    assert {r["gate"] for r in cells} == {"holds", "falls"}
    came = {r["cell"]: r["came"] for r in cells if r["measure"].endswith("first_cut")}
    assert came["gate_holds-stock_8_t"] == "0.0"
    means = {r["cell"]: r["mean"] for r in cells if r["measure"].endswith("first_cut")}
    assert means["gate_holds-stock_8_t"] == ""  # never is no day
    # what is compared is the restricted mean, and it is called so: never is all of the period
    limited = {r["cell"]: r["restricted_mean"] for r in cells if r["measure"].endswith("first_cut")}
    assert float(limited["gate_holds-stock_8_t"]) == whole.days
    assert stock["compared"] == "restricted mean"
    assert rows["delivered", "stock"]["compared"] == "mean"
    path = "axes.line.sinks.town.time_of_exhaustion"
    found = summary(whole)
    told = {cell["id"]: cell["means"][path] for cell in found["cells"]}
    mean = {cell: found["restricted_mean"]["value"] for cell, found in told.items()}
    by_hand = sum(mean[f"gate_{g}-stock_40_t"] - mean[f"gate_{g}-stock_8_t"]
                  for g in ("falls", "holds")) / 2  # fmt: skip
    assert float(stock["effect"]) == pytest.approx(by_hand)
    assert all("value" not in m or m["value"] is None or m["came"] == 1 for m in told.values())
    monkeypatch.setattr(studies, "MOST_RANKED", 10)  # of 12 runs, which the folder then tells of
    assert "ranked_runs" not in found
    some = open_study(whole.folder)
    assert summary(some)["ranked_runs"] == 10
    ranks = ranked_cells(some, path)
    assert ranks is not None
    assert ranks.page.subtitle.endswith("median and 90 % range of the first 10 runs")


def test_a_time_that_may_not_come_is_drawn_by_its_chances(file: Path, tmp_path: Path) -> None:
    design = read_design(file)
    study = carry_out_study(begin_study(design, tmp_path / "a"), Means(Serial()))
    drawn = {name: made for name, make in study_figures(study) if (made := make())}
    path = "axes.line.sinks.town.time_of_exhaustion"
    figure, numbers = drawn[f"interaction_{path.replace('.', '_')}"]
    assert numbers.columns == ("gate", "stock", "came", "low", "high")
    chances = {tuple(row[:2]): row[2] for row in numbers.rows}
    measures = {e.folder.name: e.summary["measures"][path] for e in study.ensembles}
    assert chances["holds", "8 t"] == 100 * measures["gate_holds-stock_8_t"]["came"]["value"] == 0
    assert chances["falls", "8 t"] > 0
    title = figure.texts[0].get_text()
    assert title.startswith("Time of exhaustion: comes in 0 % to ")
    # where no cell ever sees it there is no chart of it
    never = [replace(e, summary={"measures": {path: describe(path, np.full(9, np.inf), 10)}})
             for e in study.ensembles]  # fmt: skip
    study = replace(study, ensembles=tuple(never))
    assert interaction_data(study, path, study.effects[path]) is None


# --- sensitivity -------------------------------------------------------------------------


def test_every_uncertain_input_is_found_and_can_be_set(small: Scenario) -> None:
    names = uncertain(small)
    assert set(names) == {
        "axes.line.sinks.town.stock", "events.gate_falls.at", "events.gate_falls.chance",
        "garrisons.guard.strength", "network.classes.road.capacity",
    }  # fmt: skip
    made = fixed(small, dict.fromkeys(names, 0.25))
    assert made.events["gate_falls"].chance == 1
    assert made.events["gate_falls"].at is not None
    assert made.events["gate_falls"].at.nominal == 4.5 * 86_400
    assert made.network.classes["road"].capacity.nominal == 17_500
    assert fixed(small, {"events.gate_falls.chance": 0.9}).events["gate_falls"].chance == 0
    assert uncertain(made) == ()
    assert fixed(small, {}) is small
    # nothing but the small luck of convoys is left: the seed hardly matters
    cut = {run_replicate(made, i).row["measures"]["axes.line.time_of_first_cut"] for i in range(3)}
    assert cut == {4.5}


def test_chances_of_operations_and_decisions_are_inputs_where_they_are_uncertain(
    make: Callable[..., Scenario],
) -> None:
    made = make(
        "s-a:1",
        operations={"o": {"route": "s a"}},
        decisions={"d": {"seat": "s", "options": {"to_a": {"place": "a"}}}},
    )
    assert uncertain(made) == ()
    made = replace(
        made,
        operations={"o": replace(made.operations["o"], chance=0.4)},
        decisions={"d": replace(made.decisions["d"], chance=0.3)},
    )
    names = ("decisions.d.chance", "operations.o.chance")
    assert uncertain(made) == names
    assert part_of(made, names[1]) == 0.4
    settled = fixed(made, dict.fromkeys(names, 0.35))
    assert (settled.operations["o"].chance, settled.decisions["d"].chance) == (1, 0)
    # what is certain stays: a cell of a study that has it so is not changed
    assert fixed(settled, dict.fromkeys(names, 1.0)) is settled
    assert part_of(settled, names[1]) is None


def test_screening_finds_what_a_measure_depends_on(file: Path, tmp_path: Path) -> None:
    pytest.importorskip("SALib")
    text = """\
format: 1
base: small.yaml
sensitivity: {method: morris, trajectories: 4}
measures: [axes.line.capacity_start]
"""
    file.write_text(text, encoding="utf-8")
    design = read_design(file)
    assert design.sensitivity is not None
    inputs, runs = count(load(design.base), design.sensitivity)
    assert runs == 4 * (inputs + 1)
    folder = begin_sensitivity(design, tmp_path / "out")
    done = carry_out_sensitivity(folder, Means(Serial()))
    first, *others = done.indices["axes.line.capacity_start"]
    # 15 to 25 t/day, uniform: 9.5 over the middle 95 %; nothing else matters at the start
    assert first.name == "network.classes.road.capacity"
    assert first.main == pytest.approx(9.5, abs=0.001)
    assert not any(i.main for i in others)
    assert (folder / "sensitivity.csv").read_text().count("\n") == 1 + inputs
