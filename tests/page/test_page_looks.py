"""What a page looks like, in a real browser: hatches, labels, the phone, print."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.page.run import read_run
from sim.page.write import write_report
from sim.view.look import HATCHES, hatch_ink, looks

Open = Callable[..., Any]

FILLS = """rects => rects.map(rect => {
  const fill = rect.getAttribute('fill'), found = /^url\\(#(.*)\\)$/.exec(fill);
  if (!found) return [fill, null, null];
  const [ground, lines] = document.getElementById(found[1]).children;
  return [ground.getAttribute('fill'), lines.getAttribute('d'), lines.getAttribute('stroke')];
})"""
"""Colour, hatch and its ink of what is painted."""


def hatched(folder: Path) -> dict[str, list[str | None]]:
    """How the ground of each actor of a run is painted: as in its figures."""
    known = looks(read_run(folder).scenario.actors.values()).items()
    return {
        actor: [look.fill, HATCHES[look.hatch], hatch_ink(look)] if look.hatch
        else [look.fill, None, None]
        for actor, look in known
    }  # fmt: skip


def test_who_held_what_is_hatched_as_in_the_figures(opened: Open, lost: Path) -> None:
    page = opened(lost / "report.html")
    known = hatched(lost)
    red, blue = known["red"], known["blue"]
    assert red[1] is not None
    found = page.locator(".holding rect").evaluate_all(FILLS)
    # the gate is red's, then blue's; the fort is red's, besieged or not
    assert found == [red, blue, red]
    assert page.locator(".holdings .names rect").evaluate_all(FILLS) == [*known.values()]


def test_a_divided_place_on_the_map_is_hatched(opened: Open, flagship: Path) -> None:
    page = opened(flagship)
    wedges = page.locator(".map .place[data-id=aleppo] .body").evaluate_all(FILLS)
    known = hatched(flagship.parent)
    # the army has more of it than the opposition, and no two are of one hatch
    assert wedges == [known["gov"], known["reb"]]
    assert wedges[0][1] != wedges[1][1]
    assert page.wrong == [flagship.as_uri()]


@pytest.fixture(scope="session")
def afield(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a shipped scenario with forces, of which most maps show only some."""
    scenario = api.load(Path(__file__).parents[2] / "scenarios/push_on_aleppo_forces.yaml")
    folder = tmp_path_factory.mktemp("afield") / "run"
    return write_report([api.run(scenario).write(folder, figures=False)])


def touch(a: Sequence[float], b: Sequence[float]) -> bool:
    """Whether two boxes (left, top, right, bottom) overlap."""
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


LABELS = """() => {
  const map = maps[0], axis = axisOf(map.run, view.axis);
  const marks = map.run.places.map(({ label }, i) => {
    const [x, y] = map.points[i];
    return { label, x, y, r: map.radius(map.run.places[i], i, axis) };
  }).filter(({ x, y, r }) => x > -r && y > -r && x < map.width + r && y < map.height + r);
  const starts = [...map.leaders.children].map((line) => [line.x1, line.y1]
    .map((end) => end.baseVal.value));
  return [...map.labels.children].map((text) => {
    const { x, y, width, height } = text.getBBox(), name = text.textContent;
    const away = (mark) => Math.hypot(Math.max(x - mark.x, mark.x - x - width, 0),
      Math.max(y - mark.y, mark.y - y - height, 0)) - mark.r;
    const mine = marks.filter(({ label }) => label === name);
    const others = marks.filter(({ label }) => label !== name);
    const near = (mark) => starts.some(([u, v]) => Math.hypot(u - mark.x, v - mark.y) < 0.1);
    return { name, own: Math.min(...mine.map(away)), other: Math.min(...others.map(away), 1e9),
      led: mine.some(near), box: [x, y + 2, x + width, y + height - 2] };
  });
}"""
"""Each label on the map with the gaps to its own mark and to the nearest other (pixels)."""


@pytest.mark.parametrize(
    "width",
    [pytest.param(1440, marks=pytest.mark.slow), pytest.param(1024, marks=pytest.mark.slow), 390],
)
def test_a_name_stands_by_its_own_dot_or_has_a_leader(
    opened: Open, flagship: Path, afield: Path, lost: Path, width: int
) -> None:
    for file, least in ((flagship, 12), (afield, 12), (lost / "report.html", 3)):
        page = opened(file, width=width)
        for axis in page.evaluate("DATA.runs[0].axes.map((axis) => axis.id)"):
            page.evaluate("(id) => view.choose(id)", axis)
            labels = page.evaluate(LABELS)
            for label in labels:
                # one with a leader is not on another mark, one without is nearest to its own
                assert label["other"] > (0 if label["led"] else label["own"]), (axis, label)
            assert not any(touch(a["box"], b["box"]) for a, b in combinations(labels, 2))
        page.evaluate("view.choose(DATA.axis)")
        assert len(page.evaluate(LABELS)) >= least


EDGES = """() => maps[0].forces.map((parts, i) => {
  const map = maps[0], stand = map.stands[i], { x, y, width, height } = parts.hit.getBBox();
  return stand && {
    beyond: !map.shows(stand.xy), seen: parts.seen, said: parts.words.textContent,
    box: [x, y, x + width, y + height], name: map.run.forces[i].name, men: grouped(stand.men, 0),
  };
}).filter(Boolean)"""
"""What stands on the map of each force in the field."""


@pytest.mark.parametrize("width", [1440, 390])
def test_forces_outside_the_frame_are_named_at_its_edge(
    opened: Open, afield: Path, width: int
) -> None:
    page = opened(afield, "#day-12", width=width)
    beyond = 0
    for axis in page.evaluate("DATA.runs[0].axes.map((axis) => axis.id)"):
        page.evaluate("(id) => view.choose(id)", axis)
        wide, high = page.evaluate("[maps[0].width, maps[0].height]")
        edges = [force for force in page.evaluate(EDGES) if force["beyond"]]
        for force in edges:
            assert force["seen"]
            short = force["name"] if len(force["name"]) <= 26 else force["name"][:25].rstrip() + "…"
            assert force["said"] in (f"{short}, {force['men']}", force["men"])
            left, top, right, bottom = force["box"]
            gaps = (left, top, wide - right, high - bottom)
            # in one of four lines at the edge: OUTSIDE.edge from it, and OUTSIDE.step apart
            assert any(min(abs(gap - 5 - 17 * n) for gap in gaps) < 0.1 for n in range(4)), force
        assert ("force beyond the edge" in page.locator(".legend").inner_text()) == bool(edges)
        assert not any(touch(a["box"], b["box"]) for a, b in combinations(edges, 2))
        beyond += len(edges)
    assert beyond > 20
    assert page.wrong == [afield.as_uri()]


def test_on_a_phone_the_bar_takes_less_than_a_tenth(opened: Open, lost: Path) -> None:
    page = opened(lost / "report.html", width=390)
    page.evaluate("document.querySelector('.curves').scrollIntoView()")
    page.wait_for_timeout(50)
    assert page.evaluate("document.querySelector('.bar').getBoundingClientRect().bottom") < 84.4
    for part in ("#play", "#previous", "#next", "#day", "#time"):
        box = page.locator(part).bounding_box()
        assert box is not None
        assert 0 <= box["y"] < box["y"] + box["height"] < 84.4, part


TALL = """() => [...document.querySelectorAll('main *')].filter((part) =>
  getComputedStyle(part).breakInside === 'avoid' && part.getBoundingClientRect().height > 1047 / 2)
  .map((part) => part.outerHTML.slice(0, 80))"""
"""What may not be divided and is higher than half of a sheet of A4 with margins of 1 cm."""


CORES = """() => maps[0].roads.flatMap((parts, i) => parts.flow.getAttribute('visibility') ? [] :
  [[maps[0].run.roads[i].id, Number(parts.flow.getAttribute('stroke-width')),
    parts.flow.getAttribute('class'), maps[0].ways.found[i]]])"""
"""Roads on which the map shows a flow: width, whether it is too little for one, there and back."""


@pytest.mark.parametrize("day", [0, 6, 9])
def test_the_map_shows_the_flow_that_its_title_speaks_of(
    opened: Open, lost: Path, day: int
) -> None:
    page = opened(lost / "report.html", f"#day-{day}")
    title = page.locator(".map h3")

    def cores(name: str) -> dict[str, list[int]]:
        """What is shown after a button, of which each width must be in proportion."""
        page.get_by_role("button", name=name, exact=True).click()
        found, marks = page.evaluate(CORES), page.evaluate("maps[0].marks")
        for _, width, faint, ways in found:
            # 12 px for 20 t/day, the most of any road; 1.5 px dashed for what would be thinner
            right = 12 * max(ways) / 20_000 * marks
            assert faint == ("faint" if right < 1.5 else None)
            assert width == pytest.approx(max(right, 1.5), abs=0.06)
        assert page.locator(".legend", has_text="too little").count() == any(f[2] for f in found)
        return {road: ways for road, _, _, ways in found}

    # 20 t/day over the gate until day 5, 5 over the hill but from day 8 to day 12
    gate = {"gate--town": [20_000, 0], "port--gate": [20_000, 0]} if day < 5 else {}
    hill = {"hill--town": [5_000, 0], "port--hill": [5_000, 0]} if day < 8 else {}
    assert cores("Can carry") == {**gate, **hill}
    assert title.inner_text().startswith(
        {0: "The line can carry 25 t/day", 6: "The line can carry 5 t/day"}.get(
            day, "The line is cut"
        )
    )
    planned = standing(lost / "flows.csv", day * 86_400, axis="line")
    assert cores("Is planned") == planned
    out = sum(a - b for road, (a, b) in planned.items() if road.startswith("port"))
    if day < 8:
        assert f"{out / 1000:.2f}".rstrip("0").rstrip(".") + " t/day is planned" in (
            title.inner_text()
        )
    loads = standing(lost / "loads.csv", day * 86_400, kind="road")
    assert cores("Loads of all axes") == loads
    assert title.inner_text().startswith(
        f"All axes together load {len(loads)} road" if loads else "No axis plans"
    )
    assert page.wrong == [(lost / "report.html").as_uri()]


def standing(file: Path, time: int, **of: str) -> dict[str, list[int]]:
    """What stands in a file of flows at an instant: kg/day there and back by road."""
    ways: dict[str, list[int]] = {}
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            if int(row["time_s"]) <= time and all(row[key] == value for key, value in of.items()):
                road = row.get("road") or row["id"]
                back = not road.startswith(row["origin"])
                ways.setdefault(road, [0, 0])[back] = int(row["kg_per_day"])
    return {road: both for road, both in sorted(ways.items()) if any(both)}


@pytest.mark.parametrize("day", [0, 60, 90])
def test_the_largest_flow_on_the_map_is_the_capacity(
    opened: Open, flagship: Path, day: int
) -> None:
    page = opened(flagship, f"#day-{day}")
    for axis in page.evaluate("DATA.runs[0].axes.map((axis) => axis.id)"):
        page.evaluate("(id) => view.choose(id)", axis)
        sent, capacity = page.evaluate(
            "[axisOf(maps[0].run, view.axis)].flatMap((axis) => "
            "[maps[0].sent(axis), at(axis.series.capacity, view.time, 0)])"
        )
        assert sent == capacity, axis


@pytest.mark.parametrize("kind", ["run", "study"])
def test_print_opens_what_is_folded_and_leaves_no_page_half_empty(
    opened: Open, lost: Path, study: Path, kind: str
) -> None:
    file = {"run": lost, "study": study}[kind] / "report.html"
    page = opened(file, width=718)  # of a sheet of A4
    folded = page.locator("details:not([open])").count()
    assert folded > 3
    assert len(re.findall(rb"/Type /Page\b", page.pdf(format="A4"))) >= 3
    assert page.locator("details:not([open])").count() == folded  # as it was
    page.keyboard.press("Tab")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    if kind == "run":
        assert page.locator(".map details.data tbody tr").count() == 5 + 5  # places and roads
    assert page.evaluate(TALL) == []
    focused = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(focused) == "none"
    paper = "getComputedStyle(document.documentElement).colorScheme"
    assert page.evaluate(paper) == "light"


def test_short_names_of_actors_stand_where_there_is_no_room(
    opened: Open, lost: Path, tmp_path: Path
) -> None:
    text = lost.with_suffix(".yaml").read_text(encoding="utf-8")
    scenario = tmp_path / "short.yaml"
    scenario.write_text(text.replace("blue: {name:", "blue: {short: Blues, name:"), "utf-8")
    folder = api.run(api.load(scenario)).write(tmp_path / "run", figures=False)
    assert api.load(folder / "scenario.resolved.yaml").actors["blue"].short == "Blues"
    file = write_report([folder])
    for width, briefly in ((1440, False), (390, True)):
        page = opened(file, "#day-6", width=width)
        for key in (".map .legend", ".holdings .names"):
            said = page.locator(key).inner_text()
            assert ("Blues" in said) == briefly
            assert ("Blue </script>" in said) != briefly
        # where there is room the whole name stands, on a phone too
        page.locator(".map .place[data-id=gate]").focus()
        assert "Blue </script>" in page.locator(".tip").first.inner_text()
