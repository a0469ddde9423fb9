"""What a reader finds wrong in a file, and what it leaves out, guesses or doubts."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from sim.base.diagnostics import Mark, Report

from .table import MOST

_MOST_LINES = 5


@dataclass
class Notes:
    """Sentences about a file, in the order in which they were first said."""

    _first: list[str] = field(default_factory=list)
    _lines: dict[str, list[int]] = field(default_factory=dict)

    def add(self, what: str, line: int | None = None) -> None:
        """Say something of the file, or of one more of its lines."""
        lines = self._lines.setdefault(what, [])
        if line is not None:
            lines.append(line)

    def put_first(self, what: str) -> None:
        """Say something that stands before all else."""
        self._first.append(what)

    def told(self) -> tuple[str, ...]:
        """All sentences, each with how many lines it is about and the first of them."""
        return (*self._first, *(_sentence(*note) for note in self._lines.items()))


def _sentence(what: str, lines: list[int]) -> str:
    if not lines:
        return what
    shown = [str(line) for line in lines if line][:_MOST_LINES]
    more = ", ..." if len(lines) > len(shown) > 0 else ""
    where = f"line{'s' * (len(lines) > 1)} {', '.join(shown)}{more}" if shown else ""
    if len(lines) == 1:
        return f"{what} ({where})" if where else what
    return f"{what}: {len(lines):,} times" + (f" ({where})" if where else "")


@dataclass
class FileReport:
    """What is wrong in a file, and what is said of it."""

    file: str
    report: Report = field(default_factory=Report, kw_only=True)
    notes: Notes = field(default_factory=Notes, kw_only=True)

    def error(self, line: int, message: str, hint: str | None = None) -> None:
        """Report something wrong in a line (from 1; 0 for the whole file)."""
        self.report.error(Mark(self.file, line, 1), message, hint)

    def number(self, line: int, name: str, text: str | None) -> float | None:
        """A number from 0 to ``MOST`` from text, None (and a report) for anything else.

        None without a report where nothing is stated, infinity for what takes for ever.
        """
        if text is None:
            return None
        try:
            value = math.nan if "_" in text else float(text)
        except ValueError:
            value = math.nan
        if value == math.inf:
            return value
        if not value >= 0:
            self.error(line, f"{name} '{text}' is not a number of at least 0")
            return None
        if value > MOST:
            self.error(line, f"{name} '{text}' is too large: at most {MOST:g}")
            return None
        return abs(value)  # no -0
