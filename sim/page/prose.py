"""The run in words: the finding, and what happened, with cause and effect."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from sim.base.numbers import amount, number, percent, tonnes, whole
from sim.scenario.model import DAY
from sim.state.record import EventRow

from .markup import Html, few, join, listed, named
from .run import RunFiles

MOST_REASONS = 3
"""Causes named in the finding; the others are counted."""

_DONE = {
    "besiege": "besieged", "relieve": "relieved", "close": "closed", "open": "opened",
    "damage": "damaged", "seal": "sealed", "unseal": "unsealed", "raid": "raided",
}  # fmt: skip

_CONVOYS = {
    "convoy_lost": "lost", "convoy_turned": "turned", "convoy_rerouted": "sent another way",
}  # fmt: skip

_SHOWN = frozenset({"axis_cut", "axis_open", "axis_changed"})
_PERSONS = re.compile(r"(\d+) persons(?:, (\d+) of them lost| from (.+))?$")
_BATTLE = re.compile(r"(.+) with (\d+) persons against (.+) with (\d+)$")


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened at one instant (s): causes, and what came of them.

    ``axes`` are the axes whose capacity changed.
    """

    time: int
    causes: tuple[Html, ...]
    effects: tuple[Html, ...]
    axes: tuple[str, ...]


def finding(run: RunFiles) -> tuple[Html, Html]:
    """Two sentences on the axis in focus: what it lost and when; why, and what came of it."""
    axis = run.focus
    if axis is None:
        return Html("This scenario has no axis."), Html("The page shows who held what, and when.")
    stem, name = f"axes.{axis}", named(run.name(axis))
    start = run.value(f"{stem}.capacity_start") or 0.0
    end = run.value(f"{stem}.capacity_end") or 0.0
    first = run.value(f"{stem}.time_of_first_cut")
    lasting = run.value(f"{stem}.time_of_lasting_cut")
    before = f"{whole(start)} t/day"
    if not start:
        said = "is not open at the start"
        said += f" and carries {whole(end)} t/day at the end." if end else "."
    elif lasting is not None:
        said = f"loses all that it could carry, {before}: it is cut for good on {run.day(lasting)}"
        said += "." if first == lasting else f", after a first cut on {run.day(first)}."
    elif first is not None:
        long = amount(run.value(f"{stem}.days_cut") or 0.0, "day")
        said = f"is cut for {long}, first on {run.day(first)}, and open again at the end "
        said += f"with {'all' if end == start else whole(end)} of {before}."
    elif end < start:
        said = f"loses {percent(1 - end / start)} of what it could carry, from {before} "
        said += f"to {whole(end)} t/day, and is never cut."
    elif end > start:
        said = f"can carry more at the end, {whole(end)} t/day for {before}."
    else:
        said = f"keeps all that it could carry, {before}, and is never cut."
    return join(name, " ", said), _why(run, axis)


def _why(run: RunFiles, axis: str) -> Html:
    """What cost the axis its capacity, and whether its sinks run out."""
    ends = f".capacity_change.{axis}"
    costs = sorted(
        (m["value"], path.removeprefix("events.").removesuffix(ends))
        for path, m in run.summary["measures"].items()
        if path.startswith("events.") and path.endswith(ends) and (m["value"] or 0) < 0
    )
    drops = _drops(run, axis)
    reasons = few([_reason(run, event, cost, drops) for cost, event in costs], MOST_REASONS)
    if not costs:  # what was given back is credited with nothing on the whole
        reasons = few([_drop(run, time, cost) for cost, time in sorted(drops)], MOST_REASONS)
    dry = [
        (when, sink)
        for sink in run.scenario.axes[axis].sinks
        if (when := run.value(f"axes.{axis}.sinks.{sink}.time_of_exhaustion")) is not None
    ]
    if dry:
        when, sink = min(dry)
        stock = join(named(run.name(sink)), f" runs out of stock on {run.day(when)}")
    else:
        stock = Html("no stock of it runs out")
    if not reasons:
        return join("Nothing that happened cost it capacity; ", stock, ".")
    return join("What cost it: ", listed(reasons), "; ", stock, ".")


def _drops(run: RunFiles, axis: str) -> list[tuple[float, int]]:
    """Each loss of capacity: t/day (negative), and its instant."""
    steps = run.capacity(axis)
    moments = pairwise(zip(steps.times, steps.values, strict=True))
    return [((b - a) / 1000, time) for (_, a), (time, b) in moments if b < a]


def _reason(run: RunFiles, event: str, cost: float, drops: Sequence[tuple[float, int]]) -> Html:
    """What an event or operation did when capacity was lost (a state acts a second later)."""
    rows = [e for e in run.events if e.cause == event and e.kind != "ends"]
    if not rows:
        return join(named(event), f" (\u2212{whole(-cost)} t/day)")
    moments = {time - late for _, time in drops for late in (0, 1)}
    row = next((e for e in reversed(rows) if e.time in moments), rows[0])
    return _lost(run, cause(run, row), row.time, cost)


def _drop(run: RunFiles, time: int, cost: float) -> Html:
    """What was done at, or a second before, an instant at which capacity was lost."""
    rows = [e for e in run.events if e.time in (time, time - 1) and e.cause]
    what = listed(cause(run, row) for row in rows) if rows else Html("a change of control")
    return _lost(run, what, time, cost)


def _lost(run: RunFiles, what: Html, time: int, cost: float) -> Html:
    return join(what, f" ({run.date(time)}, \u2212{whole(-cost)} t/day)")


def happenings(run: RunFiles) -> list[Entry]:
    """Everything on record, one entry an instant, in order of time."""
    return [
        _happening(run, time, list(rows))
        for time, rows in groupby(run.events, key=lambda e: e.time)
    ]


def _happening(run: RunFiles, time: int, rows: Sequence[EventRow]) -> Entry:
    causes: list[Html] = []
    changes: list[Html] = []
    effects: list[Html] = []
    axes = tuple(row.subject for row in rows if row.kind in _SHOWN)
    for row in rows:
        if row.kind in _SHOWN:
            changes.insert(0 if row.subject == run.focus else len(changes), _change(run, row))
        elif row.cause or row.kind == "battle":
            said = cause(run, row)
            text = row.text if row.kind in _DONE or row.kind == "capture" else ""
            causes.append(join(said, ": ", named(text)) if text else said)
        elif row.kind not in _CONVOYS and not row.text.startswith("0 kg"):
            effects.append(_effect(run, row))
    effects += _convoys(run, rows)
    effects = changes + effects
    if not causes:  # then what followed of itself is what happened
        causes, effects = effects, []
    return Entry(time, tuple(causes), tuple(effects), axes)


def cause(run: RunFiles, row: EventRow) -> Html:
    """What was done, in a few words."""
    if row.kind == "battle":
        return join("Battle at ", named(run.name(row.subject)), ": ", _battle(run, row.text))
    if row.cause in run.scenario.operations:
        return named(row.text)
    what = listed(named(run.name(item)) for item in row.subject.split(", "))
    if row.kind == "ends":
        return join(what, ": ", row.text)
    if row.kind in _DONE:
        road = " road" if row.kind in ("close", "open") and "," not in row.subject else ""
        return join(what, f"{road} {_DONE[row.kind]}")
    event = run.scenario.events.get(row.cause)
    if event is None or row.kind != "capture":
        return join(what, f": {row.kind}")
    if event.by is not None:
        return join(what, " taken by ", named(run.name(event.by)))
    shares = [
        join(named(run.name(a)), f" {ppm / 10_000:.3g} %")
        for a, ppm in sorted(event.shares.items(), key=lambda s: (-s[1], s[0]))
    ]
    return join(what, " divided: ", listed(shares))


def _change(run: RunFiles, row: EventRow) -> Html:
    """How the capacity of an axis changed at one instant."""
    steps = run.capacity(row.subject)
    before, after = steps.at(row.time - 1) or 0, steps.at(row.time) or 0
    tail = {"axis_cut": " (cut)", "axis_open": " (open again)"}.get(row.kind, "")
    said = f": capacity {tonnes(before)} \u2192 {tonnes(after)} t/day{tail}"
    return join(named(run.name(row.subject)), said)


def _effect(run: RunFiles, row: EventRow) -> Html:
    """What followed, in words; a kind that is not known here in the record's own."""
    owner, _, place = row.subject.partition("/")
    here, who = named(run.name(place)), named(run.name(owner))
    persons = _PERSONS.match(row.text)
    if row.kind == "pocket":
        places = row.text.removeprefix("cut off: ").split(", ")
        verb = "are" if len(places) > 1 else "is"
        names = listed(named(run.name(p)) for p in places)
        return join(names, f" {verb} a pocket of ", who)
    if row.kind == "stock_out":
        return join(here, " runs out of what ", who, " brings")
    if row.kind == "stock_back":
        return join(here, " has stock of ", who, " again")
    if row.kind == "hand_to_mouth":
        return join(here, " lives from convoy to convoy of ", who)
    if row.kind == "stock_lost":
        kg = int(row.text.split(" ", 1)[0])
        return join(f"{tonnes(kg)} t of stock of ", who, " lost with ", here)
    if row.kind == "displaced" and persons:
        lost = int(persons[2] or 0)
        tail = f", {number(lost)} of them lost" if lost else ""
        return join(f"{number(int(persons[1]))} persons of ", who, " displaced from ", here, tail)
    if row.kind == "reserve" and persons:
        origin = named(run.name(persons[3]))
        people = number(int(persons[1]))
        return join(f"{people} persons of ", who, " sent from ", origin, " to ", here)
    return join(named(row.subject), f": {row.kind.replace('_', ' ')}, ", named(row.text))


def _convoys(run: RunFiles, rows: Iterable[EventRow]) -> list[Html]:
    """How many convoys of each axis were lost, turned, or sent another way."""
    counts = Counter((row.subject.split("/")[0], row.kind) for row in rows if row.kind in _CONVOYS)
    return [
        join(
            f"{counts[axis, kind]} convoy{'s' if counts[axis, kind] > 1 else ''} of ",
            named(run.name(axis)), f" {done}"
        )
        for axis in dict.fromkeys(axis for axis, _ in counts)
        for kind, done in _CONVOYS.items()
        if counts[axis, kind]
    ]  # fmt: skip


def _battle(run: RunFiles, text: str) -> Html:
    found = _BATTLE.match(text)
    if not found:
        return named(text)
    sides = [
        join(_sides(run, found[i]), f" with {number(int(found[i + 1]))} persons") for i in (1, 3)
    ]
    return join(sides[0], " against ", sides[1])


def _sides(run: RunFiles, text: str) -> Html:
    return listed(named(run.name(actor)) for actor in text.split(", "))


def iso(run: RunFiles, time: int) -> str:
    """A machine's reading of an instant, for ``time`` elements: a date, or a length of time."""
    from sim.scenario.dates import date_of

    date = date_of(run.scenario, time)
    return f"P{time // DAY}D" if date is None else date.isoformat()
