"""Figures of a folder as pictures in a page, each with its numbers under it."""

from __future__ import annotations

import base64
import csv
from pathlib import Path

from .markup import Html, details, el, table
from .shell import Links

MOST_ROWS = 250
"""Rows of a figure's table that the page carries; the file has them all."""

_TYPES = {"png": "image/png", "svg": "image/svg+xml"}


def picture(
    link: Links, stem: str, title: str, *, kind: str = "png", about: str = ""
) -> Html | None:
    """The figure ``figures/<stem>`` of a folder, with links and numbers; None where there is none.

    Args:
        kind: which of its files the page carries, ``png``, or ``svg`` where there is one. Either
            stands in an ``img``, where what is inside can neither run nor fetch.
        about: what tells it from others of its title, for those who do not see it.
    """
    name = f"figures/{stem}"
    larger = "svg" if (link.folder / f"{name}.svg").is_file() else "png"
    kind = larger if kind == "svg" else kind
    image, data = link.folder / f"{name}.{kind}", link.folder / f"{name}.csv"
    if not image.is_file():
        return None
    whole = f"Figure: {title}, {about}" if about else f"Figure: {title}"
    source = f"data:{_TYPES[kind]};base64,{base64.b64encode(image.read_bytes()).decode()}"
    return el(
        "figure",
        el("h3", title[:1].upper() + title[1:]),
        el("div",
           el("img", src=source, class_="picture", width=1000,
              alt=f"{whole}. Its numbers are in the table below it."),
           class_="wide", tabindex=0, role="region", aria_label=whole),
        el("figcaption", "Larger: ", link(f"{name}.{larger}"),
           ["; data: ", link(f"{name}.csv")] if data.is_file() else None),
        _numbers(data) if data.is_file() else None,
    )  # fmt: skip


def _numbers(file: Path) -> Html:
    with file.open(encoding="utf-8", newline="") as opened:
        head, *rows = csv.reader(opened)
    told = f"The {MOST_ROWS} first of {len(rows)} rows" if len(rows) > MOST_ROWS else "The numbers"
    return details(f"{told} of this figure", table(head, rows[:MOST_ROWS], f"{told}, {file.name}"))
