"""Sentences whose numbers say what they are.

A sentence is text, and knows of which parts it is made: words, names, and numbers, each of
which carries its measure, unit and value. Words hold no digits, so a number that says
nothing of itself is found by a test.
"""

from __future__ import annotations

from collections.abc import Sequence


class Name(str):
    """What a user wrote, or an id: it may hold digits, and a page keeps it apart."""

    __slots__ = ()


class Said(str):
    """A number as the reader sees it.

    ``measure`` is the path of what it is, or a difference or share of two (``x - y``,
    ``x / y``); "" for a count of things that are named beside it and for a date of something that
    happened. ``unit`` is that of ``value``, which a date has in days from the start.
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


def counted(n: int, one: str, more: str | None = None) -> Said:
    """So many things: "1 convoy", "3 convoys"."""
    name = one if n == 1 else more or f"{one}s"
    return Said(f"{n:,} {name}", n, more or f"{one}s")
