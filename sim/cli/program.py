"""The command line: words to calls of the public API.

Only click is imported here; everything else inside the command that needs it, so that
``sim --help`` answers at once. Exit codes: 0 done, 1 failed, 2 bad input or usage,
3 some replicates failed, 130 interrupted (Ctrl-C, or asked to end by SIGTERM or SIGHUP), 141 where
whoever reads the output stopped reading, as ``head`` does.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import threading
from collections.abc import Sequence
from io import StringIO, TextIOWrapper
from typing import TYPE_CHECKING, Any

import click

from sim.cli import folders, judged, many, networks, shipped
from sim.cli.verbs import (
    BESIDE,
    SEED,
    SETS,
    SVG,
    Commands,
    WholeNumber,
    answer,
    end_undrawn,
    print_json,
)

if TYPE_CHECKING:
    from sim.api.files import Kind
    from sim.api.runs import Which


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="To begin: sim init DIR. What a command takes: sim COMMAND --help.",
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
@click.option(
    "--nominal",
    is_flag=True,
    help="Draw no input: take the median of every range, and let happen what is likelier.",
)
@BESIDE
@SETS
@click.option(
    "--figures", "drawn", type=click.Choice(["all", "main", "none"]), default="main",
    show_default=True,
    help="Which figures: those of the main axis and of the whole run, or also the maps one by one "
    "and the charts of the other axes.",
)  # fmt: skip
@click.option("--no-figures", "undrawn", is_flag=True, help="The same as --figures none.")
@SVG
def run(
    file: str, seed: int | None, out: str | None, nominal: bool, beside: str | None,
    sets: tuple[str, ...], drawn: Which, undrawn: bool, svg: bool, as_json: bool,
) -> None:  # fmt: skip
    """Run a scenario once; write its folder; print its summary."""
    import sim
    from sim.tables import terminal

    many = None if beside is None else sim.open_ensemble(beside)
    done = sim.run(sim.load(file, sets=sets), seed, nominal=nominal)
    lies = None if many is None else sim.beside(done, many)
    for line in done.warnings:
        click.echo(f"{file}: warning: {line}", err=True)
    which = "none" if undrawn else drawn
    folder = done.write(out, figures=which, svg=svg, beside=lies)
    if as_json:
        told = {} if lies is None else {"beside": lies.document()}
        print_json({"folder": str(folder), **done.summary, **told})
    else:
        again = file if not sets and seed is None else str(folder / "scenario.resolved.yaml")
        terminal.print_summary(done.summary, again)
        if lies is not None:
            terminal.print_beside(lies.shown, lies.ensemble, lies.runs)
        click.echo(f"\nwritten to {folder}")
    end_undrawn(folder)


def _degrees(
    _: click.Context, param: click.Parameter, text: str | None
) -> tuple[float, float] | None:
    """Degrees north and east from ``36.2,37.1``."""
    if text is None:
        return None
    try:
        lat, lon = map(float, text.split(","))
    except ValueError as error:
        said = f"'{text}' is no latitude and longitude such as 36.2,37.1"
        raise click.BadParameter(said, param=param) from error
    return lat, lon


@cli.command()
@click.argument("file", required=False, type=click.Path())
@click.option("--around", metavar="LAT,LON", callback=_degrees,
              help="Without FILE: degrees north and east of the middle of the map.")  # fmt: skip
@click.option(
    "--port", type=WholeNumber(0, 65535), default=0, help="Where it is served; else a free one."
)
@click.option("--no-browser", "browser", is_flag=True, callback=lambda _, __, given: not given,
              help="Open no browser; the address is printed.")  # fmt: skip
def explore(
    file: str | None, around: tuple[float, float] | None, port: int, browser: bool, as_json: bool
) -> None:
    """Ask a scenario in the browser: take towns, close roads, run what changed, save it.

    The page is that of a run of FILE, served on this machine until Ctrl-C, or until it has been
    closed for a minute and a half. It saves in the current folder. Without FILE it is an empty map,
    on which a first scenario is drawn.
    """
    import webbrowser

    import sim

    with sim.explore(file, port=port, around=around) as page:
        answer(as_json, {"address": page.address}, f"{page.address}\nCtrl-C ends it")
        if browser:  # one in the terminal returns when it is closed
            threading.Thread(target=webbrowser.open, args=[page.address], daemon=True).start()
        page.serve()


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@SETS
@click.option("--strict", is_flag=True, help="Take warnings for errors.")
def validate(files: Sequence[str], sets: tuple[str, ...], strict: bool, as_json: bool) -> None:
    """Check scenario, network and study files, and warn of what makes no sense in scenarios."""
    import sim

    checked = []
    for file in files:
        found = sim.validate(file, sets=sets)
        checked.append(found)
        if found.error is not None:
            click.echo(str(found.error), err=True)
        elif found.warnings:
            click.echo(found.warnings.render(), err=True)
        if found.error is None and not as_json:
            click.echo(f"{file}: {found.kind} ok: {found.size}")
    if as_json:
        print_json({"files": [found.document() for found in checked]})
    if any(found.error or (strict and found.warnings) for found in checked):
        sys.exit(2)


@cli.command("list")
@_FILE
@click.argument(
    "kind", required=False,
    type=click.Choice(["places", "roads", "axes", "events", "measures", "claims"]),
)  # fmt: skip
@click.option("--search", default="", metavar="TEXT", help="Only what has this in its id or name.")
@SETS
def list_(file: str, kind: str | None, search: str, sets: tuple[str, ...], as_json: bool) -> None:
    """List what a scenario or network file has: places, roads, axes, events, measures, claims.

    Without a kind and a search, how many there are of each. Case, accents and separators do not
    matter to a search. Measures are those of a nominal run.
    """
    import sim
    from sim.tables import terminal

    found = sim.listing(file, kind, search, sets=sets)
    if as_json:
        print_json(found.document())
    elif kind is None and not search:
        click.echo(repr(found))
    else:
        terminal.print_found(found.tables, search, found.near)


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


for _file in (shipped, folders, many, judged, networks):
    for _command in _file.COMMANDS:
        cli.add_command(_command)

Commands.sections = {
    "Scenarios": ("init", "example", "validate", "list", "schema"),
    "One run": ("run", "explore", "film"),
    "Many runs": ("ensemble", "study", "merge", "calibrate", "verdict", "score"),
    "Networks": ("cut", "interdict", "rank", "reliability", "audit", "import"),
    "Folders": ("show", "verify", "compare", "report", "figures", "export"),
}


_UNREAD = 141
"""What shells say of a command that SIGPIPE ended."""


def main() -> None:
    """Run the command line; every error that a user can mend is a message and exit code 2."""
    atexit.register(gc.freeze)  # at the end all goes: to look through it for cycles takes 0.1 s
    _end_like_ctrl_c()
    for stream in (sys.stdout, sys.stderr):  # either is None where the caller closed it
        if isinstance(stream, TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")  # names of files need not be text
    out = sys.stdout
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
    except SystemExit as end:  # with 1 where nobody reads on: click puts another stream in place
        if sys.stdout is not out or isinstance(end.__context__, BrokenPipeError):  # and rich none
            sys.exit(_UNREAD)
        raise
    except OSError as error:  # such as a full disk behind standard output; a closed pipe is quiet
        sys.stdout = StringIO()  # what the old one still holds would fail again at the exit
        if isinstance(error, BrokenPipeError):
            sys.exit(_UNREAD)
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
