"""Answers kept for as long as they may be asked for again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

from sim.network import Graph

Asked = TypeVar("Asked", bound=Hashable)
Kept = TypeVar("Kept")

BYTES = 8_000_000
"""Memory that the answers of one kind to one axis take, about."""

EACH = 64
"""Bytes of an answer and its question for each road and place of a network: some eight arrays."""

LEAST = 4
"""Answers that are kept on a network of any size."""


class Latest(dict[Asked, Kept]):
    """Answers by what was asked, the latest ``MOST``; fewer where each takes megabytes.

    That is on a large ``graph``, of all of whose roads and places each tells. The ``last`` is the
    one that was found last, None where there is none.
    """

    MOST = 64

    def __init__(self, graph: Graph | None = None) -> None:
        super().__init__()
        size = 0 if graph is None else len(graph.roads) + len(graph.places)
        self._most = min(self.MOST, max(LEAST, BYTES // max(1, EACH * size)))
        self.last: Kept | None = None

    def __setitem__(self, key: Asked, value: Kept) -> None:
        """Keep an answer in place of the oldest."""
        if len(self) >= self._most:
            del self[next(iter(self))]
        self.last = value
        super().__setitem__(key, value)
