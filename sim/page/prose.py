"""The run in words: the finding, and what happened, with cause and effect."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from sim.base.numbers import number, tonnes, whole
from sim.base.said import Name, Said, Sentence, counted, several
from sim.scenario.model import DAY, PPM, Provenance, Sourced
from sim.state.control import PROFILE
from sim.state.record import EventRow
from sim.tables.headline import Teller, alone, arrived, headline, lead

from .run import RunFiles

MOST_REASONS = 3
"""Causes named in the finding; the others are counted."""

_DONE = {
    "besiege": "besieged", "relieve": "relieved", "close": "closed", "open": "opened",
    "damage": "damaged", "seal": "sealed", "unseal": "unsealed", "raid": "raided",
    "withdraw": "ordered to be left",
    "supply": "supply changed", "demand": "demand changed",
}  # fmt: skip

_CONVOYS = {
    "convoy_lost": "lost", "convoy_turned": "turned", "convoy_rerouted": "sent another way",
}  # fmt: skip

_STOCKS = frozenset({"stock_out", "stock_back", "hand_to_mouth"})
_GOING = frozenset({"leaves", "left_by_order", "stays", "breaks_out", "agreement", "offer"})
_SHOWN = frozenset({"axis_cut", "axis_open", "axis_changed"})
_PERSONS = re.compile(r"(\d+) persons(?:, (\d+) of them lost| from (.+))?$")
_GOES = re.compile(r"(\d+) persons (.+?)(?: before (\d+))?$")
_BATTLE = re.compile(r"(.+) with (\d+) persons against (.+) with (\d+)$")


@dataclass(frozen=True, slots=True)
class Cause:
    """Something that happened: in words, the ids of where it did, and where the input is from.

    ``items`` are places, roads, or the force that did it. ``about`` is None where no input
    states it: the run worked it out.
    """

    said: Sentence
    items: tuple[str, ...] = ()
    about: Provenance | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened at one instant (s): causes, and what came of them.

    ``axes`` are the axes whose capacity changed.
    """

    time: int
    causes: tuple[Cause, ...]
    effects: tuple[Sentence, ...]
    axes: tuple[str, ...]


def finding(run: RunFiles) -> tuple[Sentence, ...]:
    """Sentences on the axis in focus: what it could carry and when, what arrived, and why."""
    axis = run.focus
    if axis is None:
        nothing = Sentence("This scenario has no axis.")
        return nothing, Sentence("The page shows who held what, and when.")
    tell = Teller(run.summary, run.name)
    if alone(tell):
        return tuple(Sentence(said.capitalized(), ".") for said in lead(tell, axis))
    said = [headline(tell, axis), arrived(tell, axis)]
    return (*(Sentence(s.capitalized(), ".") for s in said if s), _why(run, axis))


def _why(run: RunFiles, axis: str) -> Sentence:
    """What cost the axis its capacity, and whether its sinks run out."""
    ends = f".capacity_change.{axis}"
    costs = sorted(
        (m["value"], path.removeprefix("events.").removesuffix(ends))
        for path, m in run.summary["measures"].items()
        if path.startswith("events.") and path.endswith(ends) and (m["value"] or 0) < 0
    )
    drops = _drops(run, axis)
    reasons = _few([_reason(run, event, axis, cost, drops) for cost, event in costs])
    if not costs:  # what was given back is credited with nothing on the whole
        reasons = _few([_drop(run, time, cost) for cost, time in sorted(drops)])
    dry = [
        (when, sink)
        for sink in run.scenario.axes[axis].sinks
        if (when := run.value(f"axes.{axis}.sinks.{sink}.time_of_exhaustion")) is not None
    ]
    if dry:
        when, sink = min(dry)
        path = f"axes.{axis}.sinks.{sink}.time_of_exhaustion"
        stock = Sentence(Name(run.name(sink)), " runs out of stock on ",
                         Said(run.day(when), when, "day", path))  # fmt: skip
    else:
        stock = Sentence("no stock of it runs out")
    if not reasons:
        return Sentence("Nothing that happened cost it capacity; ", stock, ".")
    return Sentence("What cost it: ", several(reasons), "; ", stock, ".")


def _few(reasons: Sequence[Sentence]) -> list[Sentence]:
    """The first reasons, then how many more there are."""
    more = len(reasons) - MOST_REASONS
    rest = [Sentence(Said(f"{more} more", more, "reasons"))] if more > 0 else []
    return [*reasons[:MOST_REASONS], *rest]


def _drops(run: RunFiles, axis: str) -> list[tuple[float, int]]:
    """Each loss of capacity: t/day (negative), and its instant."""
    steps = run.capacity(axis)
    moments = pairwise(zip(steps.times, steps.values, strict=True))
    return [((b - a) / 1000, time) for (_, a), (time, b) in moments if b < a]


def _reason(
    run: RunFiles, event: str, axis: str, cost: float, drops: Sequence[tuple[float, int]]
) -> Sentence:
    """What an event or operation did when capacity was lost (a state acts a second later)."""
    said = Said(_minus(cost), cost, "t/day", f"events.{event}.capacity_change.{axis}")
    rows = [e for e in run.events if e.cause == event and e.kind != "ends"]
    if not rows:
        return Sentence(Name(run.name(event)), " (", said, ")")
    moments = {time - late for _, time in drops for late in (0, 1)}
    row = next((e for e in reversed(rows) if e.time in moments), rows[0])
    return _lost(run, cause(run, row), row.time, said)


def _drop(run: RunFiles, time: int, cost: float) -> Sentence:
    """What was done at, or a second before, an instant at which capacity was lost."""
    rows = [e for e in run.events if e.time in (time, time - 1) and e.cause]
    what = several([cause(run, row) for row in rows]) if rows else Sentence("a change of control")
    return _lost(run, what, time, Said(_minus(cost), cost, "t/day"))


def _lost(run: RunFiles, what: Sentence, time: int, cost: Said) -> Sentence:
    return Sentence(what, " (", _date(run, time), ", ", cost, ")")


def _date(run: RunFiles, time: int) -> Said:
    return Said(run.date(time), time / DAY, "day")


def _minus(cost: float) -> str:
    return f"\u2212{whole(-cost)} t/day"


def happenings(run: RunFiles) -> list[Entry]:
    """Everything on record, one entry an instant, in order of time.

    A stock that is back for less than a day ends no want: its sink lives from convoy to convoy.
    """
    return [
        _happening(run, time, list(rows))
        for time, rows in groupby(_wants(run.events), key=lambda e: e.time)
    ]


def _wants(rows: Sequence[EventRow]) -> Iterator[EventRow]:
    """The rows, where a sink's stock comes and goes within a day as one row of its own."""
    brief: set[EventRow] = set()
    latest: dict[str, EventRow] = {}
    for row in rows:
        if row.kind in _STOCKS:
            back = latest.get(row.subject, row)
            if (back.kind, row.kind) == ("stock_back", "stock_out") and row.time < back.time + DAY:
                brief |= {back, row}
            latest[row.subject] = row
    by_convoy: set[str] = set()
    for row in rows:
        if row in brief or row.kind == "hand_to_mouth":
            if row.subject not in by_convoy:
                yield row._replace(kind="hand_to_mouth")
            by_convoy.add(row.subject)
            continue
        if row.kind == "stock_back":
            by_convoy.discard(row.subject)
        yield row


def _happening(run: RunFiles, time: int, rows: Sequence[EventRow]) -> Entry:
    causes: list[Cause] = []
    changes: list[Cause] = []
    effects: list[Cause] = []
    axes = tuple(row.subject for row in rows if row.kind in _SHOWN)
    for row in rows:
        if row.kind in _SHOWN:
            first = 0 if row.subject == run.focus else len(changes)
            changes.insert(first, Cause(_change(run, row)))
        elif (row.cause and row.kind not in _GOING) or row.kind == "battle":
            said = cause(run, row)
            text = row.text if row.kind in _DONE or row.kind == "capture" else ""
            told = Sentence(said, ": ", Name(text)) if text else said
            causes.append(Cause(told, _where(run, row), _about(run, row.cause)))
        elif _told(run, row):
            effects.append(Cause(_effect(run, row), _where(run, row)))
    effects = [*changes, *effects, *map(Cause, _convoys(run, rows))]
    if not causes:  # then what followed of itself is what happened
        causes, effects = effects, []
    return Entry(time, tuple(causes), tuple(effect.said for effect in effects), axes)


def _where(run: RunFiles, row: EventRow) -> tuple[str, ...]:
    """The places and roads of a row; of what a force did those that it took, or the force."""
    scenario, net = run.scenario, run.scenario.network
    named = [part.rpartition("/")[2] for part in row.subject.split(", ")]
    if row.kind == "pocket":
        if not row.time:  # what is so at the start has not happened
            return ()
        named = _cut_off(row)
    elif force := scenario.operations.get(row.subject):
        held = [c.id for c in run.control if c.time == row.time and c.what == "holders"]
        taken = [place for place in held if row.kind == "taken" and place in force.route]
        return tuple(taken) or (force.id,)
    return tuple(item for item in named if item in net.places or item in net.roads)


def _about(run: RunFiles, cause: str) -> Provenance | None:
    """Where the input behind a cause is from; None of a cause that is no input."""
    scenario, profile = run.scenario, cause.removeprefix(PROFILE)
    stated: Sourced | None = (
        scenario.events.get(cause)
        or scenario.operations.get(cause)
        or (scenario.profiles.get(profile) if profile != cause else None)
    )
    return stated.provenance if stated else None


def cause(run: RunFiles, row: EventRow) -> Sentence:
    """What was done, in a few words."""
    if row.kind == "battle":
        return Sentence("Battle at ", Name(run.name(row.subject)), ": ", _battle(run, row.text))
    if row.cause in run.scenario.operations:
        return Sentence(Name(row.text))
    what = several([Name(run.name(item)) for item in row.subject.split(", ")])
    if row.kind in ("ends", "profile"):
        return Sentence(what, ": ", Name(row.text))
    if row.kind in _DONE:
        road = " road" if row.kind in ("close", "open") and "," not in row.subject else ""
        return Sentence(what, f"{road} {_DONE[row.kind]}")
    event = run.scenario.events.get(row.cause)
    if event is None and row.kind == "capture":  # in the background
        return Sentence(what, ": ", Name(row.text))
    if event is None or row.kind != "capture":
        return Sentence(what, f": {row.kind}")
    if event.by is not None:
        return Sentence(what, " taken by ", Name(run.name(event.by)))
    shares = [
        Sentence(Name(run.name(a)), " ", Said(f"{ppm / 10_000:.3g} %", ppm / PPM, "1"))
        for a, ppm in sorted(event.shares.items(), key=lambda s: (-s[1], s[0]))
    ]
    return Sentence(what, " divided: ", several(shares))


def _told(run: RunFiles, row: EventRow) -> bool:
    """Whether what followed is worth a line: convoys are counted, and nothing is no news.

    Where nobody holds anything, only a part with a sink can be cut off.
    """
    if row.kind in _CONVOYS or row.text.startswith("0 kg"):
        return False
    if row.kind != "pocket" or not run.scenario.without_actors:
        return True
    sinks = {sink for axis in run.scenario.axes.values() for sink in axis.sinks}
    return not sinks.isdisjoint(_cut_off(row))


def _cut_off(row: EventRow) -> list[str]:
    """The places of a pocket that formed."""
    return row.text.removeprefix("cut off: ").split(", ")


def _change(run: RunFiles, row: EventRow) -> Sentence:
    """How the capacity of an axis changed at one instant."""
    steps = run.capacity(row.subject)
    before, after = steps.at(row.time - 1) or 0, steps.at(row.time) or 0
    tail = {"axis_cut": " (cut)", "axis_open": " (open again)"}.get(row.kind, "")
    change = [Said(tonnes(kg), kg / 1000, "t/day") for kg in (before, after)]
    name = Name(run.name(row.subject))
    return Sentence(name, ": capacity ", several(change, last=" \u2192 "), " t/day", tail)


def _effect(run: RunFiles, row: EventRow) -> Sentence:
    """What followed, in words; a kind that is not known here in the record's own."""
    owner, _, place = row.subject.partition("/")
    here, who = Name(run.name(place)), Name(run.name(owner))
    persons = _PERSONS.match(row.text)
    if row.kind == "pocket":
        places = _cut_off(row)
        verb = "are" if len(places) > 1 else "is"
        names = several([Name(run.name(p)) for p in places])
        if run.scenario.without_actors:
            return Sentence(names, f" {verb} cut off")
        return Sentence(names, f" {verb} a pocket of ", who)
    if row.kind == "stock_out":
        return Sentence(here, " runs out of what ", who, " brings")
    if row.kind == "stock_back":
        return Sentence(here, " has stock of ", who, " again")
    if row.kind == "hand_to_mouth":
        return Sentence(here, " lives from convoy to convoy of ", who)
    if row.kind == "depot_dry":
        return Sentence(here, " has nothing left to ship for ", who, ", and passes on what comes")
    if row.kind == "depot_back":
        return Sentence(here, " ships from its stock for ", who, " again")
    if row.kind == "stock_lost":
        kg = int(row.text.split(" ", 1)[0])
        amount = Said(f"{tonnes(kg)} t", kg / 1000, "t")
        return Sentence(amount, " of stock of ", who, " lost with ", here)
    if row.kind == "displaced" and persons:
        lost = int(persons[2] or 0)
        tail = Sentence(", ", Said(number(lost), lost, "persons"), " of them lost")
        said = Sentence(_persons(persons[1]), " of ", who, " displaced from ", here)
        return Sentence(said, tail) if lost else said
    if row.kind in _GOING and (goes := _GOES.match(row.text)):
        said = Sentence(_persons(goes[1]), " of ", who, " in ", here, " ", Name(goes[2]))
        return Sentence(said, " before ", _persons(goes[3])) if goes[3] else said
    if row.kind in ("reserve", "sent") and persons:
        origin = Name(run.name(persons[3]))
        return Sentence(_persons(persons[1]), " of ", who, " sent from ", origin, " to ", here)
    return Sentence(Name(row.subject), f": {row.kind.replace('_', ' ')}, ", Name(row.text))


def _convoys(run: RunFiles, rows: Iterable[EventRow]) -> list[Sentence]:
    """How many convoys of each axis were lost, turned, or sent another way."""
    counts = Counter((row.subject.split("/")[0], row.kind) for row in rows if row.kind in _CONVOYS)
    return [
        Sentence(counted(counts[axis, kind], "convoy"), " of ", Name(run.name(axis)), f" {done}")
        for axis in dict.fromkeys(axis for axis, _ in counts)
        for kind, done in _CONVOYS.items()
        if counts[axis, kind]
    ]  # fmt: skip


def _battle(run: RunFiles, text: str) -> Sentence:
    found = _BATTLE.match(text)
    if not found:
        return Sentence(Name(text))
    sides = [Sentence(_sides(run, found[i]), " with ", _persons(found[i + 1])) for i in (1, 3)]
    return Sentence(sides[0], " against ", sides[1])


def _sides(run: RunFiles, text: str) -> Sentence:
    return several([Name(run.name(actor)) for actor in text.split(", ")])


def _persons(text: str) -> Said:
    return Said(f"{number(int(text))} persons", int(text), "persons")


def iso(run: RunFiles, time: int) -> str:
    """A machine's reading of an instant, for ``time`` elements: a date, or a length of time."""
    from sim.scenario.dates import date_of

    date = date_of(run.scenario, time)
    return f"P{time // DAY}D" if date is None else date.isoformat()
