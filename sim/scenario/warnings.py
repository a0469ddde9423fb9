"""The warnings of validation: what each is about, and how it is mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Warned(NamedTuple):
    """A kind of warning: ``what`` makes no sense, and what mends it."""

    what: str
    mend: str


WARNINGS: Mapping[str, Warned] = {
    "nobody_holds": Warned(
        "nobody holds any place at the start, although actors are stated",
        "state 'holders', or 'default_holder: ACTOR'",
    ),
    "target_without_refill": Warned(
        "a sink has a target, and no refill that would ever bring its stock there",
        "add 'refill: 5 t/day', or leave the target out",
    ),
    "below_one_convoy": Warned(
        "a stock or a target is smaller than one convoy of the axis",
        "make the stock or target larger, or 'convoy: {size: 5 t}' smaller",
    ),
    "retake_before_fall": Warned(
        "a place is taken back by an event whose day may be drawn before that of its fall",
        "keep the ranges apart, or let it wait: 'when: {event: FALL}' with a 'delay'",
    ),
    "captured_by_holder": Warned(
        "a place is captured for who holds it already, so that nothing changes",
        "look who holds it then, or leave the event out",
    ),
    "damage_without_capacity": Warned(
        "a place without a capacity is damaged, or a profile multiplies it: it is unlimited, and "
        "so is what is left of it",
        "give the place a capacity, or name its roads",
    ),
    "load_below_bands": Warned(
        "the full load of a force lies below the first band of 'fighting': it is always hungry",
        "let it carry more ('carries'), or begin the first band lower",
    ),
    "hub_without_stock": Warned(
        "a sink is also a source of the same commodity, which ships whether or not it has stock",
        "let it ship from the stock ('from_stock: true'), join the axes into one, or say why in "
        "'accepts'",
    ),
    "depot_never_ships": Warned(
        "the stock from which a depot ships is not refilled, or never above its floor by a convoy",
        "give the sink a 'refill', and a 'target' of more than the floor and a convoy",
    ),
    "never_flows": Warned(
        "an axis can never carry anything: no way is ever open to its actor",
        "look at its roads, and at who holds the places on the way",
    ),
    "never_happens": Warned(
        "an event, an operation or a decision can never happen",
        "look at its chance, at what it waits for, and at the end of the period",
    ),
    "never_read": Warned(
        "something is stated that nothing reads",
        "leave it out, or look whether a name is meant elsewhere",
    ),
    "raid_on_own": Warned(
        "an actor raids a place of its own, so that nothing changes",
        "look at who raids ('by'), or capture it",
    ),
    "raids_at_once": Warned(
        "two actors' raids of one place begin in one instant, and the order of ids decides",
        "let one begin later, if only by a second",
    ),
    "nobody_to_leave": Warned(
        "an actor's garrison is told to leave a place where the scenario states none",
        "state the garrison, name the place where it stands, or say in 'accepts' who comes there",
    ),
    "order_of_ids": Warned(
        "axes of several actors with equal priority share what binds, and the order of ids decides",
        "give the axes different priorities, or a rule: a group with 'share_out'",
    ),
    "accepts_nothing": Warned(
        "'accepts' names a warning that this scenario does not raise",
        "leave it out of 'accepts'",
    ),
}
"""Every warning by its id. A scenario silences one with ``accepts: {ID: REASON}``."""
