"""`sim explore`: a scenario is asked in a real browser, run by the engine, and saved."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from sim import api
from sim.api.exploring import Explorer

Served = Callable[..., AbstractContextManager[Explorer]]
DAY = 86_400


@pytest.fixture
def home(tmp_path: Path, two_ways: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a scenario, where the program is started."""
    (tmp_path / "two_ways.yaml").write_text(two_ways, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Tab:
    """A tab of the browser with all that it asked for and complained about."""

    def __init__(self, tabs: Any, address: str, width: int = 1440, **more: Any) -> None:
        self._tabs, self.page = tabs, tabs.take(width, **more)
        self.asked: list[str] = self.page.asked
        self.wrong: list[str] = self.page.wrong
        self.open(address)

    def open(self, address: str) -> None:
        self.page.goto(address)
        self.page.wait_for_selector("html.ready")

    def close(self) -> None:
        self._tabs.give(self.page)

    def press(self, name: str) -> None:
        """Go to a button and press Enter."""
        self.page.get_by_role("button", name=name, exact=True).focus()
        self.page.keyboard.press("Enter")

    def close_road(self, id_: str, day: int) -> None:
        """Close a road from a day on, by the keyboard."""
        page = self.page
        if page.locator("#ask").get_attribute("aria-pressed") == "false":
            self.press("Take towns, close roads")
        page.evaluate(f"view.go({day * DAY})")
        page.eval_on_selector(f".map [data-id={id_}]", "item => item.focus()")
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")  # the button to close it has the focus
        page.wait_for_selector(".changes li")

    def hear(self, words: str) -> str:
        """What the page says of the program, once these words are in it."""
        said = self.page.locator(".explore [role=status]", has_text=words)
        said.wait_for(state="attached")
        return str(said.text_content())

    def field(self, label: str) -> Any:
        """What is written or chosen to draw."""
        found = self.page.locator(".drawing label", has_text=re.compile(rf"^{label}\b"))
        return found.locator("input, select")

    def measure(self, path: str) -> list[str]:
        """What the table beside the base says of a measure: base, this run, change, unit."""
        row = self.page.locator(
            "#base > .wide tr", has=self.page.locator(f"code:text-is('{path}')")
        )
        return [str(text) for text in row.locator("td").all_text_contents()]


@pytest.fixture
def tab(tabs: Any, explorer: Explorer) -> Iterator[Tab]:
    made = Tab(tabs, explorer.address)
    yield made
    made.close()


def delivered(file: str) -> float:
    """What the line delivers (t) when a scenario file is run."""
    value: float = api.run(file).summary["measures"]["axes.line.delivered"]["value"]
    return value


# 20 t/day by the gate until it falls on day 5, 5 t/day by the hill until it is closed on day 2
def test_a_changed_scenario_is_run_shown_beside_the_base_and_saved(
    tab: Tab, explorer: Explorer, home: Path
) -> None:
    page = tab.page
    assert "token" not in page.evaluate("location.href")  # an address that is sent on lets none act
    assert page.get_by_role("button", name="Run", exact=True).is_hidden()
    tab.close_road("gate--port", 2)
    tab.press("Run")
    page.wait_for_url("**/1/*")
    page.wait_for_selector("html.ready")
    assert page.locator("h1").inner_text() == "What if: Two ways to town"
    assert page.evaluate("[view.time, view.axis]") == [2 * DAY, "line"]
    # from day 2 on nothing but the hill's 5 t/day; before the gate fell on day 5 it was 25
    assert page.evaluate(f"at(axisOf(DATA.runs[0], 'line').series.capacity, {3 * DAY}, 0)") == 5000
    assert tab.measure("axes.line.capacity_end")[:2] == ["5", "5"]
    base, run, change, unit = tab.measure("axes.line.capacity_mean")
    # (5 x 25 + 15 x 5) / 20 = 10, and (2 x 25 + 18 x 5) / 20 = 7
    assert (base, run, change, unit) == ("10", "7", "\u22123", "t/day")
    titles = page.locator(".curves .panel").evaluate_all("all => all.map((p) => p.ariaLabel)")
    assert sum("beside the base" in title for title in titles) == 6

    tab.close_road("hill--port", 4)  # a change more, of the run that was made
    tab.press("Save")
    assert tab.hear("Saved") == "Saved. To run it: sim run two_ways_what_if.yaml"
    text = (home / "two_ways_what_if.yaml").read_text(encoding="utf-8")
    assert re.search(r"^extends: two_ways.yaml$", text, re.M)
    saved = api.load("two_ways_what_if.yaml")
    assert sorted(saved.events) == ["gate_falls", "what_if_1", "what_if_2"]
    tab.press("Run")
    page.wait_for_url("**/2/*")
    page.wait_for_selector("html.ready")
    ran = page.evaluate(
        "added(axisOf(DATA.runs[0], 'line').sinks.map((s) => s.delivered), between)"
    )
    assert ran[-1] == 1000 * delivered("two_ways_what_if.yaml")
    assert tab.wrong == []
    own = explorer.address.partition("/0/")[0]
    assert all(url.startswith(own) for url in tab.asked)
    assert sorted(os.listdir(home)) == ["two_ways.yaml", "two_ways_what_if.yaml"]


def test_a_file_is_written_over_only_when_asked(tab: Tab, home: Path) -> None:
    page, old = tab.page, home / "mine.yaml"
    old.write_text("mine", encoding="utf-8")
    tab.close_road("hill--port", 2)
    page.get_by_role("textbox", name="File").fill("mine.yaml")
    tab.press("Save")
    tab.hear("mine.yaml is there already")
    assert old.read_text(encoding="utf-8") == "mine"
    tab.press("Write over it")
    tab.hear("Saved")
    assert api.load(old).events["what_if_1"].roads == ("hill--port",)
    assert page.get_by_role("button", name="Write over it").is_hidden()
    page.get_by_role("textbox", name="File").fill("../out.yaml")
    tab.press("Save")
    tab.hear("a file in the folder where this was started has a name of")
    assert not (home.parent / "out.yaml").exists()


def test_the_page_without_the_token_looks_and_does_not_act(tabs: Any, explorer: Explorer) -> None:
    tab = Tab(tabs, explorer.address.partition("#")[0])
    tab.close_road("hill--port", 2)
    tab.hear("This page may look")
    assert tab.page.get_by_role("button", name="Run", exact=True).is_disabled()
    assert tab.wrong == []
    tab.close()
    # in a tab of its own: an open page that only its fragment changes of may take it up or not
    wrong = Tab(tabs, explorer.address.replace("token~", "token~x"))
    wrong.hear("the token of the address is missing or wrong")
    wrong.close()


@pytest.mark.slow  # the same without a browser: test_api_explore
def test_the_program_ends_when_its_page_is_closed(tabs: Any, home: Path) -> None:
    with api.explore("two_ways.yaml") as made:
        serving = Thread(target=made.serve, args=[5.0])
        serving.start()
        tab = Tab(tabs, made.address)
        tab.page.evaluate("setInterval(() => exploring.beat(), 100)")
        serving.join(6)
        assert serving.is_alive()
        tab.page.goto("about:blank")
        serving.join(20)
        assert not serving.is_alive()
        tab.close()


def test_the_page_says_when_the_program_has_ended(tabs: Any, home: Path, served: Served) -> None:
    with served("two_ways.yaml") as made:
        tab = Tab(tabs, made.address)
        tab.close_road("hill--port", 2)
    tab.press("Run")
    tab.hear("The program has ended: start it again to run and save.")
    assert tab.page.get_by_role("button", name="Save", exact=True).is_disabled()
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_controls_fit_a_phone_and_have_no_serious_fault_of_access(
    tabs: Any, explorer: Explorer, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    tab = Tab(tabs, explorer.address, width=390, scheme=scheme)
    tab.close_road("hill--port", 2)
    tab.page.get_by_text("Draw places and roads").click()
    violations = Axe().run(tab.page).response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.close()


def draw_place(tab: Tab, name: str, holder: str) -> None:
    """Name a place whose degrees are written, and add it."""
    tab.field("Name").fill(name)
    tab.field("Held by").select_option(holder)
    tab.press("Add place")
    tab.page.locator(".changes li", has_text=name).wait_for()


# the new roads are of the class that carries 20 t/day, and red holds both of their places:
# port - ford - mill - town carries 20 more than the 25 of the two ways
def test_two_places_and_roads_are_drawn_run_and_saved(tab: Tab, home: Path) -> None:
    page = tab.page
    tab.press("Take towns, close roads")
    page.get_by_text("Draw places and roads").click()
    tab.field("Latitude").fill("-0.05")
    tab.field("Longitude").fill("0.05")
    draw_place(tab, "Ford", "red")
    # pressed on the map, straight below the hill
    x, y = page.evaluate("asking.map.xy([asking.run.places[1].x, asking.run.places[1].y + 30])")
    page.locator(".canvas > svg").click(position={"x": x, "y": y})
    lat, lon = (float(tab.field(word).input_value()) for word in ("Latitude", "Longitude"))
    hill = page.evaluate(
        "exploring.drawing.globe([asking.run.places[1].x, asking.run.places[1].y])"
    )
    assert hill == pytest.approx([0.1, 0.1], abs=1e-3)
    assert lat < 0.1
    assert lon == pytest.approx(0.1, abs=2e-3)
    draw_place(tab, "Mill", "red")
    assert page.locator(".drawn circle").count() == 2

    for a, b in (("port", "ford"), ("ford", "mill"), ("mill", "town")):
        tab.field("From").select_option(a)
        tab.field("To").select_option(b)
        tab.press("Add road")
        page.locator(f".drawn path:nth-of-type({1 + 'pfm'.index(a[0])})").wait_for(state="attached")
    # port is at (0, 0), ford at (-0.05, 0.05): 0.0707 degrees of 111.19 km
    assert page.evaluate("exploring.drawing.roads[0].said.km") == 7.9
    tab.field("From").select_option("gate")
    tab.field("To").select_option("mill")
    tab.field("Kilometres").fill("-3")
    page.locator(".drawing [role=status]", has_text="km: cannot be negative").wait_for()
    tab.press("Save")
    tab.hear("Saved")
    tab.press("Run")
    page.wait_for_url("**/1/*")
    page.wait_for_selector("html.ready")
    assert page.locator(".map [data-id=ford]").count() == 1
    assert page.evaluate("at(axisOf(DATA.runs[0], 'line').series.capacity, 0, 0)") == 45_000
    saved = api.load("two_ways_what_if.yaml")
    assert saved.network.places["ford"].lat == -0.05
    assert saved.network.roads["ford--port"].km == 7.9
    assert api.run(saved).summary["measures"]["axes.line.capacity_start"]["value"] == 45
    assert tab.wrong == [message for message in tab.wrong if "422" in message]


def test_what_is_drawn_is_undone_with_its_roads(tab: Tab) -> None:
    page = tab.page
    tab.press("Take towns, close roads")
    page.get_by_text("Draw places and roads").click()
    tab.field("Latitude").fill("-0.05")
    tab.field("Longitude").fill("0.05")
    tab.field("Name").fill("Hill")
    page.locator(".drawing [role=status]", has_text="two places are named 'Hill'").wait_for()
    draw_place(tab, "Hill!", "blue")
    assert page.evaluate("exploring.drawing.places[0].id") == "hill_2"  # there is a hill
    tab.field("From").select_option("port")
    tab.field("To").select_option("hill_2")
    tab.press("Add road")
    page.locator(".drawn path").wait_for(state="attached")
    assert page.get_by_role("button", name="Run", exact=True).is_enabled()
    page.get_by_role("button", name="Undo: Hill!", exact=True).click()
    assert page.locator(".changes li").count() == 0
    assert page.locator(".drawn *").count() == 0
    assert page.get_by_role("button", name="Run", exact=True).is_disabled()


@pytest.fixture
def empty(home: Path, served: Served) -> Iterator[Explorer]:
    """An empty map round a point of the equator, served meanwhile."""
    with served(around=(0, 0.1)) as made:
        yield made


def first_place(tab: Tab, name: str, lat: str, lon: str) -> None:
    """Write a place of a first scenario and add it."""
    tab.field("Latitude").fill(lat)
    tab.field("Longitude").fill(lon)
    tab.field("Name").fill(name)
    tab.press("Add place")
    tab.page.locator(".changes li", has_text=name).wait_for()


def first_road(tab: Tab, a: str, b: str, most: str) -> None:
    """Choose the ends of a road of a first scenario, say what it carries at most, and add it."""
    count = tab.page.locator(".drawn path").count()
    tab.field("From").select_option(a)
    tab.field("To").select_option(b)
    tab.field("At most").fill(most)
    tab.press("Add road")
    tab.page.locator(".drawn path").nth(count).wait_for(state="attached")


# the road from port to mill carries 30 t/day, the other the 100 of all roads: the line carries 30;
# 20 t/day for 10 days are needed
def test_a_first_scenario_is_drawn_from_nothing_run_and_saved(
    tabs: Any, empty: Explorer, home: Path
) -> None:
    tab = Tab(tabs, empty.address)
    page = tab.page
    run, save = (page.get_by_role("button", name=name, exact=True) for name in ("Run", "Save"))
    assert run.is_disabled()
    assert page.get_by_text("Run and Save need a source and a sink.").is_visible()
    tab.field("Days").fill("10")
    first_place(tab, "Port", "0", "0")
    page.locator(".canvas > svg").click(position={"x": 300, "y": 250})  # not on the equator
    lat, lon = (float(tab.field(word).input_value()) for word in ("Latitude", "Longitude"))
    assert abs(lat) < 1.5
    assert abs(lon - 0.1) < 1.5
    first_place(tab, "Mill", "0", "0.1")
    first_place(tab, "Town", "0", "0.2")
    first_road(tab, "port", "mill", "30")
    first_road(tab, "mill", "town", "")
    tab.field("Goods go to").select_option("town")
    tab.field("Needs").fill("-20")
    page.locator(".drawing [role=status]", has_text="demand: cannot be negative").wait_for()
    tab.field("Needs").fill("20")
    tab.press("Add sink")
    page.locator(".changes li", has_text="Town is a sink and needs 20 t/day").wait_for()
    assert save.is_disabled()
    tab.field("Goods come from").select_option("port")
    tab.press("Add source")
    page.locator(".changes li", has_text="Port is a source").wait_for()
    assert page.get_by_text("Run and Save need a source and a sink.").is_hidden()
    assert page.locator(".drawn circle.end").count() == 3  # one of the source, two of the sink

    tab.press("Save")
    assert tab.hear("Saved") == "Saved. To run it: sim run my_scenario.yaml"
    tab.press("Run")
    page.wait_for_url("**/1/")
    page.wait_for_selector("html.ready")
    assert page.locator("h1").inner_text() == "A first scenario"
    assert page.evaluate("at(axisOf(DATA.runs[0], 'line').series.capacity, 0, 0)") == 30_000
    assert page.evaluate("DATA.runs[0].actors.map((actor) => actor.name)") == ["Everyone"]
    ran = page.evaluate("fetch('summary.json').then((answer) => answer.json())")["measures"]
    assert ran["axes.line.needed"]["value"] == 200
    assert not re.search("extends|actors", (home / "my_scenario.yaml").read_text(encoding="utf-8"))
    assert api.validate("my_scenario.yaml").error is None
    assert json.loads(json.dumps(api.run("my_scenario.yaml").summary["measures"])) == ran

    tab.press("Close roads")  # the run as it is can be saved too
    page.get_by_role("textbox", name="File").fill("again.yaml")
    tab.press("Save")
    tab.hear("Saved")
    saved = (home / "again.yaml").read_bytes()
    assert saved == (home / "my_scenario.yaml").read_bytes()
    page.get_by_role("link", name="Back to the map").click()
    page.wait_for_selector("html.ready")
    assert page.locator(".changes li").count() == 7  # all that was drawn is still there
    assert tab.field("Days").input_value() == "10"
    assert tab.wrong == [message for message in tab.wrong if "422" in message]
    tab.close()


def test_what_is_changed_of_a_drawn_scenario_is_saved_whole(
    tabs: Any, empty: Explorer, home: Path
) -> None:
    tab = Tab(tabs, empty.address)
    page = tab.page
    first_place(tab, "Port", "0", "0")
    first_place(tab, "Town", "0", "0.2")
    first_road(tab, "port", "town", "30")
    tab.field("Goods come from").select_option("port")
    tab.press("Add source")
    page.locator(".changes li", has_text="Port is a source").wait_for()
    tab.field("Goods go to").select_option("town")
    tab.field("Needs").fill("20")
    tab.press("Add sink")
    page.locator(".changes li", has_text="Town is a sink").wait_for()
    tab.press("Run")
    page.wait_for_url("**/1/")
    page.wait_for_selector("html.ready")
    tab.press("Close roads")
    page.get_by_text("Draw places and roads").click()
    assert page.get_by_text("Held by").count() == 0  # there is one who holds all
    first_place(tab, "Mill", "0.1", "0.1")
    first_road(tab, "port", "mill", "")
    first_road(tab, "mill", "town", "")
    tab.press("Run")
    page.wait_for_url("**/2/*")
    page.wait_for_selector("html.ready")
    assert tab.measure("axes.line.capacity_end")[:2] == ["30", "130"]
    tab.press("Close roads")
    tab.press("Save")
    tab.hear("Saved")
    saved = api.run("my_scenario.yaml")
    assert saved.summary["measures"]["axes.line.capacity_end"]["value"] == 130
    assert saved.scenario.title == "What if: A first scenario"
    tab.close()


@pytest.mark.slow
def test_a_press_on_the_world_shows_the_map_there(tabs: Any, home: Path, served: Served) -> None:
    with served() as made:
        tab = Tab(tabs, made.address)
        page = tab.page
        assert page.locator(".drawing").count() == 0
        box = page.locator(".canvas > svg").bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2 - 18, box["y"] + box["height"] / 2)
        press = page.get_by_role("button", name="Show the map here")
        lat, lon = (float(page.get_by_label(w).input_value()) for w in ("Latitude", "Longitude"))
        assert (lat, lon) == pytest.approx((15, 10), abs=1)  # the middle of the world's frame
        page.get_by_label("Latitude").fill("95")
        press.click()
        page.get_by_text("a latitude from -90 to 90 and").wait_for()
        page.get_by_label("Latitude").fill("47.5")
        press.click()
        page.wait_for_selector(".drawing")
        assert page.evaluate("DATA.explore.draw.frame.north") == pytest.approx(47.5)
        tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_an_empty_map_has_no_serious_fault_of_access(
    tabs: Any, empty: Explorer, scheme: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    tab = Tab(tabs, empty.address, width=width, scheme=scheme)
    first_place(tab, "Port", "0", "0")
    tab.page.get_by_text("Draw elsewhere").click()
    violations = Axe().run(tab.page).response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.wrong == []
    tab.close()


def test_an_empty_map_without_the_token_is_looked_at_alone(tabs: Any, empty: Explorer) -> None:
    tab = Tab(tabs, empty.address.partition("#")[0])
    tab.hear("This page may look")
    assert tab.page.locator(".drawing, .elsewhere").count() == 0
    assert tab.page.get_by_role("button", name="Run", exact=True).is_disabled()
    tab.close()
