"""Figures of studies: interaction plots, ranks with intervals, tornados of sensitivity."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sim.view.charts.interaction import interaction
from sim.view.charts.ranks import ranks
from sim.view.charts.tornado import tornado
from sim.view.draw import Found, save_each

if TYPE_CHECKING:
    from sim.many.sensitivity import SensitivityStudy
    from sim.many.studies import Study


def write_study_figures(study: Study, folder: Path) -> None:
    """Draw interaction plots and ranks of cells into ``folder``, each with its CSV."""
    save_each(study_figures(study), folder)


def write_tornados(study: SensitivityStudy, folder: Path) -> None:
    """Draw a tornado for each measure with indices into ``folder``, each with its CSV."""
    save_each(tornados(study), folder)


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
