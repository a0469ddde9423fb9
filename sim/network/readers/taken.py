"""Columns of a file as what they say of its roads: numbers, flags, texts, each with its faults."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from sim.base.diagnostics import did_you_mean
from sim.base.errors import BadInputError
from sim.base.names import to_the_eye

from .columns import ROLES, UNITS, Chosen, Table, plain
from .notes import FileReport
from .options import ByClass
from .table import MOST, UNSTATED_KM

_TRUE = ("true", "yes", "1", "t", "y", "1.0")
_FALSE = ("", "false", "no", "0", "f", "n", "0.0")
_AGAINST = ("-1", "-1.0", "reverse", "reversed")
_EITHER = ("reversible", "alternating")
_WITH_UNIT = re.compile(r"(\d+(?:\.\d*)?)\s*([A-Za-z/]+)")


def flag(word: str) -> bool | None:
    """True and false as files write them, None for what is neither; no text is false."""
    bare = word.strip().lower()
    return True if bare in _TRUE else False if bare in _FALSE else None


def text(value: object) -> str | None:
    """A value as text, whole numbers without decimals; None for what is missing."""
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)


def first(listed: str) -> str:
    """The first of a list that stands as text (``['primary', 'secondary']``), or the text."""
    if not listed.startswith("["):
        return listed
    return listed.strip("[]").split(",")[0].strip(" '\"")


class Taken:
    """The rows of a table, by what its chosen columns say.

    ``capacity_by`` is what classes carry, by column; what is wrong goes to ``rows``.
    """

    def __init__(
        self, rows: FileReport, capacity_by: Mapping[str, Mapping[str, ByClass]], table: Table,
        chosen: Chosen, lines: Sequence[int],
    ) -> None:  # fmt: skip
        self.rows = rows
        self.capacity_by = capacity_by
        self.table = table
        self.chosen = chosen
        self.lines = lines
        self._speeds: list[float | None] = [None] * len(lines)

    def lacks_ends(self) -> bool:
        """Report which end no column names; True where one lacks."""
        lacking = [end for end in ("from", "to") if end not in self.chosen.at]
        for name in lacking:
            known = [c for c in self.table if plain(c) in ROLES[name].offers]
            close = known[0] if known else did_you_mean(name, self.table)
            self.rows.error(
                1, f"the header has no column '{name}'",
                f"columns are {', '.join(ROLES)}"
                + (f"; is it '{close}'? --column {name}={close} reads it" if close else ""),
            )  # fmt: skip
        return bool(lacking)

    def texts(self, role: str) -> list[str | None]:
        """The texts of a role, None where a row states none."""
        if role not in self.chosen.at:
            return [None] * len(self.lines)
        values = self.table[self.chosen.at[role][0]]
        if set(map(type, values)) == {str} and "" not in values:  # all as they are, much faster
            return list(map(str, values))
        return [text(value) or None for value in values]

    def ends(self) -> tuple[list[str], list[str]]:
        """The places at both ends, as they are seen; "" where a row names none."""
        tails, heads = (self._seen([one or "" for one in self.texts(r)]) for r in ("from", "to"))
        return tails, heads

    def _seen(self, names: list[str]) -> list[str]:
        shown = {name: to_the_eye(name) for name in dict.fromkeys(names)}
        odd = [name for name, plain_ in shown.items() if name.strip() != plain_]
        for name in odd:
            if not name.isascii():
                self.rows.notes.add(f"read without marks that nobody sees: '{shown[name]}'")
        return [shown[name] for name in names]

    def capacities(self) -> list[str | None]:
        """Capacities as texts: the row's own, else that of its class."""
        found = self.texts("capacity")
        for column, known in self.capacity_by.items():
            for row, by in enumerate(self._by(column, known)):
                if by is not None:
                    found[row] = by.capacity if found[row] is None else found[row]
                    self._speeds[row] = self._speeds[row] or by.speed
        return found

    def _by(self, column: str, known: Mapping[str, ByClass]) -> list[ByClass | None]:
        """What the class of each row carries, None where it has none that is known."""
        name = self.chosen.at.get(plain(column), (None, 1.0))[0]
        name = name or next((c for c in self.table if plain(c) == plain(column)), None)
        if name is None:
            raise BadInputError(f"capacity_by: there is no column '{column}'")
        found: list[ByClass | None] = []
        for value, line in zip(self.table[name], self.lines, strict=True):
            key = first(text(value) or "").casefold()
            by = known.get(key, known.get("*"))
            if by is None:
                what = f"{column} '{key}' has no capacity" if key else f"no {column} is stated"
                self.rows.notes.add(what, line)
            found.append(by)
        return found

    def lengths(
        self, drawn: Sequence[float] | None, share: Sequence[float] | None
    ) -> tuple[list[float | None], list[int | None], set[int]]:
        """Lengths (km) and times (s), and the rows that no one can ever travel.

        ``drawn`` are lengths where none are stated, ``share`` the parts of the stated ones.
        """
        km, speeds, times = (self._numbers(role) for role in ("km", "speed", "seconds"))
        if share is not None:
            km = [n and n * part for n, part in zip(km, share, strict=True)]
            times = [n and n * part for n, part in zip(times, share, strict=True)]
        if drawn is not None:
            km = [own if n is None else n for n, own in zip(km, drawn, strict=True)]
        lost = {
            row for numbers in (km, times) for row, n in enumerate(numbers) if n == math.inf
        }  # fmt: skip
        for row in sorted(lost):
            self.rows.notes.add("skipped: a road without end", self.lines[row])
        seconds: list[int | None] = [None] * len(self.lines)
        if times.count(None) < len(times):
            seconds = [round(s) if s and s < math.inf else None for s in times]
        for row, by_class in enumerate(self._speeds):
            speed = speeds[row] or by_class
            own = km[row]
            length = UNSTATED_KM if own is None else own
            if speed and speed < math.inf and seconds[row] is None:
                seconds[row] = round(min(length, MOST) / speed * 3600)
        return km, seconds, lost

    def _numbers(self, role: str) -> list[float | None]:
        """The numbers of a role in its unit; what is none is reported."""
        stated = self.texts(role)
        if role not in self.chosen.at:
            return [None] * len(stated)
        name, factor = self.chosen.at[role]
        try:
            found = [float(one) if one else None for one in stated]
        except ValueError:
            found = []
        known = [one for one in found if one is not None]
        # as the one by one below has it, faster: min and max are wrong of what is no number
        plain_ = (
            found
            and not any(math.isnan(one) for one in known)
            and 0 <= min(known, default=0) <= max(known, default=0) <= MOST
            and not any(one and "_" in one for one in stated)
        )
        if not plain_:
            return [
                self._number(role, name, (one and first(one.strip())) or None, line, factor)
                for one, line in zip(stated, self.lines, strict=True)
            ]
        if factor == 1:
            return [None if one is None else abs(one) for one in found]
        return [None if one is None else abs(one) * factor for one in found]

    def _number(
        self, role: str, name: str, stated: str | None, line: int, factor: float
    ) -> float | None:
        """One number in the unit of a role; a unit of its own may stand behind it."""
        number, unit = stated, ""
        if stated is not None and (match := _WITH_UNIT.fullmatch(stated)) is not None:
            number, unit = match[1], match[2].lower()
            if unit not in UNITS.get(role, {}):
                number, unit = stated, ""
        value = self.rows.number(line, name, number)
        return None if value is None else value * (UNITS[role][unit] if unit else factor)

    def ways(self, both: bool | Sequence[bool]) -> tuple[list[bool], list[int]]:
        """Whether each row is of two ways, and the rows that lead against their own direction."""
        count = len(self.lines)
        ways = [both] * count if isinstance(both, bool) else list(both)
        back: list[int] = []
        for role, two in (("oneway", False), ("both", True)):
            if role not in self.chosen.at:
                continue
            words = self.texts(role)
            for word in dict.fromkeys(words):
                if word is not None and word.strip():
                    self._take_way(role, two, word.strip(), words, ways, back)
        return ways, back

    def _take_way(
        self, role: str, two: bool, word: str, words: Sequence[str | None], ways: list[bool],
        back: list[int],
    ) -> None:  # fmt: skip
        """What the rows of one word are: ``two`` ways where it is true, or else one."""
        bare = word.lower()
        known = flag(bare)
        rows = [row for row, one in enumerate(words) if one is not None and one.strip() == word]
        if not two and bare in _AGAINST:
            back += rows
            known = True
        elif not two and bare in _EITHER:
            known = False
            for row in rows:
                self.rows.notes.add(f"taken as of two ways: {role} '{bare}'", self.lines[row])
        if known is None:
            column = self.chosen.at[role][0]
            for row in rows:
                self.rows.error(self.lines[row], f"{column} '{word}' is neither true nor false")
        else:
            for row in rows:
                ways[row] = known is two
