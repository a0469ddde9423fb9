"""Groups of axes and their rule of sharing, as files state them."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import ScenarioError, dump_resolved, load
from sim.scenario.blocks import blocks
from sim.scenario.distributions import Constant

CASE = Path(__file__).parents[1] / "data/cases/supply/two_friends_one_road.yaml"


def written(folder: Path, groups: str) -> Path:
    file = folder / "case.yaml"
    text = CASE.read_text("utf-8").replace("axes:\n", f"groups: {{{groups}}}\naxes:\n")
    file.write_text(text.replace("stock: 100 t}", "stock: 100 t, weight: 2}"), "utf-8")
    return file


def test_a_group_is_read_and_written_again(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, "both: {axes: [fuel, food], share_out: weighted}"))
    assert scenario.groups["both"].axes == ("food", "fuel")
    assert scenario.axes["food"].sinks["town"].weight == Constant(2.0)
    again = tmp_path / "again.resolved.yaml"
    again.write_text(dump_resolved(scenario), "utf-8")
    assert load(again).groups == scenario.groups
    assert [(b.name, b.share_out) for b in blocks(scenario)] == [("groups.both", "weighted")]


def test_without_a_rule_each_axis_is_planned_by_itself() -> None:
    scenario = load(CASE)
    assert [(b.name, b.share_out, b.axes) for b in blocks(scenario)] == [
        ("food", "priority", ("food",)), ("fuel", "priority", ("fuel",)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("groups", "message", "hint"),
    [
        ("g: {axes: [food, fule], share_out: equal}", "unknown axis 'fule'", "'fuel'"),
        ("g: {axes: food, share_out: equaly}", "is none of priority, equal, weighted", "'equal'"),
        ("g: {axes: [], share_out: equal}", "axes: the list is empty", None),
        ("g: {share_out: equal}", "group 'g' needs 'axes'", None),
        ("g: {axes: food}", "group 'g' needs 'share_out'", None),
        ("g: {axes: food, share_out: equal}, h: {axes: [food, fuel], share_out: equal}",
         "axis 'food' is in group 'g' too", "leave it out of the other"),
    ],
)  # fmt: skip
def test_faults_of_groups(tmp_path: Path, groups: str, message: str, hint: str | None) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(written(tmp_path, groups))
    (fault,) = caught.value.diagnostics
    assert message in fault.message
    assert hint is None or hint in (fault.hint or "")
    assert fault.line == 12  # of the groups
