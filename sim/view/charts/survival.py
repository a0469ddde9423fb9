"""Survival curves: the share of runs that something has not come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from matplotlib.figure import Figure

from sim.base.said import LEVEL, Name, Sentence, several, share
from sim.measure.compare_many import Many, ManyComparison, ManyRow
from sim.measure.ensemble import survival
from sim.scenario.model import DAY, Scenario
from sim.view.charts.dots import measure_label, sink_name
from sim.view.charts.many import Document, credit, date_of_day, share_words
from sim.view.charts.panels import (
    Stack,
    line_style,
    numeral,
    run_names,
    set_scale,
    side_names,
)
from sim.view.data import Page, Span
from sim.view.draw import context, sheet, short
from sim.view.look import INK
from sim.view.tables import Numbers

STRUCK = {
    "time_of_first_cut": "not yet cut",
    "time_of_lasting_cut": "not yet cut for good",
    "time_of_exhaustion": "not yet out of stock",
}


_SUBTITLE = Sentence(
    "Share of runs that it has not come to, with ", LEVEL, " intervals (Kaplan and Meier)"
)


@dataclass(frozen=True, slots=True)
class ShareCurve:
    """Share of runs that have not been struck, from each time on; 1 before the first."""

    name: str
    times: tuple[float, ...]
    share: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SurvivalData:
    """Curves in panels: each has a name, and curves in the order of ``runs`` (None: has none).

    Without ``runs`` the curves of a panel are named at their ends.
    """

    page: Page
    span: Span
    panels: tuple[tuple[str, tuple[ShareCurve | None, ...]], ...]
    runs: tuple[str, ...] = ()


def survival_data(scenario: Scenario, summary: Document, axis: str) -> SurvivalData | None:
    """The curves of an axis and its sinks in an ensemble; None where nothing ever came."""
    measures = summary["measures"]
    panels: dict[str, list[ShareCurve | None]] = {}
    struck = []
    for path in _struck(measures, f"axes.{axis}."):
        measure = measures[path]
        if not measure["came"]["value"]:
            continue
        place = path.split(".")[3] if ".sinks." in path else ""
        name = scenario.network.places[place].name if place else "left"
        steps, state = measure["curve"], STRUCK[path.rpartition(".")[2]]
        curve = ShareCurve(
            name, tuple(d * DAY for d in steps["day"]), tuple(steps["share"]),
            tuple(steps["low"]), tuple(steps["high"]),
        )  # fmt: skip
        panels.setdefault(state, []).append(curve)
        what = state.removeprefix("not yet ")
        who = Name(name if place else scenario.axes[axis].name)
        said = Sentence(who, f" runs {what}" if place else f" is {what}")
        struck.append((measure["came"]["value"], said, path))
    if not panels:
        return None
    _, said, path = max(struck, key=lambda s: s[0])
    title = Sentence(
        "By ", date_of_day(scenario, summary, "scenario/days"), " ", said, " in ",
        share_words(summary, f"measures/{path}/came"), " of runs",
    )  # fmt: skip
    page = Page(title, _SUBTITLE, credit(summary))
    named = tuple((f"{name.capitalize()}, % of runs", tuple(c)) for name, c in panels.items())
    return SurvivalData(page, Span(scenario.length, scenario.start), named)


def _struck(paths: Iterable[str], stem: str) -> list[str]:
    """Of the paths that begin with ``stem`` those of ``STRUCK``, in its order."""
    order = list(STRUCK)
    found = [path for path in paths if path.startswith(stem) and path.rpartition(".")[2] in order]
    return sorted(found, key=lambda path: (order.index(path.rpartition(".")[2]), path))


def compared_survival(comparison: ManyComparison) -> SurvivalData | None:
    """The curves of the axis in focus in each ensemble; None where none differ."""
    base = comparison.outcomes[0]
    stem = f"axes.{base.summary['scenario']['focus']}."
    changed = {row.path: row for row in comparison.rows if row.changed}
    found = [changed[path] for path in _struck(changed, stem)]
    panels = []
    for row in found:
        curves = tuple(_share_curve(o, row.path) for o in comparison.outcomes)
        place = f" ({sink_name(base, row.path)})" if ".sinks." in row.path else ""
        struck = STRUCK[row.path.rpartition(".")[2]].capitalize()
        panels.append((f"{struck}{place}, % of runs", curves))
    if not panels:
        return None
    start = base.summary["scenario"]["start"]
    end = round(max(o.days for o in comparison.outcomes) * DAY)
    page = Page(_survival_title(comparison, found[0]), _SUBTITLE, credit(base.summary))
    span = Span(end, datetime.fromisoformat(start) if start else None)
    return SurvivalData(page, span, tuple(panels[:3]), tuple(o.name for o in comparison.outcomes))


def _survival_title(comparison: ManyComparison, row: ManyRow) -> Sentence:
    shares = [
        (stated["came"]["value"], outcome.name, i)
        for i, (stated, outcome) in enumerate(zip(row.stated, comparison.outcomes, strict=True))
        if stated is not None
    ]
    what = STRUCK[row.path.rpartition(".")[2]].removeprefix("not yet ")
    label = Name(measure_label(comparison.outcomes[0], row.path).partition(":")[0])

    def said(found: tuple[float, str, int], runs: str = " of runs") -> Sentence:
        often = share(found[0], f"measures/{row.path}/ensembles/{found[2]}/came/value")
        return Sentence(often, f"{runs} in ", Name(found[1]))

    told = several([said(found) for found in shares], "; ", "; ")
    if len(shares) > 2:
        told = Sentence("from ", said(min(shares)), " to ", said(max(shares), ""))
    return Sentence(label, f", {what} in the end: ", told)


def _share_curve(outcome: Many, path: str) -> ShareCurve | None:
    column = outcome.table.columns.get(path)
    if column is None:
        return None
    curve = survival(column, outcome.days)
    return ShareCurve(
        outcome.name, tuple((curve.times * DAY).tolist()), tuple(curve.share.tolist()),
        tuple(curve.low.tolist()), tuple(curve.high.tolist()),
    )  # fmt: skip


@context()
def draw_survival(data: SurvivalData) -> Figure:
    """Share of runs not yet struck over time, with pointwise 95 % intervals."""
    page = sheet(data.page, height=220.0 + 300.0 * len(data.panels))
    head = run_names(page, data.runs) if data.runs else 0.0
    stack = Stack(page, [1.0] * len(data.panels), data.span, head=head)
    for panel, (_, curves) in zip(stack.panels, data.panels, strict=True):
        axes, names = panel.axes, []
        for number, curve in enumerate(curves):
            if curve is None:
                continue
            colour, dashes = line_style(number)
            times = [0.0, *curve.times, float(data.span.end)]
            share, low, high = (
                [100.0, *(100 * v for v in values), 100 * (values[-1] if values else 1.0)]
                for values in (curve.share, curve.low, curve.high)
            )
            axes.fill_between(times, low, high, step="post", color=colour, alpha=0.15, lw=0)
            axes.plot(times, share, drawstyle="steps-post", color=colour, ls=dashes, lw=2)
            said = f"{numeral(share[-1])} %"
            names.append(
                (share[-1], said if data.runs else f"{short(curve.name, 20)} {said}", colour)
            )
        set_scale(axes, 100.0)
        axes.set_ylim(0, 104)
        side_names(page, axes, _together(names) if data.runs else names)
    return stack.finish([name for name, _ in data.panels])


def _together(names: Sequence[tuple[float, str, str]]) -> list[tuple[float, str, str]]:
    """Curves that end in one point named once: their value and how many they are."""
    found: dict[str, list[tuple[float, str, str]]] = {}
    for name in names:
        found.setdefault(name[1], []).append(name)
    return [
        same[0] if len(same) == 1 else (same[0][0], f"{text}: {len(same)} of {len(names)}", INK)
        for text, same in found.items()
    ]


def survival_table(data: SurvivalData) -> Numbers:
    """The steps of every curve: share of runs not yet struck from each time on."""
    rows = (
        (panel, curve.name, round(time), share, low, high)
        for panel, curves in data.panels
        for curve in curves
        if curve is not None
        for time, share, low, high in zip(
            curve.times, curve.share, curve.low, curve.high, strict=True
        )
    )
    return Numbers(("panel", "curve", "time_s", "share", "low", "high"), rows)
