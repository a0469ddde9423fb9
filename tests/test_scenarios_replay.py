"""The shipped scenarios: the same bytes again, and what the article says of its pair."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import api
from sim.scenario.model import DAY

FOLDER = Path(__file__).parents[1] / "scenarios"
SCENARIOS = [
    pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (n % 6 != 1))
    for n, path in enumerate(sorted(FOLDER.glob("*.yaml")))
]
"""Every sixth of them is fast; the others are slow."""
LINE = "turkey_raqqa"


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a run but its manifest."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "manifest.json"
    }


@pytest.mark.parametrize("path", SCENARIOS)
def test_a_run_leaves_the_same_bytes_again(path: Path, tmp_path: Path) -> None:
    first = api.run(api.load(path)).write(tmp_path / "first", figures=False)
    # again from what the first run resolved the file to, which tells of the same file too
    resolved = api.load(first / "scenario.resolved.yaml")
    replay = api.run(resolved).write(tmp_path / "replay", figures=False)
    expected = files(first)
    assert {"control.csv", "timeseries.csv", "flows.csv", "events.csv", "regroup.csv",
            "summary.json", "scenario.resolved.yaml"} <= set(expected)  # fmt: skip
    found = files(replay)
    assert found.keys() == expected.keys()
    for name, content in expected.items():
        assert found[name] == content, name


def test_another_seed_leaves_other_bytes_and_replays_too(tmp_path: Path) -> None:
    scenario = api.load(FOLDER / "regroup_south.yaml")
    first = api.run(scenario).write(tmp_path / "first", figures=False)
    other = api.run(scenario, scenario.seed + 1).write(tmp_path / "other", figures=False)
    assert files(first)["control.csv"] != files(other)["control.csv"]
    resolved = api.load(other / "scenario.resolved.yaml")
    replay = api.run(resolved).write(tmp_path / "replay", figures=False)
    assert files(replay) == files(other)


def test_manbij_and_jarabulus_are_no_cut() -> None:
    """C1: without the two towns the line still runs by al-Rai, al-Bab and Maskanah."""
    scenario = api.load(FOLDER / "manbij_and_jarabulus_fall.yaml")
    before = api.cut(scenario, LINE, 11 * DAY - 1)
    after = api.cut(scenario, LINE, 11 * DAY)
    assert 0 < after.capacity < before.capacity
    stops = ["al_rai", "al_bab", "deir_hafer", "maskanah", "raqqa"]
    kept = [
        route
        for route in after.routes
        if [place for place in route.places if place in stops] == stops
    ]
    assert kept
    assert sum(route.kg_per_day for route in kept) > 0
    for route in after.routes:
        assert {"manbij", "jarabulus"}.isdisjoint(route.places)
    assert after.fastest is not None
    assert set(stops) <= set(after.fastest.places)
    # one town would do now, and al-Rai is on every route
    assert after.fewest_places is not None
    assert len(after.fewest_places) == 1
    assert all("al_rai" in route.places for route in after.routes)


def test_with_al_rai_gone_too_nothing_passes_and_the_cut_says_so() -> None:
    scenario = api.load(FOLDER / "manbij_jarabulus_and_al_rai_fall.yaml")
    start, view = api.cut(scenario, LINE, 0), api.cut(scenario, LINE)
    assert (view.capacity, view.routes, view.fastest) == (0, (), None)
    assert not view.cut.never_open
    lost = {"manbij", "jarabulus", "x_karkamis", "al_rai", "x_cobanbey"}
    # what was lost, and no more than it takes: al-Rai with its gate, or Jarabulus with its
    assert view.cut.names
    assert set(view.cut.names) <= lost
    assert {"al_rai", "x_cobanbey"} <= set(view.cut.names)
    assert set(view.cut.barrier) <= lost
    assert start.capacity > 0
    # and it is not Manbij that would reopen it
    assert "manbij" not in view.cut.names


def test_the_verdicts_of_the_two_scenarios_agree_with_their_claims() -> None:
    for name in ("manbij_and_jarabulus_fall", "manbij_jarabulus_and_al_rai_fall"):
        run = api.run(api.load(FOLDER / f"{name}.yaml"))
        own = {"pair_is_no_cut", "never_cut", "closed", "cut_at_once"}
        found = {v.id: v.verdict for v in run.analysis.verdicts if v.id in own}
        assert found
        assert set(found.values()) == {"true"}
