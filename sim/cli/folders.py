"""Commands about folders of results: show, verify, compare, report, figures, film, export.

Registered in :mod:`sim.cli.program`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.base.errors import BadInputError
from sim.cli.verbs import (
    BESIDE,
    SVG,
    Verb,
    answer,
    drawn,
    end_undrawn,
    print_json,
    telling_undrawn,
)

if TYPE_CHECKING:
    from sim.api.standings import Beside


@click.command(cls=Verb)
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path))
@BESIDE
def show(folder: Path, beside: str | None, as_json: bool) -> None:
    """Print the summary of an old run, ensemble or study."""
    import sim
    from sim.tables.verified import reading

    with reading([folder]):
        summary = sim.summary(folder)
        lies = None if beside is None else sim.beside(folder, beside)
        if as_json:
            print_json(summary if lies is None else {**summary, "beside": lies.document()})
        else:
            _print(summary, folder, lies)


def _print(summary: Mapping[str, Any], folder: Path, lies: Beside | None) -> None:
    """The summary of a folder, for people."""
    if summary.get("kind") == "ensemble":
        from sim.tables import terminal_study

        terminal_study.print_ensemble(summary)
    elif summary.get("kind") == "study":
        from sim.tables import terminal_study

        terminal_study.print_study(summary)
    else:
        from sim.tables import terminal

        terminal.print_summary(summary, str(folder / "scenario.resolved.yaml"))
        if lies is not None:
            terminal.print_beside(lies.shown, lies.ensemble, lies.runs)


@click.command(cls=Verb)
@click.argument("folder", type=click.Path(path_type=Path))
def verify(folder: Path, as_json: bool) -> None:
    """Check that a folder of results is as it was written.

    Every file of a run, an ensemble, a study or another is compared with its manifest. What was
    changed or is gone is named, and so is what no manifest names. Exit code 2 where something was
    changed or is gone.
    """
    import sim

    found = sim.verify(folder)
    answer(as_json, found.document(), "\n".join(found.lines()))
    if not found.whole:
        sys.exit(2)


@click.command(cls=Verb)
@click.argument("runs", nargs=-1, required=True, type=click.Path())
@click.option("--out", type=click.Path(), help="Folder for tables and figures.")
@click.option("--all", "everything", is_flag=True, help="Print equal measures too.")
@click.option(
    "--only", multiple=True, metavar="PATTERN",
    help="Only measures whose path matches, as 'axes.x.*'; may be given again.",
)  # fmt: skip
@click.option("--only-changed", is_flag=True, help="Leave equal measures out of the tables too.")
@drawn
def compare(
    runs: Sequence[str], out: str | None, everything: bool, only: tuple[str, ...],
    only_changed: bool, figures: bool, svg: bool, as_json: bool,
) -> None:  # fmt: skip
    """Compare runs, ensembles or studies (folders), the first with each of the others."""
    import sim
    from sim.tables import terminal_compare, terminal_study

    comparison = sim.compare(*runs)
    if only:
        comparison = comparison.only(*only)
    if isinstance(comparison, sim.ManyComparison):
        folder = comparison.write(out, figures=figures, svg=svg, only_changed=only_changed)
        document = comparison.document(only_changed=only_changed)
    else:
        comparison = comparison.only_changed() if only_changed else comparison
        folder = comparison.write(out, figures=figures, svg=svg)
        document = comparison.document()
    if as_json:
        print_json({"folder": str(folder), **document})
    elif isinstance(comparison, sim.ManyComparison):
        terminal_study.print_many(comparison, everything=everything and not only_changed)
        click.echo(f"\nwritten to {folder}")
    else:
        terminal_compare.print_comparison(comparison, everything=everything)
        click.echo(f"\nwritten to {folder}")
    end_undrawn(folder)


@click.command(cls=Verb)
@click.argument("folders", metavar="RUN [RUN...]", nargs=-1, required=True, type=click.Path())
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The page itself; else report.html in the folder, or comparison.html in the last.",
)
@BESIDE
def report(folders: tuple[str, ...], out: Path | None, beside: str | None, as_json: bool) -> None:
    """Write one HTML page of a run, an ensemble or a study, or of two to six runs side by side.

    The page is one file that opens from disk without a network: map and curves with a time
    slider, what happened and what came of it, claims, tables, inputs with their sources; of a
    study what each factor does, and the chances and ranges of its cells. Figures that the folder
    still lacks, or whose drawing failed, are drawn first.
    """
    import sim

    with telling_undrawn():
        target = sim.report(*folders, out=out, beside=beside)
        answer(as_json, {"file": str(target)}, f"written to {target}")


@click.command(cls=Verb)
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--all", "everything", is_flag=True,
    help="Of a run the maps one by one and the charts of its other axes too.",
)  # fmt: skip
@SVG
def figures(folder: Path, everything: bool, svg: bool, as_json: bool) -> None:
    """Draw the figures of a run, an ensemble or a study again, in place of those in its folder."""
    import sim
    from sim.tables.manifest import undrawn

    with telling_undrawn():
        there = sim.figures(folder, everything=everything, svg=svg)
        files = [str(path) for path in there]
        failed = [one._asdict() for one in undrawn(folder)]
        document = {"folder": str(folder), "files": files, "undrawn": failed}
        answer(as_json, document, f"{len(files)} files in {folder / 'figures'}")


@click.command(cls=Verb)
@click.argument("folder", metavar="RUN", type=click.Path())
@click.option(
    "--out", type=click.Path(dir_okay=False),
    help="The film: .png or .apng (animated PNG) or .gif; film.png in the run folder unless told.",
)  # fmt: skip
@click.option("--axis", help="The axis that it shows; the main one unless told.")
@click.option(
    "--fps", type=click.FloatRange(1, 50), default=10, show_default=True, help="Frames a second."
)
@click.option(
    "--seconds", type=click.FloatRange(1, 600), default=20, show_default=True,
    help="How long it takes from the first day to the last.",
)  # fmt: skip
def film(
    folder: str, out: str | None, axis: str | None, fps: float, seconds: float, as_json: bool
) -> None:
    """Film a run: the map of an axis from day to day, at a steady pace."""
    import sim

    target = sim.film(folder, out, axis=axis, fps=fps, seconds=seconds)
    size = target.stat().st_size
    document = {"file": str(target), "bytes": size}
    answer(as_json, document, f"written to {target} ({size / 1e6:.1f} MB)")


@click.command(cls=Verb)
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--to", required=True, type=click.Path(),
    help="A .gpkg (GeoPackage, with styles for QGIS), .geojson or .graphml file; with --tables a "
    "new folder.",
)  # fmt: skip
@click.option("--axis", help="Tell of this axis alone; of each unless told.")
@click.option("--at", help="A date or '12 days' from the start; each turning point unless told.")
@click.option(
    "--tables", type=click.Choice(["parquet"]),
    help="The tables of a run or an ensemble in place of its ground, one file a table.",
)  # fmt: skip
def export(
    folder: Path, to: str, axis: str | None, at: str | None, tables: str | None, as_json: bool
) -> None:
    """Hand places and roads of a run to a GIS: who holds them, capacity, flow, cut, rank, supply.

    Without --at there is a layer of each turning point, as the maps of a run show them. With
    --tables the tables are written instead, of a run or of an ensemble.
    """
    import sim
    from sim.tables.manifest import kind_of

    if tables is None:
        target = sim.open_run(folder).export(to, axis=axis, at=at)
        answer(as_json, {"file": str(target)}, f"written to {target}")
        return
    if axis is not None or at is not None:
        raise BadInputError("--axis and --at are for layers, not for --tables")
    many = kind_of(folder) == "ensemble"
    opened = sim.open_ensemble(folder) if many else sim.open_run(folder)
    target = opened.export_tables(to)
    files = sorted(str(path) for path in target.iterdir())
    answer(as_json, {"folder": str(target), "files": files}, f"written to {target}")


COMMANDS = (show, verify, compare, report, figures, film, export)
