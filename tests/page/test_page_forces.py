"""Forces on the map of a page, in a real browser: where they stand and what they tell."""

from __future__ import annotations

import csv
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import api
from sim.page.write import write_report

DAY = 86_400
MODES = (
    "waiting", "marching", "besieging", "fighting", "stalled", "holding", "falling back", "over",
)  # fmt: skip

# 100 persons of red march 10 km a day from base over ford toward town, 10 and 190 km; each eats
# 1 kg a day and they carry three days of it. The road behind is closed from day 3 to day 8: so on
# day 6 they stall, until day 8. A raid of blue's from the hill is beaten at the mill on day 6 or so
SCENARIO = """\
format: 1
title: A column and a raid
period: {start: 2001-03-01, length: 20 days}
actors: {red: {name: Red}, blue: {name: Blue}}
default_holder: red
sources: {diary: A diary}
network:
  title: Toy
  classes: {road: {speed: 50 km/h, capacity: 20 t/day, source: diary, trust: assumed}}
  places:
    depot: {name: Depot, lat: 47.0, lon: 7.9}
    base: {name: Base, lat: 47.0, lon: 8.0}
    ford: {name: Ford, lat: 46.95, lon: 8.2}
    town: {name: Town, lat: 47.0, lon: 8.6}
    hill: {name: Hill, lat: 46.6, lon: 8.0}
    mill: {name: Mill, lat: 46.6, lon: 8.7}
  roads:
    depot--base: {km: 5, class: road}
    base--ford: {km: 10, class: road}
    ford--town: {km: 190, class: road}
    hill--mill: {km: 50, class: road}
    base--mill: {km: 60, class: road}
holders:
  town: blue
  hill: blue
axes:
  line:
    name: The line
    actor: red
    sources: {depot: {}}
    sinks:
      base: {demand: 0.1 t/day, stock: 1 t, target: 0 t}
      mill: {demand: 0.1 t/day, stock: 1 t, target: 0 t}
garrisons: {mill_guard: {actor: red, place: mill, strength: 1000 persons}}
fighting: {attack: 0.02 /day, defend: 0.02 /day}
operations:
  column:
    name: The <b>column</b>
    actor: red
    base: base
    route: [ford, town]
    at: 2001-03-02
    strength: 100 persons
    tempo: 10 km/day
    axis: line
    each: 1 kg/person/day
    carries: 3 days
  raid:
    name: The raid
    actor: blue
    base: hill
    route: [mill]
    at: 2001-03-03
    strength: 50 persons
    tempo: 25 km/day
    on_repulse: give_up
events:
  shut: {close: base--ford, at: 2001-03-04}
  open: {open: base--ford, at: 2001-03-09}
"""


@pytest.fixture(scope="module")
def marched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of the scenario, with its page."""
    folder = tmp_path_factory.mktemp("forces")
    scenario = folder / "forces.yaml"
    scenario.write_text(SCENARIO, encoding="utf-8")
    run = api.run(api.load(scenario)).write(folder / "run", figures=False, argv=["sim", "run"])
    write_report([run])
    return run


@pytest.fixture(scope="module")
def series(marched: Path) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """(time, value) of each operation's measures, as in the CSV."""
    found = defaultdict(list)
    with (marched / "timeseries.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            kind, _, id_ = row["subject"].partition(":")
            if kind == "operation":
                found[id_, row["measure"]].append((int(row["time_s"]), int(row["value"])))
    return found


@pytest.fixture(scope="module")
def page(browser: Any, marched: Path) -> Any:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    found = context.new_page()
    wrong: list[str] = []
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.goto((marched / "report.html").as_uri())
    found.wait_for_selector("html.ready")
    yield found
    context.close()
    assert wrong == []


def go(page: Any, time: int) -> None:
    page.eval_on_selector(
        "#time", "(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", time
    )


def numeral(value: float) -> str:
    """As the page writes numbers: whole from ten on, else two decimals at most."""
    if value >= 10 or abs(value - round(value)) < 5e-4:
        return f"{round(value):,}"
    return f"{value:.2f}"


@pytest.mark.parametrize("day", [0, 1, 2.3, 4, 5.5, 6.5, 9, 19])
def test_a_force_tells_the_numbers_of_the_csv(
    page: Any, series: dict[tuple[str, str], list[tuple[int, int]]], day: float
) -> None:
    time = round(day * DAY)
    go(page, time)
    for id_ in ("column", "raid"):
        item = page.locator(f".force[data-id={id_}]")

        def at(measure: str, of: str = id_) -> int:
            return [value for t, value in series[of, measure] if t <= time][-1]

        state, men = MODES[at("mode")], at("strength_persons")
        if state in ("waiting", "over"):
            assert item.get_attribute("visibility") == "hidden"
            continue
        assert item.get_attribute("visibility") is None
        item.evaluate("item => item.focus()")
        told = page.locator(".tip").first.inner_text().split("\n")
        modes = series[id_, "mode"]
        since = [b for (_, a), (b, m) in pairwise([(-1, -1), *modes]) if a != m and b <= time][-1]
        assert told[0] == {"column": "The <b>column</b>", "raid": "The raid"}[id_]
        told = [line for line in told if line]
        assert told[2] == f"{state} since {1 + since // DAY} March 2001"
        assert told[3] == f"{men} persons"
        position = series[id_, "position_m"]
        km = float(np.interp(time, *zip(*position, strict=True))) / 1000
        assert told[4].startswith(f"{numeral(km)} km from ")
        assert f"{state}" in item.get_attribute("aria-label")
        if id_ == "column":  # 100 persons that eat 1 kg a day each
            days = float(np.interp(time, *zip(*series[id_, "carried_kg"], strict=True))) / 100
            fed = "fed" if at("fed") else "not fed"
            assert told[5].startswith(f"{numeral(days)} days of supply with it, {fed} since")


def test_a_flag_stands_by_the_road_where_the_force_is(page: Any) -> None:
    # it set out on day 1: at noon of day 2 it is 5 km beyond the ford, of 190 straight to town
    go(page, round(2.5 * DAY))
    x, y = page.evaluate("maps[0].stands[0].xy")
    order = page.evaluate("DATA.runs[0].places.map(p => p.id)")
    points = page.evaluate("maps[0].points")
    ford, town = (points[order.index(place)] for place in ("ford", "town"))
    share = 5 / 190
    assert (x, y) == pytest.approx(
        [a + share * (b - a) for a, b in zip(ford, town, strict=True)], abs=0.1
    )
    item = page.locator(".force[data-id=column] .cloth")
    box, canvas = item.bounding_box(), page.locator("figure.map .canvas svg").last.bounding_box()
    left, top = box["x"] - canvas["x"], box["y"] - canvas["y"]
    for u, v in points:  # no place lies under the flag
        assert not (left < u < left + box["width"] and top < v < top + box["height"])


def test_hovering_tells_and_leaving_is_quiet(page: Any) -> None:
    go(page, 3 * DAY)
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    page.locator(".force[data-id=raid] .hit").hover()
    assert page.locator(".tip strong").first.inner_text() == "The raid"
    page.mouse.move(2, 2)
    assert page.locator(".tip").first.is_hidden()


def test_legend_and_table_have_forces_only_while_there_are_some(page: Any) -> None:
    legend = page.locator("figure.map .legend")
    page.locator(".map details.data summary").click()
    go(page, 0)
    assert "force" not in legend.inner_text()
    go(page, 3 * DAY)
    assert "force, marching" in legend.inner_text()
    assert "force, stalled" not in legend.inner_text()
    go(page, 7 * DAY)
    assert "force, stalled" in legend.inner_text()
    page.locator("#time").dispatch_event("change")
    table = page.get_by_role("region", name="Forces on 8 March 2001").inner_text()
    assert "The <b>column</b>" in table
    assert "The raid" not in table  # it is over
    page.locator(".map details.data summary").click()


@pytest.mark.parametrize("style", ["dark", "print"])
def test_flags_are_seen_in_the_dark_and_in_print(page: Any, style: str) -> None:
    go(page, 3 * DAY)
    if style == "dark":
        page.emulate_media(media="screen", color_scheme="dark")
    else:
        page.emulate_media(media="print", color_scheme="dark")
    cloth = page.locator(".force[data-id=column] .cloth")
    assert cloth.is_visible()
    way = page.locator(".ways [data-id=column] .way").last
    assert way.is_visible()
    fill = cloth.evaluate("e => getComputedStyle(e).fill")
    sign = page.locator(".force[data-id=column] .solid").evaluate("e => getComputedStyle(e).fill")
    assert _contrast(fill, sign) >= 3  # WCAG 2.1, 1.4.11: graphical objects
    page.emulate_media(media="screen", color_scheme="light")


def _contrast(a: str, b: str) -> float:
    """Contrast of two colours "rgb(r, g, b)" by WCAG 2.1."""

    def light(colour: str) -> float:
        parts = [int(c) / 255 for c in colour.removeprefix("rgb(").removesuffix(")").split(",")]
        r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((light(a), light(b)))
    return (high + 0.05) / (low + 0.05)
