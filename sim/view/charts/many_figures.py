"""From comparisons of ensembles to figures; each title says what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sim.measure.compare_many import Many, ManyComparison
from sim.view.charts.dots import dot_data, dot_rows, dot_table, draw_dots
from sim.view.charts.survival import compared_survival, draw_survival, survival_table
from sim.view.draw import Found


def many_figures(comparison: ManyComparison) -> Iterator[Found]:
    """Differences with intervals, and survival curves of the main axis side by side."""
    comparison = replace(comparison, outcomes=_apart(comparison.outcomes))
    rows = dot_rows(comparison)
    if rows:
        dots = dot_data(comparison, rows)
        yield "differences", draw_dots(dots), dot_table(dots)
    curves = compared_survival(comparison)
    if curves is not None:
        yield "survival", draw_survival(curves), survival_table(curves)


def _apart(outcomes: Sequence[Many]) -> tuple[Many, ...]:
    """The outcomes without the words, up to a hyphen, with which all of their names begin."""
    first, last = min(o.name for o in outcomes), max(o.name for o in outcomes)
    pairs = enumerate(zip(first, last, strict=False))
    shared = next((i for i, (a, b) in pairs if a != b), len(first))
    begin = first.rfind("-", 0, shared) + 1
    return tuple(replace(o, name=o.name[begin:] or o.name) for o in outcomes)
