"""Validated models to the frozen scenario, and to the plain data of a resolved one."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple, TypeVar, get_origin

from . import kinds as k
from . import model as m
from .binary_table import Beneath
from .distributions import Uncertain
from .keys import bare, has, hints_of, keys_of, mark_of, parts_of, sections_of, shape_of
from .profiles import ends_named
from .quantities import PROVENANCE_KEYS, EachWay, Quantity
from .readers import Stated
from .schema import Model
from .shared import drawn_for_each
from .validate import Found
from .written import CONDITIONS, KIND_OF

__all__ = ["dumped", "filled", "made", "make_fighting", "make_network", "make_rules"]

T = TypeVar("T")
Things = Mapping[str, Found]
_Convert = Callable[[Any], Any]


def dumped(model: Model) -> dict[str, Any]:
    """What the model was written as, in its normal form."""
    return model.model_dump(by_alias=True, exclude_unset=True)


def ppm(share: Quantity) -> int:
    """A share as whole parts per million, rounded down so that sums never grow past the whole."""
    return math.floor(share.dist.nominal * m.PPM + 1e-7)


# --- any object -------------------------------------------------------------------------------


def made(cls: type[T], model: Model, name: str = "", **given: Any) -> T:
    """The object of a declared class that a valid model states, field by field.

    ``name`` is its id; ``given`` are fields that are not for the model to say. What neither
    says is the default of the key, or of the object.
    """
    declared: type = cls
    plan = _plan(declared)
    values = {plan.id: name} | given if plan.id else given
    for field in model.model_fields_set:
        if field in plan.converters and field not in given:
            value = getattr(model, field)
            if value != []:  # an empty list says no more than none
                values[field] = None if value is None else plan.converters[field](value)
    for field, key in plan.filled.items():
        if field not in values:
            values[field] = values[key.like] if key.like else key.default
    if plan.sourced and not model.model_fields_set.isdisjoint(PROVENANCE_KEYS):
        values["provenance"] = made(m.Provenance, model)
    return cls(**values)


class _Plan(NamedTuple):
    """How an object comes about: the field of its id, how each of the others is made of what a
    model has, what fills those that a file left out, and whether it tells where it comes from.
    """

    id: str
    converters: Mapping[str, _Convert]
    filled: Mapping[str, k.Key]
    sourced: bool


@functools.cache
def _plan(cls: type) -> _Plan:
    sourced = issubclass(cls, m.Sourced)
    keys = [key for key in keys_of(cls) if not (sourced and key.field in PROVENANCE_KEYS)]
    marks = {key.field: mark_of(key.hint, k.Key) or k.Key() for key in keys}
    return _Plan(
        next((field for field, hint in hints_of(cls).items() if has(hint, k.Role.ID)), ""),
        {key.field: _converter(key.hint) for key in keys},
        {field: mark for field, mark in marks.items() if mark.like or mark.default is not ...},
        sourced,
    )


def _converter(hint: Any) -> _Convert:
    """From what a model holds to what the object holds, for the annotation of a field."""
    base, shape = bare(hint), shape_of(hint)
    if shape == "kind":
        return _converter_of_kind(hint)
    if base is m.Condition:
        return _condition
    if shape == "things":
        return functools.partial(made, base)
    parts = parts_of(hint)
    inner = _converter(parts[-1] if shape == "map" else parts[0])
    if shape == "union":  # with None, which is never converted
        return inner
    if shape == "list":
        items = mark_of(hint, k.ListRule)
        if items and items.any_order:
            return lambda found: tuple(sorted(set(map(inner, found))))
        return lambda found: get_origin(base)(map(inner, found))
    if shape_of(parts[-1]) == "things":
        return lambda things: {name: made(parts[-1], thing, name) for name, thing in things.items()}
    if has(hint, k.Role.FOR_ALL):
        return lambda one: (
            {key: inner(value) for key, value in one.items()}
            if isinstance(one, dict)
            else {"": inner(one)}
        )
    return lambda values: {key: inner(value) for key, value in values.items()}


def _converter_of_kind(hint: Any) -> _Convert:
    base, amount = bare(hint), mark_of(hint, k.Amount)
    if get_origin(base) is Uncertain:
        return lambda quantity: quantity.dist
    if base is float:
        return lambda value: float(value.dist.nominal if isinstance(value, Quantity) else value)
    if base is int:
        return functools.partial(_whole, amount)
    if base is date:
        return lambda moment: moment.date()
    if get_origin(base) is frozenset:
        return frozenset
    return lambda value: value.value if isinstance(value, Stated) else value


def _whole(amount: k.Amount | None, value: Any) -> int:
    """A whole number of base units; what is above 0 stays so, since loads and times divide."""
    if not isinstance(value, Quantity):
        return int(value)
    if amount and amount.dimension == "share":
        return ppm(value)
    least = 1 if amount and amount.sign == "positive" else -math.inf
    return int(max(round(value.dist.nominal), least))


def _condition(c: Any) -> m.Condition:
    (kind,) = (kind for kind in CONDITIONS if getattr(c, kind) is not None)
    subject = getattr(c, kind)
    if kind in ("all", "any"):
        return m.Condition(kind, parts=tuple(map(_condition, subject)))
    return m.Condition(kind, subject, c.to or c.at)


# --- objects that are written otherwise than they are kept -------------------------------------


def make_network(
    header: Model,
    classes: Things,
    places: Things,
    roads: Things,
    ends: Mapping[str, tuple[str, str]],
    lengths: Mapping[str, float],
    left: Beneath,
    binary: m.BinaryTable | None,
) -> m.Network:
    """The network of valid classes, places and roads, these with their ends and lengths (km).

    ``left`` is what is taken as it is from ``binary``.
    """
    of_class = {name: made(m.RoadClass, c.model, name) for name, c in classes.items()}
    own = {
        name: _road(name, r.model, *ends[name], lengths[name], of_class[r.model.road_class])
        for name, r in roads.items()
    }
    drawn = {name for name, each in of_class.items() if each.each == "road"}
    if drawn:
        left = left._replace(roads={
            name: _drawn(road, of_class[road.road_class]) if road.road_class in drawn else road
            for name, road in left.roads.items()
        })  # fmt: skip
    return made(
        m.Network,
        header,
        classes=of_class,
        places=_joined({name: made(m.Place, p.model, name) for name, p in places.items()},
                       left.places),
        roads=_joined(own, left.roads),
        binary=binary,
    )  # fmt: skip


def _joined(own: Mapping[str, T], left: Mapping[str, T]) -> Mapping[str, T]:
    """Two maps as one, sorted as both are."""
    return dict(sorted({**own, **left}.items())) if own and left else own or left


def _road(name: str, road: Any, a: str, b: str, km: float, of_class: m.RoadClass) -> m.Road:
    given: dict[str, Any] = {"a": a, "b": b, "km": km, "estimated": road.km is None}
    if isinstance(road.capacity, EachWay):
        given |= {"capacity": road.capacity.there.dist, "back": road.capacity.back.dist}
    found = made(m.Road, road, name, **given)
    return found if of_class.each == "class" else _drawn(found, of_class)


def _drawn(road: m.Road, of_class: m.RoadClass) -> m.Road:
    """A road of a class whose roads each draw what it states."""
    speed = drawn_for_each(road.speed, of_class.speed)
    return replace(road, speed=speed, capacity=drawn_for_each(road.capacity, of_class.capacity))


def _shares(shares: Mapping[str, Quantity] | None, by: str | None) -> dict[str, int]:
    if shares is None:
        return {by: m.PPM} if by else {}
    return {actor: part for actor, share in shares.items() if (part := ppm(share))}


def _holders(holders: Things, places: Iterable[str], default: str | None) -> dict[str, m.Holding]:
    """A holding for every place; without shares or a default holder it is nobody's."""
    found = {}
    for place in places:
        if place in holders:
            h = holders[place].model
            found[place] = made(m.Holding, h, place, shares=_shares(h.shares, h.by or default))
        else:
            found[place] = m.Holding(place, _shares(None, default))
    return found


def _commodities(commodities: Things, truck_load: int) -> dict[str, m.Commodity]:
    """The commodities, "supplies" among them; the load is the truck's where none is stated."""
    found = {m.SUPPLIES: m.Commodity(m.SUPPLIES, m.SUPPLIES, truck_load)}
    for name, (model, _, _) in commodities.items():
        given = {} if model.load else {"load": truck_load}
        found[name] = made(m.Commodity, model, name, **given)
    return dict(sorted(found.items()))


def make_fighting(f: Model) -> m.Fighting:
    """The rules of battle; bands the most supply first."""
    rules = made(m.Fighting, f)
    return replace(rules, bands=tuple(sorted(rules.bands, reverse=True)))


def make_rules(r: Model) -> m.Rules:
    """The rules of behaviour; bands the greatest load first."""
    rules = made(m.Rules, r)
    if rules.fed is None:
        return rules
    bands = tuple(sorted(rules.fed.bands, reverse=True))
    return replace(rules, fed=replace(rules.fed, bands=bands))


def _with_operations(decision: m.Decision, operations: Mapping[str, m.Operation]) -> m.Decision:
    """The decision whose options are after what their operation is, and live on its axis."""
    options = dict(decision.options)
    for key, option in options.items():
        launched = operations.get(option.operation or "")
        if launched is not None:
            place, axis = option.place or launched.route[-1], option.axis or launched.axis
            options[key] = replace(option, place=place, axis=axis)
    return replace(decision, options=options)


def _event(name: str, e: Any, roads: Mapping[str, Any], axes: Mapping[str, m.Axis]) -> m.Event:
    """One event; targets that are ids of ``roads`` are roads, the others places."""
    kind = KIND_OF[e.declared]
    targets = sorted(set(getattr(e, kind)))
    if kind in ("supply", "demand"):
        return made(m.Event, e, name, kind=kind, ends=ends_named(targets, kind, axes))
    return made(
        m.Event,
        e,
        name,
        kind=kind,
        places=tuple(t for t in targets if t not in roads),
        roads=tuple(t for t in targets if t in roads),
        shares=_shares(e.shares, e.by) if kind == "capture" else {},
    )


def _claim(name: str, c: Any) -> m.Claim:
    """One claim, with the unit that its value was stated in."""
    return made(m.Claim, c, name, unit=None if c.value is None else c.value.unit)


_OTHERWISE = ("commodities", "holders", "events", "claims")
"""Sections whose things are written otherwise than they are kept."""


def filled(scenario: m.Scenario, things: Mapping[str, Things], holder: str | None) -> m.Scenario:
    """The scenario with all valid things, by section; ``holder`` holds what no one else does."""
    parts: dict[str, Any] = {}
    for section, hint in sections_of(m.Scenario).items():
        if section not in _OTHERWISE:
            cls = parts_of(hint)[1]
            found = things[section].items()
            parts[section] = {name: made(cls, thing.model, name) for name, thing in found}
    operations, network = parts["operations"], scenario.network
    for name, decision in parts["decisions"].items():
        parts["decisions"][name] = _with_operations(decision, operations)
    return replace(
        scenario,
        commodities=_commodities(things["commodities"], scenario.truck_load),
        holders=_holders(things["holders"], network.places, holder),
        events={
            n: _event(n, e.model, network.roads, parts["axes"]) for n, e in things["events"].items()
        },
        claims={name: _claim(name, claim.model) for name, claim in things["claims"].items()},
        **parts,
    )
