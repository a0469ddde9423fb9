"""What happened, pinned on the map where it did: the way to its entry and its source."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.page.inputs import source_of
from sim.page.prose import Entry, happenings
from sim.page.run import read_run
from sim.page.write import write_report
from sim.scenario.model import UNSTATED, Provenance

Open = Callable[..., Any]
DAY = 86_400

# a day's march to the town, which is taken on it (10 km at 10 km/day, against nobody)
MARCH = """\
format: 1
title: A march
period: {length: 3 days}
actors: {red: {name: Red}, blue: {name: Blue}}
default_holder: blue
holders: {base: red}
sources: {diary: "Diary of a clerk, <https://example.org/a?b=1&c='2'>."}
network:
  classes: {road: {speed: 10 km/h, capacity: 10 t/day}}
  places: {base: {lat: 0, lon: 0}, town: {lat: 0, lon: 0.1}, rear: {lat: 0, lon: 0.2}}
  roads: {base--town: {km: 10, class: road}, town--rear: {km: 10, class: road}}
axes: {line: {actor: blue, sources: {rear: {}}, sinks: {town: {demand: 1 t/day}}}}
events:
  shut: {close: town--rear, at: 0.5 days, trust: assumed}
  ruin: {raid: rear, by: red, lasts: 1 day, at: 0.5 days, source: diary}
fighting: {attack: 0.02 /day, defend: 0.02 /day}
operations:
  push:
    {actor: red, strength: 200 persons, base: base, route: [town], tempo: 10 km/day, at: 0 days,
     source: hearsay}
"""


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the run of the march, with its page."""
    here = tmp_path_factory.mktemp("march")
    (here / "march.yaml").write_text(MARCH, encoding="utf-8")
    folder = api.run(api.load(here / "march.yaml")).write(here / "run", figures=False, argv=[])
    write_report([folder])
    return folder


def pins(page: Any) -> dict[str, tuple[float, float]]:
    """Where each pin points to, by the id of what it is at."""
    found = page.locator("figure.map .item.pin").evaluate_all(
        "all => all.map(e => [e.dataset.pin, e.querySelector('path').getAttribute('d')])"
    )
    numbers = {id_: [float(n) for n in re.findall(r"-?[\d.]+", d)[:2]] for id_, d in found}
    return {id_: (x, y) for id_, (x, y) in numbers.items()}


def away(page: Any, point: tuple[float, float], what: str) -> float:
    """Pixels from a point to the middle of a thing of the map."""
    x, y = page.evaluate(f"maps[0].middle(maps[0].pinnable.get('{what}'))")
    return math.hypot(point[0] - x, point[1] - y)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_pin_points_to_where_it_happened_and_covers_no_name(
    opened: Open, lost: Path, width: int
) -> None:
    page = opened(lost / "report.html", width=width)
    assert pins(page) == {}  # nothing has happened yet
    for day, what in ((5, "gate"), (7.9, "gate"), (8, "hill--town")):
        page.evaluate(f"view.go({day * DAY})")
        (id_,) = found = pins(page)
        assert id_ == what
        # its point is on the rim of the mark: the largest has 13 pixels, the middle of a road 3
        assert away(page, found[what], what) <= (3.2 if "--" in what else 13), day
        box = page.locator(".item.pin > g > circle").first.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for name in page.locator(".labels text").all():
            it = name.bounding_box()
            aside = max(it["x"] - x, x - it["x"] - it["width"])
            # letters are as high as their size, round the middle; the head has 6.5 pixels
            middle = it["y"] + it["height"] / 2
            over = abs(middle - y) - float(name.get_attribute("font-size")) / 2
            assert max(aside, over) >= 6.5, (day, name.text_content())
    page.evaluate(f"view.go({DAY})")
    assert pins(page) == {}
    assert page.wrong == [page.url.partition("#")[0]]


def test_by_keys_alone_a_pin_tells_its_source_and_leads_to_it(opened: Open, lost: Path) -> None:
    page = opened(lost / "report.html")
    page.evaluate("view.choose('spur')")
    page.locator("[data-list=axis]").click()
    page.evaluate(f"view.go({8 * DAY})")
    entry = page.locator(".happenings [aria-current=true]")
    assert not entry.is_visible()  # the road is none of the spur's
    page.locator("figure.map .item.place[tabindex='0']").focus()
    page.keyboard.press("Tab")
    pin = page.locator(".item.pin:focus")
    assert pin.get_attribute("role") == "button"
    tip = page.locator("figure.map .tip")
    lines = [tip.locator("strong").inner_text(), *tip.locator("p").all_inner_texts()]
    assert lines[0].endswith(" road closed")
    assert lines[1:3] == ["9 March 2001", "A <i>diary</i>; trust: low"]
    assert pin.get_attribute("aria-label") == "; ".join(lines)
    assert page.evaluate("view.playing") is False
    page.keyboard.press("Enter")
    assert entry.is_visible()  # the list has all again
    assert entry.locator("summary").evaluate("e => e === document.activeElement")
    assert entry.locator(".told[open] span").inner_text() == "A <i>diary</i>; trust: low"
    assert "no source stated" in page.locator("[data-time='432000'] .told").text_content()


def test_the_key_counts_pins_outside_the_map(opened: Open, lost: Path) -> None:
    page = opened(lost / "report.html")
    page.evaluate(f"view.go({5 * DAY})")
    key = page.locator("figure.map .legend")
    assert "what happened last, on 6 March 2001" in key.inner_text()
    assert "outside the map" not in key.inner_text()
    page.locator("[data-zoom=in]").click(click_count=8, delay=5)  # 1.5 ** 8 times as near
    assert "on 6 March 2001; 1 place of it is outside the map" in key.inner_text()
    page.locator(".item.pin").focus()  # which moves the map to it
    assert "outside the map" not in key.inner_text()


def test_a_force_is_pinned_where_it_stood_then(opened: Open, march: Path) -> None:
    page = opened(march / "report.html")
    assert list(pins(page)) == ["push"]  # it sets out
    at_start = pins(page)["push"]
    assert away(page, at_start, "base") < 13
    page.evaluate(f"view.go({0.4 * DAY})")  # it has gone 4 km of 10; the pin stays
    assert pins(page)["push"] == at_start
    page.evaluate(f"view.go({0.5 * DAY})")
    assert sorted(pins(page)) == ["rear", "town--rear"]
    told = page.locator(".item.pin").evaluate_all("all => all.map(e => e.ariaLabel)")
    assert any("no source stated; trust: assumed" in one for one in told)
    assert sum("Diary of a clerk" in one for one in told) == 1  # that of the other pin


def test_pages_of_several_runs_have_no_pins(
    opened: Open, lost: Path, kept: Path, tmp_path: Path
) -> None:
    page = opened(write_report([kept, lost], tmp_path / "both.html"))
    page.evaluate(f"view.go({9 * DAY})")
    assert page.locator(".item.pin").count() == 0
    assert page.locator(".happenings .told").count() > 0


def test_causes_know_where_they_were_and_where_they_are_from(lost: Path, march: Path) -> None:
    found: dict[int, Entry] = {h.time: h for h in happenings(read_run(lost))}
    (shut,) = found[8 * DAY].causes
    assert (shut.items, shut.about) == (("hill--town",), Provenance("diary", "low"))
    (gate,) = found[5 * DAY].causes
    assert (gate.items, gate.about) == (("gate",), UNSTATED)
    taken = next(c for h in happenings(read_run(march)) for c in h.causes if " takes " in c.said)
    assert (taken.items, taken.about) == (("town",), Provenance("hearsay"))


def test_a_source_is_told_as_stated_its_address_as_a_link(march: Path) -> None:
    scenario = read_run(march).scenario
    assert source_of(scenario, None) == "worked out by the run"
    assert source_of(scenario, UNSTATED) == "no source stated"
    assert source_of(scenario, Provenance("a <b>")) == "<bdi>a &lt;b&gt;</bdi>"
    # the address ends before a quote, and at no stop of the sentence
    address = "https://example.org/a?b=1&amp;c="
    assert source_of(scenario, Provenance("diary", "B")) == (
        f'<bdi>Diary of a clerk, &lt;<a href="{address}" rel="noreferrer">{address}</a>'
        "&#x27;2&#x27;&gt;.</bdi>; trust: <bdi>B</bdi>"
    )
    stop = source_of(scenario, Provenance("See http://example.org/x."))
    assert 'href="http://example.org/x"' in stop
    assert "<a" not in source_of(scenario, Provenance("javascript:alert(1)"))
