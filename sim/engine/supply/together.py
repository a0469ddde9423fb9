"""Plans of axes that are shared out by a rule: all commodities jointly, need before refilling."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from sim.engine.world import World
from sim.network import IntArray
from sim.network.shares import (
    Asked,
    Line,
    Room,
    SharePlan,
    Standing,
    Want,
    share_out,
    standing,
)
from sim.scenario.blocks import Block
from sim.state.record import LevelRow, ServedRow, SharesRow

from .axes import AxisState, SinkState
from .latest import Latest
from .room import by_kind, left, loads_of, rooms

KINDS = ("need", "refill")
"""What is wanted, by rank: what is eaten is served first."""


class Together:
    """The axes of a block and their joint plans."""

    def __init__(self, world: World, block: Block, states: Sequence[AxisState]) -> None:
        self.states = states
        self._world, self._block = world, block
        self._plans: Latest[bytes, SharePlan] = Latest(world.graph)
        self._needs: Latest[bytes, Standing] = Latest(world.graph)
        self._told: SharesRow | None = None

    def plan(self, before: Sequence[AxisState]) -> SharePlan:
        """The plan in what the axes ``before`` have left."""
        world = self._world
        lines = [
            Line(
                loads_of(world, state)[1], *by_kind(world, left(world, state, before)),
                state.problem.sources, state.supply,
            )
            for state in self.states
        ]  # fmt: skip
        shared = rooms(world, self.states, before)
        wants = [want for want, _ in self._wanted()]
        offered = b"".join(array.tobytes() for of in (lines, shared) for array in _arrays(of))
        offered += b"|".join(state.condition for state in self.states)
        key = offered + repr(wants).encode()
        if key not in self._plans:
            graph = self.states[0].problem.graph  # at the speeds of now
            asked = Asked(graph, world.scenario.truck_load, lines, shared, wants)
            self._plans[key] = self._share(asked, offered)
        return self._plans[key]

    def _share(self, asked: Asked, offered: bytes) -> SharePlan:
        """The plan by levels; what refills leaves those of need as they are."""
        needs = asked.up_to(0)
        if needs is asked or not needs.wants:
            return share_out(asked)
        key = offered + repr(needs.wants).encode()
        if key not in self._needs:
            self._needs[key] = standing(needs)
        return share_out(asked, self._needs[key])

    def _wanted(self) -> list[tuple[Want, SinkState]]:
        """What is wanted now, and of which sink: need, then refilling that has begun."""
        found = []
        for number, state in enumerate(self.states):
            for sink in state.sinks.values():
                weight = Fraction(1)
                if self._block.share_out == "weighted":
                    weight = Fraction(repr(sink.weight))
                for rank, kg_per_day in enumerate((sink.rate, sink.asks - sink.rate)):
                    if kg_per_day:
                        want = Want(number, sink.index, kg_per_day, weight, rank)
                        found.append((want, sink))
        return sorted(found, key=lambda wanted: wanted[0].rank)

    def note(self, plan: SharePlan) -> None:
        """Write down what each sink is served, and the levels where they are others than before."""
        world, wanted = self._world, self._wanted()
        served = {sink.subject: 0 for state in self.states for sink in state.sinks.values()}
        for (want, sink), kg_per_day in zip(wanted, plan.served, strict=True):
            if not want.rank:
                served[sink.subject] = kg_per_day
        for subject, kg_per_day in served.items():
            world.note(subject, "served_kg_per_day", kg_per_day)
        levels = tuple(
            LevelRow(
                KINDS[level.rank], str(level.level), str(level.bound),
                tuple(
                    ServedRow(
                        wanted[i][1].axis, wanted[i][1].place, wanted[i][0].kg_per_day,
                        plan.served[i],
                    )
                    for i in level.wants
                ),
            )
            for level in plan.levels
        )  # fmt: skip
        if self._told is None or self._told.levels != levels:
            self._told = SharesRow(world.clock.now, self._block.name, levels)
            world.record.shares.append(self._told)


def _arrays(of: Sequence[Line] | Sequence[Room]) -> Iterator[IntArray]:
    for part in of:
        yield from (part.road, part.place)
