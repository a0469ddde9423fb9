"""Figures and their numbers written to files, each whole; one that fails costs no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from matplotlib.figure import Figure
from PIL import Image

from sim.base.collector import collector_paused
from sim.base.errors import words
from sim.base.files import whole_file
from sim.base.progress import working
from sim.tables.manifest import FIGURES, Undrawn
from sim.view.tables import Numbers, write_numbers

from .charts.shared import Progress, shared
from .draw import Kind, drawn, text_size

T = TypeVar("T")


def save(figure: Figure, folder: Path, name: str, *, svg: bool = False) -> list[Path]:
    """Writes ``name``.png, and ``name``.svg too where wanted, into ``folder``, each whole.

    The folder must exist. Returns the paths. The same figure gives the same bytes with the same
    matplotlib.
    """
    kinds: tuple[Kind, ...] = ("png", "svg") if svg else ("png",)
    written = []
    for kind in kinds:
        written.append(folder / f"{name}.{kind}")
        with whole_file(written[-1]) as partial:
            partial.write_bytes(drawn(figure, kind))
    return written


Drawn = tuple[Figure, Numbers]
"""A figure, and the numbers that it shows."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """In place of a figure that would show nothing: why it would not."""

    why: str


Drawing = tuple[str, Callable[[], Drawn | Nothing | None]]
"""A figure by its name, not drawn yet, and what draws it; None where there is none of its kind."""


def drawing(
    name: str,
    fill: Callable[[], T | Nothing | None],
    draw: Callable[[T], Figure],
    table: Callable[[T], Numbers],
) -> Drawing:
    """A figure that is drawn, and whose numbers are taken, from data that ``fill`` finds."""
    return name, partial(_drawn_from, fill, draw, table)


def _drawn_from(
    fill: Callable[[], T | Nothing | None],
    draw: Callable[[T], Figure],
    table: Callable[[T], Numbers],
) -> Drawn | Nothing | None:
    data = fill()
    return data if data is None or isinstance(data, Nothing) else (draw(data), table(data))


def save_each(
    drawings: Iterable[Drawing], folder: Path, *, svg: bool = False,
    progress: Progress | None = None,
) -> list[Undrawn]:  # fmt: skip
    """Draws figures into ``folder`` (which must exist), each with its numbers, each whole.

    Each is a PNG; with ``svg`` an SVG too, which takes as long again.

    One that fails costs no other; those that failed are given back. Of one that would show
    nothing a text of its name says why.
    """
    listed: list[Drawing] = []
    failed = []
    try:
        listed += drawings
    except Exception as error:  # in what they are drawn from: those listed before it are drawn
        failed.append(Undrawn(FIGURES, words(error)))
    _warm()
    pieces = [partial(_save_drawing, folder, *one, svg=svg) for one in listed]
    with working("figures", len(pieces)) as tell:

        def told(done: int, of: int) -> None:
            tell(done, of)
            if progress is not None:
                progress(done, of)

        outcomes = shared(pieces, told)
    for (name, _), why in zip(listed, outcomes, strict=True):
        if why is None:
            why = "the process that drew it was ended from outside"
        if why:
            failed.append(Undrawn(name, why))
    return failed


def _warm() -> None:
    """Do once what every process that draws would else do again: libraries, letters, outlines."""
    Image.preinit()
    for weight in ("normal", "bold"):
        text_size("0", 9, weight)


@collector_paused()
def _save_drawing(
    folder: Path, name: str, make: Callable[[], Drawn | Nothing | None], *, svg: bool
) -> str:
    """Draw one figure and say what went wrong, with nothing of it left then; "" if nothing did."""
    try:
        made = make()
        if isinstance(made, Nothing):
            with whole_file(folder / f"{name}.txt") as path:
                path.write_text(f"Not drawn: {made.why}.\n", encoding="utf-8")
        elif made is not None:
            save(made[0], folder, name, svg=svg)
            with whole_file(folder / f"{name}.csv") as path:
                write_numbers(made[1], path)
    except Exception as error:
        for kind in ("png", "svg", "csv"):
            (folder / f"{name}.{kind}").unlink(missing_ok=True)
        return words(error)
    return ""
