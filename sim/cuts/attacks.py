"""The other attacks of ``sim interdict`` as plain data: on time, against a hold, by chance, on
several axes at once.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.base.errors import BadInputError
from sim.cuts.answers import Document, guarded, head_of, named, priced, targets_named
from sim.cuts.case import Case
from sim.network import UNLIMITED, UNREACHABLE
from sim.network.arcs import Target
from sim.network.defend import chance_attack, fortify
from sim.network.delay import DelayInterdiction
from sim.network.joint import joint_frontier


def delay_case(
    case: Case, budget: int, kinds: str, *, protected: Sequence[str], costs: Sequence[str],
    hours: float | None,
) -> Document:  # fmt: skip
    """How slow the fastest route can be made; lost roads close, or take ``hours`` more."""
    targets = targets_named(case, kinds, protected)
    price = priced(case, targets, costs)
    cost = np.array([price.get(t, 1) for t in targets], dtype=np.int64)
    if hours is not None and kinds != "roads":
        raise BadInputError("--delay is for roads: --targets roads")
    problem = DelayInterdiction(
        case.graph, case.roads > 0, case.places > 0, case.sources, case.sinks, targets,
        cost=cost, delay=None if hours is None else max(1, round(hours * 3600)),
    )  # fmt: skip

    def shown(seconds: int) -> float | None:
        return None if seconds >= UNREACHABLE else round(seconds / 3600, 6)

    graph = case.graph
    return head_of(case) | {
        "objective": "time",
        "method": "covering decomposition",
        "unit": "h",
        "targets": kinds,
        "frontier": [
            {
                "k": a.budget,
                "hours": shown(a.seconds),
                "unreachable": a.seconds >= UNREACHABLE,
                "removed": [
                    (graph.places if targets[i].kind == "place" else graph.roads)[targets[i].at]
                    for i in a.removed
                ],
                "proven": a.proven,
                "bound": shown(a.bound),
            }
            for a in problem.frontier(budget)
        ],
    }


def hold_case(case: Case, budget: int, kinds: str, hold: int, *, protected: Sequence[str],
              costs: Sequence[str]) -> Document:  # fmt: skip
    """Which ``hold`` targets to hold against the best attack of the budget."""
    targets = targets_named(case, kinds, protected)
    net = guarded(lambda: case.arcs(targets, priced(case, targets, costs)))
    found = fortify(net, hold, budget)
    return {
        "hold": hold,
        "held": named(net, found.held),
        "flow": case.value(found.flow),
        "unlimited": found.flow >= UNLIMITED,
        "attack": named(net, found.attack),
        "bound": case.value(found.bound),
        "proven": found.proven,
    }


def chance_case(
    case: Case, budget: int, kinds: str, chances: Sequence[str], *, protected: Sequence[str],
    costs: Sequence[str],
) -> Document:  # fmt: skip
    """The attack of the least expected flow where losses may fail.

    ``chances`` are ``NAME=P``, or ``P`` for all that are not named.
    """
    targets = targets_named(case, kinds, protected)
    net = guarded(lambda: case.arcs(targets, priced(case, targets, costs)))
    if net.residual(()) >= UNLIMITED:
        raise BadInputError("--chance: the flow is unlimited, so no expected flow is finite")
    number = {target: i for i, target in enumerate(targets)}
    chance = np.ones(len(targets))
    for text in sorted(chances, key=lambda text: "=" in text):
        name, sign, amount = text.rpartition("=")
        try:
            share = float(amount)
            which: list[Target] = case.named(name) if sign else list(targets)
        except (ValueError, KeyError):
            share, which = -1.0, []
        if not 0 <= share <= 1:
            raise BadInputError(f"--chance: '{text}' is not P or NAME=P with P from 0 to 1")
        chance[[number[t] for t in which if t in number]] = share
    found = chance_attack(net, budget, chance)
    return {
        "expected_flow": round(found.expected / (1 if case.axis else case.scale), 6),
        "removed": named(net, found.removed),
        "bound": round(found.bound / (1 if case.axis else case.scale), 6),
        "proven": found.proven,
        "exact": found.exact,
    }


def joint_case(
    cases: Sequence[Case], weights: Sequence[int], budget: int, kinds: str, *,
    protected: Sequence[str], costs: Sequence[str],
) -> Document:  # fmt: skip
    """One attack on several axes of a scenario: the least weighted sum of their flows.

    Sources and sinks of each are spared.
    """
    ends = set().union(*(case.ends for case in cases))
    union = {t for case in cases for t in targets_named(case, kinds, protected)} - ends
    targets = tuple(sorted(union))
    price = priced(cases[0], targets, costs)
    nets = guarded(lambda: [case.arcs(targets, price) for case in cases])
    try:
        frontier = joint_frontier(nets, weights, budget)
    except ValueError as error:
        raise BadInputError(str(error)) from error
    return {
        "axes": [case.axis for case in cases],
        "weights": list(weights),
        "at": cases[0].at,
        "unit": cases[0].unit,
        "method": "dual program (HiGHS)",
        "targets": kinds,
        "frontier": [
            {
                "k": a.budget,
                "total": a.total,
                "flows": dict(zip((case.axis or "" for case in cases), a.flows, strict=True)),
                "removed": named(nets[0], a.removed),
                "proven": a.proven,
                "bound": a.bound,
            }
            for a in frontier
        ],
    }
