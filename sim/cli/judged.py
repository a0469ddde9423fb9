"""Commands that hold a scenario against the record: calibrate, verdict, score.

They are registered in :mod:`sim.cli.program`; exit codes are those of :mod:`sim.cli.many`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from sim.base.errors import BadInputError
from sim.cli.many import RUNS, WORKERS, resumable, say
from sim.cli.verbs import ACROSS, SEED, SETS, Verb, drawn, end_undrawn, print_json
from sim.cli.waiting import tell_runs


@click.command(cls=Verb)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the calibration.")
@click.option(
    "--learned", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write the scenario with the learned ranges here too.",
)  # fmt: skip
@WORKERS
@ACROSS
@drawn
def calibrate(
    file: Path, out: Path | None, learned: Path | None, workers: int | None,
    across_versions: bool, figures: bool, svg: bool, as_json: bool,
) -> None:  # fmt: skip
    """Narrow the ranges of a scenario by what is on record of its first days.

    Writes particles, the ranges before and after, a figure of them, and learned.yaml, a scenario
    with the narrowed ranges. Stopped, the same call with the same --out goes on with it.
    """
    import sim

    begun: list[Path] = []
    try:
        done = sim.calibrate(
            file, out=out, learned=learned, workers=workers, figures=figures, svg=svg,
            progress=tell_runs, begun=begun.append, across_versions=across_versions,
        )  # fmt: skip
    except KeyboardInterrupt:
        for folder in begun:
            click.echo(f"stopped; go on with: sim calibrate {file} --out {folder}", err=True)
        raise

    def show(_document: Mapping[str, Any]) -> None:
        from sim.tables.terminal_study import print_calibration

        print_calibration(done.stated.title, done.tolerances, done.table())

    say(done.document(), as_json, show)
    end_undrawn(done.folder)


@click.command(cls=Verb)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("-n", "n", type=RUNS, help="Runs that answer each claim; 600 where none are named.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the verdicts.")
@click.option(
    "--resume", type=click.Path(path_type=Path), metavar="VERDICTS",
    help="Go on with those in their folder, or begin them there.",
)  # fmt: skip
@WORKERS
@ACROSS
def verdict(
    folder: Path, n: int | None, out: Path | None, resume: Path | None, workers: int | None,
    across_versions: bool, as_json: bool,
) -> None:  # fmt: skip
    """Judge the claims of a folder of scenarios and studies; write one table and one page.

    Each claim gets its probability, the record beside it, what caused it, what it hangs on most
    and what would flip it. Faults of all files are told before anything is run.
    """
    import sim
    from sim.tables.terminal_study import print_verdicts

    if resume is not None and out is not None:
        raise BadInputError("--resume names the folder already: it takes no --out")
    with resumable(f"verdict {folder}", resume or out) as tell:
        done = sim.verdicts(
            folder, n, out=resume or out, workers=workers, progress=tell_runs, begun=tell,
            resume=resume is not None, across_versions=across_versions,
        )  # fmt: skip
    say({"folder": str(done.folder), **done.document}, as_json, print_verdicts)


@click.command(cls=Verb)
@click.argument("source", metavar="FILE|ENSEMBLE", type=click.Path())
@click.option("-n", "n", type=RUNS, help="Replicates of a file; 1000 where none are named.")
@click.option("--seed", type=SEED, help="Seed of all luck, of a file.")
@click.option("--side", metavar="ACTOR", help="Whose places; the main axis' actor unless told.")
@click.option(
    "--as-of", metavar="DATE", help="The day of the forecast, in place of the scenario's."
)
@click.option("--on", default="", metavar="DATE,...", help="When who holds what is scored.")
@click.option("--out", type=click.Path(path_type=Path), help="The folder of the scores.")
@WORKERS
@SETS
@drawn
def score(
    source: str, n: int | None, seed: int | None, side: str | None, as_of: str | None, on: str,
    out: Path | None, workers: int | None, sets: tuple[str, ...], figures: bool, svg: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Score a forecast against the record, beside models that know nothing of the war.

    Who holds each place at some dates, when events came, and where the displaced went. Models that
    beat the scenario are printed first.
    """
    import sim
    from sim.tables.terminal_study import print_score

    given: sim.Scenario | str = source
    if not Path(source).is_dir():
        given = sim.load(source, sets=sets)
    elif sets:
        raise BadInputError("sets: an ensemble is scored as it is")
    done = sim.score(
        given, n, side=side, as_of=as_of, on=tuple(day for day in on.split(",") if day),
        seed=seed, workers=workers, progress=tell_runs,
    )  # fmt: skip
    for line in done.warnings:
        click.echo(f"warning: {line}", err=True)
    folder = done.write(out, figures=figures, svg=svg)
    if as_json:
        print_json({"folder": str(folder), **done.document()})
    else:
        print_score(done.found, done.scenario)
        click.echo(f"\nwritten to {folder}")
    end_undrawn(folder)


COMMANDS = (calibrate, verdict, score)
