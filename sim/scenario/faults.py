"""Faults of what a scenario states: raised where they are found, recorded where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sim.base.diagnostics import Mark, Report

__all__ = ["InputError", "inside", "reported"]


class InputError(ValueError):
    """A value that cannot be used: what is wrong, how to mend it, and where inside it.

    ``at`` is the path of keys and indices from the value to the part that is wrong.
    """

    def __init__(self, message: str, hint: str | None = None, at: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.message, self.hint, self.at = message, hint, at


@contextmanager
def inside(*path: Any) -> Iterator[None]:
    """What is read in the block stands at ``path`` in the value: so do its faults."""
    try:
        yield
    except InputError as error:
        raise type(error)(error.message, error.hint, (*path, *error.at)) from None


@contextmanager
def reported(report: Report, mark: Mark) -> Iterator[None]:
    """A fault of what is read in the block is an error at ``mark``, and the block ends."""
    try:
        yield
    except InputError as fault:
        report.error(mark, fault.message, fault.hint)
