"""The command line: words to calls of the public API.

Only click is imported here; everything else inside the command that needs it, so that
``sim --help`` answers at once. Exit codes: 0 done, 1 failed, 2 bad input or usage,
130 interrupted (Ctrl-C, or asked to end by SIGTERM or SIGHUP).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from io import StringIO, TextIOWrapper
from typing import Any

import click

from sim.base.errors import BadInputError, Error, FailedError
from sim.cli import films, many, networks, pages


class Commands(click.Group):
    """The commands, with what the program raises turned into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Carry out a command."""
        try:
            return super().invoke(ctx)
        except Error as error:
            told = _Told if isinstance(error, FailedError) else _ToldOfInput
            raise told(error.render()) from error
        except MemoryError as error:
            raise _Told("error: there is not enough memory") from error
        except RuntimeError as error:
            if type(error).__name__ != "BrokenProcessPool":  # by name, imported only if raised
                raise
            raise _Told("error: a process that drew figures was ended from outside") from error


class _Told(click.ClickException):
    """A message as it is printed; exit code 1, or 2 where the user can mend it."""

    def show(self, file: Any = None) -> None:
        """Print to standard error."""
        click.echo(self.message, err=True)


class _ToldOfInput(_Told):
    exit_code = 2


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="supply-axis", prog_name="sim")
def cli() -> None:
    """What happens to a supply axis when the towns along it change hands."""


_FILE = click.argument("file", type=click.Path())
_SET = click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE",
    help="Set one value of the scenario by its dotted path, as axes.x.convoy.size='30 t'.",
)  # fmt: skip
_SEED = click.option("--seed", type=many.SEED, help="Seed of all luck.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document, no more.")


@cli.command()
@_FILE
@_SEED
@click.option("--out", type=click.Path(), help="The run folder itself; it must not exist.")
@_SET
@click.option("--no-figures", is_flag=True, help="Draw nothing.")
@_JSON
def run(
    file: str, seed: int | None, out: str | None, sets: tuple[str, ...], no_figures: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Run a scenario once; write its folder; print its summary."""
    from sim import api
    from sim.measure.claims import unknown_measures
    from sim.tables import terminal

    scenario = api.load(file, sets=sets)
    done = api.run(scenario, seed)
    for line in unknown_measures(done.analysis):
        click.echo(f"{file}: warning: {line}", err=True)
    folder = done.write(out, figures=not no_figures)
    if as_json:
        many.print_json({"folder": str(folder), **done.summary})
    else:
        terminal.print_summary(done.summary)
        click.echo(f"\nwritten to {folder}")


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@_SET
def validate(files: Sequence[str], sets: tuple[str, ...]) -> None:
    """Check scenario and network files without running them."""
    from sim.base.diagnostics import ScenarioError
    from sim.scenario.loader import load, load_network

    failed = False
    for file in files:
        try:
            if networks.is_network_yaml(file):
                net = load_network(file)
                what = "network"
            else:
                net = load(file, sets=sets).network
                what = "scenario"
        except ScenarioError as error:
            failed = True
            click.echo(str(error), err=True)
        else:
            click.echo(f"{file}: {what} ok: {len(net.places)} places, {len(net.roads)} roads")
    if failed:
        sys.exit(2)


@cli.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path())
@click.option("--out", type=click.Path(), help="Folder for tables and figures.")
@click.option("--all", "everything", is_flag=True, help="Print equal measures too.")
@click.option("--only-changed", is_flag=True, help="Leave equal measures out of the tables too.")
@click.option("--no-figures", is_flag=True, help="Draw nothing.")
@_JSON
def compare(
    runs: Sequence[str], out: str | None, everything: bool, only_changed: bool,
    no_figures: bool, as_json: bool,
) -> None:  # fmt: skip
    """Compare runs, ensembles or studies (folders), the first with each of the others."""
    from sim import api
    from sim.many.comparison import write_comparison
    from sim.tables import terminal, terminal_scores

    if many.are_many(runs):
        many.compare_many(runs, out, everything, only_changed, no_figures, as_json)
        return
    if len(runs) < 2:
        raise BadInputError("a comparison needs two run folders at least")
    comparison = api.compare(*runs)
    if only_changed:
        comparison = comparison.only_changed()
    folder = write_comparison(comparison, out, figures=not no_figures, argv=sys.argv)
    if as_json:
        many.print_json({"folder": str(folder), **comparison.document()})
    else:
        terminal.print_comparison(comparison, everything=everything)
        terminal_scores.print_scores(terminal.console(), comparison.scores)
        click.echo(f"\nwritten to {folder}")


@cli.command()
@click.argument("folder", metavar="RUN", type=click.Path())
@_JSON
def show(folder: str, as_json: bool) -> None:
    """Print the summary of an old run."""
    from pathlib import Path

    from sim.tables import terminal
    from sim.tables.folder import read_summary

    summary = read_summary(Path(folder))
    if as_json:
        many.print_json(summary)
    elif summary.get("kind") == "ensemble":
        from sim.tables.terminal_study import print_ensemble

        print_ensemble(summary)
    elif summary.get("kind") == "study":
        from sim.tables.terminal_study import print_study

        print_study(summary)
    else:
        terminal.print_summary(summary)


@cli.command()
@click.argument("kind", type=click.Choice(["scenario", "network"]), default="scenario")
@click.option("--write", type=click.Path(), help="Write schema/ and the reference under a folder.")
def schema(kind: str, write: str | None) -> None:
    """Print the JSON Schema of a scenario or network file."""
    from sim.scenario import reference

    if write is not None:
        for path in reference.write(write):
            click.echo(path)
    else:
        many.print_json(reference.json_schema(kind))


for _command in (
    *networks.COMMANDS, *pages.COMMANDS, *many.COMMANDS,
    *films.COMMANDS,
):  # fmt: skip
    cli.add_command(_command)


def main() -> None:
    """Run the command line; every error that a user can mend is a message and exit code 2."""
    _end_like_ctrl_c()
    for stream in (sys.stdout, sys.stderr):  # either is None where the caller closed it
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")  # names of files need not be text
    try:
        code = cli.main(standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except (click.exceptions.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except OSError as error:  # such as a full disk behind standard output; a closed pipe is quiet
        sys.stdout = StringIO()  # what the old one still holds would fail again at the exit
        if not isinstance(error, BrokenPipeError):
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"error: {where}{error.strerror or error}", err=True)
        sys.exit(2 if isinstance(error, PermissionError) else 1)
    sys.exit(code if isinstance(code, int) else 0)


def _end_like_ctrl_c() -> None:
    """Let SIGTERM and SIGHUP end a command as Ctrl-C does: nothing half-written is left.

    A signal that is ignored, as under nohup, stays so; a forked process just ends.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    owner = os.getpid()

    def end(number: int, frame: Any) -> None:
        if os.getpid() == owner:
            raise KeyboardInterrupt
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)
