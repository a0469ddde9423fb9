"""What measures take of the states of a run: while it goes on, or from its rows when it is over."""

from __future__ import annotations

from sim.scenario.model import Scenario
from sim.state.control import Control
from sim.state.pace import graph_at
from sim.state.passages import Seen
from sim.state.record import Record

from .axis import AxisLens, Ways
from .ground import Links, walk
from .passable import Passable


class Along:
    """Looks at the states of a run, without flows and cuts.

    ``start`` and ``end`` are states; ``links`` and ``passable`` tell what they found.
    """

    def __init__(self, scenario: Scenario) -> None:
        self._scenario = scenario
        self.links, self.passable = Links(scenario), Passable(scenario)

    @classmethod
    def of(cls, scenario: Scenario, record: Record) -> Along:
        """By the rows of a run that is over."""
        along = cls(scenario)
        for seen in walk(scenario, record.control):
            along.look(seen)
        return along

    def look(self, seen: Seen) -> None:
        """Take in a state; that of the start comes first."""
        if not seen.time:
            self.start = seen.control.copy()
            self._lenses = [AxisLens(self._scenario, a, self.start) for a in self._scenario.axes]
            self._ways = self._glance(seen)
        self._last = seen
        self.links.look(seen)
        self.passable.look(seen)

    @property
    def end(self) -> Control:
        """The state at the end."""
        return self._last.control

    def ways(self) -> dict[str, tuple[Ways, Ways]]:
        """The ways of each axis at the start and at the end."""
        ends = zip(self._ways, self._glance(self._last), strict=True)
        return dict(zip(self._scenario.axes, ends, strict=True))

    def _glance(self, seen: Seen) -> list[Ways]:
        graph = graph_at(seen.control)
        return [lens.ways(graph, seen.ways) for lens in self._lenses]
