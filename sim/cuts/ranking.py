"""``sim rank`` as plain data."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from sim.base.errors import BadInputError
from sim.cuts.answers import MANY_ROADS, Document, flow_of, guarded, head_of, targets_named
from sim.cuts.case import Case
from sim.network import UNLIMITED, FlowProblem, IntArray
from sim.network.arcs import Target
from sim.network.mincuts import minimum_cuts
from sim.network.rank import delays, shapley
from sim.network.residual import Residual
from sim.network.routes import UNREACHABLE
from sim.network.territory import dominators


def rank_case(
    case: Case, most: int | None, kinds: str, *, captured: Sequence[str], most_cuts: int, seed: int
) -> Document:
    """Places and roads by what the loss of each alone costs, the worst first.

    ``most`` None ranks everything that carries flow or lies on the fastest route.
    """
    targets = targets_named(case, kinds, ())
    net = guarded(lambda: case.arcs(targets))
    whole = net.residual(())
    if whole >= UNLIMITED:
        raise BadInputError("the flow is unlimited: no loss of one thing can be ranked")
    residual = Residual(net)
    carried = _planned(case, targets, residual)
    losing = residual.top(len(targets) if most is None else most)
    masks = case.roads > 0, case.places > 0
    late = delays(case.graph, *masks, case.sources, case.sinks)
    number = {target: i for i, target in enumerate(targets)}
    loss = dict(losing)
    chosen = [i for i, _ in losing]
    chosen += [i for t in late if (i := number.get(t)) is not None and i not in loss]
    if most is None:
        chosen += [i for i in (-carried).argsort(kind="stable").tolist() if carried[i]]
    else:
        chosen = chosen[:most]
    cuts = minimum_cuts(net, most_cuts)
    held = [
        {("place", p) for p in cut.places} | {("road", r) for r in cut.roads} for cut in cuts.cuts
    ]
    tree = dominators(case.graph, *masks, case.sources)
    fed = guarded(lambda: case.arcs(targets, deliverable=True))
    starved = dict(Residual(fed).top(len(targets))) if case.axis is not None else {}
    shares = _shapley(case, captured, seed)
    rows = []
    for i in dict.fromkeys(chosen):
        target = targets[i]
        delay = late.get(target, 0)
        row = {
            "name": net.name(i),
            "kind": target.kind,
            "loss": case.value(loss.get(i, 0)),
            "loss_share": round(loss.get(i, 0) / whole, 6) if whole else 0.0,
            "flow_share": round(int(carried[i]) / whole, 6) if whole else 0.0,
            "in_minimum_cuts": round(sum(target in cut for cut in held) / len(held), 6)
            if held
            else 0.0,
            "delay_hours": None if delay >= UNREACHABLE else round(delay / 3600, 3),
        }
        if case.axis is not None:
            row["deliverable_loss"] = case.value(starved.get(i, 0))
        if target.kind == "place":
            row["places_shut_off"] = int(tree.shut_off[target.at])
        rows.append(row)
    return head_of(case) | {
        **{("max_flow" if k == "flow" else k): v for k, v in flow_of(case, whole).items()},
        "minimum_cuts_listed": len(cuts.cuts),
        "minimum_cuts_complete": cuts.complete,
        "rank": rows,
        "shapley": shares,
        "names": {r["name"]: case.names[r["name"]] for r in rows if r["name"] in case.names},
    }


def _planned(case: Case, targets: Sequence[Target], residual: Residual) -> IntArray:
    """(t,) what the plan of least travel time carries over each target.

    Of a network beyond ``MANY_ROADS`` what the flow that was solved carries.
    """
    if len(case.graph.roads) > MANY_ROADS:
        return residual.carried()
    plan = FlowProblem(case.graph, case.sources, case.sinks).plan(case.roads, case.places)
    over = plan.road_flow.sum(axis=1)
    return np.array(
        [over[t.at] if t.kind == "road" else plan.place_flow[t.at] for t in targets],
        dtype=np.int64,
    )


def _shapley(case: Case, captured: Sequence[str], seed: int) -> list[Document] | None:
    """Shares over the captured places: those named, else those that the scenario takes."""
    wanted: list[Target] = [Target("place", i) for i in case.captured]
    if captured:
        try:
            wanted = [case.named(name)[0] for name in captured]
        except KeyError as error:
            raise BadInputError(f"--captured: unknown place or road '{error.args[0]}'") from error
    if not wanted:
        return None
    players = tuple(dict.fromkeys(wanted))
    if case.ends & set(players):
        raise BadInputError("--captured: a source or a sink cannot be among the captured")
    small = case.arcs(players)
    shares = shapley(small, range(len(players)), seed=seed)
    unit = 1 if case.axis is not None else case.scale
    return [
        {
            "name": small.name(i),
            "share": round(s.value / unit, 6),
            "low": round(s.low / unit, 6),
            "high": round(s.high / unit, 6),
        }
        for i, s in sorted(enumerate(shares), key=lambda pair: (-pair[1].value, pair[0]))
    ]


def rank_interval(document: Document, cases: Iterable[Case], kinds: str) -> None:
    """Add to each row of a ranking where it stands in drawn networks: 5 %, median, 95 %.

    Rank 1 is the worst loss; equal losses share the better rank.
    """
    names = [row["name"] for row in document["rank"]]
    ranks: dict[str, list[int]] = {name: [] for name in names}
    losses: dict[str, list[float]] = {name: [] for name in names}
    for case in cases:
        net = case.arcs(case.targets(kinds))
        found = Residual(net).top(len(net.targets)) if net.residual(()) < UNLIMITED else []
        amounts = {net.name(i): loss for i, loss in found}
        ordered = sorted(amounts.values(), reverse=True)
        for name in names:
            loss = amounts.get(name, 0)
            ranks[name].append(1 + sum(other > loss for other in ordered))
            losses[name].append(float(case.value(loss) or 0))
    for row in document["rank"]:
        name = row["name"]
        row["rank_interval"] = [int(_quantile(ranks[name], q)) for q in (0.05, 0.5, 0.95)]
        row["loss_interval"] = [_quantile(losses[name], q) for q in (0.05, 0.5, 0.95)]


def _quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of all does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
