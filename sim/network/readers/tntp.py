"""TNTP networks, as the Transportation Networks for Research project writes them.

Links are one-way: ``init_node term_node capacity length free_flow_time ... ;`` after the
metadata. Length is taken as km and free-flow time as minutes, as in most of its files. Nodes
numbered below ``<FIRST THRU NODE>`` begin and end trips, and nothing passes through them.
"""

from __future__ import annotations

import re
from pathlib import Path

from .options import Reading
from .rows import Rows

_TAG = re.compile(r"\s*<([^>]*)>\s*(.*)")
_COLUMNS = ("init_node", "term_node", "capacity", "length", "free_flow_time")
_ALSO = {"length": ("km", 1.0), "free_flow_time": ("seconds", 60.0), "init_node": ("from", 1.0),
         "term_node": ("to", 1.0)}  # fmt: skip


def read_tntp(file: str, text: str, options: Reading) -> Rows:
    """Rows of a TNTP network file."""
    rows = Rows(file, Path(file).stem, options)
    tags: dict[str, tuple[int, str]] = {}
    lines: list[int] = []
    links: list[list[str]] = []
    inside = False
    for line, content in enumerate(text.splitlines(), start=1):
        tag = _TAG.match(content)
        if tag and not inside:
            name = tag[1].strip().upper()
            inside = name == "END OF METADATA"
            tags[name] = line, tag[2].strip()
            continue
        body = content.partition("~")[0].partition(";")[0].split()
        if not body:
            continue
        if not inside:
            rows.error(line, "a row before <END OF METADATA>")
        elif len(body) < 3:
            rows.error(line, "a link needs init_node, term_node and capacity")
        else:
            links.append(body[: len(_COLUMNS)] + [""] * (len(_COLUMNS) - len(body)))
            lines.append(line)
    if not inside:
        rows.error(0, "there is no <END OF METADATA>")
    stated, first = (_whole(tags, name) for name in ("NUMBER OF LINKS", "FIRST THRU NODE"))
    if first is None and (said := tags.get("FIRST THRU NODE", (0, "")))[1]:
        rows.error(said[0], f"<FIRST THRU NODE> '{said[1][:20]}' is no whole number")
    if stated is None and tags.get("NUMBER OF LINKS", (0, ""))[1]:
        rows.notes.put_first("<NUMBER OF LINKS> is no whole number: is the file whole?")
    if stated is not None and stated != len(links):
        rows.notes.put_first(
            f"{len(links):,} links, not {stated:,} as <NUMBER OF LINKS> says: is the file whole?"
        )
    if rows.report.diagnostics or not links:
        return rows
    rows.take(dict(zip(_COLUMNS, zip(*links, strict=True), strict=True)), lines, both=False,
              also=_ALSO)  # fmt: skip
    ends = {*rows.tails, *rows.heads}
    rows.shut = {node for node in ends if node.isdecimal() and int(node) < (first or 0)}
    if rows.shut:
        rows.notes.add(
            f"{len(rows.shut):,} nodes below <FIRST THRU NODE> {first} are not passed through"
        )
    return rows


def _whole(tags: dict[str, tuple[int, str]], name: str) -> int | None:
    """A whole number of the metadata, None where none is stated."""
    digits = tags.get(name, (0, ""))[1]
    return int(digits) if re.fullmatch("[0-9]{1,18}", digits) else None
