"""Pages in a real browser, opened from disk: what they fetch, show, and do."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.page.write import write_report

DAY = 86_400
Open = Callable[..., Any]


class Opened:
    """A page in the browser, with all that it asked for and complained about."""

    def __init__(self, page: Any, file: Path) -> None:
        self.page, self.file = page, file
        self.asked: list[str] = page.asked
        self.wrong: list[str] = page.wrong
        page.goto(file.as_uri())
        page.wait_for_selector("html.ready, .picture, footer")

    def go(self, days: float) -> None:
        """Moves the slider as a hand would: by its value and an event."""
        self.page.eval_on_selector(
            "#time",
            "(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }",
            round(days * DAY),
        )

    def time(self) -> int:
        return int(self.page.evaluate("view.time"))


@pytest.fixture
def opened(tab: Callable[..., Any]) -> Open:
    return lambda file, width=1280, **more: Opened(tab(width, 800, **more), file)


@pytest.fixture(scope="module")
def one(tabs: Any, lost: Path) -> Opened:
    """The page of a run; tests move it about, and find it wherever the last one left it."""
    return Opened(tabs.take(1280, 800), lost / "report.html")


@pytest.fixture(scope="module")
def both(lost: Path, kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report([kept, lost], tmp_path_factory.mktemp("both") / "both.html")


@pytest.fixture(scope="module")
def many(lost: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    scenario = api.load(lost / "scenario.resolved.yaml")
    folder = tmp_path_factory.mktemp("many") / "many"
    return write_report([api.ensemble(scenario, 2, out=folder, workers=1, figures=False).folder])


@pytest.fixture(scope="module")
def factors(tabs: Any, study: Path) -> Opened:
    """The page of a study."""
    return Opened(tabs.take(1280, 800), study / "report.html")


def until(true: Callable[[], bool]) -> None:
    """Waits for what a page does by itself; the page's policy lets no text be run in it."""
    for _ in range(200):
        if true():
            return
        time.sleep(0.025)
    raise AssertionError("it did not happen in five seconds")


def place(one: Opened, id_: str) -> Any:
    return one.page.locator(f".map .item.place[data-id={id_}]")


def tip(one: Opened) -> str:
    return str(one.page.locator(".tip").first.inner_text())


def test_nothing_is_fetched_and_nothing_goes_wrong(one: Opened) -> None:
    one.go(9)
    assert one.asked == [one.file.as_uri()]
    assert one.wrong == []
    assert one.page.title().startswith("Two ways to")
    assert one.page.locator("img").count() == 0


def test_names_are_text_on_the_map_and_in_tables(one: Opened, lost: Path) -> None:
    one.page.locator(".map details.data summary").click()
    table = one.page.locator(".map details.data table").first.inner_text()
    net = api.load(lost / "scenario.resolved.yaml").network
    for known in net.places.values():
        assert " ".join(known.name.split()) in " ".join(table.split())
    # a label has 34 characters at most, the last of them an ellipsis
    labels = one.page.locator(".labels text").all_text_contents()
    assert net.places["port"].name[:33] + "\u2026" in labels
    one.page.locator(".map details.data summary").click()


def test_the_slider_moves_map_curves_and_list(one: Opened) -> None:
    one.go(1)
    cursor = one.page.locator(".panel .cursor").first
    before = cursor.get_attribute("d")
    until(lambda: "held by Red" in place(one, "gate").get_attribute("aria-label"))
    one.go(6)
    assert cursor.get_attribute("d") != before
    until(lambda: "held by Blue </script>" in place(one, "gate").get_attribute("aria-label"))
    assert one.page.locator("#day strong").inner_text() == "7 March 2001"
    assert one.page.locator(".happenings [aria-current] time").inner_text() == "6 March 2001"
    assert one.page.locator(".names output").first.inner_text() == "5 t/day"
    finding = one.page.locator(".map h3 .found").inner_text()
    assert "can carry 5 t/day" in finding
    until(lambda: one.page.locator("#said").text_content() == f"7 March 2001: {finding}")


@pytest.mark.parametrize("day", [0, 5, 8, 12])
def test_every_road_tells_the_numbers_of_the_csv(one: Opened, lost: Path, day: int) -> None:
    one.go(day)
    one.page.get_by_role("button", name="Is planned").click()
    with (lost / "flows.csv").open(encoding="utf-8", newline="") as file:
        rows = [r for r in csv.DictReader(file) if r["axis"] == "line"]
    flows = {r["road"]: int(r["kg_per_day"]) for r in rows if int(r["time_s"]) <= day * DAY}
    gate, hill = (0 if day >= 5 else 20), (0 if 8 <= day < 12 else 5)
    can = {
        "fort--town": 20, "gate--town": gate, "hill--town": hill, "port--gate": gate,
        "port--hill": 20,
    }  # fmt: skip
    for layer, shown in (
        ("flow", [bool(flows.get(road)) for road in can]),
        ("fill", [capacity > 0 for capacity in can.values()]),
        # 20 over the gate and 5 over the hill bind it; then the hill alone, which day 8 closes
        ("bars", [road == "hill--town" or (day == 0 and road == "port--gate") for road in can]),
    ):
        lines = one.page.locator(f".canvas .roads.{layer} > *")
        drawn = lines.evaluate_all("all => all.map(e => e.getAttribute('visibility') === null)")
        assert drawn == shown, layer
    for road, capacity in can.items():
        one.page.eval_on_selector(f".map [data-id={road}]", "road => road.focus()")
        told = tip(one)
        flow = flows.get(road, 0) / 1000
        assert f"flow: {flow:.2f}".rstrip("0").rstrip(".") + " t/day planned" in told, road
        whole = 5 if road == "hill--town" else 20
        assert f"capacity for The line: {capacity} t/day each way of {whole} t/day" in told, road


def test_roads_with_a_direction_tell_it(opened: Open, tmp_path: Path) -> None:
    file = tmp_path / "ways.yaml"
    file.write_text(
        "format: 1\nperiod: {length: 9 days}\nactors: {red: {}}\ndefault_holder: red\n"
        "network:\n  classes: {r: {speed: 40 km/h, capacity: 20 t/day}}\n"
        "  places: {a: {lat: 0, lon: 0}, b: {lat: 0, lon: 1}, c: {lat: 0.5, lon: 1}}\n"
        "  roads:\n    a--b: {class: r, one_way: true}\n"
        "    b--c: {km: 60, class: r, capacity: {there: 7 t/day, back: 3 t/day}}\n"
        "    a--c: {km: 130, class: r}\n"
        "axes: {line: {actor: red, sources: {a: {}}, sinks: {c: {demand: 40 t/day}}}}\n"
        "events: {hit: {damage: b--c, loss: 0.5, at: 3 days}}\n",
        encoding="utf-8",
    )
    run = api.run(api.load(file)).write(tmp_path / "run", figures=False)
    page = opened(write_report([run]))

    def told(road: str) -> str:
        page.page.eval_on_selector(f".map [data-id={road}]", "road => road.focus()")
        return tip(page)

    # a degree of the equator is 111.195 km, times 1.3
    assert "about 145 km (great circle \u00d7 1.3), r" in told("a--b")
    assert "one-way; capacity for line: 20 t/day toward b of 20 t/day since the start" in tip(page)
    both = "capacity for line: 7 t/day toward c of 7 t/day, 3 t/day toward b of 3 t/day"
    assert both in told("b--c")
    assert "capacity for line: 20 t/day each way of 20 t/day" in told("a--c")
    page.go(3)
    until(lambda: "3.50 t/day toward c of 7 t/day, 1.50 t/day toward b" in told("b--c"))
    heads = page.page.locator(".canvas .roads.oneway > *")
    drawn = heads.evaluate_all("all => all.map(e => e.getAttribute('visibility') === null)")
    assert drawn == [True, False, False]
    assert "one-way" in page.page.locator(".map .legend").inner_text()
    page.page.locator(".map details.data summary").click()
    rows = page.page.locator(".map table").nth(1).locator("tbody tr")
    # the table is written when it has been opened
    until(lambda: any("3.50 there, 1.50 back" in row for row in rows.all_text_contents()))
    assert page.wrong == []


def test_hovering_a_place_tells_who_and_since_when(one: Opened) -> None:
    one.page.locator("#axis").select_option("spur")  # whose map shows the fort
    one.go(14.5)
    one.page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    place(one, "fort").hover()
    told = tip(one)
    assert "held by Red since the start" in told
    assert "besieged: Red since 15 March 2001" in told
    one.page.mouse.move(2, 2)
    assert one.page.locator(".tip").first.is_hidden()
    one.page.locator("#axis").select_option("line")


def test_the_keyboard_reaches_places_and_time(one: Opened) -> None:
    one.go(0)
    # the map is one stop, which begins at the source; arrows go on from there
    assert one.page.locator(".map .item[tabindex='0']").count() == 1
    one.page.locator(".map .item[tabindex='0']").focus()
    first = tip(one)
    one.page.keyboard.press("ArrowRight")
    assert tip(one) != first
    assert one.time() == 0
    one.page.keyboard.press("Escape")
    assert one.page.locator(".tip").first.is_hidden()
    one.page.locator("#time").focus()
    one.page.keyboard.press("ArrowUp")
    assert one.time() == DAY
    one.page.keyboard.press("ArrowLeft")
    assert one.time() == 0
    one.page.keyboard.press("ArrowRight")
    assert one.time() == one.page.evaluate("DATA.runs[0].times[1]")
    one.page.keyboard.press("End")
    assert one.time() == 20 * DAY
    one.page.keyboard.press("Home")
    assert one.time() == 0


def test_it_plays_and_pauses(one: Opened) -> None:
    one.page.locator("#play").click()
    until(lambda: one.time() > 0)
    assert one.page.locator("#play").inner_text() == "Pause"
    one.page.locator("#play").click()
    stopped = one.time()
    one.page.wait_for_timeout(120)
    assert one.time() == stopped > 0
    one.page.evaluate("document.activeElement.blur()")
    one.page.keyboard.press("Space")
    until(lambda: one.time() > stopped)
    one.page.keyboard.press("Space")
    assert one.page.evaluate("view.playing") is False


def test_who_wants_no_motion_gets_steps(opened: Open, lost: Path) -> None:
    calm = opened(lost / "report.html", motion="reduce")
    assert calm.page.evaluate("CALM") is True
    calm.page.evaluate("hop()")
    assert calm.time() == calm.page.evaluate("DATA.runs[0].times[1]")


def test_an_event_and_a_curve_move_the_slider(one: Opened) -> None:
    one.page.locator(".happenings button", has_text="9 March 2001").click()
    assert one.time() == 8 * DAY
    panel = one.page.locator(".curves .panel").first
    box = panel.bounding_box()
    left, right = one.page.evaluate("[curves[0].left, curves[0].right]")
    panel.click(position={"x": left + (right - left) * 0.5, "y": box["height"] / 2})
    assert abs(one.time() - 10 * DAY) < 0.1 * DAY  # a pixel is 20 days in some 450


def test_another_axis_has_its_own_map_and_curves(one: Opened) -> None:
    one.go(0)
    one.page.locator("#axis").select_option("spur")
    assert one.page.locator(".curves h3").inner_text() == "The spur, over time"
    assert "The spur can carry 20 t/day" in one.page.locator(".map h3").inner_text()
    one.page.locator("button[data-axis=line]").click()
    assert one.page.locator("#axis").input_value() == "line"


def test_print_has_the_light_of_paper_and_no_buttons(one: Opened) -> None:
    one.page.emulate_media(media="print", color_scheme="dark")
    paper = "getComputedStyle(document.documentElement).colorScheme"
    assert one.page.evaluate(paper) == "light"
    assert not one.page.locator("#play").is_visible()
    assert one.page.locator("figure.map svg").first.is_visible()
    one.page.emulate_media(media="screen", color_scheme="light")


def test_two_maps_share_one_slider(opened: Open, both: Path) -> None:
    two = opened(both)
    two.go(6)
    maps = [two.page.locator(f"figure.map[data-run='{i}']") for i in (0, 1)]
    gates = [m.locator("[data-id=gate]") for m in maps]
    until(lambda: "held by Blue" in gates[1].get_attribute("aria-label"))
    assert "held by Red" in gates[0].get_attribute("aria-label")
    names = two.page.locator(".curves .names li").all_inner_texts()
    names = [" ".join(name.split()) for name in names]
    # 25 t/day with the gate, 5 without
    assert names[:3] == ["A 25 t/day", "B 5 t/day", "B \u2212 A \u221220 t/day"]
    assert two.page.locator(".panel .zero").count() == 3
    assert "1 place has another holder" in two.page.locator("#apart").inner_text()
    assert two.asked == [both.as_uri()]
    assert two.wrong == []


def test_the_page_of_a_study_fetches_nothing_and_runs_nothing_of_its_pictures(
    factors: Opened, study: Path
) -> None:
    assert factors.asked[0] == factors.file.as_uri()
    assert all(url.startswith("data:image/svg+xml;base64,") for url in factors.asked[1:])
    assert factors.wrong == []
    title = factors.page.title()
    assert title.startswith("Do the gate and the hill </title><script>document.title='broken'")
    assert factors.page.locator("img.picture").evaluate("e => e.naturalWidth") == 120


def test_tables_of_a_study_sort_by_press_and_by_key(factors: Opened) -> None:
    table = factors.page.locator("table.sorts", has_text="Cells: mean capacity")
    means = table.locator("tbody td:nth-child(3)")

    def shown() -> list[str]:
        return [str(text) for text in means.all_inner_texts()]

    assert shown() == ["25", "24", "10", "9"]  # as the cells stand in the study
    head = table.locator("th", has_text="Mean")
    head.locator("button").click()
    assert shown() == ["9", "10", "24", "25"]  # by value, where text would put 10 first
    assert head.get_attribute("aria-sort") == "ascending"
    head.locator("button").focus()
    factors.page.keyboard.press("Enter")
    assert shown() == ["25", "24", "10", "9"]
    assert head.get_attribute("aria-sort") == "descending"
    table.locator("th button", has_text="hill").click()
    assert shown() == ["25", "10", "24", "9"]  # open, then shut; else as they stood
    assert head.get_attribute("aria-sort") is None


def test_what_is_no_number_comes_last_either_way(factors: Opened) -> None:
    factors.page.locator("summary", has_text="time of first cut").click()
    table = factors.page.locator("table.sorts", has_text="Cells: time of first cut")
    ends = table.locator("tbody td:nth-child(4)")
    button = table.locator("thead th:nth-child(4) button")
    # cut in one cell alone, on 9 March; in the others it never is, so the mean has no interval
    for _ in range(2):
        button.click()
        assert ends.all_inner_texts() == ["9 March 2001 to 9 March 2001", "-", "-", "-"]


@pytest.mark.parametrize(
    ("kind", "scheme"),
    [("run", "light"), ("run", "dark"), ("two", "dark"), ("ensemble", "light"),
     ("study", "dark"), ("sensitivity", "light")],
)  # fmt: skip
def test_no_serious_fault_of_access_and_no_sideways_scroll(
    opened: Open, lost: Path, both: Path, many: Path, study: Path, sensitivity: Path, kind: str,
    scheme: str,
) -> None:  # fmt: skip
    from axe_playwright_python.sync_playwright import Axe

    file = {
        "run": lost / "report.html", "two": both, "ensemble": many,
        "study": study / "report.html", "sensitivity": sensitivity / "report.html",
    }[kind]  # fmt: skip
    width = 1280 if scheme == "light" else 390
    found = opened(file, width=width, scheme=scheme)
    if kind in ("run", "two"):
        found.go(9)
    found.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert found.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # one fold of a section is like the others, and each cell of a table costs axe its time
    found.page.evaluate(
        "document.querySelectorAll('.folds details ~ details').forEach(d => { d.open = false; })"
    )
    results = Axe().run(found.page).response["violations"]
    serious = [
        (v["id"], [node["html"][:120] for node in v["nodes"][:3]])
        for v in results
        if v["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert found.wrong == []
    if kind == "run":
        found.page.set_viewport_size({"width": 1280 + 390 - width, "height": 800})
        assert found.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


DOUBT = """\
format: 1
title: Doubt
period: {start: 2001-03-01, length: 5 days}
actors: {red: {}}
default_holder: red
network:
  classes: {road: {speed: 50 km/h, capacity: 20 t/day}}
  places: {a: {lat: 47, lon: 8}, b: {lat: 47.2, lon: 8.3}, c: {lat: 47, lon: 8.6}}
  roads:
    a--b: {km: 10, class: road, exists: EXISTS}
    b--c: {km: 10, class: road}
    a--c: {km: 30, class: road, exists: 0}
axes: {line: {actor: red, sources: {a: {}}, sinks: {c: {demand: 8 t/day}}}}
"""


@pytest.mark.parametrize("exists", [0.7, 0.4])
def test_a_road_that_may_not_be_there_tells_how_likely_it_is(
    opened: Open, tmp_path: Path, exists: float
) -> None:
    scenario = tmp_path / "doubt.yaml"
    scenario.write_text(DOUBT.replace("EXISTS", str(exists)), encoding="utf-8")
    folder = api.run(api.load(scenario), nominal=True).write(tmp_path / "run", figures=False)
    page = opened(write_report([folder]))
    there = exists >= 0.5  # of a nominal run
    told = []
    for road in ("a--b", "b--c", "a--c"):
        page.page.eval_on_selector(f".map [data-id={road}]", "road => road.focus()")
        told.append(tip(page))
    assert f"may not be there, {100 * exists:g} %: in this run it is" in told[0]
    assert ("in this run it is not" in told[0]) == (not there)
    assert "there" not in told[1]
    assert "not there" in told[2]
    assert "closed" not in "".join(told)
    rings = page.page.locator(".canvas .roads.doubt > *")
    shown = rings.evaluate_all("all => all.map(e => e.getAttribute('visibility') === null)")
    assert sorted(shown) == [False, True, True]
    legend = page.page.locator(".legend").first.inner_text()
    assert "not there in this run" in legend
    assert ("may not be there: in this run it is" in legend) == there
    assert not page.wrong
