"""An ensemble held against what is on record."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.base.errors import BadInputError
from sim.base.numbers import number
from sim.many import scoring as _scoring
from sim.many.ensemble import Ensemble as EnsembleData
from sim.many.ensemble import Progress, open_ensemble
from sim.scenario import model
from sim.tables import of_scores
from sim.tables.data import DataTable
from sim.tables.verified import reading

from .comparisons import path_of, words_of
from .drawing import draw_scores, drawer
from .many import ensemble
from .scenarios import Source, scenario_of
from .show import Facts, Found, made

if TYPE_CHECKING:
    from sim.view.saving import Drawing

Folder = str | os.PathLike[str]


class Scored(Found, _scoring.Scored):
    """How the runs of a scenario did against the record, beside models that know no war.

    Tables: scores (means, the best before the model), events, listed (places that changed or
    that a model expected to), places (every one). Figures: calibration, pit, surprise (a date).
    :class:`sim.many.scoring.Scored` says what it holds.
    """

    _first = "scores", "calibration"

    def _tables(self) -> Iterable[DataTable]:
        return self.tables()

    def _figures(self) -> Iterable[Drawing]:
        from sim.view.charts.hindcast import score_figures

        return score_figures(self)

    def document(self) -> dict[str, Any]:
        """What ``sim score --json`` prints."""
        return of_scores.document(self.found, self.scenario)

    def markdown(self) -> str:
        """The tables as a text in Markdown."""
        return of_scores.markdown(self.found, self.scenario)

    def write(
        self, out: Folder | None = None, *, figures: bool = True, svg: bool = False,
        argv: Sequence[str] | None = None,
    ) -> Path:  # fmt: skip
        """Write its folder, whole or not at all, and return it; ``out`` as of :meth:`Run.write`.

        Raises:
            FolderError: the folder holds something already or cannot be written.
            FullDiskError: there is no room for it.
        """
        draw = drawer(partial(draw_scores, self), figures, svg)
        return _scoring.write_scores(self, path_of(out), draw=draw, argv=words_of(argv))

    def _glance(self) -> tuple[str, Facts]:
        lines = [x for x in self.found.lines if x.date is None]
        said = [
            (f"{x.what}, {x.rule}", f"{x.model}: {number(x.score)} {x.verdict}".strip())
            for x in lines
        ]
        return f"Scores: {self.scenario.title}", said[:15]


def score(
    source: EnsembleData | model.Scenario | Source,
    n: int | None = None,
    *,
    side: str | None = None,
    as_of: str | None = None,
    on: Sequence[str] = (),
    seed: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Scored:
    """Score a scenario's runs against the holders, events and moves that it states to be on record.

    Args:
        source: an ensemble or its folder, or a scenario as :func:`ensemble` takes it, which is
            run first, into a folder of its own.
        n: so many runs of a scenario, 1000 unless told; an ensemble is scored as it is.
        side: the actor whose places are scored; None: that of the main axis.
        as_of: the day of the forecast; None: the scenario's own.
        on: the dates at which who holds what is scored; none: those of the scenario's
            ``score_on``, else five spread evenly to the end.
        seed: in place of the scenario's own, where it is run.
        workers: processes, where it is run; None takes every core.
        progress: called with (done, of) as replicates are done.

    Raises:
        BadInputError: the scenario is a replay, states no record or no day of forecast, or an
            argument does not fit it; the ensemble's journal does not tell who held what.
        FolderError: the folder is no ensemble.
        FailedError: as :func:`ensemble`.
    """
    if isinstance(source, str | os.PathLike) and Path(source).is_dir():
        with reading([Path(source)]):
            return score(open_ensemble(Path(source)), n, side=side, as_of=as_of, on=on, seed=seed)
    if isinstance(source, EnsembleData):
        there = source
    else:
        scenario = scenario_of(source)
        _scoring.question(scenario, side, as_of, on)  # before a thousand runs
        there = ensemble(scenario, n, seed, workers=workers, figures=False, progress=progress)
        n = seed = None
    if n is not None or seed is not None:
        name = "seed" if n is None else "n"
        raise BadInputError(f"{name}: an ensemble is scored as it is")
    return made(Scored, _scoring.score_ensemble(there, side, as_of, on))
