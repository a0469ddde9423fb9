"""The interdiction frontier: what is left after so many losses, at best for the attacker."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.cuts.attacks import AttackAnswer
from sim.view.cut_data import FrontierData
from sim.view.draw import Sheet, context, plain, sheet, short, text_size
from sim.view.look import BLACK, BLUE, INK, RULE, SOFT_INK, VERMILLION
from sim.view.map.figure import draw_map
from sim.view.map.labels import Taken
from sim.view.tables import Numbers

from .panels import LABEL, Panel, numeral, set_scale

HEIGHT = 620.0
BEYOND = 1.3
"""Where a value without limit is drawn: so many times the greatest that has one."""

LEFT, RIGHT, FOOT, KEY = 84.0, 40.0, 60.0, 34.0


@context()
def draw_frontier(data: FrontierData) -> Figure:
    """Exact steps over the number of losses, greedy beside them, the scenario's own as a point.

    A whisker goes down to the bound where a value is not proven. What each loss leaves is
    written at its step with the set that does it, as far as there is room. Where one loss stops
    the flow, a map of what does is drawn instead.
    """
    if data.map is not None:
        return draw_map(data.map)
    page = sheet(data.page, height=HEIGHT)
    width = page.width - LEFT - RIGHT
    height = page.top - page.bottom - FOOT - KEY
    box = (LEFT, page.bottom + FOOT, width, height)
    axes = page.axes(*box)
    highest = max(_highest(data), 1e-9)
    unknown = any(a.left is None for a in data.every)
    set_scale(axes, highest * (BEYOND if unknown else 1.05))
    axes.set_ylim(-0.04 * highest, axes.get_ylim()[1])
    axes.spines["bottom"].set_visible(False)
    axes.axhline(0, color=INK, lw=0.9, zorder=1.5)
    most = max([1, *(a.k for a in data.every)])
    axes.set_xlim(-0.25, most + 0.6)
    axes.set_xticks(range(most + 1))
    axes.grid(axis="x", color=RULE, lw=0.6)
    axes.set_axisbelow(True)
    _draw_steps(axes, data.exact, highest * BEYOND)
    if data.greedy:
        _draw_greedy(axes, data.greedy, highest * BEYOND)
    for own in data.captures:
        axes.plot(
            [own.k], [_height(own, highest * BEYOND)], "*", ms=18, mfc=VERMILLION, mec=BLACK,
            mew=1.2, zorder=6, clip_on=False,
        )  # fmt: skip
    _name(Panel(page, axes, box), data)
    _draw_key(page, data)
    unit = f", {plain(data.unit)}" if data.unit else ""
    page.text(LEFT, page.top - 4, f"{data.quantity}{unit}", size=10, weight="bold", va="top")
    page.text(
        LEFT + width, page.bottom + 12, "losses", size=9.5, color=SOFT_INK, ha="right", va="bottom"
    )
    return page.figure


def _height(attack: AttackAnswer, highest: float) -> float:
    """Where an attack is drawn: what it leaves, or above all others where that has no limit."""
    return highest if attack.left is None else attack.left


def _draw_steps(axes: Axes, exact: Sequence[AttackAnswer], highest: float) -> None:
    ks, values = [a.k for a in exact], [_height(a, highest) for a in exact]
    axes.fill_between(
        [*ks, ks[-1] + 0.6], [*values, values[-1]], step="post", color="#e4eef5", lw=0, zorder=1
    )
    axes.step([*ks, ks[-1] + 0.6], [*values, values[-1]], where="post", color=BLUE, lw=2.2)
    for attack, value in zip(exact, values, strict=True):
        marker, size = ("o", 9) if attack.left is not None else ("^", 13)
        axes.plot(
            [attack.k], [value], marker, ms=size, mfc=BLUE, mec=BLACK, zorder=5, clip_on=False
        )
        if attack.bound is not None:
            axes.plot([attack.k] * 2, [attack.bound, value], color=BLUE, lw=1.6, zorder=4)
            axes.plot([attack.k], [attack.bound], "_", color=BLUE, ms=12, mew=1.6, zorder=4)


def _draw_greedy(axes: Axes, greedy: Sequence[AttackAnswer], highest: float) -> None:
    ks, values = [a.k for a in greedy], [_height(a, highest) for a in greedy]
    axes.step(ks, values, where="post", color=INK, lw=1.4, ls=(0, (4, 2)), zorder=3)
    axes.plot(ks, values, "D", ms=12, mfc="none", mec=INK, mew=1.4, zorder=5.5, clip_on=False)


def _name(panel: Panel, data: FrontierData) -> None:
    """Writes the set of each step right above it, and the captures, without overlaps."""
    _, _, width, height = panel.box
    low_x, high_x = panel.axes.get_xlim()
    low_y, high_y = panel.axes.get_ylim()

    def at(k: float, value: float) -> tuple[float, float]:
        return (k - low_x) / (high_x - low_x) * width, (value - low_y) / (high_y - low_y) * height

    taken = Taken((0, 0, width, height + 10))
    points = [at(a.k, a.left) for a in (*data.exact, *data.greedy) if a.left is not None]
    taken.take((x - 9, y - 9, x + 9, y + 9) for x, y in points)
    steps = [next(same) for _, same in groupby(data.exact, key=lambda attack: attack.left)]
    wanted = [(attack, _reads(data, attack)) for attack in steps]
    wanted += [(own, "the scenario's own") for own in data.captures]
    for attack, head in wanted:
        text = head if not attack.removed else f"{head}: {short(data.sets(attack), 90)}"
        if attack.left is None and not attack.removed:
            continue
        x, y = at(attack.k, _height(attack, _highest(data) * BEYOND))
        wide = text_size(text, LABEL)[0] + 4
        spots = [(x + 12, y + up) for up in (10.0, 26.0, 42.0, -24.0)]
        spots += [(x - wide - 12, y + up) for up in (10.0, 26.0, -24.0)]
        panel.write_free(text, spots, taken, 7)


def _reads(data: FrontierData, attack: AttackAnswer) -> str:
    if attack.left is not None:
        return numeral(attack.left)
    return "no way left" if data.unit == "h" else "unlimited"


def _highest(data: FrontierData) -> float:
    return max([a.left for a in (*data.exact, *data.greedy) if a.left is not None], default=1e-9)


def _draw_key(page: Sheet, data: FrontierData) -> None:
    strip = page.canvas(LEFT, page.bottom + 4, page.width - LEFT - RIGHT, 26)
    x = 4.0
    proven = all(a.bound is None for a in data.exact)
    best = "exact: the best so many losses" if proven else "the best found; whisker: what is proven"
    rows = [("o", BLUE, BLACK, 9, best)]
    if data.greedy:
        rows.append(("D", "none", INK, 11, "greedy: the worst one by one"))
    if data.captures:
        rows.append(("*", VERMILLION, BLACK, 15, "what the scenario itself takes"))
    for marker, fill, edge, size, words in rows:
        strip.plot([x + 6], [13], marker, ms=size, mfc=fill, mec=edge, mew=1.3)
        strip.text(x + 20, 13, words, size=9, va="center_baseline")
        x += text_size(words, 9)[0] + 60


def frontier_table(data: FrontierData) -> Numbers:
    """What so many losses leave: the best, greedy, and the scenario's own."""
    rows = [
        (by, a.k, a.left, a.bound, "; ".join(a.removed))
        for by, attacks in (
            ("exact", data.exact),
            ("greedy", data.greedy),
            ("scenario", data.captures),
        )
        for a in attacks
    ]
    unit = data.unit or "unit of the file"
    return Numbers(("by", "losses", f"{data.quantity} ({unit})", "bound", "removed"), rows)
