"""What the sinks of an axis needed and did not get, and what bound what it could deliver.

docs/definitions.md gives the formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from .steps import Steps, joint_spans

Series = Mapping[tuple[str, str], Steps]


_UNSTATED = Steps([0], [-1])
"""For a series that there is none of: no rate is that."""


class Bound(NamedTuple):
    """Seconds of the period in which each of these bound what an axis could deliver.

    ``lorries``: more could be delivered with more of them, where it has a fleet; ``roads``: if
    roads and places carried more; ``sources``: it could not, but if sources gave more; ``need``:
    all that was asked could be delivered; ``nothing``: nothing was asked, since nobody eats at its
    sinks or its side holds none of them.
    """

    lorries: int
    roads: int
    sources: int
    need: int
    nothing: int


def bound(series: Series, axis: str, end: int) -> Bound:
    """How long what bound an axis."""
    found = dict.fromkeys(Bound._fields, 0)
    names = ("deliverable", "asked", "supply", "without_fleet")
    rates = [series.get((f"axis:{axis}", f"{name}_kg_per_day"), _UNSTATED) for name in names]
    for since, until, (deliverable, asked, supply, without_fleet) in joint_spans(end, *rates):
        if deliverable < without_fleet:
            by = "lorries"
        elif deliverable < asked:
            by = "sources" if deliverable == supply else "roads"
        else:
            by = "need" if asked else "nothing"
        found[by] += until - since
    return Bound(**found)


def slacks(series: Series, axis: str, end: int) -> list[float | None]:
    """The lesser of capacity and what sources give, over the demand, at each change of these.

    None where nothing eats.
    """
    names = ("demand", "capacity", "supply")
    rates = [series.get((f"axis:{axis}", f"{name}_kg_per_day")) for name in names]
    return [
        min(most) / demand if demand else None
        for _, _, (demand, *most) in joint_spans(end, *(s for s in rates if s is not None))
    ]


def together(spans: Iterable[tuple[int, int]]) -> int:
    """Seconds in which any of the spans (from, to) lasts."""
    total = reached = 0
    for since, until in sorted(spans):
        total += max(0, until - max(since, reached))
        reached = max(reached, until)
    return total
