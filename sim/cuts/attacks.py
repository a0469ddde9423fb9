"""Attacks on a case: on its flow, on its time, against a hold, by chance, on several axes at once.

Each is exact or says what is proven.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from sim.base.errors import BadInputError
from sim.cuts.case import Amount, Case, Document, flow_document
from sim.network import UNLIMITED, UNREACHABLE
from sim.network.arcs import ArcNetwork, Kinds, Target
from sim.network.defend import chance_attack, fortify
from sim.network.delay import DelayInterdiction
from sim.network.interdict import Attack, Interdiction, Method, greedy
from sim.network.joint import joint_frontier

MOST_WEIGHT = 1000
"""Largest weight of an axis, so that weighted sums of flows stay exact."""


MOST_STOPPING = 4
"""Sets that stop a flow with the fewest losses: so many are looked for, if no more are wanted."""


@dataclass(frozen=True, slots=True)
class Losses:
    """What may be lost: up to ``budget`` in all, of the kinds ``targets`` less ``protect``.

    ``cost`` is what a place or road takes of the budget (by id), 1 where not stated.
    """

    budget: int
    targets: Kinds
    protect: tuple[str, ...] = ()
    cost: Mapping[str, int] = field(default_factory=dict)

    def arcs(self, case: Case) -> ArcNetwork:
        """The arcs of a case with these targets at their costs.

        Raises BadInputError for an unknown name, a cost out of range, and capacities that are
        too large to be added up.
        """
        targets = case.targets(self.targets, self.protect)
        return case.arcs(targets, case.prices(targets, self.cost))


@dataclass(frozen=True, slots=True)
class AttackAnswer:
    """The best attack of the budget ``k``, and one set (ids) that it loses.

    ``left`` is what it leaves: flow, hours of the fastest route, or the weighted sum of flows;
    None where nothing bounds the flow, or no way is left. It is the optimum where ``proven``;
    else that lies between it and ``bound``. ``by`` names what proved it; "greedy" proves nothing.
    """

    k: int
    left: Amount | None
    removed: tuple[str, ...]
    proven: bool
    bound: Amount | None
    by: str = ""

    def proof(self) -> Document:
        """What is lost, and how far that is proven, as ``--json`` has it."""
        return {"removed": self.removed, "proven": self.proven, "bound": self.bound}

    def document(self) -> Document:
        """An attack on a flow as ``--json`` has it."""
        found = {"k": self.k, **flow_document(self.left), "removed": self.removed}
        if self.by != "greedy":
            found |= {"proven": self.proven, "by": self.by}
            if not self.proven:
                found["bound"] = self.bound
        return found


@dataclass(frozen=True, slots=True)
class OptimalSets:
    """Inclusion-minimal sets (ids) that leave the least; ``complete`` where these are all."""

    complete: bool
    sets: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Captures:
    """What the scenario's own captures leave, beside the best attack that costs as much.

    ``fewest`` is the least budget that leaves as little. ``score`` is their share of the loss
    of the best attack, None where that loses nothing.
    """

    places: tuple[str, ...]
    k: int
    left: Amount | None
    best: AttackAnswer
    fewest: int
    score: float | None

    def document(self) -> Document:
        """The captures as ``--json`` has them."""
        document: Document = {
            "places": self.places,
            "k": self.k,
            **flow_document(self.left),
            "best": self.best.document(),
            "fewest_that_leave_as_little": self.fewest,
        }
        return document if self.score is None else document | {"score": self.score}


@dataclass(frozen=True, slots=True)
class FlowFrontier:
    """The least flow that each budget leaves, and what losing the worst one by one leaves.

    ``optimal_sets`` are those of the whole budget, None where that is not proven; ``stopping``
    those of the least budget that leaves nothing, None where none is proven to; ``captures``
    None where the scenario takes none. ``max_flows`` counts the flows that were solved.
    """

    case: Case
    method: str
    targets: Kinds
    attacks: tuple[AttackAnswer, ...]
    optimal_sets: OptimalSets | None
    greedy: tuple[AttackAnswer, ...]
    max_flows: int
    captures: Captures | None
    stopping: OptimalSets | None = None

    def document(self) -> Document:
        """What ``sim interdict --json`` prints."""
        document = self.case.head() | {
            "method": self.method,
            "targets": self.targets,
            "frontier": [attack.document() for attack in self.attacks],
            "optimal_sets": None if self.optimal_sets is None else asdict(self.optimal_sets),
            "greedy": [attack.document() for attack in self.greedy],
            "max_flows": self.max_flows,
        }
        if self.case.axis is not None:
            document["captures"] = None if self.captures is None else self.captures.document()
        return self.case.with_names(document)


def least_flow(
    case: Case, losses: Losses, method: Method = "auto", most_sets: int = 10
) -> FlowFrontier:
    """The frontier of exact attacks, all optimal sets of the whole budget, greedy beside it.

    Raises BadInputError as :meth:`Losses.arcs`.
    """
    net = losses.arcs(case)
    solver = Interdiction(net, method)
    frontier = solver.frontier(losses.budget)
    last = frontier[-1]

    def optimal(attack: Attack | None, most: int) -> OptimalSets | None:
        if attack is None or not attack.proven:
            return None
        best = solver.optimal_sets(attack, most)
        return OptimalSets(best.complete, tuple(_names(net, s) for s in best.sets))

    stop = next((attack for attack in frontier if attack.flow == 0), None)
    said = "Lagrangian bound with branch and bound, MILP beyond" if method == "auto" else method
    return FlowFrontier(
        case, said, losses.targets, tuple(_attack(case, net, attack) for attack in frontier),
        optimal(last, most_sets),
        tuple(_attack(case, net, attack) for attack in greedy(net, losses.budget)), solver.cuts,
        None if case.axis is None else _captures(case, losses),
        optimal(stop, max(most_sets, MOST_STOPPING)),
    )  # fmt: skip


def _attack(case: Case, net: ArcNetwork, attack: Attack) -> AttackAnswer:
    return AttackAnswer(
        attack.budget, case.value(attack.flow), _names(net, attack.removed), attack.proven,
        None if attack.how == "greedy" else case.value(attack.bound), attack.how,
    )  # fmt: skip


def _names(net: ArcNetwork, numbers: Sequence[int]) -> tuple[str, ...]:
    return tuple(net.name(number) for number in numbers)


def _captures(case: Case, losses: Losses) -> Captures | None:
    taken = [Target("place", i) for i in case.captured]
    if not taken or losses.targets == "roads":
        return None
    free = case.targets(losses.targets, losses.protect)
    targets = tuple(dict.fromkeys((*free, *taken)))
    net = case.arcs(targets, case.prices(free, losses.cost))
    numbers = [targets.index(t) for t in taken]
    spent = int(net.cost[numbers].sum())
    left, whole = net.residual(numbers), net.residual(())
    frontier = Interdiction(net).frontier(spent)
    best = frontier[-1]
    bounded = whole < UNLIMITED and whole > best.flow
    return Captures(
        case.ids(case.captured), spent, case.value(left), _attack(case, net, best),
        next(a.budget for a in frontier if a.flow <= left),
        round((whole - left) / (whole - best.flow), 6) if bounded else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class DelayFrontier:
    """How many hours the fastest route can be made to take with each budget."""

    case: Case
    targets: Kinds
    attacks: tuple[AttackAnswer, ...]

    def document(self) -> Document:
        """What ``sim interdict --objective time --json`` prints."""
        document = self.case.head() | {
            "objective": "time",
            "method": "covering decomposition",
            "unit": "h",
            "targets": self.targets,
            "frontier": [
                {"k": a.k, "hours": a.left, "unreachable": a.left is None, **a.proof()}
                for a in self.attacks
            ],
        }
        return self.case.with_names(document)


def slowest_route(case: Case, losses: Losses, hours: float | None = None) -> DelayFrontier:
    """How slow the fastest route can be made; lost roads close, or take ``hours`` more.

    Raises BadInputError as :meth:`Losses.arcs`, and for hours where places may be lost.
    """
    targets = case.targets(losses.targets, losses.protect)
    price = case.prices(targets, losses.cost)
    if hours is not None and losses.targets != "roads":
        raise BadInputError("delay: only roads can be delayed, so the targets must be roads")
    problem = DelayInterdiction(
        case.graph, *case.usable, case.sources, case.sinks, targets,
        cost=np.array([price.get(t, 1) for t in targets], dtype=np.int64),
        delay=None if hours is None else max(1, round(hours * 3600)),
    )  # fmt: skip

    def shown(seconds: int) -> float | None:
        return None if seconds >= UNREACHABLE else round(seconds / 3600, 6)

    def named(target: Target) -> str:
        return (case.graph.places if target.kind == "place" else case.graph.roads)[target.at]

    return DelayFrontier(
        case,
        losses.targets,
        tuple(
            AttackAnswer(
                a.budget,
                shown(a.seconds),
                tuple(named(targets[i]) for i in a.removed),
                a.proven,
                shown(a.bound),
            )
            for a in problem.frontier(losses.budget)
        ),
    )


@dataclass(frozen=True, slots=True)
class HoldAnswer:
    """The ``held`` that keep most flow against the best ``attack``.

    The optimum lies between ``flow`` and ``bound``; None is without limit.
    """

    hold: int
    held: tuple[str, ...]
    flow: Amount | None
    attack: tuple[str, ...]
    bound: Amount | None
    proven: bool

    def document(self) -> Document:
        """The defence as ``--json`` has it."""
        return {
            "hold": self.hold, "held": self.held, "flow": self.flow, "unlimited": self.flow is None,
            "attack": self.attack, "bound": self.bound, "proven": self.proven,
        }  # fmt: skip


def best_hold(case: Case, losses: Losses, hold: int) -> HoldAnswer:
    """Which ``hold`` targets to hold against the best attack of the budget.

    Raises BadInputError as :meth:`Losses.arcs`.
    """
    net = losses.arcs(case)
    found = fortify(net, hold, losses.budget)
    return HoldAnswer(
        hold, _names(net, found.held), case.value(found.flow), _names(net, found.attack),
        case.value(found.bound), found.proven,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChanceAnswer:
    """The attack of the least expected flow where losses may fail.

    ``expected_flow`` is ``exact`` where all outcomes could be summed, else no less than the
    truth; the optimum is at least ``bound``.
    """

    expected_flow: float
    removed: tuple[str, ...]
    bound: float
    proven: bool
    exact: bool


def least_expected_flow(
    case: Case, losses: Losses, chance: Mapping[str, float], others: float = 1.0
) -> ChanceAnswer:
    """The attack of the least expected flow where a loss succeeds with its own ``chance``.

    ``chance`` is by id, ``others`` that of all that it does not name. Raises BadInputError as
    :meth:`Losses.arcs`, for a chance beyond 0 to 1, and where the flow is unlimited.
    """
    net = losses.arcs(case)
    if net.residual(()) >= UNLIMITED:
        raise BadInputError("chance: the flow is unlimited, so no expected flow is finite")
    for share in (others, *chance.values()):
        if not 0 <= share <= 1:
            raise BadInputError(f"chance: {share:g} is not from 0 to 1")
    number = {target: i for i, target in enumerate(net.targets)}
    chances = np.full(len(net.targets), others)
    for name, share in chance.items():
        chances[[number[t] for t in case.named(name, "chance") if t in number]] = share
    found = chance_attack(net, losses.budget, chances)
    unit = 1 if case.axis else case.scale
    return ChanceAnswer(
        round(found.expected / unit, 6), _names(net, found.removed), round(found.bound / unit, 6),
        found.proven, found.exact,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class JointFrontier:
    """The least weighted sum of the flows of several axes that each budget leaves.

    ``flows`` (kg/day) are those of each axis, one row an attack.
    """

    cases: tuple[Case, ...]
    weights: tuple[int, ...]
    targets: Kinds
    attacks: tuple[AttackAnswer, ...]
    flows: tuple[tuple[int, ...], ...]

    @property
    def axes(self) -> tuple[str, ...]:
        """The ids of the axes."""
        return tuple(case.axis or "" for case in self.cases)

    def document(self) -> Document:
        """What ``sim interdict --weight ... --json`` prints."""
        document = self.cases[0].with_names({
            "axes": self.axes,
            "weights": self.weights,
            "at": self.cases[0].at,
            "unit": self.cases[0].unit,
            "method": "dual program (HiGHS)",
            "targets": self.targets,
            "frontier": [
                {"k": a.k, "total": a.left, "flows": dict(zip(self.axes, flows, strict=True))}
                | a.proof()
                for a, flows in zip(self.attacks, self.flows, strict=True)
            ],
        })  # fmt: skip
        document["names"] |= {case.axis: case.title for case in self.cases}
        return document


def least_weighted_flow(
    cases: Sequence[Case], weights: Sequence[int], losses: Losses
) -> JointFrontier:
    """One attack on several axes of a scenario: the least weighted sum of their flows.

    Sources and sinks of each are spared. Raises BadInputError as :meth:`Losses.arcs`, for a
    weight out of range, and where the flow of an axis is unlimited.
    """
    for weight in weights:
        if not 1 <= weight <= MOST_WEIGHT:
            raise BadInputError(f"weight: {weight} is not from 1 to {MOST_WEIGHT}")
    ends = set().union(*(case.ends for case in cases))
    union = {t for case in cases for t in case.targets(losses.targets, losses.protect)} - ends
    targets = tuple(sorted(union))
    price = cases[0].prices(targets, losses.cost)
    nets = [case.arcs(targets, price) for case in cases]
    try:
        frontier = joint_frontier(nets, weights, losses.budget)
    except ValueError as error:
        raise BadInputError(str(error)) from error
    return JointFrontier(
        tuple(cases),
        tuple(weights),
        losses.targets,
        tuple(
            AttackAnswer(a.budget, a.total, _names(nets[0], a.removed), a.proven, a.bound)
            for a in frontier
        ),
        tuple(a.flows for a in frontier),
    )
