"""Places and roads by what the loss of each alone costs a case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TypeVar

import numpy as np

from sim.base.errors import BadInputError
from sim.cuts.case import Amount, Case, Document
from sim.network import UNLIMITED, UNREACHABLE, IntArray
from sim.network.arcs import Kinds, Target
from sim.network.mincuts import minimum_cuts
from sim.network.rank import Share, delays, on_ways, shapley
from sim.network.residual import Residual
from sim.network.territory import shut_off

T = TypeVar("T", int, float)

COUNTED = (
    "each road counts one, for capacities are not stated: a loss is in routes that share no road"
)

MOST_CUTS = 100
"""Minimum cuts that are listed to count in how many a thing is."""


@dataclass(frozen=True, slots=True)
class Interval:
    """5 %, median and 95 % over drawn networks: of the rank (1 the worst) and of the loss."""

    ranks: tuple[int, int, int]
    losses: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class RankedLoss:
    """What the loss of one place or road (by id) alone costs.

    ``loss_share`` and ``flow_share`` are of the whole flow, ``in_minimum_cuts`` of the cuts
    listed. ``delay_hours`` is how much longer the fastest route gets, None where no way is left.
    ``deliverable_loss`` counts what supply and demand let through, None for a network;
    ``places_shut_off`` the places reached only through it, None for a road.
    """

    name: str
    kind: str
    loss: Amount
    loss_share: float
    flow_share: float
    in_minimum_cuts: float
    delay_hours: float | None
    deliverable_loss: Amount | None = None
    places_shut_off: int | None = None
    interval: Interval | None = None

    def document(self) -> Document:
        """The row as ``--json`` has it: what is not known of it is left out."""
        row = asdict(self)
        del row["interval"]
        for key in ("deliverable_loss", "places_shut_off"):
            if row[key] is None:
                del row[key]
        if self.interval is not None:
            row["rank_interval"] = self.interval.ranks
            row["loss_interval"] = self.interval.losses
        return row


@dataclass(frozen=True, slots=True)
class CapturedShare:
    """The Shapley share of a captured place in what all captures cost, with its 95 % interval."""

    name: str
    share: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """Places and roads of what carries ``max_flow``, the worst loss first.

    ``shapley`` is None where it was not asked for, empty where nothing is captured.
    """

    case: Case
    max_flow: Amount
    minimum_cuts_listed: int
    minimum_cuts_complete: bool
    rows: tuple[RankedLoss, ...]
    shapley: tuple[CapturedShare, ...] | None

    def document(self) -> Document:
        """What ``sim rank --json`` prints."""
        document = self.case.head() | {
            "max_flow": self.max_flow,
            "minimum_cuts_listed": self.minimum_cuts_listed,
            "minimum_cuts_complete": self.minimum_cuts_complete,
            "rank": [row.document() for row in self.rows],
            "shapley": None if self.shapley is None else [asdict(s) for s in self.shapley],
        }
        return self.case.with_names(document)


def rank_case(
    case: Case,
    kinds: Kinds,
    *,
    top: int | None = None,
    captured: Sequence[str] | None = None,
    most_cuts: int = MOST_CUTS,
    seed: int = 0,
) -> Ranking:
    """Places and roads by what the loss of each alone costs, the worst first.

    ``top`` None ranks everything that carries flow or lies on the fastest route. The joint loss
    of ``captured`` is shared out (Shapley), of a scenario's own captures where it is empty. Where
    roads without a stated capacity leave the flow unlimited each road counts one. Raises
    BadInputError where the flow is unlimited all the same, for an unknown name, and for the own
    captures of a network.
    """
    targets = case.targets(kinds)
    net = case.arcs(targets)
    whole = net.residual(())
    if whole >= UNLIMITED and (counted := case.counted) is not None:
        case = replace(counted, notes=(*case.notes, COUNTED))
        net = case.arcs(targets)
        whole = net.residual(())
    if whole >= UNLIMITED:
        raise BadInputError(
            "the flow is unlimited: no loss of one thing can be ranked; --default-capacity gives "
            "a capacity to roads that state none"
        )
    residual = Residual(net)
    carried = _planned(case, targets, residual)
    losing = residual.top(len(targets) if top is None else top)
    late = delays(case.graph, *case.usable, case.sources, case.sinks)
    number = {target: i for i, target in enumerate(targets)}
    loss = dict(losing)
    chosen = [i for i, _ in losing]
    chosen += [i for t in late if (i := number.get(t)) is not None and i not in loss]
    if top is None:
        chosen += [i for i in (-carried).argsort(kind="stable").tolist() if carried[i]]
    else:
        chosen = chosen[:top]
    cuts = minimum_cuts(net, most_cuts)
    held = [
        {("place", p) for p in cut.places} | {("road", r) for r in cut.roads} for cut in cuts.cuts
    ]
    chosen = list(dict.fromkeys(chosen))
    starved: dict[int, int] = {}
    if case.axis is not None:
        limited = Residual(case.arcs(targets, deliverable=True))
        starved = dict(zip(chosen, limited.losses(chosen), strict=True))
    places = [targets[i].at for i in chosen if targets[i].kind == "place"]
    apart = shut_off(case.graph, *case.usable, case.sources, places)
    shares = None if captured is None else _shapley(case, captured, seed)
    rows = []
    for i in chosen:
        target = targets[i]
        delay = late.get(target, 0)
        rows.append(
            RankedLoss(
                net.name(i),
                target.kind,
                _amount(case, loss.get(i, 0)),
                _share(loss.get(i, 0), whole),
                _share(int(carried[i]), whole),
                _share(sum(target in cut for cut in held), len(held)),
                None if delay >= UNREACHABLE else round(delay / 3600, 3),
                None if case.axis is None else case.value(starved[i]),
                apart[target.at] if target.kind == "place" else None,
            )
        )
    return Ranking(case, _amount(case, whole), len(cuts.cuts), cuts.complete, tuple(rows), shares)


def _amount(case: Case, finite: int) -> Amount:
    shown = case.value(finite)
    assert shown is not None
    return shown


def _share(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def _planned(case: Case, targets: Sequence[Target], residual: Residual) -> IntArray:
    """(t,) what the plan of least travel time carries over each target.

    Of a network too large for a plan what the flow that was solved carries.
    """
    if not case.small:
        return residual.carried()
    plan = case.flow
    over = plan.road_flow.sum(axis=1)
    return np.array(
        [over[t.at] if t.kind == "road" else plan.place_flow[t.at] for t in targets], dtype=np.int64
    )


def _shapley(case: Case, captured: Sequence[str], seed: int) -> tuple[CapturedShare, ...]:
    """Shares over the captured places: those named, else those that the scenario takes."""
    if not captured and case.axis is None:
        raise BadInputError("captured: name places or roads; a network file takes none itself")
    wanted = [case.named(name, "captured")[0] for name in captured]
    players = tuple(dict.fromkeys(wanted or [Target("place", i) for i in case.captured]))
    if case.ends & set(players):
        raise BadInputError("captured: a source or a sink cannot be among the captured")
    net = case.arcs(players)
    needed = set(on_ways(case.graph, *case.usable, case.sources, case.sinks, players))
    counted = [i for i, player in enumerate(players) if player in needed]
    shares = dict.fromkeys(range(len(players)), Share(0.0, 0.0, 0.0))
    shares |= zip(counted, shapley(net, counted, seed=seed), strict=True)
    unit = 1 if case.axis is not None else case.scale
    return tuple(
        CapturedShare(net.name(i), *(round(amount / unit, 6) for amount in share))
        for i, share in sorted(shares.items(), key=lambda pair: (-pair[1].value, pair[0]))
    )


def losses_alone(case: Case) -> dict[Target, int]:
    """What the loss of each place and road alone takes of the flow, of those that take any.

    In units of the case's capacities; empty where the flow is unlimited.
    """
    targets = case.targets("both")
    net = case.arcs(targets)
    if net.residual(()) >= UNLIMITED:
        return {}
    return {targets[i]: loss for i, loss in Residual(net).top(len(targets)) if loss}


def ranks_of(losses: Iterable[T]) -> dict[T, int]:
    """The rank of each loss, 1 the greatest; equal ones share the better rank."""
    found: dict[T, int] = {}
    for rank, loss in enumerate(sorted(losses, reverse=True), start=1):
        found.setdefault(loss, rank)
    return found


def with_intervals(
    ranking: Ranking, cases: Iterable[Case], kinds: Kinds, top: int | None = None
) -> Ranking:
    """A ranking with where each row stands in drawn networks.

    Behind its rows come the places and roads that cost nothing here, or are not there, and cost
    something in a drawn network; where so many of the ``top`` are asked for, those that have a
    chance of 5 % at least to be among them. Equal losses share the better rank. A quantile is the
    smallest value that at least that share of all does not exceed.
    """
    first = ranking.case
    drawn = [_losses(case, kinds) for case in cases]
    rows = {row.name: row for row in ranking.rows}
    rows |= {
        name: RankedLoss(
            name, kind, _amount(first, 0), 0.0, 0.0, 0.0, 0.0,
            None if first.axis is None else first.value(0), 0 if kind == "place" else None,
        )
        for losses in drawn for name, (kind, _) in losses.items() if name not in rows
    }  # fmt: skip
    ranks: list[list[int]] = []
    amounts: list[list[float]] = []
    for losses in drawn:
        alone = [losses[name][1] if name in losses else 0 for name in rows]
        known = ranks_of([0, *(loss for _, loss in losses.values())])
        ranks.append([known[loss] for loss in alone])
        amounts.append([float(first.value(loss) or 0) for loss in alone])
    found = [
        replace(row, interval=Interval(rank, loss))
        for row, rank, loss in zip(
            rows.values(), _quantiles(ranks), _quantiles(amounts), strict=True
        )
    ]
    told = len(ranking.rows)
    more = [row for row in found[told:] if _is_among(row, top)]
    more.sort(key=lambda row: (row.interval and row.interval.ranks, row.kind, row.name))
    return replace(ranking, rows=(*found[:told], *more))


def _losses(case: Case, kinds: Kinds) -> dict[str, tuple[str, int]]:
    """Kind and loss of each place and road (by id) whose loss alone costs a case something."""
    targets = case.targets(kinds)
    net = case.arcs(targets)
    if net.residual(()) >= UNLIMITED:
        return {}
    top = Residual(net).top(len(targets))
    return {net.name(i): (targets[i].kind, loss) for i, loss in top if loss}


def _is_among(row: RankedLoss, top: int | None) -> bool:
    """Whether one of twenty draws, or more, has it among the ``top`` worst."""
    if top is None or row.interval is None:
        return True
    return row.interval.ranks[0] <= top and row.interval.losses[2] > 0


def _quantiles(values: Sequence[Sequence[T]]) -> list[tuple[T, T, T]]:
    """5 %, median and 95 % of each column of (draws, rows)."""
    found = np.quantile(np.array(values), (0.05, 0.5, 0.95), axis=0, method="inverted_cdf")
    return [(low, middle, high) for low, middle, high in found.T.tolist()]
