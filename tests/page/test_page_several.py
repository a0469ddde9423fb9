"""The page of several runs: its map of what differs, its curves, its words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import api
from sim.base.errors import BadInputError
from sim.page.write import MOST_RUNS, write_report

Open = Callable[..., Any]
Document = Callable[[Path], dict[str, Any]]
GATE = ".map.differ [data-id=gate]"


@pytest.fixture(scope="module")
def three(lost: Path, kept: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gate kept, the gate lost, and the gate kept while the hill road stays open."""
    here = tmp_path_factory.mktemp("three")
    text = "\n".join(
        row for row in lost.with_suffix(".yaml").read_text(encoding="utf-8").splitlines()
        if "gate_falls" not in row and "hill_" not in row
    )  # fmt: skip
    (here / "open.yaml").write_text(text + "\n", encoding="utf-8")
    whole = api.run(api.load(here / "open.yaml")).write(here / "open", figures=False)
    return write_report([kept, lost, whole], here / "three.html")


def title(page: Any) -> str:
    return str(page.locator(".map.differ h3").inner_text())


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_map_of_what_differs_has_that_alone(
    opened: Open, three: Path, width: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    # the gate falls in B on day 5, with it both of its roads; the hill road is closed in A and B
    # from day 8 to day 12
    page = opened(three, "#day-4", width=width, scheme=scheme)
    assert title(page) == "On 5 March 2001 nothing on the map differs"
    assert page.locator(".map.differ .item.same").count() == 5
    assert "every place has the same holders" in page.locator("#apart").inner_text()
    page.locator("#time").focus()
    page.keyboard.press("PageUp")  # day 11
    assert title(page) == (
        "What differs on 12 March 2001: 1 place is held by others, 3 roads carry other amounts"
    )
    assert page.locator(".map.differ .item.same").count() == 4
    assert page.locator(f"{GATE} .body").count() == 3  # a part for each run
    page.eval_on_selector(GATE, "item => item.focus()")
    told = page.locator(".map.differ .tip").inner_text()
    assert "A: held by Red" in told
    assert "B: held by Blue" in told
    assert "C: held by Red" in told
    page.eval_on_selector(".map.differ [data-id=hill--town]", "item => item.focus()")
    told = page.locator(".map.differ .tip").inner_text().split("\n")
    assert [row for row in told if row[1:2] == ":"] == ["A: 0 t/day", "B: 0 t/day", "C: 5 t/day"]
    page.locator(".map.differ details summary").click()
    page.wait_for_selector(".map.differ details table")
    rows = page.locator(".map.differ details table").nth(1).locator("tbody tr").all_inner_texts()
    assert sorted(row.split("\t")[1:] for row in rows) == [
        ["0", "0", "5"], ["20", "0", "20"], ["20", "0", "20"],
    ]  # fmt: skip
    violations = Axe().run(page, context="#stage").response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.wrong == [three.as_uri()]


def test_roads_say_by_letters_in_which_runs_they_are_passable(opened: Open, three: Path) -> None:
    page = opened(three, "#day-11")
    written = page.locator(".map.differ .letters text").all_text_contents()
    # port - gate, gate - town: A and C; port - hill: all; hill - town: C; fort - town: all
    assert sorted(text for text in written if text) == ["AC", "AC", "C"]
    page.locator("#time").focus()
    page.keyboard.press("Home")
    assert set(page.locator(".map.differ .letters text").all_text_contents()) == {""}


def test_names_stand_alike_in_all_maps(opened: Open, three: Path) -> None:
    page = opened(three)
    stands = page.evaluate(
        "maps.slice(0, 3).map((map) => [...map.labels.children].map((text) => "
        "[text.dataset.of, text.getAttribute('x'), text.getAttribute('y')].join()))"
    )
    assert len(stands) == 3
    assert stands[0] == stands[1] == stands[2]
    assert len(stands[0]) > 2


def test_each_run_has_a_curve_and_one_less_the_first(opened: Open, three: Path) -> None:
    page = opened(three, "#day-11")
    names = [" ".join(n.split()) for n in page.locator(".curves .names li").all_inner_texts()]
    # 20 over the gate, 5 over the hill: A has the gate alone, B neither, C both
    assert names[:5] == [
        "A 20 t/day", "B 0 t/day", "C 25 t/day",
        "B \u2212 A \u221220 t/day", "C \u2212 A 5 t/day",
    ]  # fmt: skip
    looks = page.eval_on_selector_all(
        ".curves .names:first-of-type .curve",
        "c => c.map(x => getComputedStyle(x).strokeDasharray)",
    )
    assert len(set(looks[:3])) == 3  # told apart without colour


def test_the_finding_tells_of_each_run(three: Path) -> None:
    text = three.read_text(encoding="utf-8")
    assert "can carry 25 t/day at the end in A" in text.replace("<bdi>", "").replace("</bdi>", "")
    assert "Of what was needed at its sinks was not there:" in text
    assert text.count('figure class="map"') == 3


def test_maps_of_runs_have_one_frame(three: Path, document: Document) -> None:
    frames = [run["axes"][0]["frame"] for run in document(three)["runs"]]
    assert frames[0] == frames[1] == frames[2]


def test_seven_runs_are_refused(lost: Path, kept: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="one folder or of 2 to 6 runs"):
        write_report([lost, *[kept] * MOST_RUNS], tmp_path / "page.html")
    assert not list(tmp_path.iterdir())
