"""Rows as the reader of a format finds them, checked, and the arrays that they become."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from itertools import count

import numpy as np

from sim.base.errors import BadInputError
from sim.base.names import look_alike, to_the_eye
from sim.network.certificate import UNLIMITED
from sim.network.graph import LONGEST, Graph

from .columns import NONE, Table, choose
from .notes import FileReport
from .options import Reading
from .table import CONTROL, KM_PER_HOUR, MOST_CAPACITY, UNSTATED_KM, Closure, NetworkTable, Place
from .taken import Taken, first

_LATIN = re.compile("[A-Za-z]")

_NO_LIMIT = frozenset({"inf", "+inf", "infinity", "unlimited"})


@dataclass
class Rows(FileReport):
    """Rows as a format's reader found them; :meth:`table` checks them and makes arrays.

    ``capacity`` is text or None (not stated); ``km``, ``seconds`` and ``classes`` None where not
    stated. ``labels`` are the ids that the file gives, None where it gives none; ``lone`` are
    places that need no road, ``shut`` those that may not be passed.
    """

    title: str = ""
    options: Reading = field(default_factory=Reading)
    tails: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    capacity: list[str | None] = field(default_factory=list)
    km: list[float | None] = field(default_factory=list)
    seconds: list[int | None] = field(default_factory=list)
    both: list[bool] = field(default_factory=list)
    labels: list[str | None] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    classes: list[str | None] = field(default_factory=list)
    where: dict[str, tuple[float, float]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    lone: set[str] = field(default_factory=set)
    shut: set[str] = field(default_factory=set)
    closures: list[Closure] = field(default_factory=list)

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
        road_class: str | None = None,
    ) -> None:
        """Take one row; a bad one is reported and left out, a loop left out with a note."""
        tail, head = to_the_eye(tail), to_the_eye(head)
        if not tail or not head:
            self.error(line, "a road needs a place at both ends")
        elif tail == head:
            self.notes.add("skipped: a road from a place to itself", line)
        else:
            self.tails.append(tail)
            self.heads.append(head)
            self.capacity.append(capacity)
            self.km.append(km)
            self.seconds.append(seconds)
            self.both.append(both)
            self.labels.append(label)
            self.lines.append(line)
            self.classes.append(road_class)

    def take(
        self,
        table: Table,
        lines: Sequence[int],
        *,
        both: bool | Sequence[bool],
        also: Mapping[str, tuple[str, float]] = NONE,
        needed: Iterable[str] = (),
        ends: tuple[Sequence[str], Sequence[str]] | None = None,
        unused: Collection[str] = (),
        drawn: Sequence[float] | None = None,
        share: Sequence[float] | None = None,
        suffix: Sequence[str] | None = None,
        classes: Sequence[str | None] | None = None,
    ) -> None:
        """Take rows by their columns; ``both`` is what a row is that says nothing of its ways.

        ``also``, ``needed`` and ``unused`` as :func:`~sim.network.readers.columns.choose` takes
        them. Of lines in a map ``ends`` are the places at both ends, ``drawn`` the lengths (km)
        that stand where a row states none, ``share`` what part of the stated line a row is, and
        ``suffix`` what is added to its id; ``classes`` stand where no column is the class. Raises
        BadInputError as ``choose``.
        """
        by = self.options.capacity_by
        idle = {"class", "lanes"} if not by else set()
        idle |= {"from", "to"} if ends else set()
        chosen = choose(table, self.options.columns, also, needed=[*needed, *by],
                        unused=idle | set(unused))  # fmt: skip
        for said in chosen.told():
            self.notes.add(said)
        taken = Taken(self, self.options.capacity_by, table, chosen, lines)
        if ends is None and taken.lacks_ends():
            return
        tails, heads = (list(ends[0]), list(ends[1])) if ends else taken.ends()
        capacity = taken.capacities()
        km, seconds, lost = taken.lengths(drawn, share)
        ways, back = taken.ways(both)
        labels = taken.texts("id")
        if suffix is not None:
            labels = [one and one + more for one, more in zip(labels, suffix, strict=True)]
        kinds = [one and first(one) for one in taken.texts("class")]
        kinds = kinds if classes is None else list(classes)
        for row in back:
            tails[row], heads[row] = heads[row], tails[row]
        loops = [row for row, (a, b) in enumerate(zip(tails, heads, strict=True)) if a == b]
        bad = not all(tails) or not all(heads)
        if not (loops or lost or bad):
            self.tails += tails
            self.heads += heads
            self.capacity += capacity
            self.km += km
            self.seconds += seconds
            self.both += ways
            self.labels += labels
            self.lines += lines
            self.classes += kinds
            return
        rows = zip(tails, heads, capacity, km, seconds, ways, labels, lines, kinds, strict=True)
        for row, (tail, head, amount, length, time, two, label, line, kind) in enumerate(rows):
            if row not in lost:
                self.add(tail, head, amount, line=line, km=length, seconds=time, both=two,
                         label=label, road_class=kind)  # fmt: skip

    def table(self) -> NetworkTable:
        """The network.

        Raises ScenarioError with everything that is wrong in the file, BadInputError for a default
        capacity that is none.
        """
        default = self.options.default_capacity
        if default is not None and isinstance(problem := self._decimal(default), str):
            hint = _hint(default)
            raise BadInputError(
                f"default_capacity: '{default}' {problem}" + (f"; {hint}" if hint else "")
            )
        words = Counter(self.capacity)
        blank = {word for word in words if not word or word.isspace()}
        told = {word: (default or "") if word in blank else str(word) for word in words}
        amounts, limits, scale = self._amounts(told)
        names = self._names()
        if not self.tails and not self.report.diagnostics:
            self.error(0, "the file holds no roads", "; ".join(self.notes.told()) or None)
        places = sorted({*self.tails, *self.heads, *self.lone})
        self._printable(places)
        self.report.stop_on_errors()
        unknown = blank if not default else set()
        fixed = [word for word, one in told.items() if one.strip().lower() in _NO_LIMIT]
        self._tell(places, sum(words[w] for w in unknown), sum(words[w] for w in fixed))
        index = {place: i for i, place in enumerate(places)}
        order = sorted(range(len(names)), key=names.__getitem__)
        pick = np.array(order)
        a = np.array([index[t] for t in self.tails], dtype=np.int64)[pick]
        b = np.array([index[h] for h in self.heads], dtype=np.int64)[pick]
        km = np.array([UNSTATED_KM if km is None else km for km in self.km], dtype=np.float64)
        seconds = np.clip(np.rint(km * (3600 / KM_PER_HOUR)), 1, LONGEST).astype(np.int64)
        if self.seconds.count(None) < len(self.seconds):
            for row, time in enumerate(self.seconds):
                if time is not None:
                    seconds[row] = min(max(time, 1), LONGEST)
        both = np.array(self.both, dtype=bool)[pick]
        capacity = np.array(amounts, dtype=np.int64)[pick]
        known = self.classes.count(None) < len(self.classes)
        of_places = None
        if limits:
            of_places = np.array([limits.get(p, UNLIMITED) for p in places], dtype=np.int64)
        return NetworkTable(
            Graph(tuple(places), tuple(names[row] for row in order), a, b, seconds[pick], km[pick]),
            np.column_stack([capacity, np.where(both, capacity, 0)]),
            both,
            scale,
            self.title,
            self.km.count(None) < len(self.km),
            np.array([self.where[p] for p in places], dtype=np.float64)
            if self.where and all(p in self.where for p in places)
            else None,
            np.array(self.lines, dtype=np.int64)[pick],
            self.file,
            np.array([word not in unknown for word in self.capacity])[pick] if unknown else None,
            of_places,
            np.array([p not in self.shut for p in places]) if self.shut else None,
            {p: self.places[p] for p in places if p in self.places},
            tuple(self.classes[row] for row in order) if known else None,
            tuple(self.closures),
            self.notes.told(),
        )

    def _tell(self, places: Sequence[str], missing: int, fixed: int) -> None:
        """Notes on what the table lacks: capacities, coordinates, names that differ to the eye."""
        ways = "--default-capacity N, or --capacity-by class=FILE (or lanes=FILE), gives one"
        if missing == len(self.tails):
            self.notes.put_first(
                "no road states a capacity: each is without limit, what is cut is counted in "
                f"roads; {ways}, --column capacity=NAME reads one"
            )
        elif missing:
            self.notes.put_first(
                f"{missing:,} of {len(self.tails):,} roads state no capacity: they are taken as "
                f"without limit, and can be cut all the same; {ways}"
            )
        if fixed:
            self.notes.add(
                f"{fixed:,} road{'s' * (fixed > 1)} without limit by the file: they cannot be cut"
            )
        lacking = sum(p not in self.where for p in places) if self.where else 0
        if 0 < lacking < len(places):
            self.notes.add(f"{lacking:,} places have no coordinates, so there is no map")
        twins: dict[str, str] = {}
        for place in places if not "".join(places).isascii() else ():
            alike = look_alike(place)
            if (other := twins.setdefault(alike, place)) != place:
                self.notes.add(f"'{other}' and '{place}' look alike, with letters of two scripts")
            elif alike != place and alike.isascii() and _LATIN.search(place):
                self.notes.add(f"'{place}' mixes letters of two scripts that look alike")

    def _amounts(self, told: Mapping[str | None, str]) -> tuple[list[int], dict[str, int], int]:
        """Whole capacities of roads and places, and how many of them are one of the unit.

        ``told`` is what each capacity of a row stands for.
        """
        lines: dict[str, list[int]] = {}
        known = {one: self._decimal(one) for one in told.values()}
        of_places = {n: p.capacity for n, p in self.places.items() if p.capacity is not None}
        known |= {one: self._decimal(one) for one in dict.fromkeys(of_places.values())}
        faults = {one: value for one, value in known.items() if isinstance(value, str)}
        if faults:
            for line, word in zip(self.lines, self.capacity, strict=True):
                lines.setdefault(told[word], []).append(line)
            for one, problem in faults.items():
                for line in lines.get(one, [0]):
                    self.error(line, f"capacity '{one.strip()}' {problem}", _hint(one))
        sizes = {one: v for one, v in known.items() if isinstance(v, Decimal)}
        digits = max([0, *(-_exponent(value) for value in sizes.values())])
        scale = 10**digits
        whole = dict.fromkeys(known, UNLIMITED)
        whole |= {one: int(value.scaleb(digits)) for one, value in sizes.items()}
        by_word = {word: whole[one] for word, one in told.items()}
        amounts = [by_word[word] for word in self.capacity]
        limits = {name: whole[one] for name, one in of_places.items()}
        most = max((whole[one] for one in sizes), default=0)
        if 2 * most * (len(amounts) + len(limits)) < MOST_CAPACITY:
            return amounts, limits, scale
        total = sum(limit for limit in limits.values() if limit < UNLIMITED)
        for word, line, both in zip(self.capacity, self.lines, self.both, strict=True):
            if told[word] in sizes:
                total += by_word[word] * (2 if both else 1)
                if total >= MOST_CAPACITY:
                    self.error(
                        line,
                        f"capacities up to here sum to 2**59 or more (in units of 1/{scale}), "
                        "too many for 64-bit flows",
                        "use a larger unit or fewer decimals",
                    )
                    break
        return amounts, limits, scale

    def _decimal(self, stated: str) -> Decimal | str | None:
        """A capacity, None where it is without limit or not stated; or what is wrong with it."""
        bare = stated.strip()
        if not bare or bare.lower() in _NO_LIMIT:
            return None
        try:
            value = Decimal(bare)
        except InvalidOperation:
            value = Decimal("nan")
        if not value.is_finite() or value < 0 or "_" in bare:
            return "is not a number of at least 0"
        if value and not (-13 < value.adjusted() <= 18 and _exponent(value) >= -12):
            return "is too large or has more than 12 decimals"
        return value

    def _printable(self, places: Sequence[str]) -> None:
        """Refuse names that hold line breaks, escapes or halves of characters."""
        labels = (label for label in self.labels if label is not None)
        if not (CONTROL.search("".join(places)) or CONTROL.search("".join(labels))):
            return
        rows = zip(self.tails, self.heads, self.labels, self.lines, strict=True)
        for tail, head, label, line in rows:
            named = (tail, head, label or "")
            bad = next((text for text in named if CONTROL.search(text)), None)
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
                    self.notes.add("numbered: a road with the id of another", line)
                    label = next(n for i in count(2) if (n := f"{label}#{i}") not in stated)
                    stated[label] += 1
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


def _hint(capacity: str) -> str | None:
    """What may mend a capacity that is no number."""
    if re.fullmatch(r"\s*\d{1,3}([,' ]\d{3})+(\.\d*)?\s*", capacity):
        return "no separators of thousands: 1,200 is written 1200"
    if "," in capacity:
        return "a point stands before decimals, not a comma"
    if re.fullmatch(r"\s*[\d.]+\s*[A-Za-z].*", capacity):
        return "a number alone: the unit is the same in the whole file"
    return None


def _exponent(value: Decimal) -> int:
    """Exponent of the last digit that is not 0."""
    exponent = value.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) and value else 0
