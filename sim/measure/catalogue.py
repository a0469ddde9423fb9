"""The measures of a run by path, each with its unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

Number = int | float | None


class Measure(NamedTuple):
    """One number and its unit; None where it does not apply or did not come."""

    value: Number
    unit: str


class Catalogue(Mapping[str, Measure]):
    """Measures in the order of their paths.

    ``numbers`` and ``units`` are kept apart: a run has a thousand, few of which are ever looked up.
    """

    def __init__(self, numbers: Mapping[str, Number], units: Mapping[str, str]) -> None:
        self.numbers = {path: numbers[path] for path in sorted(numbers)}
        self.units = {path: units[path] for path in self.numbers}

    def __getitem__(self, path: str) -> Measure:
        return Measure(self.numbers[path], self.units[path])

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)
