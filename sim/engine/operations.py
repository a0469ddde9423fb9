"""Operations: forces that advance along a route of places, each fed by its own line.

A force has a position on a road: behind it the road is its own, ahead the enemy's. It eats
from the stock of its base as long as every place and road between is open to its side; else
from what it carries; with nothing left it stalls. Whatever closes that line - a raid, a
capture, another force - needs no special case. A place that enemies hold it rings or storms
(:mod:`sim.engine.combat`).
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sim.scenario.model import DAY, PPM, Operation

from .clock import Moment, Phase
from .combat import Battle, Combat, Post, Side
from .control import Control
from .stock import Stock

if TYPE_CHECKING:
    from .simulation import Simulation

Mode = Literal["waiting", "marching", "ringing", "fighting", "stalled", "holding", "retreating",
               "over"]  # fmt: skip


@dataclass(eq=False, slots=True)
class Force:
    """The force of an operation: ``leg`` stops are behind it, ``km`` of the next road too.

    ``stops`` are place indices from the base on, ``roads`` and ``lengths`` (km) join them,
    ``tempo`` is km/day on each. ``carried`` is what it has with it (kg), ``taken`` are the stops
    that it took.
    """

    manager: Operations
    operation: Operation
    strength: int
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
    mode: Mode = "waiting"
    leg: int = 0
    km: float = 0.0
    since: int = 0
    fed: bool = True
    tries: int = 1
    taken: list[int] = field(default_factory=list)
    beaten_by: str | None = None
    moment: Moment | None = None
    mark: Moment | None = None

    @property
    def kg_per_day(self) -> int:
        """Consumption at its strength."""
        return round(self.strength * self.each)

    @property
    def draining(self) -> bool:
        """True while it lives on what it carries."""
        return not self.fed and self.kg_per_day > 0

    def supply_seconds(self) -> float:
        """How long what it carries lasts; as long as ever where it eats nothing."""
        if self.kg_per_day == 0:
            return math.inf
        return self.carried.kg(self.manager.sim.clock.now) * DAY / self.kg_per_day

    def support(self) -> tuple[float, int | None]:
        """Product of the factors of support now, and when it next changes."""
        now = self.manager.sim.clock.now
        product, changes = 1.0, []
        for factor, start, end in self.supports:
            if start <= now < end:
                product *= factor
            changes += [math.ceil(t) for t in (start, end) if now < t < math.inf]
        return product, min(changes, default=None)

    def position(self) -> float:
        """km from the base along the route."""
        return sum(self.lengths[: self.leg]) + self.km

    def noted(self) -> None:
        """Write position, strength and supply down for this instant."""
        self.manager.note(self)


class Operations:
    """All operations of a run."""

    def __init__(self, sim: Simulation, combat: Combat) -> None:
        self.sim = sim
        self.combat = combat
        self.forces: dict[str, Force] = {}
        for operation in sim.scenario.operations.values():
            self.forces[operation.id] = self._muster(operation)
        for force in self.forces.values():
            self._await(force)
        self._sample()

    def _muster(self, operation: Operation) -> Force:
        sim, luck = self.sim, self.sim.luck
        graph, net = sim.control.terrain.graph, sim.scenario.network
        name = f"operation:{operation.id}"
        stops = tuple(graph.place_index[p] for p in (operation.base, *operation.route))
        roads, lengths, tempo = [], [], []
        for a, b in itertools.pairwise(stops):
            joining = [flat >> 1 for other, flat in graph.neighbours[a] if other == b]
            road = min(joining, key=lambda r: (int(graph.seconds[r]), r))
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
        return Force(
            self, operation, strength, stops, tuple(roads), tuple(lengths), tuple(tempo), each,
            carries, luck.value(operation.breaks, f"{name}:breaks"),
            luck.value(operation.retreat, f"{name}:retreat"), supports,
            Stock(round(strength * each * carries / DAY), 0), tries=operation.tries,
        )  # fmt: skip

    def _await(self, force: Force) -> None:
        operation, sim = force.operation, self.sim
        name = f"operation:{operation.id}"
        if operation.chance < 1 and sim.luck.uniform(f"{name}:happens") >= operation.chance:
            force.mode = "over"
            return
        if operation.at is not None:
            time = round(sim.luck.value(operation.at, f"{name}:at"))
            if 0 <= time <= sim.scenario.length:
                sim.clock.at(time, Phase.DECISIONS, name, lambda: self._start(force))
        elif operation.when is not None:
            delay = operation.delay

            def begin() -> None:
                wait = 0 if delay is None else round(sim.luck.value(delay, f"{name}:delay"))
                sim.clock.at(
                    sim.clock.now + max(1, wait), Phase.DECISIONS, name, lambda: self._start(force)
                )

            sim.wait_for(name, operation.when, begin)

    # --- marching ------------------------------------------------------------------------

    def _start(self, force: Force) -> None:
        self.sim.happened.add(force.operation.id)
        self._say(force, "operation", force.operation.text or f"{force.operation.name} begins")
        force.since = self.sim.clock.now
        self._feed(force)
        self._march(force)

    def _say(self, force: Force, kind: str, text: str) -> None:
        self.sim.note_event(kind, force.operation.id, force.operation.id, text)

    def _place(self, force: Force, stop: int) -> str:
        return self.sim.control.terrain.graph.places[force.stops[stop]]

    def _set(self, force: Force, mode: Mode) -> None:
        """Change what a force does; what it was about to do is called off."""
        self._locate(force)
        force.mode = mode
        if force.moment is not None:
            force.moment.cancel()
            force.moment = None
        self.note(force)
        self.sim.fronts.look(force)

    def _locate(self, force: Force) -> None:
        """Bring the position of a force on the move to now."""
        now = self.sim.clock.now
        days = (now - force.since) / DAY
        force.since = now
        if force.mode == "marching" and force.leg < len(force.roads):
            force.km = min(force.lengths[force.leg], force.km + force.tempo[force.leg] * days)
        elif force.mode == "retreating":
            force.km = max(0.0, force.km - force.retreat * days)

    def _later(self, force: Force, days: float, action: str) -> None:
        """Let a force do something after ``days``."""
        time = self.sim.clock.now + max(1, math.ceil(days * DAY - 1e-6))
        if force.moment is not None:
            force.moment.cancel()
        force.moment = self.sim.clock.at(
            time,
            Phase.ARRIVALS,
            f"operation:{force.operation.id}",
            lambda: getattr(self, action)(force),
        )

    def _march(self, force: Force) -> None:
        """Go on to the next stop, or hold at the end of the route; stall where nothing is left."""
        if force.leg >= len(force.roads):
            self._set(force, "holding")
            return
        if force.draining and force.carried.empty(self.sim.clock.now):
            self._stall(force)
            return
        self._set(force, "marching")
        left = force.lengths[force.leg] - force.km
        self._later(force, left / force.tempo[force.leg], "_reach")

    def _reach(self, force: Force) -> None:
        """A force stands before its next stop."""
        self._locate(force)
        force.km = force.lengths[force.leg]
        place = self._place(force, force.leg + 1)
        defenders = self._defenders(force, place)
        if not self._hostile(force, place) and not defenders.forces:
            self._enter(force)
        elif not self.combat.strength(defenders):
            self._take(force, place)
        elif place in force.operation.rings and not defenders.forces:
            self._ring(force, place)
        else:
            self._storm(force)

    def _enter(self, force: Force) -> None:
        force.leg, force.km = force.leg + 1, 0.0
        self._march(force)

    def _hostile(self, force: Force, place: str) -> bool:
        """True where an actor that it may not pass holds a part of the place."""
        side = self.sim.sides[force.operation.actor]
        return not side.enemies.isdisjoint(self.sim.control.holders[place])

    def _defenders(self, force: Force, place: str) -> Side:
        """Who stands in the way at a place: enemy garrisons in it, enemy forces round or in it."""
        side = self.sim.sides[force.operation.actor]
        index = self.sim.control.terrain.graph.place_index[place]
        forces = [
            other
            for other in self.forces.values()
            if other.operation.actor in side.enemies and other.strength and self._at(other, index)
        ]
        holders = self.sim.control.holders[place]
        posts: list[Post] = [
            (actor, where)
            for (actor, where), n in sorted(self.sim.regroup.strength.items())
            if where == place and n and actor in side.enemies and actor in holders
        ]
        return Side(forces, posts)

    def _at(self, force: Force, place: int) -> bool:
        """True where a force stands at a place, or before it with a ring or a battle."""
        if force.mode in ("waiting", "over", "retreating"):
            return False
        if force.km == 0 and force.stops[force.leg] == place:
            return True
        return force.mode in ("ringing", "fighting") and force.stops[force.leg + 1] == place

    def _take(self, force: Force, place: str) -> None:
        """Enter an enemy's place: it changes hands a second later, then the march goes on."""
        actor, sim = force.operation.actor, self.sim
        self._set(force, "holding")
        stop = force.leg + 1

        def capture() -> None:
            force.taken.append(stop)
            shares = {actor: PPM}
            sim.apply(force.operation.id, lambda control: control.capture(place, shares))
            self._say(force, "taken", f"{force.operation.name} takes {place}")

        sim.clock.at(sim.clock.now + 1, Phase.CONTROL, f"operation:{force.operation.id}", capture)
        self._later(force, 1 / DAY, "_enter")

    # --- rings and battles ---------------------------------------------------------------

    def _ring(self, force: Force, place: str) -> None:
        """Close a ring, and storm the place after the stated time."""
        sim, operation = self.sim, force.operation
        self._set(force, "ringing")
        enemies = sim.sides[operation.actor].enemies

        def close(control: Control) -> None:
            control.besiege(place, enemies & control.holders[place].keys())

        sim.clock.at(
            sim.clock.now + 1,
            Phase.CLOSURES,
            f"operation:{operation.id}",
            lambda: sim.apply(operation.id, close),
        )
        self._say(force, "ring", f"{operation.name} closes a ring round {place}")
        wait = sim.luck.value(operation.rings[place], f"operation:{operation.id}:ring:{place}")
        self._later(force, wait / DAY, "_storm")

    def _storm(self, force: Force) -> None:
        """Attack the next stop."""
        place = self._place(force, force.leg + 1)
        if force.draining and force.carried.empty(self.sim.clock.now):
            self._stall(force)
            return
        defenders = self._defenders(force, place)
        if not self.combat.strength(defenders):
            self._take(force, place) if self._hostile(force, place) else self._enter(force)
            return
        self._set(force, "fighting")
        for other in defenders.forces:
            if (battle := self.combat.of_force(other)) is not None:
                self.combat.stop(battle)
        kind = self.sim.scenario.network.places[place].kind
        terrain = self.combat.rules.terrain.get(kind, 1.0) if defenders.posts else 1.0
        self.combat.begin(place, Side([force], []), defenders, self._fought, terrain=terrain)

    def _fought(self, battle: Battle, won: bool) -> None:
        """A battle that a force began is over."""
        (force,) = battle.attackers.forces
        self._feed(force)
        if not won:
            self._say(force, "repulsed", f"{force.operation.name} is beaten at {battle.place}")
            self._repulsed(force, next(iter(sorted(battle.defenders.actors()))))
            return
        self._say(force, "won", f"{force.operation.name} wins at {battle.place}")
        for other in battle.defenders.forces:
            self._say(other, "repulsed", f"{other.operation.name} is driven off {battle.place}")
            self._repulsed(other, force.operation.actor)
        if self._hostile(force, battle.place):
            self._take(force, battle.place)
        else:
            self._enter(force)

    def counter(self, force: Force, posts: list[Post]) -> None:
        """Garrisons go at a force that stands before their place."""
        self._set(force, "fighting")
        place = self._place(force, min(force.leg + 1, len(force.stops) - 1))
        self.combat.begin(place, Side([], posts), Side([force], []), self._countered)

    def _countered(self, battle: Battle, won: bool) -> None:
        (force,) = battle.defenders.forces
        self._feed(force)
        if won:
            self._say(force, "repulsed", f"{force.operation.name} is thrown back")
            self._repulsed(force, next(iter(sorted(battle.attackers.actors()))))
        else:
            self._say(force, "won", f"{force.operation.name} stands")
            self._march(force)

    def _repulsed(self, force: Force, by: str) -> None:
        """What a beaten force does, by its policy."""
        force.beaten_by = by
        ringed = self._place(force, force.leg + 1) if force.leg < len(force.roads) else None
        force.tries -= 1
        policy = force.operation.on_repulse
        if policy != "hold" and ringed in self.sim.control.besieged:
            self._lift(force, ringed)
        if policy == "give_up":
            self._disband(force)
        elif policy == "fall_back":
            self._fall_back(force)
        else:
            self._set(force, "holding")
            self._try_again(force)

    def _lift(self, force: Force, place: str) -> None:
        sim = self.sim
        sim.clock.at(
            sim.clock.now + 1,
            Phase.OPENINGS,
            f"operation:{force.operation.id}",
            lambda: sim.apply(force.operation.id, lambda control: control.relieve(place)),
        )

    def _try_again(self, force: Force) -> None:
        again = force.operation.again
        if again is None or force.tries <= 0 or not force.strength:
            return
        name = f"operation:{force.operation.id}:again:{force.tries}"
        self._later(force, self.sim.luck.value(again, name) / DAY, "_resume")

    def _resume(self, force: Force) -> None:
        """Try again from where it stands."""
        if force.leg < len(force.roads) and force.km >= force.lengths[force.leg]:
            self._reach(force)
        else:
            self._march(force)

    # --- falling back ----------------------------------------------------------------------

    def _fall_back(self, force: Force) -> None:
        """Go back toward the start line, giving up what it took on the way."""
        if not force.strength:
            self._disband(force)
            return
        self._set(force, "retreating")
        if force.leg == 0 and force.km == 0:
            self._back(force)
            return
        if force.km == 0:
            self._leave_stop(force)
        self._later(force, force.km / force.retreat, "_back")

    def _leave_stop(self, force: Force) -> None:
        """Leave the stop it stands at for the one before; an enemy that beat it follows."""
        stop = force.leg
        force.leg -= 1
        force.km = force.lengths[force.leg]
        if stop in force.taken:
            force.taken.remove(stop)
            place, sim, by = self._place(force, stop), self.sim, force.beaten_by
            if by is not None and set(sim.control.holders[place]) == {force.operation.actor}:
                shares = {by: PPM}
                sim.clock.at(
                    sim.clock.now + 1,
                    Phase.CONTROL,
                    f"operation:{force.operation.id}:gives-up",
                    lambda: sim.apply(
                        force.operation.id, lambda control: control.capture(place, shares)
                    ),
                )
                self._say(force, "given_up", f"{force.operation.name} gives {place} up")

    def _back(self, force: Force) -> None:
        """A force that falls back has reached a stop."""
        self._locate(force)
        force.km = 0.0
        if force.leg == 0:
            self._set(force, "holding")
            self._feed(force)
            self._try_again(force)
            return
        self._leave_stop(force)
        self._later(force, force.km / force.retreat, "_back")

    def _disband(self, force: Force) -> None:
        """The force is no more: its men join the garrison of the last stop behind it."""
        sim = self.sim
        self._set(force, "over")
        stop = force.leg
        while stop > 0 and not sim.sides[force.operation.actor].holds(
            sim.control, self._place(force, stop)
        ):
            stop -= 1
        sim.regroup.join(force.operation.actor, self._place(force, stop), force.strength)
        force.strength = 0
        self._feed(force)
        self.note(force)

    # --- supply ------------------------------------------------------------------------------

    def settle(self) -> None:
        """The network changed: whose line is open, who can go on."""
        for force in self.forces.values():
            if force.mode not in ("waiting", "over"):
                self._overrun(force)
                self._feed(force)
        for battle in list(self.combat.battles.values()):
            held = all(a in self.sim.control.holders[p] for a, p in battle.defenders.posts)
            if not held:
                self.combat.stop(battle)
                for force in battle.attackers.forces:
                    self._reach(force)

    def _overrun(self, force: Force) -> None:
        """A force whose place another took falls back to the last stop that its side holds."""
        side = self.sim.sides[force.operation.actor]
        if force.km or force.mode == "retreating" or force.leg == 0:
            return
        if not side.holds(self.sim.control, self._place(force, force.leg)):
            holders = self.sim.control.holders[self._place(force, force.leg)]
            force.beaten_by = next(iter(sorted(holders)), None)
            force.taken = [s for s in force.taken if s != force.leg]
            self._fall_back(force)

    def stocks_changed(self) -> None:
        """A base ran out, or has something again."""
        for force in self.forces.values():
            if force.mode not in ("waiting", "over"):
                self._feed(force)

    def garrison_will_grow(self, post: Post) -> None:
        """Bring the battle of a garrison to now, before men join it."""
        if (battle := self.combat.of_post(post)) is not None:
            self.combat.bring(battle)

    def garrison_grew(self, post: Post, persons: int) -> None:
        """Men joined a garrison: they stand with it in its battle, or strike back."""
        if (battle := self.combat.of_post(post)) is not None:
            self.combat.reinforce(battle, post, persons)
        else:
            self.sim.fronts.strike_back(*post)

    def close(self) -> None:
        """At the end of the period: write down how the battles stand."""
        for battle in self.combat.battles.values():
            self.combat.show(battle)
        for force in self.forces.values():
            self.note(force)

    def _line_open(self, force: Force) -> bool:
        """True where every place and road from the base to the force is open to its side."""
        control = self.sim.control
        passage = self.sim.regroup.passage(force.operation.actor)
        graph = control.terrain.graph
        if not all(passage.open[i] for i in force.stops[: force.leg + 1]):
            return False
        if not all(passage.road[r, 0] for r in force.roads[: force.leg]):
            return False
        return not force.km or graph.roads[force.roads[force.leg]] not in control.closed

    def _feed(self, force: Force) -> None:
        """See whether a force eats from its base, and set what it draws from where."""
        operation, sim, now = force.operation, self.sim, self.sim.clock.now
        if operation.axis is None:
            return
        alive = force.mode != "over" and force.strength > 0
        need = force.kg_per_day if alive else 0
        base = sim.supply.axes[operation.axis].sinks[operation.base]
        force.carried.advance(now)
        open_now = alive and self._line_open(force) and base.active and not base.stock.empty(now)
        if open_now:
            full = round(need * force.carries / DAY)
            lump = max(0, min(full - force.carried.kg(now), base.stock.kg(now)))
            if lump:
                base.stock.add(now, -lump)
                force.carried.add(now, lump)
        was, force.fed = force.fed, open_now or need == 0
        force.carried.rate = 0 if force.fed else need
        sim.supply.draw(operation.axis, operation.base, operation.id, need if open_now else 0)
        if was != force.fed:
            self._say(force, "fed" if force.fed else "cut_off", self._supply_text(force))
        self._watch(force)
        if (battle := self.combat.of_force(force)) is not None and was != force.fed:
            self.combat.changed(battle)
        if force.fed and force.mode == "stalled":
            self._resume(force)
        self.note(force)

    def _supply_text(self, force: Force) -> str:
        if force.fed:
            return f"{force.operation.name} is fed from {force.operation.base} again"
        if not self._line_open(force):
            why = "the road behind it is cut"
        else:
            why = f"{force.operation.base} has nothing left"
        days = force.supply_seconds() / DAY
        return f"{force.operation.name} is cut off: {why}; it carries {days:.1f} days"

    def _watch(self, force: Force) -> None:
        """Wake when what a force carries is gone."""
        if force.mark is not None:
            force.mark.cancel()
            force.mark = None
        if not force.draining:
            return
        gone = force.carried.when(0)
        if gone is not None and gone > self.sim.clock.now:
            force.mark = self.sim.clock.at(
                gone,
                Phase.ARRIVALS,
                f"~operation:{force.operation.id}",
                lambda: self._spent(force),
            )

    def _spent(self, force: Force) -> None:
        self._say(force, "out_of_supply", f"{force.operation.name} has nothing left to eat")
        if (battle := self.combat.of_force(force)) is not None:
            self.combat.changed(battle)
        if force.mode == "marching":
            self._stall(force)
        elif force.mode in ("holding", "ringing") and force.operation.on_stall == "fall_back":
            if force.leg < len(force.roads):
                ringed = self._place(force, force.leg + 1)
                if force.mode == "ringing" and ringed in self.sim.control.besieged:
                    self._lift(force, ringed)
            self._fall_back(force)
        self.note(force)

    def _stall(self, force: Force) -> None:
        self._set(force, "stalled")
        self._say(force, "stalled", f"{force.operation.name} stalls at km {force.position():.1f}")
        if force.operation.on_stall == "fall_back":
            self._fall_back(force)

    # --- writing down --------------------------------------------------------------------

    def note(self, force: Force) -> None:
        """Position (m), strength (persons), supply carried (kg) and whether it is fed, now."""
        self._locate(force)
        now, subject = self.sim.clock.now, f"operation:{force.operation.id}"
        self.sim.note(subject, "position_m", round(force.position() * 1000))
        self.sim.note(subject, "strength_persons", force.strength)
        self.sim.note(subject, "carried_kg", force.carried.kg(now))
        self.sim.note(subject, "fed", int(force.fed))

    def _sample(self) -> None:
        sim = self.sim
        for battle in self.combat.battles.values():
            self.combat.show(battle)
        for force in self.forces.values():
            self.note(force)
        if sim.clock.now < sim.scenario.length:
            soon = min(sim.clock.now + sim.scenario.sample, sim.scenario.length)
            sim.clock.at(soon, Phase.BATTLES, "~sample:operations", self._sample)
