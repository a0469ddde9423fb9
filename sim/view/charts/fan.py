"""Fans: ranges of many runs over time, with some runs as they were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
from matplotlib.figure import Figure

from sim.base.numbers import number, whole
from sim.base.said import Name, Said, Sentence, at, several, share
from sim.measure.bands import Band, bands
from sim.measure.routes import stops_km
from sim.scenario.model import Scenario
from sim.view.charts.advance import on_record
from sim.view.charts.many import Document, date_of_day, drawn_credit, share_of, share_words
from sim.view.charts.panels import (
    Panel,
    Stack,
    numeral,
    set_scale,
    side_names,
)
from sim.view.charts.series import Values
from sim.view.charts.shares import SharesPanel, draw_shares, stand_shares
from sim.view.data import Page, Span
from sim.view.draw import context, sheet
from sim.view.look import BLACK, BLUE, SKY, SOFT_INK
from sim.view.tables import Numbers


@dataclass(frozen=True, slots=True)
class FanPanel:
    """One quantity in many runs: ``runs`` (runs x times) at ``times``, in the panel's unit.

    The first ``TRACES`` runs are drawn one by one over the ranges.
    """

    name: str
    times: Values
    runs: Values
    steps: bool = True


STATES = Sentence("Bands: which share of the runs is in which state then")


@dataclass(frozen=True, slots=True)
class FanData:
    """An axis in an ensemble; ``bands`` are its profiles, as they are at their medians."""

    page: Page
    span: Span
    panels: tuple[FanPanel | SharesPanel, ...]
    bands: tuple[Band, ...] = ()


RANGES = Sentence(
    "Dark: half of the runs lie here, light: ", share(0.9),
    "; line: the median; dashed: single runs",
)  # fmt: skip


PROFILES = Sentence("Below the days: profiles, at the medians of their ranges")


def axis_fan(
    scenario: Scenario, summary: Document, axis: str, panels: Sequence[FanPanel | SharesPanel]
) -> FanData:
    """An axis over all runs."""
    kinds = [isinstance(panel, SharesPanel) for panel in panels]
    read = [*([STATES] if any(kinds) else []), *([RANGES] if not all(kinds) else [])]
    found = tuple(bands(scenario, {}, axis))
    read += [PROFILES] if found else []
    title, words = _axis_title(summary, scenario, axis), several(read, ". ", ". ")
    page = Page(title, words, drawn_credit(summary))
    return FanData(page, Span(scenario.length, scenario.start), tuple(panels), found)


def advance_fan(
    scenario: Scenario, summary: Document, operation: str, grid: Values, runs: Values
) -> FanData:
    """The positions of one force over all runs, with its route and what is on record."""
    this = scenario.operations[operation]
    stops = stops_km(scenario.network, this)
    record = on_record(this, stops, scenario.length)
    named = [(scenario.network.places[place].name, km) for place, km in stops]
    diamonds = "; diamonds: on record" if record else ""
    panel = stand_shares(grid, runs, named, record)
    title = _advance_title(summary, this.name, operation)
    page = Page(title, Sentence(STATES, diamonds), drawn_credit(summary))
    return FanData(page, Span(scenario.length, scenario.start), (panel,))


def _advance_title(summary: Document, name: str, operation: str) -> Sentence:
    """How far it comes, and what stops it how often."""
    of = partial("measures/operations.{}.{}/{}".format, operation)
    came = partial(share_of, summary)
    if not came(of("time_of_start", "came/value")).value:
        return Sentence(Name(name), " begins in no run")

    def km(key: str, unit: str = "") -> Said:
        value = at(summary, of("furthest_km", key))
        return Said(f"{whole(value)}{unit}", value, "km", of("furthest_km", key))

    title = Sentence(Name(name), " comes ", km("median", " km"), " in the middle run")
    low, high = km("range_90/0"), km("range_90/1")
    if low != high:
        title = Sentence(title, " (", share(0.9), ": ", low, " to ", high, ")")
    stopped = [
        Sentence(f"{words} in ", often)
        for measure, words in (("time_of_stall", "stalls"), ("time_of_repulse", "is beaten"))
        if (often := came(of(measure, "came/value"))).value
    ]
    return Sentence(title, "; it ", several(stopped), " of runs") if stopped else title


def _axis_title(summary: Document, scenario: Scenario, axis: str) -> Sentence:
    """In how many runs it is cut, or with what it ends."""
    stem, name = f"measures/axes.{axis}", Name(scenario.axes[axis].name)
    cut, came = f"{stem}.time_of_first_cut", partial(share_of, summary)
    if often := came(f"{cut}/came/value").value:
        text = Sentence(name, " is cut in ", share_words(summary, f"{cut}/came"), " of runs")
        lasting = came(f"{stem}.time_of_lasting_cut/came/value")
        if not lasting.value:
            text = Sentence(text, ", never for good")
        elif lasting.value < often:
            text = Sentence(text, ", for good in ", lasting)
        if at(summary, f"{cut}/median") is None:
            return text
        by = date_of_day(scenario, summary, f"{cut}/median")
        return Sentence(text, "; half of all runs by ", by)

    def rate(key: str, unit: str = "") -> Said:
        value = at(summary, f"{stem}.capacity_end/{key}")
        text = f"{number(value)}{unit}"
        return Said(text, value, "t/day", f"{stem}.capacity_end/{key}")

    runs = Said(f"{summary['n']:,} runs", summary["n"], "runs", "n")
    ends = Sentence(name, " is never cut in ", runs, "; it ends with ", rate("median", " t/day"))
    low, high = rate("range_90/0"), rate("range_90/1")
    if low == high:
        return ends
    return Sentence(ends, " (", share(0.9), " of runs: ", low, " to ", high, ")")


@context()
def draw_fan(data: FanData) -> Figure:
    """Ranges of 50 and 90 % of runs over time, the median, and some runs as they were.

    A pointwise median blurs a sudden loss into a ramp that no run shows, so what is on or off is
    drawn as shares of the runs by state.
    """
    page = sheet(data.page, height=300.0 + 270.0 * len(data.panels))
    stack = Stack(page, [1.0] * len(data.panels), data.span, bands=data.bands)
    for drawn, panel in zip(stack.panels, data.panels, strict=True):
        if isinstance(panel, SharesPanel):
            draw_shares(drawn, panel)
        else:
            _draw_fan_panel(drawn, panel)
    return stack.finish([p.name for p in data.panels])


TRACES = 5
"""Runs that a fan draws one by one over the ranges."""

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
"""The shares of runs that a fan draws at each time, as quantiles."""


def fan_ranges(panel: FanPanel) -> Values:
    """The quantiles ``SHARES`` of the runs at each time, shape (5, times)."""
    return np.quantile(panel.runs, SHARES, axis=0)


def _draw_fan_panel(drawn: Panel, panel: FanPanel) -> None:
    axes, ranges = drawn.axes, fan_ranges(panel)
    step: Literal["post"] | None = "post" if panel.steps else None
    for low, high, alpha in ((0, 4, 0.25), (1, 3, 0.45)):
        axes.fill_between(
            panel.times, ranges[low], ranges[high], color=SKY, alpha=alpha, lw=0, step=step
        )
    style = "steps-post" if panel.steps else "default"
    for nth in range(min(TRACES, len(panel.runs))):
        axes.plot(
            panel.times, panel.runs[nth], color=SOFT_INK, lw=0.9, alpha=0.75, ls=(0, (4, 1)),
            drawstyle=style, zorder=2.5,
        )  # fmt: skip
    axes.plot(panel.times, ranges[2], color=BLACK, lw=2.2, drawstyle=style, zorder=3)
    highest = [float(ranges[4].max()), float(panel.runs[:TRACES].max())]
    set_scale(axes, max(highest))
    ends = ranges[:, -1]
    names = [(float(ends[2]), f"median {numeral(float(ends[2]))}", BLACK)]
    if ends[4] > ends[0]:
        names += [
            (float(ends[4]), f"95 % of runs below {numeral(float(ends[4]))}", BLUE),
            (float(ends[0]), f"5 % below {numeral(float(ends[0]))}", BLUE),
        ]
    names.append((float(panel.runs[0, -1]), f"{TRACES} single runs, dashed", SOFT_INK))
    side_names(drawn.page, axes, names)


def fan_table(fan: FanData) -> Numbers:
    """The quantiles that a fan draws, and the shares of runs by state, by panel and time.

    Of a profile the factor from each time on, as a median.
    """
    columns: tuple[str, ...] = ("panel", "time_s", "q05", "q25", "q50", "q75", "q95")
    states = any(isinstance(panel, SharesPanel) for panel in fan.panels)
    rows: list[tuple[object, ...]] = []
    for panel in fan.panels:
        if isinstance(panel, SharesPanel):
            rows += [
                (panel.name, round(time), *[None] * 5, state, float(share))
                for state, shares in zip(panel.states, panel.shares, strict=True)
                for time, share in zip(panel.times, shares, strict=True)
            ]
        else:
            rows += [
                (panel.name, round(time), *map(float, quantiles), *([None, None] if states else []))
                for time, quantiles in zip(panel.times, fan_ranges(panel).T, strict=True)
            ]
    rows += [
        (f"profile: {band.name}", time, None, None, factor, None, None, *([None, None] * states))
        for band in fan.bands
        for time, factor in band.steps
    ]
    return Numbers((*columns, "state", "share") if states else columns, rows)
