"""Battles in a run: who fights whom, until which side breaks.

Between two events a battle follows its law in closed form (where battles are stochastic, its
Markov chain). An event is a side breaking, a side's supply falling through a band, support
beginning or ending, men arriving; then strengths are brought to the instant and the law goes on
with new rates. Whoever reads a strength in between gets it by the law from the last event, and
changes nothing by reading.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from sim.engine.apportion import divisors
from sim.engine.clock import Phase, call_off
from sim.engine.garrisons import Garrisons
from sim.engine.signals import Post, Signal
from sim.engine.supply.supply import Supply
from sim.engine.world import World
from sim.scenario.model import DAY, Fighting
from sim.state.record import SeriesRow

from .battle import Battle, BattleSide
from .force import Force
from .lanchester import NEVER, Fight, duel


class Combat:
    """All battles of a run.

    ``began`` and ``over`` tell of each as it begins and ends; ``joined`` of men who join one that
    goes on: whether they join those who attack, and how many they are.
    """

    def __init__(self, world: World, rules: Fighting, garrisons: Garrisons, supply: Supply) -> None:
        self._world = world
        self._garrisons = garrisons
        self._supply = supply
        self.rules = rules
        self.battles: dict[str, Battle] = {}
        self.began: Signal[[Battle]] = Signal()
        self.over: Signal[[Battle]] = Signal()
        self.joined: Signal[[Battle, bool, int]] = Signal()
        luck = world.luck
        self._attack = luck.value(rules.attack, "fighting:attack")
        self._defend = luck.value(rules.defend, "fighting:defend")
        self._breaks = luck.value(rules.breaks, "fighting:breaks")
        self._numbers = count(1)
        world.signals.restocked.subscribe(self.restocked)
        world.signals.counting.subscribe(self._count_all)

    # --- strengths -----------------------------------------------------------------------

    def strength(self, side: BattleSide) -> int:
        """Persons of a side."""
        return sum(f.strength for f in side.forces) + sum(map(self._garrisons.of, side.posts))

    def weight(self, side: BattleSide) -> float:
        """Persons of a side times what they do by their supply and support."""
        return self.strength(side) * self._effect(side)[0]

    def of_force(self, force: Force) -> Battle | None:
        """The battle that a force is in."""
        for battle in self.battles.values():
            if force in battle.attackers.forces or force in battle.defenders.forces:
                return battle
        return None

    def of_post(self, post: Post) -> Battle | None:
        """The battle that a garrison is in."""
        for battle in self.battles.values():
            if post in battle.attackers.posts or post in battle.defenders.posts:
                return battle
        return None

    # --- a battle ------------------------------------------------------------------------

    def begin(
        self,
        place: str,
        attackers: BattleSide,
        defenders: BattleSide,
        ended: Callable[[Battle, bool], None],
        *,
        terrain: float = 1.0,
        meeting: bool = False,
        on_road: bool = False,
    ) -> Battle:
        """Start a battle; ``ended(battle, attackers won)`` is called in its last instant."""
        world = self._world
        x, y = self.strength(attackers), self.strength(defenders)
        battle = Battle(
            key=f"battle:{next(self._numbers):05d}:{place}",
            place=place,
            attackers=attackers,
            defenders=defenders,
            terrain=terrain,
            x=float(x),
            y=float(y),
            x_stop=self._stop(attackers),
            y_stop=self._stop(defenders),
            since=world.clock.now,
            ended=ended,
            fight=Fight(self.rules.law, 0.0, 0.0),
            meeting=meeting,
            on_road=on_road,
            counted=world.clock.now,
            left=(float(x), float(y)),
        )
        self._stand(battle)
        self.battles[battle.key] = battle
        who = " and ".join(sorted(attackers.actors()))
        whom = " and ".join(sorted(defenders.actors()))
        where = " on the road" if on_road else ""
        text = f"{who} with {x} persons against {whom} with {y}{where}"
        world.note_event("battle", place, "", text)
        self._go_on(battle)
        self.began.tell(battle)
        return battle

    def _stop(self, side: BattleSide) -> float:
        """Strength at which a side breaks: each part stands until its own share is lost.

        One person at least is lost, so that a battle is never without cost to those who lose it;
        a side of less than half a person is gone, though a law may never bring it to 0.
        """
        stand = [f.strength * (1 - f.breaks) for f in side.forces]
        stand += [self._garrisons.of(p) * (1 - self._breaks) for p in side.posts]
        return max(0.5, min(math.fsum(stand), self.strength(side) - 1))

    def changed(self, battle: Battle) -> None:
        """Something that bears on a battle changed: bring it to now and go on from there."""
        self.bring(battle)
        if not self._over(battle):
            self._go_on(battle)

    def reinforce(self, battle: Battle, post: Post, persons: int) -> None:
        """Men joined a garrison whose battle is at this instant; it stands by them too."""
        self._stand(battle)
        attacking = post in battle.attackers.posts
        if attacking:
            battle.x += persons
            battle.x_stop += persons * (1 - self._breaks)
        else:
            battle.y += persons
            battle.y_stop += persons * (1 - self._breaks)
        if not self._over(battle):
            self._go_on(battle)
            self.joined.tell(battle, attacking, persons)

    def join(self, battle: Battle, force: Force) -> None:
        """A force joins the attackers of a battle."""
        self.bring(battle)
        battle.attackers.forces.append(force)
        battle.x += force.strength
        self._stand(battle)
        battle.x_stop += force.strength * (1 - force.breaks)
        if not self._over(battle):
            self._go_on(battle)
            self.joined.tell(battle, True, force.strength)

    def restocked(self, post: Post) -> None:
        """Supplies reached a garrison: if it fights, see whether that changes its effect."""
        battle = self.of_post(post)
        if battle is not None and self._effects(battle)[0] != battle.effects:
            self.changed(battle)

    def stop(self, battle: Battle) -> None:
        """End a battle without a winner."""
        self.bring(battle)
        self._forget(battle)

    def gives_way(self, battle: Battle, *, attacking: bool, pursuit: float) -> None:
        """A side gives way before it breaks, and loses a share of its men to the pursuit."""
        self.bring(battle)
        if self._over(battle):
            return
        side, persons = battle.attackers, battle.x
        if not attacking:
            side, persons = battle.defenders, battle.y
        self._share_out(side, persons * (1 - pursuit))
        self._note_losses(battle)
        who = " and ".join(sorted(side.actors()))
        self._world.note_event("gives_way", battle.place, "", f"{who} gives way")
        self._end(battle, won=not attacking)

    def _forget(self, battle: Battle) -> None:
        call_off(battle.moment)
        if self.battles.pop(battle.key, None) is not None:
            self.over.tell(battle)

    def _uniforms(self, battle: Battle) -> Iterator[float]:
        luck, name = self._world.luck, f"{battle.key}:{battle.segment}"
        return (luck.uniform(f"{name}:{n}") for n in count())

    def show(self, battle: Battle) -> None:
        """Write down the strengths of now; the battle itself goes on as it would have."""
        self._count(battle)
        fallen = self._world.record.fallen
        for side in (battle.attackers, battle.defenders):
            for post in side.posts:
                self._garrisons.note(post)
            for actor in side.actors() & fallen.keys():
                self._world.note(f"actor:{actor}", "fallen_persons", fallen[actor])

    def _at(self, battle: Battle, now: int) -> tuple[float, float]:
        """Strengths at ``now``, by the law or along the drawn path."""
        days = (now - battle.since) / DAY
        if days <= 0:
            return battle.x, battle.y
        if self.rules.unit is None:
            return battle.fight.after(battle.x, battle.y, days)
        x, y, _ = duel(
            battle.fight, round(battle.x), round(battle.y), battle.x_stop, battle.y_stop,
            self._uniforms(battle), self.rules.unit, days,
        )  # fmt: skip
        return float(x), float(y)

    def bring(self, battle: Battle) -> None:
        """Bring a battle to the present, for something is about to happen to it."""
        now = self._world.clock.now
        self._count_all()  # what an actor lost it may have lost in several
        self.show(battle)
        self._note_losses(battle)
        if battle.since < now:
            battle.x, battle.y = battle.left
            battle.since = now
        battle.segment += 1
        self._stand(battle)

    def _note_losses(self, battle: Battle) -> None:
        now, record = self._world.clock.now, self._world.record
        actors = battle.attackers.actors() | battle.defenders.actors()
        for actor in actors & record.fallen.keys():
            row = SeriesRow(now, f"actor:{actor}", "fallen_persons", record.fallen[actor])
            record.losses.append(row)

    def _count_all(self) -> None:
        for battle in self.battles.values():
            self._count(battle)

    def _count(self, battle: Battle) -> None:
        """Let the parts of a battle have what is left of them by now, by the law."""
        now = self._world.clock.now
        if battle.counted == now:
            return
        battle.counted, battle.left = now, self._at(battle, now)
        for side, persons in zip((battle.attackers, battle.defenders), battle.left, strict=True):
            self._share_out(side, persons)

    def _stand(self, battle: Battle) -> None:
        """Remember the parts of a battle as they are, for what follows to be worked out from."""
        for side in (battle.attackers, battle.defenders):
            side.stood = {_force(f): f.men for f in side.forces}
            side.stood |= {_post(p): self._garrisons.men.get(p, 0) for p in side.posts}

    def _share_out(self, side: BattleSide, persons: float) -> None:
        """Share a side's whole persons out over its parts, in proportion to what they were."""
        left = min(sum(side.stood.values()), max(0, round(persons)))
        shares = divisors(left, side.stood)
        for force in side.forces:
            rest = shares[_force(force)]
            self._lose(force.actor, force.men - rest)
            force.men = rest
        for post in side.posts:
            rest, men = shares[_post(post)], self._garrisons.men
            self._lose(post[0], men.get(post, 0) - rest)
            men[post] = rest

    def _lose(self, actor: str, persons: int) -> None:
        if persons:
            fallen = self._world.record.fallen
            fallen[actor] = fallen.get(actor, 0) + persons

    def _over(self, battle: Battle) -> bool:
        """End a battle in which a side is at its breaking point (dust of floats aside)."""
        beaten_x = battle.x <= battle.x_stop + 1e-6
        beaten_y = battle.y <= battle.y_stop + 1e-6
        if not (beaten_x or beaten_y):
            return False
        # where both break in one instant the defenders keep the field
        self._end(battle, won=not beaten_x)
        return True

    def _end(self, battle: Battle, *, won: bool) -> None:
        """End a battle that those who began it have won, or lost."""
        self._forget(battle)
        for side in (battle.attackers, battle.defenders):
            for force in side.forces:
                force.note()
        battle.ended(battle, won)

    def _go_on(self, battle: Battle) -> None:
        """Set the rates as they are now and wait for the next event."""
        clock = self._world.clock
        call_off(battle.moment)
        battle.effects, times = self._effects(battle)
        attack, defend = battle.effects
        beta = self._attack if battle.meeting else self._defend
        battle.fight = Fight(self.rules.law, self._attack * attack / battle.terrain, beta * defend)
        if self.rules.unit is None:
            end = min(
                battle.fight.attackers_at(battle.x, battle.y, battle.x_stop),
                battle.fight.defenders_at(battle.x, battle.y, battle.y_stop),
            )
        else:
            *_, end = duel(
                battle.fight, round(battle.x), round(battle.y), battle.x_stop, battle.y_stop,
                self._uniforms(battle), self.rules.unit,
            )  # fmt: skip
        if end < NEVER:
            times.append(clock.now + max(1, math.ceil(end * DAY)))
        if times:
            battle.moment = clock.at(
                max(clock.now, min(times)), Phase.BATTLES, battle.key, lambda: self.changed(battle)
            )

    def _effects(self, battle: Battle) -> tuple[tuple[float, float], list[int]]:
        """Effectiveness of the attackers and the defenders, and when they change by themselves."""
        attack, attack_until = self._effect(battle.attackers)
        defend, defend_until = self._effect(battle.defenders)
        times = [t for t in (attack_until, defend_until) if t is not None]
        return (attack, defend), times

    def _effect(self, side: BattleSide) -> tuple[float, int | None]:
        """Mean effectiveness of a side, and the next instant at which it changes by itself."""
        parts: list[tuple[int, float, int | None]] = []
        for force in side.forces:
            factor, until = self._fed(force)
            support, support_until = force.support()
            ends = [t for t in (until, support_until) if t is not None]
            parts.append((force.strength, factor * support, min(ends, default=None)))
        for post in side.posts:
            seconds = self._supply.supply_at(post)
            factor, until = self._banded(self.rules.bands, seconds, seconds < math.inf)
            parts.append((self._garrisons.of(post), factor, until))
        total = sum(n for n, _, _ in parts)
        mean = math.fsum(n * f for n, f, _ in parts) / total if total else 1.0
        return mean, min((t for _, _, t in parts if t is not None), default=None)

    def _fed(self, force: Force) -> tuple[float, int | None]:
        """Effectiveness of a force by its supply, and when it falls to the next band."""
        rule = self._world.scenario.rules.fed
        if rule is None:
            return self._banded(self.rules.bands, force.supply_seconds(), force.draining)
        if not force.draining:
            return 1.0, None
        bands = [(band.load * force.carries, band.effect) for band in rule.bands]
        return self._banded(bands, force.supply_seconds(), True)

    def _banded(
        self, bands: Sequence[tuple[float, float]], seconds: float, draining: bool
    ) -> tuple[float, int | None]:
        """Effectiveness with so many seconds of supply, and when it falls to the next band.

        ``bands`` are (least seconds, effect), the most supply first.
        """
        for i, (least, effect) in enumerate(bands):
            if seconds >= least:
                last = i == len(bands) - 1
                until = None
                if draining and not last:
                    until = self._world.clock.now + int(seconds - least) + 1
                return effect, until
        return bands[-1][1], None


def _force(force: Force) -> str:
    return f"force:{force.id}"


def _post(post: Post) -> str:
    return f"post:{post[0]}:{post[1]}"
