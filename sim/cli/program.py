"""The command line: words to calls of the public API.

Only click is imported here; everything else inside the command that needs it, so that
``sim --help`` answers at once. Exit codes: 0 done, 1 failed, 2 bad input or usage,
3 some replicates failed, 130 interrupted (Ctrl-C, or asked to end by SIGTERM or SIGHUP).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Sequence
from io import StringIO, TextIOWrapper
from typing import TYPE_CHECKING, Any

import click

from sim.cli import folders, many, networks
from sim.cli.verbs import NO_FIGURES, SEED, SETS, Commands, answer, end_undrawn, print_json

if TYPE_CHECKING:
    from sim.api.files import Kind


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="supply-axis", prog_name="sim")
def cli() -> None:
    """What happens to a supply axis when the towns along it change hands."""


_FILE = click.argument("file", type=click.Path())
_SEED = click.option("--seed", type=SEED, help="Seed of all luck.")


@cli.command()
@_FILE
@_SEED
@click.option("--out", type=click.Path(), help="The run folder itself; it must not exist.")
@SETS
@NO_FIGURES
def run(
    file: str, seed: int | None, out: str | None, sets: tuple[str, ...], figures: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Run a scenario once; write its folder; print its summary."""
    import sim
    from sim.tables import terminal

    done = sim.run(sim.load(file, sets=sets), seed)
    for line in done.warnings:
        click.echo(f"{file}: warning: {line}", err=True)
    folder = done.write(out, figures=figures)
    if as_json:
        print_json({"folder": str(folder), **done.summary})
    else:
        terminal.print_summary(done.summary)
        click.echo(f"\nwritten to {folder}")
    end_undrawn(folder)


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@SETS
def validate(files: Sequence[str], sets: tuple[str, ...], as_json: bool) -> None:
    """Check scenario and network files without running them."""
    import sim

    checked = []
    for file in files:
        found = sim.validate(file, sets=sets)
        checked.append(found)
        if found.error is not None:
            click.echo(str(found.error), err=True)
        elif not as_json:
            click.echo(f"{file}: {found.kind} ok: {found.places} places, {found.roads} roads")
    if as_json:
        print_json({"files": [found.document() for found in checked]})
    if any(found.error for found in checked):
        sys.exit(2)


@cli.command()
@click.argument("kind", type=click.Choice(["scenario", "network"]), default="scenario")
@click.option("--write", type=click.Path(), help="Write schema/ and the reference under a folder.")
def schema(kind: Kind, write: str | None, as_json: bool) -> None:
    """Print the JSON Schema of a scenario or network file."""
    import sim
    from sim.api.files import write_reference

    if write is None:
        print_json(sim.schema(kind))
        return
    written = [str(path) for path in write_reference(write)]
    answer(as_json, {"files": written}, "\n".join(written))


for _command in (*folders.COMMANDS, *many.COMMANDS, *networks.COMMANDS):
    cli.add_command(_command)

Commands.sections = {
    "Scenarios": ("validate", "schema"),
    "One run": ("run", "film"),
    "Many runs": ("ensemble", "study", "merge"),
    "Networks": ("cut", "interdict", "rank", "import"),
    "Folders": ("show", "compare", "report"),
}


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
    except (click.exceptions.Abort, KeyboardInterrupt) as stop:
        what_stands = str(stop.__cause__ or stop)  # click turns a Ctrl-C into an Abort
        click.echo(f"interrupted; {what_stands}" if what_stands else "interrupted", err=True)
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
