"""Small inputs that once gave a wrong answer (tests/data/cases), each with its right one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim import api

CASES = Path(__file__).parent / "data" / "cases" / "supply"


def ran(name: str, **changes: Any) -> api.Run:
    return api.run(api.load(CASES / f"{name}.yaml").with_(**changes))


def value(run: api.Run, measure: str) -> Any:
    return run.summary["measures"][measure]["value"]


def test_a_place_is_raided_until_the_later_of_two_raids_ends() -> None:
    # 20 t/day but for days 5 to 9 of 20: 20 * 16 / 20
    assert value(ran("raid_overlap"), "axes.line.capacity_mean") == 16


def test_a_capture_has_no_end_though_a_raid_was_there_first() -> None:
    run = ran("raid_then_capture")
    assert value(run, "axes.line.capacity_end") == 0
    assert value(run, "actors.blue.places_end") == 1


def test_how_often_stocks_are_written_down_decides_no_battle() -> None:
    said = set()
    for sample in ("40 days", "1 day", "1 h", "10 min"):
        run = ran("sample_decides_battles", sample=sample)
        said.add(json.dumps(run.summary, sort_keys=True))
        assert sum(move.persons for move in run.record.moves if move.reserve) == 858
        assert run.record.fallen == {"a0": 429}
        days = [e.time / 86_400 for e in run.record.events if e.kind == "taken"]
        assert days == [pytest.approx(10.365394, abs=1e-6)]
    assert len(said) == 1


@pytest.mark.parametrize(
    ("changes", "food", "fuel", "told"),
    [
        ({}, 80, 20, ["fuel"]),  # equal priority: actor `me` before `them`
        ({"axes.food.priority": 2}, 20, 80, []),
    ],
)
def test_two_friends_do_not_overfill_one_road(
    changes: dict[str, Any], food: int, fuel: int, told: list[str]
) -> None:
    run = ran("two_friends_one_road", **changes)
    first = {r.subject: r.value for r in reversed(run.record.series) if r.time == 0
             and r.measure == "planned_kg_per_day"}  # fmt: skip
    assert first == {"axis:food": food * 1000, "axis:fuel": fuel * 1000}
    assert max(row.kg_per_day for row in run.record.loads) == 100_000
    assert [e.subject for e in run.record.events if e.kind == "order_of_ids"] == told


def test_a_loss_that_heals_is_credited_for_its_time() -> None:
    run = ran("loss_that_heals")
    # 120 t/day at the start; the straight road bears 100 of them and is closed for 20 days
    assert value(run, "events.big.capacity_change.a") == -100
    assert value(run, "events.big.capacity_change_days.a") == 20
    assert value(run, "events.big.capacity_change_total.a") == -2_000
    # the other way bears 20, and is closed from the 10th to the 12th
    assert value(run, "events.small.capacity_change_total.a") == -40


def test_an_axis_that_was_not_open_at_the_start_is_drawn(tmp_path: Path) -> None:
    run = ran("closed_at_start")
    assert value(run, "axes.line.capacity_start") == 0
    assert value(run, "axes.line.capacity_end") == 20  # red takes the gate, on day 3
    folder = run.write(tmp_path / "run")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["figures"] == "done"
    said = "line was not open at the start, ends with 20 t/day"
    for of, at in (("map", "9 days"), ("axis", None)):
        texts = [text.get_text() for text in run.plot(of, at=at).texts]
        assert any(text.startswith(said) for text in texts), texts
    page = api.report(folder).read_text("utf-8")
    assert "is not open at the start and carries 20 t/day at the end" in page
