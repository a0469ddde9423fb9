"""The force of an operation: where it stands, what it does, what it has with it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from sim.engine.clock import Moment, Phase, call_off
from sim.engine.signals import Change, Signal
from sim.engine.supply.stock import Stock
from sim.engine.world import World
from sim.scenario.model import DAY, Operation, Position
from sim.state.record import MODES, Mode
from sim.state.sides import Side

SEEN: tuple[Mode, ...] = ("marching", "ringing", "fighting", "stalled", "holding")
"""What a force does when those before it count as threatened."""

Act = Callable[["Force"], None]
"""What a force does at an instant."""


@dataclass(eq=False, slots=True)
class Force:
    """The force of an operation: ``leg`` stops are behind it, :attr:`km` of the next road too.

    What goes on by itself is kept as it was when something last happened to it, and worked out
    from there for whoever reads it: ``from_km`` at ``since`` (s), where it stood when it began
    what it does, and ``men``, its persons as they were put down last.
    ``stops`` are place indices from the base on, ``roads`` and ``lengths`` (km) join them,
    ``tempo`` is km/day on each. ``carried`` is what it has with it (kg), ``loaded`` what it took
    from the base (kg), ``taken`` are the stops that it took, ``ringed`` is the place that it has
    closed a ring round. ``act`` is what it does at ``due`` while ``moment`` is set; where it is
    attacked, ``interrupted`` keeps what it did, and those two. ``moved`` tells of each new thing
    that it does.
    """

    world: World
    operation: Operation
    rank: int  # among all, of those that do something in one instant
    moved: Signal[[Force]]
    men: int
    stops: tuple[int, ...]
    roads: tuple[int, ...]
    lengths: tuple[float, ...]
    tempo: tuple[float, ...]
    each: float
    carries: float  # seconds
    breaks: float
    retreat: float  # km/day
    supports: list[tuple[float, float, float]]  # (factor, from, until), seconds
    carried: Stock
    tries: int
    mode: Mode = "waiting"
    noted: Mode | None = None  # the mode of the last row
    leg: int = 0
    from_km: float = 0.0
    since: int = 0
    fed: bool = True
    taken: list[int] = field(default_factory=list)
    loaded: int = 0
    beaten_by: str | None = None
    ringed: str | None = None
    interrupted: tuple[Mode, int | None, Act | None] | None = None
    due: int = 0
    act: Act | None = None
    moment: Moment | None = None
    mark: Moment | None = None

    @classmethod
    def muster(cls, world: World, operation: Operation, rank: int, moved: Signal[[Force]]) -> Force:
        """The force of an operation at its base, with its numbers drawn."""
        luck, net, graph = world.luck, world.scenario.network, world.graph
        name = f"operation:{operation.id}"
        stops = tuple(graph.place_index[p] for p in (operation.base, *operation.route))
        roads, lengths, tempo = [], [], []
        for a, b in itertools.pairwise(stops):
            joining = [flat >> 1 for other, flat in graph.neighbours[a] if other == b]
            leading = [r for r in joining if net.roads[graph.roads[r]].leads_from(graph.places[a])]
            absent = world.control.terrain.absent
            road = min(leading, key=lambda r: (graph.roads[r] in absent, int(graph.seconds[r]), r))
            road_class = net.roads[graph.roads[road]].road_class
            speeds = operation.tempo
            which = road_class if road_class in speeds else "" if "" in speeds else min(speeds)
            roads.append(road)
            lengths.append(float(graph.km[road]))
            tempo.append(luck.value(speeds[which], f"{name}:tempo:{which}"))
        strength = luck.whole(operation.strength, f"{name}:strength")
        each = luck.value(operation.each, f"{name}:each")
        carries = luck.value(operation.carries, f"{name}:carries")
        supports = [
            (
                luck.value(s.factor, f"{name}:support:{s.id}"),
                0.0 if s.start is None else luck.value(s.start, f"{name}:support:{s.id}:from"),
                math.inf if s.end is None else luck.value(s.end, f"{name}:support:{s.id}:until"),
            )
            for s in operation.support.values()
        ]
        force = cls(
            world, operation, rank, moved, strength,
            stops, tuple(roads), tuple(lengths), tuple(tempo),
            each, carries, luck.value(operation.breaks, f"{name}:breaks"),
            luck.value(operation.retreat, f"{name}:retreat"), supports,
            Stock(round(strength * each * carries / DAY), 0), operation.tries,
        )  # fmt: skip
        if operation.stands is not None:
            force._stand(operation.stands)
        return force

    def _stand(self, stands: Position) -> None:
        """Stand where it begins, with the places behind it taken."""
        if stands.place is not None:
            self.leg = (self.operation.base, *self.operation.route).index(stands.place)
        elif stands.km is not None:
            km = self.world.luck.value(stands.km, f"operation:{self.id}:stands")
            while not self.arrived and km >= self.lengths[self.leg]:
                km -= self.lengths[self.leg]
                self.leg += 1
            self.km = 0.0 if self.arrived else km
        self.taken = list(range(1, self.leg + 1))

    # --- what it is and has --------------------------------------------------------------

    @property
    def id(self) -> str:
        """The id of its operation."""
        return self.operation.id

    @property
    def turn(self) -> str:
        """Its key in the order of an instant."""
        return f"operation:{self.rank:06d}:{self.id}"

    @property
    def actor(self) -> str:
        """Whose force it is."""
        return self.operation.actor

    @property
    def name(self) -> str:
        """How texts call it."""
        return self.operation.name

    @property
    def side(self) -> Side:
        """What its actor makes of the others."""
        return self.world.sides[self.operation.actor]

    @property
    def strength(self) -> int:
        """Persons."""
        self.world.signals.counting.tell()
        return self.men

    @property
    def kg_per_day(self) -> int:
        """Consumption at its strength."""
        return round(self.strength * self.each)

    @property
    def draining(self) -> bool:
        """True while it lives on what it carries."""
        return self.carried.rate > 0

    @property
    def hungry(self) -> bool:
        """True where it lives on what it carries and that is gone."""
        return self.draining and self.carried.empty(self.world.clock.now)

    @property
    def afoot(self) -> bool:
        """True from its start to its end."""
        return self.mode not in ("waiting", "over")

    def supply_seconds(self) -> float:
        """How long what it carries lasts; as long as ever where it eats nothing.

        It eats by its strength at the last event, so that the instants of the bands hold.
        """
        rate = self.carried.rate or self.kg_per_day
        return self.carried.lasts(self.world.clock.now, rate) if rate else math.inf

    def support(self) -> tuple[float, int | None]:
        """Product of the factors of support now, and when it next changes."""
        now = self.world.clock.now
        product, changes = 1.0, []
        for factor, start, end in self.supports:
            if start <= now < end:
                product *= factor
            changes += [math.ceil(t) for t in (start, end) if now < t < math.inf]
        return product, min(changes, default=None)

    # --- where it is ---------------------------------------------------------------------

    @property
    def km(self) -> float:
        """km behind it of the road to its next stop."""
        if not (speed := self.speed):
            return self.from_km
        days = (self.world.clock.now - self.since) / DAY
        return min(self.lengths[self.leg], max(0.0, self.from_km + speed * days))

    @km.setter
    def km(self, km: float) -> None:
        self.from_km, self.since = km, self.world.clock.now

    def position(self) -> float:
        """km from the base along the route."""
        return sum(self.lengths[: self.leg]) + self.km

    def place(self, stop: int) -> str:
        """The id of a stop."""
        return self.world.graph.places[self.stops[stop]]

    @property
    def arrived(self) -> bool:
        """True at the end of its route."""
        return self.leg >= len(self.roads)

    @property
    def before(self) -> bool:
        """True where it stands right before its next stop."""
        return not self.arrived and self.km >= self.lengths[self.leg]

    def at(self, place: int) -> bool:
        """True where it stands at a place, or before it with a ring or a battle."""
        if self.mode in ("waiting", "over", "retreating"):
            return False
        if self.stops[self.leg] == place and self.km == 0:
            return True
        round_it = self.mode in ("ringing", "fighting") or self.ringed is not None
        return round_it and self.before and self.stops[self.leg + 1] == place

    @property
    def speed(self) -> float:
        """km/day along the route, below 0 where it goes back, 0 at its end."""
        if self.mode == "marching" and not self.arrived:
            return self.tempo[self.leg]
        return -self.retreat if self.mode == "retreating" and not self.arrived else 0.0

    def finds_enemies(self, place: str) -> bool:
        """True where an actor that it may not pass holds a part of the place."""
        return not self.side.enemies.isdisjoint(self.world.control.holders[place])

    def lost(self, stop: int) -> bool:
        """True where enemies hold a stop and neither it nor a friend holds any of it."""
        place = self.place(stop)
        return self.finds_enemies(place) and not self.side.holds(self.world.control, place)

    # --- what it does --------------------------------------------------------------------

    def turn_to(self, mode: Mode) -> None:
        """Change what it does; what it was about to do is called off."""
        self.km = self.km
        self.mode = mode
        self._call_off()
        self.note()
        self.moved.tell(self)

    def later(self, days: float, act: Act) -> None:
        """Let it do something after ``days``."""
        self._call_off()
        seconds = days * DAY - 1e-6
        if seconds > self.world.scenario.length:
            return
        self.due, self.act = self.world.clock.now + max(1, math.ceil(seconds)), act
        self.moment = self.world.clock.at(self.due, Phase.ARRIVALS, self.turn, lambda: act(self))

    def change_soon(
        self, phase: Phase, place: str, change: Change, step: str = "", *, ringing: bool = False
    ) -> None:
        """Let it change a place a second from now; ``step`` is added to its key in the order.

        ``ringing``: only if it has its ring round the place still.
        """
        clock, key = self.world.clock, self.turn + step

        def act() -> None:
            if not ringing or self.ringed == place:
                self.world.apply(self.id, place, change)

        clock.at(clock.now + 1, phase, key, act)

    def _call_off(self) -> None:
        call_off(self.moment)
        self.moment = None

    # --- writing down --------------------------------------------------------------------

    def say(self, kind: str, text: str) -> None:
        """Add what happened to the list of events."""
        self.world.note_event(kind, self.id, self.id, text)

    def note(self) -> None:
        """Position (m), strength (persons), supply carried (kg), whether fed, mode; all of now."""
        now, subject = self.world.clock.now, f"operation:{self.id}"
        self.world.note(subject, "position_m", round(self.position() * 1000))
        self.world.note(subject, "strength_persons", self.strength)
        self.world.note(subject, "carried_kg", self.carried.kg(now))
        self.world.note(subject, "fed", int(self.fed))
        if self.mode != self.noted:
            self.noted = self.mode
            self.world.note(subject, "mode", MODES.index(self.mode))
