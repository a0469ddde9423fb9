"""Warnings of validation: one small file raises each, shipped scenarios raise none unexplained."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import sim
from sim.api.scenarios import Source
from sim.base.diagnostics import Diagnostic, Findings
from sim.cli.program import cli
from sim.scenario.warnings import WARNINGS

ROOT = Path(__file__).parents[2]
FILES = ROOT / "tests/data/warnings"
SUPPLY = ROOT / "tests/data/cases/supply"


def warnings(source: Source, **sets: object) -> Findings:
    """The warnings of a scenario in which nothing is wrong; ``sets`` are values by dotted path."""
    found = sim.validate(source, sets=sets)
    assert found.error is None
    return found.warnings


def codes(found: list[Diagnostic]) -> list[str]:
    return [d.code for d in found]


@pytest.mark.parametrize("warning", WARNINGS)
def test_a_small_file_raises_each_warning_and_no_other(warning: str) -> None:
    file = FILES / f"{warning}.yaml"
    (found,) = warnings(file)
    assert (found.code, found.severity, found.file) == (warning, "warning", str(file))
    assert found.line > 1
    assert found.hint == WARNINGS[warning].mend
    checked = sim.validate(file)
    assert checked.size.endswith(" roads, 1 warning")
    assert checked.document()["warnings"][0]["warning"] == warning
    if warning != "accepts_nothing":
        assert warnings(file, **{f"accepts.{warning}": "it is meant so"}) == []


def test_there_is_a_file_for_every_warning_and_for_no_other() -> None:
    assert {file.stem for file in FILES.glob("*.yaml")} == set(WARNINGS)


@pytest.mark.parametrize("file", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda f: f.stem)
def test_shipped_scenarios_raise_nothing_that_is_not_explained(file: Path) -> None:
    assert warnings(file) == []


MANY_CELLS = {"coordination", "fronts_1_to_5", "three_towns"}
"""Studies whose cells take seconds to look at."""


@pytest.mark.parametrize(
    "file",
    [
        pytest.param(file, id=file.stem, marks=[pytest.mark.slow] * (file.stem in MANY_CELLS))
        for file in sorted((ROOT / "scenarios/studies").iterdir())
    ],
)
def test_shipped_studies_raise_nothing(file: Path) -> None:
    assert warnings(file) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hub_runs_empty", ["target_without_refill", "hub_without_stock", "target_without_refill"]),
        ("two_friends_one_road", ["order_of_ids"]),
    ],
)
def test_cases_are_warned_of(name: str, expected: list[str]) -> None:
    text = (Path(f"{SUPPLY}/{name}.yaml")).read_text("utf-8")
    assert codes(warnings(text)) == expected


def test_a_rule_by_which_nobody_can_leave_is_warned_of() -> None:
    file, path = FILES / "never_read.yaml", "rules.leave.red.goes"
    meant = {"axes.line.commodity": "fuel", path: 0.5}
    (found,) = warnings(file, **meant)
    assert (found.code, "'red': it has no strength" in found.message) == ("never_read", True)
    men = {"garrisons.men": {"actor": "red", "place": "town", "strength": "10 persons"}}
    (found,) = warnings(file, **meant, **men)
    assert "'red': nothing is fought" in found.message


# what makes sense, one change away from what does not
@pytest.mark.parametrize(
    ("warning", "change"),
    [
        ("retake_before_fall", {"events.retaken.at": "8..12 days"}),
        ("retake_before_fall", {"events.retaken.by": "blue", "events.falls.chance": 0.5}),
        ("captured_by_holder", {"holders.gate": "blue"}),
        ("captured_by_holder", {"events.r": {"raid": "gate", "by": "blue", "lasts": "9 days",
                                             "at": "4 days"}}),  # the capture ends it
        ("captured_by_holder", {"events.s": {"besiege": "gate", "by": "blue", "at": "4 days"}}),
        ("raid_on_own", {"events.c": {"capture": "gate", "by": "blue", "at": "1..3 days"}}),
        ("raids_at_once", {"events.b.at": "121 h"}),
        ("raids_at_once", {"events.b.by": "blue", "events.c": {
            "capture": "fort", "by": "green", "at": "1 day"}}),
        ("never_flows", {"events.open": {"open": "port--gate", "at": "9 days"}}),
        ("never_happens", {"events.c": {"capture": "gate", "by": "blue", "at": "9 days"}}),
        ("below_one_convoy", {"axes.line.convoy.size": "10 t"}),
        ("load_below_bands", {"operations.push.carries": "3 days"}),
        ("damage_without_capacity", {"network.places.gate.capacity": "9 t/day"}),
        ("order_of_ids", {"axes.fuel.priority": 2}),
        ("order_of_ids", {"network.classes.road.capacity": "30 t/day"}),  # 15 + 15: nothing binds
        ("never_read", {"axes.line.commodity": "fuel"}),
        ("accepts_nothing", {"events.r": {"raid": "gate", "by": "red", "lasts": "1 day",
                                          "at": "4 days"}}),
    ],
)  # fmt: skip
def test_what_makes_sense_raises_nothing(warning: str, change: dict[str, object]) -> None:
    assert warnings(FILES / f"{warning}.yaml", **change) == []


@pytest.mark.parametrize(
    "events",
    [
        {"a": {"close": "gate--town", "at": "1 day", "chance": 0}},
        {"a": {"close": "gate--town", "when": {"event": "b"}},
         "b": {"open": "gate--town", "when": {"event": "a"}}},  # each waits for the other
        {"a": {"close": "gate--town", "when": {"axis_open": "line"}, "delay": "21 days"}},
        {"a": {"close": "gate--town", "when": {"besieged": "gate"}}},
        {"a": {"close": "gate--town", "when": {"all": [{"axis_open": "line"}, {"falls": "gate"}]}}},
    ],
)  # fmt: skip
def test_what_can_never_happen(events: dict[str, object]) -> None:
    change = {f"events.{name}": event for name, event in events.items()}
    found = warnings(FILES / "accepts_nothing.yaml", **change, accepts={})
    assert codes(found) == ["never_happens"] * len(events)


def test_what_a_scenario_inherits_it_need_not_raise_itself(tmp_path: Path) -> None:
    for file in ("hub_without_stock", "accepts_nothing"):
        (tmp_path / f"{file}.yaml").write_text((FILES / f"{file}.yaml").read_text("utf-8"))
    child = tmp_path / "child.yaml"
    child.write_text("format: 1\nextends: accepts_nothing.yaml\n")
    assert warnings(child) == []
    child.write_text("format: 1\nextends: hub_without_stock.yaml\naccepts: {hub_without_stock: y}")
    assert warnings(child) == []
    child.write_text("format: 1\nextends: hub_without_stock.yaml\naccepts: {hub: y}")
    assert "child.yaml:3:11: error: unknown warning 'hub'" in str(sim.validate(child).error)


CLAIM = "{{text: t, measure: {0}, relation: '=', value: {1}}}"


@pytest.mark.parametrize(
    ("measure", "value", "said", "hint"),
    [
        ("axes.line.delivered", "5 days", "is in t, and here is a length of time", "such as 200 t"),
        ("axes.line.capacity_end", "5", "in t/day, and here is a number", "write it as 5 t/day"),
        ("axes.line.days_cut", "2 t", "is in days, and here is a mass", "such as 2.5 days"),
        ("axes.line.days_cut", "3", "here is a number without unit", "write it as 3 days"),
        ("axes.line.slack_end", "2 t/day", "is in 1, and here is a flow", "without a unit"),
        ("axes.line.routes_by_roads_end", "2 days", "is in routes", "without a unit"),
        ("axes.line.capacity_end", "true", "here is true or false", "such as 40 t/day"),
        ("axes.line.capacity_end", "much", "here is a text", "such as 40 t/day"),
        ("axes.line.capasity_end", "2 t/day", "no measure", "did you mean"),
        ("axes.line.sinks.port.delivered", "2 t", "no measure", "did you mean"),
    ],
)
def test_a_claim_of_another_unit_is_a_fault(
    tmp_path: Path, measure: str, value: str, said: str, hint: str
) -> None:
    text = (FILES / "accepts_nothing.yaml").read_text("utf-8")
    file = tmp_path / "claims.yaml"
    file.write_text(f"{text}claims:\n  c: {CLAIM.format(measure, value)}\n")
    error = sim.validate(file).error
    assert error is not None
    (fault,) = error.diagnostics
    assert fault.severity == "error"
    assert said in fault.message
    assert hint in (fault.hint or "")
    line = file.read_text().split("\n")[fault.line - 1]
    assert line[fault.column - 1 :].startswith(measure if "no measure" in said else value)
    # it can be run, and is undecided; a number alone is then taken to be in base units
    verdict = sim.run(file).summary["claims"][0]["verdict"]
    assert verdict == ("false" if value.isdigit() else "undecided")


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("axes.line.delivered", "0.5 t"), ("axes.line.days_cut", "60 min"),
        ("axes.line.time_of_first_cut", "null"), ("axes.line.time_of_first_cut", "9 days"),
        ("axes.line.slack_end", "2.5"), ("axes.line.fastest_hours_end", "30 min"),
        ("actors.red.road_km_end", "20"), ("actors.red.road_km_end", "20 km"),
        ("regroup.red.to.town.persons", "30 persons"), ("regroup.red.to.town.share", "40 %"),
        ("regroup.red.displaced", "30"), ("events.e.capacity_change.line", "1 t/day"),
        ("events.e.capacity_change_days.line", "2 days"),
        ("events.e.capacity_change_total.line", "1 t"),
    ],
)  # fmt: skip
def test_a_claim_of_the_unit_that_is_due(measure: str, value: str) -> None:
    text = (FILES / "captured_by_holder.yaml").read_text("utf-8")
    text = text.replace("again: ", "e: ").replace("by: red", "by: blue")
    assert warnings(f"{text}claims:\n  c: {CLAIM.format(measure, value)}\n") == []


STUDY = """\
format: 1
base: {base}.yaml
n: 2
grid:
  axes.line.sinks.town.target: [80 t, 10 t]
  axes.line.convoy.size: [5 t, 20 t]
"""


def study(folder: Path, base: str, text: str = STUDY) -> Path:
    """A study of one of the small files."""
    (folder / f"{base}.yaml").write_text((FILES / f"{base}.yaml").read_text("utf-8"))
    (folder / "study.yaml").write_text(text.format(base=base))
    return folder / "study.yaml"


def test_a_study_is_warned_of_its_cells_each_warning_once(tmp_path: Path) -> None:
    file = study(tmp_path, "target_without_refill")
    found = sim.validate(file)
    assert (found.kind, found.size) == ("study", "4 cells, 8 runs, 3 warnings")
    # the base never refills, whatever the target; a target of 10 t is below a convoy of 20 t
    # in one cell, the stock of 40 t below none
    told = [(d.code, d.line, d.message.partition(" (")[2]) for d in found.warnings]
    assert told == [
        ("target_without_refill", 5, "set to 10 t) (in 2 of 4 cells: "
         "axes.line.sinks.town.target=10 t)"),
        ("target_without_refill", 5, "set to 80 t) (in 2 of 4 cells: "
         "axes.line.sinks.town.target=80 t)"),
        ("below_one_convoy", 5, "set to 10 t) (in 1 of 4 cells: axes.line.sinks.town.target=10 t, "
         "axes.line.convoy.size=20 t)"),
    ]  # fmt: skip
    assert {d.file for d in found.warnings} == {str(file)}
    assert found.document()["warnings"][2]["warning"] == "below_one_convoy"
    assert sim.plan_study(file).warnings == found.warnings
    with pytest.raises(sim.BadInputError, match="is a study, which states its settings itself"):
        sim.validate(file, sets=["a=1"])


def test_what_the_base_raises_is_told_of_it(tmp_path: Path) -> None:
    text = STUDY.replace("  axes.line.sinks.town.target: [80 t, 10 t]\n", "")
    file = study(tmp_path, "target_without_refill", text)
    (one,) = sim.validate(file).warnings
    assert (Path(one.file).name, one.code) == ("target_without_refill.yaml", one.code)
    assert one.message.endswith("(in all 2 cells)")
    text = text.replace("grid", "sensitivity: {{method: morris}}\nnames").partition("  axes")[0]
    file = study(tmp_path, "target_without_refill", text.replace("names:\n", ""))
    (alone,) = sim.validate(file).warnings
    assert one.message == f"{alone.message} (in all 2 cells)"
    assert sim.validate(file).document()["runs"] == 10  # ten trajectories over no inputs


def test_what_only_a_run_tells_is_looked_for_in_some_cells(tmp_path: Path) -> None:
    stocks = ", ".join(f"{n} t" for n in range(30, 70))
    text = "format: 1\nbase: {base}.yaml\ngrid: {{axes.food.sinks.town.stock: [STOCKS]}}\n"
    file = study(tmp_path, "order_of_ids", text.replace("STOCKS", stocks))
    (found,) = sim.validate(file).warnings
    assert (found.code, "(in all 16 cells)" in found.message) == ("order_of_ids", True)


def test_what_happens_in_some_cell_is_no_warning_of_others(tmp_path: Path) -> None:
    text = "format: 1\nbase: {base}.yaml\ngrid: {{events.fall: "
    text += "[OFF{{capture: gate, by: blue, at: 5 days}}]}}\n"
    off = "{{capture: gate, by: blue, at: 5 days, chance: 0}}, "
    file = study(tmp_path, "never_happens", text.replace("OFF", off))
    assert sim.validate(file).warnings == []
    never = text.replace("OFF", "").replace("5 days}}]", "5 days, chance: 0}}]")
    file = study(tmp_path, "never_happens", never)
    assert codes(sim.validate(file).warnings) == ["never_happens"] * 2


def test_faults_of_a_study_and_of_claims_in_its_cells(tmp_path: Path) -> None:
    wrong = "format: 1\nbase: {base}.yaml\ngrid: {{axes.line.convoy.sise: [1]}}"
    file = study(tmp_path, "accepts_nothing", wrong)
    assert f"{file}:3:8: error: unknown key 'sise'" in str(sim.validate(file).error)
    text = "format: 1\nbase: {base}.yaml\nn: 2\ngrid: {{axes.line.convoy.size: [5 t, 20 t]}}\n"
    file = study(tmp_path, "accepts_nothing", text)
    base = tmp_path / "accepts_nothing.yaml"
    claim = CLAIM.format("axes.line.days_cut", "2 t")
    base.write_text(f"{base.read_text()}claims:\n  c: {claim}\n")
    error = sim.validate(file).error
    assert error is not None
    assert "claim 'c': 'axes.line.days_cut' is in days, and here is a mass" in str(error)
    assert "(in all 2 cells)" in str(error)
    # a study with such a claim can be run: it is undecided there, and that is told
    (told,) = sim.plan_study(file).warnings
    assert told.severity == "warning"


def test_a_strict_study_ends_before_anything_is_run(tmp_path: Path) -> None:
    file = study(tmp_path, "target_without_refill")
    runner = CliRunner()

    def ends(*words: str) -> Result:
        return runner.invoke(cli, ["study", str(file), *words])

    out = tmp_path / "out"
    for words in (("--dry-run",), ("--out", str(out), "--workers", "1", "--no-figures")):
        strict = ends(*words, "--strict")
        assert (strict.exit_code, out.exists()) == (2, False)
        done = ends(*words)
        assert done.exit_code == 0
        for said in (strict.stderr, done.stderr):
            assert said.count("warning: ") == 3
    listed = json.loads(ends("--dry-run", "--json").stdout)
    assert listed["warnings"][2]["warning"] == "below_one_convoy"
    again = runner.invoke(cli, ["study", "--resume", str(out), "--strict"])
    assert (again.exit_code, "no --strict" in again.output) == (2, True)
    again = runner.invoke(cli, ["study", "--resume", str(out), "--no-figures", "--workers", "1"])
    assert (again.exit_code, again.stderr) == (0, "")


def test_a_weight_by_which_nothing_is_shared_out_is_warned_of() -> None:
    case = Path(f"{SUPPLY}/two_friends_one_road.yaml").read_text("utf-8")
    weight = {"axes.food.sinks.town.weight": 2}
    both = {"axes": ["food", "fuel"], "share_out": "equal"}
    (found,) = warnings(case, **weight, **{"groups.both": both})
    assert (found.code, "the weight of 'town'" in found.message) == ("never_read", True)
    assert warnings(case, **weight, **{"groups.both": both | {"share_out": "weighted"}}) == []
