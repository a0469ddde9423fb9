"""What the page of a run needs to ask "what if": all that decides who may pass what.

The script works out capacities after a change of the reader's from it, as ``sim.state`` does; and
it writes the run's scenario with the changes in it. Numbers and changes are as in ``states``.
"""

from __future__ import annotations

import base64
import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sim.network import UNLIMITED
from sim.scenario.blocks import Block, blocks, fleets_of
from sim.scenario.distributions import Dist
from sim.scenario.model import Scenario
from sim.state.control import ENDS, KINDS, End, Kind
from sim.state.pace import seconds_of
from sim.state.pockets import sources_of
from sim.state.rebuild import states
from sim.state.record import ControlRow
from sim.state.sides import Side

from .markup import Html, el
from .run import RunFiles
from .states import NO_LIMIT, Changes, flat, put

Amounts = dict[tuple[End, str], Changes]
"""What sources give and sinks eat over time (kg/day), by AXIS/PLACE."""


def document(run: RunFiles) -> dict[str, Any]:
    """What the script is told beside the states of the run."""
    scenario = run.scenario
    terrain = next(control.terrain for _, control in states(scenario, run.control))
    limits = enumerate(terrain.place_capacity)
    amounts, pace = _amounts(run), _pace(run)
    actors = sorted({axis.actor for axis in scenario.axes.values()})
    planned = blocks(scenario)
    return {
        "ids": list(scenario.actors),
        "truck": scenario.truck_load,
        "seconds": terrain.graph.seconds.tolist(),
        **({"pace": pace} if pace else {}),
        "limit": {i: kg for i, kg in limits if kg < UNLIMITED},
        "kept": _kept(run),
        "raids_end": _raids_end(run),
        "order": [axis for block in planned for axis in block.axes],
        **({"depots": depots} if (depots := _with_depots(run)) else {}),
        "unknown": _unknown(scenario, planned),
        "lorries": sorted(fleets_of(scenario)),
        "cheapest": [axis.id for axis in scenario.axes.values() if axis.prefer == "cost"],
        "axes": {id_: _axis(run, id_, amounts) for id_ in scenario.axes},
        "territories": [_territory(run, actor) for actor in actors],
        "text": _packed(run),
        "again": _again(run),
    }


def _unknown(scenario: Scenario, planned: Sequence[Block]) -> dict[str, str]:
    """Axes of which a run alone tells what they can deliver beside others, and on what it hangs.

    Those that share by a stated rule, or have lorries, and those after them; those after one that
    takes the cheapest plan: the script knows no such rules.
    """
    found: dict[str, str] = {}
    lorries, why = fleets_of(scenario), ""
    for block in planned:
        rule = "rule" if block.share_out != "priority" else ""
        rule = rule or ("lorries" if not lorries.keys().isdisjoint(block.axes) else "")
        why = why or rule
        if why:
            found |= dict.fromkeys(block.axes, why)
        if any(scenario.axes[axis].prefer == "cost" for axis in block.axes):
            why = why or "cost"
    return found


def _with_depots(run: RunFiles) -> list[str]:
    """Axes that ship from stocks: what these hold after a change only a run tells."""
    axes = run.scenario.axes.values()
    return [a.id for a in axes if any(source.from_stock for source in a.sources.values())]


def _kept(run: RunFiles) -> dict[str, dict[int, Changes]]:
    """Places and roads that ever have a part of their capacity: its factors (ppm).

    A road on which nobody moves has the factor 0.
    """
    net = run.scenario.network
    number = {
        "place": {id_: i for i, id_ in enumerate(net.places)},
        "road": {id_: i for i, id_ in enumerate(net.roads)},
    }
    found: dict[str, dict[int, Changes]] = {kind: defaultdict(list) for kind in number}
    rows: dict[int, list[ControlRow]] = defaultdict(list)
    for row in run.control:
        if row.kind in KINDS and row.what in ("kept", "speed"):
            rows[row.time].append(row)
    for time, control in states(run.scenario, run.control) if rows else ():
        for row in rows[time]:
            kind: Kind = "place" if row.kind == "place" else "road"
            kept = [*control.kept.get((kind, row.id), {}).values()]
            kept += [0] if control.stands(row.id) else []
            put(found[kind][number[kind][row.id]], time, kept)
    return {kind: {i: c for i, c in of.items() if c != [0, []]} for kind, of in found.items()}


def _pace(run: RunFiles) -> dict[int, Changes]:
    """Roads on which the speed of convoys ever changes: their travel times (s)."""
    roads = {row.id for row in run.control if row.what == "speed"}
    found: dict[int, Changes] = defaultdict(list)
    for time, control in states(run.scenario, run.control) if roads else ():
        for road in sorted(roads):
            r = control.terrain.graph.road_index[road]
            put(found[r], time, seconds_of(control, r))
    return found


def _amounts(run: RunFiles) -> Amounts:
    """What sources give and sinks eat, of those that ever do otherwise than stated."""
    rows: dict[int, list[tuple[End, str]]] = defaultdict(list)
    for row in run.control:
        rows[row.time] += [(end, row.id) for end in ENDS if end == row.kind]
    stated: dict[tuple[End, str], int] = {}
    for axis in run.scenario.axes.values():
        stated |= {("source", f"{axis.id}/{p}"): _gives(run, axis.id, p) for p in axis.sources}
        stated |= {("sink", f"{axis.id}/{p}"): _eats(run, axis.id, p) for p in axis.sinks}
    found: Amounts = {}
    for time, control in states(run.scenario, run.control) if any(rows.values()) else ():
        for end in rows[time]:
            whole = stated[end]
            amount = control.amount(*end, UNLIMITED if whole == NO_LIMIT else whole)
            changes = found.setdefault(end, [0, whole] if time else [])
            put(changes, time, NO_LIMIT if amount >= UNLIMITED else amount)
    return found


def _gives(run: RunFiles, axis: str, place: str) -> int:
    """What a source gives as stated, or ``NO_LIMIT``."""
    supply = run.scenario.axes[axis].sources[place].supply
    if supply is None:
        return NO_LIMIT
    return _drawn(run, supply, f"axis:{axis}:source:{place}:supply")


def _eats(run: RunFiles, axis: str, place: str) -> int:
    """What a sink eats as stated."""
    demand = run.scenario.axes[axis].sinks[place].demand
    return _drawn(run, demand, f"axis:{axis}:sink:{place}:demand")


def _raids_end(run: RunFiles) -> dict[int, list[int]]:
    """When raids of a place end: from then on a place is held as before, unless it was captured."""
    number = {id_: i for i, id_ in enumerate(run.scenario.network.places)}
    found: dict[int, list[int]] = defaultdict(list)
    for row in run.control:
        if row.what == "lasting" and not row.value:
            found[number[row.id]].append(row.time)
    return found


def _axis(run: RunFiles, id_: str, amounts: Amounts) -> dict[str, Any]:
    axis = run.scenario.axes[id_]
    sources = axis.sources_in_order
    return {
        **_side(run, axis.actor),
        "sources": _numbers(run, [source.place for source in sources]),
        "foreign": _numbers(run, [source.place for source in sources if source.foreign]),
        "load": run.scenario.commodities[axis.commodity].load,
        "supply": [
            _shipped(run, id_, s.place)
            if s.from_stock
            else amounts.get(("source", f"{id_}/{s.place}"), _gives(run, id_, s.place))
            for s in sources
        ],
        "sinks": [_sink(run, id_, place, amounts) for place in axis.sinks],
    }


def _sink(run: RunFiles, axis: str, place: str, amounts: Amounts) -> dict[str, Any]:
    eats = amounts.get(("sink", f"{axis}/{place}"), _eats(run, axis, place))
    # version 0.1.0 did not write down what the forces at a sink need
    need = run.steps.get((f"sink:{axis}/{place}", "demand_kg_per_day"))
    return {"eats": eats, "need": [0, eats] if need is None else flat(need)}


def _shipped(run: RunFiles, axis: str, place: str) -> Changes:
    """What a depot could give in the run: no more than came in while it was dry."""
    steps = run.steps[f"source:{axis}/{place}", "supply_kg_per_day"]
    return [NO_LIMIT if part >= UNLIMITED else part for part in flat(steps)]


def _territory(run: RunFiles, actor: str) -> dict[str, Any]:
    """What the pockets of an actor follow from."""
    sources, foreign = sources_of(run.scenario, actor)
    places = {
        "sources": _numbers(run, sorted(sources)), "foreign": _numbers(run, sorted(foreign))
    }  # fmt: skip
    return {**_side(run, actor), **places}


def _side(run: RunFiles, actor: str) -> dict[str, Any]:
    """An actor, those whose places count as its own, and what it may use of each actor's."""
    actors = run.scenario.actors
    side, number = Side.of(actor, actors), {id_: i for i, id_ in enumerate(actors)}
    return {
        "actor": number[actor],
        "own": sorted(number[id_] for id_ in side.own),
        "weight": [side.weight[id_] for id_ in actors],
    }


def _numbers(run: RunFiles, places: Iterable[str]) -> list[int]:
    number = {id_: i for i, id_ in enumerate(run.scenario.network.places)}
    return [number[place] for place in places]


def _drawn(run: RunFiles, dist: Dist, key: str) -> int:
    """A whole number as the run drew it, by its key of luck."""
    return int(run.summary["drawn"].get(key, dist.nominal) + 1e-9)


def _packed(run: RunFiles) -> str:
    """The resolved scenario, compressed: in full it would be a sixth of the page."""
    text = (run.folder / "scenario.resolved.yaml").read_bytes()
    return base64.b64encode(zlib.compress(text, 9)).decode()


def _again(run: RunFiles) -> str:
    """How a file is run with the draws of this run; its name stands in the slot."""
    if replicate := run.summary.get("replicate"):
        return f'sim.run("{{file}}", replicate={replicate})'
    return "sim run {file} --nominal" if run.summary.get("nominal") else "sim run {file}"


def panel(*, parties: bool) -> Html:
    """The room of the questions beside the map; the script fills it.

    Where there are no ``parties`` nobody can take a town.
    """
    ask = "Take towns, close roads" if parties else "Close roads"
    return el(
        "section",
        el("h3", "What if", id="what-if-title"),
        el("button", ask, type="button", id="ask", aria_pressed="false"),
        el("button", "Guess first: what stops this line?", type="button", id="guess",
           aria_pressed="false"),
        el("div", id="asked", hidden=True),
        el("div", id="guessed", hidden=True),
        class_="asks", aria_labelledby="what-if-title",
    )  # fmt: skip
