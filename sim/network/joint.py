"""One attack on several axes at once: the least weighted sum of their flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .arcs import ArcNetwork
from .certificate import UNLIMITED
from .wood import solve_woods


@dataclass(frozen=True)
class JointAttack:
    """``total`` is the weighted sum, ``flows`` each axis' own; the optimum is ``bound`` or more."""

    budget: int
    total: int
    flows: tuple[int, ...]
    removed: tuple[int, ...]
    bound: int
    proven: bool


def joint_frontier(
    nets: Sequence[ArcNetwork], weights: Sequence[int], budget: int, *, seconds: float = 60.0
) -> tuple[JointAttack, ...]:
    """The best attack on all axes together for every budget from 0 to ``budget``.

    The networks have the same targets and costs. Raises ValueError where they do not, or where the
    flow of an axis is unlimited.
    """
    if any(net.targets != nets[0].targets for net in nets):
        raise ValueError("the axes must have the same targets")
    if any(net.residual(()) >= UNLIMITED for net in nets):
        raise ValueError("the flow of an axis is unlimited")
    found: list[JointAttack] = []
    for k in range(budget + 1):
        answer = solve_woods(nets, weights, k, seconds=seconds)
        removed = () if answer is None else _minimal(nets, weights, answer.removed)
        total, flows = _total(nets, weights, removed)
        if found and found[-1].total <= total:
            removed = found[-1].removed
            total, flows = found[-1].total, found[-1].flows
        proven = answer is not None and answer.optimal
        bound = total if proven or answer is None else min(answer.bound, total)
        found.append(JointAttack(k, total, flows, removed, bound if answer else 0, proven))
    return tuple(found)


def _total(
    nets: Sequence[ArcNetwork], weights: Sequence[int], removed: Sequence[int]
) -> tuple[int, tuple[int, ...]]:
    flows = tuple(net.residual(removed) for net in nets)
    return sum(f * w for f, w in zip(flows, weights, strict=True)), flows


def _minimal(
    nets: Sequence[ArcNetwork], weights: Sequence[int], removed: Sequence[int]
) -> tuple[int, ...]:
    kept = list(nets[0].ordered(removed))
    least, _ = _total(nets, weights, kept)
    for number in reversed(kept.copy()):
        rest = [t for t in kept if t != number]
        if _total(nets, weights, rest)[0] <= least:
            kept = rest
    return tuple(kept)
