"""What is right by the rules of the language and yet makes no sense: warnings, each with its mend.

A warning is a line of :data:`WARNINGS`; the reference prints that table. What can be seen without
running anything is looked for here, one function a warning; what only a run tells is added by
:mod:`sim.api.sense`.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple, Protocol

from sim.base.diagnostics import Diagnostic, did_you_mean

from .blocks import blocks, fleets_of
from .depots import feeder
from .distributions import Constant
from .loader import Loaded
from .model import PPM, SUPPLIES, Axis, BinaryTable, Condition, Event, Happening, Scenario, Sink
from .possible import NEVER, Possible, takers_of
from .units import format_quantity
from .warnings import WARNINGS

Path = tuple[str, ...]


class _OfActor(Protocol):
    @property
    def actor(self) -> str: ...


class Doubt(NamedTuple):
    """Something that makes no sense: the warning, where in the scenario, and what in words.

    ``key``: the mark is at the last key of ``path``, not at its value.
    """

    warning: str
    path: Path
    message: str
    key: bool = False


def diagnostic(loaded: Loaded, doubt: Doubt) -> Diagnostic:
    """The message about a doubt, at the place where the scenario states it."""
    mark, mend = loaded.at(*doubt.path, key=doubt.key), WARNINGS[doubt.warning].mend
    return Diagnostic(
        mark.file,
        mark.line,
        mark.column,
        doubt.message,
        mend,
        "warning",
        mark.length,
        doubt.warning,
    )


def doubts(scenario: Scenario) -> Iterator[Doubt]:
    """All that makes no sense in a scenario, as far as can be seen without running it."""
    possible = Possible(scenario)
    for look in _LOOKS:
        yield from look(scenario, possible)


# --- who holds what --------------------------------------------------------------------------


def _nobody_holds(scenario: Scenario, _: Possible) -> Iterator[Doubt]:
    if _is_nobodys(scenario):
        yield Doubt("nobody_holds", ("actors",), "nobody holds any place at the start", True)


def _is_nobodys(scenario: Scenario) -> bool:
    return bool(scenario.actors) and not any(h.shares for h in scenario.holders.values())


def _at_place(possible: Possible, place: str, *kinds: str) -> list[Event]:
    """Events of these kinds that may happen at a place, by their most likely order."""
    return sorted(possible.events(place, *kinds), key=lambda e: (_median(e), e.id))


def _median(event: Event) -> float:
    return event.at.nominal if event.at else NEVER


def _latest(event: Event) -> float:
    return event.at.high if event.at else NEVER


def _captured_by_holder(scenario: Scenario, possible: Possible) -> Iterator[Doubt]:
    for event in scenario.events.values():
        for place in event.places if event.kind == "capture" else ():
            shares = dict(event.shares)
            raids = any({str(e.by): PPM} != shares for e in possible.events(place, "raid"))
            quiet = not raids and possible.besieged(place) == NEVER
            if quiet and _holders_before(scenario, possible, event, place) == [shares]:
                said = f"'{event.id}' captures '{place}' for who holds it already"
                yield Doubt("captured_by_holder", ("events", event.id, "capture"), said)


def _raid_on_own(scenario: Scenario, possible: Possible) -> Iterator[Doubt]:
    for event in scenario.events.values():
        for place in event.places if event.kind == "raid" else ():
            others = [e for e in possible.events(place, "raid") if e.by != event.by]
            own = [{str(event.by): PPM}]
            if not others and _holders_before(scenario, possible, event, place) == own:
                said = f"'{event.id}' raids '{place}', which '{event.by}' holds itself"
                yield Doubt("raid_on_own", ("events", event.id, "raid"), said)


def _holders_before(
    scenario: Scenario, possible: Possible, event: Event, place: str
) -> list[dict[str, int]]:
    """Every lasting holding of a place that an event may find, each once; none where it may find
    any, since operations lead there or it cannot happen."""
    if possible.operations(place) or possible.earliest["events", event.id] == NEVER:
        return []
    before = [
        e for e in possible.events(place, "capture")
        if e.id != event.id and possible.earliest["events", e.id] <= _latest(event)
    ]  # fmt: skip
    sure = [
        e for e in before if e.chance >= 1 and _latest(e) <= possible.earliest["events", event.id]
    ]
    since = max((e.at.low for e in sure if e.at), default=-math.inf)
    found = [dict(e.shares) for e in before if _latest(e) >= since]
    if not sure:
        found.append(dict(scenario.holders[place].shares))
    return [shares for n, shares in enumerate(found) if shares not in found[:n]]


def _retake_before_fall(scenario: Scenario, possible: Possible) -> Iterator[Doubt]:
    for place, holding in scenario.holders.items():
        captures = [e for e in _at_place(possible, place, "capture") if e.at]
        held = [set(holding.shares), *map(takers_of, captures)]
        for before, (fall, retake) in zip(held, pairwise(captures), strict=False):
            if (
                before & takers_of(retake)
                and takers_of(fall) != takers_of(retake)
                and (_latest(fall) > possible.earliest["events", retake.id])
            ):
                said = f"'{retake.id}' takes '{place}' back, and may be drawn before '{fall.id}'"
                yield Doubt("retake_before_fall", ("events", retake.id, "at"), said)


def _raids_at_once(scenario: Scenario, possible: Possible) -> Iterator[Doubt]:
    for place in scenario.network.places:
        for one, other in combinations(_at_place(possible, place, "raid"), 2):
            if one.by != other.by and _at_once(one, other):
                said = (
                    f"'{one.id}' and '{other.id}' begin at '{place}' in one instant: by their ids "
                )
                said += f"'{max(one.id, other.id)}' is in force"
                yield Doubt("raids_at_once", ("events", max(one.id, other.id), "raid"), said)


def _at_once(one: Event, other: Event) -> bool:
    """True where two events begin in one instant for certain, or wait for the same."""
    if one.at and other.at:
        return one.at == other.at and not one.at.uncertain
    drawn = any(e.delay and e.delay.uncertain for e in (one, other))
    return one.when is not None and (one.when, one.delay) == (other.when, other.delay) and not drawn


# --- supply ----------------------------------------------------------------------------------


def _sinks(scenario: Scenario) -> Iterator[tuple[Axis, str, Sink, Path]]:
    for axis in scenario.axes.values():
        for place, sink in axis.sinks.items():
            yield axis, place, sink, ("axes", axis.id, "sinks", place)


def _target_without_refill(scenario: Scenario, _: Possible) -> Iterator[Doubt]:
    for axis, place, sink, path in _sinks(scenario):
        if sink.target is not None and sink.target.high > 0 and sink.refill.high <= 0:
            said = f"axis '{axis.id}' never refills '{place}' to its target"
            yield Doubt("target_without_refill", (*path, "target"), said)


def _below_one_convoy(scenario: Scenario, _: Possible) -> Iterator[Doubt]:
    for axis, place, sink, path in _sinks(scenario):
        size = axis.convoy.size.nominal
        for key, stated in (("stock", sink.stock), ("target", sink.target)):
            if stated is not None and 0 < stated.nominal < size:
                said = (
                    f"the {key} of '{place}', {format_quantity(stated.nominal, 'mass')}, is below "
                )
                said += f"one convoy of axis '{axis.id}', {format_quantity(size, 'mass')}"
                yield Doubt("below_one_convoy", (*path, key), said)


def _hub_without_stock(scenario: Scenario, _: Possible) -> Iterator[Doubt]:
    fed: dict[tuple[str, str], list[str]] = defaultdict(list)
    for axis, place, _sink, _path in _sinks(scenario):
        fed[place, axis.commodity].append(axis.id)
    for axis in scenario.axes.values():
        for place, source in axis.sources.items():
            if not source.from_stock and (feeding := fed.get((place, axis.commodity))):
                said = f"axis '{axis.id}' ships from '{place}' whether or not axis '{feeding[0]}' "
                said += "has filled its stock"
                yield Doubt("hub_without_stock", ("axes", axis.id, "sources", place), said, True)


def _depot_never_ships(scenario: Scenario, _: Possible) -> Iterator[Doubt]:
    for axis in scenario.axes.values():
        for place, source in axis.sources.items():
            if not source.from_stock:
                continue
            filling = feeder(scenario, axis.id, place)
            sink = scenario.axes[filling].sinks[place]
            path = ("axes", axis.id, "sources", place, "from_stock")
            least = source.floor.nominal + axis.convoy.size.nominal
            if sink.refill.high <= 0:
                said = f"axis '{filling}' brings '{place}' what it eats, and no refill to ship"
                yield Doubt("depot_never_ships", path, said)
            elif (sink.target or sink.stock).nominal < least:
                said = f"the target of '{place}' is below {format_quantity(least, 'mass')}, the "
                said += f"floor and a convoy of axis '{axis.id}'"
                yield Doubt("depot_never_ships", path, said)


def _never_flows(scenario: Scenario, possible: Possible) -> Iterator[Doubt]:
    if not _is_nobodys(scenario):
        for name in sorted(scenario.axes.keys() - possible.flowing):
            said = f"axis '{name}' can never carry anything: no way from its sources to its sinks "
            said += f"is ever open to '{scenario.axes[name].actor}'"
            yield Doubt("never_flows", ("axes", name), said, True)


def _damage_without_capacity(scenario: Scenario, _: Possible) -> Iterator[Doubt]:
    for event in scenario.events.values():
        for damaged in event.places if event.kind == "damage" else ():
            if scenario.network.places[damaged].capacity is None:
                said = f"'{event.id}' takes nothing from '{damaged}', which has no capacity"
                yield Doubt("damage_without_capacity", ("events", event.id, "damage"), said)
    for profile in scenario.profiles.values():
        for target in profile.capacity:
            place = scenario.network.places.get(target)
            if place is not None and place.capacity is None:
                said = (
                    f"profile '{profile.id}' takes nothing from '{target}', which has no capacity"
                )
                yield Doubt("damage_without_capacity", ("profiles", profile.id, "capacity"), said)


def _load_below_bands(scenario: Scenario, _: Possible) -> Iterator[Doubt]:
    if scenario.fighting is None or scenario.rules.fed is not None:
        return
    first = scenario.fighting.bands[0].supply
    for name, operation in scenario.operations.items():
        if operation.each.high > 0 and operation.carries.nominal < first:
            said = f"'{name}' is hungry with a full load: it carries "
            said += f"{format_quantity(operation.carries.nominal, 'duration')}, and the first band "
            said += f"of 'fighting' begins at {format_quantity(first, 'duration')}"
            yield Doubt("load_below_bands", ("operations", name, "carries"), said)


# --- what never happens, what nothing reads ----------------------------------------------------


def _nobody_to_leave(scenario: Scenario, _: Possible) -> Iterator[Doubt]:
    orders: list[tuple[str, str, tuple[str, ...], Path]] = [
        (event.id, str(event.by), event.places, ("events", event.id, "withdraw"))
        for event in scenario.events.values() if event.kind == "withdraw"
    ]  # fmt: skip
    for decision in scenario.decisions.values():
        for option in decision.options.values():
            if option.leaves is not None:
                at = ("decisions", decision.id, "options", option.id, "leaves", "from")
                orders.append((option.id, decision.actor, option.leaves.places, at))
    for order, actor, places, path in orders:
        manned = {g.place for g in scenario.garrisons.values() if g.actor == actor}
        for place in sorted({*places} - manned):
            said = f"'{order}' tells men of '{actor}' to leave '{place}', where no garrison stands"
            meant = did_you_mean(place, manned)
            yield Doubt("nobody_to_leave", path, f"{said} (or '{meant}'?)" if meant else said)


def _never_happens(scenario: Scenario, possible: Possible) -> Iterator[Doubt]:
    sections: Mapping[str, Mapping[str, Happening]] = {
        "events": scenario.events,
        "operations": scenario.operations,
        "decisions": scenario.decisions,
    }
    for section, things in sections.items():
        for name, thing in things.items():
            if possible.earliest[section, name] < NEVER:
                continue
            key = "chance" if thing.chance <= 0 else "when" if thing.when else "at"
            why = {"chance": "its chance is 0", "when": "its condition never comes true in time"}
            said = f"'{name}' never happens: {why.get(key, 'the period is over before')}"
            yield Doubt("never_happens", (section, name, key), said)


def _never_read(scenario: Scenario, possible: Possible) -> Iterator[Doubt]:
    for path, what in _unread(scenario):
        yield Doubt("never_read", path, f"nothing reads {what}", True)
    table = scenario.network.binary
    for note in () if table is None else table.notes:
        yield Doubt("never_read", ("network",), f"of the map: {note}", True)


def _unread(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    network, axes = scenario.network, scenario.axes.values()
    carried = {SUPPLIES, *(axis.commodity for axis in axes)}
    for name in sorted(scenario.commodities.keys() - carried):
        yield ("commodities", name), f"commodity '{name}': no axis carries it"
    for name in sorted(
        network.classes.keys() - {road.road_class for road in network.roads.values()}
    ):
        yield ("network", "classes", name), f"road class '{name}': no road is of it"
    joined = {end for road in network.roads.values() for end in (road.a, road.b)}
    alone = sorted(network.places.keys() - joined)
    if network.binary is None:
        for name in alone:
            yield ("network", "places", name), f"place '{name}': no road leads there"
    else:
        yield from _unread_of_table(network.binary, alone)
    for name in sorted(scenario.actors.keys() - _acting(scenario)):
        yield ("actors", name), f"actor '{name}': it holds, takes and does nothing"
    yield from _unread_men(scenario)
    for axis in axes:
        for place, source in axis.sources.items():
            if not source.from_stock and source.floor != Constant(0.0):
                said = f"the floor of '{place}': it does not ship from a stock"
                yield ("axes", axis.id, "sources", place, "floor"), said
    weighted = {axis for block in blocks(scenario) for axis in block.axes
                if block.share_out == "weighted"}  # fmt: skip
    for axis, place, sink, path in _sinks(scenario):
        if sink.weight != Constant(1.0) and axis.id not in weighted:
            yield (*path, "weight"), f"the weight of '{place}': '{axis.id}' is not shared out by it"
    yield from _unread_lorries(scenario)
    for _axis, place, sink, path in _sinks(scenario):
        if sink.refill.high > 0 and (sink.target or sink.stock).high <= 0:
            yield (*path, "refill"), f"the refill of '{place}': it has no target above 0"


def _unread_of_table(table: BinaryTable, alone: Sequence[str]) -> Iterator[tuple[Path, str]]:
    """What is in a binary table for nothing, each told once."""
    if alone:
        several = f"{len(alone):,} places, '{alone[0]}' the first" if alone[1:] else f"'{alone[0]}'"
        yield ("network",), f"{several}: no road leads there"
    if table.shut:
        what = f"that nothing passes through {table.shut:,} places of the table"
        yield ("network",), f"{what}: in a scenario all may be passed"


def _unread_lorries(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Lorries for nobody, and a preference for the cheapest where nothing costs anything."""
    used = {name for name, _ in fleets_of(scenario).values()}
    for actor in scenario.actors.values():
        if actor.fleet is not None and f"actors.{actor.id}" not in used:
            yield ("actors", actor.id, "fleet"), f"the lorries of '{actor.id}': no axis has them"
    network = scenario.network
    stated = {c.cost for c in network.classes.values()} | {p.cost for p in network.places.values()}
    if stated == {None}:
        for axis in scenario.axes.values():
            if axis.prefer == "cost":
                yield ("axes", axis.id, "prefer"), "'prefer: cost': no road class or place has one"


def _unread_men(scenario: Scenario) -> Iterator[tuple[Path, str]]:
    """Rules and places of strength for those who have none."""
    strong = {garrison.actor for garrison in scenario.garrisons.values()}
    strong |= {operation.actor for operation in scenario.operations.values()}
    for name in sorted(scenario.regroup.keys() - strong):
        yield ("regroup", name), f"the regroup rule of '{name}': it has no strength"
    for name in sorted(scenario.rules.bodies.keys() - scenario.regroup.keys()):
        said = f"the bodies of men of '{name}': it has no regroup rule"
        yield ("rules", "bodies", name), said
    for name in sorted(scenario.fronts.keys() - {g.actor for g in scenario.garrisons.values()}):
        yield ("fronts", name), f"the front rule of '{name}': it has no garrisons"
    for name in scenario.rules.leave:
        if name not in strong:
            yield ("rules", "leave", name), f"the leave rule of '{name}': it has no strength"
        elif scenario.fighting is None:
            path = ("rules", "leave", name)
            yield path, f"the chances to leave of '{name}': nothing is fought"
    options = (o for d in scenario.decisions.values() for o in d.options.values())
    sent_to = {option.sends.to for option in options if option.sends is not None}
    for name, exit_ in scenario.exits.items():
        if exit_.actor not in scenario.regroup and name not in sent_to:
            yield ("exits", name), f"exit '{name}': '{exit_.actor}' has no regroup rule"
    for name, garrison in scenario.garrisons.items():
        if garrison.reserve is not None and garrison.actor not in scenario.fronts:
            path = ("garrisons", name, "reserve")
            yield path, f"the reserve of '{name}': '{garrison.actor}' has no front rule"
    if scenario.fighting is not None:
        if not scenario.operations:
            yield ("fighting",), "the rules of battle: there are no operations"
        kinds = {place.kind for place in scenario.network.places.values()}
        for kind in sorted(scenario.fighting.terrain.keys() - kinds):
            yield (
                ("fighting", "terrain", kind),
                f"the terrain of '{kind}': no place is of that kind",
            )


def _acting(scenario: Scenario) -> set[str]:
    """Actors that hold or take a place, have an axis or men, or are named by who acts."""
    found = {*scenario.regroup, *scenario.fronts}
    for holding in scenario.holders.values():
        found |= {*holding.shares, *holding.besieged, *holding.sealed}
    for event in scenario.events.values():
        found |= {*event.shares, *event.against, str(event.by), *_named(event.when)}
    having: Iterable[Mapping[str, _OfActor]] = (
        scenario.axes, scenario.garrisons, scenario.operations, scenario.decisions,
        scenario.exits, scenario.moves_on_record,
    )  # fmt: skip
    return found | {thing.actor for things in having for thing in things.values()}


def _named(condition: Condition | None) -> set[str]:
    """The actors, among others, that a condition names."""
    if condition is None:
        return set()
    return {str(condition.to)}.union(*map(_named, condition.parts))


_LOOKS: tuple[Callable[[Scenario, Possible], Iterator[Doubt]], ...] = (
    _nobody_holds, _target_without_refill, _below_one_convoy, _retake_before_fall,
    _captured_by_holder, _damage_without_capacity, _load_below_bands, _hub_without_stock,
    _depot_never_ships, _never_flows, _never_happens, _never_read, _raid_on_own, _raids_at_once,
    _nobody_to_leave,
)  # fmt: skip
