"""Validated models to the frozen scenario, and to the plain data of a resolved one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from . import model as m
from .checks import DEFAULT_CONVOY, ppm
from .distributions import Constant, Dist
from .quantities import Quantity
from .schema_actors import HoldingModel
from .schema_base import Entity, Model
from .schema_events import ConditionModel
from .schema_network import NetworkHeader
from .validate import Found

__all__ = [
    "dumped",
    "make_actor",
    "make_axis",
    "make_claim",
    "make_commodity",
    "make_event",
    "make_exit",
    "make_fighting",
    "make_fronts",
    "make_garrison",
    "make_holders",
    "make_network",
    "make_operation",
    "make_recorded_move",
    "make_regroup",
    "whole_load",
]

Things = Mapping[str, Found]


def dumped(model: Model) -> dict[str, Any]:
    """What the model was written as, in its normal form."""
    return model.model_dump(by_alias=True, exclude_unset=True)


def _from(entity: Entity) -> m.Provenance:
    day = entity.known_on
    return m.Provenance(entity.source, entity.trust, entity.note, day.date() if day else None)


def _dist(quantity: Quantity | None, default: float) -> Dist:
    return quantity.dist if quantity is not None else Constant(default)


def _maybe(quantity: Quantity | None) -> Dist | None:
    return quantity.dist if quantity is not None else None


def _shares(shares: Mapping[str, Quantity] | None, by: str | None) -> dict[str, int]:
    if shares is None:
        return {by: m.PPM} if by else {}
    return {actor: part for actor, share in shares.items() if (part := ppm(share))}


def make_network(
    header: NetworkHeader,
    classes: Things,
    places: Things,
    roads: Things,
    ends: Mapping[str, tuple[str, str]],
) -> m.Network:
    """The network of valid classes, places and roads."""
    return m.Network(
        title=header.title,
        places={
            name: m.Place(
                name,
                p.name or name,
                float(p.lat),
                float(p.lon),
                p.kind,
                p.country,
                p.population,
                _maybe(p.capacity),
                p.billets,
                p.crossing,
                _from(p),
            )
            for name, (p, _, _) in places.items()
        },
        roads={
            name: m.Road(
                name,
                *ends[name],
                float(r.km),
                r.class_,
                r.name,
                _maybe(r.capacity),
                _maybe(r.speed),
                r.closed,
                r.crossing,
                _from(r),
            )
            for name, (r, _, _) in roads.items()
        },
        classes={
            name: m.RoadClass(name, c.speed.dist, c.capacity.dist, _from(c))
            for name, (c, _, _) in classes.items()
        },
    )


def make_actor(name: str, a: Any) -> m.Actor:
    """One actor."""
    transit = {other: ppm(share) for other, share in a.transit.items()}
    return m.Actor(name, a.name or name, frozenset(a.friends), transit, a.color, _from(a))


def make_holders(
    holders: Things, places: Iterable[str], default: str | None
) -> dict[str, m.Holding]:
    """A holding for every place; without shares or a default holder it is nobody's."""
    made = {}
    for place in places:
        h = holders[place].model if place in holders else HoldingModel.model_construct()
        shares = _shares(h.shares, h.by or default)
        made[place] = m.Holding(place, shares, frozenset(h.besieged), frozenset(h.sealed), _from(h))
    return made


def whole_load(load: Quantity) -> int:
    """A load in whole kg, at least one: capacities are divided by it."""
    return max(round(load.dist.nominal), 1)


def make_commodity(name: str, c: Any, truck_load: int) -> m.Commodity:
    """One commodity; its load is the truck's where it states none."""
    return m.Commodity(name, c.name or name, whole_load(c.load) if c.load else truck_load, _from(c))


def make_axis(name: str, a: Any) -> m.Axis:
    """One axis with its sources, sinks and convoys."""
    convoy = a.convoy
    return m.Axis(
        name,
        a.name or name,
        a.actor,
        a.commodity,
        a.priority,
        {
            place: m.Source(place, _maybe(s.supply), s.foreign, _from(s))
            for place, s in a.sources.items()
        },
        {
            place: m.Sink(
                place,
                s.demand.dist,
                _dist(s.stock, 0.0),
                _maybe(s.target),
                _dist(s.refill, 0.0),
                _from(s),
            )
            for place, s in a.sinks.items()
        },
        m.ConvoyRule(
            _dist(convoy.size if convoy else None, DEFAULT_CONVOY),
            _dist(convoy.loss if convoy else None, 1.0),
        ),
        _from(a),
    )


def make_garrison(name: str, g: Any) -> m.Garrison:
    """One garrison; a ring takes the same share as the open field unless it says otherwise."""
    loss = _dist(g.loss, 0.2)
    return m.Garrison(
        name,
        g.actor,
        g.place,
        g.strength.dist,
        loss,
        g.ring_loss.dist if g.ring_loss else loss,
        _maybe(g.reserve),
        _from(g),
    )


def make_fighting(f: Any) -> m.Fighting:
    """The rules of battle; bands the most supply first."""
    bands = sorted(
        ((round(b.supply.dist.nominal), b.effect.dist.nominal) for b in f.bands), reverse=True
    )
    return m.Fighting(
        f.law,
        f.attack.dist,
        f.defend.dist,
        _dist(f.breaks, 0.5),
        {kind: factor.dist.nominal for kind, factor in sorted(f.terrain.items())},
        tuple(bands) or ((0, 1.0),),
        f.unit,
        _from(f),
    )


def make_operation(name: str, o: Any) -> m.Operation:
    """One operation; a single tempo holds for every road class."""
    tempo = o.tempo if isinstance(o.tempo, dict) else {"": o.tempo}
    return m.Operation(
        name,
        o.name or name,
        o.actor,
        o.strength.dist,
        o.base,
        o.axis,
        tuple(o.route),
        {road_class: speed.dist for road_class, speed in sorted(tempo.items())},
        _dist(o.each, 0.0),
        _dist(o.carries, 3.0 * m.DAY),
        _dist(o.breaks, 0.3),
        {place: wait.dist for place, wait in sorted(o.rings.items())},
        o.on_stall,
        o.on_repulse,
        _dist(o.retreat, 30.0),
        _maybe(o.again),
        o.tries,
        {
            key: m.Support(key, s.factor.dist, _maybe(s.from_), _maybe(s.until), _from(s))
            for key, s in sorted(o.support.items())
        },
        at=_maybe(o.at),
        when=_condition(o.when) if o.when is not None else None,
        delay=_maybe(o.delay),
        chance=o.chance.dist.nominal if o.chance is not None else 1.0,
        text=o.text,
        on_record={
            key: m.RecordedPosition(key, round(p.at.dist.nominal), p.place, p.km, p.text, _from(p))
            for key, p in sorted(o.on_record.items())
        },
        provenance=_from(o),
    )


def make_fronts(actor: str, f: Any) -> m.FrontRule:
    """The front rule of one actor."""
    return m.FrontRule(
        actor,
        _dist(f.hours, -0.05),
        _dist(f.value, 1.0),
        _dist(f.threat, 1.0),
        _dist(f.ratio, 1.0),
        _dist(f.delay, float(m.DAY)),
        _maybe(f.counter),
        _dist(f.reach, 16.0),
        _maybe(f.sees),
        frozenset(f.hold),
        {place: float(v) for place, v in sorted(f.values.items())},
        _from(f),
    )


def make_decision(name: str, d: Any, operations: Mapping[str, Any]) -> m.Decision:
    """One decision; an operation says what it is after and what it lives on."""

    def option(key: str, o: Any) -> m.DecisionOption:
        launched = operations[o.operation] if o.operation else None
        place = o.place or (launched.route[-1] if launched else None)
        axis = o.axis or (launched.axis if launched else None)
        value = None if o.value is None else float(o.value)
        return m.DecisionOption(key, place, o.operation, axis, value, _from(o))

    return m.Decision(
        name,
        d.name or name,
        d.actor,
        d.seat,
        {key: option(key, o) for key, o in sorted(d.options.items())},
        _maybe(d.hours),
        _maybe(d.threat),
        _maybe(d.supply),
        _maybe(d.value),
        _dist(d.population, 0.0),
        _dist(d.strength, 0.0),
        _dist(d.enemies, 0.0),
        _dist(d.axis, 0.0),
        at=_maybe(d.at),
        when=_condition(d.when) if d.when is not None else None,
        delay=_maybe(d.delay),
        chance=d.chance.dist.nominal if d.chance is not None else 1.0,
        text=d.text,
        provenance=_from(d),
    )


def make_recorded_move(name: str, r: Any) -> m.RecordedMove:
    """One move on record."""
    when = round(r.at.dist.nominal)
    return m.RecordedMove(name, r.actor, r.from_, r.to, when, r.reserve, _from(r))


def make_exit(name: str, e: Any) -> m.Exit:
    """One exit."""
    return m.Exit(
        name,
        e.name or name,
        e.actor,
        tuple(sorted(set(e.from_))),
        e.takes.dist,
        float(e.threat),
        float(e.supply),
        float(e.value),
        e.billets,
        _from(e),
    )


def make_regroup(actor: str, r: Any) -> m.RegroupRule:
    """The regroup rule of one actor."""
    return m.RegroupRule(
        actor,
        _dist(r.hours, -0.1),
        _dist(r.threat, -1.0),
        _dist(r.supply, 1.0),
        _dist(r.billets, 0.2),
        _dist(r.value, 1.0),
        _maybe(r.stay),
        _dist(r.within, 10.0 * m.DAY),
        {place: float(v) for place, v in r.values.items()},
        _from(r),
    )


def _condition(c: ConditionModel) -> m.Condition:
    if c.all is not None or c.any is not None:
        parts = tuple(_condition(part) for part in (c.all or c.any or ()))
        return m.Condition("all" if c.all is not None else "any", parts=parts)
    if c.falls is not None:
        return m.Condition("falls", c.falls, c.to)
    if c.besieged is not None:
        return m.Condition("besieged", c.besieged)
    if c.axis_cut is not None:
        return m.Condition("axis_cut", c.axis_cut)
    if c.axis_open is not None:
        return m.Condition("axis_open", c.axis_open)
    if c.stock_out is not None:
        return m.Condition("stock_out", c.stock_out, c.at)
    return m.Condition("event", c.event or "")


def make_event(name: str, e: Any, roads: Mapping[str, Any]) -> m.Event:
    """One event; targets that are ids of ``roads`` are roads, the others places."""
    targets = sorted(set(getattr(e, e.kind)))
    lasts = getattr(e, "repaired_after", None) or getattr(e, "lasts", None)
    shares = _shares(getattr(e, "shares", None), e.by) if e.kind == "capture" else {}
    return m.Event(
        name,
        e.kind,
        places=tuple(t for t in targets if t not in roads),
        roads=tuple(t for t in targets if t in roads),
        by=getattr(e, "by", None),
        shares=shares,
        against=frozenset(getattr(e, "against", ())),
        at=_maybe(e.at),
        when=_condition(e.when) if e.when is not None else None,
        delay=_maybe(e.delay),
        loss=_maybe(getattr(e, "loss", None)),
        lasts=_maybe(lasts),
        chance=e.chance.dist.nominal if e.chance is not None else 1.0,
        text=e.text,
        provenance=_from(e),
    )


def make_claim(name: str, c: Any) -> m.Claim:
    """One claim, its value in base units."""
    when = round(c.when.dist.nominal) if c.when is not None else None
    value = c.value.value if c.value is not None else None
    return m.Claim(name, c.text, c.measure, c.relation, value, when, c.claim, _from(c))
