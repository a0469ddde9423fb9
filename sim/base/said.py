"""Sentences whose numbers say what they are.

A sentence is text, and knows of which parts it is made: words, names, and numbers, each of
which carries its measure, unit and value. Words hold no digits, so a number that says
nothing of itself is found by a test.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .numbers import percent


class Name(str):
    """What a user wrote or asked for, or an id: it may hold digits, and a page keeps it apart."""

    __slots__ = ()


class Key(Name):
    """A dotted path of a scenario or of a measure: a page sets it as code."""

    __slots__ = ()


class Said(str):
    """A number as the reader sees it.

    ``measure`` is the path of what it is, or a difference or share of two (``x - y``,
    ``x / y``); in an answer other than the summary of a run the keys that lead to it, see
    :func:`at`. It is "" for a count of things that are named beside it, for a date of something
    that happened, and for a level that is set. ``unit`` is that of ``value``, which a date has in
    days from the start.
    """

    measure: str
    unit: str
    value: float | None

    def __new__(
        cls, text: str, value: float | None = None, unit: str = "", measure: str = ""
    ) -> Said:
        """The text of a number, and what it is."""
        said = super().__new__(cls, text)
        said.value, said.unit, said.measure = value, unit, measure
        return said


class Sentence(str):
    """Text of ``parts``: words, :class:`Name` and :class:`Said`."""

    parts: tuple[str, ...]

    def __new__(cls, *parts: str) -> Sentence:
        """The parts in a row; the parts of a sentence among them are its own."""
        flat: list[str] = []
        for part in parts:
            flat += part.parts if isinstance(part, Sentence) else [part]
        sentence = super().__new__(cls, "".join(flat))
        sentence.parts = tuple(flat)
        return sentence

    def clauses(self, between: str = "; ") -> list[Sentence]:
        """What stands between the semicolons of its words."""
        found: list[list[str]] = [[]]
        for part in self.parts:
            pieces = [part] if isinstance(part, Name | Said) else part.split(between)
            found[-1].append(pieces[0])
            found += [[piece] for piece in pieces[1:]]
        return [Sentence(*filter(None, parts)) for parts in found]

    def capitalized(self) -> Sentence:
        """The same with a capital at its beginning, unless that is a name or a number."""
        first, *rest = self.parts
        if isinstance(first, Name | Said):
            return self
        return Sentence(first[:1].upper() + first[1:], *rest)


def several(parts: Sequence[str], between: str = ", ", last: str = " and ") -> Sentence:
    """The parts with ``between`` them, and ``last`` before the last of them."""
    made: list[str] = []
    for n, part in enumerate(parts):
        if n:
            made.append(last if n == len(parts) - 1 else between)
        made.append(part)
    return Sentence(*made)


def counted(n: int, one: str, more: str | None = None, measure: str = "") -> Said:
    """So many things: "1 convoy", "3 convoys"."""
    name = one if n == 1 else more or f"{one}s"
    return Said(f"{n:,} {name}", n, more or f"{one}s", measure)


def names(items: Sequence[str], most: int, last: str = "and") -> Sentence:
    """The first of the names with commas between, and how many more there are; none: "nothing"."""
    if not items:
        return Sentence("nothing")
    first = several(_named(items[:most]), last=", ")
    more = len(items) - most
    if more <= 0:
        return first
    return Sentence(first, f" {last} ", Said(f"{more} more", more, "names"))


def _named(items: Sequence[str]) -> list[Name]:
    return [item if isinstance(item, Name) else Name(item) for item in items]


def listed(items: Sequence[str], last: str = "and", most: int = 3) -> Sentence:
    """Names in words: "a, b and c", "a, b, c and 2 more"; none are "nothing"."""
    if not items or len(items) > most:
        return names(items, most, last)
    return several(_named(items), last=f" {last} ")


def share(of: float, measure: str = "") -> Said:
    """A share in percent; one of more than nothing is not said to be nothing, nor all."""
    text = percent(of)
    if 0 < of < 0.005:
        text = "under 1 %"
    elif 0.995 <= of < 1:
        text = "over 99 %"
    return Said(text, of, "1", measure)


LEVEL = share(0.95)
"""The level of every interval."""


def at(document: Any, path: str) -> Any:
    """What a path leads to: keys with slashes between; of a list a number, or a thing's path.

    Raises:
        LookupError: to nothing.
    """
    for key in path.split("/"):
        if isinstance(document, Mapping):
            document = document[key]
        elif key.isdigit():
            document = document[int(key)]
        else:
            document = {one["path"]: one for one in document}[key]
    return document
