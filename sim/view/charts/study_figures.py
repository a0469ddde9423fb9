"""Figures of studies: interaction plots, ranks with intervals, tornados of sensitivity."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sim.view.charts.interaction import interaction
from sim.view.charts.ranks import ranks
from sim.view.charts.tornado import tornado
from sim.view.draw import Drawing

if TYPE_CHECKING:
    from sim.many.sensitivity import SensitivityStudy
    from sim.many.studies import Study


def study_figures(study: Study) -> Iterator[Drawing]:
    """Means of the cells of two factors, and ranks of the cells where there are three or more.

    A study of more or fewer factors has ranks alone.
    """
    for path, found in study.effects.items():
        yield f"interaction_{_flat(path)}", partial(interaction, study, path, found)
        yield f"ranks_{_flat(path)}", partial(ranks, study, path)


def tornados(study: SensitivityStudy) -> Iterator[Drawing]:
    """A tornado for each measure."""
    for path, indices in study.indices.items():
        yield f"tornado_{_flat(path)}", partial(tornado, study, path, indices)


def _flat(path: str) -> str:
    """A path as part of a file's name."""
    return path.replace(".", "_")
