"""Commands over many runs: ensemble, merge, study.

They are registered in :mod:`sim.cli.program`.

Exit codes: 0 done, 1 the engine or the disk failed, 2 bad input, 3 some replicates failed,
130 interrupted (go on with ``--resume``). A figure that could not be drawn is a failure too (1).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click

from sim.base.errors import BadInputError, FailedError, FullDiskError
from sim.cli.verbs import (
    ACROSS,
    SEED,
    SETS,
    Verb,
    WholeNumber,
    answer,
    drawn,
    end_undrawn,
    gathered,
    print_json,
)
from sim.cli.waiting import tell_runs

if TYPE_CHECKING:
    from sim.api.ensembles import Ensemble, SensitivityStudy, Study
    from sim.api.many import EngineName
    from sim.base.diagnostics import Findings

RUNS = WholeNumber(1, 10**9)


class Means(TypedDict):
    """By what means runs are made, as :func:`sim.ensemble` and its like take it."""

    workers: int | None
    engine: EngineName
    address: str | None
    keep_going: bool
    across_versions: bool
    figures: bool
    svg: bool


WORKERS = click.option(
    "--workers", type=WholeNumber(min=1), help="Processes; every core where none are named."
)

_MEANS = (
    WORKERS,
    click.option(
        "--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True,
        help="Where replicates run: this machine, or a Dask cluster. Whoever reaches its "
        "scheduler can run code as you, unless Dask's configuration names certificates.",
    ),
    click.option(
        "--address", help="Scheduler of a running Dask cluster; without it one is started here."
    ),
    click.option(
        "--keep-going", is_flag=True,
        help="Go on however many replicates fail (else stop after 10).",
    ),
    ACROSS,
    drawn,
)  # fmt: skip


@click.command(cls=Verb)
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
@SETS
@gathered(Means, _MEANS)
def ensemble(
    means: Means, file: str | None, n: int | None, seed: int | None, out: Path | None,
    resume: Path | None, until: str | None, shard: str | None, sets: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Run a scenario many times; write one folder with every replicate and what they say.

    Replicate i is the same whatever -n, the number of workers or the engine. FILE may be left
    out with --resume; with both, an ensemble that is not there yet is begun.
    """
    import sim

    begun = _is_begun(file, resume, "scenario")
    if begun and (seed is not None or until or shard or sets or out):
        raise BadInputError(
            "--resume goes on as begun: it takes no --seed, --until, --shard, --set, --out"
        )
    if begun and _is_study(resume):
        raise BadInputError(f"{resume} is the folder of a study: sim study --resume {resume}")
    part = None if shard is None else _shard(shard, n or 1000)
    with resumable("ensemble", resume or out) as tell:
        if file is None:
            assert resume is not None
            done = sim.resume(resume, n, **means, progress=tell_runs)
        else:
            done = sim.ensemble(
                sim.load(file, sets=sets), n, seed, out=resume or out, until=until, shard=part,
                **means, progress=tell_runs, begun=tell, resume=resume is not None,
            )  # fmt: skip
    assert isinstance(done, sim.Ensemble)  # anything else was refused above
    if begun and n is not None and n < done.plan.n:
        click.echo(
            f"{done.folder} has {done.plan.n} runs already; -n {n} makes it no smaller", err=True
        )
    _report(done, as_json)


def _is_begun(file: str | None, resume: Path | None, kind: str) -> bool:
    """True where there is a folder to go on with; else a file must be named."""
    begun = resume is not None and resume.exists()
    if file is None and not begun:
        raise BadInputError(f"{resume} does not exist" if resume else f"a {kind} file is needed")
    return begun


def _is_study(folder: Path | None) -> bool:
    """True where a folder is that of a study."""
    from sim.tables.manifest import kind_of

    return folder is not None and kind_of(folder) == "study"


def _shard(text: str, n: int) -> tuple[int, int]:
    left, _, right = text.partition("/")
    digits = all(part.isdecimal() and len(part) < 11 for part in (left, right))
    if not (digits and 1 <= int(left) <= int(right) <= n):
        raise BadInputError(f"--shard {text}: K/N with 1 <= K <= N <= {n} is needed, as 2/8")
    return int(left), int(right)


@click.command(cls=Verb)
@click.argument("shards", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the whole ensemble.")
@ACROSS
@drawn
def merge(
    shards: Sequence[Path], out: Path | None, across_versions: bool, figures: bool, svg: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Make one ensemble of the folders that 'sim ensemble --shard K/N' left."""
    import sim

    done = sim.merge(*shards, out=out, figures=figures, svg=svg, across_versions=across_versions)
    _report(done, as_json)


@click.command(cls=Verb)
@click.argument("file", type=click.Path(), required=False)
@click.option("--dry-run", is_flag=True, help="List the cells and the number of runs; run nothing.")
@click.option("--strict", is_flag=True, help="Take warnings of 'sim validate' for errors.")
@click.option("-n", "n", type=RUNS, help="Runs a cell, in place of the file's.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the study.")
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="STUDY",
    help="Go on with one in its folder.",
)
@gathered(Means, _MEANS)
def study(
    means: Means, file: str | None, dry_run: bool, strict: bool, n: int | None, out: Path | None,
    resume: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Run a scenario over a grid of settings, or its sensitivity, as a study file states it."""
    import sim

    begun = _is_begun(file, resume, "study")
    if begun and (out is not None or dry_run or strict or n is not None):
        raise BadInputError(
            "--resume goes on as begun: it takes no --out, no -n, no --dry-run and no --strict"
        )
    if begun and not _is_study(resume):
        raise BadInputError(f"{resume} is not the folder of a study")
    if dry_run:
        assert file is not None
        warnings = _list_cells(file, n, as_json)
        _warn(warnings, strict=strict)
        return
    with resumable("study", resume) as tell:
        if begun:
            assert resume is not None
            done = sim.resume(resume, **means, progress=tell_runs)
        else:
            assert file is not None
            done = sim.study(
                file, n, out=resume or out, **means, progress=tell_runs, begun=tell, resume=False,
                warned=partial(_warn, strict=strict),
            )  # fmt: skip
    if isinstance(done, sim.Ensemble):
        raise BadInputError(
            f"{resume} is the folder of an ensemble: sim ensemble --resume {resume}"
        )
    _report_study(done, as_json)


def _warn(warnings: Findings, *, strict: bool) -> None:
    """Say what the cells of a study are warned of; exit code 2 where that is strict."""
    if warnings:
        click.echo(warnings.render(), err=True)
        if strict:
            sys.exit(2)


def _report_study(done: Study | SensitivityStudy, as_json: bool) -> None:
    """Print what a study says; exit code 3 where replicates failed."""
    import sim
    from sim.tables.terminal_study import print_sensitivity, print_study

    document = {"folder": str(done.folder), **done.summary}
    if isinstance(done, sim.Study):
        say(document, as_json, print_study)
        _end(done.folder, done.failed)
    else:
        say(document, as_json, print_sensitivity)
        _end(done.folder, 0)


def say(document: dict[str, Any], as_json: bool, show: Callable[[dict[str, Any]], None]) -> None:
    if as_json:
        print_json(document)
    else:
        show(document)
        click.echo(f"\nwritten to {document['folder']}")


def _end(folder: Path, failed: int) -> None:
    """Exit code 1 where figures could not be drawn, else 3 where replicates failed."""
    if failed:
        click.echo(f"{failed} replicates failed", err=True)
    end_undrawn(folder)
    if failed:
        sys.exit(3)


def _list_cells(file: str, n: int | None, as_json: bool) -> Findings:
    """Say what a study would run; gives what its cells are warned of."""
    import sim
    from sim.api.files import told

    plan = sim.plan_study(file, n)
    if plan.method is not None:
        document: dict[str, Any] = {"method": plan.method, "inputs": plan.inputs}
        lines = [f"{plan.method} over {plan.inputs} inputs: {plan.runs} runs"]
    else:
        cells = [{"id": cell.id, "settings": cell.settings} for cell in plan.cells]
        document = {"cells": cells, "n": plan.n}
        lines = [f"{cell.id}: {', '.join(cell.settings)}" for cell in plan.cells]
        lines.append(f"{len(cells)} cells of {plan.n} runs: {plan.runs} runs")
    warned = {"warnings": told(plan.warnings)} if plan.warnings else {}
    answer(as_json, {**document, "runs": plan.runs, **warned}, "\n".join(lines))
    return plan.warnings


@contextmanager
def resumable(command: str, folder: Path | None) -> Iterator[Callable[[Path], None]]:
    """Say how to go on with what failed or was interrupted, once its folder is there.

    Gives what is to be told of the folder that was begun.
    """
    begun = [folder]
    try:
        yield begun.append
    except FailedError as error:
        whole = "; what is in the journal is whole" if isinstance(error, FullDiskError) else ""
        raise FailedError(f"{error}{whole}{_how(command, begun[-1])}") from error
    except KeyboardInterrupt:
        if again := _how(command, begun[-1]):
            click.echo(f"stopped{again}", err=True)
        raise


def _how(command: str, folder: Path | None) -> str:
    there = folder is not None and folder.exists()
    return f"; go on with: sim {command} --resume {folder}" if there else ""


def _report(done: Ensemble, as_json: bool) -> None:
    """Print what an ensemble says; exit code 3 where replicates failed."""
    from sim.tables.terminal_study import print_ensemble

    def show(document: Mapping[str, Any]) -> None:
        print_ensemble(document)
        if done.plan.until is not None:
            met = "met" if document["n"] < done.plan.n else "not met before the last run"
            click.echo(f"\nstop rule {done.plan.until}: {met}")

    say({"folder": str(done.folder), **done.summary}, as_json, show)
    for replicate, error in list(done.failed.items())[:10]:
        click.echo(f"replicate {replicate} failed: {error}", err=True)
    _end(done.folder, len(done.failed))


COMMANDS = (ensemble, merge, study)
