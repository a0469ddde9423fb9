"""Guess first: a reader clicks the losses that stop the line, then sees the proven answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import api

DAY = 86_400
FLAGSHIP = Path(__file__).parents[2] / "scenarios/double_offensive.yaml"

Open = Callable[..., Any]

SHOW = ".guessing button"


def press(page: Any, selector: str) -> None:
    """Go to a thing and press Enter."""
    page.eval_on_selector(selector, "item => item.focus()")
    page.keyboard.press("Enter")


# port - gate - town carries 20 t/day, port - hill - town 5; the gate falls on day 5
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_guess_by_the_keyboard_and_its_answer(
    opened: Open, lost: Path, width: int, scheme: str
) -> None:
    page = opened(lost / "report.html", width=width, scheme=scheme)
    press(page, "#guess")
    said, answer = page.locator("#guessed > p"), page.locator("#guessed > div")
    assert said.inner_text().startswith("How many losses stop The line on 1 March 2001?")
    press(page, ".map [data-id=port]")
    assert "is a source or sink of the line" in said.inner_text()
    press(page, ".map [data-id=gate]")
    assert page.locator("#guessed li").count() == 1
    assert page.locator(".map [data-id=gate]").get_attribute("aria-pressed") == "true"
    assert answer.inner_text() == ""  # nothing is given away, not in the words of a place either
    assert "loss" not in page.locator(".tip").inner_text()
    assert page.locator(".guessing span").inner_text() == "1 loss chosen"
    press(page, SHOW)
    # the loss of the gate leaves the hill; each of the two ways needs a loss
    assert answer.inner_text().startswith(
        "Your loss leaves 5 t/day of 25 t/day; it takes 2 to stop it."
    )
    assert "Fewer are not: 2 ways share no road and no place" in answer.inner_text()
    assert page.locator(".routes").get_attribute("d").count("M") == 4  # roads of both ways
    # on a phone the map is far above the answer: the verdict stands in both
    assert page.locator(".guessing span").inner_text() in answer.inner_text()
    rows = [row.inner_text().split("\t") for row in answer.locator("tbody tr").all()]
    assert [row[:2] for row in rows] == [["0", "25"], ["1", "5"], ["2", "0"]]
    press(page, ".map [data-id=hill--town]")  # a road is a loss too
    assert answer.inner_text().startswith("Right: your 2 losses stop it, and fewer do not.")
    press(page, ".map [data-id=port--hill]")
    assert answer.inner_text().startswith("Your 3 losses stop it; 2 would do.")
    press(page, "#guessed li:nth-child(2) button")
    assert answer.inner_text().startswith("Right: your 2 losses")
    page.evaluate("view.go(5 * DAY)")
    assert answer.inner_text() == ""  # another day is another question
    page.evaluate("view.go(9 * DAY)")  # the hill road is closed
    assert "is cut on 10 March 2001" in said.inner_text()
    assert page.locator(SHOW).is_disabled()
    press(page, "#guess")
    assert page.locator("#guessed").is_hidden()
    assert page.locator(".picked").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.wrong == [(lost / "report.html").as_uri()]


def test_a_place_tells_what_its_loss_would_cost(opened: Open, lost: Path) -> None:
    page = opened(lost / "report.html")

    def told(id_: str) -> str:
        page.eval_on_selector(f".map [data-id={id_}]", "item => item.focus()")
        return str(page.locator(".tip").inner_text().split("\n")[-1])

    assert told("gate") == "its loss alone would leave The line 5 t/day of 25 t/day"
    assert told("hill--town") == "its loss alone would leave The line 20 t/day of 25 t/day"
    assert told("town") == "its loss alone would cut The line"
    assert told("fort") == "its loss alone would cost The line nothing"
    page.evaluate("view.go(9 * DAY)")  # it is cut
    assert "its loss" not in told("hill")
    press(page, "#ask")
    page.evaluate("view.go(5 * DAY)")
    press(page, ".map [data-id=gate]")
    press(page, ".chosen button")  # what if red had it again
    assert told("gate") == "its loss alone would leave The line 5 t/day of 25 t/day"


def test_what_if_and_the_guess_put_one_another_away(opened: Open, lost: Path) -> None:
    page = opened(lost / "report.html")
    for one, other in (("ask", "guess"), ("guess", "ask"), ("ask", "guess")):
        press(page, f"#{one}")
        assert page.locator(f"#{one}ed").is_visible()
        assert page.locator(f"#{other}ed").is_hidden()
    press(page, ".map [data-id=hill]")
    assert page.locator(".chosen").is_visible()
    assert page.locator("#guessed li").count() == 0
    press(page, "#guess")
    assert page.locator(".chosen").is_hidden()
    press(page, ".map [data-id=hill]")
    assert page.locator("#guessed li").count() == 1
    press(page, "#guess")
    press(page, ".map [data-id=hill]")
    assert page.locator("#guessed li").count() == 0
    assert page.wrong == [(lost / "report.html").as_uri()]


def test_the_answers_are_those_that_python_proves(opened: Open, flagship: Path) -> None:
    page = opened(flagship)
    axes, days = page.evaluate("asking.run.axes.map((axis) => axis.id)"), (0, 40)
    found = page.evaluate(
        """([axes, days]) => axes.flatMap((id) => days.map((day) => {
             const look = new Look(asking.run, asking.told, asking.net, id, day * DAY);
             if (!look.flow().value) return null;
             const names = (set) => set.map((i) => asking.run.places[i].id).sort().join();
             const worst = worstLosses(look, MOST_LOSSES);
             const { places, roads } = fewestLosses(look);
             return {
               worst: worst.map(({ left, sets }) => [left, sets.map(names).sort()]),
               few: places.length + roads.length,
               ways: look.disjoint().places.length,
             };
           }))""",
        [axes, days],
    )
    run, compared = api.run(api.load(FLAGSHIP)), 0
    for (axis, day), answer in zip([(a, d) for a in axes for d in days], found, strict=True):
        if answer is None:
            continue
        assert answer["few"] == answer["ways"]  # as many losses as ways that share nothing
        for k, (left, sets) in enumerate(answer["worst"]):
            proven = api.interdict(run, axis, k, at=f"{day} days", sets=1000).document()
            assert proven["frontier"][-1]["proven"]
            assert proven["frontier"][-1]["flow"] == left
            if sets and k:
                best = proven["optimal_sets"]["sets"]
                assert sets == sorted(",".join(sorted(names)) for names in best)
                compared += len(sets) > 1
    assert compared > 3  # more than one set is worst


def test_the_panel_of_the_guess_has_no_serious_fault_of_access(opened: Open, lost: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(lost / "report.html", width=390, scheme="dark")
    press(page, "#guess")
    press(page, ".map [data-id=gate]")
    press(page, SHOW)
    violations = Axe().run(page, context="#stage").response["violations"]
    assert [v["id"] for v in violations if v["impact"] in ("serious", "critical")] == []
