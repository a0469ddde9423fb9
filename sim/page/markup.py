"""HTML in small pieces: whatever is not marked as markup is text, and is escaped."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from sim.base.said import Key, Name, Sentence

_VOID = frozenset({"br", "col", "img", "input", "meta"})

_UNENDED = frozenset({"li", "option", "td", "th", "tr"})
"""Elements that end where the next one or their parent does: HTML needs no end tag of them, and
those of all tables would be a tenth of a page."""


class Html(str):
    """Markup that goes into a page as it stands."""

    __slots__ = ()


Piece = str | int | float | Iterable[Any] | None
"""A child of an element: markup, text, a number, None for nothing, or any of these in a row."""


def el(tag: str, *children: Piece, **attributes: str | int | float | bool | None) -> Html:
    """An element. ``class_`` is ``class``, ``data_time`` is ``data-time``.

    An attribute that is True stands bare; one that is None or False is left out.
    """
    said = "".join(
        f" {name.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{escape(str(value))}"')
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in _VOID:
        return Html(f"<{tag}{said}>")
    end = "" if tag in _UNENDED else f"</{tag}>"
    return Html(f"<{tag}{said}>{join(*children)}{end}")


def join(*pieces: Piece) -> Html:
    """The pieces as markup: text escaped, joined without anything between."""
    return Html("".join(map(_markup, pieces)))


def _markup(piece: Piece) -> Html:
    if piece is None:
        return Html("")
    if isinstance(piece, Html):
        return piece
    if isinstance(piece, Sentence):
        return join(*map(_part, piece.parts))
    if isinstance(piece, str | int | float):
        return Html(escape(str(piece)))
    return join(*piece)


def _part(part: str) -> str:
    """A part of a sentence: keys as code, names kept apart."""
    if isinstance(part, Key):
        return el("code", part)
    return named(part) if isinstance(part, Name) else part


def named(text: str) -> Html:
    """A name of the user's, kept apart from its surroundings whichever way it is written."""
    return el("bdi", text) if text else Html("")


_ADDRESS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?()\[\]]")


def linked(text: str) -> Html:
    """A text of the user's, kept apart as a name is, its web addresses as links."""
    pieces: list[Piece] = []
    end = 0
    for found in _ADDRESS.finditer(text):
        pieces += [text[end : found.start()], el("a", found[0], href=found[0], rel="noreferrer")]
        end = found.end()
    return el("bdi", pieces, text[end:])


def listed(items: Iterable[Piece], last: str = " and ") -> Html:
    """Pieces with commas between, and ``last`` before the last of them."""
    parts = [join(item) for item in items]
    if len(parts) < 2:
        return Html("".join(parts))
    return Html(", ".join(parts[:-1]) + last + parts[-1])


def few(pieces: Sequence[Piece], most: int) -> list[Piece]:
    """The first ``most`` of the pieces, then how many more there are."""
    more = len(pieces) - most
    return [*pieces[:most], f"{more} more"] if more > 0 else [*pieces]


def script_json(document: Any) -> str:
    """JSON that may stand inside a script element: ASCII, without ``<``, ``>`` and ``&``.

    Raises:
        ValueError: a number is not finite.
    """
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def table(
    head: Iterable[Piece], rows: Iterable[Iterable[Piece]], caption: Piece, *,
    numbers: Iterable[int] = (), **attributes: str | bool | None,
) -> Html:  # fmt: skip
    """A table that scrolls by itself where it is wider than the page.

    The first cell of a row is its heading; ``numbers`` are the columns set to the right.
    """
    right = frozenset(numbers)

    def cell(tag: str, number: int, piece: Piece, **more: str) -> Html:
        return el(tag, piece, class_="n" if number in right else None, **more)

    top = el("tr", [cell("th", i, piece, scope="col") for i, piece in enumerate(head)])
    cells = (
        [cell("td", i, p) if i else cell("th", 0, p, scope="row") for i, p in enumerate(row)]
        for row in rows
    )
    body = [el("tr", row) for row in cells]
    whole = el("table", el("caption", caption), el("thead", top), el("tbody", body), **attributes)
    return el("div", whole, class_="wide", tabindex=0, role="region", aria_label=_text(caption))


def source_line(*pieces: Piece) -> Html:
    """A line, set small, that says where something is from or where all of it is."""
    return el("p", pieces, class_="source")


def details(summary: Piece, *inside: Piece, **attributes: str | bool | None) -> Html:
    """What is folded away until the reader asks for it."""
    return el("details", el("summary", summary), *inside, **attributes)


def _text(piece: Piece) -> str:
    """What a caption says, for a label: captions hold text, and names in ``bdi`` alone."""
    from html import unescape

    return unescape(join(piece).replace("<bdi>", "").replace("</bdi>", ""))
