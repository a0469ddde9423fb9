"""A table laid out in so many characters: cells are broken between words, names never.

Where it does not fit the rows stand in groups under what their dotted names have in common; where
it does not fit then either, each row is told in sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len

GAP = 2
"""Spaces between columns."""

_AFTER_WORDS = re.compile(r"(?<= )(?<! x )(?!%|x )")
"""Where a line may end: neither before a percent sign nor within a term such as "rain x chance"."""

Row = Sequence[str]


def wide(texts: Iterable[str]) -> int:
    """Characters of the widest line."""
    return max(cell_len(line) for text in texts for line in text.split("\n"))


def lines(
    heads: Row, rows: Sequence[Row], right: Sequence[bool], width: int, rule: str
) -> Iterator[str]:
    """The lines of a table: its head, a rule, its rows.

    Args:
        right: the columns whose cells stand to the right.
        width: characters of a line; a single word, or name, that is longer is whole all the same.
        rule: the character of the rule below the head.
    """
    widths = fitted([heads, *rows], width)
    groups = [""] * len(rows)
    if widths is None and any("." in row[0] for row in rows):
        parted = [row[0].rpartition(".") for row in rows]
        groups = [stem for stem, _, _ in parted]
        under = [
            [f"  {last}" if stem else last, *row[1:]]
            for (stem, _, last), row in zip(parted, rows, strict=True)
        ]
        widths = fitted([heads, *under], width)
        rows = rows if widths is None else under
    if widths is None:
        for row in rows:
            yield from _told(heads, row, width)
        return
    yield from _laid(heads, right, widths)
    yield rule * (sum(widths) + GAP * (len(widths) - 1))
    last = ""
    for group, row in zip(groups, rows, strict=True):
        if group not in ("", last):
            yield group
        last = group
        yield from _laid(row, right, widths)


def fitted(rows: Sequence[Row], width: int) -> list[int] | None:
    """Widths of the columns with which rows fit into ``width``; None where no word may break."""
    columns = list(zip(*rows, strict=True))
    room = width - GAP * (len(columns) - 1)
    whole = [wide(cells) for cells in columns]
    found = [max(wide(_words(cell)) for cell in cells) for cells in columns]
    if sum(found) > room:
        return None
    spare = room - sum(found)
    # those that lack least first, so that few columns have broken cells
    order = sorted(range(len(columns)), key=lambda i: whole[i] - found[i])
    for n, i in enumerate(order):
        more = min(whole[i] - found[i], spare // (len(order) - n))
        found[i] += more
        spare -= more
    return found


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of so many characters, broken between words alone."""
    found = [""]
    for word in _AFTER_WORDS.split(text):
        if found[-1] and cell_len((found[-1] + word).rstrip()) > width:
            found.append("")
        found[-1] += word
    return [line.rstrip() for line in found]


def _words(text: str) -> list[str]:
    """What of a text stays in one line; an indent stays with its word."""
    indent = text[: len(text) - len(text.lstrip())]
    words = [word.rstrip() for word in _AFTER_WORDS.split(text.lstrip())]
    return [indent + words[0], *words[1:]]


def _laid(row: Row, right: Sequence[bool], widths: Sequence[int]) -> Iterator[str]:
    """The lines of one row."""
    cells = [
        [text] if cell_len(text) <= width else wrapped(text, width)
        for text, width in zip(row, widths, strict=True)
    ]
    for i in range(max(map(len, cells))):
        padded = []
        for texts, width, to_right in zip(cells, widths, right, strict=True):
            text = texts[i] if i < len(texts) else ""
            space = " " * (width - cell_len(text))
            padded.append(space + text if to_right else text + space)
        yield (" " * GAP).join(padded).rstrip()


def _told(heads: Row, row: Row, width: int) -> Iterator[str]:
    """A row as its name and, below it, what each column says."""
    yield row[0]
    said = "; ".join(
        f"{head}: {cell}" for head, cell in zip(heads[1:], row[1:], strict=True) if cell
    )
    yield from (f"  {line}" for line in wrapped(said, width - 2))
