"""The sides of a run over time: ground won and lost, losses, men on the road."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import Normal, Stroke

from sim.view.data import SidesData, SidesPanel, Span
from sim.view.draw import MARKERS, Sheet, note, plain, sheet, styled, wrap
from sim.view.events import draw_flags
from sim.view.look import FAINT_INK, INK, NOBODY, WHITE, Look, looks

from .panels import (
    LABEL,
    RIGHT,
    last,
    lay_events,
    name_panels,
    numeral,
    set_scale,
    side_names,
    stack,
)
from .series import points
from .time_axis import set_times


@styled
def draw_sides(data: SidesData) -> Figure:
    """A panel for each quantity, a curve for each actor in its colour, with its marker."""
    page = sheet(data.page, height=210.0 + 185.0 * max(len(data.panels), 1))
    flags = lay_events(page, data.events, data.span)
    panels = stack(page, [1.0] * max(len(data.panels), 1), flags)
    known = looks(data.actors)
    for axes, panel in zip(panels, data.panels, strict=False):
        _draw_panel(page, axes, panel, known, data.span)
    for number, axes in enumerate(panels):
        set_times(axes, data.span, named=number == len(panels) - 1)
    if data.panels:
        name_panels(page, panels, [panel.name for panel in data.panels], flags)
    else:
        note(panels[0], "nobody won or lost anything")
    draw_flags(page, panels, flags)
    return page.figure


def _draw_panel(
    page: Sheet, axes: Axes, panel: SidesPanel, known: Mapping[str, Look], span: Span
) -> None:
    names, reach = [], [0.0]
    for actor, curve in panel.curves:
        look = known.get(actor, NOBODY)
        times, values = points(curve, span.end)
        # a light colour shows on white by the dark edges of its line
        edges = [Stroke(linewidth=3.6, foreground=INK), Normal()]
        axes.plot(times, values, color=look.fill, lw=2.2, path_effects=edges, zorder=3)
        axes.plot(
            times[-1:], values[-1:], MARKERS[look.shape], ms=8, mfc=look.fill, mec=INK, mew=1.0,
            clip_on=False, zorder=5,
        )  # fmt: skip
        end = last(values)
        if panel.kind == "on the road":
            text = f"at most {numeral(float(values.max()))} {plain(look.name)}"
        else:
            sign = "+" if panel.kind == "change" and end > 0 else ""
            text = f"{sign}{numeral(end)} {plain(look.name)}"
        names.append((end, wrap(text, LABEL, RIGHT - 22, 1)[0], INK))
        reach += [float(values.min()), float(values.max())]
    set_scale(axes, max(reach), min(reach))
    if min(reach) < 0:
        axes.axhline(0, color=FAINT_INK, lw=1.0, zorder=1)
    axes.set_facecolor(WHITE)
    side_names(page, axes, names)
