"""TNTP networks, as the Transportation Networks for Research project writes them.

Links are one-way: ``init_node term_node capacity length free_flow_time ... ;`` after the
metadata. Length is taken as km and free-flow time as minutes, as in most of its files.
"""

from __future__ import annotations

import re
from pathlib import Path

from .table import Rows

_TAG = re.compile(r"\s*<([^>]*)>\s*(.*)")


def read_tntp(file: str, text: str) -> Rows:
    """Rows of a TNTP network file."""
    rows = Rows(file, Path(file).stem)
    links: int | None = None
    inside = False
    for line, content in enumerate(text.splitlines(), start=1):
        tag = _TAG.match(content)
        if tag and not inside:
            name = tag[1].strip().upper()
            if name == "END OF METADATA":
                inside = True
            elif name == "NUMBER OF LINKS":
                digits = tag[2].strip()
                links = int(digits) if re.fullmatch("[0-9]{1,18}", digits) else None
            continue
        body = content.partition("~")[0].partition(";")[0].split()
        if not body:
            continue
        if not inside:
            rows.error(line, "a row before <END OF METADATA>")
        elif len(body) < 3:
            rows.error(line, "a link needs init_node, term_node and capacity")
        else:
            length = rows.number(line, "length", body[3]) if len(body) > 3 else None
            minutes = rows.number(line, "free_flow_time", body[4]) if len(body) > 4 else None
            rows.add(
                body[0], body[1], body[2], line=line, km=length,
                seconds=round(minutes * 60) if minutes else None,
            )  # fmt: skip
    if not inside:
        rows.error(0, "there is no <END OF METADATA>")
    elif links is not None and links != len(rows.tails) and not rows.report.diagnostics:
        rows.error(0, f"{len(rows.tails)} links, not {links} as <NUMBER OF LINKS> says")
    return rows
