"""What all commands have in common: options, exit codes, how they print, how help lists them."""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, redirect_stdout
from functools import wraps
from io import StringIO
from pathlib import Path
from typing import Any, TextIO
from warnings import catch_warnings, simplefilter

import click

from sim.base.errors import BadInputError, DamageWarning, Error, FailedError, FigureWarning
from sim.cli.waiting import told_how_far


class WholeNumber(click.IntRange):
    """A whole number in a range."""

    name = "whole number"  # as messages call what is none


SEED = WholeNumber(0, 2**63 - 1)

SETS = click.option(
    "--set", "sets", multiple=True, metavar="PATH=VALUE",
    help="Set one value of the scenario by its dotted path, as axes.x.convoy.size='30 t'.",
)  # fmt: skip
SVG = click.option("--svg", is_flag=True, help="Draw each figure as SVG too, not as PNG alone.")
BESIDE = click.option(
    "--beside", type=click.Path(), metavar="ENSEMBLE",
    help="Say where the run lies among those of an ensemble of its scenario.",
)  # fmt: skip

ACROSS = click.option(
    "--across-versions", is_flag=True,
    help="Go on with runs of another version of the program too; every result tells of it.",
)  # fmt: skip

Command = Callable[..., None]


def drawn(command: Command) -> Command:
    """Options of a command that draws: ``figures``, True unless told, and ``svg``."""
    none = click.option(
        "--no-figures", "figures", is_flag=True, callback=lambda _, __, given: not given,
        help="Draw nothing.",
    )  # fmt: skip
    return none(SVG(command))


def gathered(
    kind: type, options: Sequence[Callable[[Command], Command]] = ()
) -> Callable[[Command], Command]:
    """Hands a command those of its options that ``kind`` names as one object, before the others.

    ``options`` are added to those of the command.
    """

    names = [name for base in kind.__mro__ for name in getattr(base, "__annotations__", ())]

    def wrap(command: Command) -> Command:
        @wraps(command)
        def call(*before: object, **given: Any) -> None:
            made = kind(**{name: given.pop(name) for name in names})
            command(*before, made, **given)

        offered: Command = call
        for option in reversed(options):
            offered = option(offered)
        return offered

    return wrap


class Verb(click.Command):
    """A command. It takes ``--json`` (its parameter ``as_json``) and ``--quiet`` as all do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not any(param.name == "as_json" for param in self.params):
            self.params.append(
                click.Option(
                    ["--json", "as_json"], is_flag=True, help="Print one JSON document, no more."
                )
            )
        self.params.append(
            click.Option(["--quiet", "-q"], is_flag=True, help="Print no summary and no progress.")
        )

    def invoke(self, ctx: click.Context) -> Any:
        """Carry it out; an error that names a parameter names the option of it instead."""
        quiet = ctx.params.pop("quiet")
        hushed = quiet and not ctx.params["as_json"]
        try:
            with (
                redirect_stdout(StringIO()) if hushed else nullcontext(), _warnings_told(),
                told_how_far(quiet=quiet),
            ):  # fmt: skip
                return super().invoke(ctx)
        except BadInputError as error:
            if type(error) is not BadInputError:  # a scenario's faults name files
                raise
            raise BadInputError(self._in_options(str(error))) from error

    def _in_options(self, message: str) -> str:
        name, sign, rest = message.partition(": ")
        option = next((max(p.opts, key=len) for p in self.params if p.name == name), "")
        return f"{option}{sign}{rest}" if option.startswith("-") else message


@contextmanager
def _warnings_told() -> Iterator[None]:
    """Tell of damaged files in one line each, once; :func:`end_undrawn` tells of figures."""
    told: set[str] = set()
    with catch_warnings():
        simplefilter("ignore", FigureWarning)
        simplefilter("always", DamageWarning)
        usual = warnings.showwarning

        def tell(
            message: Warning | str, category: type[Warning], filename: str, lineno: int,
            file: TextIO | None = None, line: str | None = None,
        ) -> None:  # fmt: skip
            if not issubclass(category, DamageWarning):
                usual(message, category, filename, lineno, file, line)
            elif str(message) not in told:
                told.add(str(message))
                click.echo(f"warning: {message}", err=True)

        warnings.showwarning = tell
        yield


class Commands(click.Group):
    """The commands, with what the program raises turned into messages and exit codes.

    ``sections`` are titles with the names of the commands that help lists below each.
    """

    sections: Mapping[str, Sequence[str]] = {}
    command_class = Verb

    def invoke(self, ctx: click.Context) -> Any:
        """Carry out a command."""
        try:
            return super().invoke(ctx)
        except Error as error:
            told = _Told if isinstance(error, FailedError) else _ToldOfInput
            raise told(error.render()) from error
        except MemoryError as error:
            raise _Told("error: there is not enough memory") from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, section by section."""
        widest = max(map(len, self.commands))
        for title, names in self.sections.items():
            with formatter.section(title):
                rows = [(n.ljust(widest), self.commands[n].get_short_help_str(90)) for n in names]
                formatter.write_dl(rows)


def end_undrawn(folder: Path) -> None:
    """Name the figures that could not be drawn into a folder; exit code 1 where there are any."""
    from sim.tables.manifest import undrawn

    found = undrawn(folder)
    for figure, error in found:
        click.echo(f"figure {figure} could not be drawn: {error}", err=True)
    if found:
        click.echo(f"all else in {folder} is whole", err=True)
        sys.exit(1)


@contextmanager
def telling_undrawn() -> Iterator[None]:
    """Tell of the figures that could not be drawn inside; exit code 1 where there are any."""
    with catch_warnings(record=True) as told:
        simplefilter("always", FigureWarning)
        try:
            yield
        finally:
            altered = [str(one.message) for one in told if one.category is DamageWarning]
            for message in dict.fromkeys(altered):
                click.echo(f"warning: {message}", err=True)
    failed = [str(one.message) for one in told if issubclass(one.category, FigureWarning)]
    for message in failed:
        click.echo(message, err=True)
    if failed:
        sys.exit(1)


class _Told(click.ClickException):
    """A message as it is printed; exit code 1, or 2 where the user can mend it."""

    def show(self, file: Any = None) -> None:
        """Print to standard error."""
        click.echo(self.message, err=True)


class _ToldOfInput(_Told):
    exit_code = 2


def answer(as_json: bool, document: Any, text: str) -> None:
    """What was asked for: one JSON document, or a text for people."""
    if as_json:
        print_json(document)
    else:
        click.echo(text)


def print_json(document: Any) -> None:
    """One JSON document on standard output, escaped where the stream is not UTF-8."""
    if sys.stdout is None:  # closed by the caller
        return
    escaped = not (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(json.dumps(document, ensure_ascii=escaped, indent=1, allow_nan=False))
