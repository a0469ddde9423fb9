"""What is counted over states of a network: of all of them, or of those that were drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .arcs import ArcNetwork, ManyFlows
from .graph import BoolArray, FloatArray, IntArray
from .many import batch, crossings, many_flows, without_each


@dataclass(eq=False)
class Tally:
    """Counts over states that come up with the chance ``weight``, of all of them or of some.

    Where it is ``known`` all are counted, each by its chance among them; else those drawn, each as
    one. ``values`` is how often the network carries each value, ``cut`` (e,) how often an arc is in
    the minimum cut nearest the sources, ``stood`` (t,) how often a target stands, ``stood_open``
    (t,) of these how often something is carried, and ``stood_flow`` (t,) how much.
    ``opens`` is true where something is carried in all of the states, unseen ones too; ``stands``
    (t,) is how likely a target stands in them, None where only what was seen tells.
    """

    net: ArcNetwork
    weight: float = 1.0
    known: bool = False
    opens: bool = False
    stands: FloatArray | None = None
    count: float = 0.0
    solves: int = 0
    values: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin all counts at 0."""
        self.cut: FloatArray = np.zeros(len(self.net.tail))
        self.stood, self.stood_open, self.stood_flow = np.zeros((3, len(self.net.targets)))

    def add(self, chances: FloatArray, values: IntArray, up: FloatArray, cut: BoolArray) -> None:
        """Count k states of these ``chances``, ``values`` (k,) and cuts (k, e).

        ``up`` (k, t) is the chance of each target to stand in them.
        """
        self.count += float(chances.sum())
        each, which = np.unique(values, return_inverse=True)
        often = np.bincount(which, chances, len(each))
        for value, times in zip(each.tolist(), often.tolist(), strict=True):
            self.values[value] = self.values.get(value, 0.0) + times
        self.cut += chances @ cut
        self.stood += chances @ up
        self.stood_open += np.where(values > 0, chances, 0.0) @ up
        self.stood_flow += (chances * values) @ up

    def look(self, lost: BoolArray, chances: FloatArray | None = None, *, of: int) -> None:
        """Solve states without the targets ``lost`` (k, t), and count them by ``chances`` (k,).

        ``of`` is how many are solved in all. Raises CertificateError where one proves nothing.
        """
        step = batch(self.net)
        for i in range(0, len(lost), step):
            some = lost[i : i + step]
            found = many_flows(self.net, some, of=of)
            capacity = without_each(self.net, some)
            each = None if chances is None else chances[i : i + step]
            self.count_flows(found, capacity, ~some, each)

    def count_flows(
        self, found: ManyFlows, capacity: IntArray, up: BoolArray, chances: FloatArray | None = None
    ) -> None:
        """As :meth:`look` of states that are solved, by their capacities (k, e).

        ``up`` (k, t) is what stands.
        """
        self.solves += len(capacity)
        each = np.ones(len(capacity)) if chances is None else chances
        cut = crossings(self.net, capacity, found.side)
        self.add(each, found.value, up.astype(np.float64), cut)
