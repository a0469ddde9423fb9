"""Profiles on the page of a run: *what if* works with what they leave, curves show bands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim import api
from sim.measure.axis import AxisLens
from sim.page.write import write_report
from sim.state.rebuild import state_at

DAY = 86_400
SCENARIO = """
format: 1
id: seasons
period: {start: 2016-06-01, length: 20 days}
actors: {red: {}}
default_holder: red
profiles:
  rains:
    name: rainy season
    factors: {2016-06-05: 0.5, 2016-06-15: 1}
    capacity: [main, b]
    speed: main
  night: {every: day, factors: {06:00: 1, 20:00: 0}, speed: b--c}
  fast: {every: year, factors: {06-06: 1.5, 07-05: 1}, demand: line}
  market: {every: week, factors: {friday: 0.25, saturday: 1}, supply: line/a}
events:
  strike: {at: 2016-06-10, supply: line, to: 30 t/day, lasts: 3 days}
  guests: {at: 2016-06-12, demand: line/d, factor: 0, lasts: 2 days}
network:
  classes:
    main: {speed: 30 km/h, capacity: 41 t/day}
    track: {speed: 20 km/h, capacity: 33 t/day}
  places:
    a: {lat: 0, lon: 0}
    b: {lat: 0, lon: 1, capacity: 60 t/day}
    c: {lat: 0, lon: 2}
    d: {lat: 1, lon: 1}
  roads:
    a--b: {km: 100, class: main}
    b--c: {km: 80, class: main}
    a--d: {km: 90, class: track}
    d--c: {km: 40, class: track}
axes:
  line:
    actor: red
    sources: {a: 50 t/day}
    sinks: {c: {demand: 40 t/day}, d: {demand: 5 t/day}}
    convoy: {size: 5 t}
"""  # fmt: skip


def test_what_if_and_curves_take_profiles(opened: Callable[..., Any], tmp_path: Path) -> None:
    run = api.run(api.load(SCENARIO))
    page = opened(write_report([run.write(tmp_path / "run", figures=False)]))
    times = sorted({row.time for row in run.analysis.record.control})
    found = page.evaluate(
        """times => times.map((time) => {
             const look = new Look(asking.run, asking.told, asking.net, "line", time);
             const { flow, need } = look.delivery(), way = look.fastest();
             return [look.flow().value, flow.value, need, way && way.seconds];
           })""",
        times,
    )  # fmt: skip
    series = [
        run.analysis.series["axis:line", f"{what}_kg_per_day"]
        for what in ("capacity", "deliverable", "demand")
    ]
    control = run.analysis.record.control
    lens = AxisLens(run.analysis.scenario, "line", state_at(run.analysis.scenario, control, 0))
    for time, told in zip(times, found, strict=True):
        view = lens.look(state_at(run.analysis.scenario, control, time), time)
        seconds = None if view.fastest is None else round(view.fastest.hours * 3600)
        assert told == [*(steps.at(time) for steps in series), seconds]
    assert len(times) > 40
    bands = page.eval_on_selector_all(".panel .band", "all => all.map((r) => r.textContent)")
    # 20 nights and the rest of the one before, three Fridays, and one span each
    assert {text: bands.count(text) for text in bands} == {
        "rainy season \u00d7 0.5": 1, "night \u00d7 0": 21, "fast \u00d7 1.5": 1,
        "market \u00d7 0.25": 3,
    }  # fmt: skip
