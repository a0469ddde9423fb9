"""Figures of studies: interaction plots, ranks with intervals, tornados of sensitivity."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sim.view.charts.interaction import draw_interaction, interaction_data, interaction_table
from sim.view.charts.ranks import draw_ranks, ranked_cells, ranks_table
from sim.view.charts.tornado import draw_tornado, tornado_data, tornado_table
from sim.view.saving import Drawing, drawing

if TYPE_CHECKING:
    from sim.many.sensitivity import SensitivityStudy
    from sim.many.studies import Study


def study_figures(study: Study) -> Iterator[Drawing]:
    """Means of the cells of two factors, and ranks of the cells where there are three or more.

    A study of more or fewer factors has ranks alone.
    """
    for path, found in study.effects.items():
        cells = partial(interaction_data, study, path, found)
        name = f"interaction_{_flat(path)}"
        yield drawing(name, cells, draw_interaction, interaction_table)
        ranks = partial(ranked_cells, study, path)
        yield drawing(f"ranks_{_flat(path)}", ranks, draw_ranks, ranks_table)


def tornados(study: SensitivityStudy) -> Iterator[Drawing]:
    """A tornado for each measure."""
    for path, indices in study.indices.items():
        data = partial(tornado_data, study, path, indices)
        yield drawing(f"tornado_{_flat(path)}", data, draw_tornado, tornado_table)


def _flat(path: str) -> str:
    """A path as part of a file's name."""
    return path.replace(".", "_")
