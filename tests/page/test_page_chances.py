"""The page of an ensemble: the map of chances, its curves, one run after another."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.base.errors import DamageWarning
from sim.many.journal import Journal
from sim.page import chances as page_of_chances
from sim.page import many as page_of_many
from sim.page.write import write_report

from .conftest import SCENARIO

DAY = 86_400
RUNS = 20
Document = Callable[[Path], dict[str, Any]]
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs in which the gate falls with one chance in two, and the hill road is closed."""
    here = tmp_path_factory.mktemp("chances")
    text = SCENARIO.replace("{capture: gate, by: blue,", "{capture: gate, by: blue, chance: 0.5,")
    (here / "base.yaml").write_text(text, encoding="utf-8")
    scenario = api.load(here / "base.yaml")
    done = api.ensemble(scenario, RUNS, out=here / "many", workers=1, figures=False)
    return write_report([done.folder])


@pytest.fixture(scope="module")
def rows(many: Path) -> list[dict[str, Any]]:
    """The journal."""
    with Journal(many.parent / "replicates.journal", write=False) as journal:
        return list(journal.rows(range(RUNS)))


def taken(rows: list[dict[str, Any]]) -> int:
    """The runs in which the gate falls."""
    found = sum(any(place == "gate" for place, *_ in row["held"]) for row in rows)
    assert 0 < found < RUNS
    return found


def test_the_page_counts_the_runs_of_the_journal(
    many: Path, rows: list[dict[str, Any]], document: Document
) -> None:
    found = document(many)
    run, chances = found["runs"][0], found["chances"]
    gate = next(place for place in run["places"] if place["id"] == "gate")
    names = [run["actors"][actor]["name"] for (actor,) in chances["sets"]]
    before, after = gate["runs"][1], gate["runs"][3]
    assert gate["runs"][::2] == [0, 5 * DAY]
    assert [[names[s], n] for s, n in before] == [["Red", RUNS]]
    lost = taken(rows)
    assert {names[s]: n for s, n in after} == {"Red": RUNS - lost, names[1]: lost}
    # open in all until the hill road is closed on day 8, then where the gate stands, till day 12
    line = next(axis for axis in run["axes"] if axis["id"] == "line")
    assert line["open"] == [0, RUNS, 8 * DAY, RUNS - lost, 12 * DAY, RUNS]
    assert line["never"] == [0, RUNS, 8 * DAY, RUNS - lost]
    assert line["low"][:2] == [0, 25_000]
    assert chances["n"] == RUNS == len(chances["alone"])


def test_roads_are_passable_in_shares_of_runs(
    opened: Open, many: Path, rows: list[dict[str, Any]], document: Document
) -> None:
    run = document(many)["runs"][0]
    number = {road["id"]: i for i, road in enumerate(run["roads"])}
    line = next(axis for axis in run["axes"] if axis["id"] == "line")
    lost = taken(rows)

    def of(road: str) -> list[int]:
        return list(line["passable"][str(number[road])])

    assert of("gate--port" if "gate--port" in number else "port--gate") == [
        0, RUNS, 5 * DAY, RUNS - lost,
    ]  # fmt: skip
    assert of("hill--town") == [0, RUNS, 8 * DAY, 0, 12 * DAY, RUNS]
    page = opened(many, "#day-9")
    page.eval_on_selector(".map [data-id=gate--town]", "item => item.focus()")
    told = page.locator(".tip").inner_text()
    assert f"The line can pass it in {round(100 * (RUNS - lost) / RUNS)} % of runs" in told
    assert f"({RUNS - lost} of {RUNS})" in told
    width = "e => Number(e.getAttribute('stroke-width'))"
    at = number["gate--town"]
    core = page.locator(".map .roads.flow > *").nth(at).evaluate(width)
    whole = page.locator(".map .roads.fill > *").nth(at).evaluate(width)
    assert core / whole == pytest.approx(lost / RUNS, abs=0.06)  # widths are tenths of a pixel
    page.locator(".map details summary").click()
    page.wait_for_selector(".map details table")
    cells = page.locator(".map details table").nth(1).locator("tbody tr").all_inner_texts()
    assert sum(row.endswith(f"\t{RUNS - lost}") for row in cells) == 2  # both roads of the gate
    page.evaluate("maps[0].show(0)")  # of one run the roads are as stated
    assert page.locator(".map .roads.flow > :not([visibility=hidden])").count() == 0
    assert page.wrong == [many.as_uri()]


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_map_tells_the_shares_of_each_day(
    opened: Open, many: Path, rows: list[dict[str, Any]], width: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(many, "#day-9", width=width, scheme=scheme)
    lost = taken(rows)
    share = f"{round(100 * (RUNS - lost) / RUNS)} %"
    title = page.locator(".map h3")
    assert title.inner_text() == f"The line is open on 10 March 2001 in {share} of {RUNS} runs"
    assert page.locator(".names output").first.inner_text() == f"{share} of runs"
    page.eval_on_selector(".map [data-id=gate]", "item => item.focus()")
    told = page.locator(".tip").inner_text()
    assert f"held by Red in {share} of runs ({RUNS - lost} of {RUNS})" in told
    assert f"({lost} of {RUNS})" in told
    assert page.locator(".map [data-id=gate] .body").count() == 2  # a wedge for each
    page.locator("#time").focus()
    page.keyboard.press("Home")
    assert title.inner_text() == f"The line is open on 1 March 2001 in 100 % of {RUNS} runs"
    assert page.locator(".map [data-id=gate] .body").count() == 1
    page.locator(".map details summary").click()
    page.wait_for_selector(".map details table")
    assert page.locator(".map details table").first.locator("tbody tr").count() == 5
    violations = Axe().run(page, context="#stage").response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.wrong == [many.as_uri()]


def test_runs_are_shown_one_by_one(opened: Open, many: Path, rows: list[dict[str, Any]]) -> None:
    page = opened(many, "#day-9")
    title = page.locator(".map h3")
    for row in rows:
        page.evaluate(f"maps[0].show({row['replicate']})")
        state = "cut" if any(place == "gate" for place, *_ in row["held"]) else "open"
        assert title.inner_text() == f"Run {row['replicate']}: The line is {state} on 10 March 2001"
        assert page.locator(".map [data-id=gate] .body").count() == 1
    together = f"of {RUNS} runs"
    page.evaluate("maps[0].show(maps[0].number + 1)")  # after the last one all are shown again
    assert title.inner_text().endswith(together)
    page.locator("#alone").focus()
    page.keyboard.press("Enter")
    assert page.locator("#alone").get_attribute("aria-pressed") == "true"
    page.wait_for_selector(".map h3:has-text('Run 1:')")  # a second later
    page.keyboard.press("Enter")
    assert title.inner_text().endswith(together)
    page.wait_for_timeout(1100)
    assert title.inner_text().endswith(together)
    assert page.locator("#alone").get_attribute("aria-pressed") == "false"
    assert page.wrong == [many.as_uri()]


def test_a_folder_that_does_not_tell_who_held_what_says_so(many: Path) -> None:
    folder, path = many.parent, many.parent / "replicates.journal"
    whole = path.read_bytes()
    with Journal(path, write=False) as journal:
        rows, units = list(journal.rows(range(RUNS))), journal.units
    try:
        path.unlink()
        with Journal(path) as journal:
            for row in rows:
                journal.append({key: v for key, v in row.items() if key != "held"}, units)
        for gone in (False, True):
            if gone:
                path.unlink()
            with pytest.warns(DamageWarning, match=r"replicates\.journal is "):
                page = write_report([folder], folder / "other.html").read_text(encoding="utf-8")
            assert "Who held what in each run is not in this folder" in page
            assert 'id="data"' not in page
    finally:
        path.write_bytes(whole)


def test_of_many_runs_the_first_are_shown_and_it_says_so(
    many: Path, tmp_path: Path, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (page_of_chances, page_of_many):
        monkeypatch.setattr(module, "MOST_DRAWN", 12)
    page = write_report([many.parent], tmp_path / "some.html")
    assert f"Shown are the first 12 of {RUNS} runs." in page.read_text(encoding="utf-8")
    assert document(page)["chances"]["n"] == 12
    assert "Shown are" not in many.read_text(encoding="utf-8")


def test_a_scenario_without_axes_has_its_map_too(tmp_path: Path, document: Document) -> None:
    text = re.sub(r"^(axes|claims):\n(?:  .*\n)*", "", SCENARIO, flags=re.M)
    (tmp_path / "base.yaml").write_text(text, encoding="utf-8")
    done = api.ensemble(api.load(tmp_path / "base.yaml"), 2, out=tmp_path / "many", workers=1,
                        figures=False)  # fmt: skip
    found = document(write_report([done.folder]))
    assert found["runs"][0]["axes"] == []
    assert found["chances"]["n"] == 2
