"""What a page looks like, in a real browser: hatches, labels, the phone, print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sim.page.run import read_run
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
