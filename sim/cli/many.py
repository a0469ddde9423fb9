"""Commands over many runs: ensemble, merge, study. Registered in :mod:`sim.cli.program`.

Exit codes: 0 done, 1 the engine or the disk failed, 2 bad input, 3 some replicates failed,
130 interrupted (go on with ``--resume``).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.base.errors import BadInputError, FailedError

if TYPE_CHECKING:
    from sim.many.design import Design
    from sim.many.engines import Engine
    from sim.many.ensemble import Ensemble

Progress = Callable[[int, int], None]

SEED = click.IntRange(0, 2**63 - 1)
RUNS = click.IntRange(1, 10**9)


def print_json(document: Any) -> None:
    """One JSON document on standard output, escaped where the stream is not UTF-8."""
    if sys.stdout is None:  # closed by the caller
        return
    escaped = not (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(json.dumps(document, ensure_ascii=escaped, indent=1, allow_nan=False))


_WORKERS = click.option(
    "--workers", type=click.IntRange(min=1), help="Processes; every core where none are named."
)
_ENGINE = click.option(
    "--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True,
    help="Where replicates run: this machine, or a Dask cluster.",
)  # fmt: skip
_ADDRESS = click.option(
    "--address", help="Scheduler of a running Dask cluster; without it one is started here."
)
_KEEP_GOING = click.option(
    "--keep-going", is_flag=True, help="Go on however many replicates fail (else stop after 10)."
)
_NO_FIGURES = click.option("--no-figures", is_flag=True, help="Draw nothing.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document, no more.")


@click.command()
@click.argument("file", type=click.Path(), required=False)
@click.option("-n", "n", type=RUNS, help="Replicates; 1000 where none are named.")
@click.option("--seed", type=SEED, help="Seed of all luck.")
@click.option("--out", type=click.Path(path_type=Path), help="The run folder itself.")
@click.option(
    "--resume", type=click.Path(path_type=Path), metavar="RUN",
    help="Go on with an ensemble in its folder; a larger -n makes it larger.",
)  # fmt: skip
@click.option(
    "--until", metavar="RULE",
    help="Stop when the mean is known so well: 'axes.x.time_of_first_cut ± 1 day'; -n at most.",
)  # fmt: skip
@click.option("--shard", metavar="K/N", help="Run only the K-th of N parts; see 'sim merge'.")
@click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE",
    help="Set one value of the scenario by its dotted path.",
)  # fmt: skip
@_WORKERS
@_ENGINE
@_ADDRESS
@_KEEP_GOING
@_NO_FIGURES
@_JSON
def ensemble(
    file: str | None, n: int | None, seed: int | None, out: Path | None, resume: Path | None,
    until: str | None, shard: str | None, sets: tuple[str, ...], workers: int | None,
    engine: str, address: str | None, keep_going: bool, no_figures: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run a scenario many times; write one folder with every replicate and what they say.

    Replicate i is the same whatever -n, the number of workers or the engine. FILE may be left
    out with --resume; with both, an ensemble that is not there yet is begun.
    """
    from sim.many import ensemble as study

    begun = resume is not None and resume.exists()
    if file is None and not begun:
        raise BadInputError(f"{resume} does not exist" if resume else "a scenario file is needed")
    if begun and (seed is not None or until or shard or sets or out):
        raise BadInputError(
            "--resume goes on as begun: it takes no --seed, --until, --shard, --set, --out"
        )
    if resume is not None and not begun:
        out = resume
    with _told(resume or out):
        if begun:
            assert resume is not None
            folder = resume
            if file is not None:
                _same_scenario(file, folder)
        else:
            assert file is not None
            folder = _begin(file, n or 1000, seed, until, shard, sets, out)
    with _told(folder), _progress() as progress:
        done = study.carry_out(
            folder, engine=_engine(engine, workers, address), n=n if begun else None,
            keep_going=keep_going, progress=progress, argv=sys.argv, figures=not no_figures,
        )  # fmt: skip
    if begun and n is not None and n < done.plan.n:
        click.echo(f"{folder} has {done.plan.n} runs already; -n {n} makes it no smaller", err=True)
    _report(done, as_json)


def _begin(
    file: str, n: int, seed: int | None, until: str | None, shard: str | None,
    sets: Sequence[str], out: Path | None,
) -> Path:  # fmt: skip
    from sim.many import ensemble as study
    from sim.many.stopping import StopRule
    from sim.scenario.loader import load

    scenario = load(file, sets=sets)
    part = None
    if shard is not None:
        part = _shard(shard, n)
        if until is not None:
            raise BadInputError(
                "--until and --shard do not go together: a part cannot judge the whole"
            )
    rule = None
    if until is not None:
        rule = StopRule.parse(until)
        study.check_rule(scenario, rule)
    plan = study.Plan(
        n, scenario.seed if seed is None else seed, None if rule is None else str(rule), part
    )
    return study.begin(scenario, plan, out)


def _shard(text: str, n: int) -> tuple[int, int]:
    left, _, right = text.partition("/")
    digits = all(part.isdecimal() and len(part) < 11 for part in (left, right))
    if not (digits and 1 <= int(left) <= int(right) <= n):
        raise BadInputError(f"--shard {text}: K/N with 1 <= K <= N <= {n} is needed, as 2/8")
    return int(left), int(right)


def _same_scenario(file: str, folder: Path) -> None:
    from sim.many import ensemble as study
    from sim.scenario.loader import load

    scenario, plan = study.reopen(folder)
    if study.seeded(load(file), plan.seed).resolved != scenario.resolved:
        raise BadInputError(f"{file} is not the scenario of {folder}; begin another ensemble")


@click.command()
@click.argument("shards", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the whole ensemble.")
@_NO_FIGURES
@_JSON
def merge(shards: Sequence[Path], out: Path | None, no_figures: bool, as_json: bool) -> None:
    """Make one ensemble of the folders that 'sim ensemble --shard K/N' left."""
    from sim.many import ensemble as study

    with _told(None):
        done = study.merge(shards, out, argv=sys.argv, figures=not no_figures)
    _report(done, as_json)


@click.command()
@click.argument("file", type=click.Path(), required=False)
@click.option("--dry-run", is_flag=True, help="List the cells and the number of runs; run nothing.")
@click.option("-n", "n", type=RUNS, help="Runs a cell, in place of the file's.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the study.")
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="STUDY",
    help="Go on with one in its folder.",
)
@_WORKERS
@_ENGINE
@_ADDRESS
@_KEEP_GOING
@_NO_FIGURES
@_JSON
def study(
    file: str | None, dry_run: bool, n: int | None, out: Path | None, resume: Path | None,
    workers: int | None, engine: str, address: str | None, keep_going: bool, no_figures: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Run a scenario over a grid of settings, or its sensitivity, as a study file states it."""
    from sim.many.design import read_design
    from sim.many.sensitivity import begin_sensitivity
    from sim.many.studies import begin_study, read_study

    folder = resume
    if resume is None or not resume.exists():
        if file is None:
            raise BadInputError(f"{resume} does not exist" if resume else "a study file is needed")
        design = read_design(file)
        if n is not None:
            if design.sensitivity is not None:
                raise BadInputError("-n is for a grid; the size of a sensitivity is in its file")
            design = replace(design, n=n)
        if dry_run:
            _list_cells(design, file)
            return
        begin = begin_study if design.sensitivity is None else begin_sensitivity
        with _told(None):
            folder = begin(design, file, resume or out)
    elif out is not None or dry_run or n is not None:
        raise BadInputError("--resume goes on as begun: it takes no --out, no -n and no --dry-run")
    assert folder is not None
    run = _run_sensitivity if "sensitivity" in read_study(folder) else _run_cells
    with _told(folder, "study"), _progress() as progress:
        made = _engine(engine, workers, address)
        failed = run(folder, made, progress, keep_going, not no_figures, as_json)
    if failed:
        click.echo(f"{failed} replicates failed", err=True)
        sys.exit(3)


def _run_cells(
    folder: Path, engine: Engine, progress: Progress | None, keep_going: bool, figures: bool,
    as_json: bool,
) -> int:  # fmt: skip
    from sim.many.studies import carry_out_study, summary
    from sim.tables.terminal_study import print_study

    done = carry_out_study(
        folder, engine=engine, keep_going=keep_going, progress=progress, figures=figures,
        argv=sys.argv,
    )  # fmt: skip
    _say({"folder": str(folder), **summary(done)}, as_json, print_study)
    return done.failed


def _run_sensitivity(
    folder: Path, engine: Engine, progress: Progress | None, keep_going: bool, figures: bool,
    as_json: bool,
) -> int:  # fmt: skip
    from sim.many.sensitivity import carry_out_sensitivity
    from sim.tables.terminal_study import print_sensitivity

    done = carry_out_sensitivity(
        folder, engine=engine, progress=progress, figures=figures, argv=sys.argv
    )
    document = {
        "folder": str(folder),
        "title": done.title,
        "method": done.method,
        "runs": done.runs.summary["n"],
        "units": {path: done.runs.table.units[path] for path in done.indices},
        "indices": {path: [i._asdict() for i in found] for path, found in done.indices.items()},
    }
    _say(document, as_json, print_sensitivity)
    return 0


def _say(document: dict[str, Any], as_json: bool, show: Callable[[dict[str, Any]], None]) -> None:
    if as_json:
        print_json(document)
    else:
        show(document)
        click.echo(f"\nwritten to {document['folder']}")


def _list_cells(design: Design, file: str) -> None:
    from sim.many.sensitivity import count
    from sim.many.studies import scenarios
    from sim.scenario.loader import load

    if design.sensitivity is not None:
        inputs, runs = count(load(design.base), design.sensitivity)
        click.echo(f"{design.sensitivity.method} over {inputs} inputs: {runs} runs")
        return
    scenarios(design, file)
    for cell in design.cells:
        click.echo(f"{cell.id}: {', '.join(cell.settings)}")
    cells = len(design.cells)
    click.echo(f"{cells} cells of {design.n} runs: {cells * design.n} runs")


def are_many(folders: Sequence[str]) -> bool:
    """True where what is to be compared are ensembles or studies; refuses a mixture."""
    kinds = {folder: _kind(Path(folder)) for folder in folders}
    many = [folder for folder, kind in kinds.items() if kind != "run"]
    if many and len(many) < len(kinds):
        single = next(folder for folder, kind in kinds.items() if kind == "run")
        raise BadInputError(
            f"{many[0]} holds many runs, {single} a single one: compare like with like"
        )
    return bool(many)


def _kind(folder: Path) -> str:
    try:
        return str(json.loads((folder / "manifest.json").read_bytes()).get("kind", "run"))
    except (OSError, ValueError, AttributeError):
        return "run"  # reading it as one says what is wrong with it


def compare_many(
    folders: Sequence[str], out: str | None, everything: bool, only_changed: bool,
    no_figures: bool, as_json: bool,
) -> None:  # fmt: skip
    """What 'sim compare' does with ensembles and studies."""
    from sim import api
    from sim.many.comparison import write_many
    from sim.tables.terminal_study import print_many

    with _told(None):
        comparison = api.compare_many(*folders)
    folder = write_many(
        comparison, out, figures=not no_figures, only_changed=only_changed, argv=sys.argv
    )
    if as_json:
        document = {"folder": str(folder), **comparison.document(only_changed=only_changed)}
        print_json(document)
    else:
        print_many(comparison, everything=everything and not only_changed)
        click.echo(f"\nwritten to {folder}")


def _engine(name: str, workers: int | None, address: str | None) -> Engine:
    from sim.many.ensemble import engine_for

    if name == "local":
        if address is not None:
            raise BadInputError("--address is for --engine dask")
        return engine_for(workers)
    from sim.many.dask_engine import DaskEngine

    return DaskEngine(address, workers)


@contextmanager
def _told(folder: Path | None, command: str = "ensemble") -> Iterator[None]:
    """Turn what can go wrong into one message, and say how to go on."""
    from sim.many.engines import EngineError
    from sim.many.journal import FullDiskError

    again = f"; go on with: sim {command} --resume {folder}" if folder is not None else ""
    try:
        yield
    except FullDiskError as error:
        raise FailedError(f"{error}; what is in the journal is whole{again}") from error
    except EngineError as error:
        raise FailedError(f"{error}{again}") from error
    except ValueError as error:
        raise BadInputError(str(error)) from error
    except KeyboardInterrupt:
        if folder is not None and folder.exists():
            click.echo(f"stopped{again}", err=True)
        raise


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar with rate and time left on standard error, where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (
        BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), Left(compact=True),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rate="")

        def tell(done: int, of: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, completed=done, total=of, rate=f"{speed:.1f}/s" if speed else "")

        yield tell


def _report(done: Ensemble, as_json: bool) -> None:
    """Print what an ensemble says; exit code 3 where replicates failed."""
    from sim.tables.terminal_study import print_ensemble

    if as_json:
        document = {"folder": str(done.folder), **done.summary}
        print_json(document)
    else:
        print_ensemble(done.summary)
        if done.plan.until is not None:
            met = "met" if done.summary["n"] < done.plan.n else "not met before the last run"
            click.echo(f"\nstop rule {done.plan.until}: {met}")
        click.echo(f"\nwritten to {done.folder}")
    for replicate, error in list(done.failed.items())[:10]:
        click.echo(f"replicate {replicate} failed: {error}", err=True)
    if done.failed:
        click.echo(f"{len(done.failed)} replicates failed", err=True)
        sys.exit(3)


COMMANDS = (ensemble, merge, study)
