"""Figures of studies: interaction plots, ranks with intervals, tornados of sensitivity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.view.charts.interaction import interaction
from sim.view.charts.ranks import ranks
from sim.view.charts.tornado import tornado
from sim.view.draw import Found

if TYPE_CHECKING:
    from sim.many.sensitivity import SensitivityStudy
    from sim.many.studies import Study


def study_figures(study: Study) -> Iterator[Found]:
    """Means of the cells of two factors, and ranks of the cells where there are three or more.

    A study of more or fewer factors has ranks alone.
    """
    for path, found in study.effects.items():
        for figure in (interaction(study, path, found), ranks(study, path)):
            if figure is not None:
                yield figure


def tornados(study: SensitivityStudy) -> Iterator[Found]:
    """A tornado for each measure."""
    for path, indices in study.indices.items():
        yield tornado(study, path, indices)
