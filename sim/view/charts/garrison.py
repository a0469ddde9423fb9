"""Garrisons over time: a row each, strength at the left, days of supply at the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.base.numbers import number
from sim.base.said import Name, Said, Sentence
from sim.measure.sides import days_stocked
from sim.measure.steps import Steps
from sim.view.charts.panels import LABEL, last, numeral, set_scale
from sim.view.charts.series import points
from sim.view.charts.time_axis import set_times
from sim.view.data import Curve, Page, Span
from sim.view.draw import MARGIN, Sheet, context, note, sheet_for, wrap
from sim.view.look import BLACK, BLUE, INK, SOFT_INK
from sim.view.tables import Numbers, curve_rows
from sim.view.words import Words, curve, joined

MOST_GARRISONS = 8
"""Garrisons drawn, those whose strength changed most."""

ROW, HEAD, GAP = 92.0, 34.0, 104.0
"""Pixels: height of a panel, room above it for its name, between the two columns."""

LEFT = 62.0


@dataclass(frozen=True, slots=True)
class GarrisonRow:
    """One garrison: persons, and days of supply in stock where an axis supplies the place."""

    name: str
    strength: Curve
    supply: Curve | None = None


@dataclass(frozen=True, slots=True)
class GarrisonData:
    """Garrisons over time, a row each."""

    page: Page
    span: Span
    rows: tuple[GarrisonRow, ...]


def garrison_data(run: Words) -> GarrisonData:
    """Strength and days of supply of the garrisons that changed most."""
    found = []
    for (subject, measure), steps_ in run.analysis.series.items():
        kind, _, post = subject.partition(":")
        if kind != "garrison" or measure != "strength_persons":
            continue
        change = max(steps_.values) - min(steps_.values)
        if change:
            found.append((-change, post, steps_))
    rows = []
    for _, post, steps_ in sorted(found, key=lambda f: f[:2])[:MOST_GARRISONS]:
        actor, _, place = post.partition("/")
        name = f"{run.name(place)} ({run.scenario.actors[actor].name})"
        left = days_stocked(run.scenario, run.analysis.series, actor, place)
        days = joined([(time, last) for time, last in left if last is not None])
        rows.append(GarrisonRow(name, curve(steps_), days))
    return GarrisonData(
        Page(_garrison_title(run, found), "Strength, and days of supply in stock where an axis "
             "supplies the place: the garrisons that changed most", run.credit),
        run.span, tuple(rows),
    )  # fmt: skip


def _garrison_title(run: Words, found: Sequence[tuple[int, str, Steps]]) -> Sentence:
    """The greatest garrison that is gone at the end, else the one that lost most."""
    fewer = [
        (bool(men.values[-1]), men.values[-1] - men.values[0], post, men)
        for _, post, men in found
        if men.values[-1] < men.values[0]
    ]
    if not fewer:
        changed = Said(number(len(found)), len(found), "garrisons")
        return Sentence(changed, " garrisons change, none ends with fewer men")
    left, _, post, men = min(fewer, key=lambda f: f[:3])
    first, last_ = (Said(f"{number(men.values[i])} men", men.values[i], "persons") for i in (0, -1))
    garrison = Sentence("The garrison of ", Name(run.name(post.partition("/")[2])))
    if not left:
        return Sentence(garrison, ", ", first, " at the start, is gone in the end")
    return Sentence(garrison, " goes from ", first, " to ", last_)


@context()
def draw_garrisons(data: GarrisonData) -> Figure:
    """Small multiples, each on its own scale from 0, with the last value at its end."""
    page = sheet_for(data.page, (ROW + HEAD) * max(len(data.rows), 1) + 58)
    wide = (page.width - LEFT - MARGIN - GAP - 62) / 2
    top = page.top - 4
    if not data.rows:
        note(page.canvas(0, page.bottom, page.width, top - page.bottom), "no garrison changed")
    supplied = [nth for nth, row in enumerate(data.rows) if row.supply is not None]
    for nth, row in enumerate(data.rows):
        bottom = top - (ROW + HEAD) * (nth + 1)
        end = nth + 1 == len(data.rows)
        page.text(LEFT, bottom + ROW + 5, wrap(row.name, 9.5, wide, 1, "bold")[0], size=9.5,
                  weight="bold", va="bottom")  # fmt: skip
        _draw(page, page.axes(LEFT, bottom, wide, ROW), row.strength, data.span, BLACK, end)
        left = LEFT + wide + GAP
        if row.supply is not None:
            _draw(page, page.axes(left, bottom, wide, ROW), row.supply, data.span, BLUE,
                  nth == supplied[-1])  # fmt: skip
        else:
            page.text(left, bottom + ROW / 2, "no supply of its own is modelled", size=LABEL,
                      color=SOFT_INK, va="center")  # fmt: skip
        small = {"size": LABEL, "color": SOFT_INK, "ha": "right", "va": "bottom"}
        if not nth:
            page.text(LEFT + wide, bottom + ROW + 6, "persons", **small)
            page.text(left + wide, bottom + ROW + 6, "days of supply in stock", **small)
    return page.figure


def _draw(page: Sheet, axes: Axes, of: Curve, span: Span, colour: str, named: bool) -> None:
    times, values = points(of, span.end)
    axes.plot(times, values, color=colour, lw=1.8, zorder=3)
    set_scale(axes, max(values, default=1.0))
    axes.locator_params(axis="y", nbins=3)
    set_times(axes, span, named)
    box = axes.get_position()
    bottom, top = axes.get_ylim()
    height = (last(values) - bottom) / (top - bottom) * box.height + box.y0
    page.text(box.x1 * page.width + 6, height * page.height, numeral(last(values)), size=LABEL,
              color=INK, va="center")  # fmt: skip


def garrison_table(data: GarrisonData) -> Numbers:
    """Strength of each garrison from each time on, and days of supply at each sample."""
    rows = [
        (row.name, *point[:4])
        for row in data.rows
        for told in (("strength", "persons", row.strength), ("supply", "days", row.supply))
        for point in curve_rows(*told)
    ]
    return Numbers(("garrison", "curve", "unit", "time_s", "value"), rows)
