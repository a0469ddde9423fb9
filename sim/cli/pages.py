"""The command that makes a page: report. Registered in :mod:`sim.cli.program`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folders", metavar="RUN [RUN]", nargs=-1, required=True, type=click.Path())
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The page itself; else report.html in the folder, or comparison.html in the second.",
)
def report(folders: tuple[str, ...], out: Path | None) -> None:
    """Write one HTML page of a run, an ensemble or a study, or of two runs side by side.

    The page is one file that opens from disk without a network: map and curves with a time
    slider, what happened and what came of it, claims, tables, inputs with their sources; of a
    study what each factor does, and the chances and ranges of its cells.
    """
    if len(folders) > 2:
        raise click.UsageError("a page shows one folder, or two runs side by side")
    from sim import api

    click.echo(f"written to {api.report(*folders, out=out)}")


COMMANDS = (report,)
