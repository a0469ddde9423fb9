"""Answers about a case as plain data: what ``sim cut``, ``interdict`` and ``rank`` print."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar, cast

from sim.base.errors import BadInputError
from sim.cuts.case import Case
from sim.network import (
    UNLIMITED,
    FlowProblem,
    components,
    decompose,
    disjoint_routes,
    fastest_route,
    fewest_places_cut,
    reach,
)
from sim.network.arcs import ArcNetwork, Target
from sim.network.interdict import Attack, Interdiction, Method, greedy
from sim.network.mincuts import CutList, minimum_cuts, near_minimum_cuts
from sim.network.territory import weak_points

MANY_ROADS = 50_000
"""Beyond so many roads ``sim cut`` gives the flow and the cut alone, without routes."""

Document = dict[str, Any]
T = TypeVar("T")


def flow_of(case: Case, value: int) -> Document:
    """``flow``, null beside ``unlimited`` where nothing bounds it."""
    shown = case.value(value)
    return {"flow": shown, "unlimited": True} if shown is None else {"flow": shown}


def head_of(case: Case) -> Document:
    """What the case is: title or axis, ends, unit."""
    head: Document = {"title": case.title, "unit": case.unit}
    if case.axis is not None:
        head = {"axis": case.axis, "name": case.title, "at": case.at, "unit": case.unit}
    head["from"] = [case.graph.places[i] for i in case.sources]
    head["to"] = [case.graph.places[i] for i in case.sinks]
    return head


def _names_of(case: Case, places: Sequence[int], roads: Sequence[int]) -> list[str]:
    return [case.graph.places[i] for i in places] + [case.graph.roads[r] for r in roads]


def cut_of_case(case: Case) -> Document:
    """Max flow, minimum cut, routes and weak points of a network file."""
    problem = guarded(lambda: FlowProblem(case.graph, case.sources, case.sinks))
    small = len(case.graph.roads) <= MANY_ROADS
    solve = problem.plan if small else problem.max_flow
    flow = guarded(lambda: solve(case.roads, case.places))
    cut, far = flow.cut, flow.cut.sink_side_cut
    document = head_of(case)
    shown = flow_of(case, flow.value)
    document |= {"max_flow": shown.pop("flow"), **shown}
    document |= {
        "cut": _names_of(case, cut.places, cut.roads),
        "unique": cut.unique,
        "other_cut": [] if far is None else _names_of(case, far.places, far.roads),
    }
    if not small:
        return document
    masks = case.roads > 0, case.places > 0
    ends = case.sources, case.sinks
    fewest = fewest_places_cut(case.graph, *masks, *ends)
    disjoint = disjoint_routes(case.graph, *masks, *ends)
    fastest = fastest_route(case.graph, *masks, *ends)
    routes = () if flow.unlimited else decompose(problem, flow)
    document |= {
        "fewest_places_cut": None if fewest is None else _names_of(case, fewest, ()),
        "routes_by_roads": disjoint.by_roads,
        "routes_by_places": disjoint.by_places,
        **territory_of(case),
        "fastest": None
        if fastest is None
        else {"places": _names_of(case, fastest.places, ()), "km": round(fastest.km, 3)},
        "routes": [
            {
                "places": _names_of(case, r.places, ()),
                "flow": case.value(r.rate),
                "km": round(r.km, 3),
            }
            for r in routes
        ],
    }
    return document | {"explanation": explained(document)}


def territory_of(case: Case) -> Document:
    """What holds the territory together, and its parts that no source reaches.

    The territory is what the flow may use; the pockets of a scenario's actor are those that the
    engine lists, else all that no way leads to from a source.
    """
    masks = case.roads > 0, case.places > 0
    weak = weak_points(case.graph, *masks)
    apart = case.pockets
    if apart is None:
        fed = reach(case.graph, *masks, case.sources)
        apart = tuple(components(case.graph, masks[0], masks[1] & ~fed))
    return {
        "articulation_points": _names_of(case, weak.places, ()),
        "bridges": _names_of(case, (), weak.roads),
        "pockets": [_names_of(case, part, ()) for part in apart],
    }


def explained(document: Document) -> list[str]:
    """The flow and its witness in sentences: what carries it, and what stops more."""
    flow = document["max_flow"]
    if flow is None:
        return ["A way without any limit leads from the sources to the sinks."]
    if flow == 0:
        return ["Nothing gets through: no way is open from a source to a sink."]
    names: dict[str, str] = document.get("names", {})

    def said(value: float) -> str:
        if document["unit"] == "kg/day":
            return f"{value / 1000:,.1f} t/day"
        return f"{int(value) if value == int(value) else value:,}"

    def listed(items: Sequence[str]) -> str:
        return ", ".join(names.get(item, item) for item in items)

    sentences = [
        f"{said(route.get('kg_per_day', route.get('flow')))} can go by "
        f"{' - '.join(names.get(place, place) for place in route['places'])}."
        for route in document["routes"]
    ]
    sentences.append(
        f"Together {said(flow)}, and no more: all of it crosses {listed(document['cut'])}, "
        "and no more than that can."
    )
    if not document["unique"]:
        sentences.append(f"All of it crosses {listed(document['other_cut'])} too.")
    return sentences


def more_cuts(case: Case, most: int, gap: str | None) -> Document:
    """All minimum cuts up to ``most``, and those within ``gap`` of them."""
    net = guarded(lambda: case.arcs(()))
    document = {"minimum_cuts": _cuts(case, minimum_cuts(net, most))}
    if gap is not None:
        try:
            extra = Decimal(gap) * case.scale
        except InvalidOperation:
            extra = Decimal("nan")
        if not extra.is_finite() or extra < 0:
            raise BadInputError(f"--gap: '{gap}' is not a number of at least 0")
        document["near_minimum_cuts"] = _cuts(case, near_minimum_cuts(net, int(extra), most))
    return document


def _cuts(case: Case, found: CutList) -> Document:
    return {
        "complete": found.complete,
        "cuts": [
            {"holds": case.value(c.value), "cut": _names_of(case, c.places, c.roads)}
            for c in found.cuts
        ],
    }


def interdict_case(
    case: Case, budget: int, kinds: str, *, protected: Sequence[str], costs: Sequence[str],
    method: str, most_sets: int,
) -> Document:  # fmt: skip
    """The frontier of exact attacks, all optimal sets of the whole budget, greedy beside it."""
    targets = targets_named(case, kinds, protected)
    price = priced(case, targets, costs)
    net = guarded(lambda: case.arcs(targets, price))
    solver = Interdiction(net, cast(Method, method))
    frontier = solver.frontier(budget)
    last = frontier[-1]
    best = solver.optimal_sets(last, most_sets) if last.proven else None
    document = head_of(case) | {
        "method": {"auto": "Lagrangian bound with branch and bound, MILP beyond"}.get(
            method, method
        ),
        "targets": kinds,
        "frontier": [attack_of(case, net, a, "bound") for a in frontier],
        "optimal_sets": None
        if best is None
        else {"complete": best.complete, "sets": [named(net, s) for s in best.sets]},
        "greedy": [attack_of(case, net, a) for a in greedy(net, budget)],
        "max_flows": solver.cuts,
    }
    if case.axis is not None:
        document["captures"] = _captures(case, kinds, protected, price)
        document["names"] = {
            n: case.names[n] for n in _mentioned(document) if n in case.names
        }  # fmt: skip
    return document


def attack_of(case: Case, net: ArcNetwork, attack: Attack, *more: str) -> Document:
    found = {
        "k": attack.budget,
        **flow_of(case, attack.flow),
        "removed": named(net, attack.removed),
    }
    if "bound" in more:
        found["proven"] = attack.proven
        found["by"] = attack.how
        if not attack.proven:
            found["bound"] = case.value(attack.bound)
    return found


def named(net: ArcNetwork, numbers: Sequence[int]) -> list[str]:
    """Ids of targets."""
    return [net.name(number) for number in numbers]


def _captures(
    case: Case, kinds: str, protected: Sequence[str], price: Mapping[Target, int]
) -> Document | None:
    """What the scenario's own captures leave, and the best attack with as many places."""
    taken = [Target("place", i) for i in case.captured]
    if not taken or kinds == "roads":
        return None
    targets = tuple(dict.fromkeys((*targets_named(case, kinds, protected), *taken)))
    net = guarded(lambda: case.arcs(targets, dict(price)))
    numbers = [targets.index(t) for t in taken]
    spent = int(net.cost[numbers].sum())
    left = net.residual(numbers)
    frontier = Interdiction(net).frontier(spent)
    best = frontier[-1]
    whole = net.residual(())
    document: Document = {
        "places": [case.graph.places[i] for i in case.captured],
        "k": spent,
        **flow_of(case, left),
        "best": attack_of(case, net, best, "bound"),
        "fewest_that_leave_as_little": next(a.budget for a in frontier if a.flow <= left),
    }
    if whole < UNLIMITED and whole > best.flow:
        document["score"] = round((whole - left) / (whole - best.flow), 6)
    return document


def _mentioned(document: Document) -> list[str]:
    names = {n for row in (*document["frontier"], *document["greedy"]) for n in row["removed"]}
    names |= {n for s in (document["optimal_sets"] or {"sets": []})["sets"] for n in s}
    captures = document.get("captures")
    if captures:
        names |= {*captures["places"], *captures["best"]["removed"]}
    return sorted(names)


def targets_named(case: Case, kinds: str, protected: Sequence[str]) -> tuple[Target, ...]:
    """What may be lost, less the protected names."""
    try:
        return case.targets(kinds, protected)
    except KeyError as error:
        raise BadInputError(f"--protect: unknown place or road '{error.args[0]}'") from error


def priced(case: Case, targets: Sequence[Target], costs: Sequence[str]) -> dict[Target, int]:
    """Costs from ``NAME=N``, the last of a name counting."""
    price: dict[Target, int] = {}
    for text in costs:
        name, sign, number = text.rpartition("=")
        if not sign or not (number.isascii() and number.isdigit() and 1 <= int(number) <= 10**6):
            raise BadInputError(f"--cost: '{text}' is not NAME=N with a whole N from 1 to 1000000")
        try:
            price |= {target: int(number) for target in case.named(name)}
        except KeyError as error:
            raise BadInputError(f"--cost: unknown place or road '{name}'") from error
    known = set(targets)
    return {target: cost for target, cost in price.items() if target in known}


def guarded(work: Callable[[], T]) -> T:
    """Sums that do not fit are the user's to mend."""
    try:
        return work()
    except OverflowError as error:
        raise BadInputError(str(error)) from error
