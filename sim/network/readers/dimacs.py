"""DIMACS max-flow problems: ``p max NODES ARCS``, ``n NODE s|t``, ``a FROM TO CAPACITY``."""

from __future__ import annotations

from pathlib import Path

from .options import Reading
from .rows import Rows


def read_dimacs(file: str, text: str, options: Reading) -> Rows:
    """Rows of a DIMACS file; arcs are one-way."""
    rows = Rows(file, Path(file).stem, options)
    nodes = arcs = -1
    ends: dict[str, list[str]] = {"s": [], "t": []}
    found: list[tuple[str, str, str]] = []
    lines: list[int] = []
    for line, content in enumerate(text.splitlines(), start=1):
        match content.split():
            case [] | ["c", *_]:
                pass
            case ["p", "max", n, m] if n.isdecimal() and m.isdecimal():
                nodes, arcs = int(n), int(m)
            case ["p", *_]:
                rows.error(
                    line, "this is no max-flow problem", "one begins with 'p max NODES ARCS'"
                )
            case ["n", node, ("s" | "t") as end] if _is_node(node, nodes):
                ends[end].append(node)
            case ["a", tail, head, capacity] if _is_node(tail, nodes) and _is_node(head, nodes):
                found.append((tail, head, capacity))
                lines.append(line)
            case _:
                what = content.strip()[:40]
                rows.error(line, f"'{what}' is no line of a max-flow problem of {nodes} nodes")
    if arcs < 0:
        rows.error(0, "there is no line 'p max NODES ARCS'")
    elif arcs != len(found) and not rows.report.diagnostics:
        rows.error(0, f"{len(found)} arcs, not {arcs} as the problem line says")
    if rows.report.diagnostics or not found:
        return rows
    for end, word in (("s", "source"), ("t", "sink")):
        if ends[end]:
            rows.notes.add(f"the file names {', '.join(ends[end])} as {word}")
    rows.lone = {str(node) for node in range(1, nodes + 1)} if nodes <= 2 * arcs else set()
    columns = zip(("from", "to", "capacity"), zip(*found, strict=True), strict=True)
    rows.take(dict(columns), lines, both=False)
    return rows


def _is_node(name: str, nodes: int) -> bool:
    return name.isdecimal() and len(name) < 12 and 1 <= int(name) <= nodes
