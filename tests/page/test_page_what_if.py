"""What if: a reader takes towns and closes roads on the page of a run, in a real browser."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner

from sim import api
from sim.cli.program import cli
from sim.page.write import write_report

DAY = 86_400
FLAGSHIP = Path(__file__).parents[2] / "scenarios/double_offensive.yaml"
MOST_BYTES = 750_000


class Asked:
    """A page with all that it asked for and complained about."""

    def __init__(self, page: Any, file: Path, address: str = "") -> None:
        self.page, self.file = page, file
        self.asked: list[str] = page.asked
        self.wrong: list[str] = page.wrong
        page.goto(file.as_uri() + address)
        page.wait_for_selector("html.ready")

    def go(self, day: int) -> None:
        """Move the slider by its keys: a week, then days."""
        self.page.locator("#time").focus()
        self.page.keyboard.press("Home")
        for key in ["PageUp"] * (day // 7) + ["ArrowUp"] * (day % 7):
            self.page.keyboard.press(key)

    def turn_on(self) -> None:
        self.page.locator("#ask").focus()
        self.page.keyboard.press("Enter")

    def choose(self, id_: str) -> None:
        """Go to a place or road of the map and press Enter."""
        self.page.eval_on_selector(f".map [data-id={id_}]", "item => item.focus()")
        self.page.keyboard.press("Enter")

    def take(self, id_: str) -> None:
        """Give a place to whom the page offers it first."""
        self.choose(id_)
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Enter")

    def row(self, title: str) -> list[str]:
        """What stands before and after in the row of this title, once it is worked out."""
        while self.page.evaluate("asking.due"):
            self.page.wait_for_timeout(10)
        row = self.page.locator("#asked tr", has_text=title).first
        return [str(text) for text in row.locator("td").all_inner_texts()]

    def carries(self) -> tuple[int, int]:
        """What the axis can carry before and after, in kg/day."""
        before, after = (int(cell.replace(",", "")) for cell in self.row("Can carry"))
        return before, after


Open = Callable[..., Asked]


@pytest.fixture
def opened(tab: Callable[..., Any]) -> Open:
    return lambda file, address="", **more: Asked(tab(**more), file, address)


def test_flows_of_the_page_are_those_of_the_run(opened: Open, flagship: Path) -> None:
    assert flagship.stat().st_size < MOST_BYTES
    page = opened(flagship).page
    wrong = page.evaluate(
        """() => asking.run.axes.flatMap((axis) => axis.series.capacity.flatMap((kg, i, all) => {
             if (i % 2 === 0) return [];
             const look = new Look(asking.run, asking.told, asking.net, axis.id, all[i - 1]);
             const roads = look.limits.road.filter((ways, r) =>
               String(ways) !== String(eachWay(at(axis.capacity[r], all[i - 1], 0))));
             return look.flow().value === kg && !roads.length ? [] : [[axis.id, all[i - 1], kg]];
           }))"""
    )
    assert wrong == []
    assert page.evaluate("asking.run.axes.length") == 12


def saved(asked: Asked, file: Path) -> Path:
    """Press the button that saves the scenario, by the keyboard."""
    with asked.page.expect_download() as waiting:
        asked.page.get_by_role("button", name="Save as scenario").focus()
        asked.page.keyboard.press("Enter")
    waiting.value.save_as(file)
    assert waiting.value.suggested_filename == "double_offensive_what_if.yaml"
    return file


def capacity_at(file: Path, axis: str, time: int) -> int:
    """What the axis can carry (kg/day) when a scenario file is run, as timeseries.csv has it."""
    out = file.with_suffix("")
    done = CliRunner().invoke(cli, ["run", str(file), "--no-figures", "--quiet", "--out", str(out)])
    assert done.exit_code == 0
    with (out / "timeseries.csv").open(encoding="utf-8", newline="") as rows:
        values = [
            int(row["value"])
            for row in csv.DictReader(rows)
            if row["subject"] == f"axis:{axis}" and row["measure"] == "capacity_kg_per_day"
            and int(row["time_s"]) <= time
        ]  # fmt: skip
    return values[-1]


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (390, "dark"),
        pytest.param(1440, "light", marks=pytest.mark.slow),
        pytest.param(1440, "dark", marks=pytest.mark.slow),
        pytest.param(390, "light", marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_three_towns_by_the_keyboard_and_the_saved_scenario_agrees(
    opened: Open, flagship: Path, tmp_path: Path, width: int, scheme: str
) -> None:
    asked = opened(flagship, width=width, scheme=scheme)
    page = asked.page
    asked.turn_on()
    asked.go(3)
    found = []
    for town in ("raqqa_south", "manbij", "maskanah"):
        asked.take(town)
        before, after = asked.carries()
        found.append(after)
        assert page.evaluate("document.activeElement.dataset.id") == town
    whole = page.evaluate("at(axisOf(asking.run, view.axis).series.capacity, view.time, 0)")
    assert before == whole > found[0] > found[1] > found[2] == 0
    assert page.locator(".map h3").inner_text().startswith("What if: Turkey to Raqqa is cut")
    assert asked.row("Minimum cut")[1].startswith("it is cut; lost, and in the way: ")
    # the whole way is lost: each of its roads is a line of the ghost
    way = page.evaluate("asking.look(asking.run, view.axis).fastest().roads.length")
    assert page.locator(".ghost").get_attribute("d").count("M") == way

    page.get_by_role("button", name=re.compile("^Undo: .*Maskanah")).focus()
    page.keyboard.press("Enter")
    assert asked.carries() == (whole, found[1])
    assert page.locator(".changes li").count() == 2
    shown = page.evaluate("Math.max(...curves[0].panels()[0].lines[1][2].filter((_, i) => i % 2))")
    assert shown == whole  # the curve goes on beside the first until the change

    file = saved(asked, tmp_path / "what_if.yaml")
    when = page.evaluate("view.time")
    assert when == 3 * DAY
    assert capacity_at(file, "turkey_raqqa", when) == found[1]
    assert [url for url in asked.asked if not url.startswith("blob:")] == [flagship.as_uri()]
    assert asked.wrong == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    faults = Axe().run(page).response["violations"]
    assert [f["id"] for f in faults if f["impact"] in ("serious", "critical")] == []


def test_an_address_brings_the_moment_back(opened: Open, flagship: Path) -> None:
    asked = opened(flagship)
    asked.turn_on()
    asked.go(3)
    asked.take("manbij")
    asked.page.wait_for_timeout(700)  # the address is written when the reader has stopped
    address = asked.page.evaluate("location.hash")
    assert address == f"#day-3&axis~turkey_raqqa&take~manbij~sdf~{3 * DAY}"
    other = opened(flagship, address)
    assert other.carries() == asked.carries()
    assert other.page.locator(".changes li").count() == 1
    other.page.evaluate(f"location.hash = '{address.replace('manbij', 'no_such_town')}'")
    other.page.wait_for_selector(".changes:not(:has(li))", state="attached")
    assert other.carries()[0] == other.carries()[1]
    assert asked.wrong == other.wrong == []


# port - gate - town carries 20 t/day, port - hill - town 5; the gate falls on day 5
def test_a_road_is_closed_and_opened_and_all_is_put_away(opened: Open, lost: Path) -> None:
    asked = opened(lost / "report.html")
    page = asked.page
    asked.turn_on()
    asked.go(2)
    asked.choose("port--gate")
    assert page.evaluate("document.activeElement.textContent") == "Close"
    page.keyboard.press("Enter")
    assert asked.carries() == (25_000, 5_000)
    assert asked.row("Routes that share")[0] == "2; 2"
    assert asked.row("Routes that share")[1] == "1; 1"
    # 10 + 10 km over the gate, 20 + 20 by the hill, at 50 km/h
    assert asked.row("Fastest way") == ["0.40 h, 20 km", "0.80 h, 40 km"]
    asked.choose("port--gate")
    assert page.evaluate("document.activeElement.textContent") == "Open"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.id") == "port--gate"
    # what the run has later still happens: on day 9 the hill is closed too
    asked.go(9)
    assert asked.carries() == (0, 0)
    asked.go(1)  # before the change
    assert asked.carries() == (25_000, 25_000)
    page.locator("#asked summary").click()
    page.wait_for_selector("#asked details table")
    assert page.locator("#asked details tbody tr").count() == 2
    page.locator("#ask").click()
    assert page.locator("#asked").is_hidden()
    assert page.locator(".map h3").inner_text().startswith("The line can carry 25 t/day")
    assert asked.wrong == []


def test_a_change_at_the_instant_of_an_event_comes_after_it(opened: Open, lost: Path) -> None:
    asked = opened(lost / "report.html")
    asked.turn_on()
    asked.go(5)  # the gate falls to blue at this instant
    asked.choose("gate")
    assert asked.page.evaluate("document.activeElement.value") == "1"  # red, whose axis it is
    asked.page.keyboard.press("Tab")
    asked.page.keyboard.press("Enter")
    assert asked.page.evaluate("view.time") == 5 * DAY + 1
    assert asked.carries() == (5_000, 25_000)


def test_any_changes_are_those_of_the_engine(opened: Open, flagship: Path, tmp_path: Path) -> None:
    asked = opened(flagship)
    rng = random.Random(5)
    for number in range(4):
        time = rng.randrange(1, 120) * DAY + rng.randrange(1, DAY)
        things = [
            {"when": time, "place": rng.randrange(120), "actor": rng.randrange(10)},
            {"when": time, "place": rng.randrange(120), "actor": rng.randrange(10)},
            {"when": time, "road": rng.randrange(209), "shut": True},
            {"when": time, "road": rng.randrange(209), "shut": False},
        ]
        told = asked.page.evaluate(
            """async ([changes, time]) => {
              asking.changes = changes;
              const run = changedRun(asking.run, asking.told, changes);
              const look = (id) => new Look(run, asking.told, asking.net, id, time).flow().value;
              const found = run.axes.map(({ id }) => [id, look(id)]);
              return [await asking.scenario(), Object.fromEntries(found)];
            }""",
            [things, time],
        )
        file = tmp_path / f"{number}.yaml"
        file.write_text(told[0], encoding="utf-8")
        series = api.run(api.load(file)).analysis.series
        found = {axis: series[f"axis:{axis}", "capacity_kg_per_day"].at(time) for axis in told[1]}
        assert told[1] == found


def shared_roads(seed: int) -> dict[str, Any]:
    """Four axes of three actors, of three loads, over roads and places that they share."""
    rng = random.Random(seed)
    towns = "abcdefgh"
    pairs = rng.sample([(x, y) for x in towns for y in towns if x < y], 14)
    goods = ("food", "fuel", "supplies", "food")

    def rate(low: int, high: int) -> str:
        return f"{rng.randrange(low, high)} t/day"

    def place() -> dict[str, Any]:
        limit = {"capacity": rate(5, 20)} if rng.random() < 0.3 else {}
        return {"lat": 47 + rng.random(), "lon": 8 + rng.random(), **limit}

    def axis(good: str) -> dict[str, Any]:
        source, *sinks = rng.sample(towns, 3)
        return {
            "actor": rng.choice(["red", "blue", "green"]), "commodity": good,
            "priority": rng.randrange(1, 3), "sources": {source: {"supply": rate(5, 30)}},
            "sinks": {sink: {"demand": rate(3, 15)} for sink in sinks},
        }  # fmt: skip

    return {
        "format": 1, "period": {"length": "9 days"}, "default_holder": "red",
        "actors": {
            "red": {"friends": ["blue"]}, "blue": {},
            "green": {"transit": {"red": "40 %", "blue": "75 %"}},
        },
        "commodities": {"food": {"load": "7 t/truck"}, "fuel": {"load": "12.5 t/truck"}},
        "network": {
            "classes": {
                "wide": {"speed": "50 km/h", "capacity": "16 t/day"},
                "narrow": {"speed": "30 km/h", "capacity": "7 t/day"},
            },
            "places": {town: place() for town in towns},
            "roads": {
                f"{x}--{y}": {
                    "km": 10 * rng.randrange(1, 4), "class": rng.choice(["wide", "narrow"])
                }
                for x, y in pairs
            },
        },
        "holders": {
            town: {"shares": {rng.choice(["red", "blue"]): 0.37, "green": 0.63}}
            for town in towns[::2]
        },
        "axes": {f"x{n}": axis(good) for n, good in enumerate(goods)},
        "events": {
            f"e{day}": {"capture": rng.choice(towns), "by": rng.choice(["red", "blue"]),
                        "at": f"{day} days"}
            for day in range(1, 8)
        },
    }  # fmt: skip


@pytest.mark.slow
def test_axes_take_what_those_before_them_leave(opened: Open, tmp_path: Path) -> None:
    between = 0
    for seed in range(6):
        run = api.run(api.load(shared_roads(seed)))
        asked = opened(write_report([run.write(tmp_path / str(seed), figures=False)]))
        found = asked.page.evaluate(
            """times => asking.told.order.map((id) => times.map((time) => {
                 const look = new Look(asking.run, asking.told, asking.net, id, time);
                 return [look.delivery().flow.value, look.beside()];
               }))""",
            times := [day * DAY for day in range(9)],
        )
        order = asked.page.evaluate("asking.told.order")
        for axis, both in zip(order, found, strict=True):
            rates = [
                run.analysis.series[f"axis:{axis}", f"{what}_kg_per_day"]
                for what in ("deliverable", "planned")
            ]
            assert both == [[rate.at(time) for rate in rates] for time in times]
            between += sum(0 < planned < alone for alone, planned in both)
    assert between > 10  # others leave something, not all


@pytest.mark.parametrize("rule", ["priority", "equal"])
def test_what_shares_by_a_rule_is_left_to_a_run(opened: Open, tmp_path: Path, rule: str) -> None:
    case = Path(__file__).parents[1] / "data/cases/supply/two_friends_one_road.yaml"
    groups = {"both": {"axes": ["food", "fuel"], "share_out": rule}}
    run = api.run(api.load(case).with_(groups=groups))
    asked = opened(write_report([run.write(tmp_path / "run", figures=False)]))
    asked.turn_on()
    known = asked.row("The same beside the axes before it")
    if rule == "priority":
        assert known == ["80,000", "80,000"]
    else:
        words = "only a run tells: shared out by a stated rule, and here is capacity alone"
        assert set(known) == set(asked.row("Days that the run's stocks last")) == {words}
    assert asked.carries() == (100_000, 100_000)
    assert asked.wrong == []


def test_lorries_and_costs_are_left_to_a_run(opened: Open, tmp_path: Path) -> None:
    case = Path(__file__).parents[1] / "data/cases/supply/two_friends_one_road.yaml"
    scenario = api.load(case)
    first, second = scenario.axes
    fleet = {"lorries": 2, "load": "10 t/truck", "hours": "8 h"}
    run = api.run(scenario.with_({f"axes.{first}.fleet": fleet}))
    asked = opened(write_report([run.write(tmp_path / "lorries", figures=False)]))
    asked.turn_on()
    left = "only a run tells: lorries bind it, and here is what roads and sources allow"
    assert set(asked.row("The same beside the axes before it")) == {left}
    assert set(asked.row("Days that the run's stocks last")) == {left}
    assert set(asked.row("Can be delivered of it")) == {"80,000, with any number of lorries"}
    assert asked.page.evaluate("asking.told.unknown") == {first: "lorries", second: "lorries"}
    assert asked.wrong == []
    run = api.run(scenario.with_({f"axes.{first}.prefer": "cost"}))
    asked = opened(write_report([run.write(tmp_path / "cost", figures=False)]))
    asked.turn_on()
    assert set(asked.row("Can be delivered of it")) == {
        "80,000; the run plans it by cost, the map here by travel time"
    }
    assert asked.page.evaluate("asking.told.unknown") == {second: "cost"}
    assert asked.wrong == []


RAID = """\
format: 1
period: {length: 20 days}
actors: {red: {}, blue: {}, green: {}}
default_holder: red
network:
  classes: {road: {speed: 50 km/h, capacity: 20 t/day}}
  places: {a: {lat: 47, lon: 8}, b: {lat: 47.2, lon: 8.3}, c: {lat: 47, lon: 8.6}}
  roads: {a--b: {km: 10, class: road}, b--c: {km: 10, class: road}}
axes: {line: {actor: red, sources: {a: {}}, sinks: {c: {demand: 8 t/day}}}}
events: {raid: {raid: b, by: blue, at: 4 days, lasts: 3 days}}
"""


def test_a_raid_of_a_place_that_was_taken_gives_nothing_back(opened: Open, tmp_path: Path) -> None:
    scenario = tmp_path / "raid.yaml"
    scenario.write_text(RAID, encoding="utf-8")
    folder = api.run(api.load(scenario)).write(tmp_path / "run", figures=False)
    asked = opened(write_report([folder]))
    asked.turn_on()
    asked.go(5)
    assert asked.carries() == (0, 0)
    asked.choose("b")
    asked.page.locator(".chosen select").select_option("green")
    asked.page.locator(".chosen button").first.click()
    asked.go(8)  # the raid was over on day 7
    assert asked.carries() == (20_000, 0)
    file = tmp_path / "taken.yaml"
    file.write_text(asked.page.evaluate("asking.scenario()"), encoding="utf-8")
    assert 'at: "432000 s"' in file.read_text(encoding="utf-8")
    assert capacity_at(file, "line", 8 * DAY) == 0
    assert asked.wrong == []


def test_events_are_added_to_a_scenario_that_has_none_and_ids_stay_apart(
    opened: Open, lost: Path, tmp_path: Path
) -> None:
    asked = opened(lost / "report.html")
    text = (lost / "scenario.resolved.yaml").read_text(encoding="utf-8")
    events = re.search(r"^events:\n(?:  .*\n)*", text, re.M)
    assert events is not None
    bare = text.replace(events[0], "").replace("Two ways", "what_if_1, two ways")
    change = [{"when": 90, "place": 0, "actor": 0}, {"when": 0, "road": 0, "shut": True}]
    told = asked.page.evaluate(
        "([text, changes]) => scenarioWith(text, asking.run, asking.told, changes)", [bare, change]
    )
    file = tmp_path / "bare.yaml"
    file.write_text(told, encoding="utf-8")
    found = api.load(file).events
    assert sorted(found) == ["what_if_2", "what_if_3"]
    assert found["what_if_2"].places == ("fort",)
    assert found["what_if_2"].by == "blue"
    assert found["what_if_3"].roads == ("fort--town",)


def test_the_panel_has_no_serious_fault_of_access(opened: Open, lost: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    asked = opened(lost / "report.html", width=390, scheme="dark")
    asked.turn_on()
    asked.go(2)
    asked.take("gate")
    asked.choose("hill")
    violations = Axe().run(asked.page, context="#stage").response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []


def test_only_the_page_of_one_run_asks(lost: Path, kept: Path, tmp_path: Path) -> None:
    both = write_report([kept, lost], tmp_path / "both.html").read_text(encoding="utf-8")
    assert "class WhatIf" not in both
    assert "class WhatIf" in (lost / "report.html").read_text(encoding="utf-8")


def test_what_a_depot_gives_is_that_of_the_run_and_said_so(opened: Open, tmp_path: Path) -> None:
    case = Path(__file__).parents[1] / "data/cases/supply/hub_runs_empty.yaml"
    text = case.read_text("utf-8").replace("supply: 20 t/day", "supply: 20 t/day, from_stock: true")
    run = api.run(api.load(text).with_(focus="b_out"))
    asked = opened(write_report([run.write(tmp_path / "run", figures=False)]))
    asked.turn_on()
    said = "{}, if the depots that it ships from give what they gave in the run"
    # it has stock for 5 days, and nothing comes in that is not eaten there
    for day, gives in ((0, "20,000"), (20, "0")):
        asked.go(day)
        for title in ("Can be delivered", "The same beside the axes before it"):
            assert set(asked.row(title)) == {said.format(gives)}
    assert asked.carries() == (100_000, 100_000)
    assert asked.wrong == []
    words = asked.page.locator("section.events").text_content()
    assert "hub has nothing left to ship for b_out, and passes on what comes" in str(words)


NOBODYS = """\
format: 1
id: nobodys
title: Two ways
period: {start: 2015-09-01, length: 10 days}
network:
  title: Toy
  classes: {road: {speed: 50 km/h, capacity: 20 t/day}}
  places:
    port: {name: Port, lat: 0, lon: 0}
    town: {name: Town, lat: 0, lon: 1}
  roads: {port--town: {km: 10, class: road}}
axes:
  line: {name: Port to Town, sources: {port: {}}, sinks: {town: {demand: 1 t/day}}}
"""


def test_where_nobody_holds_anything_there_is_no_word_of_war(opened: Open, tmp_path: Path) -> None:
    run = api.run(api.load(NOBODYS))
    asked = opened(write_report([run.write(tmp_path / "run", figures=False)]))
    asked.turn_on()
    asked.row("No source reaches")
    told = asked.page.locator("main").inner_text()
    assert "No source reaches" in told
    assert "and what no source reaches, as the program does" in told
    assert not re.search(r"pockets|forces|\bmen\b|held by", told, re.IGNORECASE)
    assert asked.wrong == []
