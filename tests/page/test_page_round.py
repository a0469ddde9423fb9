"""What stands round the map of a run, in a real browser: turning points, causes, list, pictures."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Open = Callable[..., Any]
DAY = 86_400


@pytest.fixture
def page(opened: Open, lost: Path) -> Any:
    """The page of the run of two ways, which goes 25, 5 from day 5, 0 from 8, 5 from 12 t/day."""
    return opened(lost / "report.html")


def test_turning_points_are_small_maps_that_lead_to_their_day(page: Any) -> None:
    turns = page.locator("#turns button")
    assert turns.evaluate_all("all => all.map(b => Number(b.dataset.turn) / 86400)") == [
        0,
        5,
        8,
        12,
    ]
    assert turns.evaluate_all("all => all.map(b => b.getAttribute('aria-label'))") == [
        "1 March 2001: can carry 25 t/day", "6 March 2001: can carry 5 t/day",
        "9 March 2001: can carry 0 t/day", "13 March 2001: can carry 5 t/day",
    ]  # fmt: skip
    # what red may use: all five roads; without the gate's two; without the hill's road too; again
    usable = turns.evaluate_all("all => all.map(b => b.querySelectorAll('.usable').length)")
    assert usable == [5, 3, 2, 3]
    assert turns.nth(0).get_attribute("aria-current") == "true"
    turns.nth(2).focus()
    page.keyboard.press("Enter")
    assert page.evaluate("view.time") == 8 * DAY
    assert [turns.nth(i).get_attribute("aria-current") for i in range(4)] == [
        None, None, "true", None,
    ]  # fmt: skip
    # the spur is open until its end is besieged
    page.evaluate("view.choose('spur')")
    assert turns.locator("strong").all_inner_texts() == ["1 March 2001", "15 March 2001"]
    assert page.wrong == [page.url.partition("#")[0]]


def test_the_slider_lies_on_the_curve_of_capacity(page: Any) -> None:
    d = page.locator("#track .curve").get_attribute("d")
    points = [tuple(map(float, pair.split(","))) for pair in re.findall(r"[\d.]+,[\d.]+", d)]
    wide, high = page.evaluate("[track.clientWidth, track.clientHeight]")
    # the thumb, 16 px wide, goes from 8 to 8 before the end; 25 t/day is 2 px below the top
    for day, x in ((0, 8.0), (5, 8 + 5 / 20 * (wide - 16)), (12, 8 + 12 / 20 * (wide - 16))):
        assert any(abs(px - x) < 0.11 for px, _ in points), day
    levels = sorted({y for _, y in points})
    assert levels == pytest.approx([2, high - (high - 2) / 5, high], abs=0.06)  # 25, 5 and 0 t/day


def test_causes_of_losses_are_chips_at_numbers_on_the_curve(page: Any) -> None:
    chips = page.locator("#chips button")
    said = chips.all_inner_texts()
    assert len(said) == 2
    assert said[0].replace("\n", " ").startswith("1 6 March 2001, \u221220 t/day: ")
    assert "The gate is lost" in said[0]
    assert said[1].replace("\n", " ").startswith("2 9 March 2001, \u22125 t/day: ")
    assert page.locator(".panel .loss").count() == 2
    assert page.locator(".panel .loss text").all_text_contents() == ["1", "2"]
    chips.nth(1).click()
    assert page.evaluate("view.time") == 8 * DAY


def test_the_list_shows_all_or_what_changed_the_axis(page: Any) -> None:
    days = page.locator(".happenings > li:not([hidden]) h4")
    every = days.all_inner_texts()
    assert "15 March 2001" in every  # the fort is besieged, which costs the line nothing
    page.get_by_role("button", name="This axis").click()
    assert days.all_inner_texts() == ["6 March 2001", "9 March 2001", "13 March 2001"]
    page.evaluate("view.choose('spur')")
    assert days.all_inner_texts() == ["15 March 2001"]
    page.get_by_role("button", name="All", exact=True).click()
    assert days.all_inner_texts() == every
    assert page.locator("#none-happened").is_hidden()


def test_the_contents_lead_to_every_titled_part(page: Any) -> None:
    links = page.locator("nav.contents a").evaluate_all("all => all.map(a => a.hash.slice(1))")
    found = page.locator("main section > h2").evaluate_all(
        "all => all.map(h => h.parentElement.id)"
    )
    assert [link for link in links if link != "events-title"] == found
    assert page.evaluate("ids => ids.every(id => document.getElementById(id))", links)


@pytest.mark.parametrize("width", [1440, 390])
def test_the_picture_is_the_map_with_title_and_key(
    opened: Open, lost: Path, tmp_path: Path, width: int
) -> None:
    page = opened(lost / "report.html", "#day-6", width=width)
    files = {}
    for kind in ("svg", "png"):
        with page.expect_download() as waiting:
            page.locator(f"[data-picture={kind}]").focus()
            page.keyboard.press("Enter")
        files[kind] = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(files[kind])
        assert files[kind].name == f"lost_day_6.{kind}"
    root = ET.parse(files["svg"]).getroot()
    text = " ".join(part.text or "" for part in root.iter("{http://www.w3.org/2000/svg}text"))
    assert "7 March 2001" in text
    assert "The line can carry 5 t/day" in text
    key = page.locator(".map .legend li").all_inner_texts()
    assert len(key) > 5
    for words in key:
        assert " ".join(words.split()) in " ".join(text.split())
    # nothing hangs on the style sheet of the page, and every word is within the picture
    assert not [part for part in root.iter() if "class" in part.attrib or "style" in part.attrib]
    assert "var(" not in files["svg"].read_text(encoding="utf-8")
    shown = opened(lost / "report.html", width=width)
    wide, high = float(root.attrib["width"]), float(root.attrib["height"])
    ends = shown.evaluate(
        """text => {
             const svg = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
             document.body.append(svg);
             return [...svg.querySelectorAll(':scope > text')].map((t) => t.getBBox())
               .map((box) => [box.x + box.width, box.y + box.height]);
           }""",
        files["svg"].read_text(encoding="utf-8"),
    )
    assert all(0 < right <= wide and 0 < low <= high for right, low in ends)
    head = files["png"].read_bytes()
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    size = [int.from_bytes(head[i : i + 4], "big") for i in (16, 20)]
    assert size == [round(2 * wide), round(2 * high)]
    assert [url for url in page.wrong if not url.startswith(("blob:", "data:"))] == [
        (lost / "report.html").as_uri()
    ]
