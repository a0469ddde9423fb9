"""One run: executed or opened, its tables and figures, its folder, cuts in it, its film."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from sim.base.collector import collector_paused
from sim.base.errors import BadInputError, DamageWarning, FolderError
from sim.base.files import fingerprint, write_json
from sim.measure import claims as _claims
from sim.measure.summary import Analysis
from sim.scenario import model
from sim.scenario.dates import format_instant
from sim.state.record import Record
from sim.tables import folder as _folder
from sim.tables import manifest as _manifest
from sim.tables.data import DataTable
from sim.tables.of_run import luck_of
from sim.tables.schema import RUN
from sim.tables.verified import check_inside, faults, reading, resolved_here, tell

from .drawing import weakness_of
from .scenarios import Source, When, axis_of, load, scenario_of, seconds_of, seeded
from .show import Facts, Shown, amount, chosen, table_named

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.measure.compare import Course, Outcome
    from sim.measure.typical import Among

Progress = Callable[[int, int], None]
"""Told how many are done, and of how many."""

Which = Literal["all", "main", "none"]
"""Figures of a run: all that there are; those of the main axis and of the whole run; none."""

HEADLINES = (
    "capacity_start", "capacity_end", "time_of_first_cut", "days_cut", "delivered",
    "time_of_exhaustion", "days_without", "needed", "unmet", "unmet_share",
)  # fmt: skip
"""Measures of the main axis that a run shows of itself."""


@dataclass(frozen=True, repr=False)
class Run(Shown):
    """One scenario executed once: the record of what happened, and the measures of it."""

    scenario: model.Scenario
    record: Record
    analysis: Analysis

    @property
    def summary(self) -> Mapping[str, Any]:
        """What summary.json holds: measures with units, cuts and routes, pockets, claims."""
        return self.analysis.document

    @property
    def warnings(self) -> list[str]:
        """A message for every claim over no measure of the scenario, or with a value of another
        unit than its measure."""
        return [str(fault) for fault in _claims.faults(self.analysis)]

    def outcome(self, name: str | None = None) -> Outcome:
        """This run as a comparison takes it."""
        from sim.measure.compare import Course, Outcome

        return Outcome(
            name or self.scenario.id,
            self.scenario.resolved,
            self.summary,
            self.record.series,
            self.record.events,
            lambda: Course(self.scenario, self.record.control),
        )

    def table(self, name: str) -> DataTable:
        """A tidy table: measures, claims, or one of those that are written as CSV.

        Those are control, timeseries, flows, events, regroup and actors, with dates.

        Raises:
            BadInputError: there is none of that name.
        """
        return table_named(self._tables(), name)

    def _tables(self) -> Iterator[DataTable]:
        yield from _measured(self.summary)
        yield from _folder.run_tables(self.scenario, self.record)

    def plot(self, kind: str, of: str | None = None, *, at: When | None = None) -> Figure:
        """One figure of the run.

        Args:
            kind: axis, map, cut, frontier, turning_points (of an axis), advance (of an
                operation), control, sides, garrisons, regroup.
            of: the axis (None: the one in focus), or the operation.
            at: the instant of a map, a cut or a frontier; None is the start.

        Raises:
            BadInputError: no such kind, axis, operation or instant, or nothing to draw.
        """
        from sim.view import figures

        chosen(kind, figures.KINDS, "figure")
        if kind in figures.OF_AXIS:
            of = axis_of(self.scenario, of)
        elif kind == "advance":
            of = chosen(of or "", self.scenario.operations, "operation")
        elif of is not None:
            raise BadInputError(f"a figure of '{kind}' is one of the whole run, not of '{of}'")
        time = seconds_of(self.scenario, at, 0)
        weak = weakness_of(self.analysis, of, time) if kind in ("cut", "frontier") else None
        return figures.plot(self.analysis, kind, of or "", time, weak)

    def write(
        self,
        out: str | os.PathLike[str] | None = None,
        *,
        figures: Which | bool = "main",
        svg: bool = False,
        progress: Progress | None = None,
        beside: Among | None = None,
        argv: Sequence[str] | None = None,
    ) -> Path:
        """Write the run's folder, whole or not at all, and return it.

        Args:
            out: the folder itself; None makes ``results/<scenario>/<UTC time>-<hash8>``.
            figures: which are drawn, into the folder once it is there: "all", "main" (True; those
                of the main axis and of the whole run) or "none" (False). One that fails costs no
                more than itself: the manifest names it, and a warning.
            svg: draw each as SVG too, not as PNG alone.
            progress: called with (done, of) as figures are drawn.
            beside: where it lies among many runs (:func:`sim.beside`), to be shown in a figure and
                on its page.
            argv: the words of the command that the manifest names; None: those of this process.

        Raises:
            BadInputError: ``figures`` is none of these.
            FolderError: the folder holds something already or cannot be written.
            FullDiskError: there is no room for it.
        """
        from sim.scenario.loader import dump_resolved

        which = ("main" if figures else "none") if isinstance(figures, bool) else figures
        wanted = _manifest.Wanted(chosen(which, get_args(Which), "choice of figures") == "all", svg)
        drawn = which != "none"
        text, seed = dump_resolved(self.scenario), self.record.seed
        nominal = self.record.nominal
        head: dict[str, Any] = {
            "status": "complete", "seed": seed, "nominal": nominal, "started": _manifest.now()
        }  # fmt: skip
        if drawn:
            head[_manifest.DRAWING] = wanted._asdict()

        @collector_paused()
        def fill(place: Path) -> None:
            _folder.write_scenario(place, self.scenario, text)
            _folder.write_tables(place, self.scenario, self.record)
            write_json(place / "summary.json", self.summary)
            if beside is not None:
                write_json(place / _folder.BESIDE, beside.document())
            words = sys.argv if argv is None else argv
            _manifest.write_manifest(place, head, words, pending=drawn)

        mark = fingerprint([text, seed, nominal])
        target = _folder.make_folder(
            None if out is None else Path(out), self.scenario.id, mark, fill
        )
        if drawn:
            _manifest.draw_into(target, partial(draw_run, self, wanted, progress=progress))
        return target

    def export(
        self, to: str | os.PathLike[str], *, axis: str | None = None, at: When | None = None
    ) -> Path:
        """Write places and roads as layers for a GIS or a program of graphs; the path.

        docs/export.md lists the fields: holders, state, capacity, load, and for each axis what its
        actor can use, flow, cut, rank and days of supply.

        Args:
            to: a .gpkg (GeoPackage, with styles for QGIS), .geojson or .graphml file.
            axis: tell of this one alone; None tells of each, the one in focus first.
            at: one instant; None makes a layer of each turning point of the first axis, as the
                maps of a run show it, or of the start and the end where there is no axis.

        Raises:
            BadInputError: another ending, axis or instant, or pyogrio is not installed.
            FolderError: it cannot be written there.
            FullDiskError: there is no room for it.
        """
        from .exports import export_run

        return export_run(self.analysis, to, axis, at)

    def export_tables(self, folder: str | os.PathLike[str]) -> Path:
        """Write every table as Parquet into a new folder, whole or not at all; the path.

        Columns carry their unit and meaning as metadata; docs/export.md lists them.

        Raises:
            BadInputError: pyarrow is not installed.
            FolderError: the folder holds something already or cannot be written.
            FullDiskError: there is no room for it.
        """
        from .exports import export_tables

        return export_tables(self._tables(), RUN, Path(folder))

    def _glance(self) -> tuple[str, Facts]:
        scenario = self.scenario
        ends = format_instant(scenario, 0), format_instant(scenario, scenario.length)
        period = ("period", " to ".join(ends))
        title, facts = _glance(self.summary)
        return title, [*facts[:2], period, *facts[2:]]


def draw_run(
    run: Run, wanted: _manifest.Wanted, place: Path, *, progress: Progress | None = None
) -> Sequence[_manifest.Undrawn]:
    """Draw figures of a run into ``place``, a folder that is there; gives those that failed.

    Where the run lies among many is read from the folder that ``place`` is in.
    """
    from sim.view.figures import figures
    from sim.view.saving import save_each

    weak = cache(partial(weakness_of, run.analysis, run.scenario.main_axis, 0))
    beside = partial(_folder.read_beside, place.parent)
    drawings = figures(run.analysis, weak, beside, everything=wanted.everything)
    return save_each(drawings, place, svg=wanted.svg, progress=progress)


@dataclass(frozen=True, repr=False)
class RunFolder(Shown):
    """A run in its folder: what it says of itself, to be compared, shown or run again."""

    folder: Path
    stated: Outcome

    @property
    def summary(self) -> Mapping[str, Any]:
        """What its summary.json says; as :attr:`Run.summary`."""
        return self.stated.summary

    def outcome(self) -> Outcome:
        """This run as a comparison takes it."""
        return self.stated

    def table(self, name: str) -> DataTable:
        """As :meth:`Run.table`; all but measures and claims are made by running it again.

        Raises:
            BadInputError: there is none of that name.
            FolderError: as :meth:`again`.
        """
        for table in _measured(self.summary):
            if table.name == name:
                return table
        return self.again.table(name)

    def plot(self, kind: str, of: str | None = None, *, at: When | None = None) -> Figure:
        """As :meth:`Run.plot`, of the same run.

        Raises:
            BadInputError: as there.
            FolderError: as :meth:`again`.
        """
        return self.again.plot(kind, of, at=at)

    def export(
        self, to: str | os.PathLike[str], *, axis: str | None = None, at: When | None = None
    ) -> Path:
        """As :meth:`Run.export`, of the same run.

        Raises:
            BadInputError: as there.
            FolderError: as there, and as :meth:`again`.
            FullDiskError: there is no room for it.
        """
        target = self.again.export(to, axis=axis, at=at)
        record(self.folder, target)
        return target

    def export_tables(self, folder: str | os.PathLike[str]) -> Path:
        """As :meth:`Run.export_tables`, of the same run.

        Raises:
            BadInputError: as there.
            FolderError: as there, and as :meth:`again`.
            FullDiskError: there is no room for it.
        """
        target = self.again.export_tables(folder)
        record(self.folder, *target.iterdir())
        return target

    @cached_property
    def again(self) -> Run:
        """The same run, executed again and found to say the same.

        Raises:
            FolderError: another version of the program wrote it, which ran it otherwise.
            ScenarioError: its scenario.resolved.yaml cannot be read.
        """
        resolved = self.folder / _folder.RESOLVED
        check_inside(self.folder, _folder.RESOLVED, model.TABLE)
        nominal = self.summary.get("nominal", False)
        with reading([self.folder]):
            done = run(load(resolved), self.summary["seed"], nominal=nominal)
        if _json_like(done.summary["measures"]) != self.summary["measures"]:
            raise FolderError(
                f"{self.folder} was written by another version of the program, which ran it "
                f"otherwise; run it again: sim run {resolved}"
            )
        return done

    def _glance(self) -> tuple[str, Facts]:
        title, facts = _glance(self.summary)
        return title, [("folder", str(self.folder)), *facts]


def run(
    scenario: model.Scenario | Source, seed: int | None = None, *, replicate: int = 0,
    nominal: bool = False,
) -> Run:  # fmt: skip
    """Execute a scenario once. ``seed`` None takes the scenario's own.

    Args:
        scenario: one that was loaded, or what :func:`load` takes.
        replicate: which of the runs of an ensemble; 0 is the run that the scenario names.
        nominal: take the median of every range in place of a draw, and let happen what has a
            chance of half or more; convoys that are lost and single battles go by the seed still.

    Raises:
        CertificateError: a published flow did not equal its cut (a defect of this program).
        BadInputError: the seed is not from 0 to 2**63 - 1, or it is no scenario.
        ScenarioError: the scenario is faulty.
    """
    from sim.engine import simulation

    found = seeded(scenario_of(scenario), seed)
    record = simulation.run(found, replicate=replicate, nominal=nominal)
    return Run(found, record, Analysis(found, record))


def open_run(path: str | os.PathLike[str]) -> RunFolder:
    """Read a run's folder: to show it, to compare it, to draw it again.

    Raises:
        FolderError: it is no complete run folder.
        ScenarioError: its scenario.resolved.yaml cannot be read.
    """
    from sim.measure.compare import Outcome

    folder = Path(path)
    check_inside(folder, *_READ)
    summary = _folder.read_summary(folder)
    if summary.get("kind") is not None:
        raise FolderError(f"{folder} is the folder of many runs, not of one")
    series, events = _folder.read_series(folder), _folder.read_events(folder)
    altered = faults(folder, _READ)
    stated = None if altered else resolved_here(folder)
    resolved = stated or load(folder / _folder.RESOLVED).resolved
    summary = {**summary, **tell(folder, altered)}
    course = cache(partial(_course, folder))
    return RunFolder(folder, Outcome(folder.name, resolved, summary, series, events, course))


def _course(folder: Path) -> Course:
    from sim.measure.compare import Course

    check_inside(folder, "control.csv", model.TABLE)
    return Course(load(folder / _folder.RESOLVED), _folder.read_control(folder))


_READ = ("summary.json", _folder.RESOLVED, model.TABLE, "timeseries.csv", "events.csv")
"""What is read of a run's folder."""


def record(folder: Path, *targets: Path) -> None:
    """Name files that were written into a folder of results in its manifest.

    Where another process writes to the folder they are not named, of which a warning tells.

    Raises:
        FullDiskError: there is no room for the manifest.
    """
    try:
        _manifest.add_files(folder, *targets)
    except FolderError as error:
        said = f"{targets[0]} is not named in the manifest: {error}"
        warnings.warn(said, DamageWarning, stacklevel=3)


def _glance(summary: Mapping[str, Any]) -> tuple[str, Facts]:
    """What the summary of a run says first."""
    scenario, measures = summary["scenario"], summary["measures"]
    stem = f"axes.{scenario['focus']}."
    verdicts = [claim["verdict"] for claim in summary["claims"]]
    told = ", ".join(f"{verdicts.count(v)} {v}" for v in dict.fromkeys(verdicts))
    return f"Run: {scenario['title']}", [
        ("scenario", scenario["id"]),
        ("seed", str(summary["seed"])),
        ("luck", luck_of(summary)),
        ("axis", scenario["focus"] or "none"),
        *(
            (name.replace("_", " "), amount(**measures[stem + name]))
            for name in HEADLINES
            if stem + name in measures
        ),
        ("claims", told or "none"),
    ]


def _measured(summary: Mapping[str, Any]) -> Iterator[DataTable]:
    """The tables that a summary holds."""
    rows = [(path, m["value"], m["unit"]) for path, m in summary["measures"].items()]
    yield DataTable("measures", ("measure", "value", "unit"), rows)
    heads = (
        "id",
        "text",
        "measure",
        "when_day",
        "relation",
        "value",
        "observed",
        "unit",
        "verdict",
        "stated_in",
    )
    claims = [tuple(claim.get(head) for head in heads) for claim in summary["claims"]]
    yield DataTable("claims", ("claim", *heads[1:]), claims, {"when_day": "day"})


def _json_like(document: Any) -> Any:
    """Plain data as it comes back from JSON."""
    import json

    return json.loads(json.dumps(document))
