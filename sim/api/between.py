"""What can be asked of a network between places, or of an axis at an instant."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sim.base.errors import BadInputError
from sim.cuts.case import Case
from sim.cuts.cut import cut_of_case
from sim.network.arcs import Kinds

from .network_answers import Interdicted, MaxFlow, MinCut, RankedLosses, listed
from .show import Facts, Shown

if TYPE_CHECKING:
    from sim.cuts.attacks import ChanceAnswer, HoldAnswer, Losses
    from sim.network.interdict import Method
    from sim.network.readers.objects import Number

    from .reliable import ReliabilityMethod, Relied


@dataclass(frozen=True, eq=False, repr=False)
class Between(Shown):
    """A network between places, or an axis at an instant: what can be asked of it.

    Of what may be lost ``targets`` are "places", "roads" or "both" (roads of a network, places
    of an axis unless told), less those named by ``protect``; ``cost`` is what each takes of the
    budget ``k``, 1 where it says nothing.
    """

    case: Case
    nodes: Mapping[str, Hashable] = field(default_factory=dict)

    def max_flow(self) -> MaxFlow:
        """A largest flow, with what each road carries.

        Raises:
            BadInputError: capacities are too large to be added up.
        """
        return MaxFlow(self.case, self.nodes)

    def min_cut(self) -> MinCut:
        """The minimum cut, the routes and the weak points. Raises as :meth:`max_flow`."""
        return MinCut(self.case, self.nodes, cut_of_case(self.case))

    def interdict(
        self, k: int, *, targets: Kinds | None = None, protect: Iterable[str] = (),
        cost: Mapping[str, int] | None = None, method: Method = "auto", sets: int = 10,
    ) -> Interdicted:  # fmt: skip
        """The least flow that 0 to ``k`` losses leave, proven; up to ``sets`` optimal sets.

        Raises:
            BadInputError: an unknown name, a cost out of range, or capacities too large.
        """
        from sim.cuts.attacks import least_flow

        losses = self._losses(k, targets, protect, cost)
        return Interdicted(self.case, self.nodes, least_flow(self.case, losses, method, sets))

    def slow_down(
        self, k: int, *, targets: Kinds | None = None, protect: Iterable[str] = (),
        cost: Mapping[str, int] | None = None, delay: float | None = None,
    ) -> Interdicted:  # fmt: skip
        """How slow 0 to ``k`` losses can make the fastest route.

        A lost road takes ``delay`` hours more; without one what is lost is closed. Raises
        BadInputError as :meth:`interdict`, and for a delay of places.
        """
        from sim.cuts.attacks import slowest_route

        losses = self._losses(k, targets, protect, cost)
        return Interdicted(self.case, self.nodes, slowest_route(self.case, losses, delay))

    def hold(
        self, k: int, hold: int, *, targets: Kinds | None = None, protect: Iterable[str] = (),
        cost: Mapping[str, int] | None = None,
    ) -> HoldAnswer:  # fmt: skip
        """Which ``hold`` targets to hold against the best attack. Raises as :meth:`interdict`."""
        from sim.cuts.attacks import best_hold

        return best_hold(self.case, self._losses(k, targets, protect, cost), hold)

    def gamble(
        self, k: int, chance: Mapping[str, float], others: float = 1.0, *,
        targets: Kinds | None = None, protect: Iterable[str] = (),
        cost: Mapping[str, int] | None = None,
    ) -> ChanceAnswer:  # fmt: skip
        """The attack of the least expected flow where each loss succeeds with its own ``chance``.

        ``others`` is the chance of all that are not named. Raises BadInputError as
        :meth:`interdict`, for a chance beyond 0 to 1, and where the flow has no limit.
        """
        from sim.cuts.attacks import least_expected_flow

        losses = self._losses(k, targets, protect, cost)
        return least_expected_flow(self.case, losses, chance, others)

    def rank(
        self, *, targets: Kinds = "both", top: int | None = None,
        captured: Sequence[str] | None = None, seed: int = 0,
    ) -> RankedLosses:  # fmt: skip
        """Places and roads by what the loss of each alone costs; the ``top`` worst, or all.

        The joint loss of ``captured`` is shared out among them (Shapley), by luck of ``seed``
        where they are many; of the scenario's own captures where it is empty.

        Raises:
            BadInputError: an unknown name, a flow without limit, or nothing captured in a network.
        """
        from sim.cuts.ranking import rank_case

        found = rank_case(self.case, targets, top=top, captured=captured, seed=seed)
        return RankedLosses(self.case, self.nodes, found)

    def reliability(
        self, stands: Mapping[str, float] | float | None = None, *,
        together: Mapping[tuple[str, ...], float] | None = None,
        need: Number | str | None = None, method: ReliabilityMethod = "auto",
        samples: int = 10_000, seed: int = 0, deliverable: bool = False,
    ) -> Relied:  # fmt: skip
        """How likely it is open, and how much it carries, where places and roads may fail.

        Roads of a network YAML that may not be there are in doubt as they state it.

        Args:
            stands: the chance to stand, of every road, or by the name of places, roads and
                classes of roads ("" for all other roads).
            together: chances of things that stand or fall together.
            need: what is to be carried: a number in the unit of the file, of an axis kg/day or as
                "40 t/day"; what its sinks consume if None.
            method: "exact" or "sampled"; the first where it can be had if "auto".
            samples: so many states are drawn, by luck of ``seed``.
            deliverable: take the supply and the demand of an axis as limits.

        Raises:
            BadInputError: an unknown name, a chance beyond 0 to 1, nothing in doubt, too many
                states to be exact, or a need that is no amount.
        """
        from .reliable import asked_of, relied, standing_of

        asked = asked_of(self.case, need, method, samples, seed, deliverable=deliverable)
        return relied(self.case, self.nodes, standing_of(stands, together), asked)

    def _losses(
        self, k: int, targets: Kinds | None, protect: Iterable[str],
        cost: Mapping[str, int] | None,
    ) -> Losses:  # fmt: skip
        from sim.cuts.attacks import Losses

        if k < 0:
            raise BadInputError(f"k: {k} is not a number of losses")
        kinds: Kinds = targets or ("roads" if self.case.axis is None else "places")
        return Losses(k, kinds, tuple(protect), cost or {})

    def _glance(self) -> tuple[str, Facts]:
        case = self.case
        return f"Between places: {case.title}", [
            ("from", listed(case.ids(case.sources))),
            ("to", listed(case.ids(case.sinks))),
        ]
