"""Answers kept for as long as they may be asked for again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

Asked = TypeVar("Asked", bound=Hashable)
Kept = TypeVar("Kept")


class Latest(dict[Asked, Kept]):
    """Answers by what was asked, the latest ``MOST``: on a large network each takes megabytes."""

    MOST = 64

    @property
    def last(self) -> Kept | None:
        """The answer that was found last, None where there is none."""
        return next(reversed(self.values()), None)

    def __setitem__(self, key: Asked, value: Kept) -> None:
        """Keep an answer in place of the oldest."""
        if len(self) >= self.MOST:
            del self[next(iter(self))]
        super().__setitem__(key, value)
