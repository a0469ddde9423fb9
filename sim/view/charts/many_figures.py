"""From comparisons of ensembles to figures; each title says what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from sim.measure.compare_many import Many, ManyComparison
from sim.view.charts.dots import dot_data, dot_rows, dot_table, draw_dots
from sim.view.charts.survival import compared_survival, draw_survival, survival_table
from sim.view.saving import Drawing, drawing


def many_figures(comparison: ManyComparison) -> Iterator[Drawing]:
    """Differences with intervals, and survival curves of the main axis side by side."""
    comparison = replace(comparison, outcomes=_apart(comparison.outcomes))
    rows = dot_rows(comparison)
    if rows:
        yield drawing("differences", partial(dot_data, comparison, rows), draw_dots, dot_table)
    curves = partial(compared_survival, comparison)
    yield drawing("survival", curves, draw_survival, survival_table)


def _apart(outcomes: Sequence[Many]) -> tuple[Many, ...]:
    """The outcomes without the words, up to a hyphen, with which all of their names begin."""
    first, last = min(o.name for o in outcomes), max(o.name for o in outcomes)
    pairs = enumerate(zip(first, last, strict=False))
    shared = next((i for i, (a, b) in pairs if a != b), len(first))
    begin = first.rfind("-", 0, shared) + 1
    return tuple(replace(o, name=o.name[begin:] or o.name) for o in outcomes)
