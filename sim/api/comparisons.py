"""Runs or ensembles side by side."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, overload

from sim.base.errors import BadInputError
from sim.base.numbers import enumerated
from sim.many.comparison import comparison_tables, write_comparison
from sim.measure import compare as of_runs
from sim.measure import compare_many as of_ensembles
from sim.measure.compare import Outcome
from sim.measure.compare_many import Many
from sim.measure.names import name_of
from sim.tables.data import DataTable
from sim.tables.manifest import kind_of
from sim.tables.verified import reading

from .drawing import draw_comparison, draw_many, drawer
from .runs import Run, RunFolder, open_run
from .show import Facts, Found, made, names

if TYPE_CHECKING:
    from sim.many.ensemble import Ensemble as EnsembleData
    from sim.many.studies import Study as StudyData
    from sim.view.saving import Drawing

Folder = str | os.PathLike[str]

MOST_CHANGES = 5
"""Settings and measures that differ which a comparison shows of itself."""


class Comparison(Found, of_runs.Comparison):
    """Runs side by side; the first is the one that the others are compared with.

    Tables: measures, scenarios (the settings that differ), scores where moves were scored. Figure:
    compare, the curves of an axis over one another (the first that differs).
    :class:`sim.measure.compare.Comparison` says what it holds.
    """

    _first = "measures", "compare"

    def _tables(self) -> Iterable[DataTable]:
        return comparison_tables(self)

    def _figures(self) -> Iterable[Drawing]:
        from sim.view.charts.compare_figures import comparison_figures

        return comparison_figures(self)

    def write(
        self, out: Folder | None = None, *, figures: bool = True, svg: bool = False,
        argv: Sequence[str] | None = None,
    ) -> Path:  # fmt: skip
        """Write its folder, whole or not at all, and return it; ``out`` as of :meth:`Run.write`.

        Raises:
            FolderError: the folder holds something already or cannot be written.
            FullDiskError: there is no room for it.
        """
        draw = drawer(partial(draw_comparison, self), figures, svg)
        return write_comparison(self, path_of(out), draw=draw, argv=words_of(argv))

    def _glance(self) -> tuple[str, Facts]:
        return f"Comparison of {len(self.outcomes)} runs", [
            ("runs", names(o.name for o in self.outcomes)), *_apart_in(self)
        ]  # fmt: skip


class ManyComparison(Found, of_ensembles.ManyComparison):
    """Ensembles side by side, run by run; the first is the one to compare with.

    Tables: differences, measures, scenarios (the settings that differ), scores where moves were
    scored. Figures: differences with their intervals, survival of the axis in focus.
    :class:`sim.measure.compare_many.ManyComparison` says what it holds.
    """

    _first = "differences", "differences"

    def _tables(self) -> Iterable[DataTable]:
        return comparison_tables(self)

    def _figures(self) -> Iterable[Drawing]:
        from sim.view.charts.many_figures import many_figures

        return many_figures(self)

    def write(
        self,
        out: Folder | None = None,
        *,
        figures: bool = True,
        svg: bool = False,
        only_changed: bool = False,
        argv: Sequence[str] | None = None,
    ) -> Path:
        """Write its folder, whole or not at all, and return it; ``out`` as of :meth:`Run.write`.

        Args:
            only_changed: leave measures out that are equal in all.

        Raises:
            FolderError: the folder holds something already or cannot be written.
            FullDiskError: there is no room for it.
        """
        draw = drawer(partial(draw_many, self), figures, svg)
        kept = self.only_changed() if only_changed else self
        return write_comparison(kept, path_of(out), draw=draw, argv=words_of(argv))

    def _glance(self) -> tuple[str, Facts]:
        return f"Comparison of {len(self.outcomes)} ensembles", [
            ("ensembles", names(o.name for o in self.outcomes)),
            ("pairs of runs", str(self.n)),
            *_apart_in(self),
        ]


def _apart_in(found: Comparison | ManyComparison) -> Facts:
    """In what settings and measures those compared differ."""
    changed = [row.path for row in found.rows if row.changed]
    return [
        ("settings that differ", _few([c.path for c in found.changes])),
        ("measures that differ", f"{len(changed)} of {len(found.rows)}"),
        ("the first", _few(changed)),
    ]


def _few(paths: Sequence[str]) -> str:
    return enumerated(paths, MOST_CHANGES) or "none"


def path_of(out: Folder | None) -> Path | None:
    """A folder as a path; None stays None."""
    return None if out is None else Path(out)


def words_of(argv: Sequence[str] | None) -> Sequence[str]:
    """The words of the command that a manifest names; None: those of this process."""
    return sys.argv if argv is None else argv


@overload
def compare(*those: Run | RunFolder) -> Comparison: ...


@overload
def compare(*those: EnsembleData | StudyData) -> ManyComparison: ...


@overload
def compare(
    *those: Run | RunFolder | EnsembleData | StudyData | Folder,
) -> Comparison | ManyComparison: ...


def compare(
    *those: Run | RunFolder | EnsembleData | StudyData | Folder,
) -> Comparison | ManyComparison:
    """Compare runs, or ensembles run by run, given as objects or folders; the first is the base.

    A study gives the ensembles of its cells. Ensembles must share their seed.

    Raises:
        BadInputError: fewer than two, runs among ensembles, or seeds that differ.
        FolderError, ScenarioError: a folder cannot be read.
    """
    with reading([Path(one) for one in those if isinstance(one, str | os.PathLike)]):
        return _compare(those)


def _compare(
    those: Sequence[Run | RunFolder | EnsembleData | StudyData | Folder],
) -> Comparison | ManyComparison:
    single = [one for one in those if _is_single(one)]
    if single and len(single) < len(those):
        other = next(one for one in those if not _is_single(one))
        raise BadInputError(
            f"{_called(other)} holds many runs, {_called(single[0])} a single one: "
            "compare like with like"
        )
    if len(single) == 1:
        raise BadInputError(f"a comparison needs two runs at least; {_called(single[0])} is one")
    if single:
        outcomes = [_outcome(one) for one in single]
        named = _apart([str(o.summary["scenario"]["id"]) for o in outcomes])
        outcomes = [replace(o, name=name) for o, name in zip(outcomes, named, strict=True)]
        return made(Comparison, of_runs.compare(outcomes))
    opened = [ensemble for one in those for ensemble in _ensembles(one)]
    named = _apart([e.scenario.id for e in opened], [e.folder.name for e in opened])
    many = [
        Many(name, e.scenario.resolved, e.summary, e.measured, partial(name_of, e.scenario))
        for name, e in zip(named, opened, strict=True)
    ]
    return made(ManyComparison, of_ensembles.compare_many(many))


def _is_single(one: object) -> bool:
    if isinstance(one, str | os.PathLike):
        return kind_of(Path(one)) == "run"
    if isinstance(one, Run | RunFolder):
        return True
    from sim.many.ensemble import Ensemble
    from sim.many.studies import Study

    if not isinstance(one, Ensemble | Study):
        raise BadInputError(
            f"runs, ensembles or folders are compared, not what is of type {type(one).__name__}"
        )
    return False


def _outcome(one: object) -> Outcome:
    if isinstance(one, Run | RunFolder):
        return one.outcome()
    assert isinstance(one, str | os.PathLike)  # anything else was refused or is many runs
    return open_run(one).outcome()


def _ensembles(one: object) -> Sequence[EnsembleData]:
    from sim.many.ensemble import Ensemble, ensembles_in, open_ensemble
    from sim.many.studies import Study

    if isinstance(one, Ensemble):
        return [one]
    if isinstance(one, Study):
        return one.ensembles
    assert isinstance(one, str | os.PathLike)  # anything else was refused or is a run
    return [open_ensemble(folder) for folder in ensembles_in(Path(one))]


def _called(one: object) -> str:
    if isinstance(one, Run):
        return one.scenario.id
    return str(getattr(one, "folder", one))


def _apart(ids: Sequence[str], folders: Sequence[str] = ()) -> list[str]:
    """The names, with the folder behind those that repeat, or a number if that does not tell."""
    told = len(set(folders)) == len(ids)
    marks = folders if told else [str(ids[: i + 1].count(name)) for i, name in enumerate(ids)]
    return [
        f"{name} ({mark})" if ids.count(name) > 1 else name
        for name, mark in zip(ids, marks, strict=True)
    ]
