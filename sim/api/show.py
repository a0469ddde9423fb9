"""How the objects of the API show themselves: a few lines, or a small table in a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from html import escape
from typing import TYPE_CHECKING, ClassVar, TypeVar

from sim.base import numbers
from sim.base.diagnostics import suggest
from sim.base.errors import BadInputError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from matplotlib.figure import Figure

    from sim.tables.data import DataTable
    from sim.view.saving import Drawing

T = TypeVar("T", bound="DataclassInstance")

Facts = Sequence[tuple[str, str]]
"""What is said of an object: labels and what they label."""

WIDTH = 76
"""Characters of a fact that are shown."""


class Shown:
    """An object that shows itself in a title and a few facts, however much it holds."""

    def _glance(self) -> tuple[str, Facts]:
        """The title and the facts, fifteen at most."""
        raise NotImplementedError

    def __repr__(self) -> str:
        title, facts = self._glance()
        wide = max((len(label) for label, _ in facts), default=0)
        lines = (f"  {label:<{wide}}  {numbers.short(said, WIDTH)}" for label, said in facts)
        return "\n".join([title, *lines])

    def _repr_html_(self) -> str:
        title, facts = self._glance()
        rows = "".join(
            f'<tr><th style="text-align:left">{escape(label)}</th>'
            f'<td style="text-align:left">{escape(numbers.short(said, WIDTH))}</td></tr>'
            for label, said in facts
        )
        return f"<table><caption>{escape(title)}</caption>{rows}</table>"


class Found(Shown):
    """What was found, as tables and figures that are asked for by name; its kind says which."""

    _first: ClassVar[tuple[str, str]]
    """The table and the figure that are given where none is named."""

    def _tables(self) -> Iterable[DataTable]:
        raise NotImplementedError

    def _figures(self) -> Iterable[Drawing]:
        raise NotImplementedError

    def table(self, name: str | None = None) -> DataTable:
        """One of its tables; None: the one that is named first.

        Raises:
            BadInputError: there is none of that name.
        """
        return table_named(self._tables(), self._first[0] if name is None else name)

    def plot(self, kind: str | None = None, of: str | None = None) -> Figure:
        """One of its figures; None: the one that is named first.

        Args:
            of: the axis, operation or measure that it is of; None: the first that there is.

        Raises:
            BadInputError: there is no such figure.
        """
        return figure_named(self._figures(), self._first[1] if kind is None else kind, of)


def amount(value: float | None, unit: str) -> str:
    """A number and its unit in words, 'never' for a time that did not come."""
    if value is None:
        return "never" if unit == "day" else "none"
    return numbers.amount(value, unit)


def names(found: Iterable[str]) -> str:
    """Names in a row."""
    return ", ".join(found) or "none"


def made(kind: type[T], of: DataclassInstance) -> T:
    """The same data as an object of the API, which also shows, draws and makes tables."""
    values = {f.name: getattr(of, f.name) for f in fields(kind)}
    return kind(**values)


def chosen(name: str, known: Iterable[str], what: str) -> str:
    """The name itself.

    Raises:
        BadInputError: it is not known; the message names the nearest, and what there is.
    """
    known = list(known)
    if name in known:
        return name
    hint = suggest(name, known)
    more = f"; {hint}" if hint else f"; there is: {names(known)}" if len(known) <= 30 else ""
    raise BadInputError(f"unknown {what} '{name}'{more}")


def table_named(tables: Iterable[DataTable], name: str) -> DataTable:
    """One table by its name.

    Raises:
        BadInputError: there is none of that name.
    """
    seen = []
    for table in tables:  # those behind it are not made
        if table.name == name:
            return table
        seen.append(table.name)
    chosen(name, seen, "table")
    raise AssertionError("a table that is there was found above")


def figure_named(figures: Iterable[Drawing], kind: str, of: str | None = None) -> Figure:
    """The first figure of a kind, or the one of something: an axis, an operation, a measure.

    Raises:
        BadInputError: there is no such figure.
    """
    from sim.view.saving import Nothing

    seen = []
    empty = []
    wanted = kind if of is None else f"{kind}_{of.replace('.', '_')}"
    for name, draw in figures:
        if name == wanted or (of is None and name.startswith(f"{kind}_")):
            drawn = draw()
            if isinstance(drawn, Nothing):
                empty.append(f"{name} would show nothing: {drawn.why}")
            elif drawn is not None:
                return drawn[0]
        else:
            seen.append(name)
    if empty:
        raise BadInputError("; ".join(empty))
    chosen(wanted, seen, "figure")
    raise AssertionError("a figure that is there was found above")
