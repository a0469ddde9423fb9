"""Shares of runs by state over time, for what is on or off: no run is as its median there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import Rectangle

from sim.base.numbers import percent
from sim.view.charts.panels import LABEL, Panel
from sim.view.charts.series import Values
from sim.view.data import RecordPoint
from sim.view.draw import put, short, wrap
from sim.view.look import BLUE, INK, RULE, SOFT_INK, VERMILLION, WHITE
from sim.view.map.labels import Taken

PALE = "#e6eff6"

NEAR_KM = 0.05
"""So near a place a force is at it."""

ROW, LINE = 17.0, 12.0
"""Pixels of a row of the key, and of each line more of its words."""


@dataclass(frozen=True, slots=True)
class SharesPanel:
    """The share of runs in each of ``states`` at ``times``; ``shares`` is (states x times).

    The states are in order, the first below. ``record`` is what is on record beside the runs:
    when, in which state (by number), what happened.
    """

    name: str
    times: Values
    states: tuple[str, ...]
    shares: Values
    record: tuple[tuple[int, int, str], ...] = ()


def capacity_shares(times: Values, runs: Values) -> SharesPanel | None:
    """An axis open or cut, from its capacities (runs x times); None where no run is ever cut."""
    if (runs > 0).all():
        return None
    state = np.where(runs <= 0, 0, np.where(runs < runs[:, :1] - 1e-9, 1, 2))
    name = "Share of runs in which the axis is cut, carries less than at its start, or all of it, %"
    states = ("cut", "open, less", "open, all")
    return SharesPanel(name, times, states, _shares(state, len(states)))


def stand_shares(
    times: Values, runs: Values, stops: Sequence[tuple[str, float]],
    record: Sequence[RecordPoint] = (),
) -> SharesPanel:  # fmt: skip
    """Where a force stands, from its km from the base (runs x times).

    ``stops`` are the names of the base and of the places of its route, with their km.
    """
    marks = np.array([km for _, km in stops[1:]]) - NEAR_KM
    reached = (runs[:, :, None] >= marks).sum(axis=2)
    state = np.where(runs <= NEAR_KM, 0, reached + 1)
    names = [name for name, _ in stops]
    states = [f"at {names[0]}", f"left for {names[1]}"]
    states += [f"reached {name}" for name in names[1:-1]]
    states.append(f"at {names[-1]}")
    told = tuple(
        (time, 0 if km <= NEAR_KM else int((km >= marks).sum()) + 1, words)
        for time, km, words in record
    )
    return SharesPanel("Share of runs by where it stands, %", times, tuple(states),
                       _shares(state, len(states)), told)  # fmt: skip


def _shares(state: Values, count: int) -> Values:
    return np.array([(state == one).mean(axis=0) for one in range(count)])


def fills(panel: SharesPanel) -> list[tuple[str, str]]:
    """Fill and hatch of each state: from pale to dark, what is cut hatched."""
    first = panel.states[0] == "cut"
    pale, dark = np.array(to_rgb(PALE)), np.array(to_rgb(BLUE))
    count = len(panel.states) - first
    ramp = [to_hex(pale + (dark - pale) * i / max(count - 1, 1)) for i in range(count)]
    cut = [(WHITE, "///")] if first else []
    return [*cut, *((fill, "") for fill in ramp)]


def draw_shares(drawn: Panel, panel: SharesPanel) -> None:
    """Bands of states over one another, with a key beside them."""
    axes, tops = drawn.axes, np.vstack([np.zeros(len(panel.times)), panel.shares.cumsum(axis=0)])
    for (fill, hatch), low, high in zip(fills(panel), tops, tops[1:], strict=False):
        edge = VERMILLION if hatch else INK
        axes.fill_between(
            panel.times, 100 * low, 100 * high, step="post", facecolor=fill, edgecolor=edge,
            hatch=hatch, lw=0.6, zorder=2,
        )  # fmt: skip
    axes.set_ylim(0, 100)
    axes.grid(axis="y", color=RULE, lw=0.6)
    _draw_key(drawn, panel)
    _draw_record(drawn, panel, tops)


def _draw_key(drawn: Panel, panel: SharesPanel) -> None:
    """The states right of the panel, the uppermost on top, with their shares at the end if any."""
    left, low, width, height = drawn.box
    strip = drawn.page.canvas(left + width, low, drawn.page.width - left - width, height)
    rows = [row for row in zip(fills(panel), panel.states, panel.shares, strict=True)
            if row[2].max() > 0][::-1]  # fmt: skip
    top = height
    for number, ((fill, hatch), state, share) in enumerate(rows):
        words = f"{percent(share[-1])} {state}" if share[-1] > 0 else state
        lines = wrap(words, LABEL, strip.get_xlim()[1] - 34, 3)
        deep = ROW + LINE * (len(lines) - 1)
        if top - deep < (ROW if number < len(rows) - 1 else 0):
            put(strip, 30, top - ROW / 2, f"and {len(rows) - number} more", LABEL, color=SOFT_INK)
            return
        edge = VERMILLION if hatch else INK
        corner = (12, top - ROW / 2 - 5)
        strip.add_patch(
            Rectangle(corner, 12, 10, facecolor=fill, edgecolor=edge, hatch=hatch, lw=0.6)
        )
        for nth, line in enumerate(lines):
            put(strip, 30, top - ROW / 2 - LINE * nth, line, LABEL, color=INK)
        top -= deep


def _draw_record(drawn: Panel, panel: SharesPanel, tops: Values) -> None:
    """Diamonds in the band that is on record at a time, named as far as there is room."""
    _, _, width, height = drawn.box
    taken, end = Taken((0, 2, width, height - 2)), max(float(panel.times[-1]), 1.0)
    for time, state, words in panel.record:
        at = min(int(np.searchsorted(panel.times, time)), len(panel.times) - 1)
        y = 50 * (tops[state][at] + tops[state + 1][at])
        drawn.axes.plot(
            [time], [y], "D", ms=6.5, mfc=WHITE, mec=VERMILLION, mew=1.8, zorder=5, clip_on=False
        )
        across, up = time / end * width, y / 100 * height
        spots = [(across + 12, up - 7 + 15 * row) for row in (0, 1, -1, 2, -2, 3, -3)]
        drawn.write_free(short(words, 34), spots, taken, 6)
