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
    ``tempo`` is km/day on each. ``carried`` is what it has with it (kg), ``loaded`` what it took
    from the base (kg), ``taken`` are the stops that it took, ``ringed`` is the place that it has
    closed a ring round. ``act`` is what it does at ``due`` while ``moment`` is set; where it is
    attacked, ``interrupted`` keeps what it did, and those two.
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
    loaded: int = 0
    beaten_by: str | None = None
    ringed: str | None = None
    interrupted: tuple[Mode, int | None, str] | None = None
    due: int = 0
    act: str = ""
    moment: Moment | None = None
    mark: Moment | None = None

    @property
    def kg_per_day(self) -> int:
        """Consumption at its strength."""
        return round(self.strength * self.each)

    @property
    def draining(self) -> bool:
        """True while it lives on what it carries."""
        return self.carried.rate > 0

    def supply_seconds(self) -> float:
        """How long what it carries lasts; as long as ever where it eats nothing.

        It eats by its strength at the last event, so that the instants of the bands hold.
        """
        rate = self.carried.rate or self.kg_per_day
        return self.carried.lasts(self.manager.sim.clock.now, rate) if rate else math.inf

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
        self._stopped: list[Battle] = []
        for _, operation in sorted(sim.scenario.operations.items()):
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
        self.sim.state_changed()
        self._say(force, "operation", force.operation.text or f"{force.operation.name} begins")
        force.since = self.sim.clock.now
        if self._lost(force, 0):
            self._disband(force)
            return
        self._feed(force)
        self._march(force)

    def _say(self, force: Force, kind: str, text: str) -> None:
        self.sim.note_event(kind, force.operation.id, force.operation.id, text)

    def _place(self, force: Force, stop: int) -> str:
        return self.sim.control.terrain.graph.places[force.stops[stop]]

    def _named(self, place: str) -> str:
        return self.sim.scenario.network.places[place].name

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
        if force.moment is not None:
            force.moment.cancel()
            force.moment = None
        seconds = days * DAY - 1e-6
        if seconds > self.sim.scenario.length:
            return
        force.due, force.act = self.sim.clock.now + max(1, math.ceil(seconds)), action
        force.moment = self.sim.clock.at(
            force.due,
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
        if not self.combat.strength(defenders):
            self._go_in(force, place)
        elif place in force.operation.rings and force.ringed != place and not defenders.forces:
            self._ring(force, place)
        else:
            self._storm(force)

    def _go_in(self, force: Force, place: str) -> None:
        """Enter a place that nobody defends; one of an enemy's, or of nobody's, is taken."""
        if self._hostile(force, place) or not self.sim.control.holders[place]:
            self._take(force, place)
        else:
            self._enter(force)

    def _enter(self, force: Force) -> None:
        force.ringed = None
        force.leg, force.km = force.leg + 1, 0.0
        self._march(force)

    def _hostile(self, force: Force, place: str) -> bool:
        """True where an actor that it may not pass holds a part of the place."""
        side = self.sim.sides[force.operation.actor]
        return not side.enemies.isdisjoint(self.sim.control.holders[place])

    def _lost(self, force: Force, stop: int) -> bool:
        """True where enemies hold a stop and neither it nor a friend holds any of it."""
        place = self._place(force, stop)
        side = self.sim.sides[force.operation.actor]
        return self._hostile(force, place) and not side.holds(self.sim.control, place)

    def _defenders(self, force: Force, place: str) -> Side:
        """Who stands in the way at a place: enemy garrisons and forces in it.

        Enemies that have a ring round it or storm it themselves are met first, and alone.
        """
        side = self.sim.sides[force.operation.actor]
        index = self.sim.control.terrain.graph.place_index[place]
        forces = [
            other
            for other in self.forces.values()
            if other.operation.actor in side.enemies and other.strength and self._at(other, index)
        ]
        if outside := [other for other in forces if other.km]:
            return Side(outside, [])
        posts: list[Post] = [
            (actor, where)
            for (actor, where), n in sorted(self.sim.regroup.strength.items())
            if where == place
            and n
            and actor in side.enemies
            and self.sim.sides[actor].holds(self.sim.control, place)
        ]
        return Side(forces, posts)

    def _at(self, force: Force, place: int) -> bool:
        """True where a force stands at a place, or before it with a ring or a battle."""
        if force.mode in ("waiting", "over", "retreating"):
            return False
        self._locate(force)
        if force.km == 0 and force.stops[force.leg] == place:
            return True
        round_it = force.mode in ("ringing", "fighting") or force.ringed is not None
        return round_it and self._before(force) and force.stops[force.leg + 1] == place

    def _before(self, force: Force) -> bool:
        """True where a force stands right before its next stop."""
        return force.leg < len(force.roads) and force.km >= force.lengths[force.leg]

    def _take(self, force: Force, place: str) -> None:
        """Enter an enemy's place: it changes hands a second later, then the march goes on."""
        actor, sim = force.operation.actor, self.sim
        self._set(force, "holding")
        stop = force.leg + 1

        def capture() -> None:
            force.taken.append(stop)
            shares = {actor: PPM}
            sim.apply(force.operation.id, lambda control: control.capture(place, shares))
            self._say(force, "taken", f"{force.operation.name} takes {self._named(place)}")

        sim.clock.at(sim.clock.now + 1, Phase.CONTROL, f"operation:{force.operation.id}", capture)
        self._later(force, 1 / DAY, "_enter")

    # --- rings and battles ---------------------------------------------------------------

    def _ring(self, force: Force, place: str) -> None:
        """Close a ring, and storm the place after the stated time."""
        sim, operation = self.sim, force.operation
        self._set(force, "ringing")
        enemies = sim.sides[operation.actor].enemies

        force.ringed = place

        def close(control: Control) -> None:
            if force.ringed == place:
                control.besiege(place, enemies & control.holders[place].keys())

        sim.clock.at(
            sim.clock.now + 1,
            Phase.CLOSURES,
            f"operation:{operation.id}",
            lambda: sim.apply(operation.id, close),
        )
        self._say(force, "ring", f"{operation.name} closes a ring round {self._named(place)}")
        wait = sim.luck.value(operation.rings[place], f"operation:{operation.id}:ring:{place}")
        self._later(force, wait / DAY, "_storm")

    def _storm(self, force: Force) -> None:
        """Attack the next stop: join a friend's attack, or wait while others are at it."""
        place = self._place(force, force.leg + 1)
        if force.draining and force.carried.empty(self.sim.clock.now):
            self._stall(force)
            return
        defenders = self._defenders(force, place)
        if not self.combat.strength(defenders):
            self._go_in(force, place)
            return
        for battle in self._battles_of(defenders):
            if not battle.attackers.overlaps(defenders):
                own = self.sim.sides[force.operation.actor].own
                if battle.place == place and own.issuperset(battle.attackers.actors()):
                    self._set(force, "fighting")
                    self.combat.join(battle, force)
                else:
                    self._set(force, "holding")
                    self._later(force, 1 / 24, "_resume")
                return
        self._set(force, "fighting")
        for battle in self._battles_of(defenders):
            # they turn to face this attack; those whom they attacked are left alone
            self.combat.stop(battle)
            self._released(battle.defenders.forces, battle)
        for other in defenders.forces:
            self._engage(other)
        kind = self.sim.scenario.network.places[place].kind
        terrain = self.combat.rules.terrain.get(kind, 1.0) if defenders.posts else 1.0
        self.combat.begin(place, Side([force], []), defenders, self._fought, terrain=terrain)

    def _fought(self, battle: Battle, won: bool) -> None:
        """A battle that forces began is over."""
        attackers, defenders = battle.attackers, battle.defenders
        place = self._named(battle.place)
        for force in attackers.forces + defenders.forces:
            self._feed(force)
        if not won:
            by = min(defenders.actors())
            for force in attackers.forces:
                self._say(force, "repulsed", f"{force.operation.name} is beaten at {place}")
                self._repulsed(force, by)
            for other in defenders.forces:
                self._stood(other)
            return
        first, *others = attackers.forces
        for force in attackers.forces:
            self._say(force, "won", f"{force.operation.name} wins at {place}")
        for other in defenders.forces:
            self._say(other, "repulsed", f"{other.operation.name} is driven off {place}")
            self._lift(other)
            self._repulsed(other, first.operation.actor)
        if defenders.posts:
            self._go_in(first, battle.place)
        else:
            self._resume(first)
        for force in others:
            self._set(force, "holding")
            self._later(force, 2 / DAY, "_resume")

    def _battles_of(self, side: Side) -> list[Battle]:
        """The battles that any of a side takes part in."""
        return [
            battle
            for battle in self.combat.battles.values()
            if battle.attackers.overlaps(side) or battle.defenders.overlaps(side)
        ]

    def _engage(self, force: Force) -> None:
        """A force is attacked where it stands: what it was about to do waits."""
        if force.interrupted is None:
            due = None if force.moment is None else force.due
            force.interrupted = (force.mode, due, force.act)
        self._set(force, "fighting")

    def _stood(self, force: Force) -> None:
        """A force has beaten off an attack: it does what it did before."""
        mode, due, act = force.interrupted or ("marching", None, "")
        force.interrupted = None
        self._feed(force)
        if mode in ("marching", "stalled", "fighting"):
            self._resume(force)
            return
        self._set(force, mode)
        if due is not None:
            self._later(force, (due - self.sim.clock.now) / DAY, act)

    def _released(self, forces: list[Force], battle: Battle) -> None:
        """Go on after a battle that was broken off."""
        for force in forces:
            if force.mode != "fighting" or self.combat.of_force(force) is not None:
                continue
            if force in battle.attackers.forces:
                self._resume(force)
            else:
                self._stood(force)

    def counter(self, force: Force, posts: list[Post]) -> None:
        """Garrisons go at a force that stands before their place."""
        self._engage(force)
        place = self._place(force, min(force.leg + 1, len(force.stops) - 1))
        self.combat.begin(place, Side([], posts), Side([force], []), self._countered)

    def _countered(self, battle: Battle, won: bool) -> None:
        (force,) = battle.defenders.forces
        self._feed(force)
        if won:
            self._say(force, "repulsed", f"{force.operation.name} is thrown back")
            self._repulsed(force, min(battle.attackers.actors()))
        else:
            self._say(force, "won", f"{force.operation.name} stands")
            self._stood(force)

    def _repulsed(self, force: Force, by: str) -> None:
        """What a beaten force does, by its policy."""
        force.beaten_by = by
        force.interrupted = None
        force.tries -= 1
        policy = force.operation.on_repulse
        if policy == "give_up" or not force.strength:
            self._disband(force)
        elif policy == "fall_back":
            self._fall_back(force)
        else:
            self._set(force, "holding")
            self._try_again(force)

    def _lift(self, force: Force) -> None:
        """End the ring that a force closed, unless a friend's force is round the place too."""
        sim, place = self.sim, force.ringed
        force.ringed = None
        own = sim.sides[force.operation.actor].own
        if place is None or any(
            f.ringed == place and f.operation.actor in own for f in self.forces.values()
        ):
            return
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
        if self._before(force):
            self._reach(force)
        else:
            self._march(force)

    # --- falling back ----------------------------------------------------------------------

    def _fall_back(self, force: Force) -> None:
        """Go back to the start line, giving up what it took on the way to those who beat it."""
        if not force.strength:
            self._disband(force)
            return
        self._lift(force)
        self._set(force, "retreating")
        if force.leg == 0 and force.km == 0:
            self._back(force)
        else:
            if force.km == 0:
                self._leave_stop(force)
            self._later(force, force.km / force.retreat, "_back")
        self._break_off(force)

    def _break_off(self, force: Force) -> None:
        """End the battle that a force which is going away is in."""
        force.interrupted = None
        if (battle := self.combat.of_force(force)) is not None:
            self.combat.stop(battle)
            self._released(battle.attackers.forces + battle.defenders.forces, battle)

    def _leave_stop(self, force: Force) -> None:
        """Leave the stop it stands at for the one before; an enemy that beat it follows."""
        stop = force.leg
        force.leg -= 1
        force.km = force.lengths[force.leg]
        if stop in force.taken:
            force.taken.remove(stop)
            place, sim, by = self._place(force, stop), self.sim, force.beaten_by
            actor = force.operation.actor
            if by is not None and set(sim.control.holders[place]) == {actor}:
                shares = {by: PPM}

                def give_up(control: Control) -> None:
                    if set(control.holders[place]) == {actor}:
                        control.capture(place, shares)

                sim.clock.at(
                    sim.clock.now + 1,
                    Phase.CONTROL,
                    f"operation:{force.operation.id}:gives-up",
                    lambda: sim.apply(force.operation.id, give_up),
                )
                self._say(
                    force, "given_up", f"{force.operation.name} gives {self._named(place)} up"
                )

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
        """The force is no more: its men join the garrison of the last stop behind it.

        Where none is its side's any more they choose where to go, as displaced men do.
        """
        sim, actor = self.sim, force.operation.actor
        self._lift(force)
        self._set(force, "over")
        self._break_off(force)
        persons, force.strength = force.strength, 0
        self._feed(force)
        self.note(force)
        behind = [self._place(force, stop) for stop in range(force.leg, -1, -1)]
        for place in behind:
            if sim.sides[actor].holds(sim.control, place):
                sim.regroup.join(actor, place, persons)
                return
        sim.regroup.scatter(actor, behind[-1], persons)

    # --- supply ------------------------------------------------------------------------------

    def lose(self, places: list[str]) -> None:
        """Places are about to lose their garrisons: stop the battles of those, losses counted."""
        sim = self.sim
        for battle in list(self.combat.battles.values()):
            posts = battle.attackers.posts + battle.defenders.posts
            if any(p in places and not sim.sides[a].holds(sim.control, p) for a, p in posts):
                self.combat.stop(battle)
                self._stopped.append(battle)

    def settle(self) -> None:
        """The network changed: whose line is open, who can go on."""
        for force in self.forces.values():
            if force.mode not in ("waiting", "over"):
                self._overrun(force)
                self._feed(force)
        stopped, self._stopped = self._stopped, []
        for battle in stopped:
            self._released(battle.attackers.forces + battle.defenders.forces, battle)
        for force in self.forces.values():
            if force.mode == "ringing":
                place = self._place(force, force.leg + 1)
                if not self.combat.strength(self._defenders(force, place)):
                    self._go_in(force, place)

    def _overrun(self, force: Force) -> None:
        """A force whose place an enemy took falls back; at its base it is no more."""
        self._locate(force)
        if force.km or force.mode == "retreating" or not self._lost(force, force.leg):
            return
        holders = self.sim.control.holders[self._place(force, force.leg)]
        force.beaten_by = min(holders)
        force.taken = [s for s in force.taken if s != force.leg]
        if force.leg == 0:
            self._disband(force)
        else:
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
        self._locate(force)
        battle = self.combat.of_force(force)
        if battle is not None:
            self.combat.show(battle)
        alive = force.mode != "over" and force.strength > 0
        need = force.kg_per_day if alive else 0
        base = sim.supply.axes[operation.axis].sinks[operation.base]
        force.carried.advance(now)
        line_open = alive and base.active and self._line_open(force)
        if line_open:
            missing = round(need * force.carries / DAY) - force.carried.kg(now)
            got = sim.supply.take(operation.axis, operation.base, missing)
            force.loaded += got
            force.carried.add(now, got)
        open_now = line_open and not base.stock.empty(now)
        was, force.fed = force.fed, open_now or need == 0
        before = force.carried.rate
        force.carried.rate = 0 if force.fed else need
        if was != force.fed:
            self._say(force, "fed" if force.fed else "cut_off", self._supply_text(force))
        self._watch(force, just_cut=was and not force.fed)
        # an empty base goes on asking for what its force needs
        sim.supply.draw(operation.axis, operation.base, operation.id, need if line_open else 0)
        self.combat.restocked((operation.actor, operation.base))
        changed = was != force.fed or before != force.carried.rate
        if changed and (battle := self.combat.of_force(force)) is not None:
            self.combat.changed(battle)
        if force.mode == "stalled" and not (force.draining and force.carried.empty(now)):
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

    def _watch(self, force: Force, *, just_cut: bool) -> None:
        """Wake when what a force carries is gone, or now where it is cut off with nothing."""
        if force.mark is not None:
            force.mark.cancel()
            force.mark = None
        if not force.draining:
            return
        gone = force.carried.when(0)
        if gone is not None and (just_cut or gone > self.sim.clock.now):
            force.mark = self.sim.clock.at(
                max(gone, self.sim.clock.now),
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
        elif force.mode in ("holding", "ringing"):
            self._go_hungry(force)
        self.note(force)

    def _stall(self, force: Force) -> None:
        self._set(force, "stalled")
        self._say(force, "stalled", f"{force.operation.name} stalls at km {force.position():.1f}")
        self._go_hungry(force)

    def _go_hungry(self, force: Force) -> None:
        """Fall back where that is the policy; nobody beat it, so it keeps what it took."""
        if force.operation.on_stall == "fall_back" and (force.leg or force.km):
            force.beaten_by = None
            force.tries -= 1
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
