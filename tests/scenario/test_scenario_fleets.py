"""Lorries and costs, as files state them, and what a run of such a file tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim import api
from sim.scenario import ScenarioError, dump_resolved, load
from sim.scenario.blocks import fleets_of
from sim.scenario.distributions import Constant

FORK = """\
format: 1
period: {length: 20 days}
network:
  classes: {main: {speed: 40 km/h, capacity: 400 t/day, cost: 0.1}}
  places:
    port: {lat: 0, lon: 0}
    near: {lat: 0, lon: 1, cost: 2}
    far: {lat: 1, lon: 1}
  roads: {port--near: {class: main, km: 40}, near--far: {class: main, km: 80}}
actors: {agency: {}}
default_holder: agency
axes:
  food:
    sources: {port: {}}
    sinks: {near: {demand: 100 t/day, stock: 200 t}, far: {demand: 90 t/day, stock: 200 t}}
    fleet: {lorries: 10, load: 10 t/truck, hours: 8 h, loading: 1 h, unloading: 1 h}
"""
OWN = FORK[FORK.index("    fleet:") :]


def written(folder: Path, text: str) -> Path:
    file = folder / "fork.yaml"
    file.write_text(text, "utf-8")
    return file


def test_fleets_and_costs_are_read_and_written_again(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, FORK))
    (name, fleet) = fleets_of(scenario)["food"]
    assert (name, fleet.lorries, fleet.load) == ("axes.food", Constant(10.0), 10_000)
    assert (fleet.hours, fleet.loading) == (Constant(28_800.0), Constant(3600.0))
    assert scenario.network.classes["main"].cost == Constant(0.1)
    again = tmp_path / "again.resolved.yaml"
    again.write_text(dump_resolved(scenario), "utf-8")
    assert (load(again).axes, load(again).network) == (scenario.axes, scenario.network)


def test_an_actor_may_own_the_lorries_and_their_number_be_a_range(tmp_path: Path) -> None:
    shared = FORK.replace(OWN, "").replace(
        "{agency: {}}", "{agency: {fleet: {lorries: 5..15, hours: 8 h}}}"
    )
    scenario = api.load(written(tmp_path, shared))
    assert fleets_of(scenario)["food"][0] == "actors.agency"
    run = api.run(scenario)
    drawn = run.record.drawn["actor:agency:fleet:lorries"]
    assert run.analysis.measures["actors.agency.lorries"].value == int(drawn)


@pytest.mark.parametrize(
    ("was", "now", "message", "where"),
    [
        ("hours: 8 h", "hours: 25 h", "more than 0 and up to 24 hours a day", (16, 51)),
        ("hours: 8 h", "hours: 0 h", "more than 0 and up to 24 hours a day", (16, 51)),
        ("hours: 8 h", "hour: 8 h", "needs 'hours'", (16, 5)),
        ("lorries: 10", "lorries: -1", "cannot be negative", (16, 22)),
        ("{agency: {}}", "{agency: {share_out: equal}}", "shared out by the rule 'equal'", (16, 5)),
        (OWN, "    prefer: cost\ngroups: {g: {axes: food, share_out: equal}}\n",
         "axis 'food' prefers the least cost, and shares by the rule 'equal'", (16, 5)),
        ("cost: 2}", "cost: 2 t}", "2 t", (7, 34)),
    ],
)  # fmt: skip
def test_faults_of_fleets(
    tmp_path: Path, was: str, now: str, message: str, where: tuple[int, int]
) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(written(tmp_path, FORK.replace(was, now)))
    fault = caught.value.diagnostics[0]
    assert message in fault.message
    assert (fault.line, fault.column) == where


def test_what_nothing_reads_is_said(tmp_path: Path) -> None:
    text = FORK.replace("{agency: {}}", "{agency: {fleet: {lorries: 5, hours: 8 h}}}")
    text = text.replace(", cost: 0.1", "").replace(", cost: 2", "") + "    prefer: cost\n"
    said = [d.message for d in api.validate(written(tmp_path, text)).warnings]
    assert any("the lorries of 'agency': no axis has them" in message for message in said)
    assert any("'prefer: cost': no road class or place has one" in message for message in said)


def test_a_run_tells_what_lorries_do_and_what_it_costs(tmp_path: Path) -> None:
    # 80 lorry-hours: 100 t/day to near take 10 * (1 + 1 + 2) = 40, so 5 tours of 3 + 3 + 2 h go far
    run = api.run(api.load(written(tmp_path, FORK)))
    run.write(tmp_path / "out", figures=False)
    told = json.loads((tmp_path / "out/summary.json").read_text("utf-8"))
    (first,) = told["fleets"]["axes.food"]
    assert first["lorries_used"] == 10
    assert first["lorry_hours_used"] == first["lorry_hours"] == 80
    assert first["one_more_lorry_t_per_day"] == 10
    assert first["axes"] == [
        {"axis": "food", "planned_kg_per_day": 150_000, "bound_kg_per_day": 150_000.0,
         "gap_kg_per_day": 0.0}
    ]  # fmt: skip
    # far eats 90 and gets 50 from the first convoy on, 200 t last until then and a little longer
    (row,) = told["unmet"]
    assert (row["place"], row["cause"]) == ("far", "lorries")
    value = {path: m["value"] for path, m in told["measures"].items()}
    assert value["axes.food.days_bound_by_lorries"] == 20
    assert value["axes.food.days_bound_by_roads"] == 0
    # 150 t over 40 km at 4 and through near at 2, 50 t over 80 km at 8: 900 + 400
    assert value["axes.food.cost_a_day_start"] == value["axes.food.cost_a_day_end"] == 1300
    assert value["axes.food.cost"] == 26_000
    assert value["axes.food.cost_a_tonne"] == 8.67


def test_more_lorries_bring_more(tmp_path: Path) -> None:
    scenario = api.load(written(tmp_path, FORK))
    planned = {}
    for lorries in (0, 5, 10, 20):
        run = api.run(scenario.with_({"axes.food.fleet.lorries": lorries}))
        planned[lorries] = run.analysis.at("axes.food.planned", 0)
    # 5: 40 hours are 10 tours to near; 20: more than the 112 hours that all needs take
    assert planned == {0: 0, 5: 100_000, 10: 150_000, 20: 190_000}
