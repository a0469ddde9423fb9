"""Supply: what is carried, by what, from where to where, and who goes short."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from .. import kinds as k
from ..distributions import Constant
from .common import Drawn, Sourced

SUPPLIES = "supplies"
"""The commodity that always exists."""


@dataclass(frozen=True, slots=True)
class Commodity(Sourced):
    """What an axis carries. A commodity `supplies` with the load `truck_load` always exists.

    ``load`` is in kg. Road capacities are stated for ``Scenario.truck_load`` kg a truck.
    """

    id: k.Id
    name: Annotated[k.Text, k.Key(like="id")]
    """name"""
    load: Annotated[k.Load, k.Key(like="truck_load")]
    """what fits one truck: half the load takes twice the road capacity per tonne"""


@dataclass(frozen=True, slots=True)
class Source(Sourced):
    """A place where an axis begins. A flow alone means its `supply`."""

    place: k.Id
    supply: k.Rate | None = None
    """flow that it can give; default: unlimited"""
    foreign: k.Flag = False
    """true where it serves the axis whoever holds the place; then only sealing closes it"""
    priority: k.Priority = 1
    """of plans that take the same time, that in which the lower number sends most; ties by id"""
    from_stock: k.Flag = False
    """true for a depot: it ships from the stock of the sink of the same commodity here"""
    floor: k.Mass = Constant(0.0)
    """stock that a depot keeps: it ships what is above"""


@dataclass(frozen=True, slots=True)
class Sink(Sourced):
    """A place that an axis feeds."""

    place: k.Id
    demand: k.Demand
    """consumption"""
    stock: k.Mass = Constant(0.0)
    """stock at the start"""
    target: k.Mass | None = None
    """stock that it refills to; default: `stock`"""
    refill: k.Rate = Constant(0.0)
    """flow above consumption while below the target"""
    weight: k.Multiple = Constant(1.0)
    """of its shares where they are shared out `weighted`: twice the weight, twice the share"""


@dataclass(frozen=True, slots=True)
class ConvoyRule(Sourced):
    """The convoys of an axis."""

    size: k.MassAboveZero = Constant(20_000.0)
    """load of one convoy"""
    loss: k.Share = Constant(1.0)
    """probability that a convoy on a place or road that is lost is lost with it"""


@dataclass(frozen=True, slots=True)
class Fleet(Sourced):
    """Lorries, and what they can do in a day.

    A tour is the way out, loaded, the fastest way back, loading and unloading. What is planned
    takes no more hours than the lorries have.
    """

    lorries: k.Weight
    """how many: a number, rounded down"""
    hours: k.Duration
    """time a day that each is in use, on the road, loading or unloading: up to 24 h"""
    load: k.Load | None = None
    """what one carries; default: what fits one truck of the commodity"""
    loading: k.Duration = Constant(0.0)
    """time for loading, once a tour"""
    unloading: k.Duration = Constant(0.0)
    """time for unloading, once a tour"""


@dataclass(frozen=True, slots=True)
class Axis(Drawn):
    """One actor's supply line, from its sources to its sinks."""

    id: k.Id
    name: Annotated[k.Text, k.Key(like="id")]
    """name"""
    actor: Annotated[k.ActorId, k.Key(default="")]
    """the actor that it supplies; default: the only one"""
    commodity: Annotated[k.CommodityId, k.Key(default=SUPPLIES)]
    """what it carries"""
    priority: Annotated[k.Priority, k.Key(default=1)]
    """of all axes, of whatever actor, the lower number plans first; ties by actor, then id"""
    sources: Annotated[Mapping[k.PlaceId, Source], k.Role.OR_PATH]
    """where it begins, by place"""
    sinks: Annotated[Mapping[k.PlaceId, Sink], k.Role.OR_PATH]
    """what it feeds, by place"""
    convoy: ConvoyRule = ConvoyRule()
    """size and risk of its convoys"""
    fleet: Fleet | None = None
    """lorries of its own; default: those of its actor"""
    prefer: k.Prefer = "time"
    """which of the plans that bring as much: that of the least `time`, or of the least `cost`"""

    @property
    def sources_in_order(self) -> list[Source]:
        """Its sources in the order in which plans that take the same time prefer them."""
        return sorted(self.sources.values(), key=lambda s: (s.priority, s.place))


@dataclass(frozen=True, slots=True)
class Group(Sourced):
    """Axes, of whatever actors, that are planned together.

    It stands in the order of plans at the least `priority` of its axes; others come before or after
    it as a whole.
    """

    id: k.Id
    axes: k.Axes
    """the axes: one or a list; no axis is in two groups"""
    share_out: k.ShareOut
    """who goes short where not all can be served. `priority`: the axes that come later. `equal`:
    the least share of any need is as large as can be, then the next one, and so on, and need is
    served before any refilling. `weighted`: the same of share over `weight`"""
