"""Rows of any network file, and the arrays they become."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import numpy as np

from sim.base.diagnostics import Diagnostic, Mark, Report, ScenarioError
from sim.network.certificate import UNLIMITED
from sim.network.graph import LONGEST, BoolArray, FloatArray, Graph, IntArray

KM_PER_HOUR = 60
"""Speed assumed where a file states lengths and no times."""

MOST_CAPACITY = 2**59
"""Sum of all capacities (in the finest unit of the file) from which on a file is refused."""

MOST = 1e9
"""Longest length (km) or time (s, min) that is read: no network is so large."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_UNLIMITED_WORDS = frozenset({"", "inf", "+inf", "infinity", "unlimited"})


@dataclass(frozen=True, eq=False)
class NetworkTable:
    """A network with capacities, both as arrays. Names of roads are their ids.

    Whole numbers of ``roads`` and ``places`` count 1 / ``scale`` of the file's own unit.
    ``line`` is where a road came from in its ``file`` (0 where unknown).
    """

    graph: Graph
    roads: IntArray  # (m, 2) UNLIMITED for no bound; column 1 is 0 for one-way roads
    two_way: BoolArray  # (m,)
    scale: int
    title: str
    lengths: bool  # lengths are stated, not 1 km each
    coordinates: FloatArray | None = None  # (n, 2) latitude and longitude
    line: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    file: str = ""

    @property
    def places(self) -> IntArray:
        """Capacities of the places (n,): no file format bounds them."""
        return np.full(len(self.graph.places), UNLIMITED, dtype=np.int64)


@dataclass
class Rows:
    """Rows as a format's reader found them; :meth:`table` checks them and makes arrays.

    ``capacity`` is text or None (not stated); ``km`` and ``seconds`` None where not stated.
    ``labels`` are the ids that the file gives, None where it gives none; ``lone`` are places that
    need no road.
    """

    file: str
    title: str
    report: Report = field(default_factory=Report)
    tails: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    capacity: list[str | None] = field(default_factory=list)
    km: list[float | None] = field(default_factory=list)
    seconds: list[int | None] = field(default_factory=list)
    both: list[bool] = field(default_factory=list)
    labels: list[str | None] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    where: dict[str, tuple[float, float]] = field(default_factory=dict)
    lone: set[str] = field(default_factory=set)

    def add(
        self,
        tail: str,
        head: str,
        capacity: str | None,
        *,
        line: int,
        km: float | None = None,
        seconds: int | None = None,
        both: bool = False,
        label: str | None = None,
    ) -> None:
        """Take one row; a bad one is reported and left out."""
        if not tail or not head:
            self.error(line, "a road needs a place at both ends")
        elif tail == head:
            self.error(line, f"the road joins '{tail}' to itself")
        else:
            self.tails.append(tail)
            self.heads.append(head)
            self.capacity.append(capacity)
            self.km.append(km)
            self.seconds.append(seconds)
            self.both.append(both)
            self.labels.append(label)
            self.lines.append(line)

    def error(self, line: int, message: str, hint: str | None = None) -> None:
        """Report something wrong in a line (from 1; 0 for the whole file)."""
        self.report.error(Mark(self.file, line, 1), message, hint)

    def number(self, line: int, name: str, text: str | None) -> float | None:
        """A number from 0 to ``MOST`` from text, None (and a report) for anything else.

        None without a report where nothing is stated.
        """
        if text is None:
            return None
        try:
            value = math.nan if "_" in text else float(text)
        except ValueError:
            value = math.nan
        if not 0 <= value < math.inf:
            self.error(line, f"{name} '{text}' is not a number of at least 0")
            return None
        if value > MOST:
            self.error(line, f"{name} '{text}' is too large: at most {MOST:g}")
            return None
        return abs(value)  # no -0

    def table(self, default_capacity: str | None = None) -> NetworkTable:
        """The network. Raises ScenarioError with everything that is wrong."""
        amounts, scale = self._amounts(default_capacity)
        names = self._names()
        if not self.tails and not self.report.diagnostics:
            self.error(0, "the file holds no roads")
        places = sorted({*self.tails, *self.heads, *self.lone})
        self._printable(places)
        self.report.stop_on_errors()
        index = {place: i for i, place in enumerate(places)}
        order = sorted(range(len(names)), key=names.__getitem__)
        pick = np.array(order)
        a = np.array([index[t] for t in self.tails], dtype=np.int64)[pick]
        b = np.array([index[h] for h in self.heads], dtype=np.int64)[pick]
        lengths = any(km is not None for km in self.km)
        km = np.array([1.0 if km is None else km for km in self.km], dtype=np.float64)
        seconds = np.clip(np.rint(km * (3600 / KM_PER_HOUR)), 1, LONGEST).astype(np.int64)
        if self.seconds.count(None) < len(self.seconds):
            for row, stated in enumerate(self.seconds):
                if stated is not None:
                    seconds[row] = min(max(stated, 1), LONGEST)
        both = np.array(self.both, dtype=bool)[pick]
        graph = Graph(
            tuple(places), tuple(names[row] for row in order), a, b, seconds[pick], km[pick]
        )
        capacity = np.array(amounts, dtype=np.int64)[pick]
        coordinates = None
        if len(self.where) == len(places):
            coordinates = np.array([self.where[p] for p in places], dtype=np.float64)
        return NetworkTable(
            graph,
            np.column_stack([capacity, np.where(both, capacity, 0)]),
            both,
            scale,
            self.title,
            lengths,
            coordinates,
            np.array(self.lines, dtype=np.int64)[pick],
            self.file,
        )

    def _amounts(self, default: str | None) -> tuple[list[int], int]:
        """Whole capacities and how many of them are one of the file's unit, exactly."""
        known: dict[str | None, Decimal | None] = {}
        for text in dict.fromkeys(self.capacity):
            stated = (default or "") if text is None else text
            known[text] = self._decimal(text, stated)
        exponents = [_exponent(value) for value in known.values() if value is not None]
        digits = max([0, *(-e for e in exponents)])
        scale = 10**digits
        whole = {
            text: UNLIMITED if value is None else int(value.scaleb(digits))
            for text, value in known.items()
        }
        amounts = [whole[text] for text in self.capacity]
        most = max((whole[text] for text, value in known.items() if value is not None), default=0)
        if 2 * most * len(amounts) < MOST_CAPACITY:
            return amounts, scale
        total = 0
        for text, line, both in zip(self.capacity, self.lines, self.both, strict=True):
            if known[text] is not None:
                total += whole[text] * (2 if both else 1)
                if total >= MOST_CAPACITY:
                    self.error(
                        line,
                        f"capacities up to here sum to 2**59 or more (in units of 1/{scale}), "
                        "too many for 64-bit flows",
                        "use a larger unit or fewer decimals",
                    )
                    break
        return amounts, scale

    def _decimal(self, key: str | None, text: str) -> Decimal | None:
        """None for unlimited, and after an error."""
        bare = text.strip()
        if bare.lower() in _UNLIMITED_WORDS:
            return None
        try:
            value = Decimal(bare)
        except InvalidOperation:
            value = Decimal("nan")
        if not value.is_finite() or value < 0 or "_" in bare:
            problem = "is not a number of at least 0"
        elif value and not (-13 < value.adjusted() <= 18 and _exponent(value) >= -12):
            problem = "is too large or has more than 12 decimals"
        else:
            return value
        hint = "a point stands before decimals, not a comma" if "," in bare else None
        for line, stated in zip(self.lines, self.capacity, strict=True):
            if stated == key:
                self.error(line, f"capacity '{bare}' {problem}", hint)
        return None

    def _printable(self, places: Sequence[str]) -> None:
        """Refuse names that hold line breaks, escapes or halves of characters."""
        labels = (label for label in self.labels if label is not None)
        if not (_CONTROL.search("".join(places)) or _CONTROL.search("".join(labels))):
            return
        rows = zip(self.tails, self.heads, self.labels, self.lines, strict=True)
        for tail, head, label, line in rows:
            named = (tail, head, label or "")
            bad = next((text for text in named if _CONTROL.search(text)), None)
            if bad is not None:
                self.error(line, f"the name '{bad}' holds a control character", "remove it")

    def _names(self) -> list[str]:
        """Ids of the roads: stated, or ``from->to`` and ``from--to``, repeats numbered."""
        ends = zip(self.tails, self.heads, self.both, strict=True)
        names = [f"{tail}--{head}" if both else f"{tail}->{head}" for tail, head, both in ends]
        unnamed = self.labels.count(None) == len(self.labels)
        if unnamed and len(set(names)) == len(names):
            return names
        stated = Counter(label for label in self.labels if label is not None)
        seen: Counter[str] = Counter()
        names = []
        for tail, head, both, label, line in zip(
            self.tails, self.heads, self.both, self.labels, self.lines, strict=True
        ):
            if label is not None:
                seen[label] += 1
                if seen[label] > 1:
                    self.error(line, f"the id '{label}' stands twice")
                names.append(label)
                continue
            plain = f"{tail}--{head}" if both else f"{tail}->{head}"
            name = plain
            while name in seen or name in stated:
                seen[plain] += 1
                name = f"{plain}#{seen[plain] + (plain in stated)}"
            seen[name] += 1
            names.append(name)
        return names


def refused(file: str, message: str, hint: str | None = None, line: int = 0) -> ScenarioError:
    """The error of a file that cannot be read at all."""
    fault = Diagnostic(file, line, min(line, 1), message, hint)
    return ScenarioError([fault])


def in_degrees(lat: float, lon: float) -> bool:
    """True of a place on the globe."""
    return -90 <= lat <= 90 and -180 <= lon <= 180


def _exponent(value: Decimal) -> int:
    """Exponent of the last digit that is not 0."""
    exponent = value.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) and value else 0


def flag(text: str) -> bool | None:
    """True and false as files write them, None for what is neither; no text is false."""
    word = text.strip().lower()
    if word in ("true", "yes", "1", "t", "y"):
        return True
    return False if word in ("", "false", "no", "0", "f", "n") else None


def stated(properties: Mapping[str, object], *names: str) -> str | None:
    """The first of these properties that is there, as text."""
    for name in names:
        value = properties.get(name)
        if value is not None:
            return str(value)
    return None
